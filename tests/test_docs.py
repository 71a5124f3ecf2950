"""The documents say what is there: commands, files, dependencies and queries."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import typer

from poverty_cli.main import app
from tests.support.manifest import load_manifest, public_tables

REPOSITORY = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    REPOSITORY / "CHANGELOG.md",
    REPOSITORY / "dbt" / "README.md",
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]
_LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"^[\w.-]+(?:/[\w.*-]+)+/?$")
_TOP_FOLDERS = {path.name for path in REPOSITORY.iterdir() if path.is_dir()}
# Of the home folder or of a later part, though a folder of ours may have the same name.
_NOT_OURS = (
    "data/",
    "dbt/target/",
    "dbt/logs/",
    "bench/results",
)


def _name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def _texts() -> Iterator[tuple[Path, str]]:
    for document in DOCUMENTS:
        yield document, document.read_text(encoding="utf-8")


def test_every_link_leads_somewhere() -> None:
    dead = []
    for document, text in _texts():
        targets = [link for link in _LINK.findall(text) if "://" not in link]
        dead += [(_name(document), link) for link in targets if not (document.parent / link).exists()]
    assert dead == []


def test_every_named_file_is_there() -> None:
    missing = []
    for document, text in _texts():
        named = {code for code in _CODE.findall(text) if _PATH.match(code) and code.split("/")[0] in _TOP_FOLDERS}
        missing += [
            (_name(document), name)
            for name in sorted(named)
            if not name.startswith(_NOT_OURS) and not any(REPOSITORY.glob(name)) and not any(document.parent.glob(name))
        ]
    assert missing == []


def test_every_named_command_is_there() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    options = {
        name: {
            flag
            for one in (command, *getattr(command, "commands", {}).values())  # a group with the commands in it
            for option in one.params
            for flag in option.opts
        }
        for name, command in commands.items()
    }
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    unknown = []
    for document, text in _texts():
        for call in re.findall(r"^poverty [^\n]*|(?<=`)poverty [^`\n]+", text, re.MULTILINE):
            _, name, *arguments = call.split()
            flags = {argument for argument in arguments if argument.startswith("--")}
            if not name.startswith("-") and (name not in options or not flags <= options[name]):
                unknown.append((_name(document), call))
        called = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE))
        unknown += [(_name(document), f"make {target}") for target in sorted(called - targets)]
    assert unknown == []


def test_the_readme_names_every_command() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert [name for name in commands if f"`poverty {name}" not in text] == []


def test_every_dependency_has_its_reason() -> None:
    lines = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if re.match(r'    "[a-z][\w.-]*(\[[\w,]+\])?[<>=~!; ]', line)]
    assert len(wanted) > 20
    assert [line for line in wanted if " # " not in line] == []


@pytest.fixture(scope="module")
def empty_release() -> duckdb.DuckDBPyConnection:
    """A database with the public tables as their contracts describe them, without rows."""
    connection = duckdb.connect()
    for table, types in public_tables(load_manifest()).items():
        columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        connection.execute(f"create schema if not exists {table.split('.')[0]}")
        connection.execute(f"create table {table} ({columns})")
    return connection


def test_every_query_fits_the_tables(empty_release: duckdb.DuckDBPyConnection) -> None:
    wrong = []
    for name in ("docs/marts.md", "docs/checks.md", "README.md"):
        queries = re.findall(r"```sql\n(.*?)```", (REPOSITORY / name).read_text(encoding="utf-8"), re.DOTALL)
        assert queries, name
        for query in queries:
            # The README shows how to attach a file; its query is bound without the name it attaches.
            bound = re.sub(r"^attach [^;]*;\n", "", query).replace("poverty.marts.", "marts.")
            try:
                empty_release.execute(bound)
            except duckdb.Error as error:
                wrong.append((name, str(error)))
    assert wrong == []


def test_no_machine_is_named() -> None:
    machine = re.compile(r"(?<![\w.$/}…])/(?:work|tmp|root|home/\w+)/")
    assert [(_name(document), found) for document, text in _texts() for found in machine.findall(text)] == []
