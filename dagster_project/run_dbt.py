"""`python -m dagster_project.run_dbt build ...`: dbt on the parsed project, for the home of the environment.

dbt by itself parses anew when the home is another one than last time. What depends on the home is where sources lie.
"""

import os
import sys
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder

from base.home import HOME_VARIABLE
from dagster_project.parsed_project import ANY_HOME, PARSED_FILE, parsed_folder


def main(arguments: list[str]) -> int:
    """Run dbt with these arguments; its exit code."""
    home = os.environ[HOME_VARIABLE]
    packed = (parsed_folder() / PARSED_FILE).read_bytes()
    manifest = Manifest.from_msgpack(
        packed,
        decoder=lambda data: _of_home(extended_mashumuro_decoder(data), home),  # type: ignore[no-untyped-call]
    )
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    done = dbtRunner(manifest).invoke(arguments)
    if done.exception is not None:
        return 2
    return 0 if done.success else 1


def _of_home(manifest: dict[str, Any], home: str) -> dict[str, Any]:
    """The manifest with its sources in this home."""
    return {**manifest, "sources": _replaced(manifest["sources"], home)}


def _replaced(value: Any, home: str) -> Any:
    if isinstance(value, str):
        return value.replace(ANY_HOME, home)
    if isinstance(value, dict):
        return {key: _replaced(item, home) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, home) for item in value]
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
