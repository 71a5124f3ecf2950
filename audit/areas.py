"""Which households and communes belong to an area, from the public tables and the reference alone.

It is written apart from the models on purpose, so that tracing a figure proves something.
"""

from datetime import date
from functools import cache

import duckdb

from base.reference import cutoff_date, load_territory, read_table

# Of a commune unit `unit` (with the class of its harmonised unit) and a household's district: the code of the area.
_AREA_CODE = {
    ("commune", "as_reviewed"): "unit.commune_code",
    ("commune", "harmonised"): "unit.harmonised_commune_code",
    ("district", "as_reviewed"): "unit.district_code",
    ("former_province", "as_reviewed"): "unit.former_province_code",
    ("former_province", "harmonised"): "unit.former_province_code",
    ("area_class", "as_reviewed"): "unit.area_class",
    ("area_class", "harmonised"): "unit.harmonised_area_class",
}


def area_code_sql(area_level: str, boundary: str, area_code: str, household_district: str) -> str:
    """SQL for the area's code of a place; `household_district` is SQL for the district of the household's row."""
    if area_level == "province":
        return "'" + area_code.replace("'", "''") + "'"
    if (area_level, boundary) == ("district", "harmonised"):
        return household_district
    return _AREA_CODE[area_level, boundary]


class Areas:
    """The places of one survey year, as temporary tables of a connection that has a release attached as `release`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._made: set[tuple[str, int]] = set()

    def ensure_commune_table(self, survey_year: int) -> None:
        """Have the table `unit`: the communes of the year's cut-off date, with their harmonised class."""
        if ("unit", survey_year) in self._made:
            return
        self._made = {("unit", survey_year)}
        self.connection.execute(
            """
            create or replace temp table unit as
            select
                units.*,
                harmonised.area_class as harmonised_area_class,
                -- A unit without a district is one of the merged province: its former one is its predecessors'.
                'former-' || case when units.district_code is not null then units.province_code else (
                    select min(before.province_code) from release.marts.dim_commune as before
                    where before.district_code is not null
                        and before.harmonised_commune_code = units.harmonised_commune_code
                ) end as former_province_code
            from release.marts.dim_commune as units
            inner join release.marts.dim_commune as harmonised
                on units.harmonised_commune_code = harmonised.commune_code
                and harmonised.valid_from <= greatest(units.valid_from, cast($harmonised as date))
                and coalesce(harmonised.valid_to > greatest(units.valid_from, cast($harmonised as date)), true)
            where units.valid_from <= cast($cutoff as date) and coalesce(units.valid_to > cast($cutoff as date), true)
            """,
            {"harmonised": load_territory().harmonised_date, "cutoff": cutoff_date(survey_year)},
        )

    def ensure_mapping_table(self, previous_year: int, survey_year: int) -> None:
        """Have the table `carried`: communes of the year before and the unit that holds their territory now."""
        if ("carried", survey_year) in self._made:
            return
        self._made.add(("carried", survey_year))
        units = self.connection.execute(
            "select commune_code, valid_from from release.marts.dim_commune "
            "where valid_from <= cast($cutoff as date) and coalesce(valid_to > cast($cutoff as date), true)",
            {"cutoff": cutoff_date(previous_year)},
        ).fetchall()
        self.connection.execute(
            "create or replace temp table carried as "
            "select unnest($previous) as previous_code, unnest($codes) as commune_code",
            {
                "previous": [code for code, _ in units],
                "codes": [_successor(code, valid_from, cutoff_date(survey_year)) for code, valid_from in units],
            },
        )


def _successor(code: str, valid_from: date, on: str) -> str:
    """The unit that holds a unit's territory on an ISO date, along `commune_succession`."""
    current = (code, valid_from.isoformat())
    steps = _succession()
    while current in steps and steps[current][0] <= on:
        current = steps[current][1]
    return current[0]


@cache
def _succession() -> dict[tuple[str, str], tuple[str, tuple[str, str]]]:
    """{unit: (ISO date from which another holds its territory, that unit)}; a unit is (code, valid_from)."""
    return {
        (row["predecessor_code"], row["predecessor_valid_from"]): (
            row["effective_date"],
            (row["successor_code"], row["successor_valid_from"]),
        )
        for row in read_table("commune_succession")
    }
