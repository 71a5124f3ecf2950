"""The Vietnamese names of measures: totals that communes sign, figures of areas, printed figures.

What belongs here: names. What does not: what a measure counts (docs/marts.md, `audit.measures`).
"""

from ingestion.forms import load_forms
from ingestion.reference import load_units, read_seed

FIGURES = {
    "resident_households": "Hộ dân cư",
    "resident_persons": "Nhân khẩu dân cư",
    "poor_households": "Hộ nghèo",
    "near_poor_households": "Hộ cận nghèo",
    "average_households": "Hộ có mức sống trung bình",
    "non_poor_households": "Hộ được rà soát, không thuộc diện nào",
    "poor_persons": "Nhân khẩu hộ nghèo",
    "near_poor_persons": "Nhân khẩu hộ cận nghèo",
    "female_headed_households": "Hộ nghèo, cận nghèo có chủ hộ là nữ",
    "ethnic_minority_headed_households": "Hộ nghèo, cận nghèo có chủ hộ là người dân tộc thiểu số",
    "merit_households": "Hộ nghèo, cận nghèo có người có công",
    "social_protection_households": "Hộ nghèo, cận nghèo thuộc diện bảo trợ xã hội",
    "group_1_households": "Hộ nghèo, cận nghèo thuộc nhóm 1",
    "group_2_households": "Hộ nghèo, cận nghèo thuộc nhóm 2",
    "group_3_households": "Hộ nghèo, cận nghèo thuộc nhóm 3",
}
RATES = {
    "poor_rate": "Tỷ lệ hộ nghèo",
    "near_poor_rate": "Tỷ lệ hộ cận nghèo",
    "poor_or_near_poor_rate": "Tỷ lệ hộ nghèo và cận nghèo",
}
_COUNTS = {"communes_received": "Số xã đã có tệp", "communes_expected": "Số xã phải có tệp"}
_CLASSES = {"poor": "hộ nghèo", "near_poor": "hộ cận nghèo", "poor_or_near_poor": "hộ nghèo và cận nghèo"}
_PRINTED = {
    "resident_households": "Hộ dân cư",
    "communes": "Số xã, phường, thị trấn",
    "districts": "Số huyện, thành phố",
    "rural_households": "Hộ ở nông thôn",
    "poor_rate": "Tỷ lệ hộ nghèo",
    "communes_poor_rate_10_to_17": "Số xã có tỷ lệ hộ nghèo từ 10% đến 17%",
    "able_to_escape_households": "Hộ có khả năng thoát nghèo",
    "poor_rate_pct": "Tỷ lệ hộ nghèo",
    "near_poor_rate_pct": "Tỷ lệ hộ cận nghèo",
    "households": "Số hộ",
}


def figure_label(measure: str) -> str:
    """A figure of an area in words; its name where there are none."""
    return FIGURES.get(measure) or _COUNTS.get(measure) or RATES.get(measure, measure)


def measure_labels() -> dict[str, str]:
    """{measure: label} of the totals that communes sign, as the newest form that has them prints them."""
    return {
        column.field: column.header
        for form in sorted(load_forms().values(), key=lambda form: form.first_survey_year)
        for column in form.sheets["total"].columns
    }


def published_label(figure_id: str, measure: str, poverty_class: str, area: str) -> str:
    """A printed figure in words: what is counted, of which class, in which area when it is not the province."""
    name, _, part = measure.partition(":")
    if name == "deprived_households":
        label = "Hộ thiếu hụt: " + next(r["name_vi"] for r in read_seed("indicators") if r["indicator_code"] == part)
    elif name == "need_households":
        label = "Hộ có nhu cầu: " + next(r["name_vi"] for r in read_seed("needs") if r["need_code"] == part)
    elif name == "share":
        printed = read_seed("published_figures_2021")
        return "Tỷ lệ " + next(row["share_of"] for row in printed if row["figure_id"] == figure_id)
    else:
        label = _PRINTED.get(name) or FIGURES.get(name, name)
    level, _, code = area.partition(":")
    places = {unit.district_code: unit.district_name for unit in load_units()} if level == "district" else {}
    if level == "commune":
        places = {unit.commune_code: unit.commune_name for unit in reversed(load_units())}
    class_vi = _CLASSES.get(poverty_class)
    is_told = class_vi is None or class_vi in label.lower() or label.startswith("Hộ nghèo, cận nghèo")
    told = label if is_told else f"{label} ({class_vi})"
    return f"{told}, {places[code]}" if code in places else told
