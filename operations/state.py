"""The state of a home for monitoring: what has come, what is published, what must be done. No personal value.

Nothing here names a file: its name may name a person.
"""

import os
import re
import shutil
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from base.build_date import today
from base.full_disk import needed_bytes
from base.home import Home
from base.machine import MachineError
from base.product import product_version
from base.reference import cutoff_date, units_valid_on
from base.release_layout import DATABASE, read_datapackage
from base.text import some
from ingestion.closures import closed_years, held_files
from ingestion.extract import SOURCE_FILE_ID_LENGTH
from ingestion.ingest import SETTLED, Received, files_to_read, lost_files
from ingestion.published_heads import open_registry
from ingestion.registry import ACCEPTED, REJECTED, Entry, Registry
from ingestion.settled import has_same_number, open_rejections
from operations.disk_use import disk_use
from operations.rollback import newer_release
from operations.run_history import last_run
from publication.check_results import (
    blocks_publication,
    dbt_results_path,
    expectations_results_path,
    load_results,
)
from publication.inputs import inputs_of

FINAL_BY_VARIABLE = "POVERTY_FINAL_BY"
_USUAL_FINAL_BY = "01-15"


@dataclass(frozen=True)
class Reason:
    """Something that must be done: a code for programs, a sentence for people, and about what, such as ids of files.

    The same code about something else is news.
    """

    code: str
    sentence: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class YearState:
    """What has come of a survey year."""

    survey_year: int
    communes_received: int
    communes_expected: int
    communes_missing: list[str]
    files_accepted: int
    files_rejected: int


def years_of(registry: Registry) -> list[YearState]:
    """What has come, by survey year; files whose year could not be read are of none."""
    current, held = registry.current().values(), held_files(registry)
    accepted = [entry for entry in current if entry["status"] == ACCEPTED]
    files = Counter(entry["survey_year"] for entry in accepted)
    rejected = Counter(entry["survey_year"] for entry in current if entry["status"] == REJECTED)
    years = []
    for year in sorted({*files, *rejected} - {None}):
        received = {
            entry["commune_code"] for entry in accepted if entry["survey_year"] == year and entry["sha256"] not in held
        }
        expected = set(units_valid_on(cutoff_date(year)))
        missing = sorted(expected - received)
        years.append(YearState(year, len(received), len(expected), missing, files[year], rejected[year]))
    return years


def closed_years_of(registry: Registry) -> list[dict[str, Any]]:
    """The closed years with their decision and the files that are held for them, for programs."""
    held = held_files(registry)
    closed = closed_years(registry)
    holding: dict[int, list[str]] = {year: [] for year in sorted(closed)}
    for sha256, entry in registry.current().items():
        if sha256 in held:  # by its own year, or by the next one that is closed
            holding[min(year for year in closed if year >= entry["survey_year"])].append(_id(entry))
    return [
        {
            "surveyYear": year,
            "decisionNumber": closed[year].entry["decision_number"],
            "decidedOn": closed[year].entry["decided_on"],
            "signer": closed[year].entry["signer"],
            "heldFiles": files,
        }
        for year, files in holding.items()
    ]


def late_years(home: Home, closed: Container[int] = ()) -> list[int]:
    """The survey years of the current release that are still provisional after their date in the year that follows;
    of a closed year nothing more is awaited."""
    by = _final_by()
    if not (home.current / DATABASE).exists():
        return []
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        open_years = connection.execute(
            "select survey_year from marts.area_year where area_level = 'province' and boundary = 'as_reviewed' "
            "and not is_final order by 1"
        ).fetchall()
    return [year for (year,) in open_years if year not in closed and today() > date(year + 1, *by)]


def _final_by() -> tuple[int, int]:
    given = os.environ.get(FINAL_BY_VARIABLE) or _USUAL_FINAL_BY
    found = re.fullmatch(r"(\d\d)-(\d\d)", given)
    try:
        month, day = (int(part) for part in found.groups()) if found else (0, 0)
        date(2001, month, day)
    except ValueError:
        raise MachineError(f"{FINAL_BY_VARIABLE} must be a month and a day, such as {_USUAL_FINAL_BY}.") from None
    return month, day


