"""Packages point one way: each imports only what stands before it, by the one table of what it may import."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from base.product import PACKAGE_NAMES, PACKAGES

# package -> the packages of ours that it may import, besides itself; only earlier lines, so that there is no ring
MAY_IMPORT = {
    "base": set(),
    "ingestion": {"base"},
    "sample": {"base"},
    "expectations": {"base"},
    "measures": {"base"},
    "audit": {"base", "ingestion"},
    "publication": {"base", "ingestion", "expectations"},
    "reports": {"base", "ingestion", "audit"},
    "operations": {"base", "ingestion", "publication"},
    "dagster_project": {"base", "ingestion", "expectations", "publication", "reports"},
    "poverty_cli": {
        "base",
        "ingestion",
        "sample",
        "measures",
        "audit",
        "publication",
        "reports",
        "operations",
        "dagster_project",
    },
}
# engine -> the packages of ours that may import it
MAY_IMPORT_ENGINE = {
    "dagster": {"dagster_project"},
    "dagster_dbt": {"dagster_project"},
    "dbt": {"dagster_project"},
    "great_expectations": {"expectations"},
}
_NEVER = {"bench", "tools", "tests"}


def imported_by(path: Path) -> Iterator[str]:
    """The top-level packages that a module imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def crossings(root: Path) -> list[str]:
    """Every import over a border, as `module imports package`."""
    found = []
    for package, allowed in MAY_IMPORT.items():
        engines = {engine for engine, packages in MAY_IMPORT_ENGINE.items() if package not in packages}
        forbidden = (MAY_IMPORT.keys() - allowed - {package}) | engines | _NEVER
        for path in sorted((root / package).rglob("*.py")):
            wrong = sorted(set(imported_by(path)) & forbidden)
            found += [f"{path.relative_to(root).as_posix()} imports {name}" for name in wrong]
    return found


def test_every_package_keeps_its_borders() -> None:
    assert crossings(PACKAGES) == []


def test_the_table_has_every_package_and_points_one_way() -> None:
    assert set(MAY_IMPORT) == set(PACKAGE_NAMES)
    names = list(MAY_IMPORT)
    for place, name in enumerate(names):
        assert MAY_IMPORT[name] <= set(names[:place]), name


@pytest.mark.parametrize(
    ("module", "line", "crossing"),
    [
        ("audit/verify.py", "from publication.release import publish", "audit/verify.py imports publication"),
        ("base/home.py", "def f():\n    import ingestion.archive", "base/home.py imports ingestion"),
        ("reports/page.py", "import dagster as dg", "reports/page.py imports dagster"),
        ("poverty_cli/main.py", "import tests.support", "poverty_cli/main.py imports tests"),
    ],
)
def test_an_import_over_a_border_is_found(tmp_path: Path, module: str, line: str, crossing: str) -> None:
    (tmp_path / module).parent.mkdir(parents=True)
    (tmp_path / module).write_text(line + "\n", encoding="utf-8")
    assert crossings(tmp_path) == [crossing]
