"""The sample as files: simulate, plant errors, write in parallel, keep the truth."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from sample.communes import units_of
from sample.lists import YearList
from sample.planting.kinds import file_kinds_of, list_kinds_of
from sample.planting.lists import plant_in_lists
from sample.planting.planted import Planted, waivers_of
from sample.planting.sending import CURRENT, Sending
from sample.simulation import simulate
from sample.submissions import Submission, submissions_of
from sample.truth import links_of, write_truth
from sample.vocabulary import form_of
from sample.vocabulary import survey_years as all_survey_years
from sample.workbook import write_submission

_IN_FLIGHT = 48  # files given to the writers at a time, so that a fast simulation does not fill the memory


@dataclass(frozen=True)
class SampleSummary:
    """What was written: files, and the rows of those that are to be accepted.

    `waivers`: lines of waivers.csv for the files that no later one answers.
    """

    files: int
    household_rows: int
    member_rows: int
    waivers: list[dict[str, str]]


def generate_province(
    landing: Path,
    truth: Path,
    seed: int = 2021,
    survey_years: Sequence[int] | None = None,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    commune_codes: set[str] | None = None,
) -> SampleSummary:
    """Writes the simulated province (the territory) into `landing` and the answers into `truth`.

    The same seed gives the same bytes, whatever the number of `workers` (processes; None: one per core, or none when
    `commune_codes` is given). `survey_years` and `commune_codes` restrict which files are written; the simulation
    is the same, so the files are too. `on_progress` gets (files written, about how many in all). Raises OSError when a
    folder cannot be written.
    """
    years = all_survey_years() if survey_years is None else survey_years
    files = sum(_file_count(year, commune_codes) for year in years)
    links: list[pa.Table] = []
    planted: list[Planted] = []
    counts = {"files": 0, "household_rows": 0, "member_rows": 0}

    def submissions() -> Iterator[Submission]:
        for year_list, sending, in_lists in planted_lists(seed, max(years)):
            if year_list.year not in years:
                continue
            form = form_of(year_list.year)
            planted.extend(one for one in in_lists if commune_codes is None or one.commune_code in commune_codes)
            for good in submissions_of(seed, year_list, form, commune_codes):
                for sent in sending.send(good, form):
                    planted.extend(sent.planted)
                    if sent.is_accepted:
                        links.append(links_of(sent.submission, form))
                        counts["household_rows"] += len(sent.submission.households["household_code"])
                        counts["member_rows"] += len(sent.submission.members["household_code"])
                    yield sent.submission

    for _ in _written(
        str(landing), submissions(), workers or (1 if commune_codes is not None else os.cpu_count() or 1)
    ):
        counts["files"] += 1
        if on_progress:
            on_progress(counts["files"], files)
    write_truth(truth, links, planted)
    return SampleSummary(**counts, waivers=waivers_of(landing, planted))


def planted_lists(seed: int, last_year: int) -> Iterator[tuple[YearList, Sending, list[Planted]]]:
    """The lists up to `last_year` with their errors, what communes send, and what was planted in the lists."""
    before: YearList | None = None
    for year_list in simulate(seed, last_year):
        year = year_list.year
        sending = Sending.of_year(seed, year_list, file_kinds_of(year))
        planted = plant_in_lists(
            seed,
            year_list,
            before,
            form_of(year),
            list_kinds_of(year),
            set(sending.kinds),
            sending.current_file,
        )
        yield year_list, sending, [*sending.left_out, *planted]
        before = year_list


def _file_count(year: int, commune_codes: set[str] | None) -> int:
    """One file a commune, and one more for every error that comes in a file of its own."""
    if commune_codes is not None:
        return sum(unit.commune_code in commune_codes for unit in units_of(year).values())
    return len(units_of(year)) + sum(kind.comes != CURRENT for kind in file_kinds_of(year).values())


def _written(landing: str, submissions: Iterator[Submission], workers: int) -> Iterator[None]:
    """Writes every submission, yielding once for each."""
    if workers == 1:
        for submission in submissions:
            write_submission(landing, submission)
            yield
        return
    # Spawned, not forked: the caller may have threads (Dagster, DuckDB).
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting: set[Future[None]] = set()
        for submission in submissions:
            waiting.add(pool.submit(write_submission, landing, submission))
            if len(waiting) >= _IN_FLIGHT:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    yield
        for future in waiting:
            future.result()
            yield
