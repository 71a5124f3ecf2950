"""What is wrong with the units of a territory and their succession, in sentences: pure functions over their rows."""

from collections import Counter
from collections.abc import Iterator, Sequence

from base.reference import Row

CODE_LENGTHS = {"commune_code": 5, "district_code": 3, "province_code": 2}
_Unit = tuple[str, str]


def check_territory(harmonised_date: str, units: Sequence[Row], succession: Sequence[Row]) -> list[str]:
    """Sentences about everything that keeps a figure from being computed, each with file and line; empty when right.

    Args:
        harmonised_date: ISO date of the units that harmonised figures are given for.
        units: rows of administrative_units.csv.
        succession: rows of commune_succession.csv.
    """
    return [
        *_codes(units),
        *_validity(units),
        *_harmonised(harmonised_date, units),
        *_links(units, succession),
        *_ends(units, succession),
        *_forks(succession),
        *_cycles(succession),
    ]


def _place(row: Row) -> str:
    return f"{row.file} line {row.line}"


def _key(row: Row) -> _Unit:
    return row.cells["commune_code"], row.cells["valid_from"]


def _predecessor(row: Row) -> _Unit:
    return row.cells["predecessor_code"], row.cells["predecessor_valid_from"]


def _successor(row: Row) -> _Unit:
    return row.cells["successor_code"], row.cells["successor_valid_from"]


def _named(unit: _Unit) -> str:
    return f"{unit[0]} of {unit[1]}"


def _codes(units: Sequence[Row]) -> Iterator[str]:
    for row in units:
        for column, length in CODE_LENGTHS.items():
            code = row.cells[column]
            if code and not (len(code) == length and code.isdecimal()):
                yield f"{_place(row)}: {column} `{code}` must have {length} digits, leading zeros included."


def _validity(units: Sequence[Row]) -> Iterator[str]:
    """A unit that ends before it begins; and versions of one code that overlap."""
    by_code: dict[str, list[Row]] = {}
    for row in units:
        start, end = row.cells["valid_from"], row.cells["valid_to"]
        if end and end <= start:
            yield f"{_place(row)}: {row.cells['commune_code']} ends on {end}, not after it begins on {start}."
        by_code.setdefault(row.cells["commune_code"], []).append(row)
    for code, rows in by_code.items():
        ordered = sorted(rows, key=lambda row: row.cells["valid_from"])
        for earlier, later in zip(ordered, ordered[1:], strict=False):
            if not earlier.cells["valid_to"] or earlier.cells["valid_to"] > later.cells["valid_from"]:
                yield (
                    f"{_place(later)}: {code} begins on {later.cells['valid_from']} while line {earlier.line} holds "
                    f"until {earlier.cells['valid_to'] or 'today'}; one code names one unit at a time."
                )


def _harmonised(harmonised_date: str, units: Sequence[Row]) -> Iterator[str]:
    """Everything is mapped forward to that date, so no unit may begin after it."""
    for row in units:
        if row.cells["valid_from"] > harmonised_date:
            yield (
                f"{_place(row)}: {row.cells['commune_code']} begins on {row.cells['valid_from']}, after the "
                f"harmonised_date {harmonised_date}; set that date to the last valid_from."
            )
    if units and not any(_is_valid_on(row, harmonised_date) for row in units):
        yield f"{units[0].file}: no unit exists on the harmonised_date {harmonised_date}; correct that date."


def _is_valid_on(row: Row, date: str) -> bool:
    end = row.cells["valid_to"]
    return row.cells["valid_from"] <= date and (not end or date < end)


def _links(units: Sequence[Row], succession: Sequence[Row]) -> Iterator[str]:
    """Both ends of a succession are units, and the dates meet."""
    known = {_key(row): row for row in units}
    for row in succession:
        date = row.cells["effective_date"]
        before, after = known.get(_predecessor(row)), known.get(_successor(row))
        if before is None:
            yield f"{_place(row)}: the predecessor {_named(_predecessor(row))} is no unit; add it or correct the row."
        elif before.cells["valid_to"] != date:
            yield (
                f"{_place(row)}: the predecessor {_named(_predecessor(row))} ends on "
                f"{before.cells['valid_to'] or 'no date'}, not on the effective_date {date}."
            )
        if after is None:
            yield f"{_place(row)}: the successor {_named(_successor(row))} is no unit; add it or correct the row."
        elif not _is_valid_on(after, date):
            yield f"{_place(row)}: the successor {_named(_successor(row))} does not exist on {date}."


def _ends(units: Sequence[Row], succession: Sequence[Row]) -> Iterator[str]:
    """A gap: a unit that ends without a successor, whose households no later figure would count."""
    followed = {_predecessor(row) for row in succession}
    for row in units:
        if row.cells["valid_to"] and _key(row) not in followed:
            yield (
                f"{_place(row)}: {_named(_key(row))} ends on {row.cells['valid_to']} and nothing follows it; "
                "add its row to commune_succession.csv."
            )


def _forks(succession: Sequence[Row]) -> Iterator[str]:
    """A commune's figures cannot be divided between two successors."""
    seen = Counter(_predecessor(row) for row in succession)
    for row in succession:
        if seen[_predecessor(row)] > 1:
            yield (
                f"{_place(row)}: {_named(_predecessor(row))} has {seen[_predecessor(row)]} successors; a unit goes to "
                "one, so name the one that took most of it."
            )


def _cycles(succession: Sequence[Row]) -> Iterator[str]:
    following = {_predecessor(row): _successor(row) for row in succession}
    reported: set[_Unit] = set()
    for row in succession:
        path: list[_Unit] = []
        unit: _Unit | None = _predecessor(row)
        while unit is not None and unit not in path and unit not in reported:
            path.append(unit)
            unit = following.get(unit)
        if unit is not None and unit in path:
            yield f"{_place(row)}: {_named(unit)} follows itself in the end; correct the successors."
        reported.update(path)
