"""Every inconsistency of the province was planted: an independent computation finds the planted ones and no other."""

import numpy as np
import pandas as pd
import pytest

from ingestion.reference import read_seed
from ingestion.sample_province.communes import successors, units_of

ABOVE = ["average", "non_poor"]


def _standard(year, column):
    rows = [
        row for row in read_seed("poverty_standards")
        if int(row["first_survey_year"]) <= year <= int(row["last_survey_year"])
    ]  # fmt: skip
    return {row["area_class"]: float(row[column]) if row[column] else np.nan for row in rows}


def _recomputed(year, rows):
    """The class of marts: B1 where there is a cut-off and a score, else income; NaN where nothing can be tested."""
    line, average, cutoff, minimum = (
        rows["area_class"].map(_standard(year, column))
        for column in (
            "income_line_vnd", "average_living_line_vnd", "income_score_cutoff_b1", "min_deprived_indicators",
        )
    )  # fmt: skip
    # F2021 and F2022 have no income column.
    income = rows["income_per_capita_kvnd"] * 1000 if year >= 2025 else pd.Series(np.nan, rows.index)
    is_met = (rows["b1_score"] <= cutoff).where(rows["b1_score"].notna() & cutoff.notna(), income <= line)
    marks = rows.filter(like="is_deprived_").sum(axis=1)
    classes = np.select(
        [is_met & (marks >= minimum), is_met, income <= average], ["poor", "near_poor", "average"], "non_poor"
    )
    return pd.Series(classes, rows.index)


def _findings(province):
    """(kind, year, commune, household code or field) of every inconsistency."""
    found = set()
    before = pd.DataFrame(columns=["true_household_id", "recorded_class", "commune"])
    ever_poor: set[int] = set()
    ever_near: set[int] = set()
    for year, data in province.years.items():
        rows, totals = data.households, data.totals
        is_left = rows["recorded_class"] == "left_list"

        def add(kind, bad, year=year, rows=rows, found=found):
            for row in rows[bad].itertuples():
                found.add((kind, year, row.commune, row.household_code))

        marks = rows.filter(like="is_deprived_").sum(axis=1)
        if year < 2027:
            add("b2_not_ten_times_marks", ~is_left & (rows["b2_score"] != 10 * marks))
        recomputed = _recomputed(year, rows)
        is_unknowable = (rows["recorded_class"] == "average") & (recomputed == "non_poor") & (year < 2025)
        add("recorded_not_recomputed", ~is_left & (rows["recorded_class"] != recomputed) & ~is_unknowable)
        member_rows = rows["household_code"].map(data.members["household_code"].value_counts()).fillna(0)
        add("member_count_not_rows", rows["member_count"] != member_rows)

        listed = rows[rows["recorded_class"].isin(["poor", "near_poor"])]
        for field in totals.columns.drop(["resident_households", "resident_persons"]):
            if field.startswith("deprived_"):
                counted = listed.groupby("commune")[f"is_{field}"].sum()
            else:
                of_class = listed[listed["recorded_class"] == field.rsplit("_", 1)[0]].groupby("commune")
                counted = of_class.size() if field.endswith("households") else of_class["member_count"].sum()
            off = counted.reindex(totals.index, fill_value=0) != totals[field]
            found |= {("totals_not_list", year, commune, field) for commune in totals.index[off]}

        if year > 2021:
            new_code, _ = successors(year)
            old = before[before["recorded_class"] != "left_list"].set_index("true_household_id")
            was = rows["true_household_id"].map(old["recorded_class"]).fillna("not_listed")
            came_from = rows["true_household_id"].map(old["commune"].map(new_code))
            is_elsewhere = came_from.notna() & (came_from != rows["commune"])
            due = old[old["recorded_class"].isin(["poor", "near_poor"])]
            for household in set(due.index) - set(rows["true_household_id"]):
                found.add(("listed_household_without_row", year, new_code[due.at[household, "commune"]], None))
            returns = {
                "poor": rows["true_household_id"].isin(ever_poor),
                "near_poor": rows["true_household_id"].isin(ever_poor | ever_near),
            }
            wanted = _movements(rows, was, returns)
            is_same = rows["movement"].eq(wanted) | (rows["movement"].isna() & wanted.isna())
            add("movement_not_computed", ~(is_same | (rows["movement"].eq("moved_in") & is_elsewhere)))
            assert (rows["previous_class"] == was).all()
        official = rows[~is_left]
        ever_poor |= set(official.loc[official["recorded_class"] == "poor", "true_household_id"])
        ever_near |= set(official.loc[official["recorded_class"] == "near_poor", "true_household_id"])
        before = rows
    return found


