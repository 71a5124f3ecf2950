"""What a person who waits learns."""

import json
from pathlib import Path

import pytest

from dagster_project.progress import Progress, seconds_of_models


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("done", "after", "said"),
    [
        (0.0, 10.0, ""),
        (99.0, 10.0, ""),  # less than a third
        (100.0, 10.0, ", about 20 s left"),
        (200.0, 10.2, ", about 6 s left"),  # rounded up
        (299.0, 10.0, ", about 1 s left"),
        (150.0, 100.0, ", about 2 min left"),
        (300.0, 10.0, ""),
    ],
)
def test_the_rest_is_estimated_after_a_third(done: float, after: float, said: str) -> None:
    clock = _Clock()
    progress = Progress(300.0, clock)
    progress.done = done
    clock.now += after
    assert progress.rest() == said


def test_lines_are_seconds_apart_and_the_last_one_is_always_said() -> None:
    clock = _Clock()
    progress = Progress(3, clock)
    progress.done = 1
    assert not progress.is_time_to_say
    clock.now += 2
    assert progress.is_time_to_say
    progress.rest()
    assert not progress.is_time_to_say
    progress.done = 3
    assert progress.is_time_to_say


def test_a_table_may_take_what_it_took_last_time(tmp_path: Path) -> None:
    models = {"model.p.a": "marts.a", "model.p.b": "marts.b", "model.p.c": "marts.c", "model.p.new": "marts.new"}
    results = tmp_path / "run_results.json"
    assert set(seconds_of_models(results, models).values()) == {1.0}, "there was no run"
    took = {"model.p.a": 1.0, "model.p.b": 2.0, "model.p.c": 9.0, "test.p.x": 5.0}
    results.write_text(json.dumps({"results": [{"unique_id": k, "execution_time": v} for k, v in took.items()]}))
    assert seconds_of_models(results, models) == {"marts.a": 1.0, "marts.b": 2.0, "marts.c": 9.0, "marts.new": 2.0}
    results.write_text("{")
    assert set(seconds_of_models(results, models).values()) == {1.0}, "a broken file stops nothing"
