"""`python run_dbt.py PARSED PLACEHOLDER VARIABLE build ...`: dbt on the parsed project, for a home.

dbt by itself parses again when the home is another one than last time. What depends on the home is where sources lie:
PLACEHOLDER stands for it in the file PARSED, VARIABLE holds it. Nothing of ours is imported, so that a program started
from another folder needs no search path.
"""

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder
from dbt.task import runnable
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager


def main(parsed: str, placeholder: str, variable: str, *arguments: str) -> int:
    """Run dbt with these arguments; its exit code."""

    def decoder(data: bytes) -> dict[str, Any]:
        manifest: dict[str, Any] = extended_mashumuro_decoder(data)  # type: ignore[no-untyped-call]
        if placeholder not in str(manifest["sources"]):
            raise ValueError(f"{parsed} was not parsed for any home: delete it.")
        return {**manifest, "sources": _replaced(manifest["sources"], placeholder, os.environ[variable])}

    manifest = Manifest.from_msgpack(Path(parsed).read_bytes(), decoder=decoder)
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    runnable.write_manifest = lambda *_: None  # type: ignore[attr-defined]  # it lies beside PARSED; writing it again takes seconds
    gc.freeze()  # the project stays to the end: no collection need look at it
    EventManager.fire_event = _without_details(EventManager.fire_event)  # type: ignore[method-assign]
    done = dbtRunner(manifest).invoke(list(arguments))
    if done.exception is not None:
        return 2
    return 0 if done.success else 1


def _without_details(fire: Callable[..., None]) -> Callable[..., None]:
    """Events that no log of ours takes are not made into messages first, which is a tenth of dbt's time."""

    def fire_event(self: EventManager, e: Any, level: EventLevel | None = None, *others: Any, **options: Any) -> None:
        if (level or e.level_tag()) not in (EventLevel.DEBUG, EventLevel.TEST):
            fire(self, e, level, *others, **options)

    return fire_event


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {key: _replaced(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, old, new) for item in value]
    return value


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
