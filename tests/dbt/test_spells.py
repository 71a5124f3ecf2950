"""Spells and hazards of simulated lives against a survival library and a second reading of the same lives."""

import random
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from base.home import Home
from tests.support.warehouse import build_file, dbt

pytestmark = pytest.mark.build

FIRST, LAST, HOUSEHOLDS = 2021, 2030, 3000
CLASS = {"P": "poor", "C": "near_poor", "A": "average", "N": "non_poor", "X": "left_list"}
NEXT = {"P": "PPPPCCN-X", "C": "CCPN-X", "A": "P-", "N": "PC--", "X": "----P", "-": "----PC"}
DISTRICTS = ["829", "831"]
STANDARDS = {"ND07-2021": range(2021, 2027), "ND351-2025": range(2027, 2031)}
KEY = ["area_level", "area_code", "event", "duration_years"]


def lives(seed: int) -> dict[str, str]:
    """One letter a year for every household, as in class_path."""
    chance = random.Random(seed)
    paths = {}
    for number in range(HOUSEHOLDS):
        path = chance.choice("PPC-")
        while len(path) <= LAST - FIRST:
            path += chance.choice(NEXT[path[-1]])
        paths[f"h{number:05d}"] = path
    return paths


def district(household: str) -> str:
    return DISTRICTS[int(household[1:]) % len(DISTRICTS)]


def poor_runs(path: str) -> Iterator[tuple[int, int]]:
    """First and last place of each run of P."""
    for letter, run in groupby(enumerate(path), key=lambda place: place[1]):
        places = [place for place, _ in run]
        if letter == "P":
            yield places[0], places[-1]


def is_start_known(path: str, start: int) -> bool:
    """Every commune is reviewed: only the first year and a gap after a poor year hide a start."""
    if start == 0:
        return False
    if path[start - 1] in "CAN":
        return True
    before = path[:start].replace("-", "").replace("X", "")
    return not before.endswith("P")


def durations(paths: dict[str, str], years: range = range(FIRST, LAST + 1)) -> pd.DataFrame:
    """What a survival analyst of some years would write down: one line a spell (exit) and a line an exit (re-entry)."""
    offset = years.start - FIRST
    rows = []
    for household, whole in paths.items():
        path = whole[offset : years.stop - FIRST]
        runs = list(poor_runs(path))
        rest = whole.rstrip("-")
        left_for_good = len(rest) - 1 - offset if rest.endswith("X") else len(path)
        end_of_sight = min(left_for_good, len(path))
        for number, (start, end) in enumerate(runs):
            after = path[end + 1 : end + 2]
            is_exit = after != "" and after in "CAN"
            if start > 0 and is_start_known(whole, start + offset):
                length = end - start + 1
                rows.append((household, "exit", length if is_exit else length - 1, is_exit))
            if is_exit:
                again = runs[number + 1][0] if number + 1 < len(runs) else None
                seen_until = again if again is not None else end_of_sight - 1
                rows.append((household, "re_entry", seen_until - end - 1, again is not None))
    return pd.DataFrame(rows, columns=["household_id", "event", "duration", "is_event"])


def library_hazards(frame: pd.DataFrame) -> pd.DataFrame:
    """Discrete hazards of the Kaplan-Meier fit, by area and event."""
    import lifelines  # here: it takes seconds, and every test process imports this module

    everywhere = frame.assign(area_level="province", area_code="former-83")
    by_district = frame.assign(area_level="district", area_code=frame.household_id.map(district))
    parts = []
    for names, group in pd.concat([everywhere, by_district]).groupby(["area_level", "area_code", "event"]):
        table = lifelines.KaplanMeierFitter().fit(group.duration, group.is_event).event_table
        table = table[table.index > 0].reset_index(names="duration_years")
        parts.append(table.assign(**dict(zip(KEY, names, strict=False))))
    table = pd.concat(parts)
    table["hazard"] = table.observed / table.at_risk
    table["duration_years"] = table.duration_years.astype(int)
    return table[[*KEY, "at_risk", "observed", "hazard"]].sort_values(KEY).reset_index(drop=True)


