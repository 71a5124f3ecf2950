"""Making the workbooks of a survey year: which areas, where the files go, several at once.

What belongs here: the way from a release to files. What does not: what a workbook holds. Workbooks without personal
data go to `$POVERTY_HOME/reports/forms/<release>/<year>/`; nothing is written into a release.
"""

import multiprocessing
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ingestion.home import Home
from reports.forms.figures import Area, YearFigures, read_figures
from reports.forms.fill import FilledForm, fill_form
from reports.forms.layout import Sheet, first_row_of_figures, lay_out
from reports.forms.rows import find_area, form_rows, sub_areas
from reports.forms.specification import load_forms
from reports.forms.workbook import write_workbook

# Starting a process costs about a second: worth it only for many workbooks.
_FEWEST_FOR_PROCESSES = 12


@dataclass(frozen=True)
class Made:
    """What was made: the folder and its workbooks."""

    folder: Path
    files: tuple[Path, ...]


def make_forms(home: Home, survey_year: int, area_code: str | None = None, *, workers: int | None = None) -> Made:
    """Make the workbooks with the thirteen forms that hold no personal data.

    Args:
        home: the warehouse; its release in force is read.
        survey_year: the year.
        area_code: one area only: former-83, a district code or a commune code; None for all areas of the year.
        workers: processes; the number of processors by default.

    Raises NoFormsError for a year or area without figures, FiguresDisagreeError when a formula does not give the
    published figure.
    """
    figures = read_figures(home.current, survey_year)
    areas = [find_area(figures, area_code)] if area_code else list(figures.areas.values())
    folder = home.root / "reports" / "forms" / figures.release_id / str(survey_year)
    folder.mkdir(parents=True, exist_ok=True)
    workers = min(workers or os.cpu_count() or 1, len(areas))
    if workers == 1 or len(areas) < _FEWEST_FOR_PROCESSES:
        files = [write_area(area, figures, folder) for area in areas]
    else:
        files = _write_with_processes(areas, figures, folder, workers)
    return Made(folder, tuple(files))


def file_name(survey_year: int, area: Area) -> str:
    """The name of an area's workbook."""
    return f"bieu-ra-soat-{survey_year}-{area.code}.xlsx"


def write_area(area: Area, figures: YearFigures, folder: Path) -> Path:
    """Write the workbook of one area; its path."""
    target = folder / file_name(figures.survey_year, area)
    write_workbook(area_sheets(area, figures), target, f"Biểu rà soát năm {figures.survey_year} - {area.name}")
    return target


def area_sheets(area: Area, figures: YearFigures) -> list[Sheet]:
    """The thirteen forms of an area, laid out."""
    filled: dict[int, FilledForm] = {}
    known: Mapping[str, Mapping[str, Area]] = {"area": figures.areas, "movement": figures.moved_areas}
    for form in load_forms():
        columns = form.columns(figures.labels)
        listed = sub_areas(area, known[form.areas_with])
        rows = form_rows(area, listed, moves_between_areas=form.has_moves_between_areas)
        filled[form.number] = fill_form(form, columns, rows, first_row_of_figures(columns), figures, filled)
    return [lay_out(form, area, figures) for form in filled.values()]


_figures: YearFigures | None = None


def _keep_figures(figures: YearFigures) -> None:
    """What every process is given once, so that it need not be sent with each area."""
    global _figures  # noqa: PLW0603 - a process of the pool has no other place for it
    _figures = figures


def _write_kept(area: Area, folder: Path) -> Path:
    if _figures is None:
        raise RuntimeError("the process has no figures")
    return write_area(area, _figures, folder)


def _write_with_processes(areas: Sequence[Area], figures: YearFigures, folder: Path, workers: int) -> list[Path]:
    with ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_keep_figures, initargs=(figures,)
    ) as pool:
        # The province first: it is the largest, and nobody should wait for it alone at the end.
        ordered = sorted(areas, key=lambda area: ("province", "district", "commune").index(area.level))
        futures = [pool.submit(_write_kept, area, folder) for area in ordered]
        return [future.result() for future in futures]
