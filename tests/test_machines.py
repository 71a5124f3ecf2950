"""Awkward machines: each works, or says in one sentence what to do."""

import os
from pathlib import Path

import pytest

from tests.support.machines import MACHINES, Machine, tried

pytestmark = pytest.mark.build

# One of each kind: a path with an environment, a refusal. The others take a minute or two each.
_SHORT = {"home with a question mark", "2 GB of addresses", "home of another account", "/dev/shm cannot be written"}
_OF_ITS_KIND = _SHORT | {"home with a space, a dollar, a quote and Vietnamese letters"}


@pytest.mark.parametrize(
    "machine",
    [pytest.param(one, id=one.name, marks=() if one.name in _OF_ITS_KIND else pytest.mark.long) for one in MACHINES],
)
def test_it_works_or_says_why(machine: Machine, tmp_path: Path) -> None:
    if machine.needs_root and os.geteuid() != 0:
        pytest.skip("only root can change to another account or mount")
    outcome = tried(machine, tmp_path)
    assert outcome.outcome == machine.wanted, outcome.said
