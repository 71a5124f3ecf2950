"""The official forms of a published release: cell by cell against the marts, recalculated, without personal values."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from base.home import Home
from base.release_layout import DATABASE
from tests.support.homes import copy_of, poverty
from tests.support.spreadsheet import recalculated

# The last years with districts and of the old standard, and years of the new one, from 2027; others in the long tests.
YEARS = [2024, 2028]
ALL_YEARS = [*YEARS, *(pytest.param(year, marks=pytest.mark.long) for year in (2021, 2026))]
SHEETS = [*(f"Biểu 7.{number}" for number in range(1, 11)), *(f"Bổ sung {number}" for number in range(1, 4))]
PERSONS, POOR, NEAR_POOR = "Nhân khẩu", "- Hộ nghèo", "- Hộ cận nghèo"
CLASS_ROWS = {"Khu vực thành thị": "urban", "Khu vực nông thôn": "rural"}
HERE = "survey_year = $year and boundary = 'as_reviewed' and area_code = $area"
YEARS_STANDARD = "(select max(standard_code) from marts.fct_household_year where survey_year = $year)"
Values = list[float | None]
Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def home(clean_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy that forms are made of: the clean home itself stays as it is."""
    return copy_of(clean_home, tmp_path_factory.mktemp("forms") / "home")


