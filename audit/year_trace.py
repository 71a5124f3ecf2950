"""What every commune adds to a figure of a survey year: its file, sheet and rows, for all communes at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from audit.areas import Areas
from audit.measures import MEASURES, Households, StatedTotal, Term, numerator_and_denominator
from audit.records import contribution_sql, sheets_of
from audit.releases import attach_release
from base.forms import load_forms


@dataclass(frozen=True)
class CommuneRows:
    """The rows of one commune's file that count in a figure, and what they add."""

    source_file_id: str
    sheet: str
    rows: tuple[int, ...]
    adds: int


@dataclass(frozen=True)
class YearFigure:
    """A figure of a year as the communes' rows make it, by commune code; only a rate has `divided_by`.

    `is_stated` tells a figure that communes state from one that their rows make: without a row it is unknown, not 0.
    """

    counted: Mapping[str, CommuneRows]
    divided_by: Mapping[str, CommuneRows] | None
    is_stated: bool

    def value(self, communes: Iterable[str]) -> float | int | None:
        """What the rows of some communes add up to: a count, a fraction for a rate, None where nothing is known."""
        codes = list(communes)
        rows = [self.counted[code] for code in codes if code in self.counted]
        if self.is_stated and not rows:
            return None
        numerator = sum(one.adds for one in rows)
        if self.divided_by is None:
            return numerator
        denominator = sum(self.divided_by[code].adds for code in codes if code in self.divided_by)
        return numerator / denominator if denominator else None


class YearTracer:
    """Traces the figures of whole years of one release."""

    def __init__(self, release: Path) -> None:
        self._connection = duckdb.connect()
        attach_release(self._connection, release)
        self._places = Areas(self._connection)
        self._sheets = sheets_of(self._connection, load_forms(), "household")

    def __enter__(self) -> "YearTracer":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def district_of(self, survey_year: int) -> dict[str, str | None]:
        """{commune: its district} of the units of a year; None where there are no districts any more."""
        self._places.ensure_commune_table(survey_year)
        return dict(self._connection.execute("select commune_code, district_code from unit").fetchall())

    def figure(self, survey_year: int, measure: str) -> YearFigure:
        """A measure of `marts.area_year`, for every commune of a year."""
        assert MEASURES[measure].table == "marts.area_year", f"{measure} has no value by area and year alone"
        self._places.ensure_commune_table(survey_year)
        counted, divided_by = numerator_and_denominator(measure, None, None, None, "household")
        return YearFigure(
            self._rows(survey_year, counted),
            None if divided_by is None else self._rows(survey_year, divided_by),
            isinstance(counted, StatedTotal),
        )

    def _rows(self, survey_year: int, term: Term) -> dict[str, CommuneRows]:
        if isinstance(term, StatedTotal):
            query = """
                select unit.commune_code, stated.source_file_id, stated.sheet, [stated.source_row], stated.stated_value
                from release.quality.reconciliation as stated
                inner join unit on stated.area_code = unit.commune_code
                where stated.survey_year = $year and stated.measure = $measure and stated.stated_value is not null
            """
            parameters: dict[str, object] = {"year": survey_year, "measure": term.measure}
        else:
            assert isinstance(term, Households), "movements are about two years"
            query = f"""
                select unit.commune_code, households.source_file_id, null, list(households.source_row),
                    cast(sum({contribution_sql(term)}) as bigint)
                from release.marts.fct_household_year as households
                inner join unit on households.commune_code = unit.commune_code
                where households.survey_year = $year and households.poverty_class in (select unnest($classes))
                    and ({term.condition})
                group by unit.commune_code, households.source_file_id
            """
            parameters = {"year": survey_year, "classes": list(term.classes)}
        return {
            commune: CommuneRows(file, sheet or self._sheets[file], tuple(sorted(rows)), adds)
            for commune, file, sheet, rows, adds in self._connection.execute(query, parameters).fetchall()
        }
