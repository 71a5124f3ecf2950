"""What people read: official review forms, profile pages, the audit report.

A report reads a published release only; what it shows and no table holds is a table that is missing from `dbt/`.
"""
