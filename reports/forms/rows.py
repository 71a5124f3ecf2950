"""Which rows the forms of an area have: its sub-areas in the groups urban and rural, both always there, and the total.

The province lists districts while they exist, then communes; a district lists communes; a commune is one row, or one
for each hamlet in its own edition. A
district with communes of both groups stands in both, each time with the communes of that group. A local variant has no
groups: each district, and below it its communes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from base.reference import load_territory
from reports.forms.specification import Line
from reports.forms.year_figures import Area, UnknownFormsError, YearFigures

AREA, SUBTOTAL, TOTAL = "area", "subtotal", "total"
_GROUPS = (("urban", "Khu vực thành thị"), ("rural", "Khu vực nông thôn"))
_NUMERALS = ("I", "II")


@dataclass(frozen=True)
class Row:
    """A row: its kind, what is in the first two columns, the areas whose figures it gives, and the keys of the rows
    that it sums. Of the lines of an area, the first says over how many rows number and name stand. `listed` is the code
    of the area that it names: a district with communes of both groups is two rows."""

    kind: str
    key: str
    number: str
    name: str
    areas: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    line: Line = Line(None, {}, is_sum=False)
    lines: int = 1
    listed: str = ""


def find_area(figures: YearFigures, code: str) -> Area:
    """The area of a code. Raises UnknownFormsError when the year has no figures of it."""
    area = figures.areas.get(code)
    if area is None:
        year = figures.survey_year
        districts = any(known.level == "district" for known in figures.areas.values())
        examples = [
            load_territory().area_code,
            *(["a district code"] if districts else []),
            f"a commune code of {year}",
        ]
        hint = " (there are no districts from 2025 on)" if len(code) == 3 and not districts else ""
        raise UnknownFormsError(
            f"Survey year {year} has no figures of area {code}{hint}; ask for {' or '.join(examples)}."
        )
    return area


def sub_areas(area: Area, known: Mapping[str, Area]) -> list[Area]:
    """The areas that are listed in the forms of an area, by code: of a commune its hamlets, where they are known."""
    if area.level == "commune":
        return [other for other in known.values() if other.level == "hamlet"] or [area]
    if area.level == "district":
        return [other for other in known.values() if other.level == "commune" and other.district_code == area.code]
    districts = [other for other in known.values() if other.level == "district"]
    return districts or [other for other in known.values() if other.level == "commune"]


def form_rows(area: Area, listed: Sequence[Area], known: Mapping[str, Area], total: tuple[str, str]) -> list[Row]:
    """The rows of one form in the usual layout, the total last.

    Args:
        area: the area of the workbook.
        listed: its sub-areas.
        known: all areas of the year; a listed district is divided by the classes of its communes.
        total: number and name of the total row.
    """
    rows: list[Row] = []
    for numeral, (code, name) in zip(_NUMERALS, _GROUPS, strict=True):
        members: list[Row] = []
        for other in listed:
            communes = sub_areas(other, known) if other.level == "district" else [other]
            chosen = tuple(commune.code for commune in communes if _class_of(commune) == code)
            if chosen:
                key = f"{other.code}.{code}" if other.level == "district" else other.code
                members.append(Row(AREA, key, str(len(members) + 1), other.name, chosen, listed=other.code))
        rows.append(Row(SUBTOTAL, code, numeral, name, parts=tuple(member.key for member in members)))
        rows += members
    return [*rows, Row(TOTAL, TOTAL, *total, (area.code,), tuple(code for code, _ in _GROUPS), listed=area.code)]


def nested_rows(area: Area, listed: Sequence[Area], known: Mapping[str, Area]) -> list[Row]:
    """The rows of one form in a variant without groups and total: each district, below it its communes."""
    heads = [area] if area.level == "district" or not any(other.level == "district" for other in listed) else listed
    rows: list[Row] = []
    for number, head in enumerate(heads, start=1):
        communes = sub_areas(head, known)
        members = [
            Row(AREA, commune.code, f"{number}.{place}", commune.name, (commune.code,), listed=commune.code)
            for place, commune in enumerate(communes, start=1)
        ]
        if communes == [head]:
            rows += members
            continue
        parts = tuple(row.key for row in members)
        rows.append(Row(SUBTOTAL, f"{head.code}.all", str(number), head.name, parts=parts, listed=head.code))
        rows += members
    return rows


def with_lines(rows: Sequence[Row], lines: Sequence[Line]) -> list[Row]:
    """The rows with one for each line of the form; a part is then the same line of the part, or the other lines of the
    same area where the line is their sum."""
    if len(lines) == 1:
        return [replace(row, line=lines[0]) for row in rows]
    made = []
    for row in rows:
        for index, line in enumerate(lines):
            parts = tuple(f"{part}/{index}" for part in row.parts)
            if line.is_sum:
                parts = tuple(f"{row.key}/{other}" for other, of in enumerate(lines) if not of.is_sum)
            made.append(
                replace(row, key=f"{row.key}/{index}", parts=parts, line=line, lines=0 if index else len(lines))
            )
    return made


def _class_of(commune: Area) -> str:
    return commune.area_class or _GROUPS[-1][0]
