"""Numbers and dates as people in Vietnam write them: points group thousands, a comma is the decimal sign."""

NO_VALUE = "–"


def date_vi(iso: str) -> str:
    """A date: 2025-07-01 is `1/7/2025`."""
    year, month, day = iso.split("-")
    return f"{int(day)}/{int(month)}/{year}"


def count_vi(value: int | float | None) -> str:
    """A count: 12345 is `12.345`, None is a dash."""
    return NO_VALUE if value is None else f"{value:,.0f}".replace(",", ".")


def decimal_vi(value: float | None, digits: int = 1) -> str:
    """A decimal number: 1234.5 is `1.234,5`, None is a dash."""
    if value is None:
        return NO_VALUE
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def percent_vi(fraction: float | None, digits: int = 2) -> str:
    """A fraction as percent: 0.0426 is `4,26%`, None is a dash."""
    return NO_VALUE if fraction is None else f"{decimal_vi(100 * fraction, digits)}%"
