"""The page of the audit report about changes since the release before: files, rows of tables, figures and causes."""

from collections import Counter
from collections.abc import Sequence

from audit.release_difference import FigureChange, PlaceCount, ReleaseDifference
from reports.audit.data import Audit
from reports.audit.labels_vi import CAUSE
from reports.audit.measure_labels_vi import figure_label
from reports.audit.pages import Page
from reports.audit.trace_pages import ranges
from reports.numbers import count_vi, percent_vi
from reports.tables import Row

LISTED_PLACES = 300
_LISTED_FILES = 500
MAIN_TABLE = "marts.area_year"
_LEVELS = ("province", "former_province", "district", "area_class", "commune")
# What people quote first; every other figure is counted beside them.
_MAIN = ("resident_households", "poor_households", "near_poor_households", "poor_rate", "near_poor_rate")
_RATES = ("poor_rate", "near_poor_rate")


def figure_rows(audit: Audit, figures: Sequence[FigureChange], limit: int) -> list[Row]:
    """The first changed figures in words, province first."""
    ordered = sorted(
        figures,
        key=lambda figure: (
            _level(figure.area_level), figure.boundary, -figure.survey_year, figure.area_code, figure.table,
            figure.measure,
        ),
    )  # fmt: skip
    names = _names(audit)
    return [
        {
            **vars(figure),
            "area_name": _name(audit, names, figure),
            "label": figure_label(figure.measure),
            "cause_vi": CAUSE.get(figure.cause, figure.cause),
        }
        for figure in ordered[:limit]
    ]


def place_rows(audit: Audit, difference: ReleaseDifference) -> list[Row]:
    """A line for each area and year with a changed figure, province first: the main figures before and now, and how
    many others changed with them. One household is a few lines, not the thousands of figures derived from it."""
    main: dict[tuple[int, str, str], dict[str, FigureChange]] = {}
    for figure in difference.figures:
        if figure.boundary == "as_reviewed" and figure.measure in _MAIN:
            place = figure.survey_year, figure.area_level, figure.area_code
            main.setdefault(place, {})[figure.measure] = figure
    found: dict[tuple[int, str, str], Row] = {}
    names = _names(audit)
    for count in sorted(difference.places, key=lambda count: (_level(count.area_level), -count.survey_year)):
        place = count.survey_year, count.area_level, count.area_code
        row = found.setdefault(
            place,
            {
                "survey_year": count.survey_year,
                "area_level": count.area_level,
                "area_name": _name(audit, names, count),
                "figures": 0,
                "causes": [],
                "main": [_before_and_now(main.get(place, {}).get(measure)) for measure in _MAIN],
            },
        )
        row["figures"] += count.figures
        row["causes"].append(CAUSE.get(count.cause, count.cause))
    for place, row in found.items():
        row["others"] = row["figures"] - len(main.get(place, {}))
        row["cause_vi"] = ", ".join(row["causes"])
    return list(found.values())


def _before_and_now(figure: FigureChange | None) -> tuple[str, str] | None:
    if figure is None:
        return None
    write = percent_vi if figure.measure in _RATES else count_vi
    return write(figure.old), write(figure.new)


def _level(area_level: str) -> int:
    return _LEVELS.index(area_level) if area_level in _LEVELS else len(_LEVELS)


def _names(audit: Audit) -> dict[str, str]:
    return {row["area_code"]: row["area_name"] for row in audit.areas}


def _name(audit: Audit, names: dict[str, str], place: FigureChange | PlaceCount) -> str:
    if place.area_level == "commune":
        return audit.name_of(place.area_code, place.survey_year)
    return names.get(place.area_code, place.area_code)


def _by_cause(difference: ReleaseDifference) -> list[Row]:
    """How many figures changed for each cause, in how many areas and in which years."""
    found: dict[str, Row] = {}
    for count in difference.places:
        row = found.setdefault(count.cause, {"figures": 0, "areas": set(), "years": set()})
        row["figures"] += count.figures
        row["areas"].add((count.area_level, count.area_code))
        row["years"].add(count.survey_year)
    return [
        {"cause_vi": CAUSE[cause], "figures": row["figures"], "areas": len(row["areas"]), "years": ranges(row["years"])}
        for cause, row in ((cause, found[cause]) for cause in CAUSE if cause in found)
    ]


def changes(audit: Audit, difference: ReleaseDifference | None) -> Page:
    """What changed since the release before: figures by cause and the province's first, then files, areas and tables;
    says so when there is none before."""
    title = {"title": "Thay đổi so với bản trước", "difference": difference}
    if difference is None:
        return "changes.html", "changes", title
    counted = {(count.table, count.cause): count.figures for count in difference.counts}
    places = place_rows(audit, difference)
    context = {
        **title,
        "total": sum(count.figures for count in difference.counts),
        "causes": _by_cause(difference),
        "file_counts": Counter(file.change for file in difference.files),
        "main_labels": [figure_label(measure) for measure in _MAIN],
        "province": [row for row in places if row["area_level"] == "province" and any(row["main"])],
        "by_table": [
            {"table": table, **{cause: counted.get((table, cause), 0) for cause in CAUSE}}
            for table in sorted({table for table, _ in counted})
        ],
        "files": [
            {**vars(file), "name": audit.name_of(file.commune_code, file.survey_year)}
            for file in difference.files[:_LISTED_FILES]
        ],
        "files_left_out": max(len(difference.files) - _LISTED_FILES, 0),
        "places": places[:LISTED_PLACES],
        "places_left_out": max(len(places) - LISTED_PLACES, 0),
    }
    return "changes.html", "changes", context
