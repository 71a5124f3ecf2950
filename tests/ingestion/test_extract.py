"""File-level checks and raw tables of one workbook, on workbooks made from the form maps."""

import io
import unicodedata
import zipfile
from typing import Any

import openpyxl
import pytest

from base.forms import Form, load_forms
from ingestion.cover import CORRECTION_LIST
from ingestion.extract import Extraction, extract
from tests.support.workbooks import household, member, workbook_bytes

FORMS = load_forms()


@pytest.fixture(params=sorted(FORMS))
def form(request: pytest.FixtureRequest) -> Form:
    return FORMS[request.param]


def read(content: bytes) -> Extraction:
    extraction = extract(content, FORMS)
    assert extraction is not None
    return extraction


def codes(extraction: Extraction) -> list[str]:
    return [finding.check_code for finding in extraction.findings]


def sheet(book: openpyxl.Workbook, form: Form, role: str) -> Any:
    return book[form.sheets[role].name]


def header_cell(book: openpyxl.Workbook, form: Form, role: str, field: str) -> Any:
    """The cell that shows a field's own header."""
    wanted = next(column for column in form.sheets[role].columns if column.field == field)
    for row in sheet(book, form, role).iter_rows():
        for cell in row:
            if cell.value == wanted.header:
                return cell
    raise AssertionError(field)


def test_a_right_workbook_has_no_finding(form: Form) -> None:
    extraction = read(workbook_bytes(form))
    assert extraction.findings == []
    assert extraction.facts() == {
        "sha256": extraction.sha256,
        "bytes": extraction.size,
        "form": form.name,
        "survey_year": form.first_survey_year,
        "commune_code": extraction.cover.commune_code,
        "commune_valid_from": extraction.cover.commune_valid_from,
        "submission_number": 1,
        "maturity": "final",
        "household_rows": 1,
        "member_rows": 1,
    }
    row = extraction.tables["household"].to_pylist()[0]
    assert row["household_code"] == "29161-0001"
    assert row["member_count"] == "1"
    spec = form.sheets["household"]
    assert row["row_number"] == spec.first_header_row + spec.header_rows + (1 if spec.has_column_number_row else 0)


def test_totals_are_read_in_long_form(form: Form) -> None:
    totals = {row["field"]: row["value"] for row in read(workbook_bytes(form)).tables["total"].to_pylist()}
    assert totals["resident_households"] == "100"
    assert set(totals) == {column.field for column in form.sheets["total"].columns}


def test_names_in_nfd_capitals_and_odd_spaces_are_the_same_names(form: Form) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for page in book.worksheets:
            page.title = unicodedata.normalize("NFD", f" {page.title.upper()} ")
        for role in ("household", "member"):
            page = next(
                p
                for p in book.worksheets
                if p.title.strip() == unicodedata.normalize("NFD", form.sheets[role].name.upper())
            )
            for row in page.iter_rows(max_row=form.sheets[role].first_header_row + form.sheets[role].header_rows - 1):
                for cell in row:
                    if cell.value:
                        cell.value = unicodedata.normalize("NFD", cell.value.upper().replace(" ", "\u00a0\n"))

    assert codes(read(workbook_bytes(form, change=change))) == []


def test_column_order_is_free(form: Form) -> None:
    def change(book: openpyxl.Workbook) -> None:
        page = sheet(book, form, "household")
        last = page.max_column
        page.move_range(f"B1:B{page.max_row}", cols=last - 1)
        page.move_range(f"C1:{page.cell(1, last + 1).column_letter}{page.max_row}", cols=-1)

    extraction = read(workbook_bytes(form, change=change))
    assert codes(extraction) == []
    assert extraction.tables["household"].to_pylist()[0]["household_code"] == "29161-0001"


@pytest.mark.parametrize("role", ["household", "member"])
def test_missing_required_column_rejects_the_file(form: Form, role: str) -> None:
    def change(book: openpyxl.Workbook) -> None:
        cell = header_cell(book, form, role, "household_code")
        sheet(book, form, role).delete_cols(cell.column)

    extraction = read(workbook_bytes(form, change=change))
    assert not extraction.is_accepted
    finding = next(f for f in extraction.findings if f.check_code == "required_column_missing")
    assert (finding.column_name, finding.sheet) == ("household_code", form.sheets[role].name)


