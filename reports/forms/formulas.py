"""Formulas of form columns: written once by column name, shown by column number, live in Excel, evaluated here.

A name may point into another form: `(4:poor)`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_OPERAND = re.compile(r"([+\-/]?)\(([^()]+)\)")
Number = int | float


@dataclass(frozen=True)
class Operand:
    """A column that a formula reads, with the sign before it; `form` is None for the formula's own form."""

    sign: str
    column: str
    form: int | None = None


@dataclass(frozen=True)
class Formula:
    """A sum of columns or the ratio of two."""

    operands: tuple[Operand, ...]

    @property
    def is_ratio(self) -> bool:
        """Whether it divides."""
        return self.operands[-1].sign == "/"

    def shown(self, numbers: Callable[[Operand], str]) -> str:
        """As printed in the formula row: `(1)-(2)`."""
        return "".join(f"{operand.sign}{numbers(operand)}" for operand in self.operands)

    def in_excel(self, addresses: Callable[[Operand], str]) -> str:
        """As Excel calculates it; a ratio without a denominator shows nothing."""
        text = self.shown(addresses)
        return f'=IFERROR({text},"")' if self.is_ratio else f"={text}"

    def value(self, values: Sequence[Number | None]) -> Number | None:
        """What it gives for the operands' values; None where there is nothing to calculate with."""
        first, *others = values
        if self.is_ratio:
            return None if first is None or not others[0] else first / others[0]
        if any(value is None for value in values):
            return None
        pairs = zip(self.operands, values, strict=True)
        return sum(-value if operand.sign == "-" else value for operand, value in pairs if value is not None)


def parse_formula(text: str) -> Formula:
    """Read `(a)-(b)` or `(a)/(4:b)`. Raises ValueError for anything else."""
    parts = list(_OPERAND.finditer(text))
    signs = [part[1] for part in parts]
    is_ratio = signs == ["", "/"]
    is_sum = bool(signs) and signs[0] == "" and set(signs[1:]) <= {"+", "-"} and "" not in signs[1:]
    if "".join(part[0] for part in parts) != text or not (is_ratio or is_sum):
        raise ValueError(f"{text!r} is neither a sum nor a ratio of columns in parentheses")
    return Formula(tuple(_operand(part[1], part[2]) for part in parts))


def _operand(sign: str, name: str) -> Operand:
    form, separator, column = name.partition(":")
    return Operand(sign, column, int(form)) if separator else Operand(sign, name)
