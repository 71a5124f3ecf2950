"""Several groupings and cut-offs in one call: the single calls, sizes, shares and bands."""

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from measures.measure import MEASURES, Measured, Row, measure, measure_groupings
from measures.table_file import UnfitDataError
from measures.weights import parse_weights

GROUPINGS: list[tuple[str, ...]] = [(), ("g",), ("h",), ("h", "g")]


def written(folder: Path, header: list[str], rows: list[list[Any]]) -> Path:
    path = folder / "data.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def of_measures(rows: list[Row], names: tuple[str, ...]) -> list[Row]:
    return [row for row in rows if row.measure in names]


@st.composite
def calls(draw: st.DrawFn) -> tuple[list[list[Any]], list[int], list[Fraction]]:
    width = draw(st.integers(1, 4))
    cell = st.sampled_from(["0", "1", "1", " 1", "0.0", "true", "NA"])
    weight = draw(
        st.sampled_from(
            [
                st.integers(0, 9).map(str),
                st.decimals(0, 1000, places=3).map(str),
                st.sampled_from(["0.12345678901234", "1.5", ""]),
            ]
        )
    )
    row = st.tuples(
        st.lists(cell, min_size=width, max_size=width),
        weight,
        st.sampled_from(["x", "y,z", ""]),
        st.sampled_from(["1", "Ủ", " "]),
    ).map(lambda parts: [*parts[0], *parts[1:]])
    parts = draw(st.lists(st.integers(1, 9), min_size=width, max_size=width))
    reached = draw(st.lists(st.integers(1, sum(parts)), min_size=1, max_size=3, unique=True))
    return draw(st.lists(row, min_size=1, max_size=15)), parts, [Fraction(one, sum(parts)) for one in reached]


@settings(max_examples=settings.default.max_examples // 2)  # each measures a dozen times
@given(call=calls(), is_weighted=st.booleans())
def test_one_call_gives_what_single_calls_give(
    call: Any, is_weighted: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows, parts, cutoffs = call
    indicators = [f"i{number}" for number in range(len(parts))]
    file = written(tmp_path_factory.mktemp("random"), [*indicators, "w", "g", "h"], rows)
    weights = parse_weights(",".join(str(Fraction(part, sum(parts))) for part in parts), indicators)
    weight = "w" if is_weighted else None
    try:
        found = measure_groupings(file, indicators, weights, cutoffs, GROUPINGS, weight)
    except UnfitDataError:
        assume(False)
    for one, by in zip(found, GROUPINGS, strict=True):
        for table, cutoff in zip(one.by_cutoff, cutoffs, strict=True):
            single, left_out = measure(file, indicators, weights, cutoff, weight, by)
            assert left_out == one.left_out
            measures_of_long = of_measures(table, MEASURES)
            assert [(r.groups, r.measure, r.indicator) for r in measures_of_long] == [
                (r.groups, r.measure, r.indicator) for r in single
            ]
            for ours, theirs in zip(measures_of_long, single, strict=True):
                # Doubles are summed in any order.
                assert ours.value == theirs.value or ours.value == pytest.approx(theirs.value, rel=1e-14)


def value_of(one: Measured, name: str, *groups: str, cutoff: int = 0) -> float | None:
    return next(row.value for row in one.by_cutoff[cutoff] if (row.measure, row.groups) == (name, groups))


# Weighted counts of ten that weigh the same: 1, 2, 3, 4, 5 and 6 of ten.
LADDER = [[*([1] * count + [0] * (10 - count)), count, "x" if count < 5 else "y"] for count in range(1, 7)]
TEN = [f"i{number}" for number in range(10)]


def test_bands_begin_and_end_exactly_at_their_bounds(tmp_path: Path) -> None:
    """From a fifth on and below k; from a half on. The weights are the counts: 21 in all."""
    file = written(tmp_path, [*TEN, "w", "g"], LADDER)
    weights = parse_weights("equal", TEN)
    cutoffs = [Fraction(2, 5), Fraction(1, 5), Fraction(3, 10), Fraction(1)]
    one = measure_groupings(file, TEN, weights, cutoffs, [()], "w")[0]
    vulnerable = [value_of(one, "vulnerable_ratio", cutoff=place) for place in range(4)]
    assert vulnerable == [(2 + 3) / 21, 0, 2 / 21, (2 + 3 + 4 + 5 + 6) / 21]
    assert [value_of(one, "severe_ratio", cutoff=place) for place in range(4)] == [11 / 21] * 4
    assert value_of(one, "headcount_ratio") == 15 / 21


def test_bands_in_printed_weights(tmp_path: Path) -> None:
    """The weights of the global index: a sixth and a thirtieth make a fifth, whatever their doubles add up to."""
    names = ["a", "b", "c", "d", "e", "f", "g"]
    weights = parse_weights("1/6,1/30,1/30,1/30,1/30,1/30,2/3", names)
    file = written(tmp_path, names, [[1, 1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0]])
    one = measure_groupings(file, names, weights, [Fraction(1, 3)], [()])[0]
    assert value_of(one, "vulnerable_ratio") == 0.5


def test_sizes_shares_and_contributions_of_groups(tmp_path: Path) -> None:
    file = written(tmp_path, [*TEN, "w", "g"], LADDER)
    one = measure_groupings(file, TEN, parse_weights("equal", TEN), [Fraction(2, 5)], [("g",)], "w")[0]
    assert [value_of(one, "rows", group) for group in "xy"] == [4, 2]
    assert [value_of(one, "population", group) for group in "xy"] == [10, 11]
    assert [value_of(one, "population_share", group) for group in "xy"] == [10 / 21, 11 / 21]
    assert [value_of(one, "contribution_to_headcount_ratio", group) for group in "xy"] == [4 / 15, 11 / 15]
    scores = (4 * 4, 5 * 5 + 6 * 6)
    assert [value_of(one, "contribution_to_adjusted_headcount_ratio", group) for group in "xy"] == [
        score / sum(scores) for score in scores
    ]


def test_each_grouping_leaves_out_its_own_rows(tmp_path: Path) -> None:
    file = written(tmp_path, ["a", "g", "h"], [[1, "x", ""], [0, "x", "1"], [1, "", "1"]])
    found = measure_groupings(file, ["a"], parse_weights("equal", ["a"]), [Fraction(1)], [("g",), ("h",)])
    assert [one.left_out.columns for one in found] == [{"g": 1}, {"h": 1}]
    assert [value_of(one, "headcount_ratio", group) for one, group in zip(found, "x1", strict=True)] == [0.5, 0.5]
