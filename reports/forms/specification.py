"""What each form is, read from `specifications/`: title, header tree, columns with their figure or formula.

A changed form is a changed file; a local variant is a folder of files that stand in for the usual ones. A column has a
`measure` (a name of `figures`), a `formula` over columns, or both: then both must give the same. `repeat` makes a
column of each indicator or ethnic group of the year: `{code}` and `{name}` stand for it. `lines` makes several rows of
each area; `{unit}` and the like in a measure stand for what the line says.
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
OFFICIAL_FORMS = range(1, 11)
STAGES = {True: "chính thức", False: "sơ bộ"}
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
    number: int | None = None
    is_same_for_total: bool = False


@dataclass(frozen=True)
class Line:
    """One of the rows that a form gives each area. `words` stand for the names in braces of measures; a sum is that
    of the other lines."""

    name: str | None
    words: Mapping[str, str]
    is_sum: bool


@dataclass(frozen=True)
class Layout:
    """What a variant does with all forms: rows in two groups with a total, or each district with its communes."""

    rows: str = "grouped"
    has_signatures: bool = True


@dataclass(frozen=True)
class Form:
    """A form as its file says; `tree` still holds repeats. `circular` is the line that names the official form, None
    for a form of our own. `lines_header` is the header of the column with the names of lines, "" where they
    stand among the names of areas."""

    number: int
    title: str
    circular: str | None
    unit: str
    notes: tuple[str, ...]
    area_header: str
    has_year_line: bool
    total: tuple[str, str]
    areas_with: str
    has_moves_between_areas: bool
    lines: tuple[Line, ...]
    lines_header: str
    tree: Sequence[Mapping[str, Any]]

    @property
    def sheet(self) -> str:
        """The name of its worksheet."""
        return sheet_name(self.number)

    @property
    def leading(self) -> int:
        """How many columns come before the figures: running number, name, and the name of the line where it has one."""
        return 3 if self.lines_header else 2

    def columns(self, labels: Labels, stage: str = STAGES[True]) -> list[Column]:
        """The columns of a year, from left to right."""
        leaves = [leaf for root in self.tree for leaf in _leaves(root, (), labels)]
        columns, number = [], 0
        for headers, node in leaves:
            number += not node.get("has_no_number", False)
            shown = tuple(header.replace("{stage}", stage) for header in headers)
            columns.append(_column(shown, node, labels, None if node.get("has_no_number") else number))
        return columns


def sheet_name(number: int) -> str:
    """The worksheet of a form: official ones by their number, ours without one that looks official."""
    return f"Biểu 7.{number}" if number in OFFICIAL_FORMS else f"Bổ sung {number - OFFICIAL_FORMS[-1]}"


def layouts() -> list[str]:
    """The names of the local variants."""
    return sorted(path.parent.name for path in FOLDER.glob("*/layout.yml"))


@cache
def load_layout(name: str | None = None) -> Layout:
    """What a variant does with all forms; the usual layout without a name."""
    return Layout(**yaml.safe_load((FOLDER / name / "layout.yml").read_text(encoding="utf-8"))) if name else Layout()


@cache
def load_forms(layout: str | None = None) -> tuple[Form, ...]:
    """The thirteen forms without personal data, in order; those of a variant where its folder has them. Raises
    ValueError when a file contradicts itself."""
    forms = []
    for number in PUBLIC_FORMS:
        name = f"form_{number:02}.yml"
        own = FOLDER / layout / name if layout else FOLDER / name
        forms.append(_load(own if own.exists() else FOLDER / name, number))
    return tuple(forms)


@dataclass(frozen=True)
class ListColumn:
    """A column of a list of households: which field, how it is shown and what is below it (count, sum, marks)."""

    headers: tuple[str, ...]
    field: str
    kind: str
    width: float
    total: str | None = None
    measure: str | None = None


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
        return sheet_name(self.number)

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
    total = content.get("total", {"number": "", "name": "Tổng cộng (I + II)"})
    return Form(
        number=number,
        title=content["title"],
        circular=content.get("circular"),
        unit=content.get("unit", ""),
        notes=tuple(content.get("notes", ())),
        area_header=content.get("area_header", "Khu vực/Đơn vị"),
        has_year_line=content.get("has_year_line", False),
        total=(total["number"], total["name"]),
        areas_with=content.get("areas_with", "area"),
        has_moves_between_areas=content.get("has_moves_between_areas", False),
        lines=tuple(_line(line) for line in content.get("lines", ({},))),
        lines_header=content.get("lines_header", ""),
        tree=content["columns"],
    )


def _line(content: Mapping[str, Any]) -> Line:
    words = {name: value for name, value in content.items() if name not in ("name", "sum")}
    return Line(content.get("name"), words, content.get("sum", False))


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
            yield from _leaves(child, (*above, _header(node, labels)), labels)
    else:
        # A column without a header of its own stands below its group's, by its number alone.
        yield ((*above, node["header"]) if "header" in node else above), node


def _header(node: Mapping[str, Any], labels: Labels) -> str:
    """The header of a group; `{legend}` says what its numbered columns are."""
    header = str(node["header"])
    if "legend" not in node:
        return header
    names = (f"{number}: {name}" for number, (_, name) in enumerate(labels[node["legend"]], start=1))
    return header.replace("{legend}", "; ".join(names))


def _column(headers: tuple[str, ...], node: Mapping[str, Any], labels: Labels, number: int | None) -> Column:
    measure, formula = node.get("measure"), node.get("formula")
    if measure is None and formula is None and not node.get("is_blank"):
        raise ValueError(f"column {headers[-1]!r} has neither a measure nor a formula")
    if formula and "over" in node:
        one = formula.removeprefix("Σ")
        formula = "+".join(one.replace("{code}", code) for code, _ in labels[node["over"]])
    return Column(
        name=str(node.get("name") or measure or formula),
        headers=headers,
        measure=measure,
        formula=parse_formula(formula) if formula else None,
        number_format=node.get("format", COUNT),
        number=number,
        is_same_for_total=node.get("is_same_for_total", False),
    )


def _filled(value: Any, code: str, name: str) -> Any:
    if isinstance(value, str):
        return value.replace("{code}", code).replace("{name}", name)
    if isinstance(value, Mapping):
        return {key: _filled(child, code, name) for key, child in value.items()}
    if isinstance(value, list):
        return [_filled(child, code, name) for child in value]
    return value
