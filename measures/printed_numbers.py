"""Numbers as other tools print them: the exact fraction that a rounded decimal means."""

import math
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

LARGEST_DENOMINATOR = 360  # fractions up to it are 1/129,600 apart, so six places tell them from each other
_MANY_PLACES = 4  # nobody chooses 0.3333 or 0.1667 for what it is
_SIGNIFICANT_DIGITS_OF_A_DOUBLE = 15
_ULPS = 4  # what a division or two leave in a double, as in 1 / 3 / 6


class WrongCallError(ValueError):
    """The call cannot be answered whatever the file holds: exit code 2."""


@dataclass(frozen=True)
class Printed:
    """A number as it is written, and how far the number that is meant may be from it."""

    value: Fraction
    slack: Fraction
    places: int
    is_double: bool

    def at_places(self, places: int) -> "Printed":
        """The same number in a list printed to so many places: if it has few, it has lost zeros at its end."""
        return replace(self, slack=min(self.slack, Fraction(1, 2 * 10**places))) if self.places < _MANY_PLACES else self

    def as_fraction(self) -> Fraction:
        """What is meant: few places as they stand, many as the simple fraction that prints so, if there is one."""
        if self.places < _MANY_PLACES:
            return self.value
        simplest = self.simplest()
        return simplest if simplest.denominator <= (36 if self.places < 6 else LARGEST_DENOMINATOR) else self.value

    def simplest(self) -> Fraction:
        """The fraction with the least denominator that prints so."""
        return _simplest_between(self.value - self.slack, self.value + self.slack)


def read_number(text: str, option: str) -> Printed:
    """1/3, 0.25, 1 or 5.6e-2; a fraction and a whole number are exact, a decimal may be rounded."""
    text = text.strip()
    try:
        value = Fraction(text)
        decimal = Decimal(text) if "/" not in text else None
    except (ValueError, ZeroDivisionError, InvalidOperation):
        raise WrongCallError(f"{option}: {text!r} is not a number such as 1/3 or 0.25.") from None
    if decimal is None or value.denominator == 1:
        return Printed(value, Fraction(0), 0, is_double=False)
    _, digits, exponent = decimal.as_tuple()
    places = max(-int(exponent), 0)
    slack = Fraction(1, 2 * 10**places)
    is_double = max(len(digits), places) >= _SIGNIFICANT_DIGITS_OF_A_DOUBLE
    if is_double:
        slack += _ULPS * Fraction(math.ulp(float(value)))  # a double that was rounded once more to be printed
    return Printed(value, slack, places, is_double)


def _simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the least denominator from low to high, by their continued fractions."""
    whole = math.ceil(low)
    if whole <= high:
        return Fraction(whole)
    below = math.floor(low)
    return below + 1 / _simplest_between(1 / (high - below), 1 / (low - below))
