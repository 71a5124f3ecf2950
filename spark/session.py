"""A Spark session in this process, and dbt in it: `python spark/session.py HOME FOLDER run ...`.

Runs in the environment of spark/pyproject.toml. Several commands of dbt are parted by `--`.

Tables are Parquet below FOLDER/tables/<schema>.db. The catalogue is in memory: nothing is written anywhere else.
"""

import os
import sys
import unicodedata
from itertools import groupby
from pathlib import Path

from dbt.adapters.spark.connections import SparkCredentials
from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

_PROJECT = Path(__file__).resolve().parents[1] / "dbt"


def main(home: str, folder: str, *arguments: str) -> int:
    """Run dbt for a home; 0 when all commands did well."""
    os.environ |= {
        "POVERTY_HOME": home,
        "DBT_PROFILES_DIR": str(_PROJECT),
        "DBT_PROJECT_DIR": str(_PROJECT),
        "DBT_TARGET": "spark",
        "DBT_TARGET_PATH": f"{folder}/target",
        "DBT_LOG_PATH": f"{folder}/logs",
        # Workers of Python must be of this environment.
        "PYSPARK_PYTHON": sys.executable,
    }
    Path(folder).mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    _start(folder)
    _keep_ansi()
    commands = [list(words) for is_end, words in groupby(arguments, "--".__eq__) if not is_end]
    return 0 if all(dbtRunner().invoke(command).success for command in commands) else 1


def _start(folder: str) -> None:
    # Two cores and small tables: a shuffle in 200 parts, Spark's default, is 200 tasks of nothing.
    settings = {
        "spark.master": f"local[{os.environ.get('POVERTY_SPARK_CORES', '2')}]",
        "spark.driver.memory": os.environ.get("POVERTY_SPARK_MEMORY", "3g"),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": f"{folder}/tables",
        "spark.local.dir": f"{folder}/local",
        "spark.sql.shuffle.partitions": "4",
        # As in DuckDB: times have no zone.
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.udf.register("nfc", _nfc, "string")


def _nfc(text: str | None) -> str | None:
    return None if text is None else unicodedata.normalize("NFC", text)


def _keep_ansi() -> None:
    """Let a bad cast be an error, as in DuckDB. dbt-spark switches that off, and the cell would be null in silence."""
    credentials_are_complete = SparkCredentials.__post_init__

    def with_ansi(self: SparkCredentials) -> None:
        credentials_are_complete(self)
        self.server_side_parameters["spark.sql.ansi.enabled"] = "true"

    SparkCredentials.__post_init__ = with_ansi


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
