"""Questions of auditors: from a figure to its cells, from one release to the next, from a release to its archive.

What belongs here: answering from published releases, the archive and the registry. What does not: making figures (dbt)
or showing them (`reports/`). Nothing here writes into a release.
"""
