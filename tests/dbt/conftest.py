"""What tests of the models share."""

from pathlib import Path

import pytest

from base.home import Home
from tests.support.decided import shared_undecided_home
from tests.support.homes import copy_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A copy of the undecided micro pack that a test may change."""
    return copy_of(shared_undecided_home(), tmp_path / "home")
