"""A home whose tables Spark makes: `python -m spark.home begin TABLES`, then Spark, then `... load TABLES`.

TABLES is the folder in which Spark puts a folder for each schema and table, `marts.db/area_year`. Runs in the
environment of the product, on the home of `$POVERTY_HOME`; `poverty run` checks and publishes what was loaded.
"""

import json
import sys
import tempfile
from pathlib import Path

from base.home import Home
from base.locks import held
from base.reference_build import write_reference
from base.territory import choose_territory
from base.whole_file import write_whole
from dagster_project.parsed_project import ensure_manifest
from ingestion.decisions import write_decisions
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key
from publication.build_state import begin_build, checks_folder, fingerprint_of, finish_build
from publication.check_results import dbt_results_path, expected_of, from_dbt, made_tables, save_results
from publication.finding_ledger import sync_from_current_release
from publication.inputs import inputs_of
from spark.duckdb_build import main as build

_MADE_FROM = "made_from.txt"


class NotLoadedError(RuntimeError):
    """Nothing was loaded or begun; the message says why and what to do."""


def begin(home: Home, tables: Path) -> None:
    """Read what has landed and write what models read; note in a new folder from what Spark will make the tables.

    Raises NotLoadedError.
    """
    ensure_key(home)
    ingest(home)
    with held(home.build_lock, "builds or publishes"):
        write_reference(home)
        write_decisions(home)
        sync_from_current_release(home)
        tables.mkdir(parents=True, exist_ok=True)
        if any(tables.iterdir()):
            raise NotLoadedError(
                f"{tables} is not empty: give a new folder, so that no older table is taken for a new one."
            )
        write_whole(tables / _MADE_FROM, fingerprint_of(inputs_of(home)))


def load(home: Home, tables: Path) -> int:
    """Fill a new build file with the tables of a folder; 0 when every one is there and keeps its contract.

    dbt makes each table as always, with names, types, keys and comments of its contract, but of the rows that Spark
    made. Raises NotLoadedError.
    """
    note = tables / _MADE_FROM
    if not note.exists():
        raise NotLoadedError(f"{tables} was not begun here: run `python -m spark.home begin` first.")
    with held(home.build_lock, "builds or publishes"):
        if note.read_text(encoding="utf-8") != fingerprint_of(inputs_of(home)):
            raise NotLoadedError(
                "Nothing was loaded: files, decisions, rules, code or the day are not those that the tables were made "
                "from. Begin again with a new folder; set POVERTY_BUILD_DATE where Spark works past midnight."
            )
        manifest = json.loads(ensure_manifest().read_text(encoding="utf-8"))
        expected, checks = expected_of(manifest)
        state = begin_build(home, "spark", expected, expected, checks)
        home.build_file.unlink(missing_ok=True)
        for path in checks_folder(home).glob("*.json"):  # of tables that DuckDB made
            path.unlink()
        with tempfile.TemporaryDirectory(prefix="poverty-load-") as folder:
            code = build(str(home.root), folder, "--vars", json.dumps({"tables_of_spark": str(tables)}))
            outcome = json.loads((Path(folder) / "target" / "run_results.json").read_text(encoding="utf-8"))
        save_results(dbt_results_path(home), from_dbt(manifest, outcome))
        finish_build(home, state, made_tables(manifest, outcome))
    return code


def main(verb: str, tables: str) -> int:
    """0 when it was done, 1 when a table is missing or breaks its contract, 2 when nothing was tried."""
    home = Home.from_environment().create()
    choose_territory(home)
    try:
        if verb == "begin":
            begin(home, Path(tables).resolve())
            return 0
        return load(home, Path(tables).resolve())
    except NotLoadedError as refused:
        print(refused, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
