"""Standard errors against samplics (`tests/data/alkire_foster/survey_standard_errors.py`) and against the formula."""

import csv
import json
import math
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.measure import Measured, measure_groupings
from measures.table_file import UnfitDataError
from measures.units import Design
from measures.weights import parse_weights

DATA = Path(__file__).parent.parent / "data" / "alkire_foster"
THEIRS = json.loads((DATA / "survey_standard_errors.json").read_text(encoding="utf-8"))
DESIGNS = {
    "cluster and stratum": Design("psu", "stratum"),
    "cluster": Design("psu"),
    "stratum": Design(None, "stratum"),
    "none": Design(),
}
ABCD = list("abcd")


def errors_of(measured: list[Measured]) -> dict[str, float | None]:
    return {
        f"{''.join(row.groups)},{row.measure.removesuffix('_standard_error')},{row.indicator or ''}": row.value
        for one in measured
        for row in one.by_cutoff[0]
        if row.measure.endswith("_standard_error")
    }


@pytest.mark.parametrize("name", DESIGNS)
def test_a_second_program_finds_the_same(name: str) -> None:
    found = errors_of(
        measure_groupings(
            DATA / "survey.csv",
            ABCD,
            parse_weights("equal", ABCD),
            [Fraction(1, 2)],
            [(), ("region",)],
            "w",
            design=DESIGNS[name],
        )
    )
    assert found.keys() >= THEIRS[name].keys()
    for key, expected in THEIRS[name].items():
        assert found[key] == pytest.approx(expected, rel=1e-9, abs=1e-12)


def by_formula(rows: list[tuple[list[int], str, str, str]], k: int, ratio: str) -> float | None:
    """The variance of a ratio of totals, row by row: n / (n - 1) of the squared deviations by stratum."""
    totals = defaultdict(lambda: [0.0, 0.0])
    clusters = defaultdict(set)
    for flags, weight, psu, stratum in rows:
        poor = sum(flags) >= k
        score = sum(flags) / len(flags) * poor
        y, x = {"headcount_ratio": (poor, 1), "intensity": (score, poor), "adjusted_headcount_ratio": (score, 1)}[ratio]
        totals[stratum, psu][0] += float(weight) * y
        totals[stratum, psu][1] += float(weight) * x
        clusters[stratum].add(psu)
    of_y, of_x = (sum(total[place] for total in totals.values()) for place in (0, 1))
    if not of_x:
        return None
    variance = 0.0
    for stratum, psus in clusters.items():
        residuals = [(totals[stratum, psu][0] - of_y / of_x * totals[stratum, psu][1]) / of_x for psu in psus]
        mean = sum(residuals) / len(psus)
        variance += len(psus) / (len(psus) - 1) * sum((one - mean) ** 2 for one in residuals)
    return math.sqrt(variance)


@given(
    rows=st.lists(
        st.tuples(
            st.lists(st.integers(0, 1), min_size=3, max_size=3),
            st.sampled_from(["1", "2.5", "0.12345678901234", "40"]),
        ),
        min_size=8,
        max_size=30,
    ),
    k=st.integers(1, 3),
    clusters=st.sampled_from([2, 3, 0]),
)
def test_random_samples(rows: Any, k: int, clusters: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    sample = [
        (flags, weight, str(place // 2 % clusters if clusters else place), str(place % 2))
        for place, (flags, weight) in enumerate(rows)
    ]
    file = tmp_path_factory.mktemp("sample") / "data.csv"
    with file.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows([["a", "b", "c", "w", "p", "s"], *([*flags, *rest] for flags, *rest in sample)])
    design = Design("p" if clusters else None, "s")
    weights = parse_weights("equal", list("abc"))
    found = errors_of(measure_groupings(file, list("abc"), weights, [Fraction(k, 3)], [()], "w", design=design))
    for ratio in ("headcount_ratio", "intensity", "adjusted_headcount_ratio"):
        expected = by_formula(sample, k, ratio)
        # A difference of nearly equal squares has half the digits of a double.
        assert found[f",{ratio},"] == (None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-7))


@pytest.mark.parametrize(
    ("design", "problem"),
    [
        (Design("p", "s"), "Column s, data row 3: its stratum has only one cluster"),
        (Design(None, "p"), r"Column p, data row 2 \(and 1 more such strata\): its stratum has only one row"),
        (Design("one"), "There is only one cluster"),
    ],
)
def test_a_stratum_of_one_cluster_is_refused(design: Design, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text("a,p,s,one\n1,x,s,1\n0,y,s,1\n1,z,Nguyễn,1\n0,x,s,1\n", encoding="utf-8")
    with pytest.raises(UnfitDataError, match=problem) as raised:
        measure_groupings(file, ["a"], parse_weights("equal", ["a"]), [Fraction(1)], [()], design=design)
    assert "Nguyễn" not in str(raised.value)
    assert str(raised.value).startswith("data.csv")


def test_a_row_without_a_cluster_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text("a,p\n1,x\n0,y\n1,\n", encoding="utf-8")
    one = measure_groupings(file, ["a"], parse_weights("equal", ["a"]), [Fraction(1)], [()], design=Design("p"))[0]
    assert one.left_out.columns == {"p": 1}
    assert errors_of([one])[",headcount_ratio,"] == pytest.approx(0.5)
