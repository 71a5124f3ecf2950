"""The whole simulated province, once per test session (about 15 seconds)."""

from dataclasses import dataclass

import pandas as pd
import pytest

from sample.generate import planted_lists
from sample.lists import YearList
from sample.planting.sending import Sending

SEED = 2021


@dataclass(frozen=True)
class SimulatedProvince:
    """The lists by year after planting, what communes send, and what was planted in the lists."""

    years: dict[int, YearList]
    sendings: dict[int, Sending]
    planted: pd.DataFrame


@pytest.fixture(scope="session")
def province() -> SimulatedProvince:
    years, sendings, planted = {}, {}, []
    for year_list, sending, in_lists in planted_lists(SEED, 2030):
        years[year_list.year], sendings[year_list.year] = year_list, sending
        planted.extend(one.as_row() for one in in_lists)
    return SimulatedProvince(years, sendings, pd.DataFrame(planted))
