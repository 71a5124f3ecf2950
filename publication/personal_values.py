"""The last look before a release is swapped in: it holds no personal value that the warehouse knows.

A message names a table's column and the key of a row, or a file and a place in it, never the value.

Searched for are names of two words and more, addresses below the commune, numbers of 8 to 12 digits (identity and
telephone numbers, with or without their leading zeros) of any cell, and full birth dates; of accepted files, and of
rejected ones as far as their bytes can be read. A match counts only when it proves something:

- what is also in the program's own texts (reference tables, templates) is a word, not a person: the commune Tân
  Phú, the ethnicity Kinh, a decree's date;
- a name or address of two words counts only where both begin with a capital (`hồ sơ` is a file, Hồ Sơ may be a person)
  and no sign is between them;
- who signs, decides or answers (`_OFFICERS`) is named on purpose, whoever shares the name;
- birth dates from the first survey year on do not count: they could be dates of surveys and releases.
"""

import html
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from base.chart_library import chart_library
from base.check_catalogue import load_checks
from base.home import Home
from base.product import DBT, PACKAGES
from base.reference import reference_files
from base.sql import sql_file, sql_files, sql_text
from base.text import fold
from expectations.results import CheckResult
from ingestion.archive import archive_path
from ingestion.free_text import folded_digits
from ingestion.rejected_values import scan

CHECK_CODE = "personal_value_published"
FIRST_SURVEY_DAY = "2021-01-01"
MOST_WORDS = 7
_WORD = re.compile(r"[^\W_]+")
# Not the decimals of a number: a time in a spreadsheet is 45987.6512345679.
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?<![0-9]\.)[0-9]{8,12}(?![0-9A-Za-z])")
# As people write a telephone number. Groups of eight digits in all are dates more often than numbers of persons.
_GROUPED = re.compile(r"(?<![0-9A-Za-z])[0-9]+(?:[ .()\-\u00a0\u2010-\u2015]{1,3}[0-9]+)+(?![0-9A-Za-z])")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_HAS_DIGIT = re.compile(r"[0-9]")
_LONG = range(8, 13)
_SURVEY_DAY = re.compile(r"20[2-9][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_DAY = re.compile(r"(?<!\d)(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})/(\d{1,2})/(\d{4}))(?!\d)")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
# The smallest and the first too large number that is searched for, where a column has lost leading zeros.
_SMALLEST, _TOO_LARGE = 10**7, 10**12
_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
            "UHUGEINT", "FLOAT", "DOUBLE")  # fmt: skip
# Codes of households are commune and number: written with a sign they look like years and communes of our own texts.
_CODES = ("household_code", "previous_household_code")
_OFFICERS = ("decided_by", "responded_by", "signer", "closed_by", "reopened_by")
# Everything that writes a published sentence. Not the sample province: its names are people's.
_PROGRAM_TEXTS = (
    (DBT / "models", "**/*.sql"),
    (DBT / "macros", "*.sql"),
    (PACKAGES / "reports", "**/*"),
    (PACKAGES / "expectations", "**/*.yml"),
    (PACKAGES / "base", "*.py"),
    (PACKAGES / "ingestion", "*.py"),
    (PACKAGES / "publication", "**/*.py"),
)
_TABLES_OF_OTHERS = (".duckdb", ".parquet", ".png", ".woff2")


@dataclass
class PersonalValues:
    """What the private side knows. Names and addresses are lower-case words joined by one space, numbers their digits
    without leading zeros."""

    phrases: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    birth_days: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.numbers = {number.lstrip("0") for number in self.numbers}
        self._first_words = {phrase.split(" ", 1)[0] for phrase in self.phrases}

    def without(self, texts: Iterable[str]) -> "PersonalValues":
        """The same without what the program's own texts say."""
        common = Found()
        for text in texts:
            self.search(text, common, capitals=False)
        return PersonalValues(
            self.phrases - common.values, self.numbers - common.values, self.birth_days - common.values
        )

    def search(self, text: str, found: "Found", *, capitals: bool = True) -> None:
        """Add to `found` what a text holds."""
        if not text.isascii() and _OTHER_DIGIT.search(text):
            text = folded_digits(text)
        if _HAS_DIGIT.search(text):
            found.values |= self.numbers.intersection(_numbers(text))
            found.values |= self.birth_days.intersection(_days(text))
        if " " not in text:
            return
        text = unicodedata.normalize("NFC", text)
        words = list(_WORD.finditer(text))
        lower = [word[0].lower() for word in words]
        for place, first in enumerate(lower):
            if first not in self._first_words:
                continue
            for count in range(2, min(MOST_WORDS, len(lower) - place) + 1):
                phrase = " ".join(lower[place : place + count])
                if phrase in self.phrases and (count > 2 or _is_name(text, words[place], words[place + 1], capitals)):
                    found.values.add(phrase)


