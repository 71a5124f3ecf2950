"""Alkire-Foster measures of any file, by the SQL of the marts."""
