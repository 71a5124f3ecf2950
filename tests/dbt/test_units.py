"""The dbt unit tests: loads leave them out, so they run here, on a copy of a finished build."""

import json
from pathlib import Path

import pytest

from tests.support.homes import copy_of, target_of
from tests.support.statements import built_home
from tests.support.warehouse import dbt

pytestmark = pytest.mark.build


def test_every_dbt_unit_test_passes(tmp_path: Path) -> None:
    home = copy_of(built_home(), tmp_path / "home")
    dbt(home, "test", "--select", "test_type:unit")
    results = json.loads((target_of(home) / "run_results.json").read_text(encoding="utf-8"))["results"]
    outcomes = [result["status"] for result in results if result["unique_id"].startswith("unit_test.")]
    assert len(outcomes) > 20
    assert set(outcomes) == {"pass"}
