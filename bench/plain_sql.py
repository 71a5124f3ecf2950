"""Run compiled models in DuckDB alone, without dbt: `python -m bench.plain_sql DATABASE SCRIPT`."""

import json
import sys
import time
from pathlib import Path

import duckdb


def main(database: str, script: str) -> None:
    """Execute the statements of a JSON file and print the seconds of each."""
    content = json.loads(Path(script).read_text(encoding="utf-8"))
    seconds = {}
    with duckdb.connect(database, config=content["settings"]) as connection:
        for name, sql in content["statements"]:
            start = time.perf_counter()
            connection.execute(sql)
            seconds[name] = time.perf_counter() - start
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
