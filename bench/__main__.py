"""`python -m bench`: every measurement in one run, as a table and as JSON in bench/results."""

import argparse
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from base.home import Home
from bench import country, identity, ingestion, measure, models, runs
from bench.processes import REPOSITORY
from bench.report import Line, line, print_table, write_json
from bench.sample import Sample, sample, smoke_sample
from bench.scaled import MAX_COPIES
from ingestion.pseudonym_key import ensure_key

RESULTS = REPOSITORY / "bench" / "results"
MOST_BYTES = 2 * 2**30
PARTS = ("ingestion", "models", "runs", "identity", "measure", "country")
LEAST_PRECISION, LEAST_RECALL, MOST_IDENTITY_SECONDS = 0.999, 0.98, 60


def main() -> int:
    """Measure, print, write. 0 when every target is met, 1 when one is not."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part only (may be repeated)")
    parser.add_argument(
        "--repetitions",
        type=int,
        default=5,
        help="of ingestion, of measure, and what they are compared with (default 5)",
    )
    parser.add_argument("--model-repetitions", type=int, default=1, help="of the models at both sizes (default 1)")
    parser.add_argument("--run-repetitions", type=int, default=1, help="of the whole runs (default 1)")
    parser.add_argument(
        "--scale",
        type=int,
        default=country.SCALE,
        help=f"territories of the country, 2 to {MAX_COPIES} (default {country.SCALE})",
    )
    parser.add_argument("--fresh", action="store_true", help="make the sample province again")
    parser.add_argument("--keep", action="store_true", help="keep the homes that were built")
    parser.add_argument("--smoke", action="store_true", help="every measurement once on a few files, without targets")
    arguments = parser.parse_args()
    smoke = arguments.smoke
    repetitions = 1 if smoke else arguments.repetitions
    parts = arguments.only or PARTS
    progress = Console(stderr=True)
    work = RESULTS / ("smoke" if smoke else "work")
    work.mkdir(parents=True, exist_ok=True)

    def say(sentence: str) -> None:
        progress.print(sentence, highlight=False)

    if smoke or set(parts) == {"measure"}:  # which makes a file of its own
        made = smoke_sample(work)
    else:
        say("sample province (kept from an earlier run where its code is the same)")
        made = sample(work, fresh=arguments.fresh)
    lines: list[Line] = []
    facts: dict[str, Any] = {"load_before": os.getloadavg()[0], "cores": os.cpu_count()}
    peaks = {"making the sample": made.usage.peak_bytes}
    if "ingestion" in parts:
        found, facts["ingestion"] = ingestion.measure(made, work, repetitions, say)
        lines += found
        peaks["ingestion"] = facts["ingestion"]["ingestion_peak_bytes"]
    if {"models", "country"} & set(parts):
        raw, reading = _raw(made, work, facts)
    if "models" in parts:
        found, facts["models"] = models.measure(
            raw, work, arguments.model_repetitions, say, 2 if smoke else models.COPIES
        )
        lines += found
        peaks |= {f"dbt at {size}": one["dbt_peak_bytes"] for size, one in facts["models"].items()}
    if "runs" in parts:
        found, facts["runs"] = runs.measure(made, work, arguments.run_repetitions, say)
        lines += found
        peaks["a whole run"] = facts["runs"]["peak_bytes"]
    if "identity" in parts:
        found, facts["identity"] = _identity(made, work, say, has_truth=not smoke)
        lines += found
    if "measure" in parts:
        rows = measure.SMOKE_ROWS if smoke else measure.ROWS
        found, facts["measure"] = measure.measure(work, rows, repetitions, say)
        lines += found
        peaks["poverty measure"] = facts["measure"]["peak_bytes"]
    if "country" in parts:
        scale = 2 if smoke else arguments.scale
        found, facts["country"] = country.measure(raw, reading, made.files, work, scale, say)
        lines += found
        peaks["the country"] = facts["country"]["peak_bytes"]
    largest = max(peaks, key=lambda name: peaks[name])
    lines.append(line(f"peak memory of any process ({largest})", peaks[largest] / 2**20, "MiB", MOST_BYTES / 2**20))
    facts |= {"peak_bytes": peaks, "load_after": os.getloadavg()[0]}
    print_table(Console(), lines)
    print(f"{made.files} workbooks of {made.bytes / 2**20:.1f} MiB; {os.cpu_count()} cores")
    for size, one in facts.get("models", {}).items():
        print(f"models {size}: {one['households']:,} household rows, {one['members']:,} member rows")
    if smoke:
        shutil.rmtree(work)
        return 0
    print(f"Written to {write_json(RESULTS, lines, facts).relative_to(REPOSITORY)}")
    if not arguments.keep:
        for folder in work.iterdir():
            if not folder.name.startswith("sample-"):
                shutil.rmtree(folder)
    return 0 if all(one.is_met is not False for one in lines) else 1


def _identity(
    made: Sample, work: Path, say: Callable[[str], None], *, has_truth: bool
) -> tuple[list[Line], dict[str, Any]]:
    """Links judged against the generator's truth, on a home that the product has built; without one, against them."""
    home = work / "runs"
    if not home.exists():
        shutil.copytree(made.landing, home / "landing")
        say("identity: building a home")
        runs.poverty_run(home)
    truth = made.landing.parent / "truth" / "links.parquet"
    if not has_truth:
        identity.write_links_as_truth(home, truth)
    say("identity: linking again")
    facts = identity.measure(home, truth)
    lines = [
        line("identity: wrong links of consecutive years", 1 - facts["precision"], "share", 1 - LEAST_PRECISION),
        line("identity: missed links of consecutive years", 1 - facts["recall"], "share", 1 - LEAST_RECALL),
        line("identity: all passes", facts["seconds"], "s", MOST_IDENTITY_SECONDS),
    ]
    return lines, facts


def _raw(made: Sample, work: Path, facts: dict[str, Any]) -> tuple[Home, float]:
    """A home with the province's raw Parquet and a pseudonym key, and the seconds that reading took: the home that
    ingestion was measured on, where it was."""
    home = Home(work / "ingestion")
    if "ingestion" in facts:
        seconds = float(facts["ingestion"]["ingestion_wall_seconds"])
    else:
        seconds = ingestion.read_province(made, home.root, os.cpu_count() or 1).wall
    ensure_key(home)
    return home, seconds


if __name__ == "__main__":
    raise SystemExit(main())
