"""From every figure of an area to the rows behind it: the figures by year, and a page per year and kind of record.

A page holds every commune with its rows, and districts and the province as their sums.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from audit.standards import standards_of_years
from audit.year_trace import CommuneRows, YearFigure, YearTracer
from base.text import key
from reports.audit.data import Audit
from reports.audit.figure_links import MEASURES, PAGES, figure_rows, href_of
from reports.audit.measure_labels_vi import RATES, figure_label
from reports.audit.pages import Page
from reports.tables import Row


def ranges(numbers: Iterable[int]) -> str:
    """Row numbers as people write them: 3, 4, 5, 9 is `3–5, 9`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


def figures(audit: Audit) -> Page:
    """Every province figure by year, each a way to its rows; the way to the districts and communes of a year."""
    context = {
        "title": "Truy nguồn số liệu",
        "years": [row["survey_year"] for row in audit.province],
        "rows": figure_rows(audit.province),
        "area": audit.province[-1]["area_code"] if audit.province else "",
    }
    return "figures.html", "figures", context


def year_pages(audit: Audit) -> list[Page]:
    """A page per year with every figure of every district and commune."""
    order = {"province": 0, "district": 1, "commune": 2}
    pages: list[Page] = []
    for province in audit.province:
        year = province["survey_year"]
        rows = [row for row in audit.area_years if row["survey_year"] == year]
        rows.sort(key=lambda row: (order[row["area_level"]], row["area_code"]))
        context = {
            "title": f"Số liệu năm {year} của tỉnh, huyện, xã",
            "measures": [(measure, figure_label(measure), measure in RATES) for measure in MEASURES],
            "areas": [
                {**row, "cells": [(row[m], m in RATES, href_of(year, m, row["area_code"])) for m in MEASURES]}
                for row in rows
            ],
        }
        pages.append((f"figures/{year}.html", "figures-year", context))
    return pages


def trace_pages(audit: Audit, release: Path) -> list[Page]:
    """The rows behind every figure of the province, its districts and communes, as reviewed, of every year."""
    files = {file["source_file_id"]: file for file in audit.files}
    corrected = {
        (row["source_file_id"], key(row["sheet"]), row["row_number"])
        for row in audit.corrections
        if row["status"] == "applied"
    }
    pages: list[Page] = []
    with YearTracer(release) as tracer:
        for province in audit.province:
            year = province["survey_year"]
            areas = [row for row in audit.area_years if row["survey_year"] == year]
            districts = tracer.district_of(year)
            for name, (title, measures) in PAGES.items():
                traced = {measure: tracer.figure(year, measure) for measure in measures}
                shown = area_lines(areas, districts, traced)
                context = {
                    "title": f"{title}, năm {year}: các hàng đứng sau",
                    "year": year,
                    "measures": [(measure, figure_label(measure), measure in RATES) for measure in measures],
                    "standards": _standards(year),
                    "counts_poor_too": "poor_or_near_poor_rate" in measures,
                    "lines": [_described(line, traced, files, corrected) for line in shown],
                    "differences": sum(not figure.is_equal for line in shown for figure in line.figures),
                }
                pages.append((f"trace/{year}-{name}.html", "trace", context))
    return pages


@dataclass(frozen=True)
class Figure:
    """A published figure beside what the rows of the area add up to."""

    measure: str
    published: float | int | None
    traced: float | int | None

    @property
    def is_equal(self) -> bool:
        """Whether the rows give exactly the published figure."""
        return self.published == self.traced


@dataclass(frozen=True)
class Line:
    """An area on a page of rows, and the communes whose rows make its figures."""

    area: Row
    communes: tuple[str, ...]
    figures: tuple[Figure, ...]


def area_lines(areas: list[Row], districts: Mapping[str, str | None], traced: Mapping[str, YearFigure]) -> list[Line]:
    """The province, then each district before its communes, with every figure added up again from the communes' rows.

    Args:
        areas: rows of `area_year` of one year, as reviewed.
        districts: {commune: its district}.
        traced: the figures of the page by measure.
    """
    codes = sorted(row["area_code"] for row in areas if row["area_level"] == "commune")

    def members(row: Row) -> list[str]:
        if row["area_level"] == "commune":
            return [row["area_code"]]
        return [code for code in codes if row["area_level"] == "province" or districts[code] == row["area_code"]]

    place = {"province": 0, "district": 1, "commune": 2}

    def order(row: Row) -> tuple[bool, str, int, str]:
        level, code = row["area_level"], row["area_code"]
        district = (districts[code] or "") if level == "commune" else code
        return level != "province", district, place[level], code

    lines = []
    for row in sorted(areas, key=order):
        communes = members(row)
        found = [Figure(measure, row[measure], figure.value(communes)) for measure, figure in traced.items()]
        lines.append(Line(row, tuple(communes), tuple(found)))
    return lines


def _described(
    line: Line,
    traced: Mapping[str, YearFigure],
    files: Mapping[str, Row],
    corrected: set[tuple[str, str, int]],
) -> Row:
    """What the page shows of an area: its figures, and of a commune file, sheet, rows and corrections."""
    rows = [
        (measure, figure.counted[line.area["area_code"]])
        for measure, figure in traced.items()
        if measure not in RATES and line.area["area_level"] == "commune" and line.area["area_code"] in figure.counted
    ]
    return {
        "area": line.area,
        "figures": [(figure, figure.measure in RATES) for figure in line.figures],
        "communes": len(line.communes),
        "file": files[rows[0][1].source_file_id] if rows else None,
        "sheet": rows[0][1].sheet if rows else None,
        "rows": _rows_vi(rows),
        "corrections": len(
            corrected & {(one.source_file_id, key(one.sheet), row) for _, one in rows for row in one.rows}
        ),
    }


def _rows_vi(rows: list[tuple[str, CommuneRows]]) -> str:
    """The rows of a commune: once where its figures count the same ones, else by figure."""
    distinct = {one.rows: measure for measure, one in reversed(rows)}
    if len(distinct) == 1:
        return ranges(next(iter(distinct)))
    return "; ".join(f"{figure_label(measure)}: {ranges(numbers)}" for numbers, measure in reversed(distinct.items()))


def _standards(year: int) -> list[str]:
    # The seed's legal basis goes on in English after the decree's number.
    names = [f"{one.name_vi} ({re.split('; | [(]', one.legal_basis)[0]})" for one in standards_of_years({year})]
    return list(dict.fromkeys(names))
