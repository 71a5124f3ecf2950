"""The tables of an open-data edition as its pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from base.reference import cutoff_date, read_table, units_valid_on
from base.release_layout import OPEN_DATABASE
from reports.audit.measure_labels_vi import figure_label
from reports.numbers import count_vi, percent_vi

LEFT_OUT = "…"
LEVELS = ("province", "district", "commune")
_CELLS = """
    select area_code, survey_year, measure, households_or_persons, share, is_suppressed from area_year
    union all
    select area_code, survey_year, poverty_class || '/' || indicator_code, households_or_persons, share, is_suppressed
    from indicator_year
    union all
    select area_code, survey_year, 'need/' || need_code, households_or_persons, share, is_suppressed from need_year
"""


@dataclass(frozen=True)
class OpenCell:
    """A count of the edition with its share; None and `is_left_out` where it protects a small number."""

    count: int | None
    share: float | None
    is_left_out: bool

    @property
    def count_vi(self) -> str:
        """The count as a page writes it."""
        return LEFT_OUT if self.is_left_out else count_vi(self.count)


@dataclass
class OpenArea:
    """An area of the edition: its names by year, and its cells by (survey year, count)."""

    level: str
    code: str
    names: dict[int, str] = field(default_factory=dict)
    cells: dict[tuple[int, str], OpenCell] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its last name."""
        return self.names[self.years[-1]]

    @property
    def title(self) -> str:
        """Every name that it had."""
        return " / ".join(dict.fromkeys(self.names[year] for year in self.years))

    @property
    def years(self) -> list[int]:
        """The survey years that the edition has of it."""
        return sorted(self.names)

    def count_vi(self, year: int, count: str) -> str:
        """A count as a page writes it."""
        cell = self.cells.get((year, count))
        return cell.count_vi if cell else count_vi(None)

    def share_vi(self, year: int, count: str) -> str:
        """A share as a page writes it: left out with its count or with what it is a share of."""
        cell = self.cells.get((year, count))
        if cell is None:
            return percent_vi(None)
        whole = self.cells.get((year, _whole(count)))
        is_left_out = cell.is_left_out or (whole is not None and whole.is_left_out)
        return LEFT_OUT if is_left_out else percent_vi(cell.share)

    def bar(self, year: int, count: str) -> int:
        """A count in per cent of the largest that it is compared with: of its years, for an indicator of its class.

        0 where it is left out.
        """
        kind, is_indicator, _ = count.partition("/")
        compared = (
            cell.count or 0
            for (of_year, name), cell in self.cells.items()
            if (of_year == year and name.startswith(f"{kind}/") if is_indicator else name == count)
        )
        most = max(compared, default=0)
        cell = self.cells.get((year, count))
        return round(100 * cell.count / most) if cell and cell.count and most else 0

    @property
    def left_out(self) -> int:
        """How many counts are left out."""
        return sum(cell.is_left_out for cell in self.cells.values())


def _whole(count: str) -> str:
    return f"{count.split('/')[0]}_households" if "/" in count else "resident_households"


def read_open_areas(edition: Path) -> list[OpenArea]:
    """The areas of an edition, the province first."""
    found: dict[str, OpenArea] = {}
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        for level, code, year, name in connection.execute(
            "select distinct area_level, area_code, survey_year, area_name from area_year"
        ).fetchall():
            found.setdefault(code, OpenArea(level, code)).names[year] = name
        for code, year, count, *cell in connection.execute(_CELLS).fetchall():
            found[code].cells[year, count] = OpenCell(*cell)
    return sorted(found.values(), key=lambda area: (LEVELS.index(area.level), area.code))


def labels(areas: list[OpenArea], prefix: str, reference: str, code: str) -> Mapping[str, str]:
    """{count: its name} of the indicators or needs that the edition has, in the order of the reference."""
    known = {count for area in areas for _, count in area.cells}
    rows = ((f"{prefix}/{row[code]}", row["name_vi"]) for row in read_table(reference))
    return {count: name for count, name in rows if count in known}


def group_labels() -> Mapping[str, str]:
    """{count: its name} of the groups of poor and near-poor households."""
    names = ("female_headed", "ethnic_minority_headed", "merit", "social_protection")
    return {f"{name}_households": figure_label(f"{name}_households") for name in names}


def parts_of(area: OpenArea, areas: list[OpenArea]) -> list[OpenArea]:
    """The areas of a district or of the province in its latest year, as the reference knows them."""
    if area.level == "commune":
        return []
    year = area.years[-1]
    units = units_valid_on(cutoff_date(year))
    there = [other for other in areas if year in other.names]
    if area.level == "district":
        return [other for other in there if other.code in units and units[other.code].district_code == area.code]
    districts = [other for other in there if other.level == "district"]
    return districts or [other for other in there if other.level == "commune"]


def expected_communes(year: int) -> int:
    """How many communes there were at the review of a year."""
    return len(units_valid_on(cutoff_date(year)))
