"""The figures of profile pages: what rows become, and that plotly accepts every one."""

import math
from typing import Any

import plotly.graph_objects
import pytest

from reports.charts import CLASS_COLOURS
from reports.profiles.area_charts import commune_map, indicator_figure, label_places
from reports.profiles.labels_vi import about_counts, about_movements, about_rates, about_target
from reports.profiles.year_charts import count_figure, flows_between, movement_figure, rate_figure


def year(survey_year: int, rate: float | None, standard: str = "old", is_final: bool | None = True) -> dict[str, Any]:
    return {
        "survey_year": survey_year,
        "poor_rate": rate,
        "near_poor_rate": None if rate is None else rate / 2,
        "poor_households": 40,
        "near_poor_households": 20,
        "standard_code": standard,
        "is_final": is_final,
        "communes_expected": 48,
        "communes_received": 48,
        "open_errors": 0,
    }


def commune(name: str, x: float | None, y: float | None, poor: int, rate: float | None = 0.02) -> dict[str, Any]:
    return {
        "commune_name": name,
        "longitude": x,
        "latitude": y,
        "poor_households": poor,
        "near_poor_households": 3,
        "poor_rate": rate,
        "is_final": True,
        "communes_expected": 1,
        "communes_received": 1,
        "open_errors": poor // 50,
    }


def move(start: int, before: str, after: str, households: int) -> dict[str, Any]:
    return {"from_year": start, "to_year": start + 1, "from_class": before, "to_class": after, "households": households}


YEARS = [year(2025, 0.02), year(2026, 0.018, is_final=False), year(2027, 0.03, "new"), year(2028, None, "new", None)]
TARGETS = [{"target_year": 2030, "target_value": 0.025}]
CONSTANT = [
    {
        "survey_year": 2027,
        "poor_rate": 0.01,
        "upper_rate": 0.015,
        "standard_code": "old",
        "is_complete": False,
    }
]
MATRIX = [
    move(2025, "poor", "poor", 60),
    move(2025, "poor", "average", 10),
    move(2025, "poor", "non_poor", 5),
    move(2025, "near_poor", "left_list", 4),
    move(2025, "left_list", "not_listed", 9),
    move(2026, "poor", "near_poor", 6),
    move(2026, "not_listed", "poor", 8),
]


@pytest.mark.parametrize(
    "figure",
    [
        rate_figure(YEARS, CONSTANT, TARGETS, 300),
        rate_figure([year(2021, None)], [], [], 300),
        count_figure(YEARS, 300),
        movement_figure(MATRIX, 300),
        indicator_figure(
            [
                {
                    "name_vi": "Việc làm",
                    "poor_deprived": 1,
                    "poor_rate": None,
                    "near_poor_deprived": 0,
                    "near_poor_rate": 0,
                }
            ],
            300,
        ),
        commune_map([commune("Xã A", 106.3, 10.2, 9), commune("Xã B", 106.4, 10.1, 0, None)], 300),
    ],
    ids=["rates", "no rate", "counts", "movements", "indicators", "map"],
)
def test_plotly_accepts_every_figure(figure: dict[str, Any]) -> None:
    checked = plotly.graph_objects.Figure(figure)
    assert len(checked.data) == len(figure["data"])
    assert checked.layout.separators == ",."


def test_rates_are_percent_gaps_stay_gaps_and_provisional_years_are_open() -> None:
    figure = rate_figure(YEARS, CONSTANT, TARGETS, 300)
    near_poor, poor, _, target = figure["data"]
    assert poor["y"] == [2.0, pytest.approx(1.8), 3.0, None]
    assert near_poor["y"][0] == 1.0
    assert poor["marker"]["symbol"] == ["circle", "circle-open", "circle", "circle"]
    assert poor["customdata"] == ["", " (tạm thời)", "", ""]
    assert (target["x"], target["y"], target["text"]) == ([2030], [2.5], ["< 2,5%"])


def test_a_bound_is_never_a_line() -> None:
    exact = [{**CONSTANT[0], "survey_year": 2025, "poor_rate": 0.02, "is_complete": True}]
    at_least = [{**CONSTANT[0], "survey_year": 2028, "upper_rate": None}]
    figure = rate_figure(YEARS, [*exact, *CONSTANT, *at_least], TARGETS, 300)
    line, spans = figure["data"][2:4]
    assert line["y"] == [2.0, None, None]
    assert list(zip(spans["x"], spans["y"], spans["customdata"], strict=True)) == [
        (2027, 1.0, "ít nhất"),
        (2027, 1.5, "nhiều nhất"),
        (2027, None, ""),
        (2028, 1.0, "ít nhất"),
        (2028, None, ""),
    ]
    assert len(rate_figure(YEARS, exact, TARGETS, 300)["data"]) == 4, "no span where all is known"


def test_an_open_year_says_so_under_its_columns_and_is_hatched() -> None:
    years = [year(2025, 0.02), year(2026, 0.02, is_final=False)]
    assert "tạm thời" in about_counts(years)
    for trace in count_figure(years, 300)["data"]:
        assert trace["marker"]["pattern"]["shape"] == ["", "/"]


def test_another_standard_is_shaded_from_its_first_year() -> None:
    shapes = count_figure(YEARS, 300)["layout"]["shapes"]
    assert [(shape["x0"], shape["x1"]) for shape in shapes] == [(2026.5, 2028.6)]
    assert count_figure(YEARS[:2], 300)["layout"]["shapes"] == []


