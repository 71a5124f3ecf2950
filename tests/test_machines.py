"""Awkward machines: each works, or says in one sentence what to do."""

import os
from pathlib import Path

import pytest

from tests.support.machines import MACHINES, WORKS, Machine, tried


def _is_long(machine: Machine) -> bool:
    """A whole run, or rights and mounts that not every machine gives."""
    return machine.wanted == WORKS or machine.needs_root


@pytest.mark.parametrize(
    "machine",
    [pytest.param(one, id=one.name, marks=[pytest.mark.long] if _is_long(one) else []) for one in MACHINES],
)
def test_it_works_or_says_why(machine: Machine, tmp_path: Path) -> None:
    if machine.needs_root and os.geteuid() != 0:
        pytest.skip("only root can change to another account or mount")
    outcome = tried(machine, tmp_path)
    assert outcome.outcome == machine.wanted, outcome.said
