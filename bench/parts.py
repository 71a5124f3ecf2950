"""The parts of one run of the benchmarks, and the homes that they share."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from base.home import Home
from bench import country, identity, ingestion, measure, models, runs
from bench.report import Line, line
from bench.sample import Sample
from ingestion.pseudonym_key import ensure_key

# Two rows of parts that share nothing; within one, a part takes what those before it have made.
_ROWS = (("ingestion", "models", "country", "measure"), ("runs", "identity"))
PARTS = tuple(part for row in _ROWS for part in row)
LEAST_PRECISION, LEAST_RECALL, MOST_IDENTITY_SECONDS = 0.999, 0.98, 60
_SMOKE_COPIES = 2


@dataclass
class Bench:
    """What is measured on, how often, and what was found."""

    made: Sample
    work: Path
    say: Callable[[str], None]
    is_smoke: bool
    repetitions: int
    model_repetitions: int
    run_repetitions: int
    territories: int
    facts: dict[str, Any] = field(default_factory=dict)
    peaks: dict[str, int] = field(default_factory=dict)
    _province: models.Scale | None = None

    def measure(self, parts: tuple[str, ...]) -> list[Line]:
        """The lines of some parts. Times of a smoke mean nothing, so that it measures both rows at a time."""
        with ThreadPoolExecutor(len(_ROWS) if self.is_smoke else 1) as pool:
            found = pool.map(lambda row: [self._measure(part) for part in row if part in parts], _ROWS)
            return [one for row in found for lines in row for one in lines]

    def _measure(self, part: str) -> list[Line]:
        measured: dict[str, Callable[[], tuple[list[Line], dict[str, Any]]]] = {
            "ingestion": self._ingestion,
            "models": self._models,
            "country": self._country,
            "measure": self._measures,
            "runs": self._runs,
            "identity": self._identity,
        }
        lines, self.facts[part] = measured[part]()
        return lines

    def _ingestion(self) -> tuple[list[Line], dict[str, Any]]:
        lines, facts = ingestion.measure(self.made, self.work, self.repetitions, self.say)
        self.peaks["ingestion"] = facts["ingestion_peak_bytes"]
        return lines, facts

    def _models(self) -> tuple[list[Line], dict[str, Any]]:
        raw, _ = self._raw()
        copies = _SMOKE_COPIES if self.is_smoke else models.COPIES
        self.say(f"models: preparing 1x and {copies}x the province")
        self._province, large = (models.prepare(raw, self.work / f"models_{size}", size) for size in (1, copies))
        lines, facts = models.measure(self._province, large, self.model_repetitions, self.say)
        self.peaks |= {f"dbt at {size}": one["dbt_peak_bytes"] for size, one in facts.items()}
        return lines, facts

    def _country(self) -> tuple[list[Line], dict[str, Any]]:
        raw, seconds = self._raw()
        lines, facts = country.measure(
            raw,
            seconds,
            self.made.files,
            self.work,
            _SMOKE_COPIES if self.is_smoke else self.territories,
            self.say,
            self._province,
        )
        self.peaks["a territory"] = facts["territory_peak_bytes"]  # uniting has a target of its own
        return lines, facts

    def _measures(self) -> tuple[list[Line], dict[str, Any]]:
        rows = measure.SMOKE_ROWS if self.is_smoke else measure.ROWS
        lines, facts = measure.measure(self.work, rows, self.repetitions, self.say)
        self.peaks["poverty measure"] = facts["peak_bytes"]
        return lines, facts

    def _runs(self) -> tuple[list[Line], dict[str, Any]]:
        lines, facts = runs.measure(self.made, self.work, self.run_repetitions, self.say)
        self.peaks["a whole run"] = facts["peak_bytes"]
        return lines, facts

    def _identity(self) -> tuple[list[Line], dict[str, Any]]:
        """Links judged against the generator's truth, on a home that the product has built; in a smoke, against
        themselves."""
        home = self.work / "runs"
        if not home.exists():
            shutil.copytree(self.made.landing, home / "landing")
            self.say("identity: building a home")
            runs.poverty_run(home)
        truth = self.made.landing.parent / "truth" / "links.parquet"
        if self.is_smoke:
            identity.write_links_as_truth(home, truth)
        self.say("identity: linking again")
        facts = identity.measure(home, truth)
        lines = [
            line("identity: wrong links of consecutive years", 1 - facts["precision"], "share", 1 - LEAST_PRECISION),
            line("identity: missed links of consecutive years", 1 - facts["recall"], "share", 1 - LEAST_RECALL),
            line("identity: all passes", facts["seconds"], "s", MOST_IDENTITY_SECONDS),
        ]
        return lines, facts

    def _raw(self) -> tuple[Home, float]:
        """A home with the province's raw Parquet and a pseudonym key, and the seconds that reading took: the home that
        ingestion was measured on, where it was."""
        home = Home(self.work / "ingestion")
        if "ingestion" not in self.facts:
            seconds = ingestion.read_province(self.made, home.root, os.cpu_count() or 1).wall
            self.facts["ingestion"] = {"ingestion_wall_seconds": seconds}
        ensure_key(home)
        return home, float(self.facts["ingestion"]["ingestion_wall_seconds"])
