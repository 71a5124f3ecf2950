"""The specifications hold together, and rows, totals and headers are what they should be."""

from dataclasses import replace

import pytest

from reports.forms.fill import FiguresDisagreeError, fill_form
from reports.forms.layout import first_row_of_figures, lay_out
from reports.forms.rows import AREA, SUBTOTAL, TOTAL, find_area, form_rows, nested_rows, sub_areas, with_lines
from reports.forms.specification import Form, Line, load_forms, load_lists
from reports.forms.year_figures import Area, NoFormsError, YearFigures

LABELS = {"indicators": [("a", "Chỉ số A"), ("b", "Chỉ số B")], "ethnicities": [("04", "Hoa")]}
FORMS = {form.number: form for form in load_forms()}


def area(level: str, code: str, district: str | None = None, area_class: str | None = None) -> Area:
    return Area(level, code, f"Nơi {code}", district, f"Huyện {district}", "Tỉnh", area_class, True)


PROVINCE = area("province", "former-83")
DISTRICTS = [area("district", code) for code in ("829", "831")]
COMMUNES = [
    area("commune", "1", "829", "urban"),
    area("commune", "2", "829", "rural"),
    area("commune", "3", "831", "rural"),
]
AREAS = {one.code: one for one in (PROVINCE, *DISTRICTS, *COMMUNES)}
TREE = [
    {
        "header": "Hộ",
        "columns": [{"header": "Nghèo", "measure": "poor"}, {"header": "Cả", "measure": "all", "name": "n"}],
    },
    {"header": "Tỷ lệ", "formula": "(poor)/(n)", "format": "rate"},
]
ONE = (Line(None, {}, is_sum=False),)
SUM = ("", "Tổng cộng (I + II)")
FORM = Form(1, "THỬ", "Theo mẫu 7.1", "", (), "Đơn vị", True, SUM, "area", False, ONE, "", TREE)
MOVES = replace(FORM, has_moves_between_areas=True)


def figures(notice: str | None = None, **poor: int | None) -> YearFigures:
    values = {code: {"poor": count, "all": 10} for code, count in poor.items()}
    values["829"]["all"] = 20
    return YearFigures(2024, "bản", AREAS, AREAS, values, LABELS, notice)


@pytest.mark.parametrize("number", FORMS)
def test_every_formula_reads_columns_that_are_there(number: int) -> None:
    columns = FORMS[number].columns(LABELS)
    names = [column.name for column in columns]
    assert len(set(names)) == len(names)
    for column in columns:
        for operand in column.formula.operands if column.formula else ():
            if operand.form is None:
                assert operand.column in names
            else:
                assert operand.form < number
                assert operand.column in [other.name for other in FORMS[operand.form].columns(LABELS)]


def test_the_closing_is_printed_as_the_instruction_says() -> None:
    for number in (2, 3):
        closing = FORMS[number].columns(LABELS)[8]
        signs = "".join(operand.sign for operand in closing.formula.operands)
        assert "cuối" in closing.headers[-1]
        assert (closing.number, signs) == (9, "---++++")


def test_near_poor_households_that_escaped_stand_before_those_that_became_poor() -> None:
    escaped, poorer = FORMS[3].columns(LABELS)[1:3]
    assert (escaped.headers[-1], escaped.measure) == (
        "Số hộ thoát cận nghèo",
        "movement.near_poor.{unit}.above_line",
    )
    assert (poorer.headers[-1], poorer.measure) == (
        "Số hộ cận nghèo trở thành hộ nghèo",
        "movement.near_poor.{unit}.to_other_list",
    )


def test_the_numbers_of_columns_are_the_printed_ones() -> None:
    numbers = {form: [column.number for column in FORMS[form].columns(LABELS)] for form in range(1, 11)}
    assert numbers[1] == list(range(1, 11))
    assert numbers[2] == numbers[3] == list(range(1, 10))
    assert numbers[4] == numbers[5] == numbers[6] == numbers[7] == [None, None, 1, 2]
    assert numbers[8] == list(range(1, 11))
    assert numbers[10] == list(range(1, 9))
    assert [line.name for line in FORMS[10].lines] == [None, "- Hộ nghèo", "- Hộ cận nghèo"]
    assert [form for form in FORMS if FORMS[form].lines_header] == [2, 3, 8]
    assert [form for form in FORMS if FORMS[form].circular is None] == [11, 12, 13]