def test_flows_join_the_classes_above_the_line_and_those_not_listed() -> None:
    flows = flows_between(MATRIX)
    assert flows[2025, "poor", "above"] == 15
    assert flows[2025, "near_poor", "not_listed"] == 4
    assert not any(before == after == "not_listed" for _, before, after in flows)
    assert sum(flows.values()) == sum(row["households"] for row in MATRIX) - 9


def test_every_household_that_moves_is_in_the_picture() -> None:
    figure = movement_figure(MATRIX, 300)["data"][0]
    assert sum(figure["link"]["value"]) == sum(flows_between(MATRIX).values())
    named = [
        f"{text} {label}" for text, label in zip(figure["node"]["customdata"], figure["node"]["label"], strict=True)
    ]
    assert "Hộ nghèo, 2025 75" in named
    assert "Hộ nghèo, 2026 60" in named
    assert len(figure["node"]["x"]) == len(figure["node"]["label"]) == len(figure["node"]["color"])


def test_the_map_keeps_proportions_and_leaves_out_what_has_no_place() -> None:
    figure = commune_map([commune("Xã A", 106.3, 10.2, 9), commune("Xã B", None, None, 50)], 300)
    points = figure["data"][0]
    assert points["x"] == [106.3]
    assert figure["layout"]["yaxis"]["scaleratio"] == pytest.approx(1 / math.cos(math.radians(10.2)))
    assert points["customdata"][0] == ["Xã A", "9", "2,00%", "3", ""]
    marked = commune_map([commune("Xã A", 106.3, 10.2, 50)], 300)["data"][0]
    assert marked["customdata"][0][-1] == "<br>1 lỗi chưa xử lý"


@pytest.mark.parametrize(("most", "shown"), [(519, [100, 500]), (1, [1]), (87, [16, 80])])
def test_the_key_of_sizes_has_round_numbers_that_the_map_can_show(most: int, shown: list[int]) -> None:
    figure = commune_map([commune("Xã A", 106.3, 10.2, most)], 300)
    points, key = figure["data"]
    assert key["marker"]["size"] == shown
    assert key["marker"]["sizeref"] == points["marker"]["sizeref"]


def test_a_commune_without_rate_is_grey_and_no_scale_is_drawn_for_it() -> None:
    marker = commune_map([commune("Xã A", 106.3, 10.2, 9, None)], 300)["data"][0]["marker"]
    assert marker["color"] == [CLASS_COLOURS["not_listed"]]
    assert marker["showscale"] is False


def test_a_name_goes_to_the_side_where_nothing_is() -> None:
    left, right = commune("Xã Dài Tên", 106.30, 10.2, 9), commune("Xã Kế Bên", 106.34, 10.2, 8)
    assert label_places([left, right], 2, 1000, 1.0) == ["middle left", "middle right"]


def test_sentences_say_figures_gaps_and_the_change_of_standard() -> None:
    text = about_rates(YEARS, CONSTANT, None, {"old": "Chuẩn cũ", "new": "Chuẩn mới"})
    assert "Tỷ lệ hộ nghèo năm 2027 là 3,00%" in text
    assert "Từ năm 2027 áp dụng chuẩn mới" in text
    assert "năm 2027 từ 1,00% đến 1,50%." in text
    assert "Các năm không có tỷ lệ: 2028." in text
    gaps = [year(2021, 0.01), *(year(one, None) for one in (2022, 2023, 2024, 2026))]
    assert "Các năm không có tỷ lệ: 2022–2024, 2026." in about_rates(gaps, [], None, {"old": "Chuẩn cũ"})
    assert about_rates([year(2021, None)], [], None, {}) == "Chưa có tỷ lệ vì chưa có số hộ dân cư."
    assert about_movements(MATRIX).startswith("Từ 2026 đến 2027: 0 hộ nghèo vẫn nghèo, 6 hộ lên cận nghèo")
    assert about_movements(MATRIX).endswith("8 hộ nghèo mới vào danh sách.")


@pytest.mark.parametrize(
    ("row", "end"),
    [
        ({"is_met": True, "gap": -0.01, "gap_households": 0}, "đã đạt."),
        ({"is_met": False, "gap": 0.0072, "gap_households": 2958}, "cao hơn 0,7 điểm phần trăm (2.958 hộ)."),
        ({"is_met": False, "gap": 0.0002, "gap_households": 78}, "còn thừa 78 hộ nghèo."),
        ({"is_met": None, "gap": None, "gap_households": None}, "chưa so được."),
        ({"is_met": True, "gap": -0.01, "communes_received": 5}, "chưa đủ dữ liệu: 5 trên 48 xã."),
        ({"is_met": False, "gap": 0.01, "communes_received": 47}, "chưa đủ dữ liệu: 47 trên 48 xã."),
        ({"is_met": True, "gap": -0.01, "is_final": False}, "chưa đủ dữ liệu: còn số liệu tạm thời."),
    ],
)
def test_a_target_is_met_or_missed_by_so_much(row: dict[str, Any], end: str) -> None:
    whole = {"communes_expected": 48, "communes_received": 48, "is_final": True}
    text = about_target({"target_year": 2030, "target_value": 0.025, **whole, **row})
    assert text.startswith("Mục tiêu năm 2030 là dưới 2,5%: ")
    assert text.endswith(end)
