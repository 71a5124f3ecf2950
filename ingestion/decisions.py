"""What people decided, as tables: links, waivers and corrections in `decisions/*.csv`, and the ledger that models read.

A decision file never stops a run. Each line is read on its own, so that one stray quote spoils one line; such a line
reaches the models as broken and is listed there as invalid.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from base.home import Home
from base.whole_file import BrokenFileError, write_whole
from ingestion.closures import with_held_through
from ingestion.free_text import what_forbids
from ingestion.own_values import KnownValues
from ingestion.parquet import table_of, write_parquet

LINK_DECISION_COLUMNS = (
    "survey_year",
    "source_file_id",
    "source_row",
    "household_id",
    "other_source_file_id",
    "other_source_row",
    "reason",
    "decided_by",
    "decided_on",
)
# Which findings a waiver accepts; what is empty is anything.
WAIVER_SCOPE = ("check_code", "survey_year", "commune_code", "source_file_id", "sheet", "row_number", "column_name")
WAIVER_COLUMNS = (
    *WAIVER_SCOPE,
    "reason",
    "decided_by",
    "decided_on",
    "expires_on",
    "decision_number",
)
CORRECTION_COLUMNS = (
    "file",
    "sheet",
    "row",
    "column",
    "old_value",
    "new_value",
    "reason",
    "decided_by",
    "decided_on",
    "decision_number",
)
LINKS = "links.csv"
_MEANT = {
    "waivers.csv": "the accepted exceptions",
    "corrections.csv": "the corrections of single cells",
    LINKS: "what people decided about links between households",
}
_LINE = (("line_number", pa.int32()), ("is_broken", pa.bool_()))
_HELD = ("held_through", pa.int32())
# The texts that are published as somebody wrote them.
PUBLISHED_TEXTS = ("reason", "decided_by")
_SIGNATURE = "decided_by"
DECISION_NUMBER = re.compile(r"[0-9]{1,5}(?:/20[0-9]{2})?/[A-ZĐ][A-ZĐ0-9.&-]{1,19}")
# decision file -> its columns; the same name is the table's in raw
DECISION_FILES = {"waiver": ("waivers.csv", WAIVER_COLUMNS), "correction": ("corrections.csv", CORRECTION_COLUMNS)}
LEDGER_SCHEMA = pa.schema(
    [
        ("finding_id", pa.string()),
        ("check_code", pa.string()),
        ("severity", pa.string()),
        ("level", pa.string()),
        ("survey_year", pa.int32()),
        ("commune_code", pa.string()),
        ("source_file_id", pa.string()),
        ("sheet", pa.string()),
        ("row_number", pa.int32()),
        ("column_name", pa.string()),
        ("message", pa.string()),
        ("status", pa.string()),
        ("first_seen_at", pa.timestamp("us")),
        ("last_seen_at", pa.timestamp("us")),
        ("resolved_at", pa.timestamp("us")),
        ("response", pa.string()),
        ("responded_by", pa.string()),
        ("release_id", pa.string()),
    ]
)
_COLUMNS = {**dict(DECISION_FILES.values()), LINKS: LINK_DECISION_COLUMNS}
_DELIMITERS = (",", ";", "\t")


def write_decisions(home: Home) -> None:
    """Read the decision files into `raw/waiver.parquet`, `correction.parquet`, `link.parquet`; make what is not there.

    Raises BrokenFileError. All tables have `line_number` (of the file, from 1), `is_broken` (the line cannot be read as
    cells) and the columns of the file as text, empty cells null; waivers and corrections also `text_problem`: why what
    would be published is withheld (`checked_lines`); corrections and links `held_through` (`with_held_through`).
    """
    check_decision_files(home)
    known = KnownValues(home)
    for name, (file_name, columns) in DECISION_FILES.items():
        path = home.decisions / file_name
        _make(path, columns)
        schema = pa.schema([*_LINE, *((column, pa.string()) for column in (*columns, "text_problem")), _HELD])
        lines = with_held_through(home, file_name, checked_lines(home, name, known))
        write_parquet(table_of(lines, schema), home.raw / f"{name}.parquet")
    _make(home.decisions / LINKS, LINK_DECISION_COLUMNS)
    link_schema = pa.schema([*_LINE, *((column, pa.string()) for column in LINK_DECISION_COLUMNS), _HELD])
    write_parquet(table_of(with_held_through(home, LINKS, link_lines(home)), link_schema), home.raw / "link.parquet")
    if not home.finding_ledger.exists():
        write_parquet(table_of([], LEDGER_SCHEMA), home.finding_ledger)


def check_decision_files(home: Home) -> None:
    """Refuse decision files that were lost in part: figures would change in silence. Raises BrokenFileError.

    A line that cannot be read is another thing: it is listed as invalid and stops nothing.
    """
    for name, what in _MEANT.items():
        path = home.decisions / name
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _broken(path, what, f"cannot be read ({error.strerror})") from None
        if not content.strip():
            raise _broken(path, what, "is empty; it has at least its first line, the names of the columns")
        if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise _broken(path, what, "is damaged: it holds bytes that are no text")
        if name == LINKS:
            first = next(line for line in _text(content).splitlines() if line.strip())
            missing = [column for column in LINK_DECISION_COLUMNS if column not in _delimited_names(first)]
            if missing:
                raise _broken(path, what, f"does not name in its first line: {', '.join(missing)}")


def _delimited_names(line: str) -> list[str]:
    return max((_names(line, sign) for sign in _DELIMITERS), key=len)


def _broken(path: Path, what: str, why: str) -> BrokenFileError:
    return BrokenFileError(
        f"{path} {why}. It holds {what}: restore it from its backup, or from archive/decisions, which keeps each file "
        "as it was for a release; where nothing was decided, delete it. Nothing was built or published."
    )


def link_lines(home: Home) -> Iterator[dict[str, Any]]:
    """The lines of the decisions about links."""
    return read_lines(home.decisions / LINKS, LINK_DECISION_COLUMNS)


def checked_lines(home: Home, name: str, known: KnownValues | None = None) -> Iterator[dict[str, Any]]:
    """The lines of a decision file (`waiver` or `correction`) with `text_problem`.

    Of a line with a text that may not be published no such text is kept: `text_problem` says in which column and why.
    """
    file_name, columns = DECISION_FILES[name]
    known = known or KnownValues(home)
    for line in read_lines(home.decisions / file_name, columns):
        problem = None if line["is_broken"] else _text_problem(line, known)
        if problem:
            line = {**line, **dict.fromkeys((*PUBLISHED_TEXTS, "decision_number"))}
        yield {**line, "text_problem": problem}


def _text_problem(line: dict[str, Any], known: KnownValues) -> str | None:
    number = line["decision_number"]
    if number and not DECISION_NUMBER.fullmatch(unicodedata.normalize("NFC", number)):
        return "cột decision_number phải là số hiệu như 123/QĐ-UBND"
    values = known.of(line, (line.get("old_value"), line.get("new_value")))
    for column in PUBLISHED_TEXTS:
        why = what_forbids(line[column], values, is_signature=column == _SIGNATURE) if line[column] else None
        if why:
            return f"cột {column} {why}; hãy viết lại không có thông tin đó"
    return None


def write_first_waivers(home: Home, waivers: list[dict[str, str]]) -> bool:
    """Fill `waivers.csv` where nobody has decided anything yet; says whether it did."""
    path = home.decisions / DECISION_FILES["waiver"][0]
    if path.exists() and any(True for _ in read_lines(path, WAIVER_COLUMNS)):
        return False
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, WAIVER_COLUMNS)
    writer.writeheader()
    writer.writerows(waivers)
    write_whole(path, text.getvalue())
    return True


def append_decisions(home: Home, lines: Mapping[str, Sequence[Mapping[str, str | None]]]) -> dict[str, list[int]]:
    """Add lines to decision files, whose other lines stay as they are; says which numbers the new ones have.

    Args:
        home: the home of the decisions.
        lines: by the name of the decision file, cells by column.

    Every file is made before the first is written, and each is written whole. Raises BrokenFileError.
    """
    check_decision_files(home)
    made = {name: _with_lines(home.decisions / name, _COLUMNS[name], added) for name, added in lines.items() if added}
    for name, (content, _) in made.items():
        write_whole(home.decisions / name, content)
    return {name: numbers for name, (_, numbers) in made.items()}


def _with_lines(
    path: Path, columns: tuple[str, ...], added: Sequence[Mapping[str, str | None]]
) -> tuple[bytes, list[int]]:
    """A decision file with more lines, in its own delimiter and order of columns, and the numbers of these lines."""
    content = path.read_bytes() if path.exists() else b""
    text = _text(content) if content else ",".join(columns)
    if "\ufffd" in text:
        raise _broken(path, _MEANT[path.name], "holds characters that cannot be read, and would lose them")
    kept = re.split(r"\r\n|\r|\n", text)
    while not kept[-1].strip():
        kept.pop()
    place = next(number for number, line in enumerate(kept) if line.strip())
    delimiter = max(_DELIMITERS, key=lambda sign: len({*_names(kept[place], sign)} & {*columns}))
    header = _names(kept[place], delimiter)
    missing = [column for column in columns if column not in header]
    kept[place] += "".join(delimiter + column for column in missing)
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, [*header, *missing], restval="", extrasaction="ignore", delimiter=delimiter,
                            lineterminator="\n")  # fmt: skip
    for line in added:
        writer.writerow({column: " ".join((value or "").split()) for column, value in line.items()})
    is_marked = not content or content.startswith(b"\xef\xbb\xbf") or content.decode("utf-8", "replace") != text
    whole = "\n".join(kept) + "\n" + target.getvalue()
    return whole.encode("utf-8-sig" if is_marked else "utf-8"), [len(kept) + 1 + place for place in range(len(added))]


def _make(path: Path, columns: tuple[str, ...]) -> None:
    """An empty decision file with its header, for people to fill, where there is none."""
    if not path.exists():
        write_whole(path, ",".join(columns) + "\n")


def read_lines(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The lines of a decision file that hold anything, by column name; other columns of the file are left out.

    A file that is not there yet has none; of one that cannot be read, line 0 is broken.
    """
    try:
        lines = re.split(r"\r\n|\r|\n", _text(path.read_bytes()))
    except FileNotFoundError:
        return
    except OSError:
        yield {"line_number": 0, "is_broken": True}
        return
    header: list[str] = []
    delimiter = ","
    for number, line in enumerate(lines, start=1):
        if not line.strip("".join((*_DELIMITERS, '" '))):
            continue
        if not header:
            delimiter = max(_DELIMITERS, key=lambda sign: len({*_names(line, sign)} & {*columns}))
            header = _names(line, delimiter)
            if not {*header} & {*columns}:  # the names of the columns are missing, so this was a decision
                yield {"line_number": number, "is_broken": True}
            continue
        cells = _cells(line, delimiter)
        if cells is None:
            yield {"line_number": number, "is_broken": True}
        else:
            named = dict(zip(header, cells, strict=False))
            filled = {column: named.get(column, "").strip() or None for column in columns}
            yield {"line_number": number, "is_broken": False, **filled}


def _text(content: bytes) -> str:
    """What spreadsheet programs write: UTF-8 with or without mark, UTF-16 with mark, else the Vietnamese code page."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1258", errors="replace")


def _names(line: str, delimiter: str) -> list[str]:
    return [unicodedata.normalize("NFC", cell).strip().lower() for cell in _cells(line, delimiter) or []]


def _cells(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line, None where its quotes do not match."""
    if line.count('"') % 2:
        return None
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return None
