"""`poverty`: everything `make` does, and a few looks at the warehouse, from one command line.

Exit codes: 0 published (or the question was answered), 1 not published or failed, 2 wrong call.
"""

import contextlib
import io
import json
import os
import re
import shlex
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from filelock import FileLock
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from base.full_disk import FullDiskError, full_sentence, is_full, is_little_left, says_full
from base.home import Home
from base.leftovers import sweep
from base.machine import (
    check_path,
    check_resources,
    own_environment,
    plain_path,
    sentence_for,
    settle_temporary_folder,
    use_environment,
)
from base.product import PACKAGES, BrokenProjectError, product_version
from base.reference import WrongReferenceError, survey_years
from base.release_layout import read_datapackage
from base.territory import choose_territory, record_territory
from base.whole_file import BrokenFileError
from ingestion.decisions import write_first_waivers
from ingestion.ingest import files_to_read, lost_files, place_decisions
from ingestion.landing import list_landing, what_was_not_read
from ingestion.published_heads import check_own_files, open_registry
from ingestion.raw_store import has_registry_tables
from ingestion.registry import BrokenRegistryError
from operations.logs import next_log
from operations.state import state_of
from poverty_cli import summary
from poverty_cli.alert_command import alert, tell_after_run
from poverty_cli.backup_command import backup, restore
from poverty_cli.close_command import close, recognition, reopen
from poverty_cli.decisions_command import decisions
from poverty_cli.export_command import export
from poverty_cli.feedback_command import feedback
from poverty_cli.forms_command import forms
from poverty_cli.hamlets_command import hamlets
from poverty_cli.measure_command import measure
from poverty_cli.nation_command import nation
from poverty_cli.open_data import make_open_data
from poverty_cli.private_place import remove_left_behind
from poverty_cli.prune_command import prune
from poverty_cli.release_commands import diff, rollback, verify
from poverty_cli.signing_command import signing_key
from poverty_cli.template_command import template
from poverty_cli.terminal import Terminal
from poverty_cli.territory_command import territory
from poverty_cli.trace_command import trace
from poverty_cli.withdraw_command import erase, withdraw
from poverty_cli.workbooks_command import workbooks
from publication.build_state import finished_build
from publication.publish import is_up_to_date

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A warehouse of Vietnam's yearly poverty reviews. All data is under $POVERTY_HOME (default ./data).",
)
app.add_typer(export, name="export")
app.add_typer(territory, name="territory")
app.add_typer(forms, name="forms")
app.add_typer(decisions, name="decisions")
console = Terminal()
errors = Terminal(stderr=True)

Year = Annotated[
    int | None, typer.Option("--year", min=survey_years()[0], max=survey_years()[-1], help="One survey year only.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 1 when error findings are open, though published.")]
Reread = Annotated[bool, typer.Option("--reread", help="Read archived files again, also those that are known.")]


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"poverty {product_version()}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="The version of the product.")
    ] = False,
) -> None:
    """What holds for every command: --version, the territory of the home, and who may read what is made."""
    use_environment(own_environment())
    settle_temporary_folder()
    check_path(Home.from_environment().root)
    os.umask(0o027)  # whatever the caller's is; what holds personal data is made for its owner only
    remove_left_behind()
    if context.invoked_subcommand != territory.info.name:
        choose_territory(Home.from_environment())


def _job(home: Home, name: str, *, year: int | None = None, whole_range: bool = False, reread: bool = False) -> None:
    """Run a Dagster job; exits 1 when it failed, with the reason in one sentence."""
    check_resources()
    from dagster_project.instance import run_job  # Dagster takes seconds to import; other commands do without
    from dagster_project.jobs import ALL_YEARS

    tags: Mapping[str, str] | None = ALL_YEARS if whole_range and year is None else None
    log = next_log(home, name)
    # What Dagster prints of its own troubles has traces and may quote a cell; messages go round it (loggers.py).
    noise = contextlib.redirect_stderr(io.StringIO())
    with log.open("w", encoding="utf-8") as file, contextlib.redirect_stdout(file), noise:
        result = run_job(home, name, tags=tags, partition=str(year) if year else None, reread=reread)
    if not result.success:
        for event in result.all_events:
            if event.is_step_failure:
                data = event.step_failure_data
                reason = data.user_failure_data.description if data.user_failure_data else None
                if reason is None and data.error is not None:
                    cause = data.error.cause or data.error
                    # Dagster puts the exception's dotted name before its sentence.
                    reason = re.sub(r"^[\w.]+Error: ", "", cause.message.strip())
                    reason = full_sentence(home) if says_full(reason) else reason
                errors.print(Text(f"{event.step_key} failed:", "red"), reason, soft_wrap=True)
        if log.stat().st_size:
            errors.print(f"The log is {log}", soft_wrap=True)
        raise typer.Exit(1)


