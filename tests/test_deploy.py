"""The files of deploy/: units that systemd accepts, a container and its services that start what there is."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.homes import REPOSITORY

DEPLOY = REPOSITORY / "deploy"


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not here")
    for unit in DEPLOY.glob("poverty.*"):
        # The program and its account are those of a server.
        text = unit.read_text(encoding="utf-8").replace("/opt/poverty/bin/poverty", "/bin/true")
        (tmp_path / unit.name).write_text(text.replace("=poverty\n", "=root\n"), encoding="utf-8")
    units = sorted(map(str, tmp_path.iterdir()))
    assert len(units) == 2
    checked = subprocess.run([program, "verify", *units], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_services_run_the_image_that_the_container_file_makes() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    container = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    home = next(line.split("=", 1)[1] for line in container.splitlines() if line.startswith("ENV POVERTY_HOME="))
    for name, service in compose["services"].items():
        assert service["volumes"] == [f"home:{home}"], name
        assert (DEPLOY / service.get("build", {}).get("context", "..")).resolve() == REPOSITORY
        assert "ports" not in service, "the UI has no login of its own"
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert f"uv=={makefile.partition('UV_VERSION := ')[2].split()[0]} " in container
    module = compose["services"]["ui"]["entrypoint"][-1]
    assert importlib.util.find_spec(module) is not None
