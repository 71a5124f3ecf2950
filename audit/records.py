"""Which rows of which files a figure counts, from a published release."""

from dataclasses import dataclass
from typing import Any

import duckdb

from audit.areas import Areas, area_code_sql
from audit.measures import GROWTH_LINES, Children, HeadsOf, Households, Movements, StatedTotal, Term
from base.forms import Form
from base.reference import cutoff_date, read_table
from base.text import key

_ADULT = 16
NUMERATOR, DENOMINATOR = "numerator", "denominator"


@dataclass(frozen=True)
class Area:
    """An area of a survey year."""

    survey_year: int
    area_level: str
    boundary: str
    area_code: str


@dataclass(frozen=True)
class Record:
    """One row of a received file behind a figure, and what it adds.

    `household_id` is null for a cell of a total sheet (then `column` names it). `adds` is 0 for the other year's row of
    a movement, which shows where the household came from or went to. `survey_year` is the year of the file.
    """

    part: str
    survey_year: int
    commune_code: str
    household_id: str | None
    source_file_id: str
    sheet: str
    source_row: int
    column: str | None
    adds: int
    line: str | None = None
    area_class: str | None = None
    poverty_class: str | None = None
    computed_class: str | None = None
    member_count: int | None = None
    b1_score: float | None = None
    income_per_capita_vnd: float | None = None
    deprivation_count: int | None = None


_COLUMNS = ("area_class", "poverty_class", "computed_class", "member_count", "deprivation_count")
_NUMBERS = ("b1_score", "income_per_capita_vnd")


def records_of(places: Areas, area: Area, term: Term, part: str, forms: dict[str, Form]) -> list[Record]:
    """The records of a term in an area."""
    places.ensure_commune_table(area.survey_year)
    connection = places.connection
    if isinstance(term, StatedTotal):
        return _stated(connection, area, term, part)
    if isinstance(term, Households):
        rows = _households(connection, area, term)
    elif isinstance(term, Movements):
        rows = _movements(places, area, term)
    elif isinstance(term, Children):
        rows = _children(connection, area, term)
    else:
        rows = _heads_of(connection, area, term)
    sheets = sheets_of(connection, forms, "member" if isinstance(term, Children) else "household")
    return [Record(part=part, sheet=sheets[row["source_file_id"]], column=None, **row) for row in rows]


def sheets_of(connection: duckdb.DuckDBPyConnection, forms: dict[str, Form], kind: str) -> dict[str, str]:
    """{source_file_id: the sheet of a kind as its form prints it}; the release is attached as `release`."""
    query = "select source_file_id, form from release.quality.source_file where form is not null"
    return {file: forms[form].sheets[kind].name for file, form in connection.execute(query).fetchall()}


def contribution_sql(term: Households) -> str:
    """SQL for what a household row adds to a figure."""
    unit = "coalesce(households.member_count, 0)" if term.unit == "person" else "1"
    if not term.weights:
        return unit
    weights = (
        f"{weight} * cast(coalesce(households.is_deprived_{name}, false) as integer)" for name, weight in term.weights
    )
    return f"{unit} * ({' + '.join(weights)})"


