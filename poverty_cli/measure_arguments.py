"""What a call of `poverty measure` means: names, weights and the cut-off as exact fractions.

What belongs here: reading options. What does not: files and formulas (`measure`).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm

_LARGEST = 2**62  # of a weighted count of one row, which is a 64-bit number


class WrongCallError(ValueError):
    """The call cannot be answered whatever the file holds: exit code 2."""


@dataclass(frozen=True)
class Weights:
    """Whole numbers of 1 / denominator, one for each indicator."""

    numerators: tuple[int, ...]
    denominator: int

    def threshold(self, cutoff: Fraction) -> int:
        """The least weighted count that is at least the cut-off."""
        return ceil(cutoff * self.denominator)


def names(text: str, option: str) -> list[str]:
    """The names between commas, each once."""
    found = [name.strip() for name in next(csv.reader([text]), [])]
    if not found or not all(found):
        raise WrongCallError(f"{option}: give names separated by commas.")
    repeated = sorted({name for name in found if found.count(name) > 1})
    if repeated:
        raise WrongCallError(f"{option}: {repeated[0]} is named twice.")
    return found


def fraction(text: str, option: str) -> Fraction:
    """1/3, 0.25 or 1, exactly."""
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise WrongCallError(f"{option}: {text.strip()!r} is not a number such as 1/3 or 0.25.") from None


def parse_cutoff(text: str) -> Fraction:
    """The poverty cut-off k, above 0 and at most 1."""
    cutoff = fraction(text, "--cutoff")
    if not 0 < cutoff <= 1:
        raise WrongCallError("--cutoff: must be above 0 and at most 1 (a third is 1/3, not 33).")
    return cutoff


def parse_weights(text: str, indicators: Sequence[str]) -> Weights:
    """Weights of `equal`, `nested:a+b,c` (dimensions, each weighing the same) or one number for each indicator."""
    if text == "equal":
        given = [Fraction(1, len(indicators))] * len(indicators)
    elif text.startswith("nested:"):
        given = _nested(text.removeprefix("nested:"), indicators)
    else:
        given = [fraction(part, "--weights") for part in text.split(",")]
        if len(given) != len(indicators):
            raise WrongCallError(f"--weights: {len(given)} weights for {len(indicators)} indicators.")
    if any(weight <= 0 for weight in given):
        raise WrongCallError("--weights: every weight must be above 0.")
    total = sum(given, Fraction())
    if total != 1:
        raise WrongCallError(f"--weights: must sum to 1, these sum to {total}. Write thirds as 1/3.")
    denominator = lcm(*(weight.denominator for weight in given))
    if denominator > _LARGEST:
        raise WrongCallError("--weights: too many digits; write fractions such as 1/3.")
    return Weights(tuple(int(weight * denominator) for weight in given), denominator)


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