def _make_sample(home: Home, seed: int) -> None:
    from sample import generate_province  # numpy and pandas only when a sample is made

    columns = (TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors) as progress:
        task = progress.add_task("Sample province: simulating", total=None)

        def on_progress(done: int, total: int) -> None:
            progress.update(task, description="Sample province: writing workbooks", completed=done, total=total)

        record_territory(home)
        made = generate_province(home.landing, home.truth, seed, on_progress=on_progress)
    console.print(
        f"Sample province (simulated data): {made.files:,} workbooks, {made.household_rows:,} household rows, "
        f"{made.member_rows:,} members in {home.landing}",
        soft_wrap=True,
    )
    if write_first_waivers(home, made.waivers):
        console.print(
            f"{len(made.waivers)} of its files are answered by no later one; they are waived in "
            f"{home.decisions / 'waivers.csv'}",
            soft_wrap=True,
        )


def _why_no_sample(home: Home) -> str | None:
    """Why a sample may not be made here; None where it may.

    Made-up workbooks among real ones would be counted with them, so any entry in landing is one too many.
    """
    if next(home.landing.iterdir(), None) is not None:
        return f"{home.landing} is not empty; the sample is only made in an empty landing folder."
    if open_registry(home).entries and not home.truth.exists():
        return f"{home.root} has received files that are no sample; make the sample in a new home."
    return None


def sample(seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 2021) -> None:
    """Make the sample province in an empty landing folder: simulated workbooks of the territory, every survey year."""
    home = Home.from_environment().create()
    refusal = _why_no_sample(home)
    if refusal:
        errors.print(refusal, soft_wrap=True, markup=False)
        raise typer.Exit(2)
    _make_sample(home, seed)


def _checked_home() -> Home:
    """The home of a command that writes, once its own files are whole and what a killed run left is swept away."""
    home = Home.from_environment().create()
    sweep(home)
    check_own_files(home)
    return home


@app.command()
def run(strict: Strict = False) -> None:
    """Do everything: read what is new, build, check, publish. Makes the sample province when landing is empty."""
    try:
        _run(strict)
    finally:
        tell_after_run(Home.from_environment())


def _run(strict: bool) -> None:
    home = _checked_home()
    summary.print_lost_files(console, home, open_registry(home))
    with FileLock(home.archive / "sample.lock"):  # two first runs at once make one sample
        if not home.registry.exists() and _why_no_sample(home) is None:
            _make_sample(home, seed=2021)
    if _is_fresh(home):
        console.print("Nothing new since the last release; no workbook was read.")
        for sentence in what_was_not_read(list_landing(home.landing)):
            console.print(sentence, soft_wrap=True)
    else:
        summary.print_texts_to_publish(console, home)
        _job(home, "everything", whole_range=True)
    _finish(home, strict)


def _is_fresh(home: Home) -> bool:
    """Whether the current release was made from just these files and this code, and all its waivers still hold."""
    registry = open_registry(home)
    files, _, landed = files_to_read(home, registry)
    return not files and not place_decisions(home, registry, landed, datetime.now(UTC)) and is_up_to_date(home)


@app.command()
def ingest(year: Year = None, reread: Reread = False) -> None:
    """Read new workbooks in landing into archive, registry and raw Parquet."""
    home = _checked_home()
    summary.print_lost_files(console, home, open_registry(home))
    _job(home, "ingestion", year=year, whole_range=True, reread=reread)
    summary.print_status(console, home)


@app.command()
def build() -> None:
    """Build all models from what was ingested, and check them; nothing is published."""
    home = _checked_home()
    lost = lost_files(home, open_registry(home))
    if lost or not has_registry_tables(home):
        errors.print("raw/ was not made yet or has lost files: `poverty run` reads them from landing and archive.")
        raise typer.Exit(1)
    summary.print_texts_to_publish(console, home)
    _job(home, "build")
    console.print("Built and checked. `poverty publish` publishes it.")


@app.command()
def publish(
    strict: Strict = False,
    public: Annotated[bool, typer.Option("--public", help="Also make the open-data edition of the release.")] = False,
) -> None:
    """Publish the last whole and checked build as a new release; with --public as open data without small counts."""
    home = _checked_home()
    if not (public and _is_published(home)):
        _job(home, "publication")
    if public:
        make_open_data(console, home)
    _finish(home, strict)


