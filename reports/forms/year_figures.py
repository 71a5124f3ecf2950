"""The figures of a survey year by area, read from the published tables under the names that the forms use.

Names are the table's short name and its keys: `class.poor.persons`, `movement.poor.household.opening`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from base.reference import cutoff_date, read_table
from base.release_layout import DATABASE
from reports.certainty import Certainty
from reports.closed_years import ClosedYear, read_addenda, read_closed_years
from reports.forms.formulas import Number
from reports.simulated import simulated_notice
from reports.tables import ReleaseTables

_GROUPS = ("female_headed", "ethnic_minority_headed", "merit", "social_protection", "lacks_labour_capacity",
           "group_1", "group_2", "group_3")  # fmt: skip
_AREA_MEASURES = ("resident_households", "resident_persons", "poor_households", "near_poor_households", "poor_persons",
                  "near_poor_persons", "poor_rate", "near_poor_rate", "poor_or_near_poor_rate")  # fmt: skip
LISTS = ("poor", "near_poor")
KINH = "01"
_CLASS_MEASURES = (
    "households",
    "persons",
    *(f"{group}_{unit}" for group in _GROUPS for unit in ("households", "persons")),
)
_MOVEMENT_MEASURES = ("opening", "to_other_list", "above_line", "other_decrease", "from_other_list", "returned",
                      "newly_arisen", "other_increase", "closing")  # fmt: skip
_OF_THE_YEAR = "survey_year = ? and boundary = 'as_reviewed' and area_level in ('province', 'district', 'commune')"


class NoFormsError(ValueError):
    """There is nothing to make forms from; the message says why, in one sentence."""


class UnknownFormsError(NoFormsError):
    """The release has no such year, or the year no such area; the message says which it has."""


@dataclass(frozen=True)
class Area:
    """An area of a survey year and what its forms say about it: in their heads, and what is still open about its
    figures and about its movements (`reports.certainty`)."""

    level: str
    code: str
    name: str
    district_code: str | None
    district_name: str | None
    province_name: str
    area_class: str | None
    is_final: bool
    open: tuple[str, ...] = ()
    open_movement: tuple[str, ...] = ()


@dataclass(frozen=True)
class YearFigures:
    """All figures of a survey year. `areas` are those with figures; `moved_areas` those with movements (also an area
    that had rows only the year before). `labels` names the indicators of the year and the ethnic groups of form 7.9.
    `notice` must be said first: its files are simulated. `closed` is there where the year is closed;
    `addenda` says by area what held files would change. Of `only_whole` the area of the workbook has a figure and none
    of its units: `about_whole` says why."""

    survey_year: int
    release_id: str
    areas: Mapping[str, Area]
    moved_areas: Mapping[str, Area]
    values: Mapping[str, Mapping[str, Number | None]]
    labels: Mapping[str, Sequence[tuple[str, str]]]
    notice: str | None
    closed: ClosedYear | None = None
    addenda: Mapping[str, str] = field(default_factory=dict)
    only_whole: frozenset[str] = frozenset()
    about_whole: str = ""

    def value(self, area: str, measure: str) -> Number | None:
        """The figure of an area; None where it is not known. Raises KeyError for a name that no table gives."""
        return self.values[area][measure]


def read_figures(release: Path, survey_year: int) -> YearFigures:
    """Read a survey year from a release (its folder). Raises NoFormsError where nothing is published, UnknownFormsError
    where it has no figures of the year."""
    if not (release / DATABASE).exists():
        raise NoFormsError("Nothing is published yet; `poverty run` makes the first release.")
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        years = [
            row[0]
            for row in connection.execute("select distinct survey_year from marts.area_year order by 1").fetchall()
        ]
        if survey_year not in years:
            known = ", ".join(map(str, years)) or "none"
            raise UnknownFormsError(f"The release has no figures of survey year {survey_year} (it has: {known}).")
        areas, moved = _areas(connection, survey_year)
        tables = ReleaseTables(connection)
        return YearFigures(
            survey_year,
            release.resolve().name,
            areas,
            moved,
            _values(connection, survey_year),
            _labels(connection, survey_year),
            simulated_notice(tables, survey_year),
            read_closed_years(tables).get(survey_year),
            {code: text for (year, code), text in read_addenda(tables).items() if year == survey_year},
        )


def _areas(connection: duckdb.DuckDBPyConnection, survey_year: int) -> tuple[dict[str, Area], dict[str, Area]]:
    communes = {
        row[0]: row[1:]
        for row in connection.execute(
            "select commune_code, district_code, district_name, province_name, area_class from marts.dim_commune "
            "where valid_from <= $1::date and (valid_to is null or valid_to > $1::date)",
            [cutoff_date(survey_year)],
        ).fetchall()
    }
    districts = {code: (code, name, province, None) for code, name, province, _ in communes.values() if code}
    province_name = max({row[2] for row in communes.values()})
    places = {**districts, **communes}
    rows = connection.execute(
        f"""
        select
            movements.area_level, movements.area_code, movements.area_name,
            coalesce(areas.is_final, false), areas.area_code is not null
        from (select distinct survey_year, boundary, area_level, area_code, area_name
              from marts.poverty_movement where {_OF_THE_YEAR}) as movements
        left join marts.area_year as areas using (survey_year, boundary, area_level, area_code)
        order by 2
        """,
        [survey_year],
    ).fetchall()
    moved = {}
    certainty = Certainty(ReleaseTables(connection))
    for level, code, name, is_final, _ in rows:
        district_code, district_name, province, area_class = places.get(code, (None, None, province_name, None))
        place = (survey_year, "as_reviewed", level, code)
        moved[code] = Area(
            level,
            code,
            name,
            district_code,
            district_name,
            province,
            area_class,
            is_final,
            tuple(certainty.of(*place)),
            tuple(certainty.of_movement(*place)),
        )
    return {row[1]: moved[row[1]] for row in rows if row[-1]}, moved


def _values(connection: duckdb.DuckDBPyConnection, survey_year: int) -> dict[str, dict[str, Number | None]]:
    values: dict[str, dict[str, Number | None]] = {}

    def keep(area: str, name: str, value: Any) -> None:
        values.setdefault(area, {})[name] = value

    for table, keys, measures in (
        ("area_year", ("'area'",), _AREA_MEASURES),
        ("area_year_class", ("'class'", "poverty_class"), _CLASS_MEASURES),
        ("poverty_movement", ("'movement'", "list", "unit"), _MOVEMENT_MEASURES),
    ):
        query = f"select area_code, concat_ws('.', {', '.join(keys)}), {', '.join(measures)} from marts.{table}"
        for area, prefix, *row in connection.execute(f"{query} where {_OF_THE_YEAR}", [survey_year]).fetchall():
            for measure, value in zip(measures, row, strict=True):
                keep(area, f"{prefix}.{measure}", value)
    for query in (
        "'indicator', poverty_class, indicator_code), deprived_households from marts.indicator_area_year",
        "'indicator_rate', poverty_class, indicator_code), deprivation_rate from marts.indicator_area_year",
        "'cause', poverty_class, cause_code), households from marts.area_year_cause",
        "'child', poverty_class, indicator_code), deprived_children from marts.child_indicator_area_year",
        "'child', poverty_class, 'children'), children from marts.child_indicator_area_year",
        "'child', poverty_class, 'households'), households_with_children from marts.child_indicator_area_year",
    ):
        rows = connection.execute(
            f"select distinct area_code, concat_ws('.', {query} where {_OF_THE_YEAR}", [survey_year]
        ).fetchall()
        for area, name, value in rows:
            keep(area, name, value)
    _add_ethnic_groups(connection, survey_year, values)
    # Children without insurance are persons: those of a household with the mark may be insured. Null where not asked.
    rows = connection.execute(
        "select area_code, concat_ws('.', 'child', poverty_class, 'health_insurance'), "
        "case when count(persons_without_health_insurance) > 0 then coalesce(sum(persons_without_health_insurance) "
        "filter (age_group in ('under_6', '6_to_15')), 0) end "
        "from marts.person_area_year where poverty_class in ('poor', 'near_poor') "
        f"and {_OF_THE_YEAR} group by area_code, poverty_class",
        [survey_year],
    ).fetchall()
    for area, name, value in rows:
        keep(area, name, value)
    return values


def _add_ethnic_groups(
    connection: duckdb.DuckDBPyConnection, survey_year: int, values: Mapping[str, dict[str, Number | None]]
) -> None:
    """The sums that form 7.9 prints: all but Kinh, and all that the territory's list of groups does not name."""
    listed = [code for code, _ in _form_groups(connection, survey_year)]
    counted: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for area, poverty_class, code, households, persons in connection.execute(
        "select area_code, poverty_class, ethnicity_code, households, persons from marts.area_year_ethnicity "
        f"where {_OF_THE_YEAR}",
        [survey_year],
    ).fetchall():
        counted.setdefault((area, poverty_class), {})[code] = (households, persons)
    for area, known in values.items():
        for poverty_class in LISTS:
            groups = counted.get((area, poverty_class), {})
            minority = [count for code, count in groups.items() if code != KINH]
            households = sum(count for count, _ in minority)
            of_listed = {code: groups.get(code, (0, 0))[0] for code in listed}
            known[f"minority.{poverty_class}.households"] = households
            known[f"minority.{poverty_class}.persons"] = sum(persons for _, persons in minority)
            known[f"ethnicity.{poverty_class}.{KINH}"] = groups.get(KINH, (0, 0))[0]
            known[f"ethnicity.{poverty_class}.other"] = households - sum(of_listed.values())
            known |= {f"ethnicity.{poverty_class}.{code}": count for code, count in of_listed.items()}


