"""The page of the audit report about changes since the release before: files, rows of tables, figures and causes."""

from collections import Counter
from collections.abc import Sequence

from audit.release_difference import FigureChange, ReleaseDifference
from reports.audit.data import Audit
from reports.audit.labels_vi import CAUSE
from reports.audit.measure_labels_vi import figure_label
from reports.audit.pages import Page
from reports.numbers import count_vi, decimal_vi
from reports.tables import Row

LISTED_FIGURES = 300
_LISTED_FILES = 500
_MAIN_TABLE = "marts.area_year"
_LEVELS = ("province", "former_province", "district", "commune")


def _value(value: float | None) -> str:
    return count_vi(value) if value is None or float(value).is_integer() else decimal_vi(value, 4)


def figure_rows(audit: Audit, figures: Sequence[FigureChange], limit: int) -> list[Row]:
    """The first changed figures in words, those that people quote before others: the area table, province first."""
    levels = {level: place for place, level in enumerate(_LEVELS)}
    ordered = sorted(
        figures,
        key=lambda figure: (
            figure.table != _MAIN_TABLE, levels.get(figure.area_level, len(levels)), figure.boundary,
            -figure.survey_year, figure.area_code, figure.table, figure.measure,
        ),
    )  # fmt: skip
    names = {row["area_code"]: row["area_name"] for row in audit.areas}
    return [
        {
            **vars(figure),
            "area_name": audit.name_of(figure.area_code, figure.survey_year)
            if figure.area_level == "commune"
            else names.get(figure.area_code, figure.area_code),
            "label": figure_label(figure.measure),
            "old_vi": _value(figure.old),
            "new_vi": _value(figure.new),
            "cause_vi": CAUSE.get(figure.cause, figure.cause),
        }
        for figure in ordered[:limit]
    ]


def changes(audit: Audit, difference: ReleaseDifference | None) -> Page:
    """Files, tables and figures that differ from the release before; says so when there is none before."""
    title = {"title": "Thay đổi so với bản trước", "difference": difference}
    if difference is None:
        return "changes.html", "changes", title
    counted = Counter((figure.table, figure.cause) for figure in difference.figures)
    context = {
        **title,
        "by_cause": [
            {"table": table, **{cause: counted[table, cause] for cause in CAUSE}}
            for table in sorted({table for table, _ in counted})
        ],
        "files": [
            {**vars(file), "name": audit.name_of(file.commune_code, file.survey_year)}
            for file in difference.files[:_LISTED_FILES]
        ],
        "files_left_out": max(len(difference.files) - _LISTED_FILES, 0),
        "figures": figure_rows(audit, difference.figures, LISTED_FIGURES),
        "figures_left_out": max(len(difference.figures) - LISTED_FIGURES, 0),
    }
    return "changes.html", "changes", context
