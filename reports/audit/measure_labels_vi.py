"""The Vietnamese names of measures: totals that communes sign, figures of areas."""

from base.forms import load_forms

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