@pytest.fixture(scope="module")
def paths() -> dict[str, str]:
    return lives(seed=3)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, paths: dict[str, str]) -> Path:
    """A build file with these lives where the models look for them."""
    home = Home(tmp_path_factory.mktemp("spells") / "home").create()
    rows = pd.DataFrame(
        [
            (household, FIRST + place, CLASS[letter], district(household))
            for household, path in paths.items()
            for place, letter in enumerate(path)
            if letter != "-"
        ],
        columns=["household_id", "survey_year", "poverty_class", "district_code"],
    )
    with duckdb.connect(str(build_file(home))) as connection:
        connection.register("rows", rows)
        connection.execute(
            f"""
            create schema intermediate;
            create schema marts;
            create table intermediate.int_survey_year as
            select cast(survey_year as integer) as survey_year,
                cast(nullif(survey_year - 1, {FIRST - 1}) as integer) as previous_survey_year
            from range({FIRST}, {LAST + 1}) as years (survey_year);
            create table intermediate.int_commune_year_bridge as
            select survey_year, previous_survey_year, '1' as previous_commune_code, true as is_received_before,
                '1' as commune_code
            from intermediate.int_survey_year where previous_survey_year is not null;
            create table marts.fct_household_year as
            select household_id, cast(survey_year as integer) as survey_year, poverty_class, '1' as commune_code,
                '1' as harmonised_commune_code, district_code
            from rows;
            create table marts.fct_household_transition as
            select null::varchar as household_id, null::integer as to_year, null::varchar as movement limit 0;
            """
        )
    models = ("poverty_spell", "poverty_hazard", "dim_year", "hazard_by_standard")
    dbt(home, "run", "--select", "+int_district", *models)
    return build_file(home)


def test_hazards_are_those_of_the_survival_library(database: Path, paths: dict[str, str]) -> None:
    expected = library_hazards(durations(paths))
    with duckdb.connect(str(database), read_only=True) as connection:
        actual = connection.execute(
            f"select {', '.join(KEY)}, at_risk, events as observed, hazard from marts.poverty_hazard"
        ).df()
    # The library has no line for a duration at which nobody's history ends; ours has one, with no event.
    merged = actual.merge(expected, on=KEY, how="left", suffixes=("", "_library"), indicator=True)
    assert (merged._merge == "both").sum() == len(expected)
    assert (merged[merged._merge == "left_only"].observed == 0).all()
    both = merged[merged._merge == "both"]
    assert (both.at_risk == both.at_risk_library).all()
    assert (both.observed == both.observed_library).all()
    assert (both.hazard - both.hazard_library).abs().max() < 1e-12
    assert len(expected) > 30


def test_spells_are_the_runs_of_poor_years(database: Path, paths: dict[str, str]) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        actual = connection.execute(
            "select household_id, start_year - $first, end_year - $first, is_left_censored from marts.poverty_spell",
            {"first": FIRST},
        ).fetchall()
    expected = {
        (household, start, end, not is_start_known(path, start))
        for household, path in paths.items()
        for start, end in poor_runs(path)
    }
    assert set(actual) == expected
    assert len(actual) == len(expected)


@pytest.mark.parametrize(("standard", "years"), STANDARDS.items())
def test_hazards_of_one_standard_know_nothing_of_the_others_years(
    database: Path, paths: dict[str, str], standard: str, years: range
) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select 'province' as area_level, 'former-83' as area_code, event, duration_years, at_risk, "
            "events as observed, hazard from bi.hazard_by_standard where standard_code = ? order by all",
            [standard],
        ).df()
    wanted = library_hazards(durations(paths, years))
    wanted = wanted[wanted.area_level == "province"].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)
    assert set(found.event) == {"exit", "re_entry"}