def to_do(home: Home, registry: Registry, waiting: Sequence[Received] | None = None) -> list[Reason]:
    """What must be done, the most urgent first. `waiting` are the files to read, where the caller has looked."""
    description = read_datapackage(home.current)
    if waiting is None:
        waiting, _, _ = files_to_read(home, registry)
    lost = lost_files(home, registry)
    unread = sum(1 for received in waiting if received.sha256 not in lost)
    rejections = open_rejections(registry)
    same_number = [_id(entry) for entry in rejections if has_same_number(entry)]
    places = [mark for mark, place in registry.places().items() if place["status"] != SETTLED]
    rejected = [*map(_id, rejections), *places]
    run, newer, late = last_run(home), newer_release(home), late_years(home, closed_years(registry))
    free, needed = shutil.disk_usage(home.root).free, needed_bytes(home)
    is_stale = description is not None and not newer and description.get("inputsState") != inputs_of(home).state
    failed = _failed_checks(home)
    found: list[tuple[str, object, str, Iterable[object]]] = [
        (
            "run_failed",
            run and run.is_failed,
            f"The last run ({run.job}, ended {run.ended_at}) failed: run again, or see the UI." if run else "",
            [run.ended_at] if run else [],
        ),
        ("check_failed", failed, f"Checks of the last build failed, it is not published: {some(failed)}.", failed),
        (
            "little_disk",
            free < needed,
            f"{free / 2**20:,.0f} MB of the disk are free, a run needs about {needed / 2**20:,.0f} MB.",
            [],
        ),
        ("nothing_published", description is None, "Nothing is published yet: `poverty run`.", []),
        (
            "rolled_back",
            newer,
            f"The current release is not the newest, which is {newer}: somebody rolled back.",
            [newer],
        ),
        ("files_not_read", unread, f"{unread:,} files are not read yet: `poverty run`.", []),
        ("raw_lost", lost, f"raw/ has lost the cells of {len(lost):,} files: `poverty run`.", []),
        (
            "release_out_of_date",
            is_stale and not unread,
            "Files, decisions, rules or code changed since the release: `poverty run`.",
            [],
        ),
        (
            "correction_not_counted",
            same_number,
            f"{len(same_number):,} corrections have a number in use and do not count.",
            same_number,
        ),
        (
            "files_rejected",
            rejected,
            f"{len(rejected):,} rejected files and places of landing wait for an answer.",
            rejected,
        ),
        ("year_late", late, f"Still provisional after their date: {', '.join(map(str, late))}.", late),
    ]
    return [Reason(code, sentence, tuple(map(str, about))) for code, is_so, sentence, about in found if is_so]


def _id(entry: Entry) -> str:
    return str(entry["sha256"][:SOURCE_FILE_ID_LENGTH])


def _failed_checks(home: Home) -> list[str]:
    """The checks of the last build that keep it from being published."""
    results = [*load_results(dbt_results_path(home)), *load_results(expectations_results_path(home))]
    return sorted({result.check_id for result in results if blocks_publication(result)})


def state_of(home: Home) -> dict[str, Any]:
    """The state as `poverty status --json` prints it. Raises what a broken registry, key or decision file raises."""
    registry = open_registry(home)
    description = read_datapackage(home.current)
    reasons = to_do(home, registry)
    run = last_run(home)
    return {
        "status": "to do" if reasons else "fine",
        "toDo": [{"code": reason.code, "sentence": reason.sentence} for reason in reasons],
        "productVersion": product_version(),
        "release": description
        and {"id": description["id"], "created": description["created"], "maturity": description["maturity"]},
        "lastRun": run and {"job": run.job, "endedAt": run.ended_at, "isFailed": run.is_failed},
        "years": [
            {
                "surveyYear": year.survey_year,
                "communesReceived": year.communes_received,
                "communesExpected": year.communes_expected,
                "communesMissing": year.communes_missing,
                "filesAccepted": year.files_accepted,
                "filesRejected": year.files_rejected,
            }
            for year in years_of(registry)
        ],
        "closedYears": closed_years_of(registry),
        "diskUse": disk_use(home),
        "diskFree": shutil.disk_usage(home.root).free,
    }
