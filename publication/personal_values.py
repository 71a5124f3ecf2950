"""The last look before a release is swapped in: it holds no personal value that the warehouse knows.

A message names a table's column or a file, never the value.

Searched for are names of two words and more, addresses below the commune, runs of 9 to 12 digits (identity and
telephone numbers) of any cell, and full birth dates. A match counts only when it proves something:

- what is also in the program's own texts (reference tables, templates) is a word, not a person: the commune Tân
  Phú, the ethnicity Kinh, a decree's date;
- a name or address of two words counts only where both begin with a capital (`hồ sơ` is a file, Hồ Sơ may be a person)
  and no sign is between them;
- who signs a decision or an answer (`decided_by`, `responded_by`) is named on purpose, whoever shares the name;
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
from base.sql import sql_text
from base.text import fold
from expectations.results import CheckResult

CHECK_CODE = "personal_value_published"
FIRST_SURVEY_DAY = "2021-01-01"
MOST_WORDS = 7
_WORD = re.compile(r"[^\W_]+")
# Not the decimals of a number: a time in a spreadsheet is 45987.6512345679.
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?<![0-9]\.)[0-9]{9,12}(?![0-9A-Za-z])")
_DAY = re.compile(r"(?<!\d)(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})/(\d{1,2})/(\d{4}))(?!\d)")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
# An integer column is looked at from here on: 12 digits without the leading zero. Sums and checksums are smaller.
_LONGEST_SUM = 10_000_000_000
_OFFICERS = ("decided_by", "responded_by")
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
    """What the private side knows. Names and addresses are lower-case words joined by one space."""

    phrases: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    birth_days: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
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
        if any(character.isdigit() for character in text):
            found.values |= self.numbers.intersection(_NUMBER.findall(text))
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
    normalised = (" ".join(_WORD.findall(fold(value).lower())) for (value,) in phrases if value)
    names = {phrase for phrase in normalised if " " in phrase and re.search(r"[^\W\d_]", phrase)}
    known = PersonalValues(names, numbers, {day for (day,) in days if day})
    return known.without([*_program_texts(), *officers])


def _officers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names in the public columns that say who decided or answered; without digits, which are never a name."""
    columns = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = 'build' "
        "and schema_name in ('marts', 'quality') and column_name in (select unnest(?))",
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
    """Runs of 9 to 12 digits in any cell of a raw role, also with a leading zero that a spreadsheet lost."""
    source = f"read_parquet({sql_text(folder / '*.parquet')}, union_by_name = true)"
    cells = [row[0] for row in connection.execute(f"describe from {source}").fetchall()]
    cells = [cell for cell in cells if cell not in ("extraction_id", "source_file_id", "sheet", "row_number")]
    joined = ", ".join(f'"{cell}"' for cell in cells)
    rows = connection.execute(
        f"select distinct unnest(regexp_extract_all(concat_ws('|', {joined}), '[0-9]+')) as number from {source}"
    ).fetchall()
    return {number for (number,) in rows if 9 <= len(number) <= 12}


def _program_texts() -> Iterator[str]:
    paths = [path for folder, pattern in _PROGRAM_TEXTS for path in sorted(folder.glob(pattern))]
    for path in [*reference_files(), *paths]:
        if path.is_file() and path.suffix in (".csv", ".yml", ".j2", ".py", ".html", ".sql"):
            yield path.read_text(encoding="utf-8")


def search_tables(known: PersonalValues, database: Path, schemas: Iterable[str]) -> list[str]:
    """`table.column` of every column of a database that holds a known value."""
    places = []
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
            "where schema_name in (select unnest(?)) order by all",
            [list(schemas)],
        ).fetchall()
        for table, column, kind in columns:
            found = Found()
            for text in _distinct_texts(connection, table, column, kind):
                known.search(text, found)
            if found.values:
                places.append(f"{table}.{column}")
    return places


def _distinct_texts(connection: duckdb.DuckDBPyConnection, table: str, column: str, kind: str) -> list[str]:
    name = f'"{column}"'
    if kind == "VARCHAR":
        # A value without a space or a run of digits can hold nothing that is searched for: pseudonyms, codes.
        condition = f"contains({name}, ' ') or regexp_matches({name}, '(^|[^0-9a-zA-Z])[0-9]{{9,12}}([^0-9a-zA-Z]|$)')"
        condition += f" or regexp_matches({name}, '[0-9][-/][0-9]')"
        query = f"select distinct {name} from {table} where {condition}"
    elif kind in ("BIGINT", "HUGEINT", "UBIGINT"):
        query = f"select distinct lpad({name}::varchar, 12, '0') from {table} where {name} >= {_LONGEST_SUM}"
    elif kind == "DATE":
        query = f"select distinct {name}::varchar from {table} where {name} is not null"
    else:
        return []
    return [text for (text,) in connection.execute(query).fetchall()]


def search_files(known: PersonalValues, folder: Path) -> list[str]:
    """Paths of the files of a folder that hold a known value; tables are searched as tables (`search_tables`)."""
    places = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        # A library as its package ships it holds example dates, on which somebody may well be born.
        if path.suffix in _TABLES_OF_OTHERS or (path.suffix == ".js" and path.read_bytes() == chart_library()):
            continue
        found = Found()
        for text in _texts(path):
            known.search(text, found)
        if found.values:
            places.append(path.relative_to(folder).as_posix())
    return places


def _texts(path: Path) -> Iterator[str]:
    """What a file says: as it is, with escapes of HTML and JSON resolved, and cell by cell between tags."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield from _readable(archive.read(name).decode("utf-8", errors="replace"))
    else:
        yield from _readable(path.read_bytes().decode("utf-8", errors="replace"))


def _readable(text: str) -> Iterator[str]:
    if "\\u" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    # Words of two cells are no name; a tag or a quote ends a cell.
    yield from re.split(r"[<>\"\n\t]+", html.unescape(text) if "&" in text else text)


def result(places: list[str]) -> CheckResult:
    """The check as a row of `quality.check_result`."""
    check = load_checks()[CHECK_CODE]
    return CheckResult(
        check_id=CHECK_CODE,
        check_code=CHECK_CODE,
        check_name=check.title_vi,
        dataset="release",
        severity=check.severity,
        is_passed=not places,
        observed=", ".join(places) if places else "0 columns and files with a personal value",
        expected="0 columns and files with a personal value",
        checked_at=datetime.now(UTC),
        engine=check.engine,
    )
