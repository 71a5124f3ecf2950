"""Closing a survey year by its recognition decision, and reopening it. Both are entries of the registry."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from base.build_date import today
from base.home import Home
from base.locks import held
from base.release_layout import DATABASE
from base.text import fold, some
from ingestion.closures import CLOSED, REOPENED, closed_years, held_files, line_mark
from ingestion.decisions import CORRECTION_COLUMNS, DECISION_FILES, DECISION_NUMBER, LINKS, link_lines, read_lines
from ingestion.free_text import what_forbids
from ingestion.ingest import files_to_read
from ingestion.published_heads import open_registry
from ingestion.raw_store import write_registry_tables
from operations.rollback import newer_release
from publication.approved_figures import keep_figures
from publication.personal_values import Found, known_values
from publication.publish import is_up_to_date

_CORRECTIONS = DECISION_FILES["correction"][0]


class CannotCloseError(ValueError):
    """The year cannot be closed or reopened as it was asked for; the message is one sentence or two."""


@dataclass(frozen=True)
class Recognition:
    """The decision by which the poor and near-poor households of a year are recognised."""

    number: str
    decided_on: date
    signer: str


def close_year(
    home: Home, survey_year: int, decision: Recognition, decided_by: str, *, incomplete: bool = False
) -> dict[str, Any]:
    """Close a year with the figures of the current release; returns the registry entry.

    Args:
        home: the home.
        survey_year: the year.
        decision: the recognition decision.
        decided_by: who closes.
        incomplete: close also where communes are missing or files are provisional.

    Raises CannotCloseError. Until the entry is on the disk nothing has changed.
    """
    texts = _checked({"--signer": decision.signer, "--by": decided_by})
    number = unicodedata.normalize("NFC", decision.number.strip())
    if not DECISION_NUMBER.fullmatch(number):
        raise CannotCloseError("--decision must be a number such as 123/QĐ-UBND.")
    if not date(survey_year, 1, 1) <= decision.decided_on <= today():
        raise CannotCloseError(f"--date must be a day from {survey_year}-01-01 to today, the day of the decision.")
    with (
        held(home.build_lock, "builds or publishes"),
        held(home.registry_lock, "reads workbooks or decides about a file"),
    ):
        registry = open_registry(home)
        known = closed_years(registry).get(survey_year)
        if known is not None:
            raise CannotCloseError(f"{survey_year} is closed already ({known.decision}).")
        if not home.current.exists():
            raise CannotCloseError("Nothing is published yet. `poverty run` does everything.")
        if newer_release(home) or not is_up_to_date(home) or files_to_read(home, registry)[0]:
            raise CannotCloseError(
                "The current release is not what the files, decisions and rules of now give: `poverty run` first, so "
                "that the approved figures are those that are published."
            )
        _refuse_unfit(home, survey_year, incomplete)
        entry = {
            "closed_year": survey_year,
            "status": CLOSED,
            "decision_number": number,
            "decided_on": decision.decided_on.isoformat(),
            "signer": texts["--signer"],
            "decided_by": texts["--by"],
            "decided_at": _now(),
            "release_id": home.current.resolve().name,
            "decision_lines": _counted_lines(home),
            "figures": keep_figures(home, home.current / DATABASE, survey_year),
        }
        registry.append([entry])
        write_registry_tables(home, registry)
    return entry


def reopen_year(home: Home, survey_year: int, decided_by: str, reason: str) -> int:
    """Reopen a year; returns how many held files the next run counts. Raises CannotCloseError."""
    texts = _checked({"--by": decided_by, "--reason": reason})
    with (
        held(home.build_lock, "builds or publishes"),
        held(home.registry_lock, "reads workbooks or decides about a file"),
    ):
        registry = open_registry(home)
        closed = closed_years(registry)
        if survey_year not in closed:
            known = ", ".join(map(str, sorted(closed))) or "none"
            raise CannotCloseError(f"{survey_year} is not closed (closed: {known}).")
        if survey_year < max(closed):
            raise CannotCloseError(
                f"{max(closed)} is closed too, and its movements start from {survey_year}: "
                f"`poverty reopen {max(closed)}` first."
            )
        _refuse_named(home, texts["--reason"])
        before = len(held_files(registry))
        registry.append(
            [
                {
                    "closed_year": survey_year,
                    "status": REOPENED,
                    "reason": texts["--reason"],
                    "decided_by": texts["--by"],
                    "decided_at": _now(),
                }
            ]
        )
        write_registry_tables(home, registry)
        return before - len(held_files(registry))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _checked(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts that stand for good in the registry and are published. Raises CannotCloseError."""
    for option, text in texts.items():
        why = what_forbids(text.strip(), is_signature=option != "--reason") if text.strip() else "để trống"
        if why:
            raise CannotCloseError(f"{option} {why}; hãy viết lại.")
    return {option: fold(text) for option, text in texts.items()}


def _refuse_named(home: Home, reason: str) -> None:
    """Refuse what the last look before publication would find: the reason stands for good and cannot be rewritten."""
    if not home.build_file.exists():
        raise CannotCloseError("There is no build whose people --reason is compared with: `poverty build` makes it.")
    found = Found()
    known_values(home).search(reason, found)
    if found.values:
        raise CannotCloseError("--reason có tên người, tên ấp hoặc số của người trong danh sách; hãy viết lại.")


def _refuse_unfit(home: Home, survey_year: int, incomplete: bool) -> None:
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        years = _column(connection, "select distinct survey_year from marts.area_year order by 1")
        if survey_year not in years:
            known = ", ".join(map(str, years)) or "none"
            raise CannotCloseError(f"The release has no figures of survey year {survey_year} (it has: {known}).")
        missing = _column(
            connection,
            "select distinct commune_code from quality.finding where check_code = 'no_accepted_file' "
            f"and is_open and survey_year = {survey_year} order by 1",
        )
        provisional = _column(
            connection,
            "select commune_code from quality.source_file where status = 'accepted' and maturity = 'provisional' "
            f"and survey_year = {survey_year} order by 1",
        )
    reasons = [
        *([f"no accepted file of {len(missing):,} communes ({some(missing)})"] if missing else []),
        *([f"provisional files of {len(provisional):,} communes ({some(provisional)})"] if provisional else []),
    ]
    if reasons and not incomplete:
        raise CannotCloseError(
            f"{survey_year} is not complete: {' and '.join(reasons)}. Wait for them, waive what will not come "
            "(decisions/waivers.csv), or close it as it is with --incomplete."
        )


def _counted_lines(home: Home) -> dict[str, list[str]]:
    """The marks of the lines of decision files that the current release applies."""
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        applied = {
            name: set(_column(connection, f"select line_number from quality.{table} where status = 'applied'"))
            for name, table in ((_CORRECTIONS, "correction"), (LINKS, "link_decision"))
        }
    lines = {_CORRECTIONS: read_lines(home.decisions / _CORRECTIONS, CORRECTION_COLUMNS), LINKS: link_lines(home)}
    return {
        name: sorted({line_mark(home, line) for line in lines[name] if line["line_number"] in numbers})
        for name, numbers in applied.items()
    }


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> Sequence[Any]:
    return [row[0] for row in connection.execute(query).fetchall()]
