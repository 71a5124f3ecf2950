"""Whole runs of the product: everything new, one new file, nothing new."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from base import text
from base.forms import form_of_year, load_forms
from bench.processes import Usage, run
from bench.report import Line, line, ratio_line
from bench.sample import Sample

MOST_OF_FULL = 0.25
MOST_SECONDS_NOTHING_NEW = 30
MOST_SECONDS_FULL = 300
MOST_SECONDS_SAMPLE = 240
MOST_SECONDS_FORMS = 60
FORMS_YEAR = 2024
NOTHING_NEW = "no workbook was read"
POVERTY = str(Path(sys.executable).parent / "poverty")


class WrongRunError(RuntimeError):
    """A run did not do what it should, so that its time means nothing."""


def measure(
    sample: Sample, work: Path, repetitions: int, say: Callable[[str], None]
) -> tuple[list[Line], dict[str, Any]]:
    """All lines about whole runs, and the facts."""
    full: list[Usage] = []
    one_new: list[Usage] = []
    nothing_new: list[Usage] = []
    for repetition in range(repetitions):
        home = work / "runs"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(sample.landing, home / "landing")
        say(f"runs: everything new, {repetition + 1} of {repetitions}")
        full.append(poverty_run(home))
        add_second_submission(home / "landing")
        say("runs: one new file")
        one_new.append(poverty_run(home))
        if NOTHING_NEW in one_new[-1].output:
            raise WrongRunError("the new file was not read")
        say("runs: nothing new")
        nothing_new.append(poverty_run(home))
        if NOTHING_NEW not in nothing_new[-1].output:
            raise WrongRunError("a run with nothing new did work")
    say("runs: official forms of all areas of a year")
    forms = run([POVERTY, "forms", "--year", str(FORMS_YEAR)], environment={"POVERTY_HOME": str(home)})
    made = sample.usage
    lines = [
        ratio_line(
            "run after one new file / full run from landed files, wall",
            [new.wall / all_.wall for new, all_ in zip(one_new, full, strict=True)],
            MOST_OF_FULL,
        ),
        ratio_line(
            "run after one new file / full run with making the sample, wall",
            [new.wall / (all_.wall + made.wall) for new, all_ in zip(one_new, full, strict=True)],
            MOST_OF_FULL,
        ),
        ratio_line(
            "run after one new file / full run from landed files, CPU",
            [new.cpu / all_.cpu for new, all_ in zip(one_new, full, strict=True)],
            None,
        ),
        line("run with nothing new", max(u.wall for u in nothing_new), "s", MOST_SECONDS_NOTHING_NEW),
        line("make run: sample and full run", made.wall + max(u.wall for u in full), "s", MOST_SECONDS_FULL),
        line("making the sample province", made.wall, "s", MOST_SECONDS_SAMPLE),
        line(f"official forms of all areas of {FORMS_YEAR}", forms.wall, "s", MOST_SECONDS_FORMS),
    ]
    facts = {
        "sample_made_in_this_run": sample.is_new,
        "sample_wall_seconds": made.wall,
        "sample_cpu_seconds": made.cpu,
        "sample_peak_bytes": made.peak_bytes,
        "full_wall_seconds": [usage.wall for usage in full],
        "full_cpu_seconds": [usage.cpu for usage in full],
        "one_new_wall_seconds": [usage.wall for usage in one_new],
        "one_new_cpu_seconds": [usage.cpu for usage in one_new],
        "nothing_new_wall_seconds": [usage.wall for usage in nothing_new],
        "nothing_new_cpu_seconds": [usage.cpu for usage in nothing_new],
        "forms_wall_seconds": forms.wall,
        "forms_cpu_seconds": forms.cpu,
    }
    peak = max(usage.peak_bytes for usage in [made, *full, *one_new, *nothing_new, forms])
    return lines, {**facts, "peak_bytes": peak}


def poverty_run(home: Path) -> Usage:
    """`poverty run` on a home."""
    return run([POVERTY, "run"], environment={"POVERTY_HOME": str(home)})


def add_second_submission(landing: Path) -> Path:
    """Land a commune's workbook once more as its second submission, in the middle of the province's last years."""
    year_folder = sorted(path for path in landing.iterdir() if path.is_dir())[-2]
    files = sorted(year_folder.glob("*.xlsx"), key=lambda path: path.stat().st_size)
    original = files[len(files) // 2]
    form = form_of_year(load_forms(), int(year_folder.name))
    if form is None:
        raise WrongRunError(f"no form serves {year_folder.name}")
    cover = form.sheets["cover"]
    label = next(text.key(column.header) for column in cover.columns if column.field == "submission_number")
    book = load_workbook(original)
    sheet = next(sheet for sheet in book.worksheets if text.key(sheet.title) == text.key(cover.name))
    row = next(row for row in range(1, sheet.max_row + 1) if text.key(str(sheet.cell(row, 1).value or "")) == label)
    sheet.cell(row, 2).value = int(str(sheet.cell(row, 2).value)) + 8  # above any that the sample may hold
    target = original.with_name(f"{original.stem}_second.xlsx")
    book.save(target)
    return target
