"""Reference facts that ingestion and the sample province need; the files are the dbt project's seeds.

What belongs here: reading seeds. What does not: rules about households, which live in the dbt models.
"""

import csv
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SEED_FOLDER = REPOSITORY / "dbt" / "seeds"


def read_seed(name: str) -> list[dict[str, str]]:
    """The rows of `dbt/seeds/<name>.csv`, every value as text."""
    with (SEED_FOLDER / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


_TERRITORY_TABLES = {
    "territory",
    "administrative_units",
    "commune_succession",
    "targets",
    "published_figures_2021",
    "published_series",
    "programme_tasks",
}


def territory_folder() -> Path:
    """The folder of the territory that `$POVERTY_TERRITORY` names (a name or a path), else of Bến Tre."""
    given = os.environ.get("POVERTY_TERRITORY") or "ben-tre"
    return Path(given) if "/" in given else REPOSITORY / "reference" / "territories" / given


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a reference table, every value as text; an optional table that is absent has none."""
    if name == "territory_sample_calibration":
        path = territory_folder() / "sample_calibration.csv"
    elif name == "sample_calibration":
        path = REPOSITORY / "reference" / "national" / "sample_calibration.csv"
    elif name in _TERRITORY_TABLES and territory_folder().name != "ben-tre":
        path = territory_folder() / f"{name}.csv"
    else:
        path = SEED_FOLDER / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Unit:
    """One administrative unit at commune level. Codes are reused: the key is (commune_code, valid_from)."""

    commune_code: str
    commune_name: str
    commune_type: str
    area_class: str
    district_code: str
    district_name: str
    province_code: str
    province_name: str
    valid_from: str
    valid_to: str
    latitude: str
    longitude: str

    def is_valid_on(self, date: str) -> bool:
        """Whether the unit exists on an ISO date; `valid_to` is the first day it no longer does."""
        return self.valid_from <= date and (not self.valid_to or date < self.valid_to)


@cache
def load_units() -> tuple[Unit, ...]:
    """Every commune, ward and township since 2020."""
    return tuple(Unit(**row) for row in read_table("administrative_units"))


def cutoff_date(survey_year: int) -> str:
    """The ISO date that the review of a survey year describes: it ends on 14 December."""
    return f"{survey_year}-12-14"


@cache
def units_valid_on(date: str) -> dict[str, Unit]:
    """The units of an ISO date by commune code (codes are unique on any one date)."""
    return {unit.commune_code: unit for unit in load_units() if unit.is_valid_on(date)}
