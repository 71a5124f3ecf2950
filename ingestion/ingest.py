"""From the landing folder to archive, registry and raw Parquet."""

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from pebble import ProcessFuture, ProcessPool

from base.forms import Form, load_forms
from base.full_disk import FullDiskError, full_sentence, is_full
from base.home import Home
from base.locks import held
from base.machine import threads
from base.reference import (
    REFERENCE_VARIABLE,
    TERRITORY_VARIABLE,
    load_tables,
    reference_folder,
    table_path,
    territory_folder,
)
from base.territory import record_territory
from ingestion.archive import archive, archive_path
from ingestion.cover import Cover
from ingestion.extract import SOURCE_FILE_ID_LENGTH, Extraction, ReadCache, extract_all
from ingestion.file_formats import format_of_content, named_format
from ingestion.findings import Finding, file_finding
from ingestion.landing import LandingList, list_landing, stored_path, what_was_not_read
from ingestion.pseudonym_key import keyed_mark
from ingestion.published_heads import open_registry
from ingestion.quiet_readers import silence_readers
from ingestion.raw_store import has_batch, prune, write_batch, write_empty, write_registry_tables
from ingestion.registry import ACCEPTED, REJECTED, Entry, Registry
from ingestion.settled import is_freed, number_of
from ingestion.withdrawal import finish_erasures, is_read

FILES_PER_BATCH = 32
BYTES_PER_GROUP = 8 * 2**20
SECONDS_PER_FILE = 60
BYTES_PER_SECOND = 100_000  # a tenth of what the slower reading does
# Raised by hand when a change of these modules changes what is read from the same bytes.
READER_VERSION = 3

NOT_A_WORKBOOK = "not_a_workbook"
# What a place of landing is that has no content to read; settled once it is that no more.
EMPTY, UNREADABLE, SETTLED = "empty", "unreadable", "settled"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Received:
    """A file to read: its name in landing, its checksum, and where its bytes are."""

    landing_path: str
    sha256: str
    path: Path

    def content(self) -> bytes | None:
        """Its bytes; None when they are gone, cannot be read, or are others than those that were listed."""
        try:
            content = self.path.read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == self.sha256 else None

    def size(self) -> int:
        """Its size, 0 when it is gone."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0


@dataclass
class IngestReport:
    """What one ingestion did. Counts of files; `years` has accepted files by survey year.

    `not_read`: sentences about places of landing that could not be read.
    """

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    known: int = 0
    years: dict[int, int] = field(default_factory=dict)
    household_rows: int = 0
    member_rows: int = 0
    not_read: list[str] = field(default_factory=list)


def reader_fingerprint() -> str:
    """What decides how bytes are read: the reader's version and the tables of forms and units."""
    digest = hashlib.sha256(str(READER_VERSION).encode())
    for table in ("fields", "form_codes", "form_columns", "forms", "administrative_units", "territory"):
        digest.update(table_path(load_tables()[table]).read_bytes())
    return digest.hexdigest()[:16]


def files_to_read(home: Home, registry: Registry, *, reread: bool = False) -> tuple[list[Received], int, LandingList]:
    """(files to read, files already known, what lies in landing).

    To read are the files in landing that the registry does not know, and from the archive those that were read under
    other map files or by an older reader, those whose cells raw/ has lost (all of them with `reread`), and those that
    were rejected for a number that is free again. A file that was withdrawn or erased is never read again.
    """
    known = registry.current()
    landed = list_landing(home.landing)
    new: dict[str, Received] = {}
    for relative, sha256 in landed.checksums.items():
        if sha256 not in known and sha256 not in new:
            new[sha256] = Received(stored_path(relative), sha256, home.landing / relative)
    fingerprint, lost = reader_fingerprint(), lost_files(home, registry)
    numbers = {number_of(entry) for entry in known.values() if entry["status"] == ACCEPTED}
    again = [
        Received(entry["landing_path"], sha256, archive_path(home, sha256))
        for sha256, entry in known.items()
        if is_read(entry) and (reread or sha256 in lost or entry["reader"] != fingerprint or is_freed(entry, numbers))
    ]
    return again + list(new.values()), len(landed.checksums) - len(new), landed


