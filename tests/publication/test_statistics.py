"""Statistics of schema bi against a second computation in exact fractions from the household rows."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations
from typing import Any

import duckdb
import pytest

from base.home import Home
from base.release_layout import DATABASE

Row = dict[str, Any]


@pytest.fixture(scope="module")
def release(clean_home: Home) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(clean_home.current / DATABASE), read_only=True)


def rows(release: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    result = release.execute(query)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@pytest.fixture(scope="module")
def households(release: duckdb.DuckDBPyConnection) -> list[Row]:
    """The household rows with the income line and the score of their standard."""
    return rows(
        release,
        "select households.*, standards.min_deprived_indicators, case households.area_class "
        "when 'rural' then rural_income_line_vnd else urban_income_line_vnd end as line "
        "from bi.household_years as households inner join bi.dim_standard as standards using (standard_code) "
        "where class_code <> 'left_list'",
    )


def areas_of(household: Row) -> Iterator[str]:
    yield household["harmonised_commune_key"]
    yield "harmonised/province/former-83"


def is_income_poor(household: Row) -> bool:
    """By score where the form has one (Circular 07/2021: 140 points rural, 175 urban), else by income."""
    if household["b1_score"] is not None and household["survey_year"] <= 2026:
        return bool(household["b1_score"] <= (140 if household["area_class"] == "rural" else 175))
    income = household["income_per_capita_vnd"]
    return income is not None and income <= household["line"]


def test_income_gaps_are_those_of_foster_greer_and_thorbecke(
    release: duckdb.DuckDBPyConnection, households: list[Row]
) -> None:
    gaps: dict[tuple[Any, ...], list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 4)
    for household in households:
        income = household["income_per_capita_vnd"]
        if income is None or not 0 <= income <= household["line"]:
            continue
        gap = Fraction(household["line"]) - Fraction(income)
        share = gap / household["line"]
        for area in areas_of(household):
            for unit, size in (("household", 1), ("person", household["member_count"] or 0)):
                of_area = gaps[area, household["survey_year"], unit]
                for place, amount in enumerate((Fraction(1), gap, share, share**2)):
                    of_area[place] += amount * size
    found = rows(release, "select * from bi.income_gap")
    assert {(row["area_key"], row["survey_year"], row["unit"]) for row in found} >= set(gaps)
    for row in found:
        below, gap, shares, squares = gaps[row["area_key"], row["survey_year"], row["unit"]]
        assert row["below_line"] == below
        if below:
            assert row["mean_gap_vnd"] == pytest.approx(float(gap / below), rel=1e-12)
            assert row["income_gap_ratio"] == pytest.approx(float(shares / below), rel=1e-12)
        if row["residents"]:
            assert row["poverty_gap"] == pytest.approx(float(shares / row["residents"]), rel=1e-12)
            assert row["squared_poverty_gap"] == pytest.approx(float(squares / row["residents"]), rel=1e-12)
        assert row["is_lower_bound"] == (row["listed_with_income"] < row["listed"])
    assert {row["is_lower_bound"] for row in found} == {True, False}


def test_every_cutoff_counts_those_with_as_many_deprivations(
    release: duckdb.DuckDBPyConnection, households: list[Row]
) -> None:
    counts: Counter[tuple[Any, ...]] = Counter()
    for household in filter(is_income_poor, households):
        for area in areas_of(household):
            counts[area, household["survey_year"], household["deprivation_count"]] += 1
    indicators = dict(
        release.execute("select standard_code, count(*) from marts.dim_indicator group by all").fetchall()
    )
    found = rows(release, "select * from bi.cutoff_sensitivity")
    for row in found:
        number, residents = indicators[row["standard_code"]], row["resident_households"]
        by_count = [counts[row["area_key"], row["survey_year"], count] for count in range(number + 1)]
        poor = sum(by_count[row["cutoff"] :])
        deprivations = sum(count * by_count[count] for count in range(row["cutoff"], number + 1))
        assert (row["poor_households"], row["deprivations"]) == (poor, deprivations)
        if residents:
            wanted = float(Fraction(deprivations, residents * number))
            assert row["adjusted_headcount_ratio"] == pytest.approx(wanted, rel=1e-12)
            product = row["headcount_ratio"] * (row["intensity"] or 0)
            assert row["adjusted_headcount_ratio"] == pytest.approx(product, rel=1e-12)
    assert {row["cutoff"] for row in found if row["is_cutoff_of_standard"]} == {3}
    computed = "select count(*) from bi.household_years where computed_class_code = 'poor' and survey_year = 2024"
    (of_standard,) = [
        row["poor_households"]
        for row in found
        if row["is_cutoff_of_standard"] and row["survey_year"] == 2024 and "/province/" in row["area_key"]
    ]
    assert [(of_standard,)] == release.execute(computed).fetchall()


def test_the_chronically_poor_were_poor_in_so_many_years(
    release: duckdb.DuckDBPyConnection, households: list[Row]
) -> None:
    poor_years: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for household in sorted(households, key=lambda row: row["survey_year"]):
        if household["class_code"] == "poor":
            poor_years[household["household_id"], household["standard_code"]].append(household)
    found = rows(release, "select * from bi.chronic_poverty")
    assert {(row["standard_code"], row["survey_years"]) for row in found} == {("ND07-2021", 6), ("ND351-2025", 4)}
    for row in found:
        durations = [
            len(years)
            for (_, standard), years in poor_years.items()
            if standard == row["standard_code"]
            and len(years) >= row["duration_cutoff"]
            and row["area_key"] in areas_of(years[-1])
        ]
        assert (row["chronic_households"], row["poor_years"]) == (len(durations), sum(durations))
        if row["resident_households"]:
            adjusted = Fraction(sum(durations), row["resident_households"] * row["survey_years"])
            assert row["duration_adjusted_headcount_ratio"] == pytest.approx(float(adjusted), rel=1e-12)
    assert any(row["chronic_households"] for row in found if row["duration_cutoff"] == row["survey_years"])


def test_effects_are_the_shapley_values_of_incidence_and_of_each_indicators_intensity(
    release: duckdb.DuckDBPyConnection,
) -> None:
    """Incidence and intensity are players of the game M0 = H x A; the intensity of an indicator is its part of A."""
    measures = {
        (row["area_code"], row["survey_year"], row["unit"]): row
        for row in rows(
            release,
            "select * from marts.poverty_measure where boundary = 'harmonised' and weighting = 'equal' "
            "and area_level in ('province', 'commune')",
        )
    }
    parts = defaultdict(dict)
    for row in rows(
        release,
        "select * from marts.poverty_measure_indicator where boundary = 'harmonised' and weighting = 'equal' "
        "and area_level in ('province', 'commune')",
    ):
        weight = Fraction(row["weight_numerator"], row["weight_denominator"])
        key = row["area_code"], row["survey_year"], row["unit"]
        parts[key][row["indicator_code"]] = weight * row["poor_deprived"]
    pairs = defaultdict(dict)
    for row in rows(release, "select * from bi.measure_change_effects"):
        pairs[row["area_key"].split("/")[2], row["from_year"], row["to_year"], row["unit"]][row["effect_code"]] = row
    assert pairs
    for (area, from_year, to_year, unit), effects in pairs.items():
        sides = [(area, year, unit) for year in (from_year, to_year)]
        incidence = [Fraction(measures[side]["poor"], measures[side]["population"]) for side in sides]
        for code, row in effects.items():
            # What changes when the player joins, for both orders, the other having changed before or not.
            if code == "incidence":
                whole = [sum(parts[side].values()) / measures[side]["poor"] for side in sides]
                mine, others = incidence, whole
            else:
                mine = [parts[side][code] / measures[side]["poor"] for side in sides]
                others = incidence
            orders = list(permutations(("mine", "other")))
            value = sum((mine[1] - mine[0]) * others[order.index("mine")] for order in orders) / len(orders)
            assert row["effect"] == pytest.approx(float(value), abs=1e-14)
        change = [measures[side]["adjusted_headcount_ratio"] for side in sides]
        assert sum(row["effect"] for row in effects.values()) == pytest.approx(change[1] - change[0], abs=1e-14)
    standards = dict(release.execute("select survey_year, standard_code from bi.dim_year").fetchall())
    assert all(standards[from_year] == standards[to_year] for _, from_year, to_year, _ in pairs)
