"""The fifteen official review tables (biểu tổng hợp rà soát hộ nghèo, hộ cận nghèo) as Excel workbooks.

What belongs here: what the forms look like and how they are filled. What does not: how a figure is counted, which is
dbt's work; a figure that the published tables lack is added there first.
"""
