"""One year's lists as frames: household rows, member rows and totals, in the fields of the form maps."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sample import calibration
from sample.flows import Rows
from sample.records import record_persons
from sample.tables import Population
from sample.vocabulary import (
    CLASS_NAMES,
    EXIT_NAMES,
    FEMALE,
    LEFT_LIST,
    NEAR_POOR,
    RELATION_NAMES,
    SEX_NAMES,
    causes,
    ethnicities,
    indicators,
    needs,
)

_NOTES = ("Hộ neo đơn", "Có người bệnh dài ngày", "Đi làm ăn xa", "Nhà đang sửa", "Xin hỗ trợ vay vốn")


@dataclass
class YearList:
    """One survey year of the territory.

    `households`: a row per list row, sorted by commune and code; the fields of the household sheet (codes, not
    labels) and `commune`, `true_household_id`. `members`: a row per person, in the order of the households.
    `totals`: a row per commune, the fields of the total sheet. Births are day numbers with a `birth_kind`.
    """

    year: int
    households: pd.DataFrame
    members: pd.DataFrame
    totals: pd.DataFrame


@dataclass(frozen=True)
class Findings:
    """What the review found, one entry per row of the list (left-list rows: zeros)."""

    flags: np.ndarray
    b1: np.ndarray
    income: np.ndarray
    movement: np.ndarray
    code: np.ndarray
    code_number: np.ndarray
    previous_code: np.ndarray
    needs_persons: np.ndarray  # no code shows who the household was before: its persons have to
    head: np.ndarray  # person number
    is_urban: np.ndarray


def build_list(
    population: Population,
    rng: np.random.Generator,
    year: int,
    rows: Rows,
    found: Findings,
    residents: dict[int, int],
    resident_persons: dict[int, int],
    active: np.ndarray,
) -> YearList:
    """The year's frames. `active` says which indicators the year's form has. How persons were recorded is kept."""
    persons = population.persons
    order = np.lexsort((found.code_number, rows.commune))
    is_left = rows.classes[order] == LEFT_LIST
    household = rows.household[order]
    row_of = np.full(len(population.households), -1, np.int64)
    row_of[household[~is_left]] = np.flatnonzero(~is_left)

    members = population.members_of(row_of >= 0)
    owner = row_of[persons["household"][members]]
    members = members[np.lexsort((persons["birth"][members], persons["relation"][members], owner))]
    owner = row_of[persons["household"][members]]
    left_heads = found.head[order][is_left]
    is_spared = np.concatenate([found.needs_persons[order][owner], np.zeros(len(left_heads), bool)])
    record = record_persons(population, rng, year, np.concatenate([members, left_heads]), is_spared)

    is_first = np.concatenate([[True], owner[1:] != owner[:-1]])
    start = np.flatnonzero(is_first)
    head_record = np.empty(len(order), np.int64)
    head_record[owner[start]] = start
    head_record[is_left] = len(members) + np.arange(is_left.sum())
    count = np.bincount(owner, minlength=len(order))

    households = _household_frame(population, rng, rows, found, order, active)
    head_person = np.concatenate([members, left_heads])[head_record]
    for name, values in (
        ("head_name", record["name"].to_numpy()[head_record]),
        ("head_citizen_id", record["citizen_id"].to_numpy()[head_record]),
        ("head_birth", record["birth"].to_numpy()[head_record]),
        ("head_birth_kind", record["birth_kind"].to_numpy()[head_record]),
        ("head_sex", np.array(SEX_NAMES, object)[persons["sex"][head_person]]),
        ("head_ethnicity", np.array(ethnicities(), object)[persons["ethnicity"][head_person]]),
        ("member_count", count),
    ):
        households[name] = values

    age = population.ages(year)[members]
    uninsured = _lacks_insurance(households)[owner]
    insured = ~uninsured | (rng.random(len(members)) < 0.45) | (age < 6)
    insured[is_first] = ~uninsured[is_first]
    is_female = persons["sex"][members] == FEMALE
    frame = record.iloc[: len(members)].reset_index(drop=True).rename(columns={"name": "full_name"})
    frame = frame.assign(
        commune=rows.commune[order][owner],
        household_code=households["household_code"].to_numpy()[owner],
        member_number=np.arange(len(members)) - np.repeat(start, np.diff(np.append(start, len(members)))) + 1,
        sex=np.array(SEX_NAMES, object)[is_female.astype(np.int64)],
        ethnicity=np.array(ethnicities(), object)[persons["ethnicity"][members]],
        relation_to_head=np.array(RELATION_NAMES, object)[persons["relation"][members]],
        has_health_insurance=insured,
    )
    return YearList(year, households, frame, totals_of(households, residents, resident_persons, active))


def _lacks_insurance(households: pd.DataFrame) -> np.ndarray:
    """Whether each household lacks the indicator that the members' insurance must agree with."""
    names = [f"is_deprived_{code}" for code in calibration.subjects("indicator_of_insurance")]
    lacks: np.ndarray = households.reindex(columns=names, fill_value=False).any(axis=1).to_numpy()
    return lacks