def place_decisions(home: Home, registry: Registry, landed: LandingList, decided_at: datetime) -> list[Entry]:
    """The registry entries of places of landing that are empty or cannot be opened, and of those that no longer are."""
    found: dict[str, tuple[str, str, Finding]] = {}
    for path in landed.empty:
        mark, stored = _mark_of(home, path)
        detail = f": tệp trống (mã {mark}; lệnh «poverty status --paths» cho biết ở đâu)"
        found[mark] = stored, EMPTY, file_finding(NOT_A_WORKBOOK, detail)
    for path in landed.unreadable:
        mark, stored = _mark_of(home, path)
        found[mark] = stored, UNREADABLE, file_finding("unreadable_place", f"mã {mark}")
    known, now = registry.places(), decided_at.isoformat(timespec="seconds")
    decisions: list[Entry] = [
        {
            "place": mark,
            "landing_path": stored,
            "status": status,
            "findings": [finding.as_dict()],
            "received_at": now,
            "decided_at": now,
        }
        for mark, (stored, status, finding) in found.items()
        if known.get(mark, {}).get("status") != status
    ]
    decisions += [
        {
            "place": mark,
            "landing_path": entry["landing_path"],
            "status": SETTLED,
            "findings": [],
            "received_at": entry["received_at"],
            "decided_at": now,
        }
        for mark, entry in known.items()
        if mark not in found and entry["status"] != SETTLED
    ]
    return decisions


def _mark_of(home: Home, path: str) -> tuple[str, str]:
    """(what names a place in findings without its name, the path to keep)."""
    stored = stored_path(path)
    return keyed_mark(home, "landing path", stored.encode())[:SOURCE_FILE_ID_LENGTH], stored


def lost_files(home: Home, registry: Registry) -> set[str]:
    """The checksums of accepted files whose cells are no longer in raw/; the archive still has the files."""
    return {
        sha256
        for sha256, entry in registry.current().items()
        if entry["status"] == ACCEPTED and not has_batch(home, entry["extraction_id"])
    }


def read_batch(
    home: Home, forms: dict[str, Form], batch: Sequence[Received], extraction_id: str, survey_years: set[int] | None
) -> list[tuple[Received, Extraction]]:
    """Read, archive and store a batch of files; runs in a reader process.

    The tables stay on disk: what goes back to the parent is small. Files of years not in `survey_years` are left out,
    and files that are gone or changed since they were listed.
    """
    done = []
    cache = ReadCache(forms)
    for group in _groups(batch):
        read = [(received, content) for received in group if (content := received.content()) is not None]
        extractions = extract_all([content for _, content in read], cache, survey_years)
        for (received, content), extraction in zip(read, extractions, strict=True):
            if extraction is not None:
                _name_other_format(extraction, content, received.landing_path)
                archive(home, extraction.sha256, content)
                done.append((received, extraction))
    write_batch(home, extraction_id, [extraction for _, extraction in done if extraction.is_accepted])
    for _, extraction in done:
        extraction.tables.clear()
    return done


def _name_other_format(extraction: Extraction, content: bytes, landing_path: str) -> None:
    """Reject what is no .xlsx, also where the reader could make something of it, and say what it is."""
    is_refused = any(finding.check_code == NOT_A_WORKBOOK for finding in extraction.findings)
    if is_refused or format_of_content(content):
        extraction.findings = [file_finding(NOT_A_WORKBOOK, named_format(content, landing_path))]
        extraction.tables, extraction.cover = {}, Cover()
        extraction.household_rows = extraction.member_rows = None


def _groups(batch: Sequence[Received]) -> Iterator[list[Received]]:
    """Files that are held in memory together: all of a usual batch, fewer when they are large."""
    group: list[Received] = []
    size = 0
    for received in batch:
        size += received.size()
        if group and size > BYTES_PER_GROUP:
            yield group
            group, size = [], received.size()
        group.append(received)
    yield group


