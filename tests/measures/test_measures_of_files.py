"""`poverty measure` against others' numbers: worked examples, exact fractions on random data, a package of PyPI."""

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from measures.cutoff import parse_cutoff
from measures.measure import MEASURES, Row, measure
from measures.printed_numbers import WrongCallError
from measures.table_file import UnfitDataError
from measures.weights import Weights, parse_weights

EXAMPLES = json.loads(
    (Path(__file__).parent.parent / "data" / "alkire_foster" / "worked_examples.json").read_text(encoding="utf-8")
)


def written(folder: Path, rows: list[list[Any]], header: list[str]) -> Path:
    path = folder / "data.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def value_of(rows: list[Row], measure_name: str, indicator: str | None = None, *groups: str) -> float | None:
    return next(r.value for r in rows if (r.measure, r.indicator, r.groups) == (measure_name, indicator, groups))


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_examples(name: str, tmp_path: Path) -> None:
    example = EXAMPLES[name]
    deprivations = example["deprivations"]
    indicators = [f"i{number}" for number in range(len(deprivations[0]))]
    size, group = example.get("persons"), example.get("regions")
    header = [*indicators, *(["size"] if size else []), *(["region"] if group else [])]
    data = [[*row, *([size[n]] if size else []), *([group[n]] if group else [])] for n, row in enumerate(deprivations)]
    weights = parse_weights(",".join(map(str, example["indicator_weights"])), indicators)
    file, cutoff = written(tmp_path, data, header), Fraction(str(example["k"]))
    rows, _ = measure(file, indicators, weights, cutoff, "size" if size else None)
    for short, long in (("H", "headcount_ratio"), ("A", "intensity"), ("M0", "adjusted_headcount_ratio")):
        assert value_of(rows, long) == pytest.approx(example[short], abs=1e-15)
    for key, long, scale, tolerance in (
        ("uncensored_headcount", "uncensored_headcount_ratio", 1, 1e-15),
        ("censored_headcount", "censored_headcount_ratio", 1, 1e-15),
        ("relative_contribution_pct", "relative_contribution", 100, 0.011),  # printed to two digits, one digit off
    ):
        for indicator, expected in zip(indicators, example.get(key, []), strict=False):
            assert scale * value_of(rows, long, indicator) == pytest.approx(expected, abs=tolerance)
    if group:
        rows, _ = measure(file, indicators, weights, cutoff, by=["region"])
        for region, expected in example["M0_by_region"].items():
            assert value_of(rows, "adjusted_headcount_ratio", None, region) == pytest.approx(expected, abs=1e-15)


def independent(rows: list[tuple[list[int], Fraction]], weights: list[Fraction], k: Fraction) -> dict[Any, Any]:
    """The definitions of Alkire and Foster (2011) in exact fractions, unit by unit."""
    population = sum(size for _, size in rows)
    scores = [sum((w for w, d in zip(weights, deprived, strict=True) if d), Fraction()) for deprived, _ in rows]
    poor = [score >= k for score in scores]
    h = sum(size for (_, size), is_poor in zip(rows, poor, strict=True) if is_poor)
    m0 = sum(size * score for (_, size), score, is_poor in zip(rows, scores, poor, strict=True) if is_poor)
    out: dict[Any, Any] = {
        ("headcount_ratio", None): h / population if population else None,
        ("intensity", None): m0 / h if h else None,
        ("adjusted_headcount_ratio", None): m0 / population if population else None,
    }
    for j, weight in enumerate(weights):
        raw = sum(size for deprived, size in rows if deprived[j])
        censored = sum(size for (deprived, size), is_poor in zip(rows, poor, strict=True) if is_poor and deprived[j])
        name = f"i{j}"
        out["uncensored_headcount_ratio", name] = raw / population if population else None
        out["censored_headcount_ratio", name] = censored / population if population else None
        out["absolute_contribution", name] = weight * censored / population if population else None
        out["relative_contribution", name] = weight * censored / m0 if m0 else None
    return out


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[tuple[list[int], Fraction, str]], list[int], Fraction]:
    width = draw(st.integers(1, 5))
    row = st.tuples(
        st.lists(st.integers(0, 1), min_size=width, max_size=width),
        st.decimals(0, 1000, places=3).map(Fraction),
        st.sampled_from(["x", "y'", 'z"']),
    )
    parts = draw(st.lists(st.integers(1, 9), min_size=width, max_size=width))
    # Cut-offs that a weighted count can hit exactly are the ones that floats get wrong.
    reached = draw(st.integers(1, sum(parts)))
    return draw(st.lists(row, min_size=1, max_size=12)), parts, Fraction(reached, sum(parts))


