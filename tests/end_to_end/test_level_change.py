"""A xã becomes a phường on a date and keeps its code: urban and rural lines on both sides of that date."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from base.forms import Form, form_of_year, load_forms
from base.home import Home
from base.release_layout import DATABASE
from tests.support.homes import PACKS
from tests.support.publish_tables import publish_tables
from tests.support.workbooks import household, member, total, workbook_bytes

pytestmark = pytest.mark.build

PACK = PACKS / "level-change"
RESIDENTS = {
    ("01273", 2025): 100, ("01273", 2026): 110,
    ("01288", 2025): 200, ("01288", 2026): 210,
    ("01290", 2025): 50, ("01290", 2026): 50,
}  # fmt: skip
MARKS = ("is_deprived_employment", "is_deprived_dependants", "is_deprived_health_insurance")
NAMES = ("Nguyễn Văn Thử", "Trần Thị Mẫu", "Lê Văn Nháp", "Phạm Thị Giả", "Võ Văn Thí")


def _expected(name: str) -> list[dict[str, str]]:
    with (PACK / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


HOUSEHOLDS = _expected("households")
CODES = sorted({row["household_code"] for row in HOUSEHOLDS})


def _workbook(form: Form, commune: str, year: int) -> bytes:
    """The commune's households of households.csv, one person each."""
    labels = {field: {code: label for label, code in codes.items()} for field, codes in form.codes.items()}
    rows, members = [], []
    own = [row for row in HOUSEHOLDS if row["household_code"].startswith(commune) and row["survey_year"] == str(year)]
    for row in own:
        code, number = row["household_code"], CODES.index(row["household_code"])
        name, citizen_id = NAMES[number], f"00406000000{number}"
        marks = {field: "x" if position < int(row["marks"]) else None for position, field in enumerate(MARKS)}
        rows.append(
            household(
                form,
                code,
                head_name=name,
                head_citizen_id=citizen_id,
                area_class=labels["area_class"][row["area_class"]],
                previous_household_code=code if year > 2025 else None,
                b1_score=float(row["b1_score"]) if row["b1_score"] else None,
                b2_score=10 * int(row["marks"]),
                income_per_capita_kvnd=float(row["income_per_capita_kvnd"]),
                recorded_class=labels["recorded_class"][row["recorded_class"]],
                poverty_group=1 if row["recorded_class"] in ("poor", "near_poor") else None,
                **marks,
            )
        )
        members.append(member(form, code, full_name=name, citizen_id=citizen_id))
    counts = {f"{name}_{unit}": sum(row["recorded_class"] == name for row in own)
              for name in ("poor", "near_poor") for unit in ("households", "persons")}  # fmt: skip
    listed = [int(row["marks"]) for row in own if row["recorded_class"] in ("poor", "near_poor")]
    counts |= {
        field.removeprefix("is_"): sum(marks > position for marks in listed) for position, field in enumerate(MARKS)
    }
    unit = {"province_name": "Tỉnh Mẫu", "province_code": "04", "district_name": None, "district_code": None}
    residents = RESIDENTS[commune, year]
    return workbook_bytes(
        form,
        cover_values={"survey_year": year, "commune_code": commune, "cutoff_date": f"14/12/{year}", **unit},
        households=rows,
        members=members,
        total_values=total(form, resident_households=residents, resident_persons=3 * residents, **counts),
    )


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(tmp_path_factory.mktemp("level_change") / "home").create()
    for commune, year in RESIDENTS:
        form = form_of_year(load_forms(), year)
        assert form is not None
        (home.landing / f"{year}-{commune}.xlsx").write_bytes(_workbook(form, commune, year))
    publish_tables(home, territory=str(PACK / "territory"))
    with duckdb.connect(str(Path(home.current) / DATABASE), read_only=True) as connection:
        yield connection


def _rows(release: duckdb.DuckDBPyConnection, columns: list[str], source: str) -> list[dict[str, Any]]:
    found = release.execute(f"select {', '.join(columns)} from {source}").fetchall()
    return [dict(zip(columns, ("" if cell is None else str(cell) for cell in row), strict=True)) for row in found]


def _same(found: list[dict[str, Any]], wanted: list[dict[str, str]]) -> None:
    assert sorted(map(str, found)) == sorted(map(str, wanted))


def test_area_classes_on_both_sides_of_the_change(release: duckdb.DuckDBPyConnection) -> None:
    wanted = _expected("area_class")
    _same(_rows(release, list(wanted[0]), "marts.area_year where area_level = 'area_class'"), wanted)


@pytest.mark.parametrize("boundary", ["as_reviewed", "harmonised"])
def test_the_change_moves_nobody(release: duckdb.DuckDBPyConnection, boundary: str) -> None:
    wanted = _expected("movements")
    source = f"""marts.poverty_movement
        where survey_year = 2026 and area_level = 'area_class' and boundary = '{boundary}' and unit = 'household'"""
    _same(_rows(release, list(wanted[0]), source), wanted)


def test_households_are_linked_and_judged_by_the_line_of_their_row(release: duckdb.DuckDBPyConnection) -> None:
    """One household of 1.8 million đồng is above the rural line and below the urban one."""
    assert release.execute("select count(*) from marts.dim_household").fetchone() == (len(CODES),)
    columns = ["survey_year", "area_class", "commune_valid_from", "poverty_class", "computed_class", "movement"]
    source = """marts.fct_household_year as record
        left join marts.fct_household_transition as change
            on record.household_id = change.household_id and record.survey_year = change.to_year"""
    found = _rows(release, columns, source)
    names = ["survey_year", "area_class", "commune_valid_from", "recorded_class", "recorded_class", "movement"]
    _same(found, [dict(zip(columns, (row[name] for name in names), strict=True)) for row in HOUSEHOLDS])


def test_no_finding_blames_the_change(release: duckdb.DuckDBPyConnection) -> None:
    found = release.execute("select distinct check_code from quality.finding where level <> 'completeness'").fetchall()
    assert found == []
