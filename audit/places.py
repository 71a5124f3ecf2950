"""Which households and communes belong to an area, told from the public tables and the reference seeds alone.

What belongs here: areas and reorganisations, as SQL and look-ups. What does not: what is counted there. It is written
apart from the models on purpose, so that tracing a figure proves something.
"""

from datetime import date

import duckdb

from ingestion.reference import cutoff_date, read_seed

HARMONISED_DATE = "2025-07-01"

# Of a commune unit `unit` (with the class of its harmonised unit) and a household's district: the code of the area.
_AREA_CODE = {
    ("commune", "as_reviewed"): "unit.commune_code",
    ("commune", "harmonised"): "unit.harmonised_commune_code",
    ("district", "as_reviewed"): "unit.district_code",
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


def create_units(connection: duckdb.DuckDBPyConnection, survey_year: int) -> None:
    """Make the temporary table `unit`: the communes of the year's cut-off date, with their harmonised class."""
    connection.execute(
        """
        create or replace temp table unit as
        select units.*, harmonised.area_class as harmonised_area_class
        from release.marts.dim_commune as units
        inner join release.marts.dim_commune as harmonised
            on units.harmonised_commune_code = harmonised.commune_code
            and harmonised.valid_from <= greatest(units.valid_from, cast($harmonised as date))
            and coalesce(harmonised.valid_to > greatest(units.valid_from, cast($harmonised as date)), true)
        where units.valid_from <= cast($cutoff as date) and coalesce(units.valid_to > cast($cutoff as date), true)
        """,
        {"harmonised": HARMONISED_DATE, "cutoff": cutoff_date(survey_year)},
    )


def create_carried(connection: duckdb.DuckDBPyConnection, previous_year: int, survey_year: int) -> None:
    """Make the temporary table `carried`: communes of the year before and the unit that holds their territory now."""
    units = connection.execute(
        "select commune_code, valid_from from release.marts.dim_commune "
        "where valid_from <= cast($cutoff as date) and coalesce(valid_to > cast($cutoff as date), true)",
        {"cutoff": cutoff_date(previous_year)},
    ).fetchall()
    followed = [(code, _successor(code, valid_from, cutoff_date(survey_year))) for code, valid_from in units]
    connection.execute("create or replace temp table carried (previous_code varchar, commune_code varchar)")
    connection.executemany("insert into carried values (?, ?)", followed)


def _successor(code: str, valid_from: date, on: str) -> str:
    """The unit that holds a unit's territory on an ISO date, along `commune_succession`."""
    current = (code, valid_from.isoformat())
    steps = {
        (row["predecessor_code"], row["predecessor_valid_from"]): row
        for row in read_seed("commune_succession")
        if row["effective_date"] <= on
    }
    while current in steps:
        step = steps[current]
        current = (step["successor_code"], step["successor_valid_from"])
    return current[0]
