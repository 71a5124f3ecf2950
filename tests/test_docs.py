"""The documents say what is there: commands, files, settings, dependencies and queries."""

import importlib.util
import re
import subprocess
from collections.abc import Iterator

import click
import duckdb
import pytest
import typer

from base import machine
from base.product import PACKAGE_NAMES
from operations import logs, prune, state
from poverty_cli.main import app
from publication import release
from tests.support.documents import blocks, inline_code, texts
from tests.support.homes import REPOSITORY
from tests.support.manifest import load_manifest, public_tables

_LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)]*))?\)")
_PATH = re.compile(r"^[\w.-]+(?:/[\w.*-]+)+/?$")
_SETTING = re.compile(r"POVERTY_[A-Z_]+[A-Z]")
_LANGUAGES = {"sh", "console", "text", "sql", "pgsql", "yaml", "csv", "mermaid", "nginx", "python", "ini"}
_TOP_FOLDERS = {path.name for path in REPOSITORY.iterdir() if path.is_dir()}
# Of the home folder or of a later part, though a folder of ours may have the same name.
_NOT_OURS = (
    "data/",
    "dbt/target/",
    "docs/dbt.html",
    "dbt/logs/",
    "bench/results",
)
_COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
_OTHERS_OPTIONS = {"--update-snapshots", "--only", "--queries"}  # of pytest, bench and tools
_SETTINGS = REPOSITORY / "docs" / "operations.md"
# What the code takes where a setting is not given; the table must say the same.
_USUAL = {
    "POVERTY_MEMORY_LIMIT": machine._USUAL_MEMORY,
    "POVERTY_KEEP_RELEASES": release.KEPT_RELEASES,
    "POVERTY_KEEP_LOGS": logs.KEPT_LOGS,
    "POVERTY_KEEP_BUILD_DAYS": prune._USUAL_BUILD,
    "POVERTY_KEEP_RUNS_DAYS": prune._USUAL_RUNS,
    "POVERTY_KEEP_LOGS_DAYS": prune._USUAL_LOGS,
    "POVERTY_FINAL_BY": state._USUAL_FINAL_BY,
}


def _anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere() -> None:
    pages = dict(texts())
    dead = []
    for name, text in pages.items():
        for target, anchor in _LINK.findall(text):
            if "://" in target:
                continue
            path = ((REPOSITORY / name).parent / target).resolve() if target else REPOSITORY / name
            page = pages.get(path.relative_to(REPOSITORY).as_posix(), "")
            if not path.exists() or anchor and anchor not in _anchors(page):
                dead.append((name, target, anchor))
    assert dead == []


def test_every_block_says_what_it_is() -> None:
    pages = list(texts())
    assert [
        (name, language) for name, text in pages for language, _ in blocks(text) if language not in _LANGUAGES
    ] == []


def test_every_named_file_is_there() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    names = {line.rpartition("/")[2] for line in tracked.splitlines()} | {"links.csv", "waivers.csv", "corrections.csv"}
    missing = []
    for name, text in texts():
        folder = (REPOSITORY / name).parent
        for code in sorted(inline_code(text)):
            if _PATH.match(code) and code.split("/")[0] in _TOP_FOLDERS and not code.startswith(_NOT_OURS):
                is_there = any(REPOSITORY.glob(code)) or any(folder.glob(code))
            else:
                is_there = not re.fullmatch(r"[\w-]+\.(py|csv|sql|yml|toml)", code) or code in names
            if not is_there and name != "CHANGELOG.md":  # tells of what was
                missing.append((name, code))
    assert missing == []


def _commands(text: str) -> Iterator[str]:
    """The calls of `poverty` in shell blocks, after the prompts of transcripts, and in the prose."""
    yield from (code for code in inline_code(text) if code.startswith("poverty "))
    for language, content in blocks(text):
        prompt = {"sh": r"(?:[A-Z_]+=\S+ )*", "console": r"\$ "}.get(language)
        yield from re.findall(rf"^{prompt}(poverty .*)", content, re.MULTILINE) if prompt else ()


def _options(command: click.Command) -> set[str]:
    return {flag for option in command.params for flag in option.opts}


def _is_there(call: str) -> bool:
    """Whether the program has the command of a call, and the command its options."""
    _, name, *arguments = call.split()
    if name.startswith("-"):
        return name == "--version"
    command = _COMMANDS.get(name)
    known = _options(command) if command else set()
    if hasattr(command, "commands"):
        inner = next((argument for argument in arguments if argument in command.commands), None)
        needs_one = not command.invoke_without_command and arguments
        if needs_one and inner is None:
            return False
        known |= _options(command.commands[inner]) if inner else set()
    return command is not None and {one for one in arguments if one.startswith("--")} <= known


