"""`poverty inspect FILE`: what a workbook is and every problem in it.

There is no second set of rules: the file is ingested as always, and the row and value checks are the dbt models that
the warehouse runs.
"""

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import duckdb
from rich.console import Console
from rich.table import Table

from base.foreign_text import shown
from base.home import Home
from base.product import DBT
from base.reference_build import write_reference
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key
from ingestion.registry import Registry
from poverty_cli.private_place import private_folder
from poverty_cli.terminal import foreign

# Completeness is about communes that sent nothing, which one file alone cannot answer.
_ABOUT_ONE_FILE = (
    "select severity, check_code, sheet, row_number, column_name, message from quality.finding "
    "where source_file_id is not null order by severity, sheet, row_number, column_name"
)


def inspect_file(console: Console, file: Path) -> bool:
    """Print what the file is and its findings; returns whether any is an error."""
    for stop in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C does, so that the copy is removed
        signal.signal(stop, lambda number, _: exit_with(128 + number))
    with private_folder() as folder:
        home = Home(folder).create()
        shutil.copyfile(file, home.landing / "inspected.xlsx")
        ensure_key(home)
        ingest(home, workers=1)
        entry = next(iter(Registry.open(home.registry).current().values()), None)
        if entry is None:
            console.print("The file is empty.")
        else:
            _print_facts(console, entry)
        findings = _findings(home)
    if not findings:
        console.print("No problem found.")
    else:
        title = f"{len(findings)} finding{'s' if len(findings) != 1 else ''}"
        table = Table(title=title, title_justify="left", show_lines=False)
        for heading in ("Severity", "Check", "Sheet", "Row", "Column", "What and what to do"):
            table.add_column(heading, overflow="fold")
        for finding in findings:
            table.add_row(*("" if value is None else foreign(value) for value in finding))
        console.print(table)
    return any(finding[0] == "error" for finding in findings)


def exit_with(code: int) -> NoReturn:
    """End with an exit code, through every `finally`."""
    raise SystemExit(code)


def _print_facts(console: Console, entry: dict[str, object]) -> None:
    console.print(f"Checksum:   {entry['sha256']}")
    for label, key in (
        ("Form", "form"),
        ("Year", "survey_year"),
        ("Commune", "commune_code"),
        ("Submission", "submission_number"),
        ("Maturity", "maturity"),
        ("Households", "household_rows"),
        ("Members", "member_rows"),
        ("Would be", "status"),
    ):
        value = entry[key]
        console.print(f"{label + ':':<11} {shown(value) if value is not None else 'not readable'}", markup=False)


def _findings(home: Home) -> list[tuple[object, ...]]:
    from dagster_project.parsed_project import dbt_environment, ensure_manifest, run_parsed

    # Neither a log nor results are kept: their messages quote cells.
    arguments = ["run", "--select", "+finding", "--project-dir", str(DBT), "--profiles-dir", str(DBT)]
    arguments += ["--log-level-file", "none", "--no-write-json"]
    write_reference(home)
    ensure_manifest()
    built = subprocess.run(
        [sys.executable, *run_parsed(), "--quiet", *arguments],
        env=dbt_environment(home),
        capture_output=True,
        check=False,
    )
    if built.returncode != 0:
        raise RuntimeError("The checks could not be run on this file. Run `poverty build` to see why.")
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        return connection.execute(_ABOUT_ONE_FILE).fetchall()
