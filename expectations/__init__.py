"""Checks of distributions: Great Expectations over raw Parquet and marts, with suites and thresholds as data.

Importing great_expectations takes 8 to 15 seconds, so only `runner` and `gx_duckdb` import it; everyone else uses
`client`, which talks to a worker process.
"""
