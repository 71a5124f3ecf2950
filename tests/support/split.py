"""The sample of Vĩnh Long as two territories that share no commune: Bến Tre, and the rest of the province."""

import csv
import shutil
from pathlib import Path

from base.home import Home
from base.reference import territory_folder
from tests.support.publish_tables import publish_tables

PARTS = ("ben-tre", "rest")
# Lies in the home, because a territory is part of what was landed.
_TERRITORY = "sample_truth/territory"


def land(home: Home, landing: Path, part: str) -> None:
    """Put the workbooks of a part into landing, and the territory of the rest beside them."""
    inside = {row["commune_code"] for row in _read(territory_folder("ben-tre") / "administrative_units.csv")}
    for path in landing.rglob("*.xlsx"):
        if (path.stem[-5:] in inside) == (part == "ben-tre"):
            target = home.landing / path.relative_to(landing)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target)
    if part == "rest":
        _without(inside, home.root / _TERRITORY)


def publish(home: Home) -> None:
    """Publish the tables of a part."""
    own = home.root / _TERRITORY
    publish_tables(home, territory=str(own) if own.exists() else "ben-tre")


def _without(communes: set[str], folder: Path) -> None:
    shutil.copytree(territory_folder("vinh-long"), folder)
    for name, column in (("administrative_units", "commune_code"), ("commune_succession", "predecessor_code")):
        rows = _read(folder / f"{name}.csv")
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for row in rows if row[column] not in communes)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
