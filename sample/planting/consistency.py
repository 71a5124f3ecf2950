"""Planted errors of level consistency: parts of a file, or a household's years, that do not agree.

No kind changes the recorded class of a row or the household counts of a total sheet.
"""

from sample.planting.lists import ListFinding, ListKind, Lists, later_years, scored_years
from sample.scores import lines_of
from sample.vocabulary import survey_years


def _b2_not_ten_times_marks(lists: Lists, commune: int) -> list[ListFinding]:
    rows = lists.of(commune)
    label = lists.pick(rows.index[rows["b1_score"].notna() & rows["b2_score"].ge(10)])
    if label is None:
        return []
    lists.households.loc[label, "b2_score"] = float(rows["b2_score"][label]) + 10
    return [ListFinding("b2_not_ten_times_marks", commune, "household", "b2_score", label)]


def _recorded_not_recomputed(lists: Lists, commune: int) -> list[ListFinding]:
    """The test's score or income moves to the other side of the line; the recorded class stays."""
    rows, lines = lists.of(commune), lines_of(lists.now.year)
    label = lists.pick(rows.index[rows["recorded_class"] == "poor"])
    if label is None:
        return []
    side = int(rows["area_class"][label] == "urban")
    if lines.cutoff_b1 is not None:
        lists.households.loc[label, "b1_score"] = lines.cutoff_b1[side] + 6.5
    else:
        lists.households.loc[label, "income_per_capita_kvnd"] = lines.income[side] + 150
    return [ListFinding("recorded_not_recomputed", commune, "household", "recorded_class", label)]


def _member_count_not_rows(lists: Lists, commune: int) -> list[ListFinding]:
    """A member's row is missing; the count stays."""
    rows, members = lists.of(commune), lists.now.members
    label = lists.pick(rows.index[rows["member_count"] >= 3])
    if label is None:
        return []
    own = members.index[members["household_code"] == rows["household_code"][label]]
    lists.now.members = members.drop(own[-1])
    return [ListFinding("member_count_not_rows", commune, "household", "member_count", label)]


def _totals_not_list(lists: Lists, commune: int) -> list[ListFinding]:
    totals = lists.now.totals
    fields = [field for field in totals.columns if field.startswith("deprived_") or field.endswith("poor_persons")]
    field = fields[int(lists.rng.integers(0, len(fields)))]
    totals.loc[commune, field] = int(totals[field][commune]) + int(lists.rng.integers(1, 4))
    return [ListFinding("totals_not_list", commune, "total", field)]


def _listed_household_without_row(lists: Lists, commune: int) -> list[ListFinding]:
    """A household of last year's list that is gone has no row, where a left-list row is due."""
    rows = lists.of(commune)
    label = lists.pick(rows.index[rows["exit_reason"] == "dissolved"])
    if label is None:
        return []
    remark = f"its code last year: {rows['previous_household_code'][label]}"
    lists.now.households = lists.households.drop(label)
    return [ListFinding("listed_household_without_row", commune, "household", "household_code", remark=remark)]


def _movement_not_computed(lists: Lists, commune: int) -> list[ListFinding]:
    rows = lists.of(commune)
    label = lists.pick(rows.index[rows["movement"] == "stayed_poor"])
    if label is None:
        return []
    lists.households.loc[label, "movement"] = "near_poor_to_poor"
    return [ListFinding("movement_not_computed", commune, "household", "movement", label)]


KINDS = (
    ListKind("listed_household_without_row", later_years, _listed_household_without_row),
    ListKind("b2_not_ten_times_marks", scored_years, _b2_not_ten_times_marks),
    ListKind("recorded_not_recomputed", survey_years, _recorded_not_recomputed),
    ListKind("member_count_not_rows", survey_years, _member_count_not_rows),
    ListKind("totals_not_list", survey_years, _totals_not_list),
    ListKind("movement_not_computed", later_years, _movement_not_computed),
)
