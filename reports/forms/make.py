"""Making the workbooks of a survey year: which areas, where the files go, several at once.

Workbooks without personal data go to `$POVERTY_HOME/reports/forms/<release>/<year>/`, those with the household lists
to `$POVERTY_HOME/private/forms/…`, for the owner alone. Nothing is written into a release.
"""

import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from base.home import Home
from base.machine import threads
from reports.forms.fill import FilledForm, fill_form
from reports.forms.hamlet_figures import by_hamlet
from reports.forms.household_lists import list_sheet, private_side, read_households
from reports.forms.layout import Sheet, first_row_of_figures, lay_out
from reports.forms.rows import find_area, form_rows, nested_rows, sub_areas, with_lines
from reports.forms.specification import STAGES, load_forms, load_layout, load_lists
from reports.forms.write_workbook import READABLE, write_workbook
from reports.forms.year_figures import Area, UnknownFormsError, YearFigures, read_figures

# Starting a process costs about a second: worth it only for many workbooks.
_FEWEST_FOR_PROCESSES = 12
OWNER_FILE = 0o600


@dataclass(frozen=True)
class Made:
    """What was made: the folder and its workbooks."""

    folder: Path
    files: tuple[Path, ...]


def make_forms(
    home: Home, survey_year: int, area_code: str | None = None, *, workers: int | None = None, layout: str | None = None
) -> Made:
    """Make the workbooks with the thirteen forms that hold no personal data.

    Args:
        home: the warehouse; its release in force is read.
        survey_year: the year.
        area_code: one area only: code of the territory, a district or a commune; None for all areas of the year.
        workers: processes; the number of processors by default.
        layout: a local variant, a folder of `specifications/`; the usual layout without it.

    Raises NoFormsError for a year or area without figures, FiguresDisagreeError when a formula does not give the
    published figure.
    """
    figures = read_figures(home.current, survey_year)
    areas = _asked(figures, area_code)
    folder = home.root / "reports" / "forms" / figures.release_id / str(survey_year)
    folder.mkdir(parents=True, exist_ok=True)
    return _make(Task(figures, folder, None, layout), areas, workers)


def make_private_forms(
    home: Home,
    survey_year: int,
    area_code: str | None = None,
    *,
    workers: int | None = None,
    layout: str | None = None,
    has_lists: bool = True,
    has_hamlets: bool = False,
) -> Made:
    """Make workbooks that hold more than was published, for the owner alone.

    Args:
        home: the warehouse; its release in force is read, and the build file that it was made from.
        survey_year: the year.
        area_code: one area only; all areas of the year without it.
        workers: processes; the number of processors by default.
        layout: a local variant, a folder of `specifications/`; the usual layout without it.
        has_lists: all fifteen forms, the two lists of households among them.
        has_hamlets: a commune's forms list its hamlets; only communes have such workbooks.

    Errors as `make_forms`; also NoFormsError when the private side is not what was published, UnknownFormsError for
    the hamlets of a larger area.
    """
    figures = read_figures(home.current, survey_year)
    areas = _asked(figures, area_code)
    if has_hamlets:
        areas = [area for area in areas if area.level == "commune"]
        if not areas:
            raise UnknownFormsError(f"{area_code} is no commune: hamlets are listed in the forms of a commune alone.")
    folder = home.private_folder("forms", figures.release_id, str(survey_year))
    # What became of the households of a year is in the rows of the year before too.
    years = (survey_year, survey_year - 1) if has_hamlets else (survey_year,)
    with private_side(home, *years):
        return _make(Task(figures, folder, home, layout, has_lists, has_hamlets), areas, workers)


@dataclass(frozen=True)
class Task:
    """What every workbook of a call shares; `private_home` is there only for what was not published."""

    figures: YearFigures
    folder: Path
    private_home: Home | None
    layout: str | None = None
    has_lists: bool = False
    has_hamlets: bool = False


def _asked(figures: YearFigures, area_code: str | None) -> list[Area]:
    return [find_area(figures, area_code)] if area_code else list(figures.areas.values())


def _make(task: Task, areas: Sequence[Area], workers: int | None) -> Made:
    workers = min(workers or threads(), len(areas))
    if workers == 1 or len(areas) < _FEWEST_FOR_PROCESSES:
        files = [write_area(area, task) for area in areas]
    else:
        files = _write_with_processes(areas, task, workers)
    return Made(task.folder, tuple(files))


def write_area(area: Area, task: Task) -> Path:
    """Write the workbook of one area; its path."""
    figures = task.figures
    home, kind = task.private_home, "bieu-ra-soat"
    if home and task.has_hamlets:
        kind += "-theo-ap"
        sheets = area_sheets(area, by_hamlet(home, figures, area), task.layout)
    else:
        sheets = area_sheets(area, figures, task.layout)
    if home and task.has_lists:
        kind += "-co-danh-sach"
        households = read_households(home, figures, area)
        sheets += [list_sheet(form, households, area, figures) for form in load_lists()]
    mode = OWNER_FILE if home else READABLE
    target = task.folder / f"{kind}-{figures.survey_year}-{area.code}.xlsx"
    write_workbook(sheets, target, f"Biểu rà soát năm {figures.survey_year} - {area.name}", mode)
    return target


def area_sheets(area: Area, figures: YearFigures, layout: str | None = None) -> list[Sheet]:
    """The thirteen forms of an area, laid out."""
    filled: dict[int, FilledForm] = {}
    known: Mapping[str, Mapping[str, Area]] = {"area": figures.areas, "movement": figures.moved_areas}
    practice = load_layout(layout)
    for form in load_forms(layout):
        columns = form.columns(figures.labels, STAGES[area.is_final])
        areas = known[form.areas_with]
        listed = sub_areas(area, areas)
        is_nested = practice.rows == "nested"
        rows = nested_rows(area, listed, areas) if is_nested else form_rows(area, listed, areas, form.total)
        rows = with_lines(rows, form.lines)
        filled[form.number] = fill_form(form, columns, rows, first_row_of_figures(columns), figures, filled)
    return [lay_out(form, area, figures, practice) for form in filled.values()]


_task: Task | None = None


def _keep_task(task: Task) -> None:
    """What every process is given once, so that it need not be sent with each area."""
    global _task
    _task = task


def _write_kept(area: Area) -> Path:
    if _task is None:
        raise RuntimeError("the process has no task")
    return write_area(area, _task)


def _write_with_processes(areas: Sequence[Area], task: Task, workers: int) -> list[Path]:
    with ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_keep_task, initargs=(task,)
    ) as pool:
        # The province first: it is the largest, and nobody should wait for it alone at the end.
        ordered = sorted(areas, key=lambda area: ("province", "district", "commune").index(area.level))
        return list(pool.map(_write_kept, ordered))
