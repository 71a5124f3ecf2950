"""dbt runs on a project that was parsed for no home in particular, whatever somebody runs by hand."""

from pathlib import Path

import pytest

from base.home import HOME_VARIABLE, Home
from dagster_project import run_dbt
from dagster_project.parsed_project import ANY_HOME, dbt_environment, ensure_manifest, parsed_arguments, parsed_folder


def test_a_project_parsed_for_one_home_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_manifest()
    parsed = Path(parsed_arguments()[0])
    other = tmp_path / parsed.name
    other.write_bytes(parsed.read_bytes().replace(ANY_HOME.encode(), b"/another-one-home"))
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    with pytest.raises(ValueError, match="not parsed for any home"):
        run_dbt.main(str(other), ANY_HOME, HOME_VARIABLE, "compile")


def test_dbt_by_hand_writes_nothing_that_all_homes_are_built_by(tmp_path: Path) -> None:
    written = Path(dbt_environment(Home(tmp_path))["DBT_TARGET_PATH"])
    assert parsed_folder() in written.parents, "the parsed project and its manifest lie above"