def _movements(rows, was, returns):
    """The table of marts.md; arrivals as the commune recorded them. No line of the table: missing."""
    now, on_list = rows["recorded_class"], was.isin(["poor", "near_poor"])
    wanted = pd.Series(pd.NA, rows.index, dtype="str")
    wanted[on_list & now.isin(ABOVE)] = was + "_to_above"
    both = on_list & now.isin(["poor", "near_poor"])
    wanted[both] = (was + "_to_" + now).where(was != now, "stayed_" + now)
    for code, is_return in returns.items():
        enters = ~on_list & (now == code)
        has_arrived = rows["movement"].isin(["moved_in", "split_off"])
        wanted[enters] = rows["movement"].where(has_arrived, f"newly_{code}")
        wanted[enters & is_return] = f"returned_to_{code}"
    return wanted


def test_only_planted_inconsistencies(province):
    found = _findings(province)
    planted = set()
    for row in province.planted.itertuples():
        year, commune = row.survey_year, int(row.commune_code)
        what = row.column_name if row.kind == "totals_not_list" else None
        if row.rows:
            own = province.years[year].households
            own = own[own["commune"] == commune].reset_index(drop=True)
            first = {2021: 9, 2022: 9, 2023: 9, 2024: 9, 2025: 6, 2026: 6}.get(year, 2)
            what = own.at[int(row.rows) - first, "household_code"]
        planted.add((row.kind, year, commune, what))
    assert found == planted
    assert province.planted["kind"].value_counts().min() >= 5


def test_one_class_row_a_household(province):
    for data in province.years.values():
        rows = data.households
        assert rows["household_code"].is_unique
        assert rows.loc[rows["recorded_class"] != "left_list", "true_household_id"].is_unique
        left = rows[rows["recorded_class"] == "left_list"]
        assert (left["member_count"] == 0).all()
        assert left["exit_reason"].notna().all()
        assert rows.loc[rows["recorded_class"] != "left_list", "exit_reason"].isna().all()
        assert set(rows["commune"]) <= set(units_of(data.year))


def test_poor_have_three_deprivations_and_near_poor_fewer(province):
    for data in province.years.values():
        marks = data.households.filter(like="is_deprived_").sum(axis=1)
        assert marks[data.households["recorded_class"] == "poor"].min() >= 3
        assert marks[data.households["recorded_class"] == "near_poor"].max() <= 2


def test_child_needs_are_disjoint(province):
    for data in province.years.values():
        rows = data.households
        employment = ["need_job_search", "need_work_abroad", "need_job_placement", "need_local_vocational_training"]
        assert rows[employment].sum(axis=1).max() == 1
        assert rows.filter(like="_knowledge").filter(like="need_").sum(axis=1).max() == 1


def test_previous_codes_are_mostly_right(province):
    """After a merger nearly every code changes; the old one is still given for most."""
    for year in range(2022, 2031):
        old, new = province.years[year - 1].households, province.years[year].households
        old = old[old["recorded_class"] != "left_list"].set_index("true_household_id")["household_code"]
        right = new["true_household_id"].map(old)
        was_listed = right.notna()
        share = (new["previous_household_code"] == right)[was_listed].mean()
        assert 0.9 < share < 0.999
        assert new.loc[~was_listed, "previous_household_code"].isna().all()
        if year == 2025:
            assert (new["household_code"] == right)[was_listed].mean() < 0.1


def test_every_household_with_a_class_has_one_head_first(province):
    for data in province.years.values():
        members = data.members
        first = members[members["member_number"] == 1]
        assert (first["relation_to_head"] == "head").all()
        assert (members["relation_to_head"] == "head").sum() == len(first)
        head = first.set_index("household_code")["full_name"]
        rows = data.households[data.households["recorded_class"] != "left_list"]
        assert (rows["head_name"].to_numpy() == head.reindex(rows["household_code"]).to_numpy()).all()


@pytest.mark.parametrize("year", [2021, 2023, 2026, 2030])
def test_identities_have_gaps_and_slips(province, year):
    ids = province.years[year].members["citizen_id"]
    assert 0.03 < ids.isna().mean() < 0.4
    lengths = ids.dropna().str.len().value_counts(normalize=True)
    assert set(lengths.index) <= {9, 12}
    assert (9 in lengths.index) == (year <= 2023)
    assert ids.dropna()[ids.dropna().str.len() == 12].str.startswith("083").mean() > 0.99
