"""Movements on the sample packs with the true households: what the models do must not hide behind what linking does."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from base.home import Home
from tests.support.homes import copy_of
from tests.support.warehouse import build_file, dbt

pytestmark = pytest.mark.build

AFTER_IDENTITY = [
    "path:models/counts",
    "int_household_year",
    "int_former_district*",
    "fct_household_year",
    "area_year",
    "poverty_movement",
    "path:models/movements",
    "fct_household_transition",
    "household_trajectory",
    "poverty_change_decomposition",
    "poverty_movement_decomposition",
    "transition_matrix",
    "poverty_spell",
    "poverty_hazard",
    "area_year_constant_standard",
]
JUDGED = "fct_household_year,area_year,fct_household_transition,poverty_movement,transition_matrix,household_trajectory"
FAULT = ("2028/Copy of BC Phuong An Hoi 2028.xlsx", 79)  # F035 of the noisy pack


def true_identity(database: Path, expected: Path) -> None:
    """Give every household row its true household."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            """
            create or replace table intermediate.int_household_identity as
            select
                records.source_file_id,
                records.row_number,
                records.survey_year,
                links.true_household_id as household_id,
                row_number() over (
                    partition by links.true_household_id, records.survey_year
                    order by records.recorded_class = 'left_list', records.commune_code, records.row_number
                ) = 1 as is_row_of_the_year
            from intermediate.int_household_classified as records
            inner join quality.source_file as files using (source_file_id)
            inner join read_csv($expected || '/source_file.csv', all_varchar = true) as sent using (sha256)
            inner join read_csv($expected || '/links.csv', all_varchar = true) as links
                on sent.file = links.file and records.row_number = cast(links.row_number as integer)
            """,
            {"expected": str(expected)},
        )
        rows, linked = connection.execute(
            "select (select count(*) from intermediate.int_household_classified), count(*)"
            " from intermediate.int_household_identity"
        ).fetchall()[0]
    assert rows == linked


# The clean pack shows the same with less: its links are the true ones.
@pytest.fixture(scope="module", params=[pytest.param("clean", marks=pytest.mark.long), "noisy"])
def pack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared: Path) -> tuple[str, Home]:
    """A pack built on its true households, with every data test of the movements."""
    published: Home = request.getfixturevalue(f"{request.param}_home")
    home = copy_of(published, tmp_path_factory.mktemp(request.param) / "home")
    true_identity(build_file(home), shared / "samples" / request.param / "expected")
    dbt(home, "build", "--select", *AFTER_IDENTITY, "--exclude-resource-type", "test", "unit_test")
    dbt(home, "test", "--select", "path:tests/movements")
    return request.param, home


def test_every_cell_is_the_expected_one(pack: tuple[str, Home], shared: Path) -> None:
    name, home = pack
    judge = [sys.executable, str(shared / "tools" / "compare.py"), "--tables", JUDGED]
    done = subprocess.run(
        [*judge, "--database", str(build_file(home)), "--pack", str(shared / "samples" / name)],
        env={**os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_recorded_movements_are_compared(pack: tuple[str, Home], shared: Path) -> None:
    name, home = pack
    sent = shared / "samples" / name / "expected" / "source_file.csv"
    with duckdb.connect(str(build_file(home)), read_only=True) as connection:
        found = connection.execute(
            "select sent.file, findings.row_number from intermediate.int_finding_movement as findings"
            " inner join quality.source_file as files using (source_file_id)"
            f" inner join read_csv('{sent}', all_varchar = true) as sent using (sha256)"
        ).fetchall()
    if name == "clean":
        assert found == []
    else:
        assert FAULT in found
        assert len(found) <= 4


def test_a_change_of_rule_is_reported_apart(pack: tuple[str, Home]) -> None:
    _, home = pack
    with duckdb.connect(str(build_file(home)), read_only=True) as connection:
        series = connection.execute(
            "select standard_code, basis, min(survey_year), max(survey_year) from marts.area_year_constant_standard"
            " where area_level = 'province' group by standard_code, basis order by all"
        ).fetchall()
        effects = connection.execute(
            "select to_year from marts.poverty_change_decomposition where standard_effect <> 0 group by to_year"
        ).fetchall()
    assert series == [
        ("ND07-2021", "income", 2025, 2030),
        ("ND07-2021", "score", 2021, 2026),
        ("ND351-2025", "income", 2025, 2030),
    ]
    assert effects == [(2027,)]
