"""docs/adding-a-survey-year.md, followed: an indicator, a need, a standard, a form and a survey year by rows alone."""

from collections.abc import Iterator

import duckdb
import pytest

from base.release_layout import DATABASE
from tests.support.real_run import STANDARD, YEAR, real_run

pytestmark = pytest.mark.build

OF_THE_COMMUNE = f"survey_year = {YEAR} and area_code = '29158' and boundary = 'harmonised'"


@pytest.fixture(scope="module")
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(real_run().current / DATABASE), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select standard_code, position from marts.dim_indicator where indicator_code = 'internet'", [(STANDARD, 13)]),
        ("select standard_code, is_deprived_internet, need_tools from marts.fct_household_year "
         f"where survey_year = {YEAR} order by source_row",
         [(STANDARD, True, True), (STANDARD, False, False)]),
        (f"select poor_households from marts.area_year where {OF_THE_COMMUNE}", [(2,)]),
        (f"select deprived_households from marts.indicator_area_year where {OF_THE_COMMUNE} "
         "and indicator_code = 'internet' and poverty_class = 'poor'", [(1,)]),
        (f"select households from marts.need_area_year where {OF_THE_COMMUNE} and need_code = 'tools'", [(1,)]),
    ],
)  # fmt: skip
def test_what_was_added_by_rows_is_published(
    published: duckdb.DuckDBPyConnection, query: str, expected: list[tuple[object, ...]]
) -> None:
    assert published.execute(query).fetchall() == expected
