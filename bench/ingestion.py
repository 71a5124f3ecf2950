"""Ingestion against the bare decode of the same bytes."""

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.processes import Usage, python
from bench.readers import MODULES, READERS
from bench.report import Line, ratio_line
from bench.sample import Sample

MOST_TIMES_BARE = 1.5
FASTEST = "fastexcel"


class WrongCountError(RuntimeError):
    """Ingestion did not accept the workbooks of the sample that are right, or not reject the others."""


def measure(
    sample: Sample, work: Path, repetitions: int, say: Callable[[str], None]
) -> tuple[list[Line], dict[str, Any]]:
    """All lines about ingestion."""
    workers = os.cpu_count() or 1
    readers: dict[str, Usage] = {}
    for reader in READERS:
        if importlib.util.find_spec(MODULES[reader]):
            say(f"ingestion: bare decode with {reader}")
            readers[reader] = decode(sample, reader, workers)
    bare: list[Usage] = []
    full: list[Usage] = []
    for repetition in range(repetitions):
        say(f"ingestion: bare decode and ingestion, {repetition + 1} of {repetitions}")
        # Which of the two goes first alternates, so that a slow drift of the machine meets both.
        for step in ("bare", "full") if repetition % 2 == 0 else ("full", "bare"):
            if step == "bare":
                bare.append(decode(sample, FASTEST, workers))
            else:
                full.append(read_province(sample, work / "ingestion", workers))
    walls = [ours.wall / theirs.wall for ours, theirs in zip(full, bare, strict=True)]
    cpu = [ours.cpu / theirs.cpu for ours, theirs in zip(full, bare, strict=True)]
    lines = [
        ratio_line("ingestion / bare decode, wall", walls, MOST_TIMES_BARE),
        ratio_line("ingestion / bare decode, CPU", cpu, None),
    ]
    facts = {
        "workers": workers,
        "files": sample.files,
        "bytes": sample.bytes,
        "bare_wall_seconds": median(usage.wall for usage in bare),
        "bare_cpu_seconds": median(usage.cpu for usage in bare),
        "ingestion_wall_seconds": median(usage.wall for usage in full),
        "ingestion_cpu_seconds": median(usage.cpu for usage in full),
        "ingestion_peak_bytes": max(usage.peak_bytes for usage in full),
        "readers_cpu_seconds": {name: usage.cpu for name, usage in readers.items()},
        "readers_wall_seconds": {name: usage.wall for name, usage in readers.items()},
        "fastest_reader": min(readers, key=lambda name: readers[name].cpu),
    }
    return lines, facts


def decode(sample: Sample, reader: str, workers: int) -> Usage:
    """One bare decode."""
    return python("-m", "bench.decode", reader, str(sample.landing), str(workers))


def read_province(sample: Sample, folder: Path, workers: int) -> Usage:
    """One ingestion into a fresh home. Raises WrongCountError."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "landing").symlink_to(sample.landing)
    usage = python("-m", "bench.read_province", str(folder), str(workers))
    accepted, rejected = (int(number) for number in usage.output.split()[:2])
    if (accepted, rejected) != (sample.files - sample.rejected, sample.rejected):
        raise WrongCountError(
            f"{accepted} of {sample.files} workbooks were accepted, {rejected} rejected; {sample.rejected} had to be"
        )
    return usage
