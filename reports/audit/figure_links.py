"""Where the rows behind a figure of an area are listed in the audit report.

Figures that count the same rows share a page: households and their persons, a class and its rate.
"""

from reports.audit.measure_labels_vi import FIGURES, RATES, figure_label
from reports.tables import Row

# page -> its title and the measures of `marts.area_year` whose rows it lists; a rate is listed where its numerator is
PAGES = {
    "residents": ("Hộ và nhân khẩu dân cư", ("resident_households", "resident_persons")),
    "poor": ("Hộ nghèo", ("poor_households", "poor_persons", "poor_rate")),
    "near-poor": (
        "Hộ cận nghèo",
        ("near_poor_households", "near_poor_persons", "near_poor_rate", "poor_or_near_poor_rate"),
    ),
    **{measure.replace("_", "-"): (FIGURES[measure], (measure,))
       for measure in ("average_households", "non_poor_households", "female_headed_households",
                       "ethnic_minority_headed_households", "merit_households", "social_protection_households",
                       "group_1_households", "group_2_households", "group_3_households")},
}  # fmt: skip
MEASURES = (*FIGURES, *RATES)
_PAGE_OF = {measure: page for page, (_, measures) in PAGES.items() for measure in measures}


def href_of(survey_year: int, measure: str, area_code: str) -> str:
    """Where the rows behind a figure are listed, below `audit/`."""
    return f"trace/{survey_year}-{_PAGE_OF[measure]}.html#a{area_code}"


def figure_rows(rows: list[Row]) -> list[Row]:
    """A line per measure with the figure of each given row of `area_year` and where its rows are."""
    return [
        {
            "measure": measure,
            "label": figure_label(measure),
            "is_rate": measure in RATES,
            "cells": [(row[measure], href_of(row["survey_year"], measure, row["area_code"])) for row in rows],
        }
        for measure in MEASURES
    ]
