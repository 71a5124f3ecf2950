"""The whole simulated province, once per test session (about 12 seconds)."""

from dataclasses import dataclass

import pandas as pd
import pytest

from ingestion.forms import form_of_year, load_forms
from ingestion.sample_province.lists import YearList
from ingestion.sample_province.planting import plant
from ingestion.sample_province.simulation import simulate

SEED = 2021


@dataclass(frozen=True)
class SimulatedProvince:
    """The lists by year after planting, and what was planted."""

    years: dict[int, YearList]
    planted: pd.DataFrame


@pytest.fixture(scope="session")
def province() -> SimulatedProvince:
    forms = load_forms()
    years, planted = {}, []
    for year_list in simulate(SEED, 2030):
        form = form_of_year(forms, year_list.year)
        assert form is not None
        planted.extend(plant(SEED, year_list, form))
        years[year_list.year] = year_list
    return SimulatedProvince(years, pd.DataFrame(planted))
