"""How far a step is: what is done of how much, and how long the rest may take."""

import json
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

# Earlier, the first and unusual pieces of work would say too much.
_ESTIMATED_FROM = 1 / 3
_SECONDS_BETWEEN = 2.0


class Progress:
    """`done` of `total` work, by any measure of it: files, or the seconds that tables took last time."""

    def __init__(self, total: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._total, self._clock = total, clock
        self.done = 0.0
        self._begun = self._said = clock()

    @property
    def is_time_to_say(self) -> bool:
        """Whether some seconds have passed since the last line, or all is done."""
        return self.done >= self._total or self._clock() - self._said >= _SECONDS_BETWEEN

    def rest(self) -> str:
        """`, about 40 s left` once a third is done, until then nothing, and nothing when all is done."""
        self._said = self._clock()
        if not self._total * _ESTIMATED_FROM <= self.done < self._total:
            return ""
        seconds = (self._said - self._begun) * (self._total - self.done) / self.done
        return f", about {_spoken(seconds)} left"


def _spoken(seconds: float) -> str:
    if seconds < 90:  # noqa: PLR2004 - up to here people count in seconds
        return f"{max(1, math.ceil(seconds))} s"
    return f"{math.ceil(seconds / 60)} min"


def seconds_of_models(run_results: Path, models: Mapping[str, str]) -> dict[str, float]:
    """{`schema.table`: seconds} that each table took in an earlier run, the median for those that it did not make.

    `models` are {dbt's unique id: `schema.table`}. One second each where there was no earlier run.
    """
    try:
        results = json.loads(run_results.read_text(encoding="utf-8"))["results"]
        took = {models[one["unique_id"]]: one["execution_time"] for one in results if one["unique_id"] in models}
    except (OSError, ValueError, KeyError):
        took = {}
    usual = median(took.values()) if took else 1.0
    return {table: took.get(table, usual) for table in models.values()}
