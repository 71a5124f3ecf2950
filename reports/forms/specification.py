"""What each form is, read from `specifications/`: title, header tree, columns with their figure or formula.

A changed form is a changed file. A column has a `measure` (a name of `figures`), a `formula` over columns, or both:
then both must give the same. `repeat` makes a column of each indicator, cause or ethnic group of the year: `{code}`
and `{name}` stand for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reports.forms.formulas import Formula, parse_formula

FOLDER = Path(__file__).resolve().parent / "specifications"
PUBLIC_FORMS = range(1, 14)
LISTS = (14, 15)
COUNT = "count"
Labels = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Column:
    """One column: its headers from the top down, its name for formulas, where its figures come from."""

    name: str
    headers: tuple[str, ...]
    measure: str | None
    formula: Formula | None
    number_format: str


@dataclass(frozen=True)
class Form:
    """A form as its file says; `columns` still holds the tree with repeats."""

    number: int
    title: str
    unit: str
    notes: tuple[str, ...]
    areas_with: str
    has_moves_between_areas: bool
    tree: Sequence[Mapping[str, Any]]

    @property
    def sheet(self) -> str:
        """The name of its worksheet."""
        return f"Biểu {self.number}"

    def columns(self, labels: Labels) -> list[Column]:
        """The columns of a year, from left to right."""
        return [_column(headers, node) for root in self.tree for headers, node in _leaves(root, (), labels)]


@cache
def load_forms() -> tuple[Form, ...]:
    """The thirteen forms without personal data, in order. Raises ValueError when a file contradicts itself."""
    return tuple(_load(FOLDER / f"form_{number:02}.yml", number) for number in PUBLIC_FORMS)


@dataclass(frozen=True)
class ListColumn:
    """A column of a list of households: which field, how it is shown and what is below it (count, sum, marks)."""

    headers: tuple[str, ...]
    field: str
    kind: str
    width: float
    total: str | None
    measure: str | None


@dataclass(frozen=True)
class HouseholdList:
    """A list of households with personal data as its file says."""

    number: int
    title: str
    unit: str
    notes: tuple[str, ...]
    poverty_class: str
    tree: Sequence[Mapping[str, Any]]

    @property
    def sheet(self) -> str:
        """The name of its worksheet."""
        return f"Biểu {self.number}"

    def columns(self, labels: Labels) -> list[ListColumn]:
        """The columns of a year, from left to right."""
        return [
            ListColumn(headers, node["field"], node["kind"], node["width"], node.get("total"), node.get("measure"))
            for root in self.tree
            for headers, node in _leaves(root, (), labels)
        ]


@cache
def load_lists() -> tuple[HouseholdList, ...]:
    """The two forms with personal data, in order."""
    lists = []
    for number in LISTS:
        content = yaml.safe_load((FOLDER / f"form_{number}.yml").read_text(encoding="utf-8"))
        lists.append(
            HouseholdList(
                number,
                content["title"],
                content["unit"],
                tuple(content["notes"]),
                content["poverty_class"],
                content["columns"],
            )
        )
    return tuple(lists)


def _load(path: Path, number: int) -> Form:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Form(
        number=number,
        title=content["title"],
        unit=content["unit"],
        notes=tuple(content.get("notes", ())),
        areas_with=content.get("areas_with", "area"),
        has_moves_between_areas=content.get("has_moves_between_areas", False),
        tree=content["columns"],
    )


def _leaves(
    node: Mapping[str, Any], above: tuple[str, ...], labels: Labels
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """The lowest nodes of a header tree with their headers from the top down, repeats filled in."""
    if "repeat" in node:
        template = {key: value for key, value in node.items() if key != "repeat"}
        for code, name in labels[node["repeat"]]:
            yield from _leaves(_filled(template, code, name), above, labels)
    elif "columns" in node:
        for child in node["columns"]:
            yield from _leaves(child, (*above, node["header"]), labels)
    else:
        yield (*above, node["header"]), node


def _column(headers: tuple[str, ...], node: Mapping[str, Any]) -> Column:
    measure, formula = node.get("measure"), node.get("formula")
    if measure is None and formula is None:
        raise ValueError(f"column {node['header']!r} has neither a measure nor a formula")
    return Column(
        name=str(node.get("name") or measure or formula),
        headers=headers,
        measure=measure,
        formula=parse_formula(formula) if formula else None,
        number_format=node.get("format", COUNT),
    )


def _filled(value: Any, code: str, name: str) -> Any:
    if isinstance(value, str):
        return value.replace("{code}", code).replace("{name}", name)
    if isinstance(value, Mapping):
        return {key: _filled(child, code, name) for key, child in value.items()}
    if isinstance(value, list):
        return [_filled(child, code, name) for child in value]
    return value