def test_renamed_column_names_the_nearest_known_header_and_not_the_cell(form: Form) -> None:
    def change(book: openpyxl.Workbook) -> None:
        header_cell(book, form, "household", "member_count").value = "Số nhân khẩu BÍ MẬT"

    extraction = read(workbook_bytes(form, change=change))
    assert {"required_column_missing", "unknown_column"} <= set(codes(extraction))
    unknown = next(f for f in extraction.findings if f.check_code == "unknown_column")
    assert "Số nhân khẩu" in unknown.message
    assert "BÍ MẬT" not in unknown.message


def test_unknown_column_rejects_but_an_empty_one_does_not(form: Form) -> None:
    width = len(form.sheets["household"].columns)

    def with_header(book: openpyxl.Workbook) -> None:
        sheet(book, form, "household").cell(form.sheets["household"].first_header_row, width + 1, "Số điện thoại")

    def only_spaces(book: openpyxl.Workbook) -> None:
        sheet(book, form, "household").cell(form.sheets["household"].first_header_row + 4, width + 3, "  \u00a0 ")

    assert codes(read(workbook_bytes(form, change=with_header))) == ["unknown_column"]
    assert codes(read(workbook_bytes(form, change=only_spaces))) == []


def test_missing_optional_column_is_a_warning(form: Form) -> None:
    def change(book: openpyxl.Workbook) -> None:
        cell = header_cell(book, form, "household", "note")
        sheet(book, form, "household").delete_cols(cell.column)

    extraction = read(workbook_bytes(form, change=change))
    assert codes(extraction) == ["optional_column_missing"]
    assert extraction.is_accepted


def test_column_twice_rejects(form: Form) -> None:
    def change(book: openpyxl.Workbook) -> None:
        page = sheet(book, form, "household")
        width = len(form.sheets["household"].columns)
        page.cell(
            form.sheets["household"].first_header_row,
            width + 1,
            header_cell(book, form, "household", "household_code").value,
        )

    assert codes(read(workbook_bytes(form, change=change))) == ["column_twice"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"form_code": "BT-RS/1999"}, "unknown_form"),
        ({"commune_code": "99999"}, "unknown_commune"),
        ({"commune_code": "abc"}, "cover_value_unreadable"),
        ({"survey_year": "năm nay"}, "cover_value_unreadable"),
        ({"submission_number": "0"}, "cover_value_unreadable"),
        ({"cutoff_date": "31/02/2021"}, "cover_value_unreadable"),
        ({"maturity": "không rõ"}, "cover_value_unreadable"),
        ({"maturity": None}, "cover_value_empty"),
        ({"survey_year": 2098}, "form_of_another_year"),
        ({"cutoff_date": "14/12/2019"}, "cutoff_date_of_another_year"),
    ],
)
def test_a_wrong_cover_rejects(form: Form, values: dict[str, Any], code: str) -> None:
    extraction = read(workbook_bytes(form, cover_values=values))
    assert code in codes(extraction)
    assert not extraction.is_accepted


def test_missing_cover_field_and_unknown_label() -> None:
    form = FORMS["F2022"]

    def change(book: openpyxl.Workbook) -> None:
        page = sheet(book, form, "cover")
        for row in page.iter_rows(max_col=1):
            if row[0].value == "Ngày chốt số liệu":
                row[0].value = "Ngày chốt"

    extraction = read(workbook_bytes(form, change=change))
    assert sorted(codes(extraction)) == ["cover_field_missing", "unknown_label"]


def test_a_commune_abolished_at_the_cutoff_is_unknown() -> None:
    # 28765 Phường 4 was merged on 2024-12-01, two weeks before the review of 2024 ended.
    form = FORMS["F2022"]
    last = read(
        workbook_bytes(form, cover_values={"commune_code": "28765", "survey_year": 2023, "cutoff_date": "14/12/2023"})
    )
    first_without = read(
        workbook_bytes(form, cover_values={"commune_code": "28765", "survey_year": 2024, "cutoff_date": "14/12/2024"})
    )
    day_before = read(
        workbook_bytes(form, cover_values={"commune_code": "28765", "survey_year": 2024, "cutoff_date": "30/11/2024"})
    )
    assert last.cover.commune_valid_from == "2020-02-01"
    assert codes(first_without) == ["unknown_commune"]
    assert codes(day_before) == ["unknown_commune"]


