"""The figures that can be traced: which table holds each, and which records it counts.

The definitions are those of the public tables (docs/marts.md); a condition is SQL over `marts.fct_household_year`.
"""

from dataclasses import dataclass, replace
from typing import Literal

from base.reference import read_table

CLASSES = ("poor", "near_poor", "average", "non_poor")
LISTED = ("poor", "near_poor")
CLASS_GROUPS = {**{name: (name,) for name in CLASSES}, "poor_or_near_poor": LISTED}
Unit = Literal["household", "person"]
UNITS: tuple[Unit, ...] = ("household", "person")


@dataclass(frozen=True)
class Households:
    """Household records of the year: which classes and condition, and whether each adds 1 or its members."""

    classes: tuple[str, ...]
    condition: str = "true"
    unit: Unit = "household"
    # (indicator, weight): a deprived household adds the weights of its indicators instead of 1.
    weights: tuple[tuple[str, int], ...] = ()
    # The column that a form must have, for the count to be known.
    asked: str | None = None


@dataclass(frozen=True)
class StatedTotal:
    """What the communes of the area state on their total sheets."""

    measure: str


@dataclass(frozen=True)
class Movements:
    """Household records of two years: some lines of the movement table of one list."""

    lines: tuple[str, ...]
    poverty_list: str
    unit: Unit


@dataclass(frozen=True)
class Children:
    """Rows of children in households of a class, under a condition about the household."""

    poverty_class: str
    condition: str = "true"


@dataclass(frozen=True)
class HeadsOf:
    """Household records of a class whose head is of an ethnic group."""

    poverty_class: str
    ethnicity: str
    unit: Unit


Term = Households | StatedTotal | Movements | Children | HeadsOf


@dataclass(frozen=True)
class Measure:
    """One figure of a public table. `needs` are the options that complete its name."""

    name: str
    table: str
    column: str
    meaning: str
    needs: tuple[str, ...] = ()
    is_rate: bool = False


def _area_year(name: str, meaning: str, *, is_rate: bool = False) -> Measure:
    return Measure(name, "marts.area_year", name, meaning, is_rate=is_rate)


def _movement(name: str, meaning: str) -> Measure:
    return Measure(name, "marts.poverty_movement", name, meaning, ("class", "unit"))


_RESIDENTS = ("resident_households", "resident_persons")
_RATES = {"poor_rate": ("poor",), "near_poor_rate": ("near_poor",), "poor_or_near_poor_rate": LISTED}
_LISTED_CONDITIONS = {
    "female_headed_households": "head_is_female",
    "ethnic_minority_headed_households": "head_is_ethnic_minority",
    "merit_households": "is_merit_household",
    "social_protection_households": "is_social_protection",
    "group_1_households": "poverty_group = 1",
    "group_2_households": "poverty_group = 2",
    "group_3_households": "poverty_group = 3",
}
# A measure of the movement table is the sum of lines; those that stay on the list in the area are in the opening only.
_MOVEMENT_LINES = {
    "opening": ("stayed", "to_other_list", "above_line", "other_decrease"),
    "to_other_list": ("to_other_list",),
    "above_line": ("above_line",),
    "other_decrease": ("other_decrease",),
    "from_other_list": ("from_other_list",),
    "returned": ("returned",),
    "newly_arisen": ("newly_arisen",),
    "other_increase": ("other_increase",),
}
# Persons: a household that stays adds its growth or shrinkage here.
GROWTH_LINES = {"other_increase": "growth", "other_decrease": "shrinkage"}

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        _area_year("resident_households", "all households of the area, as the communes state them"),
        _area_year("resident_persons", "all persons of the area, as the communes state them"),
        *(_area_year(f"{name}_households", f"households of class {name}") for name in CLASSES),
        *(_area_year(f"{name}_persons", f"persons in households of class {name}") for name in LISTED),
        *(_area_year(name, f"poor and near-poor households with {condition}")
          for name, condition in _LISTED_CONDITIONS.items()),
        *(_area_year(name, f"{' and '.join(classes)} households / resident households", is_rate=True)
          for name, classes in _RATES.items()),
        Measure("deprived_households", "marts.indicator_area_year", "deprived_households",
                "households of the class that are deprived in the indicator", ("class", "indicator")),
        Measure("class_households", "marts.indicator_area_year", "class_households",
                "households of the class", ("class", "indicator")),
        Measure("deprivation_rate", "marts.indicator_area_year", "deprivation_rate",
                "deprived households of the class / households of the class", ("class", "indicator"), is_rate=True),
        Measure("need_households", "marts.need_area_year", "households",
                "poor and near-poor households with the need", ("need",)),
        Measure("cause_households", "marts.area_year_cause", "households",
                "households of the class with the cause", ("class", "cause")),
        Measure("ethnicity_households", "marts.area_year_ethnicity", "households",
                "households of the class whose head is of the ethnic group", ("class", "ethnicity")),
        Measure("ethnicity_persons", "marts.area_year_ethnicity", "persons",
                "persons in households of the class whose head is of the ethnic group", ("class", "ethnicity")),
        Measure("children", "marts.child_indicator_area_year", "children",
                "children under 16 in households of the class", ("class",)),
        Measure("deprived_children", "marts.child_indicator_area_year", "deprived_children",
                "children under 16 in households of the class that are deprived in the indicator",
                ("class", "indicator")),
        Measure("headcount_ratio", "marts.poverty_measure", "headcount_ratio",
                "the poor / residents", ("unit", "weighting"), is_rate=True),
        Measure("intensity", "marts.poverty_measure", "intensity",
                "weighted deprivations of the poor / the poor", ("unit", "weighting"), is_rate=True),
        Measure("adjusted_headcount_ratio", "marts.poverty_measure", "adjusted_headcount_ratio",
                "weighted deprivations of the poor / residents", ("unit", "weighting"), is_rate=True),
        _movement("opening", "on the list at the end of the year before"),
        _movement("to_other_list", "gone to the other list"),
        _movement("above_line", "gone above the line"),
        _movement("other_decrease", "left the list, the area or the review"),
        _movement("from_other_list", "come from the other list"),
        _movement("returned", "come back after an earlier year on a list"),
        _movement("newly_arisen", "on a list for the first time"),
        _movement("other_increase", "come from elsewhere"),
        _movement("closing", "on the list at the end of the year"),
    )
}  # fmt: skip


