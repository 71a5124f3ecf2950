"""Great Expectations over raw Parquet and over marts: is what the warehouse holds plausible?

What belongs here: suites and thresholds as data, the DuckDB views they read, the run, and what a result may tell. What
does not: keys, contracts and relations between models (dbt tests), and findings about single cells (ingestion and dbt).
Importing great_expectations takes 8 to 15 seconds, so only `runner` and `gx_duckdb` import it; everyone else uses
`client`, which talks to a worker process.
"""
