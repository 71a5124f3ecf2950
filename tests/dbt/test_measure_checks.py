"""The blocking checks of the measures can fail: every figure that is spoilt by a little is seen."""

from pathlib import Path

import duckdb
import pytest

from base.home import Home
from tests.support.homes import copy_of, target_of
from tests.support.warehouse import build_file, dbt

CHECKS = ("measures_hold_their_identities", "measures_of_the_parts_give_the_whole")
PLACE = "survey_year = 2024 and area_code = '29161' and boundary = 'as_reviewed' and unit = 'household'"
SPOILT = {
    "poverty_measure": [
        "headcount_ratio = headcount_ratio + 1e-9",
        "intensity = intensity + 1e-9",
        "adjusted_headcount_ratio = adjusted_headcount_ratio + 1e-9",
        "headcount_ratio = null, adjusted_headcount_ratio = null",
        "headcount_ratio_among_reviewed = headcount_ratio_among_reviewed + 1e-9",
        "population = population + 1",
        "poor = poor + 1",
        "weighted_deprivations = weighted_deprivations + 1",
    ],
    "poverty_measure_indicator": [
        "censored_headcount_ratio = censored_headcount_ratio + 1e-9",
        "absolute_contribution = absolute_contribution + 1e-9",
        "relative_contribution = relative_contribution + 1e-9",
        "uncensored_headcount_ratio_among_reviewed = uncensored_headcount_ratio_among_reviewed + 1e-9",
        "absolute_contribution = null",
        "poor_deprived = poor_deprived + 1",
    ],
    "poverty_measure_subgroup": [
        "headcount_ratio_among_reviewed = headcount_ratio_among_reviewed + 1e-9",
        "intensity = intensity + 1e-9",
        "share_of_poor = share_of_poor + 1e-9",
        "relative_contribution = relative_contribution + 1e-9",
        "poor = poor + 1",
    ],
}


@pytest.fixture(scope="module")
def checks(clean_home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A copy of the build file that may be spoilt, and the SQL of the checks as dbt runs it."""
    home = copy_of(clean_home, tmp_path_factory.mktemp("checks") / "home")
    dbt(home, "compile", "--select", *CHECKS)
    compiled = {path.stem: path.read_text() for path in (target_of(home) / "compiled").rglob("tests/measures/*.sql")}
    return build_file(home), [compiled[check] for check in CHECKS]


def failures(build: duckdb.DuckDBPyConnection, checks: list[str]) -> int:
    return sum(len(build.execute(check).fetchall()) for check in checks)


def test_nothing_is_wrong_before(checks: tuple[Path, list[str]]) -> None:
    with duckdb.connect(str(checks[0])) as build:
        assert failures(build, checks[1]) == 0


@pytest.mark.parametrize(("table", "change"), [(table, change) for table, many in SPOILT.items() for change in many])
def test_a_spoilt_figure_is_seen(checks: tuple[Path, list[str]], table: str, change: str) -> None:
    with duckdb.connect(str(checks[0])) as build:
        build.execute("begin")
        build.execute(f"update marts.{table} set {change} where {PLACE}")
        assert failures(build, checks[1]) > 0
        build.execute("rollback")


@pytest.mark.parametrize("table", SPOILT)
def test_a_lost_row_is_seen(checks: tuple[Path, list[str]], table: str) -> None:
    lost = "and subgroup_type = 'merit'" if table == "poverty_measure_subgroup" else ""
    with duckdb.connect(str(checks[0])) as build:
        build.execute("begin")
        build.execute(f"delete from marts.{table} where {PLACE} {lost}")
        assert failures(build, checks[1]) > 0
        build.execute("rollback")
