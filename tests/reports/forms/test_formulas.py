"""Formulas of form columns: as printed, as Excel calculates them, as we evaluate them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.forms.formulas import Operand, parse_formula


def test_a_sum_in_all_its_forms() -> None:
    formula = parse_formula("(opening)-(gone)+(come)")
    numbers = {"opening": "1", "gone": "2", "come": "3"}
    assert formula.shown(lambda operand: f"({numbers[operand.column]})") == "(1)-(2)+(3)"
    assert formula.in_excel(lambda operand: f"C{numbers[operand.column]}") == "=C1-C2+C3"
    assert formula.value([10, 4, 1]) == 7
    assert formula.value([10, None, 1]) is None


def test_a_ratio_in_all_its_forms() -> None:
    formula = parse_formula("(4:poor)/(all)")
    assert formula.operands == (Operand("", "poor", 4), Operand("/", "all"))
    assert formula.in_excel(lambda operand: operand.column) == '=IFERROR(poor/all,"")'
    assert formula.value([1, 4]) == 0.25
    assert formula.value([0, 4]) == 0
    assert formula.value([1, 0]) is None
    assert formula.value([1, None]) is None
    assert formula.value([None, 4]) is None


@pytest.mark.parametrize("text", ["", "a", "(a)(b)", "(a)*(b)", "(a)/(b)/(c)", "(a)+(b)/(c)", "-(a)", "(a)-", "((a))"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither a sum nor a ratio"):
        parse_formula(text)


@given(st.lists(st.tuples(st.sampled_from("+-"), st.integers(-(10**9), 10**9)), min_size=1, max_size=9))
def test_sums_are_sums(terms: list[tuple[str, int]]) -> None:
    text = "".join(f"{sign if index else ''}(c{index})" for index, (sign, _) in enumerate(terms))
    expected = sum(-value if sign == "-" and index else value for index, (sign, value) in enumerate(terms))
    assert parse_formula(text).value([value for _, value in terms]) == expected
