"""Rows that two tables do not hold equally often, against `except all` both ways."""

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from base.sql import differing_rows

ROWS = st.lists(
    st.tuples(st.sampled_from([None, 0.0, -0.0, float("nan"), 1.5]), st.sampled_from([None, "", "a", "A"])), max_size=6
)


@given(one=ROWS, other=ROWS)
def test_what_differs_is_what_except_all_leaves_on_either_side(
    one: list[tuple[float | None, str | None]], other: list[tuple[float | None, str | None]]
) -> None:
    with duckdb.connect() as connection:
        for name, rows in (("one", one), ("other", other)):
            connection.execute(f"create table {name} (number double, word varchar)")
            for row in rows:
                connection.execute(f"insert into {name} values (?, ?)", row)
        left = "(from one except all from other) union all (from other except all from one)"
        counts = [
            connection.execute(f"select count(*) > 0 from ({query})").fetchone()
            for query in (left, differing_rows("one", "other"))
        ]
    assert counts[0] == counts[1]
