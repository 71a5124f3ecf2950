"""The province's path: poor, near-poor and resident households of every year.

2021 to 2024 are published (seeds `published_figures_2021` and `published_series`); the residents of 2022 to 2024 are
chosen so that the printed rates come out. From 2025 on the path is ours: target T1 (under 3% in 2025) is met, the
standard of 2027 lifts the rate from 1.7% to 3.2%, and 2030 ends at 2.52%, a narrow miss of T2 (under 2.5%), so that
a missed target is exercised too.
"""

from dataclasses import dataclass

from base.reference import read_table

_RESIDENTS = {2022: 401_970, 2023: 403_450, 2024: 405_900, 2025: 407_300, 2026: 408_600}
_RESIDENTS |= {2027: 409_700, 2028: 410_800, 2029: 411_900, 2030: 412_900}
_OWN_PATH = {
    2025: (7_600, 8_350),
    2026: (6_950, 7_800),
    2027: (13_200, 8_300),
    2028: (12_200, 7_600),
    2029: (11_250, 7_000),
    2030: (10_400, 6_500),
}


@dataclass(frozen=True)
class YearTarget:
    """Household counts of the province at the end of a year."""

    poor: int
    near_poor: int
    residents: int


def published_2021() -> dict[str, float]:
    """The plan's figures by figure_id, with the near-poor total that agrees with its own share and the groups."""
    figures = {row["figure_id"]: float(row["value"]) for row in read_table("published_figures_2021")}
    return figures | {"F06": near_poor_of_2021(figures)}


def near_poor_of_2021(figures: dict[str, float]) -> float:
    """16,996: the printed 15,996 contradicts its own share (F07) and the groups (F33 + F35 + F37 = all but one)."""
    return figures["F33"] + figures["F35"] + figures["F37"] + 1 - figures["F04"]


def target_of(year: int) -> YearTarget:
    """What the simulation must reach in a year."""
    if year == 2021:
        figures = published_2021()
        return YearTarget(int(figures["F04"]), int(figures["F06"]), int(figures["F01"]))
    for row in read_table("published_series"):
        if int(row["survey_year"]) == year:
            return YearTarget(int(row["poor_households"]), int(row["near_poor_households"]), _RESIDENTS[year])
    return YearTarget(*_OWN_PATH[year], _RESIDENTS[year])
