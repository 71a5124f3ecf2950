"""The whole simulated province, made once (about 15 seconds) and read by all test processes."""

import pickle
from dataclasses import dataclass

import pandas as pd
import pytest

from base.home import Home
from sample.generate import planted_lists
from sample.lists import YearList
from sample.planting.sending import Sending
from tests.support.homes import shared_home

SEED = 2021
_PICKLE = "province.pickle"


@dataclass(frozen=True)
class SimulatedProvince:
    """The lists by year after planting, what communes send, and what was planted in the lists."""

    years: dict[int, YearList]
    sendings: dict[int, Sending]
    planted: pd.DataFrame


@pytest.fixture(scope="session")
def province() -> SimulatedProvince:
    made = shared_home("simulated", lambda _: None, _simulate)
    simulated: SimulatedProvince = pickle.loads((made.root / _PICKLE).read_bytes())  # noqa: S301 - written below
    return simulated


def _simulate(home: Home) -> None:
    years, sendings, planted = {}, {}, []
    for year_list, sending, in_lists in planted_lists(SEED, 2030):
        years[year_list.year], sendings[year_list.year] = year_list, sending
        planted.extend(one.as_row() for one in in_lists)
    simulated = SimulatedProvince(years, sendings, pd.DataFrame(planted))
    (home.root / _PICKLE).write_bytes(pickle.dumps(simulated))
