"""Closed survey years: which files and decisions a year goes on to count after its recognition decision.

Closing and reopening are entries of the registry, so neither can be altered or cut off unseen. The entry names no file:
a closed year, and every year before it, counts the files that were in force at the entry. What would take their place
later is held until the year is reopened.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.home import Home
from ingestion.pseudonym_key import keyed_mark
from ingestion.registry import ACCEPTED, Entry, Registry

CLOSED, REOPENED = "closed", "reopened"
_OF_THE_READING = ("line_number", "is_broken", "text_problem")
_DIGITS = 32


@dataclass(frozen=True)
class Closure:
    """A closing of a survey year.

    Attributes:
        survey_year: the year.
        entry: the registry entry of the closing.
        files: checksums of the files that this year and those before it count.
        reopened: the entry that ended it, None while the year is closed.
    """

    survey_year: int
    entry: Entry
    files: frozenset[str]
    reopened: Entry | None = None

    @property
    def decision(self) -> str:
        """The recognition decision, as a Vietnamese sentence names it."""
        year, month, day = self.entry["decided_on"].split("-")
        return f"Quyết định số {self.entry['decision_number']} ngày {day}/{month}/{year}"


def figures_file(home: Home, checksum: str) -> Path:
    """Where the approved figures of a closed year are kept under their checksum."""
    return home.archive / "closed_years" / f"{checksum}.parquet"


def in_force(entries: Iterable[Entry], held: Collection[str] = ()) -> dict[tuple[str, int], Entry]:
    """The accepted file that counts by commune and year, as `stg_source_file` has it: the highest number not held."""
    accepted = [entry for entry in entries if entry["status"] == ACCEPTED and entry["sha256"] not in held]
    accepted.sort(key=_rank, reverse=True)
    return {(entry["commune_code"], entry["survey_year"]): entry for entry in accepted}


def closures(registry: Registry) -> list[Closure]:
    """Every closing, also those that were taken back, in their order."""
    return _walk(registry)[0]


def closed_years(registry: Registry) -> dict[int, Closure]:
    """The years that are closed now."""
    return {closure.survey_year: closure for closure in closures(registry) if closure.reopened is None}


def closure_over(registry: Registry, survey_year: int | None) -> Closure | None:
    """The closing that freezes a year: its own, or the last one of a later year, whose movements start from it."""
    closed = closed_years(registry)
    last = max(closed, default=0)
    return closed[last] if survey_year is not None and survey_year <= last else None


def held_files(registry: Registry) -> set[str]:
    """The checksums of accepted files that would count, were their year not closed."""
    return _walk(registry)[1]


def line_mark(home: Home, line: Mapping[str, Any]) -> str:
    """What names a line of a decision file in the entry of a closing: keyed, because a line may hold a cell's value."""
    cells = {name: value for name, value in line.items() if value is not None and name not in _OF_THE_READING}
    return keyed_mark(home, "decision line", json.dumps(cells, ensure_ascii=False, sort_keys=True).encode())[:_DIGITS]


def with_held_through(home: Home, file_name: str, lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a decision file with `held_through`: the last closed year where no closing knew the line, else None.

    Such a line decides nothing about that year and those before it.
    """
    lines = list(lines)
    closed = closed_years(Registry.open(home.registry)) if lines else {}
    if not closed:
        return [{**line, "held_through": None} for line in lines]
    last = closed[max(closed)]
    kept = set(last.entry["decision_lines"].get(file_name, ()))
    return [{**line, "held_through": None if line_mark(home, line) in kept else last.survey_year} for line in lines]


def closure_rows(registry: Registry) -> list[dict[str, Any]]:
    """The closings as models read them, numbered from 1."""
    rows = []
    for number, closure in enumerate(closures(registry), start=1):
        reopened: Entry = closure.reopened or {}
        rows.append(
            {
                "closing_number": number,
                "survey_year": closure.survey_year,
                **{name: closure.entry[name] for name in ("decision_number", "decided_on", "signer")},
                "closed_by": closure.entry["decided_by"],
                "closed_at": _without_zone(closure.entry["decided_at"]),
                "release_id": closure.entry["release_id"],
                "reopened_by": reopened.get("decided_by"),
                "reopened_at": _without_zone(reopened.get("decided_at")),
                "reopen_reason": reopened.get("reason"),
            }
        )
    return rows


def _walk(registry: Registry) -> tuple[list[Closure], set[str]]:
    files: dict[str, Entry] = {}
    found: list[Closure] = []
    for entry in registry.entries:
        if "sha256" in entry:
            files[entry["sha256"]] = entry
        elif entry["status"] == CLOSED:
            year = entry["closed_year"]
            counting = in_force(files.values(), _held(files, found))
            kept = frozenset(one["sha256"] for (_, of_year), one in counting.items() if of_year <= year)
            found.append(Closure(year, entry, kept))
        elif entry["status"] == REOPENED:
            found = [
                Closure(one.survey_year, one.entry, one.files, entry)
                if one.survey_year == entry["closed_year"] and one.reopened is None
                else one
                for one in found
            ]
    return found, _held(files, found)


def _held(files: dict[str, Entry], found: Iterable[Closure]) -> set[str]:
    """Of the files of closed years those that rank before the file that their commune and year counts."""
    closed = {one.survey_year: one for one in found if one.reopened is None}
    if not closed:
        return set()
    last = closed[max(closed)]
    counted = {
        (entry["commune_code"], entry["survey_year"]): _rank(entry)
        for entry in (files[sha256] for sha256 in last.files)
        if entry["status"] == ACCEPTED
    }
    held = set()
    for sha256, entry in files.items():
        if entry["status"] == ACCEPTED and entry["survey_year"] <= last.survey_year and sha256 not in last.files:
            rank = counted.get((entry["commune_code"], entry["survey_year"]))
            if rank is None or _rank(entry) < rank:
                held.add(sha256)
    return held


def _rank(entry: Entry) -> tuple[int, str, str]:
    """The lowest comes first, as the macro `submission_rank` has it."""
    return -entry["submission_number"], entry["received_at"], entry["sha256"]


def _without_zone(time: str | None) -> str | None:
    return time.partition("+")[0] if time else None
