"""The steps one by one, for one survey year, as a data engineer backfills."""

import shutil
from pathlib import Path

import pytest

from base.home import Home
from base.release_layout import read_datapackage
from tests.support.homes import PACKS, poverty

pytestmark = pytest.mark.build


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two survey years have landed."""
    home = Home(tmp_path / "home").create()
    for year in ("2023", "2024"):
        shutil.copytree(PACKS / "clean" / "landing" / year, home.landing / year)
    return home


def test_one_year_is_ingested_built_and_published(home: Home) -> None:
    assert "Nothing is published yet" in poverty(home, "status").stdout
    told = poverty(home, "ingest", "--year", "2024").stdout
    assert "8 not read yet" in told
    assert "no whole build" in poverty(home, "publish", expect=1).stderr
    poverty(home, "build")
    assert "Release" in poverty(home, "publish").stdout
    package = read_datapackage(home.current)
    assert package is not None
    assert {source["surveyYear"] for source in package["sources"]} == {2024}
