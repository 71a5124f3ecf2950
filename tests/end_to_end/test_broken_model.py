"""A model that does not parse ends a run in one sentence that names it; test_canaries has one that fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from base.home import Home
from base.product import PACKAGE_NAMES
from tests.support.homes import REPOSITORY, land_micro

pytestmark = pytest.mark.build


def test_a_model_that_does_not_parse_is_named(tmp_path: Path) -> None:
    broken = "select * from {{ ref('no_such_model') }}"
    program, home = tmp_path / "program", Home(tmp_path / "home").create()
    leave = shutil.ignore_patterns("target", "logs", "generated", "__pycache__")
    for name in (*PACKAGE_NAMES, "dbt", "reference"):
        shutil.copytree(REPOSITORY / name, program / name, ignore=leave)
    models = program / "dbt" / "models"
    for folder in (models, program / "dbt" / "tests"):  # the others would only be parsed
        shutil.rmtree(folder)
    models.mkdir()
    (models / "int_territory.sql").write_text(broken, encoding="utf-8")
    land_micro(home)
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'poverty'; from poverty_cli.main import main; main()", "run"],
        cwd=program,
        env={
            **os.environ,
            "POVERTY_HOME": str(home.root),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "PYTHONPATH": str(program),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if line.startswith("The dbt project")]
    assert done.returncode == 1
    assert len(said) == 1, done.stderr[-3000:]
    assert "int_territory" in said[0]
    assert "Unexpected" not in done.stderr
    assert "Traceback" not in done.stderr
    assert not home.current.exists()
