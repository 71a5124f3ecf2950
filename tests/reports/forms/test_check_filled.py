"""The checker finds the faults of real sheets, and no others; one fault of each kind; our own forms pass."""

import csv
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from reports.forms.check_filled import Remark, check_sheets
from reports.forms.filled_sheet import FilledSheet, UnreadableFormError, read_filled

DATA = Path(__file__).parents[2] / "data" / "official_forms" / "dak_nong_2024.csv"
TITLES = {
    "7.1": "TỔNG HỢP KẾT QUẢ CHÍNH THỨC RÀ SOÁT HỘ NGHÈO; HỘ CẬN NGHÈO",
    "7.2": "TỔNG HỢP DIỄN BIẾN HỘ NGHÈO TRONG NĂM",
    "7.3": "TỔNG HỢP DIỄN BIẾN HỘ CẬN NGHÈO TRONG NĂM",
    "7.4": "PHÂN TÍCH CÁC CHỈ SỐ THIẾU HỤT DỊCH VỤ XÃ HỘI CƠ BẢN CỦA HỘ NGHÈO",
    "7.5": "PHÂN TÍCH TỶ LỆ CÁC CHỈ SỐ THIẾU HỤT DỊCH VỤ XÃ HỘI CƠ BẢN CỦA HỘ NGHÈO",
    "7.6": "PHÂN TÍCH CÁC CHỈ SỐ THIẾU HỤT DỊCH VỤ XÃ HỘI CƠ BẢN CỦA HỘ CẬN NGHÈO",
    "7.8": "PHÂN TÍCH HỘ NGHÈO, HỘ CẬN NGHÈO THEO CÁC NHÓM ĐỐI TƯỢNG",
    "7.9": "PHÂN NHÓM HỘ NGHÈO, HỘ CẬN NGHÈO THEO DÂN TỘC",
    "7.10": "PHÂN TÍCH HỘ NGHÈO, HỘ CẬN NGHÈO THEO CÁC NGUYÊN NHÂN NGHÈO",
}
# what is printed on the real sheet of 7.5 where it is not 7.4 / total
PRINTED = {
    ("Huyện Đăk Glong", 8): "58.4", ("Huyện Đăk Glong", 11): "27.84", ("Đắk Plao", 8): "51.38",
    ("Đắk Plao", 11): "81.65", ("Huyện Đắk Mil", 2): "43.44", ("Huyện Đắk Mil", 7): "13.57",
    ("Huyện Đắk Mil", 8): "63.35", ("Huyện Đắk Mil", 10): "38.91", ("Huyện Đắk Mil", 12): "47.51",
    ("Đắk NDrót", 2): "39.29", ("Đắk NDrót", 7): "21.43", ("Đắk NDrót", 8): "57.14",
    ("Đắk NDrót", 10): "57.14", ("Đắk NDrót", 12): "42.86",
}  # fmt: skip
# 1-2-3+5+6+7-9 of households and persons, where it is not 0
MISSING_POOR = {
    "Huyện Đăk Glong": (11, 41), "Đắk Ha": (2, 9), "Đắk Plao": (1, 4), "Đắk RMăng": (7, 25), "Quảng Hoà": (1, 3),
    "Huyện Đắk Mil": (-2, -9),
}  # fmt: skip
MISSING_NEAR = {
    "Huyện Cư Jút": (2, 7), "Tâm Thắng": (2, 7), "Huyện Đăk Glong": (9, 46), "Đắk Ha": (2, 8), "Đắk Plao": (1, 2),
    "Đắk RMăng": (-3, -16), "Quảng Hoà": (9, 52), "Huyện Đắk Mil": (2, 10),
}  # fmt: skip
EXCHANGES = {
    ("Huyện Cư Jút", 5), ("Tâm Thắng", 5), ("Huyện Đăk Glong", 5), ("Huyện Đăk Glong", 3), ("Đắk Ha", 5), ("Đắk Ha", 3),
    ("Đắk RMăng", 5), ("Huyện Đắk Mil", 5),
}  # fmt: skip
Rows = Sequence[Sequence[object]]


def sheet(book: Workbook, form: str, leading: Sequence[str], numbers: Sequence[object], rows: Rows) -> None:
    page = book.create_sheet(form)
    page.append(["UBND TỈNH THỬ"])
    page.append([TITLES[form]])
    page.append(["Năm rà soát: 2024"])
    page.append(list(leading))
    page.append([None] * (len(leading) - sum(map(bool, numbers))) + list(numbers))
    for row in rows:
        page.append(list(row))


