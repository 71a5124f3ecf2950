"""What all tests share: where the shared sample packs are, and small packs of our own."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"

os.environ.setdefault("DO_NOT_TRACK", "1")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder with the sample packs and their judge; tests that need it skip where it is absent."""
    if not (SHARED / "samples").exists():
        pytest.skip("the shared sample packs are not here")
    return SHARED


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write what is there now as the reviewed state")