def test_a_reused_code_names_the_unit_of_the_cutoff_date() -> None:
    form = FORMS["F2022"]
    before = read(
        workbook_bytes(form, cover_values={"commune_code": 28810, "survey_year": 2023, "cutoff_date": "14/12/2023"})
    )
    after = read(
        workbook_bytes(form, cover_values={"commune_code": "28810", "survey_year": 2024, "cutoff_date": "14/12/2024"})
    )
    assert (before.cover.commune_valid_from, after.cover.commune_valid_from) == ("2020-02-01", "2024-12-01")


def test_sheets_missing_twice_and_ignored(form: Form) -> None:
    def missing(book: openpyxl.Workbook) -> None:
        del book[form.sheets["member"].name]

    def twice(book: openpyxl.Workbook) -> None:
        book.copy_worksheet(sheet(book, form, "member")).title = f" {form.sheets['member'].name}"

    def extra(book: openpyxl.Workbook) -> None:
        book.create_sheet("Ghi chép Nguyễn Thị Bí Mật")

    assert codes(read(workbook_bytes(form, change=missing))) == ["sheet_missing"]
    assert codes(read(workbook_bytes(form, change=twice))) == ["sheet_twice"]
    ignored = read(workbook_bytes(form, change=extra))
    assert codes(ignored) == ["sheet_ignored"]
    assert ignored.is_accepted
    assert "Bí Mật" not in ignored.findings[0].message


def test_no_cover_sheet_at_all() -> None:
    book = openpyxl.Workbook()
    buffer = io.BytesIO()
    book.save(buffer)
    assert codes(read(buffer.getvalue())) == ["sheet_missing"]
    assert "danh sách cần sửa" not in read(buffer.getvalue()).findings[0].message
    book.active.title = CORRECTION_LIST
    book.save(buffer)
    assert "tệp này là danh sách cần sửa" in read(buffer.getvalue()).findings[0].message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_workbook"),
        (b"not a zip at all", "not_a_workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"an old .xls", "not_a_workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "workbook_encrypted"),
    ],
)
def test_what_is_no_workbook(content: bytes, code: str) -> None:
    assert codes(read(content)) == [code]


