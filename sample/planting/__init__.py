"""Planted errors, at least one of every check, which are the only errors of the sample.

No kind changes how many households of a class the territory or one of its area classes has, or anything that the
calibration counts.
"""
