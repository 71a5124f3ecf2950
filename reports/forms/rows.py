"""Which rows the forms of an area have: its sub-areas, in groups where that makes sense, and the totals.

The province lists districts while they exist, then communes; a district lists communes; a commune is one row.
Communes are grouped into urban and rural, except where households move between the groups (their sums would count
them twice).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from base.reference import load_territory
from reports.forms.year_figures import Area, UnknownFormsError, YearFigures

AREA, SUBTOTAL, ADJUSTMENT, TOTAL = "area", "subtotal", "adjustment", "total"
_GROUPS = (("urban", "Khu vực thành thị"), ("rural", "Khu vực nông thôn"))
_NUMERALS = ("I", "II")


@dataclass(frozen=True)
class Row:
    """A row: its kind, what is in the first two columns, its area, and the keys of the rows that it sums."""

    kind: str
    key: str
    number: str
    name: str
    area: str | None = None
    parts: tuple[str, ...] = ()


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
    """The areas that are listed in the forms of an area, by code."""
    if area.level == "commune":
        return [area]
    if area.level == "district":
        return [other for other in known.values() if other.level == "commune" and other.district_code == area.code]
    districts = [other for other in known.values() if other.level == "district"]
    return districts or [other for other in known.values() if other.level == "commune"]


def form_rows(area: Area, listed: Sequence[Area], *, moves_between_areas: bool) -> list[Row]:
    """The rows of one form, the total last.

    Args:
        area: the area of the workbook.
        listed: its sub-areas.
        moves_between_areas: whether households that move between sub-areas are counted in both, so that a row must
            take them out again before the total.
    """
    grouped = not moves_between_areas and {other.level for other in listed} == {"commune"} and area.level != "commune"
    rows: list[Row] = []
    if grouped:
        parts: list[str] = []
        present = [(code, name) for code, name in _GROUPS if any(other.area_class == code for other in listed)]
        for numeral, (code, name) in zip(_NUMERALS, present, strict=False):
            members = [other for other in listed if other.area_class == code]
            rows.append(Row(SUBTOTAL, code, numeral, name, parts=tuple(member.code for member in members)))
            rows += _numbered(members)
            parts.append(code)
    else:
        rows = _numbered(listed)
        parts = [row.key for row in rows]
        if moves_between_areas and len(listed) > 1:
            name = "Trừ di biến động giữa các đơn vị trên"
            rows.append(Row(ADJUSTMENT, ADJUSTMENT, "", name, area.code, tuple(parts)))
            parts.append(ADJUSTMENT)
    return [*rows, Row(TOTAL, TOTAL, "", "Tổng cộng", area.code, tuple(parts))]


def _numbered(areas: Sequence[Area]) -> list[Row]:
    return [Row(AREA, area.code, str(number), area.name, area.code) for number, area in enumerate(areas, start=1)]