Reader = Callable[[Home, dict[str, Form], Sequence[Received], str, set[int] | None], list[tuple[Received, Extraction]]]


def _seconds_for(batch: Sequence[Received]) -> int:
    """How long some files may be read. A usual one takes a hundredth of a second, the largest legal one a minute."""
    size = sum(received.size() for received in batch)
    return SECONDS_PER_FILE + size // BYTES_PER_SECOND


def start_readers() -> ForkServerContext:
    """The context of reader processes; their fork server starts at once and imports what they need meanwhile."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ingestion.no_pandas", "ingestion.ingest"])
    forkserver.ensure_running()
    return context


def _use_reference(reference: str, territory: str) -> None:
    """Judge by the tables of the parent process, in silence: the fork server may be older than its choice."""
    silence_readers()
    os.environ.update({REFERENCE_VARIABLE: reference, TERRITORY_VARIABLE: territory})


def read_all(
    home: Home,
    forms: dict[str, Form],
    files: Sequence[Received],
    run_id: str,
    survey_years: set[int] | None,
    *,
    workers: int | None = None,
    on_progress: Progress | None = None,
    reader: Reader = read_batch,
) -> list[tuple[Received, Extraction, str]]:
    """Read files in parallel processes: (file, extraction, extraction_id) in the order given.

    When a reader process dies or hangs, the files of its batch are read once more, each on its own, and only the one
    that fails again is rejected.
    """
    batches = [list(files[start : start + FILES_PER_BATCH]) for start in range(0, len(files), FILES_PER_BATCH)]
    # The largest first, so that no process is left alone with a large batch at the end.
    largest_first = sorted(range(len(batches)), key=lambda n: -sum(file.size() for file in batches[n]))
    results: dict[int, list[tuple[Received, Extraction, str]]] = {}
    total, finished = len(files), 0
    context = start_readers()
    with ProcessPool(
        max_workers=workers or threads(),
        context=context,
        initializer=_use_reference,
        initargs=[str(reference_folder()), str(territory_folder())],
    ) as pool:

        def schedule(batch: list[Received], name: str) -> ProcessFuture:
            return pool.schedule(reader, args=[home, forms, batch, name, survey_years], timeout=_seconds_for(batch))

        def scheduled(parts: Iterable[tuple[str, list[Received]]]) -> list[tuple[str, list[Received], ProcessFuture]]:
            return [(name, batch, schedule(batch, name)) for name, batch in parts]

        named = scheduled((f"{run_id}-{n:04d}", batches[n]) for n in largest_first)
        for n, (name, batch, future) in zip(largest_first, named, strict=True):
            try:
                results[n] = [(received, extraction, name) for received, extraction in future.result()]
            except Exception as error:  # whatever a reader died of, it must not stop the other files
                _refuse_full_disk(home, error)
                singles = scheduled((f"{name}-{place:02d}", [received]) for place, received in enumerate(batch))
                results[n] = []
                for single_name, single, single_future in singles:
                    results[n] += _read_single(single_name, single[0], single_future, home)
            finished += len(batch)
            if on_progress:
                on_progress(finished, total)
    return [result for n in range(len(batches)) for result in results[n]]


def _read_single(
    name: str, received: Received, future: ProcessFuture, home: Home
) -> list[tuple[Received, Extraction, str]]:
    try:
        return [(done, extraction, name) for done, extraction in future.result()]
    except Exception as error:  # its text may quote a cell, so only its type is kept
        _refuse_full_disk(home, error)
        content = received.content()
        if content is None:
            return []
        archive(home, received.sha256, content)
        failed = Extraction(received.sha256, len(content))
        failed.findings.append(
            file_finding("reading_took_too_long", _seconds_for([received]))
            if isinstance(error, TimeoutError)
            else file_finding("reader_failed", type(error).__name__)
        )
        return [(received, failed, name)]


def _refuse_full_disk(home: Home, error: Exception) -> None:
    """A full disk is no fault of a file: nothing is rejected for it. Raises FullDiskError."""
    if is_full(error):
        raise FullDiskError(full_sentence(home)) from None


def build_registry_entries(
    registry: Registry, results: Sequence[tuple[Received, Extraction, str]], received_at: datetime
) -> list[Entry]:
    """The registry entries of newly read files, in the order of their paths.

    A submission number that the commune and year already have with other content rejects the later file.
    """
    current = registry.current()
    fingerprint = reader_fingerprint()
    reading = {extraction.sha256 for _, extraction, _ in results}
    holder: dict[tuple[Any, ...], str] = {
        (entry["commune_code"], entry["survey_year"], entry["submission_number"]): sha256
        for sha256, entry in current.items()
        if entry["status"] == ACCEPTED and sha256 not in reading
    }
    order = {sha256: place for place, sha256 in enumerate(current)}
    arrival = sorted(results, key=lambda item: (order.get(item[1].sha256, len(order)), item[0].landing_path))
    decisions = []
    for received, extraction, extraction_id in arrival:
        cover = extraction.cover
        number = (cover.commune_code, cover.survey_year, cover.submission_number)
        if extraction.is_accepted and number in holder:
            extraction.findings.append(
                file_finding("same_submission_number", cover.submission_number, column_name="submission_number")
            )
        if extraction.is_accepted:
            holder[number] = extraction.sha256
        earlier = current.get(extraction.sha256)
        decisions.append(
            {
                **extraction.facts(),
                "landing_path": received.landing_path,
                "received_at": earlier["received_at"] if earlier else received_at.isoformat(timespec="microseconds"),
                "decided_at": received_at.isoformat(timespec="microseconds"),
                "status": ACCEPTED if extraction.is_accepted else REJECTED,
                "findings": [finding.as_dict() for finding in extraction.findings],
                "reader": fingerprint,
                "extraction_id": extraction_id,
            }
        )
    return decisions


def ingest(
    home: Home,
    survey_years: Iterable[int] | None = None,
    *,
    reread: bool = False,
    workers: int | None = None,
    on_progress: Progress | None = None,
) -> IngestReport:
    """Read every new file in landing, archive and register it, and write its raw Parquet.

    `survey_years` limits the work to files whose cover names one of them (files without a readable year are always
    taken); `reread` reads archived files again. One ingestion runs at a time: a second waits for the first.
    """
    home.create()
    years = set(survey_years) if survey_years is not None else None
    with held(home.registry_lock, "reads workbooks or decides about a file"):
        start_readers()  # they import while landing is looked through
        registry = open_registry(home)
        record_territory(home)
        finish_erasures(home, registry)
        files, known, landed = files_to_read(home, registry, reread=reread)
        report = IngestReport(known=known)
        forms = load_forms()
        write_empty(home, forms)
        now = registry.now()
        if files:
            results = read_all(
                home, forms, files, now.strftime("%Y%m%dT%H%M%S%f"), years, workers=workers, on_progress=on_progress
            )
            decisions = build_registry_entries(registry, results, now)
            registry.append(decisions)
            _count(report, decisions)
            read = {received.sha256 for received, _, _ in results}
            landed.unsteady += [file.landing_path for file in files if file.sha256 not in read and not file.content()]
        registry.append(place_decisions(home, registry, landed, now))
        report.not_read = what_was_not_read(landed)
        entries = registry.current()
        prune(home, {entry["extraction_id"] for entry in entries.values() if entry["status"] == ACCEPTED})
        write_registry_tables(home, registry)
    return report


def _count(report: IngestReport, decisions: list[Entry]) -> None:
    for entry in decisions:
        report.read += 1
        if entry["status"] == ACCEPTED:
            report.accepted += 1
            report.years[entry["survey_year"]] = report.years.get(entry["survey_year"], 0) + 1
            report.household_rows += entry["household_rows"]
            report.member_rows += entry["member_rows"]
        else:
            report.rejected += 1
