"""What results tell: numbers and our own column names, whatever Great Expectations puts into a result."""

from datetime import UTC, datetime

from expectations.redaction import expected_text, measured_text, number_text, observed_text, thresholds_text
from expectations.results import CheckResult

LEAKY = {
    "element_count": 10,
    "unexpected_count": 2,
    "partial_unexpected_list": ["Nguyễn Văn A"],
    "observed_value": ["Nguyễn Văn A"],
    "details": {"mismatched": {"unexpected": ["Nguyễn Văn A"]}},
}


def test_only_counts_leave_a_result() -> None:
    assert observed_text("expect_column_values_to_be_in_set", {}, LEAKY) == "2 of 10 rows unexpected"
    assert observed_text("expect_table_row_count_to_be_between", {}, {"observed_value": 1234}) == "1,234"
    assert observed_text("expect_table_row_count_to_be_between", {}, LEAKY) == "could not be evaluated"
    assert observed_text("expect_column_values_to_be_in_set", {}, {}) == "could not be evaluated"


def test_columns_are_named_only_when_we_expect_them() -> None:
    kwargs = {"column_set": ["a", "b"]}
    kind = "expect_table_columns_to_match_set"
    assert observed_text(kind, kwargs, {"observed_value": ["a", "Nguyễn Văn A"]}) == "missing columns: b"
    assert observed_text(kind, kwargs, {"observed_value": ["b", "a", "c"]}) == "all columns are there"
    assert observed_text(kind, kwargs, {}) == "could not be evaluated"


def test_measures_in_words() -> None:
    assert measured_text(0, 0, None, None, ()) == "no values"
    assert measured_text(10, 0, 0.1, 0.25, ()) == "10 values, 0.1 to 0.25; 0 outside"
    assert measured_text(1, 1, 2.5, 83199912345.0, ()) == "1 values, 2.5 to beyond 1,000,000; 1 outside"
    assert measured_text(9, 0, 1e-16, 2e-16, ()) == measured_text(9, 0, 0, 3e-16, ()) == "9 values, 0; 0 outside"
    assert measured_text(3, 2, 5, 5, (2023, None, 2022)) == "3 values, 5; 2 outside (2022, 2023)"


def test_thresholds_in_words() -> None:
    bounds = [(2022, 0, 1), (2021, 0, 1), (2023, None, 0.5), (None, 1, 1), (2024, 2, None)]
    assert thresholds_text(bounds) == "2021-2022: 0 to 1; 2023: at most 0.5; 2024: at least 2; any year: 1"
    assert expected_text({"column": "a", "value_set": ["x", "y"]}) == "column: a; value_set: x, y"


def test_numbers_without_false_precision() -> None:
    assert [number_text(value) for value in (0, 5.0, 1234.5, 0.12345, 1e-9)] == ["0", "5", "1,234", "0.1235", "1e-09"]


def test_a_result_survives_the_wire() -> None:
    result = CheckResult("a.b", "cells_filled", "Tên", "a", "warning", False, "1", "2", datetime.now(UTC))
    assert result.engine == "great_expectations"
    assert CheckResult.from_json(result.to_json()) == result
