"""Which territory a home holds: chosen once, recorded in the home, and never another one after that."""

import json
import os
from pathlib import Path

from base.home import Home
from base.reference import (
    DEFAULT_TERRITORY,
    TERRITORY_VARIABLE,
    Territory,
    WrongReferenceError,
    load_territory,
    territory_folder,
)
from base.whole_file import write_whole


def choose_territory(home: Home) -> Territory:
    """The territory that this process works for: `$POVERTY_TERRITORY`, else the home's own; the variable says it after.

    A new home without the variable, and a home that received files before territories were recorded, has `ben-tre`.

    Raises WrongReferenceError when the home holds another territory than the one asked for, naming both.
    """
    record = _read_record(home)
    asked = os.environ.get(TERRITORY_VARIABLE) or record.get("territory") or DEFAULT_TERRITORY
    folder = territory_folder(asked)
    # Written out, because a relative path means another folder in a process that starts elsewhere.
    os.environ[TERRITORY_VARIABLE] = _name(folder)
    territory = load_territory()
    owner = _owner(home, record)
    if owner is not None and owner["area_code"] != territory.area_code:
        raise WrongReferenceError(
            [
                f"{home.root} holds {owner['area_name']} ({owner['area_code']}), not {territory.area_name} "
                f"({territory.area_code}): unset {TERRITORY_VARIABLE}, or give another POVERTY_HOME."
            ]
        )
    return territory


def record_territory(home: Home) -> None:
    """Record in the home which territory its files are of; a home that has a record keeps it."""
    path = _record_path(home)
    if path.exists():
        return
    territory = load_territory()
    content = {
        "territory": _name(territory_folder()),
        "area_code": territory.area_code,
        "area_name": territory.area_name,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(content, ensure_ascii=False) + "\n")


def _record_path(home: Home) -> Path:
    return home.archive / "territory.json"


def _read_record(home: Home) -> dict[str, str]:
    path = _record_path(home)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _name(folder: Path) -> str:
    """A territory of the product by its name, so that a home may move between installations; another by its path."""
    return folder.name if folder.resolve() == _shipped(folder.name) else str(folder.resolve())


def _shipped(name: str) -> Path | None:
    try:
        return territory_folder(name).resolve()
    except WrongReferenceError:
        return None


def _owner(home: Home, record: dict[str, str]) -> dict[str, str] | None:
    """Whose files the home has; None for a home that received none."""
    if record or not home.registry.exists():
        return record or None
    first = load_territory(territory_folder(DEFAULT_TERRITORY))
    return {"area_code": first.area_code, "area_name": first.area_name}
