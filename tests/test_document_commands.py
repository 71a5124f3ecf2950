"""The shell commands of the documents run as they are written, and a home has every path that the documents name."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from base.home import Home
from base.release_layout import releases
from reports.forms.make import make_forms
from tests.support.documents import DOCUMENTS, blocks, commands, inline_code, name_of, shell_blocks, texts
from tests.support.homes import REPOSITORY, copy_of
from tests.support.processes import to_fork

# Commands that are not run, by how they begin, and why.
NOT_RUN = {
    "make ": "sets up the checkout or takes minutes; tests/test_docs.py knows whether there is such a target",
    "git ": "changes the checkout",
    ".uv/bin/uv run pre-commit install": "changes the checkout",
    ".uv/bin/uv ": "tests/test_wheel.py does it",
    "python3 -m venv ": "tests/test_wheel.py does it",
    "/opt/poverty/bin/pip ": "tests/test_wheel.py does it",
    ".venv/bin/python -m tests.support.": "takes minutes; each has tests of its own",
}
# What takes long, for `make test-long`.
# tests/end_to_end/test_old_home.py takes the steps of upgrading.md for `make test`.
LONG_PAGES = {"docs/operations.md", "docs/upgrading.md", "docs/nation.md", "dbt/README.md"}
LONG = {"poverty verify current", "poverty forms --year 2024", "poverty forms --year 2024 --layout dak-nong"}
# Paths that a home has only after what no command here does, and why.
NOT_THERE = {
    "sample_truth": "of a home with the sample",
    "published/open_data": "of `poverty publish --public`, which tests/publication/test_open_data.py calls",
    "private/superset": "of `make superset`, which tests/test_superset.py starts",
    "private/decisions": "of `poverty decisions open`, which tests/poverty_cli/test_decisions_command.py calls",
    "private/hamlets": "of `poverty hamlets`, which tests/publication/test_hamlet_counts.py calls",
    "private/recognition": "of `poverty recognition`, which tests/operations/test_closing.py calls",
    "reports/topics": "of `poverty workbooks`, which tests/reports/test_topic_workbooks.py calls",
    "reports/query_page": "of `make query-page`, which tests/publication/test_query_page.py calls",
    "archive/sample.lock": "of a run in an empty home",
    "archive/decisions": "of decisions, which this home has none of",
}
PAGES = [name_of(document) for document in DOCUMENTS if commands(name_of(document))]
OLDER = "20200101T000000000000Z"


def is_run(command: str) -> bool:
    return not command.startswith(tuple(NOT_RUN))


def is_long(command: str) -> bool:
    return re.sub(r"\s+#.*", "", command) in LONG


def failure_of(page: str, home: Home, desk: Path, *, is_quick: bool) -> str:
    """What the first commands of a page that fail print, in a folder that has what the page takes for granted."""
    programs = os.pathsep.join([str(desk / "programs"), str(REPOSITORY / ".venv" / "bin"), os.environ["PATH"]])
    for block in shell_blocks(page):
        lines = [line for line in block if is_run(line) and not (is_quick and is_long(line))]
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", "\n".join(lines)],
            cwd=desk,
            env=os.environ | {"POVERTY_HOME": str(home.root), "PATH": programs},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            return f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return ""


def prepared(micro_home: Home, level_change_home: Home, folder: Path) -> tuple[Home, Path]:
    """A copy of the micro pack's home with a release before the current one, and a folder to work in."""
    home, desk = copy_of(micro_home, folder / "home"), folder / "desk"
    shutil.copytree(home.current, releases(home)[0].with_name(OLDER), copy_function=os.link)
    (desk / "homes").mkdir(parents=True)
    for name in (".venv", ".uv", "dbt", "reference"):
        (desk / name).symlink_to(REPOSITORY / name)
    (desk / "homes" / "ben-tre").symlink_to(home.root)
    (desk / "homes" / "vi-xuyen").symlink_to(level_change_home.root)
    (desk / "survey.csv").write_text(
        "region,area,weight,health,school,water,toilet\nnorth,rural,1,0,1,1,0\nsouth,urban,2.5,1,0,0,0\n"
    )
    for area, name in (("836", "bieu-huyen.xlsx"), ("former-83", "bieu-tinh.xlsx")):
        shutil.copy(make_forms(home, 2024, area).files[0], desk / name)
    return home, desk


@pytest.fixture(scope="module")
def place(micro_home: Home, level_change_home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Path]:
    """A home and a desk, where `poverty` is forked; in the long tests it starts as it is."""
    home, desk = prepared(micro_home, level_change_home, tmp_path_factory.mktemp("documents"))
    (desk / "programs").mkdir()
    (desk / "programs" / "poverty").write_text(f'#!/bin/sh\nexec {shlex.join(to_fork("poverty"))} "$@"\n')
    (desk / "programs" / "poverty").chmod(0o700)
    return home, desk


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page not in LONG_PAGES and any(map(is_run, commands(page)))]
)
def test_the_commands_of_a_page_run(place: tuple[Home, Path], page: str) -> None:
    assert failure_of(page, *place, is_quick=True) == ""


def test_the_python_of_the_documents_runs(place: tuple[Home, Path]) -> None:
    home, desk = place
    (desk / "data").symlink_to(home.root)
    programs = [content for _, text in texts() for language, content in blocks(text) if language == "python"]
    assert programs
    for program in programs:
        subprocess.run([sys.executable, "-c", program], cwd=desk, check=True)


def test_the_home_has_every_path_that_is_named(place: tuple[Home, Path], micro_home: Home) -> None:
    homes = (place[0].root, micro_home.root)
    folders = {path.name for root in homes for path in root.iterdir() if path.is_dir()}
    missing = []
    for name, text in texts():
        for code in sorted(inline_code(text)):
            path = code.removeprefix("$POVERTY_HOME/").rstrip("/")
            pattern = re.sub(r"<\w+>", "*", path)
            if not code.startswith("$POVERTY_HOME/") and ("/" not in code or path.split("/")[0] not in folders):
                continue  # no path of a home
            places = (REPOSITORY, *homes)  # a package of ours may be called like a folder of the home
            if not path.startswith(tuple(NOT_THERE)) and not any(any(root.glob(pattern)) for root in places):
                missing.append((name, code))
    assert missing == []


@pytest.mark.long
@pytest.mark.parametrize("page", [page for page in PAGES if page in LONG_PAGES or any(map(is_long, commands(page)))])
def test_all_commands_of_a_page_run(micro_home: Home, level_change_home: Home, tmp_path: Path, page: str) -> None:
    assert failure_of(page, *prepared(micro_home, level_change_home, tmp_path), is_quick=False) == ""
