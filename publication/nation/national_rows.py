"""National rows: sums of the rows of all territories, and rates of these sums; never where something is missing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from base.sql import sql_text
from publication.nation.rules import NATION, ColumnRule, TableRules, load_rules
from publication.nation.territory_releases import NotUnitedError

_OTHER_TABLE = re.compile(r"\b([a-z]\w*)\.([a-z]\w*)")


@dataclass
class NationalRows:
    """Which survey years have national rows, why others have none, and where in the years that have them something
    is null or absent."""

    survey_years: list[int] = field(default_factory=list)
    years_without: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)


def make_national_rows(connection: duckdb.DuckDBPyConnection, territories: Sequence[str]) -> NationalRows:
    """Add the national rows to the database in use, which has the rows of all territories. Raises NotUnitedError."""
    made = _years(connection, territories)
    if not made.survey_years:
        return made
    connection.execute(
        "create temp table nation as select ? as area_name, ?::integer as first_survey_year, ?::integer as "
        "last_survey_year",
        [f"Tổng {len(territories)} địa phương", made.survey_years[0], made.survey_years[-1]],
    )
    for rules in load_rules().values():
        if rules.kind == "shared":
            connection.execute(
                f"insert into {rules.table} select '{NATION}', * exclude (territory) from {rules.table} "
                "where territory = ?",
                [territories[0]],
            )
        elif rules.kind != "none":
            _add_up(connection, rules, made, territories)
    return made


def _years(connection: duckdb.DuckDBPyConnection, territories: Sequence[str]) -> NationalRows:
    """The survey years that every territory has. Where two territories compare a year with different years before, it
    is left out: their movements cover different times."""
    rows = connection.execute(
        """
        select survey_year, list(distinct territory),
            list(distinct previous_survey_year order by previous_survey_year)
                filter (where previous_survey_year is not null)
        from marts.area_year inner join bi.dim_year using (territory, survey_year)
        where area_level = 'province' group by survey_year order by survey_year
        """
    ).fetchall()
    made = NationalRows()
    for survey_year, having, before in rows:
        missing = sorted(set(territories) - set(having))
        if missing:
            made.years_without.append({"surveyYear": survey_year, "missing": missing})
        elif len(before or []) > 1:
            made.years_without.append({"surveyYear": survey_year, "differentYearsBefore": before})
        else:
            made.survey_years.append(survey_year)
    return made


def _add_up(
    connection: duckdb.DuckDBPyConnection, rules: TableRules, made: NationalRows, territories: Sequence[str]
) -> None:
    described = connection.execute(
        "select column_name, data_type, is_nullable from duckdb_columns() where database_name = current_database() "
        "and schema_name || '.' || table_name = ? order by column_index",
        [rules.table],
    ).fetchall()
    types = {name: kind for name, kind, _ in described[1:]}
    if list(types) != [column.name for column in rules.columns]:
        differing = ", ".join(sorted(types.keys() ^ {column.name for column in rules.columns})) or "another order"
        raise NotUnitedError(
            f"reference/national/nation_columns.csv does not have the columns of {rules.table}: {differing}."
        )
    connection.execute(f"create or replace temp table parts as {_parts_sql(rules, types, made.survey_years)}")
    _refuse_different(connection, rules, [name for name, _, is_nullable in described if not is_nullable])
    made.gaps += _gaps(connection, rules, territories)
    summed = ", ".join(filter(None, (_summed(column, len(territories)) for column in rules.columns)))
    connection.execute(
        f"create or replace temp table summed as select {summed} from parts "
        f"semi join ({_whole_sql(rules, len(territories))}) as whole using ({', '.join(rules.whole_keys)}) "
        f"group by {', '.join(rules.keys)}"
    )
    outcome = ", ".join(_outcome(column, types[column.name]) for column in rules.columns)
    connection.execute(f"insert into {rules.table} select '{NATION}', {outcome} from summed cross join nation")


def _parts_sql(rules: TableRules, types: dict[str, str], survey_years: Sequence[int]) -> str:
    """The row of each territory as a whole, in the years that have national rows."""
    if "area_level" in types:
        whole = "area_level = 'province'"
    elif "area_key" in types:
        whole = "area_key in (concat('as_reviewed/province/', territory), concat('harmonised/province/', territory))"
    else:
        whole = "true"  # bi.dim_year
    listed = ", ".join(map(str, survey_years))
    times = "".join(f" and {time} in ({listed})" for time in rules.times)
    return f"select * from {rules.table} where {whole}{times}"


def _whole_sql(rules: TableRules, territories: int) -> str:
    keys = ", ".join(rules.whole_keys)
    return f"select {keys} from parts group by {keys} having count(distinct territory) = {territories}"


def _summed(column: ColumnRule, territories: int) -> str | None:
    """What of a column all territories together have; null where one of them has none, for missing is not zero."""
    name = column.name
    is_whole = f"count({name}) = count(*)"
    return {
        "key": name,
        "same": f"case when {is_whole} and min({name}) = max({name}) then min({name}) end as {name}",
        "sum": f"case when {is_whole} then sum({name}) end as {name}",
        "sum_of_every": f"case when count({name}) = {territories} then sum({name}) end as {name}",
        "ratio_or_sum": f"case when {is_whole} then sum({name}) end as {name}",
        "all": f"case when {is_whole} then bool_and({name}) end as {name}",
    }.get(column.rule)


def _outcome(column: ColumnRule, kind: str) -> str:
    if column.rule == "set":
        return column.expression
    if column.rule == "ratio":
        return _ratio(column.expression)
    if column.rule == "ratio_or_sum":
        denominator = column.expression.split(" / ")[1]
        return f"case when {denominator} is null then {column.name} else {_ratio(column.expression)} end"
    return f"cast({'null' if column.rule == 'none' else column.name} as {kind})"


def _ratio(expression: str) -> str:
    numerator, denominator = (_with_other_tables(part) for part in expression.split(" / "))
    return f"cast({numerator} as double) / nullif({denominator}, 0)"


def _with_other_tables(expression: str) -> str:
    """Columns of another table are those of its national row with the same keys."""

    def value(match: re.Match[str]) -> str:
        table, column = match.groups()
        keys = load_rules()[f"marts.{table}"].keys
        same = " and ".join(f"other.{key} = summed.{key}" for key in keys)
        return f"(select other.{column} from marts.{table} as other where other.territory = '{NATION}' and {same})"

    return _OTHER_TABLE.sub(value, expression)


def _refuse_different(connection: duckdb.DuckDBPyConnection, rules: TableRules, needed: Sequence[str]) -> None:
    """Refuse territories that do not agree on what a national row must have. Raises NotUnitedError."""
    for name in rules.named("same"):
        query = (
            f"select min(territory), max(territory) from parts group by {', '.join(rules.keys)} "
            f"having min({name}) <> max({name}) limit 1"
        )
        if name in needed and (found := connection.execute(query).fetchall()):
            raise NotUnitedError(
                f"The territories do not agree on {name} in {rules.table} ({found[0][0]} to {found[0][1]}): publish "
                "all with the same reference, then unite them."
            )


def _gaps(connection: duckdb.DuckDBPyConnection, rules: TableRules, territories: Sequence[str]) -> list[dict[str, Any]]:
    """Where a national row is absent or a figure of it null because some territories have none.

    What no territory has, because the form of the year does not ask, is no gap.
    """
    if not rules.times:
        return []
    time = rules.times[-1]
    listed = ", ".join(f"({sql_text(territory)})" for territory in territories)

    def absent(keys: Sequence[str], where: str) -> list[Any]:
        """In which years which territories have no row, though another one has one."""
        return connection.execute(
            f"""
            select {time}, list(distinct territory order by territory)
            from (select distinct {", ".join(keys)} from parts where {where})
            cross join (values {listed}) as all_territories (territory)
            anti join parts using (territory, {", ".join(keys)})
            group by {time} order by {time}
            """
        ).fetchall()

    rows = [(None, *row) for row in absent(rules.whole_keys, "true")]
    for name in rules.named("sum_of_every"):
        rows += [(name, *row) for row in absent(rules.keys, f"{name} is not null")]
    counted = ", ".join(f"case when {name} is null then '{name}' end" for name in rules.named("sum", "all"))
    rows += connection.execute(
        f"""
        select name, {time}, list(distinct territory order by territory)
        from (select territory, {time}, unnest([{counted}]) as name from parts)
        where name is not null group by all having count(distinct territory) < {len(territories)} order by all
        """
    ).fetchall()
    return [
        {"table": rules.table, "column": name, "surveyYear": year, "territories": lack} for name, year, lack in rows
    ]
