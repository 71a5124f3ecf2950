"""`poverty measure` against the same aggregation written plainly in DuckDB over the same CSV."""

import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from base.sql import sql_file
from bench.processes import run
from bench.report import Line, line, ratio_line
from bench.runs import POVERTY
from measures.measure import MEASURES, measure_groupings
from measures.weights import parse_weights

ROWS, SMOKE_ROWS = 1_000_000, 10_000
MOST_OF_PLAIN = 5.0
INDICATORS = [f"i{number}" for number in range(10)]
GROUPINGS = ["province", "area", "ethnicity"]
POOR_FROM = 4  # of ten indicators that weigh the same


class WrongMeasuresError(RuntimeError):
    """The two do not find the same figures, so that their times mean nothing."""


def measure(work: Path, rows: int, repetitions: int, say: Callable[[str], None]) -> tuple[list[Line], dict[str, Any]]:
    """All lines about the command, and the facts; the two alternate in this process."""
    file = work / "measure" / f"{rows}.csv"
    file.parent.mkdir(exist_ok=True)
    _make(file, rows)
    weights = parse_weights("equal", INDICATORS)
    cutoff = Fraction(POOR_FROM, len(INDICATORS))
    ours: list[float] = []
    plain: list[float] = []
    for repetition in range(repetitions + 1):  # the first warms up
        say(f"measure: {rows:,} rows, {repetition} of {repetitions}")
        start = time.perf_counter()
        measured = measure_groupings(file, INDICATORS, weights, [cutoff], [[name] for name in GROUPINGS], "w")
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        expected = _plainly(file)
        plain.append(time.perf_counter() - start)
        found = {
            (one.by[0], row.groups[0], row.measure, row.indicator): row.value
            for one in measured
            for row in one.by_cutoff[0]
            if row.measure in MEASURES
        }
        if found.keys() != expected.keys() or any(
            abs((found[key] or 0) - value) > 1e-9 for key, value in expected.items()
        ):
            raise WrongMeasuresError("poverty measure and plain SQL differ")
    by = [word for name in GROUPINGS for word in ("--by", name)]
    command = [POVERTY, "measure", "--data", str(file), "--indicators", ",".join(INDICATORS)]
    whole = run([*command, "--cutoff", str(cutoff), "--weight-column", "w", *by])
    lines = [
        ratio_line(
            f"measure / plain DuckDB, {rows:,} rows x {len(INDICATORS)} indicators x {len(GROUPINGS)} groupings, wall",
            [mine / theirs for mine, theirs in zip(ours[1:], plain[1:], strict=True)],
            MOST_OF_PLAIN,
        ),
        line("poverty measure, the whole command", whole.wall, "s"),
    ]
    facts = {
        "rows": rows,
        "measure_seconds": ours[1:],
        "plain_seconds": plain[1:],
        "command_wall_seconds": whole.wall,
        "command_cpu_seconds": whole.cpu,
        "peak_bytes": whole.peak_bytes,
    }
    return lines, facts


def _make(file: Path, rows: int) -> None:
    flags = ", ".join(
        f"(hash(i, {number}) % 100 < {10 + 4 * number})::int as {name}" for number, name in enumerate(INDICATORS)
    )
    duckdb.execute(
        f"copy (select 'P' || i % 64 as province, if(hash(i, 'a') % 100 < 35, 'urban', 'rural') as area,"
        f" 'E' || hash(i, 'e') % 11 as ethnicity, {flags}, (100 + hash(i, 'w') % 5000) / 1000 as w"
        f" from range({rows}) as t (i)) to {sql_file(file)} (header)"
    )


def _plainly(file: Path) -> dict[tuple[str, str, str, str | None], float]:
    """What somebody would write who needs it once: one statement over the CSV, with types as DuckDB detects them."""
    count = " + ".join(INDICATORS)
    score = f"sum(w * deprivations) filter (deprivations >= {POOR_FROM})"
    poor = f"sum(w) filter (deprivations >= {POOR_FROM})"
    columns = [f"{poor} / sum(w)", f"{score} / {len(INDICATORS)} / {poor}", f"{score} / {len(INDICATORS)} / sum(w)"]
    keys: list[tuple[str, str | None]] = [(name, None) for name in MEASURES[:3]]
    for name in INDICATORS:
        censored = f"sum(w * {name}) filter (deprivations >= {POOR_FROM})"
        columns += [f"sum(w * {name}) / sum(w)", f"{censored} / sum(w)"]
        columns += [f"{censored} / {len(INDICATORS)} / sum(w)", f"{censored} / {score}"]
        keys += [(measure_name, name) for measure_name in MEASURES[3:]]
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select {', '.join(GROUPINGS)}, {', '.join(columns)}"
            f" from (select *, {count} as deprivations from read_csv({sql_file(file)}))"
            f" group by grouping sets ({', '.join(f'({name})' for name in GROUPINGS)})"
        ).fetchall()
    return {
        (grouping, group, *key): value
        for row in found
        for grouping, group in zip(GROUPINGS, row, strict=False)
        if group is not None
        for key, value in zip(keys, row[len(GROUPINGS) :], strict=True)
    }
