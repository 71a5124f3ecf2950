"""The dbt unit tests: loads leave them out, so they run here, on a copy of a finished build."""

import shutil
import subprocess
import sys
from pathlib import Path

from base.home import Home
from base.product import DBT
from dagster_project.parsed_project import dbt_environment, ensure_manifest, run_parsed


def test_every_dbt_unit_test_passes(clean_home: Home, tmp_path: Path) -> None:
    shutil.copytree(clean_home.root, tmp_path / "home", symlinks=True)
    ensure_manifest()
    folders = [
        "--project-dir",
        str(DBT),
        "--profiles-dir",
        str(DBT),
        "--target-path",
        str(tmp_path / "t"),
    ]
    done = subprocess.run(
        [sys.executable, *run_parsed(), "test", "--select", "test_type:unit", *folders],
        env=dbt_environment(Home(tmp_path / "home")) | {"DBT_LOG_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "ERROR=0" in done.stdout
    assert "PASS=0" not in done.stdout
