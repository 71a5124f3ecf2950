"""The sample province, made and published as a user does: the release names exactly the errors that were planted."""

import csv
import hashlib
from collections import Counter

import duckdb
import pytest

from base.check_catalogue import load_checks
from base.home import Home
from base.release_layout import read_datapackage
from sample.planting.kinds import NOT_PLANTED

pytestmark = pytest.mark.long

# As printed by `poverty run` and in README.md: residents, poor and near-poor households, communes.
OFFICIAL = {
    2021: (400_496, 17_060, 16_996, 157),
    2022: (401_970, 14_073, 14_700, 157),
    2030: (412_900, 10_400, 6_500, 48),
}


@pytest.fixture(scope="module")
def release(sample_home: Home):
    with duckdb.connect(str(sample_home.current / "poverty.duckdb"), read_only=True) as connection:
        yield connection


def named(release: duckdb.DuckDBPyConnection, home: Home) -> Counter[tuple[str, ...]]:
    """What the release names: check, severity, level, year, commune, file, sheet, row, column, status."""
    paths = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path.relative_to(home.landing).as_posix()
        for path in home.landing.rglob("*.xlsx")
    }
    rows = release.execute(
        """
        select check_code, severity, level, finding.survey_year, finding.commune_code, sha256, sheet, row_number,
            column_name, finding.status
        from quality.finding
        left join quality.source_file using (source_file_id)
        """
    ).fetchall()
    return Counter(tuple("" if cell is None else paths.get(cell, str(cell)) for cell in row) for row in rows)


def planted(home: Home) -> Counter[tuple[str, ...]]:
    names = (
        "kind", "severity", "level", "survey_year", "commune_code", "file", "sheet", "rows", "column_name", "status",
    )  # fmt: skip
    with (home.truth / "planted.csv").open(encoding="utf-8") as file:
        return Counter(tuple(row[name] for name in names) for row in csv.DictReader(file))


def test_the_release_names_what_was_planted_and_nothing_else(release, sample_home):
    found, wanted = named(release, sample_home), planted(sample_home)
    assert sorted((wanted - found).elements()) == [], "planted, not found"
    assert sorted((found - wanted).elements()) == [], "found, not planted"


def test_every_check_was_planted(sample_home):
    codes = {row[0] for row in planted(sample_home)}
    assert codes == {code for code, check in load_checks().items() if check.level} - set(NOT_PLANTED)


def test_the_province_is_complete_and_the_release_final(release, sample_home):
    description = read_datapackage(sample_home.current)
    assert description is not None
    assert description["maturity"] == "final"
    figures = release.execute(
        """
        select survey_year, resident_households, poor_households, near_poor_households, communes_received
        from marts.area_year
        where area_level = 'province' and boundary = 'as_reviewed' and is_final
            and communes_received = communes_expected
        """
    ).fetchall()
    by_year = {year: tuple(rest) for year, *rest in figures}
    assert sorted(by_year) == list(range(2021, 2031))
    assert {year: by_year[year] for year in OFFICIAL} == OFFICIAL


def test_files_that_no_later_one_answers_are_waived(release):
    waived = release.execute(
        "select check_code, response, responded_by from quality.finding where status = 'waived'"
    ).fetchall()
    codes = {"not_a_workbook", "workbook_encrypted", "expands_too_far", "unknown_commune", "same_submission_number"}
    assert {row[0] for row in waived} == codes
    assert all(response and responded_by for _, response, responded_by in waived)
    assert release.execute("select distinct status from quality.waiver").fetchall() == [("in_force",)]


def test_planting_makes_no_check_of_the_warehouse_fail(release):
    """Checks that raise no findings: only three printed figures of the plan, which contradict the plan's own, fail."""
    finding_checks = [check.title_vi for check in load_checks().values() if check.level]
    failed = release.execute("select check_code, check_name from quality.check_result where not is_passed").fetchall()
    assert {code for code, name in failed if name not in finding_checks} == {"published_figures_are_met"}
