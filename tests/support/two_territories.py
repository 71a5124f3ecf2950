"""Vĩnh Long's sample as two homes that share no commune: Bến Tre, and the rest of the province."""

import csv
import shutil
from pathlib import Path

from base.home import Home
from tests.support.homes import REPOSITORY
from tests.support.publish_tables import publish_tables

_TERRITORIES = REPOSITORY / "reference" / "territories"
REST, REST_NAME = "86-rest", "Vĩnh Long không gồm Bến Tre"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def bến_tre_communes() -> set[str]:
    """The codes of all communes that Bến Tre ever had."""
    return {row["commune_code"] for row in _rows(_TERRITORIES / "ben-tre" / "administrative_units.csv")}