def test_every_named_command_is_there() -> None:
    groups = [command for command in _COMMANDS.values() if hasattr(command, "commands")]
    every = [*_COMMANDS.values(), *(inner for group in groups for inner in group.commands.values())]
    options = {flag for command in every for flag in _options(command)} | _OTHERS_OPTIONS
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    unknown = []
    for name, text in texts():
        unknown += [(name, call) for call in _commands(text) if not _is_there(call)]
        unknown += [
            (name, code) for code in inline_code(text) if code.startswith("--") and code.split()[0] not in options
        ]
        called = set(re.findall(r"(?:`|^)(?:[A-Z_]+=\S+ )*make ([a-z-]+)", text, re.MULTILINE))
        unknown += [(name, f"make {target}") for target in sorted(called - targets)]
        modules = set(re.findall(r"python -m ([\w.]+)", text))
        unknown += [(name, module) for module in modules if importlib.util.find_spec(module) is None]
    assert unknown == []


def test_the_readme_names_every_command() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert [name for name in _COMMANDS if f"`poverty {name}" not in text] == []


def test_a_page_for_a_role_fits_two_screens() -> None:
    pages = {name: len(text.splitlines()) for name, text in texts() if name.startswith("docs/for-")}
    assert len(pages) == 6
    assert {name: lines for name, lines in pages.items() if lines > 60} == {}


def test_the_settings_are_those_of_the_code() -> None:
    folders = [*PACKAGE_NAMES, "dbt", "spark", "superset", "tools", "bench", "deploy", "Makefile"]
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *folders],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    files = [
        REPOSITORY / name for name in tracked.splitlines() if not name.endswith((".md", ".lock", ".ttf", ".woff2"))
    ]
    read = {found for path in files if path.is_file() for found in _SETTING.findall(path.read_text("utf-8", "replace"))}
    section = _SETTINGS.read_text(encoding="utf-8").partition("## Settings\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    table = {name: row[1] for row in rows for name in re.findall(r"\w+", row[0])}
    assert {name for name in table if name.startswith("POVERTY_")} == read
    assert {name: table[name] for name, usual in _USUAL.items() if f"`{usual}`" not in table[name]} == {}
    named = {(name, found) for name, text in texts() if name != "CHANGELOG.md" for found in _SETTING.findall(text)}
    assert {one for one in named if one[1] not in read} == set()


def test_every_dependency_has_its_reason() -> None:
    lines = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if re.match(r'    "[a-z][\w.-]*(\[[\w,]+\])?[<>=~!; ]', line)]
    assert len(wanted) > 20
    assert [line for line in wanted if " # " not in line] == []


@pytest.fixture(scope="module")
def public() -> dict[str, dict[str, str]]:
    return public_tables(load_manifest())


def test_every_named_table_is_public(public: dict[str, dict[str, str]]) -> None:
    unknown = []
    for name, text in texts():
        named = {code for code in inline_code(text) if re.fullmatch(r"(marts|quality|bi)\.\w+(\.\w+)?", code)}
        for code in named if name != "CHANGELOG.md" else set():
            schema, table, *column = code.split(".")
            if not set(column) <= set(public.get(f"{schema}.{table}", {})) or f"{schema}.{table}" not in public:
                unknown.append((name, code))
    assert unknown == []


@pytest.fixture(scope="module")
def empty_release(public: dict[str, dict[str, str]]) -> duckdb.DuckDBPyConnection:
    """A database with the public tables as their contracts describe them, without rows."""
    connection = duckdb.connect()
    for table, types in public.items():
        columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        connection.execute(f"create schema if not exists {table.split('.')[0]}")
        connection.execute(f"create table {table} ({columns})")
    return connection


def test_every_query_fits_the_tables(empty_release: duckdb.DuckDBPyConnection) -> None:
    wrong = []
    for name in ("docs/marts.md", "docs/checks.md", "README.md"):
        queries = [content for language, content in blocks(dict(texts())[name]) if language == "sql"]
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
    path = re.compile(r"(?<![\w.$/}…])/(?:work|tmp|root|home/\w+)/")
    assert [(name, found) for name, text in texts() for found in path.findall(text)] == []