def _is_published(home: Home) -> bool:
    """Whether the current release is already that of the last whole build."""
    description, built = read_datapackage(home.current), finished_build(home)
    return description is not None and built is not None and description["inputsState"] == built.inputs.state


@app.command()
def status(
    paths: Annotated[
        bool, typer.Option("--paths", help="Also name files and folders of landing; a name may name a person.")
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="For monitoring: JSON, exit 0 when all is fine, 1 when there is something to do."),
    ] = False,
) -> None:
    """What has landed, what waits for an answer, what is missing, what is published, how full the disk is."""
    home = Home.from_environment().create()
    if not as_json:
        summary.print_status(console, home, with_paths=paths)
        return
    if paths:
        errors.print("--json names no paths: give --paths without it.")
        raise typer.Exit(2)
    try:
        state = state_of(home)
    except (BrokenFileError, BrokenRegistryError) as problem:
        state = {"status": "broken", "toDo": [{"code": "broken", "sentence": str(problem)}]}
    typer.echo(json.dumps(state, ensure_ascii=False, indent=1))
    if state["status"] != "fine":
        raise typer.Exit(1)


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="An .xlsx file.")],
    lang: Annotated[str, typer.Option("--lang", help="vi or en: the language of the answer.")] = "vi",
    output: Annotated[
        Path | None, typer.Option("--output", help="Also write every finding with its cell as an Excel list (.xlsx).")
    ] = None,
) -> None:
    """What a workbook is and every problem in it, before anyone drops it into landing. Exit 1 if it has errors."""
    from poverty_cli.inspect_file import inspect_file
    from reports.feedback.inspection import Language

    if lang not in list(Language):
        errors.print(f"There is no language {lang}: give vi or en.", markup=False)
        raise typer.Exit(2)
    if output is not None and (output.suffix.lower() != ".xlsx" or output.exists() or not output.parent.is_dir()):
        errors.print(
            f"{output} cannot be the list: give a new name that ends in .xlsx, in a folder that exists. "
            "No workbook is overwritten.",
            soft_wrap=True,
            markup=False,
        )
        raise typer.Exit(2)
    if inspect_file(console, file, Language(lang), output):
        raise typer.Exit(1)


# In the order of --help: what runs the warehouse comes first, the sample at the end.
for command in (
    withdraw,
    erase,
    close,
    reopen,
    backup,
    restore,
    prune,
    alert,
    trace,
    diff,
    verify,
    rollback,
    feedback,
    template,
    signing_key,
    workbooks,
    hamlets,
    recognition,
    nation,
    measure,
    sample,
):
    app.command()(command)


def _finish(home: Home, strict: bool) -> None:
    open_errors = summary.print_release(console, home)
    executable = shlex.quote(str(Path(sys.executable).parent / "dagster"))
    short = "make dev  or  " if (PACKAGES / "Makefile").exists() else ""
    console.print(
        f"Dagster UI: {short}DAGSTER_HOME={shlex.quote(str(plain_path(home.root) / home.dagster.name))} "
        f"POVERTY_HOME={shlex.quote(str(home.root))} {executable} dev -m dagster_project.definitions",
        soft_wrap=True,
    )
    if home.current.exists():
        summary.print_refusals(console, home)
    if strict and open_errors:
        errors.print(f"--strict: {open_errors} error findings are open.")
        raise typer.Exit(1)


def main() -> None:
    """The entry point: errors that a person can fix end in one sentence and exit code 1, without a traceback."""
    try:
        app()
    except (BrokenFileError, BrokenProjectError, BrokenRegistryError, FullDiskError, WrongReferenceError) as problem:
        errors.print(str(problem), soft_wrap=True)
        raise SystemExit(1) from None
    except Exception as problem:  # its text may quote a cell, so only its kind and place are shown
        home = Home.from_environment()
        sentence = sentence_for(problem, home.root)
        # A library without room may say anything, such as "disk I/O error".
        if is_full(problem) or (sentence is None and home.root.exists() and is_little_left(home)):
            sentence = full_sentence(home)
        if sentence:
            errors.print(sentence, soft_wrap=True, markup=False)
            raise SystemExit(1) from None
        places = "".join(traceback.format_tb(problem.__traceback__)[-3:])
        errors.print(
            f"Unexpected {type(problem).__name__}; please report it with these lines:\n{places}", soft_wrap=True
        )
        raise SystemExit(1) from None
