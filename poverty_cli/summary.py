"""What the command line prints about a warehouse: its release, its findings, its files."""

import shutil
from collections import Counter

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from base.foreign_text import shown
from base.home import Home
from base.release_layout import DATABASE, DESCRIPTION, PARQUET, REPORTS, read_datapackage
from base.text import fold, some
from ingestion.decisions import DECISION_FILES, LINKS, PUBLISHED_TEXTS, checked_lines, link_lines
from ingestion.extract import SOURCE_FILE_ID_LENGTH
from ingestion.ingest import SETTLED, files_to_read, lost_files
from ingestion.landing import LandingList, printable_path, stored_path, what_was_not_read
from ingestion.published_heads import open_registry
from ingestion.registry import REJECTED, Entry, Registry
from ingestion.settled import has_same_number, open_rejections
from operations.disk_use import disk_use
from operations.state import closed_years_of, to_do, years_of
from reports.simulated import simulated_files
from reports.tables import ReleaseTables, open_release

_LISTED = 20
# What must be done and is not said elsewhere in `poverty status`.
_SAID_LAST = ("run_failed", "check_failed", "little_disk", "rolled_back", "release_out_of_date", "year_late")
_LINES_SHOWN = 10


def print_release(console: Console, home: Home) -> int:
    """Where the release is, the poor rate by year, the findings summed up. Returns the open error findings."""
    description = read_datapackage(home.current)
    if description is None:
        console.print("Nothing is published yet. `poverty run` does everything.")
        return 0
    database = home.current / DATABASE
    with duckdb.connect(str(database), read_only=True) as connection:
        rates = connection.execute(
            "select survey_year, resident_households, poor_households, near_poor_households, poor_rate, "
            "near_poor_rate, communes_received, communes_expected, is_final from marts.area_year "
            "where area_level = 'province' and boundary = 'as_reviewed' order by survey_year"
        ).fetchall()
        simulated = simulated_files(ReleaseTables(connection))
        findings = connection.execute(
            "select severity, level, count(*) from quality.finding where is_open group by all order by all"
        ).fetchall()
    table = Table(
        title="Poor rate by survey year, province (official results, standard of the year)", title_justify="left"
    )
    for heading in ("Year", "Residents", "Poor", "Near", "Poor %", "Near %", "Communes", "Maturity"):
        table.add_column(heading, justify="right")
    for year, residents, poor, near, rate, near_rate, received, expected, is_final in rates:
        table.add_row(
            str(year),
            f"{residents:,}" if residents is not None else "-",
            f"{poor:,}",
            f"{near:,}",
            f"{rate:.2%}" if rate is not None else "-",
            f"{near_rate:.2%}" if near_rate is not None else "-",
            f"{received}/{expected}",
            "final" if is_final else "provisional",
        )
    console.print(table)
    _print_simulated(console, *simulated)
    for severity, level, count in findings:
        console.print(f"Open findings: {count:,} {severity}s of level {level} (quality.finding)")
    if description["waiversInForce"]:
        waived = sum(waiver["findingsWaived"] for waiver in description["waiversInForce"])
        console.print(
            f"Waivers in force: {len(description['waiversInForce'])}, covering {waived:,} findings (quality.waiver)"
        )
    reasons = "; ".join(description["maturityReasons"])
    console.print(
        f"Release {description['id']}: {description['maturity']}{f' ({reasons})' if reasons else ''}", soft_wrap=True
    )
    console.print(f"Database:    {database}", soft_wrap=True)
    console.print(f"Parquet:     {home.current / PARQUET}", soft_wrap=True)
    console.print(f"Reports:     {home.current / REPORTS / 'index.html'}", soft_wrap=True)
    console.print(f"Description: {home.current / DESCRIPTION}", soft_wrap=True)
    return sum(count for severity, _, count in findings if severity == "error")


