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
from rich.text import Text

from base.foreign_text import shown, without_hidden
from base.forms import load_forms
from base.home import Home
from base.product import DBT
from base.reference_build import write_reference
from ingestion.cell_addresses import locate_fields
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key
from ingestion.quiet_readers import quiet_readers
from ingestion.registry import Registry
from poverty_cli.private_place import private_folder
from reports.feedback.correction_workbook import write_inspection
from reports.feedback.inspection import Inspection, Language
from reports.tables import ReleaseTables, Row

# Completeness is about communes that sent nothing, which one file alone cannot answer.
_ABOUT_ONE_FILE = (
    "from quality.finding where source_file_id is not null "
    "order by severity, sheet nulls first, row_number nulls first, check_code, column_name"
)
# A household that is set aside takes its members with it.
_LEFT_OUT = """
    with households as (
        select distinct households.sheet, households.row_number, households.household_code
        from intermediate.int_household_row_problem
        inner join staging.stg_household as households using (source_file_id, row_number)
    )
    select 1 as position, sheet, row_number from households
    union
    select 2, sheet, row_number from staging.stg_member
    where household_code in (select household_code from households)
        or row_number in (select row_number from intermediate.int_member_row_problem)
    order by all
"""


def inspect_file(console: Console, file: Path, language: Language, output: Path | None) -> bool:
    """Print what the file is, what would become of it and its findings, also as a list; whether any is an error."""
    for stop in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C does, so that the copy is removed
        signal.signal(stop, lambda number, _: exit_with(128 + number))
    with private_folder() as folder:
        home = Home(folder).create()
        landed = home.landing / "inspected.xlsx"
        shutil.copyfile(file, landed)
        ensure_key(home)
        ingest(home, workers=1)
        entry = next(iter(Registry.open(home.registry).current().values()), None)
        with quiet_readers():
            places = locate_fields(landed.read_bytes(), load_forms())
        inspection = Inspection(entry, *_findings(home), places, language)
    print_inspection(console, inspection)
    if output is not None:
        write_inspection(output, inspection)
        console.print(str(output), soft_wrap=True, highlight=False)
    return bool(inspection.errors)


def print_inspection(console: Console, inspection: Inspection) -> None:
    """Print an inspection as wide as the terminal."""
    facts = inspection.facts()
    width = max((len(label) for label, _ in facts), default=0) + 2
    for label, value in facts:
        console.print(f"{label + ':':<{width}}{shown(value)}", markup=False, highlight=False, soft_wrap=True)
    lines, verdict = inspection.lines(), Text(without_hidden(inspection.verdict()), "bold")
    if not lines:
        console.print(inspection.counted())
        console.print(verdict)
        return
    table = Table(title=inspection.counted(), title_justify="left", show_lines=True)
    severity, where, what = inspection.words.headings
    table.add_column(severity, no_wrap=True)
    table.add_column(where, max_width=max(console.width // 3, 20))
    table.add_column(what)
    for line in lines:
        table.add_row(line.severity, Text(without_hidden(line.where)), Text(line.what))
    console.print(table)
    console.print(verdict)  # last: a long table moves what is above it out of sight


def exit_with(code: int) -> NoReturn:
    """End with an exit code, through every `finally`."""
    raise SystemExit(code)


def _findings(home: Home) -> tuple[list[Row], list[tuple[str, int]]]:
    """The findings of the only file, and the rows that would be left out of all figures."""
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
        tables = ReleaseTables(connection)
        return tables.rows(_ABOUT_ONE_FILE), [(row["sheet"], row["row_number"]) for row in tables.rows(_LEFT_OUT)]
