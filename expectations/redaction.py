"""The wording of `observed` and `expected`: counts and our own column names, never the value of a cell.

Great Expectations' results and exceptions hold offending values, so they are read field by field and nothing else is
passed on.
"""

from collections.abc import Iterable
from typing import Any

NOT_EVALUATED = "could not be evaluated"
_LIMIT = 1_000_000
_NOISE = 1e-12

_COLUMN_SET_TYPES = frozenset({"expect_table_columns_to_match_set"})
_ROW_TYPES = frozenset(
    {
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_be_between",
        "expect_column_values_to_not_be_null",
        "expect_column_value_lengths_to_equal",
        "expect_column_values_to_be_unique",
    }
)
_NUMBER_TYPES = frozenset({"expect_table_row_count_to_be_between", "expect_column_mean_to_be_between"})
TELLABLE_TYPES = _COLUMN_SET_TYPES | _ROW_TYPES | _NUMBER_TYPES


def observed_text(expectation_type: str, kwargs: dict[str, Any], result: dict[str, Any]) -> str:
    """What one of Great Expectations' own types found."""
    if expectation_type in _COLUMN_SET_TYPES:
        if "observed_value" not in result:
            return NOT_EVALUATED
        present = set(result["observed_value"])
        missing = [column for column in kwargs["column_set"] if column not in present]
        return f"missing columns: {', '.join(missing)}" if missing else "all columns are there"
    if expectation_type in _ROW_TYPES and isinstance(result.get("element_count"), int):
        unexpected = int(result.get("unexpected_count") or 0)
        return f"{unexpected:,} of {result['element_count']:,} rows unexpected"
    value = result.get("observed_value")
    if expectation_type in _NUMBER_TYPES and isinstance(value, int | float):
        return number_text(value)
    return NOT_EVALUATED


def expected_text(kwargs: dict[str, Any]) -> str:
    """The arguments of one of Great Expectations' own types."""
    if "column_set" in kwargs:
        return f"{len(kwargs['column_set'])} columns are there"
    return "; ".join(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in kwargs.items()
    )


def measured_text(
    count: int, outside: int, lowest: float | None, highest: float | None, years: Iterable[int | None]
) -> str:
    """What a measure found: how many values, their range, and the years of those outside the thresholds."""
    if not count or lowest is None or highest is None:
        return "no values"
    span = _limited(lowest)
    if span != _limited(highest):
        span = f"{span} to {_limited(highest)}"
    named = ", ".join(str(year) for year in sorted(year for year in years if year is not None))
    return f"{count:,} values, {span}; {outside:,} outside" + (f" ({named})" if named else "")


def thresholds_text(bounds: Iterable[tuple[int | None, float | None, float | None]]) -> str:
    """Thresholds by survey year, neighbouring years with the same bounds together."""
    spans: list[tuple[list[int | None], str]] = []
    for year, minimum, maximum in sorted(bounds, key=lambda bound: (bound[0] is None, bound[0] or 0)):
        text = _bounds_text(minimum, maximum)
        if spans and spans[-1][1] == text and year is not None:
            spans[-1][0].append(year)
        else:
            spans.append(([year], text))
    return "; ".join(f"{_years_text(years)}{text}" for years, text in spans)


def number_text(value: float) -> str:
    """A number without false precision."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) < 0.0001:
        return f"{value:.1g}"
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _limited(value: float) -> str:
    """A measured number, unless it is so large that it can only come from a column of identity or phone numbers.

    What is smaller than doubles can tell is 0: how sums are rounded differs from run to run, and a release that is
    built again must say the same.
    """
    if abs(value) < _NOISE:
        return "0"
    return number_text(value) if abs(value) < _LIMIT else f"beyond {number_text(_LIMIT)}"


def _bounds_text(minimum: float | None, maximum: float | None) -> str:
    if minimum is None or maximum is None:
        return f"at least {number_text(minimum)}" if minimum is not None else f"at most {number_text(maximum or 0)}"
    return number_text(minimum) if minimum == maximum else f"{number_text(minimum)} to {number_text(maximum)}"


def _years_text(years: list[int | None]) -> str:
    if years == [None]:
        return "any year: "
    return f"{years[0]}: " if len(years) == 1 else f"{years[0]}-{years[-1]}: "
