"""A model that does not parse ends a run in one sentence that names it; test_canaries has one that fails."""

import os
import shutil
from pathlib import Path

import pytest

from base import product
from base.home import HOME_VARIABLE, Home
from dagster_project import parsed_project
from tests.support.homes import REPOSITORY, land_micro
from tests.support.processes import be_poverty, become, forked

pytestmark = pytest.mark.build


def test_a_model_that_does_not_parse_is_named(tmp_path: Path) -> None:
    project, home = tmp_path / "dbt", Home(tmp_path / "home").create()
    # The other models and tests would only be parsed.
    leave = shutil.ignore_patterns("target", "logs", "generated", "models", "tests")
    shutil.copytree(REPOSITORY / "dbt", project, ignore=leave)
    (project / "models").mkdir()
    (project / "models" / "int_territory.sql").write_text("select * from {{ ref('no_such_model') }}", encoding="utf-8")
    land_micro(home)
    environment = os.environ | {HOME_VARIABLE: str(home.root), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    stdout, stderr = tmp_path / "stdout", tmp_path / "stderr"
    assert forked(_run, project, environment, stdout, stderr) == 1
    printed = stderr.read_text(encoding="utf-8")
    said = [line for line in printed.splitlines() if line.startswith("The dbt project")]
    assert len(said) == 1, printed[-3000:]
    assert "int_territory" in said[0]
    assert "Unexpected" not in printed
    assert "Traceback" not in printed
    assert not home.current.exists()


def _run(project: Path, environment: dict[str, str], stdout: Path, stderr: Path) -> None:
    become(environment, stdout, stderr)
    product.DBT = parsed_project.DBT = project
    be_poverty(("run",))
