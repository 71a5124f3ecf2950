"""Legal input that is rare: it may leave gaps in the figures, but never stops a release or the forms."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from base.forms import form_of_year, load_forms
from base.home import Home
from base.release_layout import DATABASE
from tests.support.homes import copy_of, poverty, shared_home
from tests.support.publish_tables import publish_tables
from tests.support.workbooks import household, member, workbook_bytes

pytestmark = pytest.mark.build

FORMS = load_forms()
Households = list[Mapping[str, Any]]


def send(landing: Path, year: int, commune: str, households: Households, **totals: Any) -> None:
    """Put the workbook of a commune into landing; a household is what differs from the usual one."""
    form = form_of_year(FORMS, year)
    assert form is not None
    rows = [household(form, f"{commune}-{n:04}", **values) for n, values in enumerate(households, start=1)]
    content = workbook_bytes(
        form,
        cover_values={"survey_year": year, "commune_code": commune, "cutoff_date": f"14/12/{year}"},
        households=rows,
        members=[member(form, row["household_code"]) for row in rows if row["member_count"] == 1],
        total_values={"resident_households": 100, "resident_persons": 300} | totals,
    )
    landing.mkdir(parents=True, exist_ok=True)
    (landing / f"{year}-{commune}.xlsx").write_bytes(content)


def label(field: str, code: str, year: int) -> str:
    form = form_of_year(FORMS, year)
    assert form is not None
    return next(text for text, meant in form.codes[field].items() if meant == code)


def land(home: Home) -> None:
    """Totals of nothing, unreadable, too small; a commune that lists nobody; missing cells; a first year without any
    household, years between that nobody sent, and after the districts a commune of which nothing is known before."""
    near_poor = {"recorded_class": label("recorded_class", "near_poor", 2022)}
    missing: Households = [
        {"head_sex": None, "member_count": None, "poverty_group": None},
        {"member_count": "ba", "head_ethnicity": None, "poverty_group": 7},
        {"is_deprived_employment": "có thể", "recorded_class": None},
    ]
    send(home.landing, 2021, "28756", [])
    send(home.landing, 2022, "29161", [{}, *missing], resident_households=0, resident_persons=0)
    send(home.landing, 2022, "29158", [near_poor], resident_households="chưa rõ", resident_persons=None)
    send(home.landing, 2022, "29167", [{}, {}], resident_households=1, resident_persons=1)
    send(home.landing, 2022, "28756", [])
    send(home.landing, 2026, "29158", [{}, {}])
    send(home.landing, 2026, "28777", [{}])


@pytest.fixture(scope="module")
def odd() -> Home:
    return shared_home("odd", land, publish_tables)


@pytest.fixture(scope="module")
def printed(odd: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy in which forms may be made."""
    return copy_of(odd, tmp_path_factory.mktemp("odd") / "home")


def rows(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as marts:
        return marts.execute(query).fetchall()


def test_measures_of_places_without_residents(odd: Home) -> None:
    found = rows(
        odd,
        "select area_code, population, reviewed, poor, round(headcount_ratio, 4), intensity from marts.poverty_measure "
        "where survey_year = 2022 and area_level in ('commune', 'province') and boundary = 'as_reviewed' "
        "and unit = 'household' and weighting = 'equal' order by area_code",
    )
    assert found == [
        ("28756", 100, 0, 0, 0, None),
        ("29158", None, 1, 0, None, None),
        ("29161", 0, 3, 3, None, 0.25),
        ("29167", 1, 2, 2, 2, 0.25),
        ("former-83", 101, 6, 5, round(5 / 101, 4), 0.25),
    ]
    persons = (
        "select reviewed, poor from marts.poverty_measure "
        "where survey_year = 2022 and area_code = '29161' and unit = 'person'"
    )
    assert set(rows(odd, persons)) == {(1, 1)}, "a household whose members are not counted is no person"
    unknown = (
        "select poor from marts.poverty_measure_subgroup where survey_year = 2022 and area_code = 'former-83' "
        "and unit = 'household' and subgroup_code = 'unknown' and subgroup_type = 'head_sex'"
    )
    assert set(rows(odd, unknown)) == {(1,)}


def test_forms_of_places_without_residents(printed: Home) -> None:
    assert "workbooks" in poverty(printed, "forms", "--year", "2022", "--with-household-lists").stdout


def test_a_year_in_which_nobody_is_listed_has_rows_of_zero(odd: Home, printed: Home) -> None:
    groups = "select distinct households, merit_households, lacks_labour_capacity_households from marts.area_year_class"
    assert rows(odd, f"{groups} where survey_year = 2021") == [(0, 0, None)], "form 2021 does not ask for labour"
    assert rows(odd, "select distinct households from marts.area_year_cause where survey_year = 2021") == [(None,)]
    assert "workbooks" in poverty(printed, "forms", "--year", "2021").stdout


def test_a_household_that_nothing_gives_a_district_is_in_the_province_only(odd: Home, printed: Home) -> None:
    reviewed = (
        "select area_level, sum(reviewed) from marts.poverty_measure "
        "where survey_year = 2026 and boundary = 'harmonised' and unit = 'household' "
        "and weighting = 'equal' group by area_level order by area_level"
    )
    assert rows(odd, reviewed) == [("area_class", 3), ("commune", 3), ("district", 2), ("province", 3)]
    assert "workbooks" in poverty(printed, "forms", "--year", "2026").stdout
