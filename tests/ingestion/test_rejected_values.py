"""A rejected file is read by a bounded scan: what its cells say of people is known to the search before publication."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from ingestion.rejected_values import scan


def book() -> bytes:
    made = Workbook()
    page = made.active
    page.append(["Đinh Thị Thử", 83060000001, "076-932-319-605", date(1967, 8, 8), "sinh 4/3/1975", 320123456.0])
    page.append(["Họ và tên", "tổng số hộ", 12345.6789012345, 2024])
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def test_cells_of_every_type_are_read() -> None:
    found = scan(book())
    assert found.names == {"Đinh Thị Thử"}
    assert found.numbers >= {"83060000001", "076932319605", "320123456"}
    assert found.days == {"1967-08-08", "1975-03-04"}
    assert "6789012345" not in found.numbers


def test_a_printed_header_in_capitals_is_no_name() -> None:
    assert scan("HỌ VÀ TÊN;ĐINH THỊ THỬ".encode()).names == {"ĐINH THỊ THỬ"}


@pytest.mark.parametrize("cut", [0, 30, 400, 4000])
def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(cut: int) -> None:
    whole = book()
    scan(whole[: len(whole) - cut])
    assert scan(whole[: len(whole) - 30]).names == {"Đinh Thị Thử"}


def test_a_name_inside_a_sentence_is_found() -> None:
    assert scan("theo lời Đinh Thị Thử nói\nDanh sách Hộ Nghèo".encode()).names == {"Đinh Thị Thử"}


def test_what_is_no_workbook_is_read_as_text() -> None:
    found = scan("Đinh Thị Thử;0903123456;8/8/1967".encode("utf-16"))
    assert (found.names, found.numbers, found.days) == ({"Đinh Thị Thử"}, {"0903123456"}, {"1967-08-08"})


def test_a_part_that_expands_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.rejected_values.MOST_BYTES", 10_000)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", "<t>Đinh Thị Thử</t>" + "<t> </t>" * 10_000_000)
    assert scan(target.getvalue()).names == {"Đinh Thị Thử"}
