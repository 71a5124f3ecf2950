"""The list of what a commune has to correct in one year, for its officer, as an Excel file.

What belongs here: choosing the findings, naming the cells, the file. What does not: finding anything: only a published
release is read, and the archived workbooks for the places of their columns (never for their values).
"""
