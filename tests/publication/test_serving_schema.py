"""Schema bi: its figures are those of marts, its keys hold, and every edition's description is a valid data package."""

import os
from pathlib import Path

import duckdb
import pytest
from frictionless import Package, Resource

from base.home import Home
from base.release_layout import DATABASE, read_datapackage
from publication.open_data.edition import write_edition
from reports.open_pages.pages import write_open_pages
from tests.support.homes import copy_of

# figures of marts, and how the long table names each
_AREA = "survey_year, area_level, boundary, area_code"
SAME_FIGURES = {
    "residents": ("resident_households", "all", f"select {_AREA}, resident_households as value from marts.area_year"),
    "poor households": ("households", "poor", f"select {_AREA}, poor_households as value from marts.area_year"),
    "near-poor persons": ("persons", "near_poor", f"select {_AREA}, near_poor_persons as value from marts.area_year"),
    "rate": (
        "poverty_rate",
        "poor_or_near_poor",
        f"select {_AREA}, poor_or_near_poor_rate as value from marts.area_year",
    ),
    "water": (
        "deprived_water_source",
        "poor",
        f"select {_AREA}, deprivation_rate as value from marts.indicator_area_year "
        "where poverty_class = 'poor' and indicator_code = 'water_source'",
    ),
    "loans": (
        "need_loan",
        "poor_or_near_poor",
        f"select {_AREA}, households as value from marts.need_area_year where need_code = 'loan'",
    ),
    "illness": (
        "cause_illness_accident",
        "near_poor",
        f"select {_AREA}, households as value from marts.area_year_cause "
        "where poverty_class = 'near_poor' and cause_code = 'illness_accident'",
    ),
    "uninsured children": (
        "children_without_health_insurance",
        "poor",
        f"select {_AREA}, sum(persons_without_health_insurance) as value from marts.person_area_year "
        f"where poverty_class = 'poor' and age_group in ('under_6', '6_to_15') group by {_AREA}",
    ),
    "newly arisen": (
        "newly_arisen",
        "poor",
        f"select {_AREA}, newly_arisen as value from marts.poverty_movement where list = 'poor' and unit = 'household'",
    ),
    "M0": (
        "adjusted_headcount_ratio",
        "all",
        f"select {_AREA}, adjusted_headcount_ratio as value from marts.poverty_measure "
        "where unit = 'household' and weighting = 'equal'",
    ),
}


@pytest.fixture
def release(clean_home: Home) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(clean_home.current / DATABASE), read_only=True)


def one(connection: duckdb.DuckDBPyConnection, query: str) -> object:
    return connection.execute(query).fetchall()[0][0]


@pytest.mark.parametrize(("metric", "of_class", "query"), SAME_FIGURES.values(), ids=SAME_FIGURES)
def test_long_figures_are_those_of_marts(
    release: duckdb.DuckDBPyConnection, metric: str, of_class: str, query: str
) -> None:
    long = f"""
        select f.survey_year, a.area_level, a.boundary, a.area_code, f.value
        from bi.figures as f inner join bi.dim_area as a using (area_key)
        where f.metric_code = '{metric}' and f.class_code = '{of_class}'
    """
    marts = f"select * replace (cast(value as double) as value) from ({query}) where value is not null"
    assert one(release, f"select count(*) from ({marts})")
    assert one(release, f"select count(*) from (({long}) except all ({marts}))") == 0
    assert one(release, f"select count(*) from (({marts}) except all ({long}))") == 0


def test_wide_figures_are_those_of_marts(release: duckdb.DuckDBPyConnection) -> None:
    shared = "resident_households, poor_households, near_poor_persons, poor_rate, group_1_households, is_final"
    for left, right in (("bi.area_figures", "marts.area_year"), ("marts.area_year", "bi.area_figures")):
        rows = [f"select {_AREA}, {shared} from {table}" for table in (left, right)]
        assert one(release, f"select count(*) from ({rows[0]} except all {rows[1]})") == 0


def test_a_share_is_its_numerator_by_its_denominator(release: duckdb.DuckDBPyConnection) -> None:
    wrong = one(
        release,
        "select count(*) from bi.figures where unit = 'share' "
        "and (denominator is null or abs(value - numerator / nullif(denominator, 0)) > 1e-12)",
    )
    assert wrong == 0


def test_the_safe_tables_count_everything_once(release: duckdb.DuckDBPyConnection) -> None:
    """The sum over the wide table is many times the province; over the tables for one level it is the province."""
    province = one(release, "select sum(poor_households) from bi.province_years")
    assert one(release, "select sum(poor_households) from bi.commune_years") == province
    assert one(release, "select sum(poor_households) from bi.area_figures") > 5 * int(str(province))
    assert one(release, "select count(*) - count(distinct survey_year) from bi.province_years") == 0


def test_household_rows_are_those_of_marts_with_their_neighbouring_years(release: duckdb.DuckDBPyConnection) -> None:
    columns = "household_id, survey_year, {} , member_count, is_deprived_water_source"
    mine, theirs = columns.format("class_code"), columns.format("poverty_class")
    left = f"select {mine} from bi.household_years"
    right = f"select {theirs} from marts.fct_household_year"
    assert one(release, f"select count(*) from ({left} except all {right})") == 0
    assert one(release, f"select count(*) from ({right} except all {left})") == 0
    broken = one(
        release,
        "select count(*) from bi.household_years as now inner join bi.household_years as before "
        "using (household_id) where before.survey_year = now.survey_year - 1 and (now.previous_class_code "
        "is distinct from before.class_code or before.next_class_code is distinct from now.class_code)",
    )
    assert broken == 0


