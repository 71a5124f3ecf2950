"""The audit report of a release: what was received, what was wrong, what was done, and who must act.

What belongs here: reading the release's public tables, the pages and the workbook that show them. What does not: any
figure, any judgement, any personal value: those are the models', and only the published database is read.
"""
