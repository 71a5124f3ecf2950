"""The simulated sample of a territory: workbooks of every commune, marked as simulated, and the answers."""

from sample.generate import SampleSummary, generate_province

__all__ = ["SampleSummary", "generate_province"]