def test_truncated_and_foreign_zips() -> None:
    whole = workbook_bytes(FORMS["F2022"])
    assert codes(read(whole[: len(whole) // 2])) == ["not_a_workbook"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert codes(read(buffer.getvalue())) == ["not_a_workbook"]


@pytest.mark.parametrize(("times", "code"), [(90, []), (130, ["expands_too_far"])])
def test_a_file_may_not_expand_beyond_a_hundred_times_its_size(times: int, code: list[str]) -> None:
    whole = workbook_bytes(FORMS["F2022"])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        now = sum(info.file_size for info in archive.infolist())
    buffer = io.BytesIO(whole)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/padding.bin", b"\0" * (len(whole) * times - now))
    assert codes(read(buffer.getvalue())) == code


def test_empty_rows_number_row_and_total_row_are_no_data(form: Form) -> None:
    first, second = household(form), household(form, "29161-0002")
    note = household(form, "29161-0003", note="Tổng cộng ba lần")
    blank = {"note": " \u00a0 "}
    extraction = read(workbook_bytes(form, households=[first, {}, blank, second, note]))
    rows = extraction.tables["household"].to_pylist()
    assert [row["household_code"] for row in rows] == ["29161-0001", "29161-0002", "29161-0003"]
    assert rows[1]["row_number"] == rows[0]["row_number"] + 3
    assert extraction.household_rows == 3


@pytest.mark.parametrize("field", ["row_number", "household_code", "head_name", "hamlet"])
def test_the_total_row_may_carry_its_label_in_any_cell(form: Form, field: str) -> None:
    closing = {field: unicodedata.normalize("NFD", "TỔNG  CỘNG"), "member_count": 5}
    extraction = read(workbook_bytes(form, households=[household(form), closing]))
    assert extraction.household_rows == 1


def test_number_cells_and_text_numbers_stay_different() -> None:
    form = FORMS["F2025"]
    rows = [
        household(form, "1", income_per_capita_kvnd=1.25),
        household(form, "2", income_per_capita_kvnd=1250.125),
        household(form, "3", income_per_capita_kvnd="1.250"),
        household(form, "4", income_per_capita_kvnd=137.125),
        household(form, "5", b1_score="137.125"),
    ]
    read_rows = read(workbook_bytes(form, households=rows, members=[])).tables["household"].to_pylist()
    assert [row["income_per_capita_kvnd"] for row in read_rows[:4]] == ["1.25", "1250.125", "1.250", "137.1250"]
    assert read_rows[4]["b1_score"] == "137.125"


def test_numbers_are_reported_apart_when_the_first_column_is_empty() -> None:
    form = FORMS["F2025"]

    def change(book: openpyxl.Workbook) -> None:
        sheet(book, form, "household").insert_cols(1)

    rows = [household(form, "1", income_per_capita_kvnd="1.250"), household(form, "2", income_per_capita_kvnd=137.125)]
    read_rows = read(workbook_bytes(form, households=rows, members=[], change=change)).tables["household"].to_pylist()
    assert [row["income_per_capita_kvnd"] for row in read_rows] == ["1.250", "137.1250"]


def test_errors_and_uncalculated_formulas_are_not_empty_cells() -> None:
    form = FORMS["F2022"]
    rows = [
        household(form, "1", b1_score="#REF!", note="#REF!"),
        household(form, "2", b1_score="=1+1"),
        household(form, "3", recorded_class="#N/A"),
    ]

    def change(book: openpyxl.Workbook) -> None:
        for row in sheet(book, form, "household").iter_rows():
            for cell in row:
                if cell.value in ("#REF!", "#N/A"):
                    cell.data_type = "e"

    extraction = read(workbook_bytes(form, households=rows, members=[], change=change))
    read_rows = extraction.tables["household"].to_pylist()
    assert [row["b1_score"] for row in read_rows] == [None, None, "130"]
    assert read_rows[2]["recorded_class"] is None
    assert [(row, field, check) for _, row, _, field, check in extraction.cell_problems] == [
        (9, "b1_score", "error_in_cell"),
        (10, "b1_score", "formula_without_result"),
        (11, "recorded_class", "error_in_cell"),
        (9, "note", "error_in_cell"),
    ]


def test_words_that_other_readers_take_for_nothing_stay_words(form: Form) -> None:
    rows = [household(form, "NA", head_name="None", hamlet="null")]
    row = read(workbook_bytes(form, households=rows, members=[member(form, "NA")])).tables["household"].to_pylist()[0]
    assert (row["household_code"], row["head_name"], row["hamlet"]) == ("NA", "None", "null")


def test_missing_total_label_rejects_and_an_unknown_one_warns(form: Form) -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet(book, form, "total")["A3"] = "Số hộ nghèo đã ký"

    extraction = read(workbook_bytes(form, change=change))
    assert sorted(codes(extraction)) == ["total_label_missing", "unknown_label"]
    assert "Số hộ nghèo" in next(f for f in extraction.findings if f.check_code == "unknown_label").message


def test_a_file_of_another_year_is_left_alone() -> None:
    form = FORMS["F2022"]
    content = workbook_bytes(form)
    assert extract(content, FORMS, {2023}) is None
    assert extract(content, FORMS, {2022}) is not None
    broken = extract(b"no workbook", FORMS, {2023})
    assert broken is not None
    assert not broken.is_accepted


def test_no_message_repeats_a_cell(form: Form) -> None:
    secret = "Canary Bí Mật 083099123456"

    def change(book: openpyxl.Workbook) -> None:
        header_cell(book, form, "household", "head_name").value = secret
        sheet(book, form, "member").cell(form.sheets["member"].first_header_row, 30, secret)
        page = sheet(book, form, "cover")
        page.cell(40, 1, secret)
        page.cell(40, 2, secret)
        sheet(book, form, "total").cell(40, 1, secret)
        sheet(book, form, "total").cell(40, 2, secret)
        book.create_sheet("Canary Bí Mật")

    values = {"form_code": form.form_code, "maturity": secret, "commune_code": secret, "survey_year": secret}
    extraction = read(workbook_bytes(form, cover_values=values, change=change))
    assert len(extraction.findings) >= 6
    for finding in extraction.findings:
        assert "Canary" not in str(finding.as_dict())
        assert "083099123456" not in str(finding.as_dict())