def saved(book: Workbook, path: Path) -> list[FilledSheet]:
    book.remove(book.worksheets[0])
    book.save(path)
    return read_filled(path)


def as_number(text: str) -> float | None:
    return float(text) if text else None


def real_rows(form: str) -> list[list[object]]:
    """The rows of a real sheet: districts 1, 2 … and communes 1.1 …, as printed there."""
    made: list[list[object]] = []
    district = commune = 0
    with DATA.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["form"] != form:
                continue
            if row["area"].startswith("Huyện"):
                district, commune = (district + (row["line"] != "Nhân khẩu"), 0)
                number = f"{district}"
            else:
                commune += row["line"] != "Nhân khẩu"
                number = f"{district}.{commune}"
            figures = [as_number(row[f"c{column}"]) for column in range(1, 15)]
            names = [number, row["area"]] if row["line"] != "Nhân khẩu" else [None, None]
            made.append([*names, *([row["line"]] if row["line"] else []), *figures])
    return made


def rates(rows: Rows) -> list[list[object]]:
    """7.5 of these rows of 7.4: two decimals without trailing zeros, with the faults of the real sheet."""
    made: list[list[object]] = []
    for number, name, total, _sum, *figures in rows:
        printed: list[object] = []
        for column, figure in enumerate(figures, start=1):
            rate = Decimal(str(figure)) * 100 / Decimal(str(total))
            text = PRINTED.get((str(name), column)) or rate.quantize(Decimal("0.01"), ROUND_HALF_UP)
            printed.append(float(text))
        made.append([number, name, total, *printed])
    return made


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> list[Remark]:
    book = Workbook()
    for form in ("7.2", "7.3"):
        sheet(
            book, form, ["TT", "Phường/ Xã", "Phân tổ", *[""] * 9], [*range(1, 9), "9=1-2-3-4+5+6+7+8"], real_rows(form)
        )
    counts = real_rows("7.4")
    numbers = list(range(1, 13))
    header = ["TT", "Phường/ Xã", "Tổng số hộ nghèo"]
    sheet(book, "7.4", [*header, "Tổng số thiếu hụt", *[""] * 12], numbers, counts)
    sheet(book, "7.5", [*header, *[""] * 12], numbers, rates(counts))
    of_result = [1, 2, 3, "4=3/1*100", 5, "6=5/1*100", 7, "8=7/1*100", 9, "10=9/2*100", 11, "12=11/2*100", 13]
    sheet(book, "7.1", ["TT", "Phường/ Xã", *[""] * 14], [*of_result, "14=13/2*100"], real_rows("7.1"))
    return check_sheets(saved(book, tmp_path_factory.mktemp("real") / "that.xlsx"))


def named(found: list[Remark], rule: str, sheet_name: str = "") -> list[Remark]:
    return [
        remark for remark in found
        if remark.rule == rule and remark.is_fault and (not sheet_name or remark.sheet == sheet_name)
    ]  # fmt: skip


@pytest.mark.parametrize(("form", "missing"), [("7.2", MISSING_POOR), ("7.3", MISSING_NEAR)])
def test_every_closing_that_the_columns_do_not_give(
    real: list[Remark], form: str, missing: Mapping[str, tuple[int, int]]
) -> None:
    wanted = {
        (f"{area} ({line})", -count)
        for area, counts in missing.items()
        for line, count in zip(("hộ", "nhân khẩu"), counts, strict=True)
    }
    assert {(remark.message.split(":")[0], remark.difference) for remark in named(real, "I2", form)} == wanted


def test_every_exchange_between_the_lists_that_does_not_tie(real: list[Remark]) -> None:
    found = named(real, "C2")
    assert {(remark.message.split(" (")[0], int(remark.message.split("cột ")[1][0])) for remark in found} == EXCHANGES
    persons = [remark for remark in real if remark.rule == "C2" and not remark.is_fault]
    assert len(persons) == len(EXCHANGES)


def test_every_rate_that_its_counts_do_not_give(real: list[Remark]) -> None:
    found = named(real, "I4")
    assert {(remark.message.split(":")[0], int(remark.message.split("cột ")[1].split()[0])) for remark in found} == set(
        PRINTED
    )


def test_sums_hold_and_what_is_blank_is_said_once(real: list[Remark]) -> None:
    assert not named(real, "I8")
    assert [remark.sheet for remark in real if "để trống" in remark.message] == ["7.2", "7.3"]
    assert not named(real, "I3")
    assert not [remark for remark in named(real, "I1") if "phải là" in remark.message], "rates are right"
    assert any("nhiều hơn cột 1" in remark.message for remark in named(real, "I1")), "more poor than residents"
    assert not named(real, "C1")
    assert not named(real, "C3")