@pytest.fixture(scope="module")
def marts(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        yield connection


def workbooks(home: Home, year: int) -> dict[str, Path]:
    """The workbooks of a year by area code, made when they are first asked for."""
    folder = home.root / "reports" / "forms" / home.current.resolve().name / str(year)
    if not folder.exists():
        poverty(home, "forms", "--year", str(year))
    return {path.stem.removeprefix(f"bieu-ra-soat-{year}-"): path for path in folder.glob("*.xlsx")}


def is_total(name: object) -> bool:
    return str(name).startswith("Tổng cộng")


def sheets_of(path: Path) -> dict[str, list[Row]]:
    """The values of a workbook by sheet, which openpyxl takes longer to read; a cell without one is None."""
    with CalamineWorkbook.from_path(path) as book:
        return {
            name: [
                tuple(None if value == "" else value for value in row)
                for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            for name in book.sheet_names
        }


def printed_rows(rows: list[Row]) -> list[tuple[str, str | None, Values]]:
    """(name, line, figures) of every row from "I Khu vực thành thị" to the last line of the total."""
    start = next(index for index, row in enumerate(rows) if row[:2] == ("I", "Khu vực thành thị"))
    leading = 3 if "Phân tổ" in {row[2] for row in rows[:start]} else 2
    found: list[tuple[str, str | None, Values]] = []
    name = ""
    for row in rows[start:]:
        if str(row[0]).startswith("Ghi chú") or all(value is None for value in row):
            return found
        line = row[2] if leading == 3 else row[1] if str(row[1]).startswith("- ") else None
        name = str(row[1]) if row[1] and not str(row[1]).startswith("- ") else name
        found.append((name, line, list(row[leading:])))
    raise AssertionError("the table has no end")


def expected(marts: duckdb.DuckDBPyConnection, form: int, line: str | None, year: int, area: str) -> Values:
    """What a form must show of an area, by SQL of its own: written from the printed headers, not from the files that
    the forms are made of."""

    def one(query: str) -> Values:
        (row,) = marts.execute(query, {"year": year, "area": area}).fetchall()
        return list(row)

    def listed(query: str) -> Values:
        return [row[0] for row in marts.execute(query, {"year": year, "area": area}).fetchall()]

    poverty_class = "poor" if form in (2, 4, 5, 12) else "near_poor"
    if form == 1:
        return one(
            "select resident_households, resident_persons, poor_households, poor_rate, poor_persons, "
            "poor_persons / resident_persons, near_poor_households, near_poor_rate, near_poor_persons, "
            f"near_poor_persons / resident_persons from marts.area_year where {HERE}"
        )
    if form in (2, 3):
        left = "to_other_list, above_line" if form == 2 else "above_line, to_other_list"
        return one(
            f"select opening, {left}, other_decrease, from_other_list, returned, newly_arisen, other_increase, closing "
            f"from marts.poverty_movement where {HERE} and list = '{poverty_class}' "
            f"and unit = '{'person' if line == PERSONS else 'household'}'"
        )
    if form in (4, 5, 6, 7):
        table = f"from marts.indicator_area_year as f where {HERE} and poverty_class = '{poverty_class}'"
        position = (
            "(select position from marts.dim_indicator as i where i.indicator_code = f.indicator_code "
            f"and i.standard_code = {YEARS_STANDARD})"
        )
        shown = "deprived_households" if form in (4, 6) else "deprivation_rate"
        total = one(f"select max(class_households), sum(deprived_households) {table}")
        return total + listed(f"select {shown} {table} order by {position}")
    if form == 8:
        units = "persons" if line == PERSONS else "households"
        both = [
            one(
                f"select {units}, ethnic_minority_headed_{units}, lacks_labour_capacity_{units}, merit_{units} "
                f"from marts.area_year_class where {HERE} and poverty_class = '{name}'"
            )
            for name in ("poor", "near_poor")
        ]
        (residents,) = one(f"select resident_{units} from marts.area_year where {HERE}")
        return [residents, None, *(value for pair in zip(*both, strict=True) for value in pair)]
    if form == 9:
        return [
            value
            for name in ("poor", "near_poor")
            for value in one(
                "select sum(households), sum(households) filter (ethnicity_code <> '01'), "
                "sum(households) filter (ethnicity_code = '01'), "
                "coalesce(sum(households) filter (ethnicity_code = '04'), 0), "
                "coalesce(sum(households) filter (ethnicity_code = '05'), 0), "
                "coalesce(sum(households) filter (ethnicity_code not in ('01', '04', '05')), 0) "
                f"from marts.area_year_ethnicity where {HERE} and poverty_class = '{name}'"
            )
        ]
    if form == 10:
        order = ["no_land", "no_capital", "no_labour", "no_tools", "no_production_knowledge", "no_labour_skill",
                 "illness_accident", "other"]  # fmt: skip
        chosen = {POOR: "= 'poor'", NEAR_POOR: "= 'near_poor'", None: "in ('poor', 'near_poor')"}[line]
        return listed(
            f"select sum(households) from marts.area_year_cause where {HERE} and poverty_class {chosen} "
            f"group by cause_code order by list_position({order}, cause_code)"
        )
    if form == 11:
        both = []
        for name in ("poor", "near_poor"):
            table = (
                "from marts.child_indicator_area_year as f inner join marts.dim_indicator as i using (indicator_code) "
                f"where {HERE} and poverty_class = '{name}' and i.standard_code = {YEARS_STANDARD}"
            )
            both += one(f"select max(households_with_children), max(children) {table}")
            persons = (
                "select case when count(persons_without_health_insurance) > 0 then coalesce(sum("
                "persons_without_health_insurance) filter (age_group in ('under_6', '6_to_15')), 0) end "
                f"from marts.person_area_year where {HERE} and poverty_class = '{name}'"
            )
            both += listed(
                f"select case indicator_code when 'health_insurance' then ({persons}) else deprived_children end "
                f"{table} order by position"
            )
        return both
    groups = ("ethnic_minority_headed", "merit", "social_protection", "lacks_labour_capacity", "female_headed")
    pairs = ", ".join(f"{group}_households, {group}_persons" for group in groups)
    return one(
        f"select resident_households, households, households / resident_households, persons, {pairs}, "
        "female_headed_households / nullif(households, 0), group_1_households, group_2_households, group_3_households "
        "from marts.area_year_class inner join (select survey_year, boundary, area_code, resident_households "
        "from marts.area_year) using (survey_year, boundary, area_code) "
        f"where {HERE} and poverty_class = '{poverty_class}'"
    )


def codes_by_name(marts: duckdb.DuckDBPyConnection, year: int, area: str) -> dict[str, str]:
    """The codes of what the forms of an area list; names are unique within a district only."""
    listed = marts.execute(
        "select distinct f.area_name, f.area_code, f.area_level, c.district_code from marts.poverty_movement as f "
        "left join marts.dim_commune as c on f.area_code = c.commune_code and c.valid_from <= make_date($year, 12, 14) "
        "and coalesce(c.valid_to > make_date($year, 12, 14), true) where f.survey_year = $year "
        "and f.boundary = 'as_reviewed' and f.area_level in ('district', 'commune')",
        {"year": year},
    ).fetchall()
    level = "district" if area == "former-83" and any(row[2] == "district" for row in listed) else "commune"
    chosen = [
        (name, code)
        for name, code, its_level, district in listed
        if its_level == level and (area in (code, district) or area == "former-83")
    ]
    assert len(dict(chosen)) == len(chosen) > 0
    return dict(chosen)


def as_shown(values: Values) -> list[Any]:
    return [None if value is None else pytest.approx(float(value), rel=1e-12, abs=0) for value in values]


@pytest.mark.parametrize("year", ALL_YEARS)
def test_every_cell_is_the_published_figure(home: Home, marts: duckdb.DuckDBPyConnection, year: int) -> None:
    compared = 0
    for area, path in workbooks(home, year).items():
        codes = codes_by_name(marts, year, area)
        sheets = sheets_of(path)
        assert list(sheets) == SHEETS
        for form, page in enumerate(sheets.values(), start=1):
            rows = printed_rows(page)
            assert is_total(rows[-1][0])
            assert {name for name, _, _ in rows} >= set(CLASS_ROWS), "both groups are always printed"
            by_communes = all(len(code) == 5 for code in codes.values())
            for name, line, shown in rows:
                if name in CLASS_ROWS:
                    # The marts have classes of the territory only, and count moves inside them otherwise.
                    if area != "former-83" or form in (2, 3):
                        continue
                    code = CLASS_ROWS[name]
                elif is_total(name):
                    code = area
                elif by_communes:
                    code = codes[name]
                else:
                    continue  # a district divided by class: its sum is the total's
                if not marts.execute(
                    f"select 1 from marts.area_year where {HERE}", {"year": year, "area": code}
                ).fetchall():
                    continue
                wanted = expected(marts, form, line, year, code)
                if form in (2, 3) and is_total(name) and area not in codes.values():
                    shown, wanted = [shown[0], shown[-1]], [wanted[0], wanted[-1]]
                assert shown == as_shown(wanted), (area, form, name, line)
                compared += len(wanted)
    assert compared > 1000


@pytest.mark.parametrize("year", ALL_YEARS)
def test_there_is_a_workbook_for_every_area(home: Home, marts: duckdb.DuckDBPyConnection, year: int) -> None:
    areas = marts.execute(
        "select area_code from marts.area_year where survey_year = ? and boundary = 'as_reviewed' "
        "and area_level <> 'area_class'", [year]
    ).fetchall()  # fmt: skip
    assert set(workbooks(home, year)) == {code for (code,) in areas}


@pytest.mark.parametrize("year", [pytest.param(2021, marks=pytest.mark.long), 2028])
def test_libreoffice_calculates_the_same(home: Home, tmp_path: Path, year: int) -> None:
    made = workbooks(home, year)
    district = next((code for code in made if len(code) == 3), None)
    areas = [area for area in ("former-83", district) if area]
    for area, calculated in zip(areas, recalculated([made[area] for area in areas], tmp_path), strict=True):
        formulas = load_workbook(made[area])
        shown = load_workbook(made[area], data_only=True)
        met = 0
        for page in formulas.worksheets:
            for cell in (cell for row in page.iter_rows() for cell in row if cell.data_type == "f"):
                met += 1
                ours = shown[page.title][cell.coordinate].value
                theirs = calculated[page.title][cell.coordinate].value
                place = (area, page.title, cell.coordinate, cell.value)
                if ours in (None, ""):
                    assert theirs in (None, ""), place
                else:
                    assert theirs == pytest.approx(ours, rel=1e-9, abs=1e-12), place
            total = next(row for row in page.iter_rows() if is_total(row[1].value))
            figures = [cell for cell in total[3:] if shown[page.title][cell.coordinate].value is not None]
            assert all(cell.data_type == "f" for cell in figures), page.title
        assert met > 250


def test_forms_print_on_a4_with_heads_and_signatures(home: Home) -> None:
    for page in load_workbook(workbooks(home, 2024)["former-83"]).worksheets:
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToWidth == 1
        assert page.page_setup.fitToHeight <= 2, "three districts in three lines each"
        assert page.print_title_rows
        assert page.print_area.startswith(f"'{page.title}'!$A$1:")
        texts = {cell.value for row in page.iter_rows() for cell in row if isinstance(cell.value, str)}
        assert {"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Người lập biểu", "CHỦ TỊCH UBND", "UBND TỈNH BẾN TRE"} <= texts
        assert any("Số liệu sơ bộ: mới có 5 trên 148 xã" in text for text in texts)  # the clean pack lacks communes
        marked = {row[1].value for row in page.iter_rows() if row[1].number_format == '@" (*)"'}
        assert {"Huyện Ba Tri", "Khu vực nông thôn"} <= marked, page.title
        assert any(is_total(name) for name in marked), page.title
        (reasons,) = (text for text in texts if "(*) Số liệu còn có thể thay đổi. Mới có " in text)
        assert "mới có 2 trên 22 xã: Huyện Ba Tri" in reasons or "năm 2023 mới có" in reasons
        assert any(text.startswith("(DỮ LIỆU MÔ PHỎNG: không phải số liệu thật") for text in texts)
        official = f"Theo mẫu {page.title.removeprefix('Biểu ')}, Thông tư số "
        assert any(text.startswith(official) for text in texts) == page.title.startswith("Biểu 7.")
        assert page.title.startswith("Biểu 7.") or not any("7." in text for text in texts if "mẫu" in text.lower())


def test_the_total_says_what_moves_between_its_units_change(home: Home, marts: duckdb.DuckDBPyConnection) -> None:
    sheets = sheets_of(workbooks(home, 2024)["former-83"])
    said = 0
    for sheet, name in (("Biểu 7.2", "poor"), ("Biểu 7.3", "near_poor")):
        (_, _, shown) = next(row for row in printed_rows(sheets[sheet]) if is_total(row[0]) and row[1] == "Hộ")
        wanted = expected(marts, 2 if name == "poor" else 3, "Hộ", 2024, "former-83")
        notes = " ".join(str(row[0]) for row in sheets[sheet] if row[0])
        for column, (sum_of_units, figure) in enumerate(zip(shown, wanted, strict=True), start=1):
            text = f"cột {column} là {figure} (biểu: {sum_of_units:.0f})"
            assert (text in notes) == (sum_of_units != figure)
            said += sum_of_units != figure
    assert said


@pytest.mark.parametrize("year", ALL_YEARS)
def test_our_own_forms_pass_the_check(home: Home, year: int) -> None:
    made = workbooks(home, year)
    paths = list({len(area): path for area, path in made.items()}.values())  # one province, district and commune
    assert made["former-83"] in paths
    said = poverty(home, "forms", "check", *map(str, paths)).stdout
    assert f"0 lỗi, {said.count('Lưu ý ')} lưu ý trong {10 * len(paths)} biểu." in said.replace("\n", " ")


def test_a_form_that_differs_from_the_warehouse_is_found(home: Home, tmp_path: Path) -> None:
    book = load_workbook(workbooks(home, 2024)["former-83"], data_only=True)
    for row in book["Biểu 7.1"].iter_rows():
        if row[1].value in ("Khu vực thành thị", "Thành phố Bến Tre") or is_total(row[1].value):
            row[2].value += 1
    book.save(tmp_path / "changed.xlsx")
    said = poverty(home, "forms", "check", str(tmp_path / "changed.xlsx"), expect=1).stdout
    assert "Lỗi C7 | changed.xlsx [Biểu 7.1] C" in said


def test_a_local_layout_lists_districts_with_their_communes(home: Home) -> None:
    poverty(home, "forms", "--year", "2024", "--area", "former-83", "--layout", "dak-nong")
    try:
        book = load_workbook(workbooks(home, 2024)["former-83"], data_only=True)
        rows = [row for row in book["Biểu 7.1"].iter_rows(values_only=True) if str(row[0])[:1] in "123456789"]
        assert [row[0] for row in rows[:3]] == ["1", "1.1", "2"]
        assert "4=3/1*100" in {cell for row in book["Biểu 7.1"].iter_rows(values_only=True) for cell in row}
        assert not any(cell == "CHỦ TỊCH UBND" for row in book["Biểu 7.1"].iter_rows(values_only=True) for cell in row)
    finally:
        poverty(home, "forms", "--year", "2024", "--area", "former-83")


def test_no_form_holds_a_personal_value(home: Home) -> None:
    with duckdb.connect(str(home.build_file), read_only=True) as build:
        personal = {
            value
            for (value,) in build.execute(
                "select unnest([head_name, head_citizen_id, household_code]) from staging.stg_household union "
                "select unnest([full_name, citizen_id]) from staging.stg_member"
            ).fetchall()
            if value
        }
    assert len(personal) > 1000
    for year in YEARS:
        for path in workbooks(home, year).values():
            for title, rows in sheets_of(path).items():
                assert personal.isdisjoint(value for row in rows for value in row), (path.name, title)


def test_lists_are_made_on_request_only_and_for_the_owner_alone(home: Home, tmp_path: Path) -> None:
    assert not (home.root / "private").exists()
    with duckdb.connect(str(home.build_file)) as build:
        (source, row) = build.execute(
            "select source_file_id, source_row from marts.fct_household_year where survey_year = 2024 "
            "and commune_code = '29161' and poverty_class = 'poor' order by source_row limit 1"
        ).fetchall()[0]
        build.execute(
            "update staging.stg_household set head_name = '=1+1' where source_file_id = ? and row_number = ?",
            [source, row],
        )
    reported = poverty(home, "forms", "--year", "2024", "--area", "29161", "--with-household-lists").stdout
    assert "personal data" in reported
    assert "part of no release" in reported
    (path,) = (home.root / "private").rglob("*.xlsx")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in path.relative_to(home.root).parents:
        if folder.name:
            assert stat.S_IMODE((home.root / folder).stat().st_mode) == 0o700
    book, (calculated,) = load_workbook(path, data_only=True), recalculated([path], tmp_path)
    assert book.sheetnames == [*SHEETS, "Bổ sung 4", "Bổ sung 5"]
    names = {}
    for sheet, column in (("Bổ sung 4", "near_poor_households"), ("Bổ sung 5", "poor_households")):
        rows = [row for row in book[sheet].iter_rows() if isinstance(row[0].value, int)]
        names[sheet] = [row[4] for row in rows]
        total = next(row for row in book[sheet].iter_rows() if is_total(row[1].value))
        with duckdb.connect(str(home.current / DATABASE), read_only=True) as marts:
            (count,) = marts.execute(
                f"select {column} from marts.area_year where {HERE}", {"year": 2024, "area": "29161"}
            ).fetchall()[0]
        assert total[3].value == len(rows) == count
        for cell in total[2:]:
            assert calculated[sheet][cell.coordinate].value == cell.value
    mark = names["Bổ sung 5"][0]
    assert (mark.value, mark.data_type, bool(mark.quotePrefix)) == ("=1+1", "s", True)
    assert load_workbook(path)["Bổ sung 5"][mark.coordinate].data_type == "s"
    assert not any("private" in path.parts for path in home.published.rglob("*"))


def test_a_commune_lists_its_hamlets_for_itself_alone(home: Home, marts: duckdb.DuckDBPyConnection) -> None:
    """In the year of its reorganisation and in the next one, which opens with what the hamlets closed with (C6)."""
    area, paths = "29158", []
    for year in (2025, 2026):
        said = poverty(home, "forms", "--year", str(year), "--area", area, "--by-hamlet").stdout
        assert "do not leave the commune" in said
        (path,) = (home.root / "private").rglob(f"bieu-ra-soat-theo-ap-{year}-{area}.xlsx")
        paths.append(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        sheets = sheets_of(path)
        assert list(sheets) == SHEETS
        for form, page in enumerate(sheets.values(), start=1):
            rows = printed_rows(page)
            hamlets = [name for name, _, _ in rows if name not in CLASS_ROWS and not is_total(name)]
            assert list(dict.fromkeys(hamlets)) == ["Ấp 1", "Ấp 2", "Ấp 3", "Ấp Bình Thuận", "Ấp Thạnh Hòa"]
            assert any("NỘI BỘ XÃ" in str(row[0]) for row in page[:8])
            for _, line, shown in (row for row in rows if is_total(row[0])):
                wanted = expected(marts, form, line, year, area)
                if form in (2, 3):
                    shown, wanted = [shown[0], shown[-1]], [wanted[0], wanted[-1]]
                assert shown == as_shown(wanted), (year, form, line)
    for page in load_workbook(paths[0]).worksheets:
        total = next(row for row in page.iter_rows() if is_total(row[1].value))
        assert sum(cell.data_type == "f" for cell in total) > 5, page.title
    assert not list((home.root / "reports").rglob("*theo-ap*"))
    assert "0 lỗi, " in poverty(home, "forms", "check", *map(str, paths)).stdout


def test_only_communes_list_hamlets(home: Home) -> None:
    said = poverty(home, "forms", "--year", "2024", "--area", "836", "--by-hamlet", expect=2).stderr
    assert "836 is no commune" in said


def test_lists_of_another_build_are_refused(clean_home: Home, tmp_path: Path) -> None:
    shutil.copytree(clean_home.root, tmp_path / "home", symlinks=True)
    home = Home(tmp_path / "home")
    with duckdb.connect(str(home.build_file)) as build:
        build.execute("delete from marts.fct_household_year where survey_year = 2024 and poverty_class = 'poor'")
    reported = poverty(home, "forms", "--year", "2024", "--with-household-lists", expect=1)
    assert "not what was published" in reported.stderr
    assert not list((home.root / "private").rglob("*.xlsx"))


def test_figures_that_do_not_add_up_are_refused(clean_home: Home, tmp_path: Path) -> None:
    shutil.copytree(clean_home.root, tmp_path / "home", symlinks=True)
    home = Home(tmp_path / "home")
    with duckdb.connect(str(home.current / DATABASE)) as marts:
        marts.execute(
            "update marts.area_year set poor_persons = poor_persons + 1 where survey_year = 2024 "
            "and boundary = 'as_reviewed' and area_code = '29161'"
        )
    reported = poverty(home, "forms", "--year", "2024", "--area", "836", expect=1)
    assert "Biểu 7.1, area 836, column 5" in reported.stderr


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--year", "2024", "--area", "99999"], "no figures of area 99999"),
        (["--year", "2026", "--area", "836"], "no districts from 2025 on"),
    ],
)
def test_what_has_no_figures_is_refused_in_one_sentence(clean_home: Home, options: list[str], reason: str) -> None:
    reported = poverty(clean_home, "forms", *options, expect=2)
    assert reason in reported.stderr
    assert len(reported.stderr.strip().splitlines()) == 1


@pytest.mark.build
def test_without_a_release_there_are_no_forms(tmp_path: Path) -> None:
    assert "Nothing is published yet" in poverty(Home(tmp_path), "forms", "--year", "2024", expect=1).stderr
