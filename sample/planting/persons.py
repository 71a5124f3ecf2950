"""Planted errors of persons: what cannot change, and one number for two.

Heads are left alone, so that every household stays what it was.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd

from sample.planting.lists import ListFinding, ListKind, Lists, last_year, nth_year
from sample.records import NO_BIRTH
from sample.vocabulary import ethnicities

_YEARS_YOUNGER = 7
_DAYS_OF_A_YEAR = 365.25
_ADULTS = (30, 70)
_HAS_NUMBER = 12


def _adults(lists: Lists, members: pd.DataFrame) -> pd.DataFrame:
    """The members who head no household and are grown up, with a year of birth."""
    age = lists.now.year - _birth_year(members)
    is_grown = (age >= _ADULTS[0]) & (age <= _ADULTS[1]) & (members["birth_kind"] != NO_BIRTH)
    return members[is_grown & (members["relation_to_head"] != "head")]


def _birth_year(members: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(members["birth"], unit="D").dt.year


def _of(lists: Lists, commune: int) -> pd.DataFrame:
    return lists.now.members[lists.now.members["commune"] == commune]


def _followed(lists: Lists, commune: int) -> pd.DataFrame:
    """Adults whom last year's list has in the same household under the same name and relation, both only once there.

    The household's code shows which one it was.
    """
    if lists.before is None:
        return _of(lists, commune).iloc[:0]
    rows, members, before = lists.of(commune), _of(lists, commune), lists.before.members
    old_code = rows.set_index("household_code")["previous_household_code"].dropna()
    key = ["household_code", "full_name"]
    once = members[~members.duplicated(key, keep=False)]
    asked = once.assign(label=once.index, household_code=once["household_code"].map(old_code))
    met = asked.merge(
        before[~before.duplicated(key, keep=False)], on=[*key, "relation_to_head"], suffixes=("", "_before")
    )
    is_same = (_birth_year(met) == pd.to_datetime(met["birth_before"], unit="D").dt.year) & (
        met["birth_kind_before"] != NO_BIRTH
    )
    for name in ("sex", "ethnicity"):
        is_same &= met[name] == met[f"{name}_before"]
    followed: pd.DataFrame = _adults(lists, members.loc[met["label"][is_same]])
    return followed


def _changed(lists: Lists, commune: int, check: str, field: str, change: Callable[[Any], Any]) -> list[ListFinding]:
    """One field of a member who is followed from the year before."""
    label = lists.pick(_followed(lists, commune).index)
    if label is None:
        return []
    members = lists.now.members
    members.loc[label, field] = change(members[field][label])
    return [ListFinding(check, commune, "member", field, label)]


def _member_sex_changes(lists: Lists, commune: int) -> list[ListFinding]:
    return _changed(lists, commune, "member_sex_changes", "sex", lambda sex: "male" if sex == "female" else "female")


def _member_ethnicity_changes(lists: Lists, commune: int) -> list[ListFinding]:
    majority, _, minority, *_ = ethnicities()
    return _changed(
        lists, commune, "member_ethnicity_changes", "ethnicity", lambda now: minority if now == majority else majority
    )


def _member_age_goes_back(lists: Lists, commune: int) -> list[ListFinding]:
    return _changed(
        lists, commune, "member_age_goes_back", "birth", lambda day: int(day) + round(_YEARS_YOUNGER * _DAYS_OF_A_YEAR)
    )


def _citizen_id_in_two_households(lists: Lists, commune: int) -> list[ListFinding]:
    """A member without a number gets that of a person of another household."""
    adults = _adults(lists, _of(lists, commune))
    given = lists.pick(adults.index[adults["citizen_id"].str.len() == _HAS_NUMBER])
    if given is None:
        return []
    giver = adults.loc[given]
    is_other = (adults["household_code"] != giver["household_code"]) & (adults["full_name"] != giver["full_name"])
    taker = lists.pick(adults.index[is_other & adults["citizen_id"].isna()])
    if taker is None:
        return []
    lists.now.members.loc[taker, "citizen_id"] = giver["citizen_id"]
    return [
        ListFinding("citizen_id_in_two_households", commune, "member", "citizen_id", label) for label in (given, taker)
    ]


def _person_in_two_communes(lists: Lists, commune: int) -> list[ListFinding]:
    """A person of this commune replaces a member in another one."""
    adults = _adults(lists, _of(lists, commune))
    counted = lists.pick(adults.index[adults["citizen_id"].str.len() == _HAS_NUMBER])
    if counted is None:
        return []
    other = next((code for code in lists.free_communes() if code != commune), None)
    if other is None:
        return []
    large = lists.of(other).query("member_count >= 3")["household_code"]
    there = _adults(lists, _of(lists, other))
    is_like = there["household_code"].isin(large) & (there["sex"] == adults["sex"][counted])
    again = lists.pick(there.index[is_like])
    if again is None:
        return []
    copied = ["full_name", "citizen_id", "birth", "birth_kind"]
    lists.now.members.loc[again, copied] = lists.now.members.loc[counted, copied]
    return [
        ListFinding("person_in_two_communes", code, "member", "citizen_id", label)
        for code, label in ((commune, counted), (other, again))
    ]


KINDS = (
    ListKind("citizen_id_in_two_households", nth_year(4), _citizen_id_in_two_households),
    ListKind("person_in_two_communes", nth_year(6), _person_in_two_communes),
    ListKind("member_sex_changes", last_year, _member_sex_changes),
    ListKind("member_ethnicity_changes", last_year, _member_ethnicity_changes),
    ListKind("member_age_goes_back", last_year, _member_age_goes_back),
)