def print_status(console: Console, home: Home, *, with_paths: bool = False) -> None:
    """Corrections that do not count, files by survey year, communes without an accepted file, what waits in landing or
    for an answer, and the current release. Names of files only `with_paths`: they may name a person.
    """
    registry = open_registry(home)
    current = registry.current().values()
    rejections = open_rejections(registry)
    for entry in rejections:
        if has_same_number(entry):
            console.print(
                Text("A correction does not count:", "bold"),
                f"commune {entry['commune_code']} sent file "
                f"{_id(entry)} for {entry['survey_year']} with number {entry['submission_number']}, which an "
                "accepted file has already. It must be sent again with a higher number.",
                soft_wrap=True,
                highlight=False,
            )
    table = Table(title=f"What has landed in {home.landing}", title_justify="left")
    for heading in ("Year", "Communes received", "Expected", "Missing", "Files accepted", "Files rejected"):
        table.add_column(heading, justify="right")
    years = years_of(registry)
    for year in years:
        counts = (year.communes_received, year.communes_expected, len(year.communes_missing))
        table.add_row(*map(str, (year.survey_year, *counts, year.files_accepted, year.files_rejected)))
    console.print(table)
    for closed in closed_years_of(registry):
        held = closed["heldFiles"]
        console.print(
            f"{closed['surveyYear']} is closed: decision {closed['decisionNumber']} of {closed['decidedOn']}, signed "
            f"by {closed['signer']}. " + (f"Held until it is reopened: {some(held)}." if held else "No file is held."),
            soft_wrap=True,
            highlight=False,
            markup=False,
        )
    undated = sum(1 for entry in current if entry["status"] == REJECTED and entry["survey_year"] is None)
    if undated:
        console.print(f"{undated} files were rejected whose survey year could not be read.")
    for year in years:
        missing = year.communes_missing
        if missing and year.files_accepted:
            console.print(f"{year.survey_year}: no accepted file from {some(missing)}", soft_wrap=True)
    waiting, _, landed = files_to_read(home, registry)
    lost = lost_files(home, registry)
    unread = sum(1 for received in waiting if received.sha256 not in lost)
    console.print(f"{len(landed.checksums) + len(landed.empty):,} files in landing, {unread:,} not read yet.")
    print_lost_files(console, home, registry)
    _print_ignored(console, landed, with_paths)
    for sentence in what_was_not_read(landed):
        console.print(sentence, soft_wrap=True)
    _print_rejections(console, registry, rejections, with_paths)
    print_texts_to_publish(console, home)
    description = read_datapackage(home.current)
    if description is None:
        console.print("Nothing is published yet. `poverty run` does everything.")
    else:
        console.print(
            f"Published: release {description['id']}, {description['maturity']}, made by version "
            f"{description['codeVersion']}, {home.current / DATABASE}",
            soft_wrap=True,
        )
        with open_release(home.current) as tables:
            _print_simulated(console, *simulated_files(tables))
        _print_decisions(console, home)
    for reason in to_do(home, registry, waiting):
        if reason.code in _SAID_LAST:
            console.print(reason.sentence, soft_wrap=True)
    sizes = ", ".join(f"{folder} {size / 2**20:,.1f}" for folder, size in disk_use(home).items())
    console.print(
        f"Disk (MB): {sizes}; {shutil.disk_usage(home.root).free / 2**20:,.0f} free", soft_wrap=True, highlight=False
    )


def _print_ignored(console: Console, landed: LandingList, with_paths: bool) -> None:
    """What lies in landing and is no delivery."""
    for reason, count in sorted(Counter(landed.ignored.values()).items()):
        console.print(f"Passed over in landing: {count:,} × {reason}", highlight=False)
        if with_paths:
            _print_paths(console, [stored_path(path) for path, why in landed.ignored.items() if why == reason])
    if with_paths and landed.unsteady:
        console.print("Vanished or changed while they were read:")
        _print_paths(console, [stored_path(path) for path in landed.unsteady])


def _print_rejections(console: Console, registry: Registry, rejections: list[Entry], with_paths: bool) -> None:
    """Rejected files and places of landing whose findings are open."""
    places = [place for place in registry.places().values() if place["status"] != SETTLED]
    waiting = [(_id(entry), _about(entry), entry) for entry in rejections]
    waiting += [(place["place"], place["status"], place) for place in places]
    if waiting:
        console.print(f"Waiting for an answer: {len(waiting):,} files and places of landing")
    for mark, about, entry in waiting if with_paths else waiting[:_LISTED]:
        codes = ", ".join(dict.fromkeys(one["check_code"] for one in entry["findings"] if one["severity"] == "error"))
        console.print(f"  {mark}: {about}, {codes}", soft_wrap=True, highlight=False, markup=False)
        if with_paths:
            _print_paths(console, [entry["landing_path"]])
    if len(waiting) > _LISTED and not with_paths:
        console.print(f"  … {len(waiting) - _LISTED:,} more; --paths lists all, with their paths.")


def _id(entry: Entry) -> str:
    return str(entry["sha256"][:SOURCE_FILE_ID_LENGTH])


def _about(entry: Entry) -> str:
    whose = f"commune {entry['commune_code'] or 'unknown'}, {entry['survey_year'] or 'year unknown'}"
    return f"{whose}, submission {entry['submission_number'] or 'unknown'}"


def _print_paths(console: Console, stored: list[str | None]) -> None:
    for path in stored:
        if path is not None:
            console.print(
                f"    landing/{printable_path(path)}", soft_wrap=True, highlight=False, markup=False, emoji=False
            )