@dataclass
class Found:
    """Values met; kept in memory only, to be counted."""

    values: set[str] = field(default_factory=set)


def _is_name(text: str, first: re.Match[str], second: re.Match[str], capitals: bool) -> bool:
    """Whether two words stand as a name does: with capitals, only space between (`Châu Thành, Bình Đại` is a list)."""
    if capitals and not all(word[0][0].isupper() or word[0][0].isdigit() for word in (first, second)):
        return False
    return text[first.end() : second.start()].isspace()


def _numbers(text: str) -> Iterator[str]:
    """Numbers of 8 to 12 digits in a text without their leading zeros, of groups every row of them that is as long."""
    for number in _NUMBER.findall(text):
        yield number.lstrip("0")
    for grouped in _GROUPED.findall(text):
        groups = re.findall("[0-9]+", grouped)
        for start in range(len(groups)):
            joined = groups[start]
            for group in groups[start + 1 :]:
                joined += group
                if len(joined) > _LONG[-1]:
                    break
                if len(joined) > _LONG[0]:
                    yield joined.lstrip("0")


def _days(text: str) -> Iterator[str]:
    for year, month, day, day_first, month_second, year_last in _DAY.findall(text):
        yield f"{year}-{month}-{day}" if year else f"{year_last}-{int(month_second):02d}-{int(day_first):02d}"


def known_values(home: Home) -> PersonalValues:
    """What staging and raw of the build know, less what the program itself says."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {sql_text(home.build_file)} as build (read_only)")
        phrases = connection.execute(
            "select head_name from build.staging.stg_household union select full_name from build.staging.stg_member "
            "union select hamlet from build.staging.stg_household"
        ).fetchall()
        days = connection.execute(
            "select strftime(day, '%Y-%m-%d') from (select head_birth_date as day from build.staging.stg_household "
            "union select birth_date from build.staging.stg_member) where day < ?::date",
            [FIRST_SURVEY_DAY],
        ).fetchall()
        officers = _officers(connection)
        numbers: set[str] = set()
        for role in ("household", "member", "cover", "total"):
            numbers |= _numbers_of_cells(connection, home.raw / role)
        rejected = connection.execute(
            f"select distinct sha256 from {sql_file(home.raw / 'source_file.parquet')} where status <> 'accepted'"
        ).fetchall()
    names = {value for (value,) in phrases if value}
    birth_days = {day for (day,) in days if day}
    for (sha256,) in rejected:
        path = archive_path(home, sha256)
        found = scan(path.read_bytes() if path.exists() else b"")
        names |= found.names
        numbers |= found.numbers
        birth_days |= {day for day in found.days if day < FIRST_SURVEY_DAY}
    known = PersonalValues(
        {phrase for phrase in map(_phrase, names) if " " in phrase and re.search(r"[^\W\d_]", phrase)},
        {number for number in numbers if not _SURVEY_DAY.fullmatch(number)},
        birth_days,
    )
    return known.without([*_program_texts(), *officers])


def _phrase(name: str) -> str:
    return " ".join(_WORD.findall(fold(name).lower()))


def _officers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names in the public columns that say who decided or answered; without digits, which are never a name."""
    columns = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = 'build' "
        "and schema_name in ('marts', 'bi', 'quality') and column_name in (select unnest(?))",
        [list(_OFFICERS)],
    ).fetchall()
    return [
        re.sub(r"[0-9]", "", name)
        for schema, table, column in columns
        for (name,) in connection.execute(
            f'select distinct "{column}" from build.{schema}.{table} where "{column}" is not null'
        ).fetchall()
    ]