def _dicts(connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    used = {name: value for name, value in parameters.items() if f"${name}" in query}
    cursor = connection.execute(query, used)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _stated(connection: duckdb.DuckDBPyConnection, area: Area, term: StatedTotal, part: str) -> list[Record]:
    """Cells of total sheets. From 2025 on nothing is known of a harmonised district's residents."""
    place = area_code_sql(area.area_level, area.boundary, area.area_code, "unit.district_code")
    rows = _dicts(
        connection,
        f"""
        select stated.survey_year, unit.commune_code, stated.source_file_id, stated.sheet, stated.source_row,
            stated.stated_value as adds
        from release.quality.reconciliation as stated
        inner join unit on stated.area_code = unit.commune_code
        where stated.survey_year = $year and stated.measure = $measure and {place} = $area
            and stated.stated_value is not null
        order by stated.area_code
        """,
        {"year": area.survey_year, "measure": term.measure, "area": area.area_code},
    )
    return [Record(part=part, household_id=None, column=term.measure, **row) for row in rows]


def _row(table: str) -> str:
    """SQL for what a record says of its row."""
    numbers = [f"cast({table}.{name} as double) as {name}" for name in _NUMBERS]
    return ", ".join([*(f"{table}.{name}" for name in _COLUMNS), *numbers])


def _households(connection: duckdb.DuckDBPyConnection, area: Area, term: Households) -> list[dict[str, Any]]:
    place = area_code_sql(area.area_level, area.boundary, area.area_code, "households.district_code")
    return _dicts(
        connection,
        f"""
        select households.survey_year, households.commune_code, households.household_id, households.source_file_id,
            households.source_row, {contribution_sql(term)} as adds, {_row("households")}
        from release.marts.fct_household_year as households
        inner join unit on households.commune_code = unit.commune_code
        where households.survey_year = $year and {place} = $area
            and households.poverty_class in (select unnest($classes)) and ({term.condition})
        order by households.commune_code, households.source_file_id, households.source_row
        """,
        {"year": area.survey_year, "area": area.area_code, "classes": list(term.classes)},
    )


def _of_class(area: Area) -> str:
    """SQL for the rows of a class in an area, with the staged row of each; the build is attached as `build`."""
    place = area_code_sql(area.area_level, area.boundary, area.area_code, "households.district_code")
    return f"""
        from release.marts.fct_household_year as households
        inner join unit on households.commune_code = unit.commune_code
        inner join build.staging.stg_household as staged
            on households.source_file_id = staged.source_file_id and households.source_row = staged.row_number
        where households.survey_year = $year and {place} = $area and households.poverty_class = $class
    """


def _children(connection: duckdb.DuckDBPyConnection, area: Area, term: Children) -> list[dict[str, Any]]:
    """Rows of persons who are not yet 16 on the cut-off date."""
    return _dicts(
        connection,
        f"""
        with households as (
            select households.*, staged.household_code {_of_class(area)} and ({term.condition})
        )
        select households.survey_year, households.commune_code, households.household_id, households.source_file_id,
            members.row_number as source_row, 1 as adds, {_row("households")}
        from households
        inner join build.staging.stg_member as members
            on households.source_file_id = members.source_file_id and households.household_code = members.household_code
        where {_ADULT} > coalesce(
            date_sub('year', members.birth_date, cast($cutoff as date)), $year - members.birth_year
        )
        order by households.commune_code, households.source_file_id, members.row_number
        """,
        {
            "year": area.survey_year,
            "area": area.area_code,
            "class": term.poverty_class,
            "cutoff": cutoff_date(area.survey_year),
        },
    )


def _heads_of(connection: duckdb.DuckDBPyConnection, area: Area, term: HeadsOf) -> list[dict[str, Any]]:
    """Household rows whose head's ethnicity is spelled as a group; the spelling itself stays here."""
    groups = {key(row["spelling"]): row["ethnicity_code"] for row in read_table("ethnicities") if row["spelling"]}
    rows = _dicts(
        connection,
        f"""
        select households.survey_year, households.commune_code, households.household_id, households.source_file_id,
            households.source_row, {contribution_sql(Households((), unit=term.unit))} as adds, {_row("households")},
            staged.head_ethnicity
        {_of_class(area)}
        order by households.commune_code, households.source_file_id, households.source_row
        """,
        {"year": area.survey_year, "area": area.area_code, "class": term.poverty_class},
    )
    return [row for row in rows if groups.get(key(row.pop("head_ethnicity") or ""), "unknown") == term.ethnicity]


def _movements(places: Areas, area: Area, term: Movements) -> list[dict[str, Any]]:
    """Both years' rows of the households of some lines, placed in this year's areas as docs/marts.md defines them."""
    connection = places.connection
    (previous_year,) = connection.execute(
        "select max(from_year) from release.marts.fct_household_transition where to_year = ?", [area.survey_year]
    ).fetchall()[0]
    if previous_year is None:
        return []
    places.ensure_mapping_table(previous_year, area.survey_year)
    place = area_code_sql(area.area_level, area.boundary, area.area_code, "households.district_code")
    counted = {"household": ("1", "1", "0"), "person": ("from_members", "to_members", "1")}[term.unit]
    growth = next((GROWTH_LINES[line] for line in term.lines if len(term.lines) == 1 and line in GROWTH_LINES), None)
    difference = {"growth": "to_members - from_members", "shrinkage": "from_members - to_members", None: "0"}[growth]
    return _dicts(
        connection,
        f"""
        with from_side as (
            select households.*, {place} as area
            from release.marts.fct_household_year as households
            inner join carried on households.commune_code = carried.previous_code
            inner join unit on carried.commune_code = unit.commune_code
            where households.survey_year = $previous
        ),
        to_side as (
            select households.*, {place} as area
            from release.marts.fct_household_year as households
            inner join unit on households.commune_code = unit.commune_code
            where households.survey_year = $year
        ),
        paired as (
            select
                moves.household_id,
                moves.movement,
                moves.from_class,
                moves.to_class,
                from_side.area as from_area,
                to_side.area as to_area,
                coalesce(from_side.area = to_side.area, false) as is_same_area,
                coalesce(from_side.member_count, 0) as from_members,
                coalesce(to_side.member_count, 0) as to_members
            from release.marts.fct_household_transition as moves
            left join from_side on moves.household_id = from_side.household_id
            left join to_side on moves.household_id = to_side.household_id
            where moves.to_year = $year
        ),
        lined as (
            select
                *,
                $previous as counting_year,
                {counted[0]} as amount,
                case
                    when to_class in ('left_list', 'not_listed') or not is_same_area then 'other_decrease'
                    when to_class = from_class then 'stayed'
                    when to_class in ('poor', 'near_poor') then 'to_other_list'
                    else 'above_line'
                end as line
            from paired
            where from_area = $area and from_class = $list
            union all
            select
                *,
                $year as counting_year,
                {counted[1]} as amount,
                case
                    when from_class in ('poor', 'near_poor') and is_same_area then 'from_other_list'
                    when movement in ('returned_to_poor', 'returned_to_near_poor') then 'returned'
                    when movement in ('newly_poor', 'newly_near_poor') then 'newly_arisen'
                    else 'other_increase'
                end as line
            from paired
            where to_area = $area and to_class = $list and not (from_class = to_class and is_same_area)
        ),
        counted as (
            select household_id, counting_year, line, amount
            from lined
            where line in (select unnest($lines))
            union all
            select household_id, $year, 'stayed', greatest({difference}, 0)
            from lined
            where line = 'stayed' and {counted[2]} * ({difference}) > 0
        )
        select households.survey_year, households.commune_code, households.household_id, households.source_file_id,
            households.source_row, counted.line, {_row("households")},
            case when households.survey_year = counted.counting_year then counted.amount else 0 end as adds
        from counted
        inner join release.marts.fct_household_year as households
            on counted.household_id = households.household_id
            and households.survey_year in ($previous, $year)
        order by counted.household_id, counted.line, households.survey_year
        """,
        {
            "year": area.survey_year,
            "previous": previous_year,
            "area": area.area_code,
            "list": term.poverty_list,
            "lines": list(term.lines),
        },
    )
