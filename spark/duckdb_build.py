"""The tables of a home in DuckDB, by the product's own dbt: `python -m spark.duckdb_build HOME FOLDER [--select …]`."""

import subprocess
import sys
from pathlib import Path

from base.home import Home
from base.product import DBT
from dagster_project.parsed_project import dbt_environment, ensure_manifest, run_parsed


def main(root: str, folder: str, *arguments: str) -> int:
    """Run the models; dbt's exit code."""
    ensure_manifest()
    places = ["--project-dir", str(DBT), "--profiles-dir", str(DBT), "--target-path", f"{folder}/target"]
    return subprocess.run(
        [sys.executable, *run_parsed(), "--quiet", "run", *arguments, *places],
        env=dbt_environment(Home(Path(root))) | {"DBT_LOG_PATH": f"{folder}/logs"},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