def print_lost_files(console: Console, home: Home, registry: Registry) -> None:
    """That raw/ has lost cells, where it has; the next run makes them again."""
    lost = len(lost_files(home, registry))
    if lost:
        console.print(f"raw/ has lost the cells of {lost:,} accepted files: `poverty run` reads them from the archive.")


def _print_simulated(console: Console, simulated: int, current: int) -> None:
    """That data are made up, where the workbooks themselves say so."""
    if simulated:
        files = (
            f"all {current:,} current files" if simulated == current else f"{simulated:,} of {current:,} current files"
        )
        console.print(Text.assemble(("Simulated data", "bold"), f": {files} say so on their cover."), soft_wrap=True)


def print_texts_to_publish(console: Console, home: Home) -> None:
    """What decisions that no release has yet would publish, word by word, and which lines are refused for their text.

    For the terminal only: a person sees a text before it counts.
    """
    print_broken_links(console, home)
    released = _released_texts(home)
    for name, (file_name, _) in DECISION_FILES.items():
        said: dict[str, list[str]] = {}
        for line in checked_lines(home, name):
            number = str(line["line_number"])
            if line["text_problem"]:
                console.print(f"Dòng {number} của {file_name}: {line['text_problem']}.", soft_wrap=True, markup=False)
                continue
            texts = {column: line.get(column) for column in PUBLISHED_TEXTS}
            if {fold(text) for text in texts.values() if text} - released:
                words = ", ".join(f"{column} «{shown(text)}»" for column, text in texts.items() if text)
                said.setdefault(words, []).append(number)
        for words, numbers in said.items():
            some = ", ".join(numbers[:_LINES_SHOWN]) + (" …" if len(numbers) > _LINES_SHOWN else "")
            console.print(f"{file_name} line {some} will be published: {words}", soft_wrap=True, markup=False)


def print_broken_links(console: Console, home: Home) -> None:
    """Which lines of links.csv cannot be read as cells, so that they decide nothing."""
    for line in link_lines(home):
        if line["is_broken"]:
            console.print(
                f"Dòng {line['line_number']} của {LINKS}: không đọc được thành các ô (dấu ngoặc kép hoặc tên cột)."
            )


def print_refusals(console: Console, home: Home) -> None:
    """Which lines of decision files the current release refused and why, by file and line; no value of theirs."""
    tables = {
        "waiver": (DECISION_FILES["waiver"][0], "status = 'invalid'", "problem"),
        "correction": (DECISION_FILES["correction"][0], "status = 'refused'", "refusal"),
        "link_decision": (LINKS, "status = 'refused'", "refusal"),
    }
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        published = {
            row[0]
            for row in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'quality'"
            ).fetchall()
        }
        refused = {
            file_name: [
                str(why)
                for (why,) in connection.execute(
                    f"select {column} from quality.{name} where {condition} and {column} is not null "
                    "order by line_number"
                ).fetchall()
            ]
            for name, (file_name, condition, column) in tables.items()
            if name in published  # a release made before there were decisions has none
        }
    for file_name, lines in refused.items():
        if lines:
            console.print(
                Text(f"{home.decisions / file_name}: {len(lines):,} dòng bị từ chối, không có hiệu lực", "bold"),
                soft_wrap=True,
            )
        for why in lines[:_LISTED]:
            console.print(f"  {why}", soft_wrap=True, markup=False, highlight=False)
        if len(lines) > _LISTED:
            more = f"  … {len(lines) - _LISTED:,} dòng nữa: {home.current / REPORTS / 'audit' / 'decisions.html'}"
            console.print(more, soft_wrap=True, markup=False, highlight=False)


def _released_texts(home: Home) -> set[str]:
    if not (home.current / DATABASE).exists():
        return set()
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'quality' "
            "and table_name in ('waiver', 'correction') and column_name in (select unnest(?))",
            [list(PUBLISHED_TEXTS)],
        ).fetchall()
        return {
            fold(text)
            for table, column in columns
            for (text,) in connection.execute(f"select distinct {column} from quality.{table}").fetchall()
            if text
        }


def _print_decisions(console: Console, home: Home) -> None:
    """How many waivers and corrections the current release counts, by what became of them."""
    tables = {"waiver": ("in_force", "expired", "invalid"), "correction": ("applied", "refused")}
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        published = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
        for table, statuses in tables.items():
            if table not in published:  # a release made before there were decisions
                continue
            counts = dict(
                connection.execute(f"select status, count(*) from quality.{table} group by status").fetchall()
            )
            counted = ", ".join(f"{counts.get(status, 0)} {status.replace('_', ' ')}" for status in statuses)
            console.print(f"{table.capitalize()}s: {counted} (quality.{table})")
