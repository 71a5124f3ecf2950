"""Awkward machines: each works, or says in one sentence what to do."""

import os
from pathlib import Path

import pytest

from tests.support.machines import MACHINES, Machine, tried

# Each needs rights, mounts or limits of the machine that runs it.
pytestmark = [pytest.mark.build, pytest.mark.long]


@pytest.mark.parametrize(
    "machine",
    [pytest.param(one, id=one.name) for one in MACHINES],
)
def test_it_works_or_says_why(machine: Machine, tmp_path: Path) -> None:
    if machine.needs_root and os.geteuid() != 0:
        pytest.skip("only root can change to another account or mount")
    outcome = tried(machine, tmp_path)
    assert outcome.outcome == machine.wanted, outcome.said
