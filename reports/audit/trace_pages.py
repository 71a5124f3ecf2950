"""From the province's figures to the rows behind them: a page of figures, and a page per figure of the latest year.

What belongs here: showing a trace by commune and file. What does not: tracing (`audit.trace`).
"""

import re
from collections.abc import Iterable
from pathlib import Path

from audit.trace import Trace, TracedFile, Tracer
from reports.audit.facts import Audit
from reports.audit.measure_words import FIGURES, RATES
from reports.audit.pages import Page
from reports.audit.reading import Row


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
    """Every province figure by year; those of the latest year lead to their rows."""
    years = [row["survey_year"] for row in audit.province]
    rows = [
        {"measure": measure, "label": label, "is_rate": False, "values": [row[measure] for row in audit.province],
         "href": f"trace/{measure}.html"}
        for measure, label in FIGURES.items()
    ] + [
        {"measure": measure, "label": label, "is_rate": True, "values": [row[measure] for row in audit.province],
         "href": f"trace/{counted}.html"}
        for measure, (label, counted) in RATES.items()
    ]  # fmt: skip
    area = audit.province[-1]["area_code"] if audit.province else ""
    return "figures.html", "figures", {"title": "Truy nguồn số liệu", "years": years, "rows": rows, "area": area}


def trace_pages(audit: Audit, release: Path) -> list[Page]:
    """A page per province figure of the latest year: the files, sheets and rows it counts, by commune."""
    if not audit.province:
        return []
    year, area = audit.province[-1]["survey_year"], audit.province[-1]["area_code"]
    with Tracer(release) as tracer:
        return [_page(audit, tracer.trace(year, area, measure), label) for measure, label in FIGURES.items()]


def _page(audit: Audit, trace: Trace, label: str) -> Page:
    rows: dict[tuple[str, str], list[int]] = {}
    adds: dict[tuple[str, str], int] = {}
    for record in trace.records:
        key = (record.source_file_id, record.sheet)
        rows.setdefault(key, []).append(record.source_row)
        adds[key] = adds.get(key, 0) + record.adds
    files = {file.source_file_id: file for file in trace.files}
    context = {
        "title": f"{label}, năm {trace.survey_year}: các hàng đứng sau",
        "trace": trace,
        # The seed's legal basis goes on in English after the decree's number.
        "standards": list(
            dict.fromkeys(f"{one.name_vi} ({re.split('; | [(]', one.legal_basis)[0]})" for one in trace.standards)
        ),
        "sources": sorted(
            (_source(audit, files[key[0]], key[1], numbers, adds[key]) for key, numbers in rows.items()),
            key=lambda source: source["commune_code"],
        ),
    }
    return f"trace/{trace.measure}.html", "trace", context


def _source(audit: Audit, file: TracedFile, sheet: str, numbers: list[int], adds: int) -> Row:
    return {
        "commune_code": file.commune_code,
        "name": audit.name_of(file.commune_code, file.survey_year),
        "file": file,
        "sheet": sheet,
        "count": len(numbers),
        "adds": adds,
        "rows": ranges(numbers),
    }
