"""`python -m bench`: every measurement in one run, as a table and as JSON in bench/results."""

import argparse
import os
import shutil
from typing import Any

from rich.console import Console

from bench.country import SCALE
from bench.parts import PARTS, Bench
from bench.processes import REPOSITORY
from bench.report import line, print_table, write_json
from bench.sample import sample, smoke_sample
from bench.scaled import MAX_COPIES

RESULTS = REPOSITORY / "bench" / "results"
MOST_BYTES = 2 * 2**30


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
        choices=range(2, MAX_COPIES + 1),
        metavar="N",
        default=SCALE,
        help=f"territories of the country, 2 to {MAX_COPIES} (default {SCALE})",
    )
    parser.add_argument("--fresh", action="store_true", help="make the sample province again")
    parser.add_argument("--keep", action="store_true", help="keep the homes that were built")
    parser.add_argument("--smoke", action="store_true", help="every measurement once on a few files, without targets")
    arguments = parser.parse_args()
    smoke = arguments.smoke
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
    facts: dict[str, Any] = {"load_before": os.getloadavg()[0], "cores": os.cpu_count()}
    peaks = {"making the sample": made.usage.peak_bytes}
    bench = Bench(
        made,
        work,
        say,
        is_smoke=smoke,
        repetitions=1 if smoke else arguments.repetitions,
        model_repetitions=arguments.model_repetitions,
        run_repetitions=arguments.run_repetitions,
        territories=arguments.scale,
        facts=facts,
        peaks=peaks,
    )
    lines = bench.measure(tuple(parts))
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


if __name__ == "__main__":
    raise SystemExit(main())