def numerator_and_denominator(
    name: str,
    poverty_class: str | None,
    indicator: str | None,
    need: str | None,
    unit: Unit,
    cause: str | None = None,
    ethnicity: str | None = None,
    weights: tuple[tuple[str, int], ...] = (),
) -> tuple[Term, Term | None]:
    """(what the figure counts, what it is divided by). The names are known and complete."""
    if MEASURES[name].table == "marts.poverty_measure":
        poor = Households(("poor",), unit=unit)
        deprived = poor if name == "headcount_ratio" else replace(poor, weights=weights)
        return deprived, poor if name == "intensity" else StatedTotal(f"resident_{unit}s")
    if name == "cause_households":
        return Households((str(poverty_class),), f"cause_{cause}", asked=f"cause_{cause}"), None
    if name.startswith("ethnicity_"):
        of_unit: Unit = "person" if name.endswith("persons") else "household"
        return HeadsOf(str(poverty_class), str(ethnicity), of_unit), None
    if name in ("children", "deprived_children"):
        condition = "true" if name == "children" else f"households.is_deprived_{indicator}"
        return Children(str(poverty_class), condition), None
    if name in _RESIDENTS:
        return StatedTotal(name), None
    if name in _RATES:
        return Households(_RATES[name]), StatedTotal("resident_households")
    if name in _LISTED_CONDITIONS:
        return Households(LISTED, _LISTED_CONDITIONS[name]), None
    if name in _MOVEMENT_LINES:
        return Movements(_MOVEMENT_LINES[name], str(poverty_class), unit), None
    if name == "closing":
        return Households((str(poverty_class),), unit=unit), None
    if name == "need_households":
        children = [row["need_code"] for row in read_table("needs") if row["parent_code"] == need]
        return Households(LISTED, " or ".join(f"need_{code}" for code in children or [str(need)])), None
    if MEASURES[name].table == "marts.indicator_area_year":
        classes = CLASS_GROUPS[str(poverty_class)]
        deprived = Households(classes, f"is_deprived_{indicator}")
        everyone = Households(classes)
        return {
            "deprived_households": (deprived, None),
            "class_households": (everyone, None),
            "deprivation_rate": (deprived, everyone),
        }[name]
    poverty_class, _, counted = name.rpartition("_")
    return Households((poverty_class,), unit="person" if counted == "persons" else "household"), None
