"""What the program takes from a machine, and how it says what is missing."""

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml
from jinja2 import Environment

from base import machine
from base.clock import now_after, stamp_time
from base.home import Home
from base.machine import (
    MachineError,
    cache_folder,
    check_path,
    check_resources,
    own_environment,
    plain_path,
    sentence_for,
    settle_temporary_folder,
)
from base.product import DBT
from base.sql import sql_file, sql_files
from dagster_project.parsed_project import dbt_environment

ODD = "a[b]{c}*'d $HOME, Bến Tre"


def test_variables_of_other_projects_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = (
        "DBT_RESOURCE_TYPES",
        "PYTHONPATH",
        "PYTHONWARNINGS",
        "PIP_USER",
        "UV_PROJECT_ENVIRONMENT",
        "VIRTUAL_ENV",
    )
    kept = ("POVERTY_TERRITORY", "DAGSTER_HOME", "PYTHONDONTWRITEBYTECODE", "LANG", "PATH")
    for name in (*foreign, *kept):
        monkeypatch.setenv(name, "x")
    assert not {*foreign} & {*own_environment()}
    assert {*kept} <= {*own_environment()}


def test_a_folder_with_signs_is_no_pattern(tmp_path: Path) -> None:
    folder = tmp_path / ODD
    folder.mkdir()
    for name in ("one", "[two]"):
        duckdb.sql(f"copy (select '{name}' as name) to '{str(folder).replace(chr(39), chr(39) * 2)}/{name}.parquet'")
    assert len(duckdb.sql(f"from {sql_files(folder, '*.parquet')}").fetchall()) == 2
    assert duckdb.sql(f"from {sql_file(folder / '[two].parquet')}").fetchall() == [("[two]",)]


def test_a_path_with_signs_has_a_plain_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("plain", ODD):
        (tmp_path / name).mkdir()
    assert plain_path(tmp_path / "plain") == tmp_path / "plain"
    for _ in range(2):
        path = plain_path(tmp_path / ODD)
        assert not set("[]{}*'$ ,") & set(str(path))
        assert path.resolve() == tmp_path / ODD


@pytest.mark.parametrize("name", ["what?", "a\nb", os.fsdecode(b"a\xff")])
def test_a_path_that_cannot_be_used_is_refused(name: str) -> None:
    with pytest.raises(MachineError, match="give the folder another name"):
        check_path(Path("/data") / name)


def test_an_account_without_a_home_keeps_its_cache_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/proc/nowhere")
    assert cache_folder().parent == tmp_path
    assert cache_folder().stat().st_mode & 0o777 == 0o700


def test_sockets_fit_into_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    monkeypatch.setattr(tempfile, "tempdir", None)
    settle_temporary_folder()
    assert os.environ["TMPDIR"] == tempfile.gettempdir() == "/tmp"


def test_no_temporary_folder_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/nowhere")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # the last resort of tempfile
    with pytest.raises(MachineError, match="No temporary folder can be written"):
        settle_temporary_folder()


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5", "1000", " 2"])
def test_a_wrong_number_of_threads_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POVERTY_THREADS", given)
    with pytest.raises(MachineError, match="POVERTY_THREADS must be"):
        check_resources()


@pytest.mark.parametrize("given", ["0GB", "4", "4gb", "1.5GB", "80%", "MB"])
def test_a_wrong_memory_limit_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POVERTY_MEMORY_LIMIT", given)
    with pytest.raises(MachineError, match="POVERTY_MEMORY_LIMIT must be"):
        check_resources()


@pytest.mark.parametrize(
    ("raw_megabytes", "machine_gigabytes", "limit"),
    [
        (0, 24, "1400MB"),
        (50, 24, "1400MB"),
        (75, 24, "2100MB"),
        (141, 24, "3948MB"),
        (141, 6, "3000MB"),
        (141, 2, "1400MB"),
        (141, None, "1400MB"),
    ],
)
def test_more_raw_cells_have_more_memory_up_to_half_of_the_machine(
    raw_megabytes: int, machine_gigabytes: int | None, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POVERTY_MEMORY_LIMIT", raising=False)
    monkeypatch.setattr(machine, "_memory", lambda: machine_gigabytes and machine_gigabytes * 10**9)
    assert machine.memory_limit(raw_megabytes * 10**6) == limit


def test_the_build_has_the_threads_and_memory_that_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POVERTY_THREADS", "3")
    monkeypatch.setenv("POVERTY_MEMORY_LIMIT", "2GB")
    environment = dbt_environment(Home(tmp_path))
    jinja = Environment(autoescape=False)
    jinja.filters["as_number"] = int
    profiles = jinja.from_string((DBT / "profiles.yml").read_text(encoding="utf-8"))
    profile = yaml.safe_load(profiles.render(env_var=lambda name, usual="": environment.get(name, usual)))["poverty"]
    build = profile["outputs"][profile["target"]]
    options = build["config_options"]
    assert (build["threads"], options["threads"], options["memory_limit"]) == ("3", "3", "2GB")


def test_rights_are_one_sentence_without_names_of_landing(tmp_path: Path) -> None:
    def said(path: Path) -> str:
        return sentence_for(PermissionError(13, "Permission denied", str(path)), tmp_path) or ""

    assert "raw" in said(tmp_path / "raw")
    assert "run as the account that owns the home" in said(tmp_path / "raw")
    assert "Nguyen" not in said(tmp_path / "landing" / "Nguyen.xlsx")
    assert sentence_for(ValueError("a cell"), tmp_path) is None


def test_times_never_go_back() -> None:
    last = datetime(2026, 5, 1, tzinfo=UTC)
    assert now_after(last, last - timedelta(days=400)) == last + timedelta(microseconds=1)
    assert now_after(last, last + timedelta(days=1)) == last + timedelta(days=1)
    assert stamp_time("20260120T031500000001Z") == stamp_time("20260120T031500000001-0004")
    assert stamp_time("none") is None