GROUPED = ["I", "Khu vực thành thị"], ["1", "Xã A"], ["II", "Khu vực nông thôn"], ["1", "Xã B"]


def grouped(first: Sequence[object], second: Sequence[object], total: Sequence[object]) -> Rows:
    figures = (first, first, second, second)
    named_rows = [[*names, *row] for names, row in zip(GROUPED, figures, strict=True)]
    return [*named_rows, ["", "Tổng cộng (I + II)", *total]]


def rules(tmp_path: Path, form: str, leading: Sequence[str], numbers: Sequence[object], rows: Rows) -> set[str]:
    book = Workbook()
    sheet(book, form, leading, numbers, rows)
    return {remark.rule for remark in check_sheets(saved(book, tmp_path / "one.xlsx")) if remark.is_fault}


@pytest.mark.parametrize(
    ("first", "second", "total", "wanted"),
    [
        ([100, 400, 5, "5.0%", 20, "5,00%", 2, 0.02, 8, 2], [50, 200, 1, 2, 4, 2, 0, 0, 0, 0],
         [150, 600, 6, 4, 24, 4, 2, "1,33", 8, 1.33], {"I1"}),  # 0.02 without a percent format is no 2%
        ([100, 400, 5, 5, 20, 5, 2, 2, 8, 2], [50, 200, 1, 2, 4, 2, 0, 0, 0, 0],
         [150, 600, 7, 4.67, 24, 4, 2, 1.33, 8, 1.33], {"I8"}),
        ([0, 0, 0, "NaN%", 0, 0, 0, None, 0, 0], [50, 200, 1, 2, 4, 2, 0, 0, 0, 0],
         [50, 200, 1, 2, 4, 2, 0, 0, 0, 0], {"I1"}),
    ],
)  # fmt: skip
def test_faults_of_the_result(
    tmp_path: Path, first: list[object], second: list[object], total: list[object], wanted: set[str]
) -> None:
    numbers = [1, 2, 3, "4=3/1*100", 5, "6=5/2*100", 7, "8=7/1*100", 9, "10=9/2*100"]
    found = rules(tmp_path, "7.1", ["TT", "Khu vực/Địa bàn", *[""] * 10], numbers, grouped(first, second, total))
    assert found == wanted


def test_faults_of_deprivations_groups_and_causes(tmp_path: Path) -> None:
    indicators = [2, 1, 1, 1, *[0] * 8]
    rows = grouped([2, 5, *indicators], [0, 0, *[0] * 12], [2, 5, *indicators])
    header = ["TT", "Khu vực/Đơn vị", "Tổng số hộ nghèo", "Tổng số thiếu hụt", *[""] * 12]
    assert rules(tmp_path, "7.4", header, list(range(1, 13)), rows) == {"I3"}
    header[2] = "Tổng số hộ cận nghèo"
    assert rules(tmp_path, "7.6", header, list(range(1, 13)), rows) == {"I3"}
    ethnic = ["TT", "Khu vực/Đơn vị", *[""] * 10]
    numbers = [1, "2=1-3", 3, 4, 5, 6, "7=6-8", 8, 9, 10]
    right, wrong = [5, 2, 3, 1, 1, 4, 1, 3, 0, 1], [5, 3, 3, 1, 1, 4, 1, 3, 0, 1]
    zeros = [0] * 10
    numbers[5:7] = [6, "7=6-8"]
    assert rules(tmp_path, "7.9", ethnic, numbers, grouped(right, zeros, right)) == set()
    assert rules(tmp_path, "7.9", ethnic, numbers, grouped(wrong, zeros, wrong)) == {"I6"}
    causes = [["I", "Khu vực thành thị", *[3] * 8], ["", "- Hộ nghèo", *[1] * 8], ["", "- Hộ cận nghèo", *[1] * 8]]
    assert "I7" in rules(tmp_path, "7.10", ["TT", "Khu vực/Đơn vị", *[""] * 8], list(range(1, 9)), causes)
    groups = ["TT", "Khu vực/Đơn vị", "Phân tổ", *[""] * 10]
    line = ["1", "Xã A", "Hộ", 100, None, 5, 5, 6, 0, 0, 0, 0, 0]
    assert rules(tmp_path, "7.8", groups, list(range(1, 11)), [line]) == {"I5"}


def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"no workbook")
    with pytest.raises(UnreadableFormError, match=r"a\.xlsx: không mở được"):
        read_filled(tmp_path / "a.xlsx")
