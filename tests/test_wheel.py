"""The wheel: it holds everything that `poverty run` reads, and installed elsewhere it runs the main job."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from base.home import Home
from base.product import PACKAGE_NAMES
from tests.support.homes import REPOSITORY, land_micro

_DATA_FOLDERS = ("dbt", "reference")
_NO_PART = {"dbt/README.md"}

pytestmark = pytest.mark.build


def _uv() -> str:
    local = REPOSITORY / ".uv" / "bin" / "uv"
    return str(local) if local.exists() else str(shutil.which("uv"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([_uv(), "build", "--quiet", "--wheel", "--out-dir", str(folder)], cwd=REPOSITORY, check=True)
    (path,) = folder.glob("*.whl")
    return path


def _tracked(folder: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", folder],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [name for name in listed.split("\0") if name and (REPOSITORY / name).is_file()]


def test_the_wheel_holds_every_file_of_the_product(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {name for package in PACKAGE_NAMES for name in _tracked(package)}
    wanted |= {f"base/data/{name}" for folder in _DATA_FOLDERS for name in _tracked(folder) if name not in _NO_PART}
    assert {Path(name).suffix for name in wanted} >= {".py", ".sql", ".csv", ".yml", ".j2", ".css", ".js", ".yaml"}
    assert sorted(wanted - names) == []
    extra = {name for name in names if ".dist-info/" not in name} - wanted
    assert sorted(extra) == []


def test_no_folder_of_data_is_a_top_level_package(wheel: Path) -> None:
    """A top-level `dbt` would hide dbt itself."""
    with zipfile.ZipFile(wheel) as archive:
        folders = {name.split("/")[0] for name in archive.namelist()}
    assert {name for name in folders if not name.endswith(".dist-info")} == set(PACKAGE_NAMES)


@pytest.mark.long
def test_an_installed_wheel_runs_the_main_job(wheel: Path, tmp_path: Path) -> None:
    """From another folder, without git or the checkout, and without writing into the packages."""
    venv = tmp_path / "venv"
    subprocess.run([_uv(), "venv", "--quiet", "--python", sys.executable, str(venv)], check=True)
    python = venv / "bin" / "python"
    constraints = tmp_path / "constraints.txt"
    export = ["export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--output-file"]
    subprocess.run([_uv(), *export, str(constraints)], cwd=REPOSITORY, check=True)
    install = ["pip", "install", "--quiet", "--python", str(python), "--constraint", str(constraints), str(wheel)]
    subprocess.run([_uv(), *install], check=True)
    (packages,) = (venv / "lib").glob("python3*/site-packages")
    before = _files(packages)
    for path in before:
        path.chmod(path.stat().st_mode & ~0o222)
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    elsewhere.mkdir()
    land_micro(Home(home).create())
    done = subprocess.run(
        [str(venv / "bin" / "poverty"), "run"],
        cwd=elsewhere,
        env={
            "PATH": str(venv / "bin"),
            "HOME": str(tmp_path),
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "POVERTY_HOME": str(home),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (home / "published" / "current" / "reports" / "index.html").exists()
    assert _files(packages) == before
    assert list(elsewhere.iterdir()) == []


def _files(packages: Path) -> list[Path]:
    """The product's own files and folders in an installation."""
    return sorted(path for name in PACKAGE_NAMES for path in [packages / name, *(packages / name).rglob("*")])
