"""The lines of the plan page."""

from typing import Any

import pytest

from reports.plan.page import linked, printed_digits, printed_figure, summary


def row(**more: Any) -> dict[str, Any]:
    return {
        "figure_id": "F06",
        "name_vi": "Số hộ cận nghèo",
        "unit": "households",
        "published_value": 15996.0,
        "warehouse_value": 16996.0,
        "difference": 1000.0,
        "is_matched": False,
        "is_self_consistent": False,
        "relations_checked": 3,
        "explanation": "Số in 15.996 mâu thuẫn với F07.",
        **more,
    }


def test_a_figure_is_shown_as_printed_with_its_difference_and_reason() -> None:
    shown = printed_figure(row(), frozenset({"F07"}))
    assert (shown.printed, shown.warehouse, shown.difference, shown.unit) == ("15.996", "16.996", "+1.000", "hộ")
    assert shown.explanation == 'Số in 15.996 mâu thuẫn với <a href="#F07">F07</a>.'


def test_a_share_printed_whole_is_compared_with_decimals() -> None:
    share = {"unit": "percent", "published_value": 40.0, "warehouse_value": 46.44996, "difference": 6.44996}
    shown = printed_figure(row(**share), frozenset())
    assert (shown.printed, shown.warehouse, shown.difference) == ("40", "46,45", "+6,45")


def test_a_figure_that_matches_needs_no_words_and_rounding_is_no_difference() -> None:
    same = {"unit": "percent", "published_value": 4.26, "warehouse_value": 4.2597, "difference": -0.0003}
    shown = printed_figure(row(**same, is_matched=True, is_self_consistent=True), frozenset())
    assert (shown.difference, shown.explanation) == ("0", None)


def test_a_figure_without_warehouse_value_says_so() -> None:
    shown = printed_figure(row(warehouse_value=None, difference=None, is_matched=None), frozenset())
    assert (shown.warehouse, shown.difference, shown.is_matched) == ("–", "–", None)
    assert shown.explanation


@pytest.mark.parametrize(("value", "digits"), [(40.0, 0), (4.3, 1), (94.52, 2), (4.248, 3)])
def test_printed_decimals(value: float, digits: int) -> None:
    assert printed_digits(value, "percent") == digits
    assert printed_digits(value, "households") == 0


def test_a_sentence_is_escaped_and_links_only_what_is_there() -> None:
    assert linked("F01 < F02", frozenset({"F01"})) == '<a href="#F01">F01</a> &lt; F02'


def test_the_summary_counts_every_figure_once() -> None:
    rows = [row(), row(is_matched=True, is_self_consistent=True), row(is_matched=None, is_self_consistent=True)]
    assert summary(rows) == {"total": 3, "matched": 1, "different": 1, "unknown": 1, "contradicting": 1}
