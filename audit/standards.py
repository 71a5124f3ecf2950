"""The standard of a survey year and which of its tests decided a record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.reference import read_table

if TYPE_CHECKING:
    from audit.records import Record


@dataclass(frozen=True)
class Standard:
    """One row of the seed: the standard of an area class. Lines in đồng per person and month."""

    standard_code: str
    legal_basis: str
    name_vi: str
    first_survey_year: int
    last_survey_year: int
    area_class: str
    income_line_vnd: int
    average_living_line_vnd: int | None
    income_score_cutoff_b1: float | None
    min_deprived_indicators: int


def standards_of_years(survey_years: Collection[int]) -> tuple[Standard, ...]:
    """The standards that hold for any of some survey years, one for each area class."""
    standards = [
        Standard(
            row["standard_code"],
            row["legal_basis"],
            row["name_vi"],
            int(row["first_survey_year"]),
            int(row["last_survey_year"]),
            row["area_class"],
            int(row["income_line_vnd"]),
            int(row["average_living_line_vnd"]) if row["average_living_line_vnd"] else None,
            float(row["income_score_cutoff_b1"]) if row["income_score_cutoff_b1"] else None,
            int(row["min_deprived_indicators"]),
        )
        for row in read_table("poverty_standards")
    ]
    return tuple(
        standard
        for standard in standards
        if any(standard.first_survey_year <= year <= standard.last_survey_year for year in survey_years)
    )


def decided_by(record: "Record", standards: Sequence[Standard]) -> str:
    """Which test decided the record's recomputed class, and that the recorded class is the one that counts."""
    if record.household_id is None:
        return ""
    if record.poverty_class == "left_list":
        return "recorded as having left the list; no test applies"
    standard = next(
        (
            standard
            for standard in standards
            if standard.area_class == record.area_class
            and standard.first_survey_year <= record.survey_year <= standard.last_survey_year
        ),
        None,
    )
    if standard is None or record.computed_class is None:
        return f"recorded as {record.poverty_class}; the row has no figures that a test could use"
    tests = [_income_test(record, standard)]
    if record.computed_class in ("poor", "near_poor"):
        count, least = record.deprivation_count or 0, standard.min_deprived_indicators
        sign = ">=" if count >= least else "<"
        tests.append(f"deprived indicators {count} {sign} {least}")
    elif record.computed_class == "average":
        tests.append(f"income {record.income_per_capita_vnd:.0f} <= average line {standard.average_living_line_vnd}")
    text = f"{'; '.join(tests)}: {record.computed_class}"
    if (record.computed_class, record.poverty_class) == (
        "non_poor",
        "average",
    ) and record.income_per_capita_vnd is None:
        return f"{tests[0]}: above the line; recorded as average, which only an income could tell from non_poor"
    if record.computed_class != record.poverty_class:
        text += f" (the recorded class {record.poverty_class} counts)"
    return text


def _income_test(record: "Record", standard: Standard) -> str:
    if record.b1_score is not None and standard.income_score_cutoff_b1 is not None:
        score, cutoff = record.b1_score, standard.income_score_cutoff_b1
        return f"B1 score {score:g} {'<=' if score <= cutoff else '>'} {cutoff:g} ({standard.area_class})"
    income, line = record.income_per_capita_vnd or 0.0, standard.income_line_vnd
    return f"income {income:.0f} {'<=' if income <= line else '>'} line {line} ({standard.area_class})"