@given(table=tables())
def test_random_data_against_exact_fractions(table: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    rows, parts, cutoff = table
    assume(any(size for _, size, _ in rows))
    fractions = [Fraction(part, sum(parts)) for part in parts]
    indicators = [f"i{j}" for j in range(len(parts))]
    file = written(
        tmp_path_factory.mktemp("random"),
        [[*deprived, f"{float(size):.3f}", group] for deprived, size, group in rows],
        [*indicators, "size", "group"],
    )
    weights = parse_weights(",".join(map(str, fractions)), indicators)
    found, _ = measure(file, indicators, weights, cutoff, "size", ["group"])
    for group in {group for _, _, group in rows}:
        expected = independent([(d, s) for d, s, g in rows if g == group], fractions, cutoff)
        got = {(r.measure, r.indicator): r.value for r in found if r.groups == (group,)}
        assert got.keys() == expected.keys()
        for key, value in expected.items():
            assert got[key] == (None if value is None else pytest.approx(float(value), rel=1e-14, abs=1e-15))


def test_random_data_against_mpitb(tmp_path: Path) -> None:
    """Another implementation: the package mpitb. Its scores are floats, so the cut-off is between two scores."""
    import numpy as np
    from mpitb import core

    rng = np.random.default_rng(7)
    indicators = [f"i{j}" for j in range(6)]
    frame = pd.DataFrame(rng.integers(0, 2, (400, 6)), columns=indicators)
    frame["size"] = rng.integers(1, 9, 400)
    frame["region"] = rng.choice(["North", "South"], 400)
    frame.to_parquet(tmp_path / "data.parquet")
    box = core.MPIToolbox()
    box.set(name="t", dimensions=[(["i0", "i1"], "x"), (["i2", "i3", "i4"], "y"), (["i5"], "z")])
    box.svyset(weight="size")
    box.est(df=frame.copy(), name="t", klist=[40], weights="equal", svy=True, over=["region"], lframe="out")
    theirs = {(row["measure"], row.get("indicator"), row.get("subg")): row["b"] for row in box.results["out"]}
    name_there = dict(zip(MEASURES, ["H", "A", "M0", "hd", "hdk", "actb", "pctb"], strict=True))
    weights = parse_weights("nested:i0+i1,i2+i3+i4,i5", indicators)
    compared = 0
    for groups in ([], ["region"]):
        for row in measure(tmp_path / "data.parquet", indicators, weights, Fraction("0.4"), "size", groups)[0]:
            key = (name_there[row.measure], row.indicator, row.groups[0] if groups else None)
            assert row.value == pytest.approx(theirs[key], rel=1e-12)
            compared += 1
    assert compared == 3 * (3 + 4 * len(indicators))


def simple_fractions(most: int) -> st.SearchStrategy[list[Fraction]]:
    """Weights that sum to 1, every one with a denominator up to `most`."""
    whole = st.integers(2, most).flatmap(
        lambda denominator: (
            st.lists(st.integers(1, denominator), min_size=1, max_size=6)
            .map(lambda parts: [Fraction(part, denominator) for part in parts])
            .filter(lambda parts: sum(parts) < 1)
        )
    )
    return whole.map(lambda parts: [*parts, 1 - sum(parts)])


def test_a_double_rounded_twice_is_still_the_fraction() -> None:
    """285/286 as a double lies below ...4965, so that 15 digits end in 6 where the fraction would give 7."""
    printed = parse_weights("0.0034965034965035,0.996503496503496", ["a", "b"])
    assert (printed.numerators, printed.denominator) == ((1, 285), 286)


@given(weights=simple_fractions(360), data=st.data())
def test_fractions_printed_as_doubles_stay_fractions(weights: list[Fraction], data: st.DataObject) -> None:
    """What Python, R (15 digits) and numpy print of exact weights decides every cut-off as the fractions do."""
    digits = data.draw(st.sampled_from([repr, "{:.15g}".format, "{:.17g}".format, "{:.8f}".format]))
    indicators = [str(number) for number in range(len(weights))]
    printed = parse_weights(",".join(digits(float(weight)) for weight in weights), indicators)
    exact = parse_weights(",".join(map(str, weights)), indicators)
    assert [Fraction(n, printed.denominator) for n in printed.numerators] == weights
    deprived = data.draw(st.lists(st.booleans(), min_size=len(weights), max_size=len(weights)))
    score = sum((weight for weight, is_deprived in zip(weights, deprived, strict=True) if is_deprived), Fraction())
    cutoff = data.draw(st.one_of(st.just(score), st.integers(1, 360).map(lambda n: Fraction(n, 360)))) or Fraction(1)
    threshold = printed.threshold(parse_cutoff(digits(float(cutoff)), printed))
    assert Fraction(threshold, printed.denominator) == Fraction(exact.threshold(cutoff), exact.denominator)


@given(table=tables(), data=st.data())
def test_weights_as_doubles_measure_as_fractions_do(
    table: Any, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows, parts, cutoff = table
    indicators = [f"i{j}" for j in range(len(parts))]
    file = written(tmp_path_factory.mktemp("doubles"), [[*deprived] for deprived, _, _ in rows], indicators)
    fractions = [Fraction(part, sum(parts)) for part in parts]
    printed = parse_weights(",".join(repr(float(fraction)) for fraction in fractions), indicators)
    found, _ = measure(file, indicators, printed, parse_cutoff(repr(float(cutoff)), printed))
    expected = independent([(d, Fraction(1)) for d, _, _ in rows], fractions, cutoff)
    for row in found:
        value = expected[row.measure, row.indicator]
        assert row.value == (None if value is None else pytest.approx(float(value), rel=1e-14, abs=1e-15))


def test_a_cutoff_met_exactly_is_poor(tmp_path: Path) -> None:
    """Four of twelve is a third, whatever twelve twelfths add up to in floats."""
    indicators = [f"i{j}" for j in range(12)]
    file = written(tmp_path, [[1] * 4 + [0] * 8, [1] * 3 + [0] * 9], indicators)
    rows, _ = measure(file, indicators, parse_weights("equal", indicators), Fraction(1, 3))
    assert value_of(rows, "headcount_ratio") == 0.5


def test_nobody_poor(tmp_path: Path) -> None:
    file = written(tmp_path, [[0, 0]], ["a", "b"])
    rows, _ = measure(file, ["a", "b"], parse_weights("equal", ["a", "b"]), Fraction(1))
    assert value_of(rows, "adjusted_headcount_ratio") == 0
    assert value_of(rows, "intensity") is None
    assert value_of(rows, "relative_contribution", "a") is None


def test_parquet_with_booleans_and_float_weights(tmp_path: Path) -> None:
    file = tmp_path / "data.parquet"
    duckdb.execute(
        f"copy (select * from (values (true, 0, 0.1::double), (false, 1, 1e-13)) as t (a, b, w)) to '{file}'"
    )
    rows, _ = measure(file, ["a", "b"], parse_weights("equal", ["a", "b"]), Fraction(1, 2), "w")
    assert value_of(rows, "censored_headcount_ratio", "a") == pytest.approx(0.1 / (0.1 + 1e-13), rel=1e-15)


@pytest.mark.parametrize(
    ("rows", "header", "problem"),
    [
        ([[0, 1], [1, 2]], ["a", "b"], "Column b, data row 2: not 0 or 1"),
        ([[0, 1], ["x", 1], ["y", 0]], ["a", "b"], r"Column a, data row 2 \(and 1 more\): not 0 or 1"),
        ([["", 1], [0, "NA"]], ["a", "b"], "Every row lacks a cell of a, b"),
        ([[0, "Nguyễn"]], ["a", "b"], "Column b, data row 1: not 0 or 1"),
        ([[0, 1, -1]], ["a", "b", "w"], "Column w, data row 1: not a weight"),
        ([], ["a", "b"], "no rows"),
    ],
)
def test_unfit_data_is_reported_by_place_and_never_quoted(
    rows: list[list[Any]], header: list[str], problem: str, tmp_path: Path
) -> None:
    with pytest.raises(UnfitDataError, match=problem) as raised:
        measure(
            written(tmp_path, rows, header),
            ["a", "b"],
            Weights((1, 1), 2),
            Fraction(1),
            "w" if "w" in header else None,
        )
    assert "Nguyễn" not in str(raised.value)


def test_a_missing_column_is_reported_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(WrongCallError, match="no column d; there are a, b"):
        measure(written(tmp_path, [[0, 1]], ["a", "b"]), ["a", "d"], Weights((1, 1), 2), Fraction(1))


def test_missing_cells_are_left_out_and_counted(tmp_path: Path) -> None:
    """As the global MPI does: a unit counts only with all its indicators, its weight and its group."""
    nothing = ["", "NA", "NaN", "nan", ".", ".a", "<NA>"]
    rows = [[1, 1, 2, "x"], [0, 1, 3, "x"], [1, 0, 5, "NA"], *([cell, 1, 1, "x"] for cell in nothing)]
    rows += [[1, 1, "", "x"], [1, 1, 4, ""]]
    file = written(tmp_path, rows, ["a", "b", "w", "g"])
    found, left_out = measure(file, ["a", "b"], parse_weights("equal", ["a", "b"]), Fraction(1), "w", ["g"])
    assert value_of(found, "headcount_ratio", None, "x") == pytest.approx(2 / 5, rel=1e-15)
    assert value_of(found, "headcount_ratio", None, "NA") == 0
    assert (left_out.rows, left_out.of_rows) == (len(nothing) + 2, len(rows))
    assert left_out.columns == {"a": len(nothing), "w": 1, "g": 1}
    assert left_out.share_of_weight == pytest.approx((len(nothing) + 4) / (10 + len(nothing) + 4))
    complete = written(tmp_path, rows[:3], ["a", "b", "w", "g"])
    assert measure(complete, ["a", "b"], parse_weights("equal", ["a", "b"]), Fraction(1), "w", ["g"])[0] == found


def test_a_missing_double_in_parquet_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "data.parquet"
    duckdb.execute(f"copy (select * from (values (1.0), (0.0), (null), ('nan'::double)) as t (a)) to '{file}'")
    found, left_out = measure(file, ["a"], parse_weights("equal", ["a"]), Fraction(1))
    assert value_of(found, "headcount_ratio") == 0.5
    assert left_out.columns == {"a": 2}


def test_what_pandas_and_r_write_for_true_is_true(tmp_path: Path) -> None:
    file = written(
        tmp_path, [["True", "TRUE", "1.0"], ["False", "FALSE", "0.0"], [True, "true", " 1"]], ["a", "b", "c"]
    )
    found, _ = measure(file, ["a", "b", "c"], parse_weights("equal", ["a", "b", "c"]), Fraction(1))
    assert value_of(found, "headcount_ratio") == pytest.approx(2 / 3, rel=1e-15)


def test_one_column_in_several_roles(tmp_path: Path) -> None:
    file = written(tmp_path, [[1, 0], [0, 1], ["NA", 1], [1, 1]], ["a", "b"])
    found, left_out = measure(file, ["a", "b"], parse_weights("equal", ["a", "b"]), Fraction(1), "a", ["b", "a"])
    assert [value_of(found, "headcount_ratio", None, *group) for group in (("0", "1"), ("1", "0"), ("1", "1"))] == [
        0,
        None,
        1,
    ]
    assert left_out.columns == {"a": 1}


def test_weights_that_fill_a_decimal_are_summed_in_doubles(tmp_path: Path) -> None:
    file = written(tmp_path, [[1, 0, "1e15"], [0, 1, "3e15"]], ["a", "b", "w"])
    weights = parse_weights("0.1234567890123,0.8765432109877", ["a", "b"])
    found, _ = measure(file, ["a", "b"], weights, Fraction("0.1"), "w")
    expected = (0.1234567890123 + 3 * 0.8765432109877) / 4
    assert value_of(found, "adjusted_headcount_ratio") == pytest.approx(expected, rel=1e-14)
