"""Questions of auditors: from a figure to its cells, from one release to the next, from a release to its archive.

Nothing here writes into a release.
"""