def test_a_household_row_leads_to_no_row_of_a_workbook(release: duckdb.DuckDBPyConnection) -> None:
    columns = {name for (name,) in release.execute("select column_name from (describe bi.household_years)").fetchall()}
    assert not columns & {"source_file_id", "source_row", "head_birth_year", "hamlet"}


def test_the_release_says_which_it_is(clean_home: Home, release: duckdb.DuckDBPyConnection) -> None:
    package = read_datapackage(clean_home.current)
    assert package is not None
    rows = release.execute(
        "select release_id, product_version, maturity, inputs_state, first_survey_year, last_survey_year "
        "from bi.release"
    ).fetchall()
    assert rows == [(package["id"], package["productVersion"], package["maturity"], package["inputsState"], 2021, 2030)]


def test_foreign_keys_are_declared(release: duckdb.DuckDBPyConnection) -> None:
    declared = release.execute(
        "select table_name, constraint_column_names[1], referenced_table from duckdb_constraints() "
        "where constraint_type = 'FOREIGN KEY' order by all"
    ).fetchall()
    listed = release.execute(
        "select table_name, column_name, references_table from bi.foreign_key "
        "where table_name <> references_table order by all"
    ).fetchall()
    assert listed
    assert declared == listed


def test_codes_that_recur_have_keys_of_their_own(release: duckdb.DuckDBPyConnection) -> None:
    assert one(release, "select count(*) - count(distinct area_key) from bi.dim_area") == 0
    assert one(release, "select count(*) - count(distinct area_code) from bi.dim_area where area_level = 'commune'") > 0
    labels = "select count(*) from bi.dim_area where area_level_vi is null or boundary_vi is null"
    assert one(release, labels) == 0


def test_entries_of_a_new_standard_are_split_as_the_old_line_splits_them(release: duckdb.DuckDBPyConnection) -> None:
    """Computed again from the household rows, with the lines of the old standard and its indicators in figures."""
    indicators = release.execute(
        "select indicator_code from marts.dim_indicator where standard_code = 'ND07-2021'"
    ).fetchall()
    lacks = " + ".join(f"coalesce(is_deprived_{code}, false)::int" for (code,) in indicators)
    again = dict(
        release.execute(
            f"""
            select movement_code, count(*) filter (
                income_per_capita_vnd <= case area_class when 'rural' then 1500000 else 2000000 end and {lacks} >= 3
            )
            from bi.household_years where survey_year = 2027 and class_code = 'poor'
                and movement_code in ('newly_poor', 'arrived_poor', 'near_poor_to_poor', 'returned_to_poor')
            group by all
            """
        ).fetchall()
    )
    province = "from bi.movement_by_standard where area_key like 'harmonised/province/%'"
    entries = f"{province} and is_entry and class_code = 'poor'"
    assert dict(release.execute(f"select movement_code, by_both_standards {entries}").fetchall()) == again
    assert one(release, f"select sum(by_new_standard_only) {entries}")
    wrong = "by_both_standards + by_new_standard_only + unknown <> households or survey_year <> 2027"
    assert one(release, f"select count(*) from bi.movement_by_standard where {wrong}") == 0
    communes = "select sum(households) from bi.movement_by_standard where area_key like 'harmonised/commune/%'"
    assert one(release, communes) == one(release, f"select sum(households) {province}")
    newly = one(release, f"select households {province} and movement_code = 'newly_poor'")
    assert newly == one(
        release,
        "select newly_arisen from marts.poverty_movement where survey_year = 2027 and area_level = 'province' "
        "and boundary = 'harmonised' and list = 'poor' and unit = 'household'",
    )


def problems_of(package: Path, rows: int | None = None, *, of_each_kind: bool = False) -> list[str]:
    """What frictionless says of every resource of a data package, or of the first rows of each table.

    With `of_each_kind` of all files that are no tables, and of the tables that have a kind of column (type and
    constraints) or a foreign key where no table before had one.
    """
    before = Path.cwd()
    os.chdir(package.parent)  # it opens no absolute path
    try:
        found, kinds = [], set[tuple[str, ...]]()
        for resource in Package(package.name).resources:
            has = {(field.type, *sorted(field.constraints)) for field in resource.schema.fields}
            has |= {("foreign key",)} if resource.schema.foreign_keys else set()
            if of_each_kind and has and has <= kinds:
                continue
            kinds |= has
            report = resource.validate(limit_rows=rows)
            found += [f"{resource.name}: {error}" for (error,) in report.flatten(["message"])[:3]]
        return found
    finally:
        os.chdir(before)


def test_the_description_of_a_release_is_a_valid_data_package(micro_home: Home) -> None:
    path = micro_home.current.resolve() / "datapackage.json"
    tables = [one for one in Package(str(path), basepath=str(path.parent)).resources if one.format == "parquet"]
    assert len(tables) > 55
    assert problems_of(path, 100, of_each_kind=True) == []


@pytest.mark.long
def test_every_table_of_a_release_is_as_described(micro_home: Home) -> None:
    assert problems_of(micro_home.current.resolve() / "datapackage.json", 100) == []


def test_the_description_of_open_data_is_a_valid_data_package(micro_home: Home, tmp_path: Path) -> None:
    folder = write_edition(copy_of(micro_home, tmp_path / "home", with_build=False), write_open_pages).folder
    assert problems_of(folder / "datapackage.json") == []
    csv = Resource(path="csv/area_year.csv", basepath=str(folder))
    assert "Tỉnh Bến Tre" in {row["area_name"] for row in csv.read_rows()}
