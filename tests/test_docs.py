"""The documents say what is there: generated parts, commands, files, dependencies, queries and package borders."""

import re
import tomllib
from pathlib import Path

import duckdb
import pytest
import typer

from poverty_cli.main import app
from tools.generated_docs import documents, load_manifest, main, public_tables, with_block

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    REPOSITORY / "CHANGELOG.md",
    REPOSITORY / "dbt" / "README.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
]
_LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"^[\w.-]+(?:/[\w.*-]+)+/?$")
_TOP_FOLDERS = {path.name for path in REPOSITORY.iterdir() if path.is_dir()}
# Of the home folder or of a later part, though a folder of ours may have the same name.
_NOT_OURS = (
    "data/",
    "docs/performance.md",
    "docs/identity.md",
    "dbt/target/",
    "dbt/logs/",
    "bench/results",
)


def _name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@pytest.fixture(params=DOCUMENTS, ids=_name)
def document(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_generated_parts_are_fresh() -> None:
    stale = [path.name for path, (now, wanted) in documents().items() if now != wanted]
    assert not stale, f"run `python -m tools.generated_docs` ({', '.join(stale)})"
    assert main(["--check"]) == 0


def test_a_stale_part_is_noticed_and_its_surroundings_stay() -> None:
    begin, end = "<!-- a: written by python -m tools.generated_docs -->", "<!-- end of a -->"
    assert with_block(f"before\n{begin}\nold\n{end}\nafter", "a", "new") == f"before\n{begin}\n\nnew\n\n{end}\nafter"
    with pytest.raises(ValueError, match="marker lines"):
        with_block("no markers", "a", "new")


def test_every_link_leads_somewhere(document: Path) -> None:
    targets = [link for link in _LINK.findall(document.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in targets if not (document.parent / link).exists()] == []


def test_every_anchor_of_a_table_is_a_heading() -> None:
    text = (REPOSITORY / "docs" / "marts.md").read_text(encoding="utf-8")
    headings = {line.removeprefix("### ").replace(".", "") for line in text.splitlines() if line.startswith("### ")}
    anchors = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert anchors
    assert anchors <= headings


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


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        re.split(r"[\[<>=~! ;]", line)[0]
        for line in [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    }
    text = (REPOSITORY / "docs" / "dependencies.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([\w.-]+)` \|", text, re.MULTILINE)
    assert sorted(told) == sorted(wanted)


@pytest.fixture(scope="module")
def empty_release() -> duckdb.DuckDBPyConnection:
    """A database with the public tables as their contracts describe them, without rows."""
    connection = duckdb.connect()
    for table in public_tables(load_manifest()):
        columns = ", ".join(f'"{name}" {kind}' for name, kind, _, _ in table["columns"])
        connection.execute(f"create schema if not exists {table['name'].split('.')[0]}")
        connection.execute(f"create table {table['name']} ({columns})")
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
