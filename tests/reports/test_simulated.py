"""The sentence about simulated data: only where workbooks in force say so, and how many of them."""

import duckdb
import pytest

from reports.simulated import simulated_files, simulated_notice
from reports.tables import ReleaseTables


def release(*files: tuple[int, str, bool | None]) -> ReleaseTables:
    """A release with files of (survey year, status, is_simulated)."""
    connection = duckdb.connect()
    connection.execute("create schema quality")
    connection.execute("create table quality.source_file (survey_year integer, status varchar, is_simulated boolean)")
    if files:
        connection.executemany("insert into quality.source_file values (?, ?, ?)", files)
    return ReleaseTables(connection)


@pytest.mark.parametrize("files", [(), ((2024, "accepted", False),), ((2024, "superseded", True),)])
def test_real_data_are_not_called_simulated(files: tuple[tuple[int, str, bool | None], ...]) -> None:
    assert simulated_notice(release(*files)) is None


def test_simulated_data_are_called_so_and_counted() -> None:
    tables = release((2023, "accepted", True), (2023, "rejected", None), (2024, "accepted", True))
    shown = simulated_notice(tables)
    assert shown is not None
    assert shown.startswith("DỮ LIỆU MÔ PHỎNG: không phải số liệu thật")
    mixed = release((2023, "accepted", True), (2024, "accepted", False), (2024, "accepted", False))
    assert simulated_files(mixed) == (1, 3)
    assert "trong 1/3 tệp đang dùng" in str(simulated_notice(mixed))
    assert simulated_notice(mixed, 2024) is None
    assert "trong" not in str(simulated_notice(mixed, 2023))


def test_a_release_from_before_the_question_answers_no() -> None:
    connection = duckdb.connect()
    connection.execute("create schema quality")
    connection.execute("create table quality.source_file (survey_year integer, status varchar)")
    connection.execute("insert into quality.source_file values (2024, 'accepted')")
    assert simulated_notice(ReleaseTables(connection)) is None
