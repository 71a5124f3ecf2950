"""The published figures come out of the simulated lists: 2021 one by one, the later years as series."""

import pandas as pd
import pytest

from base.reference import read_table, units_valid_on
from sample.vocabulary import need_groups

FIGURES = read_table("published_figures_2021")
VALUE = {row["figure_id"]: float(row["value"]) for row in FIGURES}
# F06 is 16,996 (see the seed's own share F07 and the groups); F17 contradicts F16, F39 contradicts F33 + F35.
EXPECTED = VALUE | {"F06": 16_996.0}


@pytest.fixture(scope="session")
def warehouse(province):
    """What the plan counts, by figure_id, computed from the lists and totals of 2021 only."""
    year = province.years[2021]
    units = units_valid_on("2021-12-14")
    rows = year.households.assign(code=year.households["commune"].map("{:05d}".format))
    rows["rural"] = rows["code"].map(lambda code: units[code].area_class == "rural")
    poor, near = rows[rows["recorded_class"] == "poor"], rows[rows["recorded_class"] == "near_poor"]
    both = pd.concat([poor, near])
    residents = year.totals["resident_households"]
    rate = 100 * poor.groupby("commune").size().reindex(residents.index, fill_value=0) / residents
    district = residents.index.map(lambda code: units[f"{code:05d}"].district_code)
    poor_by_district = year.totals["poor_households"].groupby(district).sum()
    district_rate = 100 * poor_by_district / residents.groupby(district).sum()

    parents = {group.code: group.needs for group in need_groups()}
    count = {
        "resident_households": residents.sum(),
        "communes": len(residents),
        "districts": district.nunique(),
        "communes_poor_rate_10_to_17": ((rate >= 10) & (rate <= 17)).sum(),
        "female_headed_households": (both["head_sex"] == "female").sum(),
        "ethnic_minority_headed_households": (both["head_ethnicity"] != "Kinh").sum(),
        "merit_households": both["is_merit_household"].sum(),
        "social_protection_households": both["is_social_protection"].sum(),
        "able_to_escape_households": both["poverty_group"].isin([1, 2]).sum(),
    }
    found = {}
    for row in FIGURES:
        measure, _, detail = row["measure"].partition(":")
        if measure == "households":
            found[row["figure_id"]] = len(poor if row["poverty_class"] == "poor" else near)
        elif measure == "rural_households":
            found[row["figure_id"]] = (poor if row["poverty_class"] == "poor" else near)["rural"].sum()
        elif measure == "deprived_households":
            found[row["figure_id"]] = both[f"is_deprived_{detail}"].sum()
        elif measure == "need_households":
            children = parents.get(detail, (detail,))
            found[row["figure_id"]] = both[[f"need_{child}" for child in children]].any(axis=1).sum()
        elif measure.startswith("group_"):
            found[row["figure_id"]] = (both["poverty_group"] == int(measure[6])).sum()
        elif measure == "poor_rate":
            level, _, code = row["area"].partition(":")
            found[row["figure_id"]] = round(district_rate[code] if level == "district" else rate[int(code)], 2)
        elif measure in count:
            found[row["figure_id"]] = count[measure]
    for row in FIGURES:
        if row["measure"] == "share":
            whole = sum(found[part] for part in row["share_of"].split("/")[1].split("+"))
            found[row["figure_id"]] = round(100 * found[row["share_of"].split("/")[0]] / whole, 2)
    return {"found": found, "rate": rate, "district_rate": district_rate}


@pytest.mark.parametrize("figure_id", [row["figure_id"] for row in FIGURES if row["figure_id"] not in {"F17", "F39"}])
def test_figure_of_2021(warehouse, figure_id):
    assert warehouse["found"][figure_id] == EXPECTED[figure_id]


def test_highest_and_lowest(warehouse):
    assert warehouse["rate"].idxmax() == 29161
    assert warehouse["rate"].max() < 17
    assert warehouse["district_rate"].idxmax() == "836"
    assert warehouse["district_rate"].idxmin() == "829"


def test_one_household_has_no_group(province):
    rows = province.years[2021].households
    listed = rows[rows["recorded_class"].isin(["poor", "near_poor"])]
    assert listed["poverty_group"].isna().sum() == 1


@pytest.mark.parametrize("row", [row for row in read_table("published_series") if int(row["survey_year"]) > 2021])
def test_series(province, row):
    year = province.years[int(row["survey_year"])]
    classes, residents = year.households["recorded_class"], year.totals["resident_households"].sum()
    for code, prefix in (("poor", "poor"), ("near_poor", "near_poor")):
        assert (classes == code).sum() == int(row[f"{prefix}_households"])
        printed = row[f"{prefix}_rate_pct"]
        if printed:
            decimals = len(printed.partition(".")[2])
            assert round(100 * (classes == code).sum() / residents, decimals) == float(printed)


def test_path_to_2030(province):
    """T1 is met, the new standard lifts the rate, T2 is narrowly missed."""
    rate = {
        year: (data.households["recorded_class"] == "poor").sum() / data.totals["resident_households"].sum()
        for year, data in province.years.items()
    }
    assert rate[2025] < 0.03
    assert rate[2026] < rate[2025] < rate[2027]
    assert 0.025 < rate[2030] < 0.026


def test_size(province):
    households = sum(len(year.households) for year in province.years.values())
    members = sum(len(year.members) for year in province.years.values())
    assert 230_000 < households < 275_000
    assert 850_000 < members < 950_000