def _household_frame(
    population: Population,
    rng: np.random.Generator,
    rows: Rows,
    found: Findings,
    order: np.ndarray,
    active: np.ndarray,
) -> pd.DataFrame:
    """The household rows without what comes from the members."""
    table = population.households
    household, classes = rows.household[order], rows.classes[order]
    is_left, is_in = classes == LEFT_LIST, classes <= NEAR_POOR
    flags = found.flags[order]
    group = table["group"][household].astype(np.float64)
    note = np.full(len(order), None, object)
    noted = np.flatnonzero(rng.random(len(order)) < 0.02)
    note[noted] = np.array(_NOTES, object)[rng.integers(0, len(_NOTES), len(noted))]
    columns: dict[str, np.ndarray] = {
        "commune": rows.commune[order],
        "true_household_id": household,
        "household_code": found.code[order],
        "previous_household_code": found.previous_code[order],
        "hamlet": table["hamlet"][household],
        "area_class": np.where(found.is_urban[order], "urban", "rural").astype(object),
        "previous_class": np.array(CLASS_NAMES, object)[table["previous"][household]],
        "b1_score": np.where(is_left, np.nan, found.b1[order]),
        "b2_score": np.where(is_left, np.nan, 10.0 * flags.sum(axis=1)),
        "income_per_capita_kvnd": np.where(is_left, np.nan, found.income[order]),
        "recorded_class": np.array(CLASS_NAMES, object)[classes],
        "movement": found.movement[order],
        "exit_reason": np.array(EXIT_NAMES, object)[rows.exit[order]],
        "poverty_group": np.where(is_in & (group > 0), group, np.nan),
        "is_merit_household": table["is_merit"][household] & ~is_left,
        "is_social_protection": table["is_social"][household] & ~is_left,
        "lacks_labour_capacity": (group == 3) & ~is_left,
        "note": note,
    }
    for number, code in enumerate(indicators()):
        if active[number]:
            columns[f"is_deprived_{code}"] = flags[:, number]
    for number, code in enumerate(causes()):
        columns[f"cause_{code}"] = table["causes"][household, number] & is_in
    for number, code in enumerate(needs()):
        columns[f"need_{code}"] = table["needs"][household, number] & is_in
    return pd.DataFrame(columns)


def totals_of(
    households: pd.DataFrame, residents: dict[int, int], resident_persons: dict[int, int], active: np.ndarray
) -> pd.DataFrame:
    """The communes' totals, computed from the list; deprivations count poor and near-poor together."""
    fields = [f"{code}_{unit}" for code in ("poor", "near_poor") for unit in ("households", "persons")]
    fields += [f"deprived_{code}" for number, code in enumerate(indicators()) if active[number]]
    totals = pd.DataFrame({"resident_households": residents, "resident_persons": resident_persons}).sort_index()
    return totals.join(listed_counts(households, totals.reindex(columns=fields)))


def listed_counts(households: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """The fields of the totals that can be counted in the list, by commune."""
    columns: dict[str, pd.Series] = {}
    listed = households[households["recorded_class"].isin(["poor", "near_poor"])].groupby("commune")
    for code in ("poor", "near_poor"):
        own = households[households["recorded_class"] == code].groupby("commune")["member_count"]
        columns[f"{code}_households"], columns[f"{code}_persons"] = own.size(), own.sum()
    for field in totals.columns:
        if field.startswith("deprived_"):
            columns[field] = listed[f"is_{field}"].sum()
    return pd.DataFrame(columns).reindex(totals.index).fillna(0).astype(np.int64)