def _form_groups(connection: duckdb.DuckDBPyConnection, survey_year: int) -> list[tuple[str, str]]:
    """The groups with a column of their own: those of the territory's list, else all named ones that occur."""
    names = {row["ethnicity_code"]: row["name_vi"] for row in read_table("ethnicities")}
    chosen = sorted(read_table("form_ethnicities"), key=lambda row: int(row["position"]))
    codes = [row["ethnicity_code"] for row in chosen]
    if not codes:
        query = "select distinct ethnicity_code from marts.area_year_ethnicity where survey_year = ? order by 1"
        codes = [row[0] for row in connection.execute(query, [survey_year]).fetchall()]
    return [(code, names[code]) for code in codes if code.isdecimal() and code != KINH]


def _labels(connection: duckdb.DuckDBPyConnection, survey_year: int) -> dict[str, list[tuple[str, str]]]:
    queries = {
        "indicators": "select distinct i.indicator_code, i.name_vi, i.position from marts.dim_indicator as i "
        "inner join marts.fct_household_year as h on i.standard_code = h.standard_code where h.survey_year = ? "
        "order by 3",
    }
    labels = {
        name: [(row[0], row[1]) for row in connection.execute(query, [survey_year]).fetchall()]
        for name, query in queries.items()
    }
    return {**labels, "ethnicities": _form_groups(connection, survey_year)}