def _numbers_of_cells(connection: duckdb.DuckDBPyConnection, folder: Path) -> set[str]:
    """Numbers of 8 to 12 digits in any cell of a raw role, whole or in groups."""
    source = f"read_parquet({sql_files(folder, '*.parquet')}, union_by_name = true)"
    cells = [row[0] for row in connection.execute(f"describe from {source}").fetchall()]
    cells = [cell for cell in cells if cell not in ("extraction_id", "source_file_id", "sheet", "row_number")]
    numbers: set[str] = set()
    for names, pattern in (
        ([cell for cell in cells if cell in _CODES], "[0-9]{8,}"),
        ([cell for cell in cells if cell not in _CODES], "[0-9](?:[ .()-]{0,3}[0-9]){7,}"),
    ):
        if not names:
            continue
        joined = ", ".join(f'"{name}"' for name in names)
        rows = connection.execute(
            f"select distinct unnest(regexp_extract_all(concat_ws('|', {joined}), '{pattern}')) as number from {source}"
        ).fetchall()
        for (number,) in rows:
            if number.isdigit():  # nearly all are
                if len(number) in _LONG:
                    numbers.add(number)
            else:
                numbers |= _digits_of_cell(number)
    return numbers


def _digits_of_cell(written: str) -> set[str]:
    """The number or numbers that a row of digits and signs of a cell is; a day with its time is none."""
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        return set()
    written = re.sub(r"^([0-9]+)\.0+$", r"\1", written)
    if re.fullmatch(r"[0-9]+\.[0-9]{4,}", written):  # decimals
        return set()
    found = {*re.findall("[0-9]+", written), re.sub("[^0-9]", "", written)}
    return {number for number in found if len(number) in _LONG}


def _program_texts() -> Iterator[str]:
    paths = [path for folder, pattern in _PROGRAM_TEXTS for path in sorted(folder.glob(pattern))]
    for path in [*reference_files(), *paths]:
        if path.is_file() and path.suffix in (".csv", ".yml", ".j2", ".py", ".html", ".sql"):
            yield path.read_text(encoding="utf-8")


def search_tables(known: PersonalValues, database: Path, schemas: Iterable[str]) -> list[str]:
    """`table.column (key of a row)` of every column of a database that holds a known value."""
    places = []
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name || '.' || table_name, list(column_name order by column_index), "
            "list(data_type order by column_index) from duckdb_columns() "
            "where schema_name in (select unnest(?)) group by all order by all",
            [list(schemas)],
        ).fetchall()
        for table, names, kinds in columns:
            sought = {name: _sought(name, kind) for name, kind in zip(names, kinds, strict=True)}
            for column, (text, condition) in _columns_with_any(connection, table, sought).items():
                for found_text, value in connection.execute(
                    f'select distinct {text}, "{column}" from {table} where {condition}'
                ).fetchall():
                    if _holds(known, found_text):
                        places.append(f"{table}.{column} ({_key_of_row(connection, known, table, column, value)})")
                        break
    return places


def _sought(column: str, kind: str) -> tuple[str, str] | None:
    """(text to search, condition) of the values of a column that may hold something searched for; None for no value."""
    name = f'"{column}"'
    if kind == "VARCHAR":
        # A value without a space or a run of digits can hold nothing that is searched for: pseudonyms, codes.
        return f"{name}::varchar", (
            f"(contains({name}, ' ') or strlen({name}) > length({name}) "
            f"or regexp_matches({name}, '(^|[^0-9a-zA-Z])[0-9]([.()-]{{0,3}}[0-9]){{7,}}([^0-9a-zA-Z]|$)') "
            f"or regexp_matches({name}, '[0-9][-/][0-9]'))"
        )
    if kind in _NUMERIC or kind.startswith("DECIMAL"):
        # As large as an identity or telephone number.
        condition = f"abs({name}) >= {_SMALLEST} and abs({name}) < {_TOO_LARGE} and {name} = trunc({name})"
        return f"abs({name})::hugeint::varchar", condition
    if kind.startswith(("DATE", "TIMESTAMP")):
        return f"strftime({name}, '%Y-%m-%d')", f"{name} < date '{FIRST_SURVEY_DAY}'"
    if kind in ("BOOLEAN", "UUID") or kind.startswith(("TIME", "INTERVAL")):
        return None
    return f"{name}::varchar", f"{name} is not null"


