"""The documents say what is there: commands, files, dependencies, queries and package borders."""

import re
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


@pytest.fixture(params=DOCUMENTS, ids=_name)
def document(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_every_link_leads_somewhere(document: Path) -> None:
    targets = [link for link in _LINK.findall(document.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in targets if not (document.parent / link).exists()] == []


def test_every_named_file_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = {code for code in _CODE.findall(text) if _PATH.match(code) and code.split("/")[0] in _TOP_FOLDERS}
    wanted = [name for name in sorted(named) if not name.startswith(_NOT_OURS)]
    assert [name for name in wanted if not any(REPOSITORY.glob(name)) and not any(document.parent.glob(name))] == []


def test_every_named_command_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    options = {name: {flag for option in command.params for flag in option.opts} for name, command in commands.items()}
    for call in re.findall(r"^poverty [^\n]*|(?<=`)poverty [^`\n]+", text, re.MULTILINE):
        _, name, *arguments = call.split()
        if name.startswith("-"):
            continue
        assert name in options, call
        assert {argument for argument in arguments if argument.startswith("--")} <= options[name], call
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)) <= targets


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


@pytest.mark.parametrize("name", ["docs/marts.md", "docs/checks.md", "README.md"])
def test_every_query_fits_the_tables(name: str, empty_release: duckdb.DuckDBPyConnection) -> None:
    queries = re.findall(r"```sql\n(.*?)```", (REPOSITORY / name).read_text(encoding="utf-8"), re.DOTALL)
    assert queries
    for query in queries:
        # The README shows how to attach a file; its query is bound without the name it attaches.
        empty_release.execute(re.sub(r"^attach [^;]*;\n", "", query).replace("poverty.marts.", "marts."))


def test_no_machine_is_named(document: Path) -> None:
    assert re.findall(r"(?<![\w.$/}…])/(?:work|tmp|root|home/\w+)/", document.read_text(encoding="utf-8")) == []
