"""Mistakes put into the province on purpose, at least one of every check: the only ones of the province.

What belongs here: one function per kind of mistake, by what it touches (`consistency`, `plausibility`, `persons`: the
lists; `cells`, `files`, `rows`: one file), the table of them (`kinds`) and the list of findings that must appear
(`planted.csv`). What does not: the slips of clerks, of which no check speaks (`records`, `simulation`).

No kind changes how many households of a class the province or one of its area classes has, or anything that the plan
of 2021 prints.
"""
