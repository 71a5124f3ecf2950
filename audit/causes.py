"""Why a figure differs between two releases, from what the releases recorded.

The first that holds, in this order: `new_file` (the current files of the area's communes changed), `correction`
(the corrections of its communes changed), `rule` (the hash of the reference tables changed), `code` (the hash of the
code changed). Figures that look at several years (`_HISTORIES`) count changes of the years before as well. When neither
rules nor code changed, what is left comes from another place's file or decision (a household that moved, a link), and
has that cause.
"""

from dataclasses import dataclass
from typing import Any

import duckdb

from base.reference import cutoff_date, load_territory

NEW_FILE, CORRECTION, RULE, CODE = "new_file", "correction", "rule", "code"
# Tables whose figures of a year depend on the years before.
_HISTORIES = (
    "marts.poverty_movement",
    "marts.transition_matrix",
    "marts.poverty_change_decomposition",
    "marts.poverty_movement_decomposition",
    "marts.poverty_measure_change",
)


@dataclass(frozen=True)
class Place:
    """An area of a survey year."""

    survey_year: int
    area_level: str
    boundary: str
    area_code: str


class Causes:
    """The causes between two releases, attached as `old` and `new`."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, descriptions: tuple[dict[str, Any], dict[str, Any]]
    ) -> None:
        old, new = ({**description.get("inputs", {})} for description in descriptions)
        self.notes: tuple[str, ...] = ()
        unrecorded = [description["id"] for description in descriptions if "inputs" not in description]
        if unrecorded:
            self.notes = (
                f"{' and '.join(unrecorded)} did not record the hashes of rules and code; what is neither a file's nor "
                "a correction's change is reported as code.",
            )
        self._rules_changed = not unrecorded and old["rulesHash"] != new["rulesHash"]
        self._code_changed = bool(unrecorded) or old["codeHash"] != new["codeHash"]
        self._decisions_changed = not unrecorded and old["decisionsHash"] != new["decisionsHash"]
        self._files = _areas(connection, _changed_files(connection))
        self._corrections = _areas(connection, _changed_corrections(connection))
        self._known: dict[tuple[bool, Place], str] = {}

    def of(self, table: str, place: Place) -> str:
        """The cause of a changed figure of a table."""
        is_history = table in _HISTORIES
        found = self._known.get((is_history, place))
        if found is None:
            found = self._known[is_history, place] = self._decide(is_history, place)
        return found

    def _decide(self, is_history: bool, place: Place) -> str:
        if _reaches(self._files, is_history, place):
            return NEW_FILE
        if _reaches(self._corrections, is_history, place):
            return CORRECTION
        if self._rules_changed:
            return RULE
        if self._code_changed:
            return CODE
        if self._files:
            return NEW_FILE
        return CORRECTION if self._corrections or self._decisions_changed else CODE


_Reached = dict[tuple[str, str, str], set[int]]  # (area_level, boundary, area_code) -> survey years


def _reaches(reached: _Reached, is_history: bool, place: Place) -> bool:
    years = reached.get((place.area_level, place.boundary, place.area_code), set())
    return any(year <= place.survey_year for year in years) if is_history else place.survey_year in years


def _changed_files(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    """(survey_year, commune_code) whose current file is another one."""
    in_force = "select survey_year, commune_code, source_file_id from {}.quality.source_file where status = 'accepted'"
    old, new = in_force.format("old"), in_force.format("new")
    return connection.execute(
        f"select distinct survey_year, commune_code from (({old} except {new}) union all ({new} except {old}))"
    ).fetchall()


def _changed_corrections(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    """(survey_year, commune_code) with a correction that only one release has, or has in another state."""
    held = connection.execute(
        "select count(*) from duckdb_tables() where database_name in ('old', 'new') "
        "and schema_name = 'quality' and table_name = 'correction'"
    ).fetchall()[0][0]
    if held < 2:  # a kept release of before corrections: the next publication compares with it
        return []
    columns = "survey_year, commune_code, correction_id, status"
    old, new = (f"select {columns} from {database}.quality.correction" for database in ("old", "new"))
    return connection.execute(
        f"select distinct survey_year, commune_code from (({old} except {new}) union all ({new} except {old})) "
        "where survey_year is not null and commune_code is not null"
    ).fetchall()


def _areas(connection: duckdb.DuckDBPyConnection, changed: list[tuple[int, str]]) -> _Reached:
    """The areas of changed communes, with the years of the changes.

    A harmonised district reaches, from 2025 on, the communes whose territory was in it.
    """
    reached: _Reached = {}
    if not changed:
        return reached
    harmonised_date = load_territory().harmonised_date
    connection.execute(
        "create or replace temp table changed_commune (survey_year integer, commune_code varchar, cutoff_date date)"
    )
    connection.executemany(
        "insert into changed_commune values (?, ?, ?)", [(year, code, cutoff_date(year)) for year, code in changed]
    )
    rows = connection.execute(
        f"""
        with unit as (
            select changed_commune.survey_year, units.*, harmonised.area_class as harmonised_area_class
            from changed_commune
            inner join new.marts.dim_commune as units
                on changed_commune.commune_code = units.commune_code
                and units.valid_from <= changed_commune.cutoff_date
                and coalesce(units.valid_to > changed_commune.cutoff_date, true)
            inner join new.marts.dim_commune as harmonised
                on units.harmonised_commune_code = harmonised.commune_code
                and harmonised.valid_from <= greatest(units.valid_from, date '{harmonised_date}')
                and coalesce(harmonised.valid_to > greatest(units.valid_from, date '{harmonised_date}'), true)
        )
        select 'commune', 'as_reviewed', commune_code, survey_year from unit
        union all select 'commune', 'harmonised', harmonised_commune_code, survey_year from unit
        union all select 'district', 'as_reviewed', district_code, survey_year from unit where district_code is not null
        union all
        select 'district', 'harmonised', before.district_code, unit.survey_year
        from unit
        inner join new.marts.dim_commune as before on unit.harmonised_commune_code = before.harmonised_commune_code
        where before.district_code is not null
        union all select 'area_class', 'as_reviewed', area_class, survey_year from unit
        union all select 'area_class', 'harmonised', harmonised_area_class, survey_year from unit
        union all
        select 'province', bounds.boundary, provinces.area_code, unit.survey_year
        from unit
        cross join (select unnest(['as_reviewed', 'harmonised']) as boundary) as bounds
        cross join (select distinct area_code from new.marts.area_year where area_level = 'province') as provinces
        """
    ).fetchall()
    for level, boundary, code, year in rows:
        reached.setdefault((level, boundary, code), set()).add(year)
    return reached
