"""Poor and near-poor households by hamlet, for a commune itself: a workbook for its owner alone.

Hamlets are small and stand in no release. The sheet that may leave the commune has no count from 1 to 4, and lacks as
many more as keep those from being worked out from the commune's total: the rule of the open data, and the commune's
total is left out where the open data leave it out, or show another one because it was corrected since.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import xlsxwriter

from base.hamlets import hamlet_key, hamlet_names, in_order
from base.home import Home
from base.release_layout import DATABASE, attach
from publication.open_data.edition import last_edition, protected_counts, read_opened
from publication.open_data.suppression import Tree, suppressed
from publication.release import NotPublishedError

_WHOLE = "Cả xã"
# (class, unit) -> header; persons are left out where their households are
_COUNTS = {
    ("poor", "households"): "Hộ nghèo",
    ("poor", "persons"): "Nhân khẩu hộ nghèo",
    ("near_poor", "households"): "Hộ cận nghèo",
    ("near_poor", "persons"): "Nhân khẩu hộ cận nghèo",
}
Counts = dict[str, dict[tuple[str, str], int]]
Shown = dict[str, dict[tuple[str, str], int | None]]  # None: left out


@dataclass(frozen=True)
class HamletWorkbook:
    """A written workbook: its commune and place, and how many hamlets it lists."""

    commune_code: str
    path: Path
    hamlets: int


def read_hamlets(home: Home, survey_year: int) -> dict[str, Counts]:
    """{commune: {hamlet: {(class, unit): count}}} of the current release's households. Spellings of one hamlet are one,
    under the spelling that most rows have.

    Raises NotPublishedError when nothing is published, or the build file no longer has the rows of the release.
    """
    if not home.current.exists() or not home.build_file.exists():
        raise NotPublishedError("Nothing is published yet, or the build file is gone. `poverty run` does everything.")
    with duckdb.connect() as connection:
        attach(connection, home.build_file, "build")
        attach(connection, home.current / DATABASE, "release")
        rows = connection.execute(
            """
            select facts.commune_code, staged.row_number is null, staged.hamlet,
                facts.poverty_class, count(*), coalesce(sum(facts.member_count), 0)
            from release.marts.fct_household_year as facts
            left join build.staging.stg_household as staged
                on facts.source_file_id = staged.source_file_id and facts.source_row = staged.row_number
            where facts.survey_year = ? and facts.poverty_class in ('poor', 'near_poor')
            group by all
            """,
            [survey_year],
        ).fetchall()
    if any(is_gone for _, is_gone, *_ in rows):
        raise NotPublishedError("The build file is not what was published; run `poverty publish`, then ask again.")
    written: dict[str, Counter[str | None]] = defaultdict(Counter)
    for commune, _, hamlet, _, households, _ in rows:
        written[commune][hamlet] += households
    names = {commune: hamlet_names(spellings) for commune, spellings in written.items()}
    found: dict[str, Counts] = defaultdict(lambda: defaultdict(lambda: dict.fromkeys(_COUNTS, 0)))
    for commune, _, hamlet, of_class, households, persons in rows:
        counts = found[commune][names[commune][hamlet_key(hamlet)]]
        counts[of_class, "households"] += households
        counts[of_class, "persons"] += int(persons)
    return {commune: dict(counts) for commune, counts in found.items()}


def _total(counts: Counts, of_class: str) -> int:
    return sum(row[of_class, "households"] for row in counts.values())


def with_total(counts: Counts) -> Shown:
    """The counts of a commune with a row for the whole."""
    whole = {key: sum(row[key] for row in counts.values()) for key in _COUNTS}
    return {**{name: dict[tuple[str, str], int | None](row) for name, row in counts.items()}, _WHOLE: {**whole}}


def without_small_counts(counts: Counts, hidden_totals: Iterable[str]) -> Shown:
    """What may leave a commune, its own total included: None where a count is left out.

    Args:
        counts: the commune's hamlets.
        hidden_totals: the classes whose total of the commune the open data leave out.
    """
    shown = with_total(counts)
    for of_class in ("poor", "near_poor"):
        value = {name: row[of_class, "households"] or 0 for name, row in shown.items()}
        tree = Tree(value, dict.fromkeys(counts, _WHOLE))
        primary, secondary = suppressed(tree, frozenset({_WHOLE} if of_class in hidden_totals else ()))
        for name in primary | secondary:
            shown[name] |= {(of_class, "households"): None, (of_class, "persons"): None}
    return shown


def write_hamlet_workbooks(home: Home, survey_year: int, commune_code: str | None = None) -> list[HamletWorkbook]:
    """Write `private/hamlets/<release>/<year>-<commune>.xlsx` of a commune, or of every commune that sent a list.

    Raises NotPublishedError as `read_hamlets`, and when there is no such commune.
    """
    found = read_hamlets(home, survey_year)
    if commune_code:
        found = {commune_code: found[commune_code]} if commune_code in found else {}
    if not found:
        asked = f"commune {commune_code} in {survey_year}" if commune_code else str(survey_year)
        raise NotPublishedError(f"The current release has no poor or near-poor household of {asked}.")
    release = home.current.resolve()
    areas, open_counts = protected_counts(release, read_opened(last_edition(home)))
    folder = home.private_folder("hamlets", release.name)
    # Left out too where a correction came after the open data: with the total it could be read from both.
    hidden: dict[str, set[str]] = defaultdict(set)
    for count in open_counts:
        for of_class in ("poor", "near_poor"):
            if count.year == survey_year and count.name == (f"{of_class}_households",):
                for area, value in count.value.items():
                    if value is None or (area in found and value != _total(found[area], of_class)):
                        hidden[area].add(of_class)
    written = []
    for commune, counts in sorted(found.items()):
        path = folder / f"{survey_year}-{commune}.xlsx"
        title = f"{areas[survey_year, commune][1]}, năm {survey_year}, bản phát hành {release.name}"
        with xlsxwriter.Workbook(str(path)) as workbook:
            _write(workbook, "Nội bộ xã", f"{title}: đủ số liệu, không chuyển ra ngoài xã", with_total(counts))
            shown = without_small_counts(counts, hidden[commune])
            _write(workbook, "Chuyển ra ngoài", f"{title}: ô trống là số nhỏ hoặc số có thể làm lộ số nhỏ", shown)
        path.chmod(0o600)
        written.append(HamletWorkbook(commune, path, len(counts)))
    return written


def _write(workbook: xlsxwriter.Workbook, name: str, title: str, rows: Shown) -> None:
    sheet = workbook.add_worksheet(name)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, len(_COUNTS), 16)
    sheet.write_string(0, 0, title)
    sheet.write_row(2, 0, ["Ấp, khu phố", *_COUNTS.values()], workbook.add_format({"bold": True, "border": 1}))
    order = [*in_order(area for area in rows if area != _WHOLE), _WHOLE]
    for number, area in enumerate(order, start=3):
        sheet.write_string(number, 0, area)
        for column, key in enumerate(_COUNTS, start=1):
            value = rows[area][key]
            if value is not None:
                sheet.write_number(number, column, value)