def test_the_lists_are_forms_of_their_own() -> None:
    assert [form.number for form in load_lists()] == [14, 15]
    assert not any("head_name" in str(form.tree) for form in load_forms())


def rows_of(place: Area) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(row.kind, row.number, row.key, row.parts) for row in form_rows(place, sub_areas(place, AREAS), AREAS, SUM)]


def test_rows_of_the_three_levels() -> None:
    assert rows_of(PROVINCE) == [
        (SUBTOTAL, "I", "urban", ("829.urban",)), (AREA, "1", "829.urban", ()),
        (SUBTOTAL, "II", "rural", ("829.rural", "831.rural")), (AREA, "1", "829.rural", ()),
        (AREA, "2", "831.rural", ()),
        (TOTAL, "", TOTAL, ("urban", "rural")),
    ]  # fmt: skip
    assert rows_of(DISTRICTS[1]) == [
        (SUBTOTAL, "I", "urban", ()), (SUBTOTAL, "II", "rural", ("3",)), (AREA, "1", "3", ()),
        (TOTAL, "", TOTAL, ("urban", "rural")),
    ]  # fmt: skip
    assert [row[2] for row in rows_of(COMMUNES[0])] == ["urban", "1", "rural", TOTAL]


def test_lines_sum_the_same_lines_of_parts_or_the_others_of_their_area() -> None:
    lines = (Line(None, {}, is_sum=True), Line("a", {}, is_sum=False), Line("b", {}, is_sum=False))
    rows = {row.key: row for row in with_lines(form_rows(DISTRICTS[1], COMMUNES[2:], AREAS, SUM), lines)}
    assert rows["3/0"].parts == ("3/1", "3/2")
    assert rows["rural/1"].parts == ("3/1",)
    assert rows["total/2"].parts == ("urban/2", "rural/2")
    assert [rows[f"total/{line}"].lines for line in range(3)] == [3, 0, 0]


def test_a_nested_layout_has_districts_with_communes_and_no_total() -> None:
    rows = nested_rows(PROVINCE, sub_areas(PROVINCE, AREAS), AREAS)
    assert [(row.number, row.key, row.parts) for row in rows] == [
        ("1", "829.all", ("1", "2")), ("1.1", "1", ()), ("1.2", "2", ()), ("2", "831.all", ("3",)), ("2.1", "3", ()),
    ]  # fmt: skip
    assert [row.number for row in nested_rows(COMMUNES[0], COMMUNES[:1], AREAS)] == ["1.1"]


def test_without_districts_the_province_lists_communes() -> None:
    known = {one.code: one for one in (PROVINCE, *COMMUNES)}
    assert sub_areas(PROVINCE, known) == COMMUNES
    after = replace(figures(**{"829": 0}), survey_year=2026, areas=known)
    with pytest.raises(NoFormsError, match="no figures of area 829 .there are no districts"):
        find_area(after, "829")


def test_totals_are_formulas_over_rows_and_rates_over_counts() -> None:
    rows = form_rows(DISTRICTS[0], COMMUNES[:2], AREAS, SUM)
    columns = FORM.columns(LABELS)
    filled = fill_form(FORM, columns, rows, first_row_of_figures(columns), figures(**{"1": 2, "2": 3, "829": 5}), {})
    entries = {key: (entry.value, entry.formula) for key, entry in filled.entries.items()}
    first = filled.first_row
    assert entries["urban", "poor"] == (2, f"=SUM(C{first + 1}:C{first + 1})")
    assert entries[TOTAL, "poor"] == (5, f"=C{first}+C{first + 2}")
    assert entries[TOTAL, "(poor)/(n)"] == (0.25, f'=IFERROR(C{first + 4}/D{first + 4},"")')
    sheet = lay_out(filled, DISTRICTS[0], figures(**{"829": 5}))
    merged = {(cell.value, cell.row, cell.column, cell.last_row, cell.last_column) for cell in sheet.cells}
    assert ("Hộ", 9, 3, 9, 4) in merged
    assert ("Tỷ lệ", 9, 5, 10, 5) in merged
    assert any(cell.value == "3=1/2*100" for cell in sheet.cells)


