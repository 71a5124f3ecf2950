"""How many papers a form takes: as few as its letters stay readable on."""

import pytest

from reports.forms.paper import papers_down

HEAD = (9, 11)
NARROW = [10.0] * 10


@pytest.mark.parametrize(
    ("rows", "papers"),
    [
        (33, 1),  # 498 points of room are 33 rows of 15
        (56, 1),  # drawn at 0.59
        (57, 2),
        (109, 2),  # two papers at 0.59 are 1,689 points, 45 of them the repeated heads
        (110, 3),
    ],
)
def test_rows_are_drawn_together_while_letters_stay_readable(rows: int, papers: int) -> None:
    assert papers_down(NARROW, {}, HEAD, rows) == papers


def test_a_wide_form_is_small_already_and_gets_little_smaller() -> None:
    wide = [10.0] * 30  # 1,687 points across on 784 of room: 0.46, and 0.42 at least
    assert [papers_down(wide, {}, HEAD, rows) for rows in (79, 80)] == [1, 2]


def test_high_rows_and_high_heads_take_more_papers() -> None:
    assert papers_down(NARROW, dict.fromkeys(range(1, 57), 30.0), HEAD, 56) == 3
    assert papers_down(NARROW, {9: 400.0}, HEAD, 100) == 4