def _columns_with_any(
    connection: duckdb.DuckDBPyConnection, table: str, sought: dict[str, tuple[str, str] | None]
) -> dict[str, tuple[str, str]]:
    """The columns of a table that hold any value sought: one look at all, for most hold none."""
    asked = {column: what for column, what in sought.items() if what is not None}
    if not asked:
        return {}
    conditions = ", ".join(f"bool_or({condition})" for _, condition in asked.values())
    answers = connection.execute(f"select {conditions} from {table}").fetchall()[0]
    return {column: what for (column, what), any_value in zip(asked.items(), answers, strict=True) if any_value}


def _key_of_row(
    connection: duckdb.DuckDBPyConnection, known: PersonalValues, table: str, column: str, value: object
) -> str:
    """Which row of a table holds a value: its key, or its number where the table has none or the key is the value."""
    schema, name = table.split(".")
    keys = connection.execute(
        "select constraint_column_names from duckdb_constraints() "
        "where schema_name = ? and table_name = ? and constraint_type = 'PRIMARY KEY'",
        [schema, name],
    ).fetchall()
    columns = list(keys[0][0]) if keys else []
    selected = ", ".join(f'"{key}"' for key in [*columns, "rowid"])
    *values, number = connection.execute(
        f'select {selected} from {table} where "{column}" is not distinct from ? order by rowid limit 1', [value]
    ).fetchall()[0]
    if not columns or column in columns or any(_holds(known, str(part)) for part in values):
        return f"row {number + 1}"
    return ", ".join(f"{key} {part}" for key, part in zip(columns, values, strict=True))


def search_files(known: PersonalValues, folder: Path) -> list[str]:
    """`path (place)` of the files of a folder that hold a known value; tables are searched as tables."""
    places = []
    clean: set[str] = set()  # the same labels and figures are on hundreds of pages
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        # A library as its package ships it holds example dates, on which somebody may well be born.
        if path.suffix in _TABLES_OF_OTHERS or (path.suffix == ".js" and path.read_bytes() == chart_library()):
            continue
        for member, content in _contents(path):
            texts = _readable(content)
            hits = {text for text in {*texts} - clean if _holds(known, text)}
            if hits:
                places.append(f"{path.relative_to(folder).as_posix()} ({_place_of(hits, member, content)})")
                break
            clean.update(texts)
    return places


def _place_of(hits: set[str], member: str, content: str) -> str:
    """Where the first of some texts stands in a file or in the member of an archive, which has no lines."""
    parts = [[text] for text in _readable(content)] if member else map(_readable, content.split("\n"))
    number = next(number for number, texts in enumerate(parts, start=1) if hits.intersection(texts))
    return f"{member}, text {number}" if member else f"line {number}"


def _holds(known: PersonalValues, text: str) -> bool:
    found = Found()
    known.search(text, found)
    return bool(found.values)


def _contents(path: Path) -> Iterator[tuple[str, str]]:
    """(member of an archive, else nothing; what is in it) of a file."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name, archive.read(name).decode("utf-8", errors="replace")
    else:
        yield "", path.read_bytes().decode("utf-8", errors="replace")


def _readable(text: str) -> list[str]:
    """What is said in a file, with escapes of HTML and JSON resolved, cell by cell."""
    if "\\u" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    # Words of two cells are no name; a tag or a quote ends a cell.
    return re.split(r"[<>\"\n\t]+", html.unescape(text) if "&" in text else text)


def passed() -> CheckResult:
    """The search as a row of `quality.check_result`, which no release has unless nothing was found."""
    check = load_checks()[CHECK_CODE]
    nothing = "0 columns and files with a personal value"
    return CheckResult(
        check_id=CHECK_CODE,
        check_code=CHECK_CODE,
        check_name=check.title_vi,
        dataset="release",
        severity=check.severity,
        is_passed=True,
        observed=nothing,
        expected=nothing,
        checked_at=datetime.now(UTC),
        engine=check.engine,
    )
