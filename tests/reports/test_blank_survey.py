"""The workbook for a commune: it loads without a finding when it is filled in, checks while typing, and is private."""

import stat
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from base.forms import load_forms
from base.home import Home
from ingestion.extract import extract
from reports.blank_survey import NoTemplateError, first_list_row, make_templates, unit_of
from tests.support.filled_template import fill_in, form_of_survey
from tests.support.homes import copy_of, poverty
from tests.support.spreadsheet import recalculated

FILLED = (2021, 2024, 2026, 2027)


@pytest.fixture(scope="module")
def calculated(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[Path, Workbook]]:
    """Workbooks for a commune, filled in and calculated by a spreadsheet program: the file and its values by year."""
    folder = tmp_path_factory.mktemp("filled")
    home = Home(folder / "home").create()
    paths = []
    for year in FILLED:
        (made,) = make_templates(home, year, "29161" if year < 2025 else "29158")
        book = load_workbook(made.path)
        fill_in(book, form_of_survey(year), 3)
        book.save(path := folder / f"{year}.xlsx")
        paths.append(path)
    books = recalculated(paths, folder)
    return {year: (folder / "made" / f"{year}.xlsx", book) for year, book in zip(FILLED, books, strict=True)}


@pytest.mark.build
@pytest.mark.parametrize("year", FILLED)
def test_a_filled_one_loads_without_a_finding(calculated: dict[int, tuple[Path, Workbook]], year: int) -> None:
    form = form_of_survey(year)
    path, book = calculated[year]
    totals = book[form.sheets["total"].name]
    shown = {
        column.field: totals.cell(row, 2).value for row, column in enumerate(form.sheets["total"].columns, start=1)
    }
    assert (shown["poor_households"], shown["poor_persons"], shown["near_poor_households"]) == (3, 6, 0)
    assert (shown["deprived_employment"], shown["deprived_nutrition"]) == (3, 0)
    read = extract(path.read_bytes(), load_forms())
    assert read is not None
    assert read.is_accepted
    assert [finding.check_code for finding in read.findings] == []
    assert read.tables["household"].num_rows == 3


def test_what_is_typed_is_checked_and_headers_are_locked(tmp_path: Path) -> None:
    (made,) = make_templates(Home(tmp_path).create(), 2027, "29158")
    form = form_of_survey(2027)
    book = load_workbook(made.path)
    for sheet in form.sheets.values():
        assert book[sheet.name].protection.sheet
    page = book[form.sheets["household"].name]
    assert page["A1"].protection.locked
    assert not page.column_dimensions["B"].protection.locked
    checks = {check.formula1 for check in page.data_validations.dataValidation}
    assert '"Nam,Nữ"' in checks
    assert '"x"' in checks
    assert any("Hộ nghèo" in str(formula) for formula in checks)


def test_last_years_list_is_filled_in_for_the_owner_alone(clean_home: Home, tmp_path: Path) -> None:
    home = copy_of(clean_home, tmp_path / "home")
    said = poverty(home, "template", "--year", "2027", "--commune", "29161").stdout
    assert "29161 no longer exists in 2027" in said
    assert unit_of("29161", 2027).commune_code == "29158"
    (path,) = (home.root / "private" / "templates").rglob("*.xlsx")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with duckdb.connect(str(home.build_file), read_only=True) as build:
        wanted = build.execute(
            "select s.household_code, s.household_code, s.head_name, s.hamlet from staging.stg_household as s "
            "inner join marts.fct_household_year as f on s.source_file_id = f.source_file_id "
            "and s.row_number = f.source_row where f.survey_year = 2026 and f.commune_code = '29158' "
            "and f.poverty_class in ('poor', 'near_poor') order by s.row_number"
        ).fetchall()
    sheet = form_of_survey(2027).sheets["household"]
    places = [column.field for column in sheet.columns]
    chosen = [places.index(name) for name in ("household_code", "previous_household_code", "head_name", "hamlet")]
    rows = load_workbook(path)[sheet.name].iter_rows(min_row=first_list_row(sheet), values_only=True)
    assert [tuple(row[place] for place in chosen) for row in rows if row[chosen[1]]] == wanted
    assert len(wanted) > 5


def test_one_command_makes_the_workbook_of_every_commune(tmp_path: Path) -> None:
    made = make_templates(Home(tmp_path).create(), 2027)
    assert len({one.path for one in made}) == len(made) == 48


def test_a_commune_that_never_was_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoTemplateError, match="99999 is no commune"):
        make_templates(Home(tmp_path).create(), 2027, "99999")
