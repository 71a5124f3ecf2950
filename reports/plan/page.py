"""Writing the plan page: the printed figures of section I and of the yearly series beside the warehouse.

A printed value is shown as printed and never corrected.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from reports.certainty import Certainty
from reports.numbers import NO_VALUE, decimal_vi
from reports.page import Site, write_page
from reports.tables import Row, open_release

PAGE = "plan/index.html"
_SECTIONS = {
    "I.1": "Kết quả rà soát",
    "I.2": "Thiếu hụt các dịch vụ xã hội cơ bản của hộ nghèo, hộ cận nghèo",
    "I.3": "Hộ nghèo, hộ cận nghèo theo nhóm",
    "I.4": "Nhu cầu hỗ trợ của hộ nghèo, hộ cận nghèo",
}
_UNITS = {"households": "hộ", "percent": "%", "communes": "xã", "districts": "huyện"}
_LEAST_PERCENT_DIGITS = 2
# Counted in the reference, not in what communes sent.
_OF_THE_TERRITORY = ("communes", "districts")


@dataclass(frozen=True)
class PrintedFigure:
    """One line of the page, ready to read; `is_matched` is None where the warehouse has no value,
    `is_questioned` says that something is open about that value."""

    figure_id: str
    name: str
    unit: str
    printed: str
    warehouse: str
    difference: str
    is_matched: bool | None
    is_self_consistent: bool
    relations_checked: int
    explanation: Markup | None
    is_questioned: bool


def printed_digits(value: float, unit: str) -> int:
    """How many decimals a figure is printed with: at most three, none for counts."""
    if unit != "percent":
        return 0
    return next(digits for digits in range(4) if digits == 3 or abs(round(value, digits) - value) < 1e-9)


def printed_figure(row: Row, known: frozenset[str], *, is_questioned: bool = False) -> PrintedFigure:
    """A row of `quality.published_figure` as the page shows it.

    Args:
        row: the row.
        known: ids of the figures that the page has, to which a sentence links.
        is_questioned: whether something is open about the warehouse's value.
    """
    digits = printed_digits(row["published_value"], row["unit"])
    shown = max(digits, _LEAST_PERCENT_DIGITS) if row["unit"] == "percent" else 0
    difference = NO_VALUE
    if row["difference"] is not None:
        rounded = round(row["difference"], shown)
        difference = "0" if rounded == 0 else ("+" if rounded > 0 else "−") + decimal_vi(abs(rounded), shown)
    needs_words = row["is_matched"] is not True or not row["is_self_consistent"]
    return PrintedFigure(
        figure_id=row["figure_id"],
        name=row["name_vi"],
        unit=_UNITS[row["unit"]],
        printed=decimal_vi(row["published_value"], digits),
        warehouse=decimal_vi(row["warehouse_value"], shown),
        difference=difference,
        is_matched=row["is_matched"],
        is_self_consistent=row["is_self_consistent"],
        relations_checked=row["relations_checked"],
        explanation=linked(row["explanation"], known) if needs_words else None,
        is_questioned=is_questioned,
    )


def linked(sentence: str, known: frozenset[str]) -> Markup:
    """A sentence in which every id of a figure leads to its line."""

    def link(found: re.Match[str]) -> str:
        name = found.group()
        return f'<a href="#{name}">{name}</a>' if name in known else name

    return Markup(re.sub(r"\b(?:F\d+|S\d{4}(?:-\d+)?\.\w+)", link, str(escape(sentence))))


def summary(rows: Sequence[Row]) -> dict[str, int]:
    """How many figures there are, match, differ, have no warehouse value, and contradict their neighbours."""
    return {
        "total": len(rows),
        "matched": sum(row["is_matched"] is True for row in rows),
        "different": sum(row["is_matched"] is False for row in rows),
        "unknown": sum(row["is_matched"] is None for row in rows),
        "contradicting": sum(not row["is_self_consistent"] for row in rows),
    }


def _questioned(rows: Sequence[Row], certainty: Certainty) -> dict[str, str]:
    """{id of a figure whose warehouse value has something open: what, with its year}."""
    found = {}
    for row in rows:
        level, _, code = row["area"].rpartition(":")
        reasons = certainty.of(row["survey_year"], "as_reviewed", level or "province", code)
        if reasons and row["warehouse_value"] is not None and row["measure"] not in _OF_THE_TERRITORY:
            whose = f" ({row['figure_id']})" if level else ""
            found[row["figure_id"]] = f"{row['survey_year']}{whose}: {', '.join(reasons)}"
    return found


def write_plan_page(release: Path, site: Site) -> dict[str, int]:
    """Write the plan page of a release; returns the summary of the plan's figures."""
    with open_release(release) as tables:
        rows = tables.rows("select * from quality.published_figure order by publication, survey_year, figure_id")
        questioned = _questioned(rows, Certainty(tables))
    known = frozenset(row["figure_id"] for row in rows)

    def shown(row: Row) -> PrintedFigure:
        return printed_figure(row, known, is_questioned=row["figure_id"] in questioned)

    plan = [row for row in rows if row["publication"] == "plan"]
    series = [row for row in rows if row["publication"] != "plan"]
    groups: list[dict[str, Any]] = [
        {
            "title": f"{section} {_SECTIONS.get(section, '')}".strip(),
            "figures": [shown(row) for row in members],
        }
        for section, members in groupby(plan, key=lambda row: str(row["plan_section"]))
    ]
    years: list[dict[str, Any]] = [
        {"title": f"Năm {year}", "figures": [shown(row) for row in members]}
        for year, members in groupby(series, key=lambda row: row["survey_year"])
    ]
    counted = summary(plan)
    write_page(
        site,
        PAGE,
        "plan/page.html.j2",
        title="Số liệu của kế hoạch và số liệu của kho",
        groups=groups,
        years=years,
        plan=counted,
        plan_year=min((row["survey_year"] for row in plan), default=None),
        series=summary(series),
        contradicting=[shown(row) for row in plan if not row["is_self_consistent"]],
        questioned=list(dict.fromkeys(questioned.values())),
    )
    return counted
