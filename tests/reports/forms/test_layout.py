"""The specifications hold together, and rows, totals and headers are what they should be."""

from dataclasses import replace

import pytest

from reports.forms.fill import FiguresDisagreeError, fill_form
from reports.forms.layout import first_row_of_figures, lay_out
from reports.forms.rows import ADJUSTMENT, AREA, SUBTOTAL, TOTAL, find_area, form_rows, sub_areas
from reports.forms.specification import Form, load_forms, load_lists
from reports.forms.year_figures import Area, NoFormsError, YearFigures

LABELS = {"indicators": [("a", "Chỉ số A"), ("b", "Chỉ số B")], "causes": [("c", "C")], "ethnicities": [("01", "Kinh")]}
FORMS = {form.number: form for form in load_forms()}


def area(level: str, code: str, district: str | None = None, area_class: str | None = None) -> Area:
    return Area(level, code, f"Nơi {code}", district, f"Huyện {district}", "Tỉnh", area_class, 1, 1, True)


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
FORM = Form(1, "THỬ", "hộ", (), "area", False, TREE)


def figures(notice: str | None = None, **poor: int | None) -> YearFigures:
    values = {code: {"poor": count, "all": 10} for code, count in poor.items()}
    values["829"]["all"] = 20
    return YearFigures(2024, "bản", AREAS, AREAS, values, LABELS, notice)


@pytest.mark.parametrize("number", FORMS)
def test_every_formula_reads_columns_that_are_there(number: int) -> None:
    columns = FORMS[number].columns(LABELS)
    names = [column.name for column in columns]
    assert len(set(names)) == len(names)
    for position, column in enumerate(columns):
        for operand in column.formula.operands if column.formula else ():
            if operand.form is None:
                assert operand.column in names[:position]
            else:
                assert operand.form < number
                assert operand.column in [other.name for other in FORMS[operand.form].columns(LABELS)]


def test_the_closing_is_printed_as_the_instruction_says() -> None:
    for number in (2, 3):
        closing = FORMS[number].columns(LABELS)[8]
        signs = "".join(operand.sign for operand in closing.formula.operands)
        assert (closing.headers[-1], signs) == ("Cuối kỳ", "---++++")


def test_the_lists_are_forms_of_their_own() -> None:
    assert [form.number for form in load_lists()] == [14, 15]
    assert not any("head_name" in str(form.tree) for form in load_forms())


def test_rows_of_the_three_levels() -> None:
    assert [row.key for row in form_rows(PROVINCE, sub_areas(PROVINCE, AREAS), moves_between_areas=False)] == [
        "829",
        "831",
        TOTAL,
    ]
    district = form_rows(DISTRICTS[0], sub_areas(DISTRICTS[0], AREAS), moves_between_areas=False)
    assert [(row.kind, row.number, row.key) for row in district] == [
        (SUBTOTAL, "I", "urban"), (AREA, "1", "1"), (SUBTOTAL, "II", "rural"), (AREA, "1", "2"), (TOTAL, "", TOTAL),
    ]  # fmt: skip
    moves = form_rows(DISTRICTS[0], sub_areas(DISTRICTS[0], AREAS), moves_between_areas=True)
    assert [row.kind for row in moves] == [AREA, AREA, ADJUSTMENT, TOTAL]
    assert [row.kind for row in form_rows(COMMUNES[0], [COMMUNES[0]], moves_between_areas=True)] == [AREA, TOTAL]


def test_without_districts_the_province_lists_communes() -> None:
    known = {one.code: one for one in (PROVINCE, *COMMUNES)}
    assert sub_areas(PROVINCE, known) == COMMUNES
    after = replace(figures(**{"829": 0}), survey_year=2026, areas=known)
    with pytest.raises(NoFormsError, match="no figures of area 829 .there are no districts"):
        find_area(after, "829")


def test_totals_are_formulas_over_rows_and_rates_over_counts() -> None:
    rows = form_rows(DISTRICTS[0], COMMUNES[:2], moves_between_areas=False)
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
    assert any(cell.value == "(3)=(1)/(2)" for cell in sheet.cells)


def test_moves_between_areas_are_taken_out_before_the_total() -> None:
    rows = form_rows(DISTRICTS[0], COMMUNES[:2], moves_between_areas=True)
    columns = FORM.columns(LABELS)
    filled = fill_form(FORM, columns, rows, 10, figures(**{"1": 2, "2": 3, "829": 4}), {})
    assert filled.entries[ADJUSTMENT, "poor"].value == -1
    assert filled.entries[TOTAL, "poor"].formula == "=SUM(C10:C12)"


def test_what_no_form_asks_for_stays_empty() -> None:
    rows = form_rows(DISTRICTS[0], COMMUNES[:2], moves_between_areas=False)
    columns = FORM.columns(LABELS)
    filled = fill_form(FORM, columns, rows, 10, figures(**{"1": None, "2": None, "829": None}), {})
    assert {(entry.value, entry.formula) for (_, name), entry in filled.entries.items() if name != "n"} == {
        (None, None)
    }


@pytest.mark.parametrize("total", [6, None])
def test_a_total_that_its_rows_do_not_give_is_refused(total: int | None) -> None:
    rows = form_rows(DISTRICTS[0], COMMUNES[:2], moves_between_areas=False)
    columns = FORM.columns(LABELS)
    with pytest.raises(FiguresDisagreeError, match=r"Biểu 1, area 829, column \(1\)"):
        fill_form(FORM, columns, rows, 10, figures(**{"1": 2, "2": 3, "829": total}), {})


def test_the_head_says_how_far_figures_can_be_trusted() -> None:
    rows = form_rows(DISTRICTS[0], COMMUNES[:2], moves_between_areas=False)
    columns = FORM.columns(LABELS)
    first = first_row_of_figures(columns)

    def seventh_row(place: Area, notice: str | None) -> tuple[object, str]:
        year = figures(notice, **{"1": 2, "2": 3, "829": 5})
        sheet = lay_out(fill_form(FORM, columns, rows, first, year, {}), place, year)
        return next((cell.value, cell.style) for cell in sheet.cells if cell.row == 7)

    final = DISTRICTS[0]
    assert seventh_row(final, None) == ("(Số liệu chính thức; thời điểm chốt số liệu: 14/12/2024)", "remark")
    assert seventh_row(final, "MÔ PHỎNG.") == ("(MÔ PHỎNG; thời điểm chốt số liệu: 14/12/2024)", "notice")
    text, style = seventh_row(replace(final, is_final=False, communes_expected=2), "MÔ PHỎNG.")
    assert (text, style) == (
        "(MÔ PHỎNG. Số liệu tạm thời: đã nhận 1/2 xã, phường, thị trấn; thời điểm chốt số liệu: 14/12/2024)",
        "notice",
    )
