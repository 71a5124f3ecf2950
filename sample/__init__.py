"""A synthetic Bến Tre, 2021-2030: every commune's survey workbooks, clearly marked as simulated, and the answers.

What belongs here: making the sample province. What does not: reading workbooks, or any rule of the warehouse.
"""

from sample.generate import SampleSummary, generate_province

__all__ = ["SampleSummary", "generate_province"]