def test_moves_between_units_stay_in_the_total_and_are_said_below() -> None:
    rows = form_rows(DISTRICTS[0], COMMUNES[:2], AREAS, SUM)
    columns = FORM.columns(LABELS)
    of_year = figures(**{"1": 2, "2": 3, "829": 4})
    filled = fill_form(MOVES, columns, rows, first_row_of_figures(columns), of_year, {})
    assert filled.entries[TOTAL, "poor"].value == 5
    texts = [cell.value for cell in lay_out(filled, DISTRICTS[0], of_year).cells if cell.style == "note"]
    assert "cột 1 là 4 (biểu: 5)" in str(texts[0])


def test_a_group_without_units_is_printed_with_zeros() -> None:
    rows = form_rows(DISTRICTS[1], COMMUNES[2:], AREAS, SUM)
    columns = FORM.columns(LABELS)
    values = figures(**{"3": 2, "829": 0, "831": 2})
    filled = fill_form(FORM, columns, rows, 10, values, {})
    assert [filled.entries["urban", name].value for name in ("poor", "n", "(poor)/(n)")] == [0, 0, None]
    assert filled.entries[TOTAL, "poor"].value == 2


def test_what_no_form_asks_for_stays_empty() -> None:
    rows = form_rows(DISTRICTS[0], COMMUNES[:2], AREAS, SUM)
    columns = FORM.columns(LABELS)
    filled = fill_form(FORM, columns, rows, 10, figures(**{"1": None, "2": None, "829": None}), {})
    assert {(entry.value, entry.formula) for (_, name), entry in filled.entries.items() if name != "n"} == {
        (None, None)
    }


@pytest.mark.parametrize("total", [6, None])
def test_a_total_that_its_rows_do_not_give_is_refused(total: int | None) -> None:
    rows = form_rows(DISTRICTS[0], COMMUNES[:2], AREAS, SUM)
    columns = FORM.columns(LABELS)
    with pytest.raises(FiguresDisagreeError, match=r"Biểu 7.1, area 829, column 1:"):
        fill_form(FORM, columns, rows, 10, figures(**{"1": 2, "2": 3, "829": total}), {})


def test_a_form_says_how_far_figures_can_be_trusted() -> None:
    rows = form_rows(DISTRICTS[0], COMMUNES[:2], AREAS, SUM)
    columns = FORM.columns(LABELS)

    def said(place: Area, notice: str | None) -> tuple[list[object], list[object]]:
        year = figures(notice, **{"1": 2, "2": 3, "829": 5})
        cells = lay_out(fill_form(FORM, columns, rows, first_row_of_figures(columns), year, {}), place, year).cells
        return [cell.value for cell in cells if cell.style == "notice"], [c.value for c in cells if c.style == "note"]

    notices, notes = said(DISTRICTS[0], None)
    assert (notices, len(notes)) == ([], 1)
    assert str(notes[0]).startswith("Ghi chú của kho dữ liệu: Số liệu chính thức; năm rà soát 2024; địa bàn: Nơi 829")
    place = replace(DISTRICTS[0], is_final=False, open=("mới có 1 trên 2 xã", "1 lỗi chưa xử lý"))
    notices, notes = said(place, "MÔ PHỎNG.")
    assert notices == ["(MÔ PHỎNG)"]
    assert "Số liệu sơ bộ: mới có 1 trên 2 xã, 1 lỗi chưa xử lý; năm" in str(notes[0])
    assert "Số liệu sơ bộ: có đơn vị chưa báo cáo chính thức;" in str(said(replace(place, open=("tạm thời",)), None)[1])
    assert "Số liệu chính thức, còn 1 lỗi;" in str(said(replace(place, is_final=True, open=("1 lỗi",)), None)[1])


def test_a_row_is_marked_and_said_where_something_is_open() -> None:
    open_areas = {**AREAS, "2": replace(COMMUNES[1], open=("tạm thời",))}
    columns = FORM.columns(LABELS)
    rows = form_rows(DISTRICTS[0], COMMUNES[:2], open_areas, SUM)
    year = replace(figures(None, **{"1": 2, "2": 3, "829": 5}), areas=open_areas)
    cells = lay_out(fill_form(FORM, columns, rows, first_row_of_figures(columns), year, {}), DISTRICTS[0], year).cells
    assert [cell.value for cell in cells if cell.style.endswith("_questioned")] == ["Khu vực nông thôn", "Nơi 2"]
    assert any("(*) Số liệu còn có thể thay đổi. Tạm thời: Nơi 2." in str(cell.value) for cell in cells)
