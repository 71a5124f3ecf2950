"""The territory's path: poor, near-poor and resident households of every survey year."""

from dataclasses import dataclass

from sample import calibration
from sample.communes import units_of
from sample.scores import lines_of
from sample.vocabulary import survey_years


@dataclass(frozen=True)
class Targets:
    """Household counts of the territory at the end of a year. The rural ones are those of the first year."""

    residents: int
    poor: int
    near_poor: int
    rural_poor: int = 0
    rural_near_poor: int = 0


def first_targets() -> Targets:
    """What the first survey year must reach: the counts of the calibration, else its rates by area class."""
    year, per_commune = survey_years()[0], calibration.value("residents_per_commune")
    classes = [unit.area_class for unit in units_of(year).values()]
    residents = calibration.count("households", "resident_households", year)
    if not residents:
        residents = round(per_commune * len(classes))
    per_commune = residents / len(classes)

    def of_class(item: str, area_class: str) -> int:
        return round(per_commune * classes.count(area_class) * calibration.value(f"{item}_rate", area_class))

    totals, rural = {}, {}
    for name in ("poor", "near_poor"):
        if total := calibration.count("households", name, year):
            totals[name], rural[name] = total, calibration.count("households", f"rural_{name}", year)
        else:
            rural[name] = of_class(name, "rural")
            totals[name] = rural[name] + of_class(name, "urban")
    return Targets(residents, totals["poor"], totals["near_poor"], rural["poor"], rural["near_poor"])


def next_targets(before: Targets, year: int) -> Targets:
    """What a later year must reach: the counts of the calibration, else last year's with a usual change."""
    has_new_standard = lines_of(year).standard != lines_of(year - 1).standard

    def of(name: str, households: int) -> int:
        factor = calibration.value("yearly_factor", name)
        if has_new_standard and name != "resident_households":
            factor = calibration.value("new_standard_factor", name)
        return calibration.count("households", name, year) or round(factor * households)

    return Targets(
        of("resident_households", before.residents), of("poor", before.poor), of("near_poor", before.near_poor)
    )
