"""Decisions in Excel: a workbook to decide in, and what was answered in it or in the list of a commune."""
