"""What people read: official review forms, profile pages, the audit report.

What belongs here: pictures of published tables for people, as workbooks and static pages. What does not: figures. A
report reads a published release only; what it shows and no table holds is a table that is missing from `dbt/`.
"""
