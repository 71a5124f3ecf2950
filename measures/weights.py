"""Weights as a user or another tool writes them, as whole numbers of parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm

from measures.printed_numbers import LARGEST_DENOMINATOR, Printed, WrongCallError, read_number

_LARGEST = 2**62  # of a weighted count of one row, which is a 64-bit number
_LARGEST_COMMON = 36  # for decimals of few places: larger denominators would fit anything
_PARTS = 10**15  # what weights are rounded to that have no smaller common denominator
_DOUBLES_AGREE = Fraction(1, 10**12)


@dataclass(frozen=True)
class Weights:
    """Whole numbers of 1 / denominator, one for each indicator, and how they were read."""

    numerators: tuple[int, ...]
    denominator: int
    total: Fraction = Fraction(1)
    """What the weights sum to that were given: more than 1 for relative weights."""
    are_as_printed: bool = False
    """Decimals that stand for nothing simpler: the cut-off is then as it is printed, too."""
    tolerance: Fraction = Fraction(0)
    """By how much a weighted count may miss the cut-off, because doubles and rounded parts do."""
    note: str | None = None
    """What a reader of the result should know about the weights."""

    def threshold(self, cutoff: Fraction) -> int:
        """The least weighted count that is at least the cut-off."""
        return ceil((cutoff - self.tolerance) * self.denominator)


def parse_weights(text: str, indicators: Sequence[str]) -> Weights:
    """Weights of `equal`, `nested:a+b,c` (dimensions, each weighing the same) or one number for each indicator."""
    if text == "equal":
        return _parts([Fraction(1, len(indicators))] * len(indicators))
    if text.startswith("nested:"):
        return _parts(_nested(text.removeprefix("nested:"), indicators))
    printed = [read_number(part, "--weights") for part in text.split(",")]
    if len(printed) != len(indicators):
        raise WrongCallError(f"--weights: {len(printed)} weights for {len(indicators)} indicators.")
    if any(weight.value <= 0 for weight in printed):
        raise WrongCallError("--weights: every weight must be above 0.")
    places = max(weight.places for weight in printed)
    return _numbers([weight.at_places(places) for weight in printed])


def _numbers(printed: Sequence[Printed]) -> Weights:
    """The first reading in which the weights sum to 1, else weights relative to their sum."""
    values = [weight.value for weight in printed]
    total = sum(values, Fraction())
    tolerance = _DOUBLES_AGREE if any(weight.is_double for weight in printed) else Fraction(0)
    fractions = [weight.as_fraction() for weight in printed]
    if sum(fractions) == 1:
        return _parts(fractions)
    if total == 1:
        return _parts(values, are_as_printed=True, tolerance=tolerance)
    if abs(total - 1) <= sum(weight.slack for weight in printed):
        simplest = _simplest(printed)
        if simplest:
            return _parts(simplest, note=f"{_sum_of(total)}; read as {', '.join(map(str, simplest))}.")
        note = f"{_sum_of(total)}; each was divided by that." if abs(total - 1) > _DOUBLES_AGREE else None
        return _parts([value / total for value in values], are_as_printed=True, tolerance=tolerance, note=note)
    if total < 1:
        raise WrongCallError(
            f"--weights: must sum to 1, these sum to {shown(total)}. Write thirds as 1/3, relative weights as 2,1,1."
        )
    note = f"{_sum_of(total)}; each was divided by that."
    return _parts([value / total for value in values], total=total, tolerance=tolerance, note=note)


def _simplest(printed: Sequence[Printed]) -> list[Fraction] | None:
    """The simplest fractions that print like these and sum to 1: each by itself, else with one small denominator."""
    for reading in _readings(printed):
        print_so = all(
            abs(fraction - weight.value) <= weight.slack and fraction.denominator <= LARGEST_DENOMINATOR
            for fraction, weight in zip(reading, printed, strict=True)
        )
        if print_so and min(reading) > 0 and sum(reading) == 1:
            return reading
    return None


def _readings(printed: Sequence[Printed]) -> Iterator[list[Fraction]]:
    yield [weight.simplest() for weight in printed]
    for denominator in range(len(printed), _LARGEST_COMMON + 1):
        yield [Fraction(round(weight.value * denominator), denominator) for weight in printed]


def _parts(
    weights: Sequence[Fraction],
    total: Fraction = Fraction(1),
    are_as_printed: bool = False,
    tolerance: Fraction = Fraction(0),
    note: str | None = None,
) -> Weights:
    """Fractions that sum to 1 as whole numbers of their common denominator, rounded where that is too large."""
    denominator = lcm(*(weight.denominator for weight in weights))
    if denominator <= _LARGEST:
        numerators = tuple(int(weight * denominator) for weight in weights)
    else:
        numerators = tuple(round(weight * _PARTS) for weight in weights)
        denominator, tolerance = sum(numerators), _DOUBLES_AGREE
    if not all(numerators):
        raise WrongCallError("--weights: a weight is too small beside the others to be counted.")
    return Weights(numerators, denominator, total, are_as_printed, tolerance, note)


def _sum_of(total: Fraction) -> str:
    return f"--weights: they sum to {shown(total)}, not 1"


def shown(number: Fraction) -> str:
    """A whole number or a decimal to read."""
    return str(number.numerator) if number.denominator == 1 else f"{float(number):.10g}"


def _nested(text: str, indicators: Sequence[str]) -> list[Fraction]:
    """Every dimension weighs the same, and every indicator within it. Dimensions are names joined by +, or sizes."""
    parts = text.split(",")
    if all(part.strip().isdigit() for part in parts):
        sizes = [int(part) for part in parts]
        if sum(sizes) != len(indicators) or not all(sizes):
            raise WrongCallError(f"--weights: dimensions of {sum(sizes)} indicators, but there are {len(indicators)}.")
        return [Fraction(1, len(sizes) * size) for size in sizes for _ in range(size)]
    dimensions = [[name.strip() for name in part.split("+")] for part in parts]
    placed = [name for dimension in dimensions for name in dimension]
    if sorted(placed) != sorted(indicators):
        wrong = sorted(set(placed) ^ set(indicators)) or sorted({name for name in placed if placed.count(name) > 1})
        raise WrongCallError(f"--weights: every indicator must be in one dimension; see {', '.join(wrong)}.")
    of_name = {name: Fraction(1, len(dimensions) * len(members)) for members in dimensions for name in members}
    return [of_name[name] for name in indicators]
