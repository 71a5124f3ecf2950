"""A correction without a new number, a withdrawal and an erasure through the whole product, in one home."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from base.home import Home
from base.release_layout import DATABASE
from tests.support.homes import SENT, copy_of, poverty
from tests.support.publish_tables import publish_tables

pytestmark = pytest.mark.build

WHY = ("--reason", "gửi nhầm", "--by", "Phòng Lao động")


def rows(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.current / DATABASE), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def taken_back(micro_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The file that was accepted first is withdrawn, the other one erased, then published."""
    home = copy_of(micro_home, tmp_path_factory.mktemp("taken-back") / "home")
    said = [poverty(home, "withdraw", SENT, *WHY).stdout, poverty(home, "ingest").stdout]
    said.append(poverty(home, "erase", str(home.landing / "Trần Thị Canary.xlsx"), *WHY).stdout)
    publish_tables(home)
    (home.root / "said.txt").write_text("\n".join(map(str, said)), encoding="utf-8")
    return home


def test_everything_in_landing_is_published_or_said(micro_home: Home) -> None:
    found = rows(micro_home, "select check_code, status, count(*) from quality.finding where severity = 'error' and "
                 "level = 'file' group by all order by all")  # fmt: skip
    assert found == [
        ("not_a_workbook", "open", 2),
        ("same_submission_number", "open", 1),
        ("unreadable_place", "open", 1),
    ]
    shown = poverty(micro_home, "status").stdout
    assert shown.startswith("A correction does not count: commune 29161 sent file")
    assert "Passed over in landing: 1 × trash" in shown
    assert "Waiting for an answer: 4 files and places of landing" in shown
    assert "Canary" not in shown
    named = poverty(micro_home, "status", "--paths").stdout
    for path in ("Trần Thị Canary.xlsx", "2024/Trần Thị Canary.xlsx", "Trần Văn Canary", ".Trash-1000", "empty.xlsx"):
        assert f"landing/{path}\n" in named
    page = (micro_home.current / "reports" / "audit" / "findings.html").read_text(encoding="utf-8")
    assert page.index("cùng lần gửi 1; tệp nhận trước") < page.index("tệp trống")
    assert "Nothing new since" in poverty(micro_home, "run").stdout


def test_files_are_taken_back_on_record(taken_back: Home) -> None:
    said = (taken_back.root / "said.txt").read_text(encoding="utf-8")
    assert "That commune has no accepted file of that year now." in said
    assert "still lies in landing" in said
    assert "1 release holds its households" in said
    assert "Canary" not in said
    of_commune = "survey_year = 2024 and commune_code = '29161'"
    assert rows(taken_back, f"select status from quality.source_file where {of_commune} order by 1") == [
        ("erased",),
        ("withdrawn",),
    ]
    assert rows(taken_back, f"select count(*) from marts.fct_household_year where {of_commune}") == [(0,)]
    answered = rows(
        taken_back,
        f"select distinct status, response from quality.finding where {of_commune} and level <> 'completeness'",
    )
    assert {status for status, _ in answered} == {"resolved"}
    assert poverty(taken_back, "diff", "previous", "current").stdout.count("1 files erased") == 1


def test_an_erased_file_is_named_as_erased(taken_back: Home) -> None:
    assert "the registry are as recorded" in poverty(taken_back, "verify", "--checksums-only").stdout
    assert "was erased on" in poverty(taken_back, "verify", "previous", expect=1).stderr


@pytest.mark.long
def test_a_release_without_the_erased_file_is_built_again(taken_back: Home) -> None:
    assert "every public table is the same" in poverty(taken_back, "verify").stdout


def test_nothing_of_an_erased_file_is_left(taken_back: Home) -> None:
    with duckdb.connect(str(taken_back.build_file), read_only=True) as connection:
        files = connection.execute(
            "select count(*) from staging.stg_household inner join quality.source_file using (source_file_id) "
            "where status = 'erased'"
        )
        assert files.fetchall() == [(0,)]
    registry = taken_back.registry.read_text(encoding="utf-8")
    assert '"Trần Thị Canary.xlsx"' not in registry


def test_a_sample_is_made_only_where_nothing_ever_was(micro_home: Home, tmp_path: Path) -> None:
    home = copy_of(micro_home, tmp_path / "used", with_build=False)
    for path in sorted(home.landing.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    assert "no sample" in poverty(home, "sample", expect=2).stderr
    linked = Home(tmp_path / "linked")
    linked.landing.mkdir(parents=True)
    (linked.landing / "2021").symlink_to(tmp_path / "gone")
    assert "not empty" in poverty(linked, "sample", expect=2).stderr
    assert [path.name for path in linked.landing.iterdir()] == ["2021"]
