"""A workbook per topic: a pivot of a sheet gives the figures of marts."""

from pathlib import Path

import duckdb
import pandas as pd

from base.home import Home
from base.release_layout import DATABASE
from reports.topic_workbooks import write_topic_workbooks


def test_a_pivot_of_a_sheet_gives_the_figures_of_marts(clean_home: Home, tmp_path: Path) -> None:
    files = write_topic_workbooks(clean_home.current.resolve(), tmp_path)
    assert [path.stem for path in files] == [
        "residents", "class", "group", "person", "measure", "movement", "indicator", "need", "cause"
    ]  # fmt: skip
    with duckdb.connect(str(clean_home.current / DATABASE), read_only=True) as release:
        expected = dict(
            release.execute(
                "select survey_year, poor_households + near_poor_households + average_households + non_poor_households "
                "from marts.area_year where area_level = 'province' and boundary = 'as_reviewed'"
            ).fetchall()
        )
        ((release_id,),) = release.execute("select release_id from bi.release").fetchall()
    for sheet in ("Tỉnh", "Xã"):
        rows = pd.read_excel(tmp_path / "class.xlsx", sheet_name=sheet, engine="openpyxl")
        households = rows[rows["Chỉ tiêu"] == "Số hộ"]
        assert households.groupby("Năm")["Giá trị"].sum().to_dict() == expected
        known = rows["Còn phải xem lại"].isna()
        assert set(rows["Số liệu"][known]) <= {"chính thức"}
        assert set(rows["Số liệu"][~known]) == {"còn thay đổi"}
        assert known.any() == (sheet == "Xã"), "the clean pack has few communes, and those whole"
    moved = pd.read_excel(tmp_path / "movement.xlsx", sheet_name="Xã", engine="openpyxl")
    of_2025 = moved[(moved["Năm"] == 2025) & (moved["Mã khu vực"] == 29158)]
    assert set(of_2025["Còn phải xem lại"]) == {"năm 2024 mới có 1 trên 3 xã"}
    notes = pd.read_excel(tmp_path / "need.xlsx", sheet_name="Ghi chú", header=None, engine="openpyxl")
    assert notes.iloc[0, 1] == release_id


def test_a_need_is_not_beside_its_parts(clean_home: Home, tmp_path: Path) -> None:
    write_topic_workbooks(clean_home.current.resolve(), tmp_path)
    names = set(pd.read_excel(tmp_path / "need.xlsx", sheet_name="Xã", engine="openpyxl")["Chỉ tiêu"])
    assert "Tìm việc làm" in names
    assert "Hỗ trợ việc làm, đào tạo nghề" not in names
