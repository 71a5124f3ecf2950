"""What is wrong with filled official forms: identities within a sheet (I1 to I8) and between sheets (C1 to C7).

A fault is a sum, share or equality that does not hold. A remark is what may be right: persons may come and go in a
household that stays, and columns 4 and 8 of 7.2 and 7.3 are often left blank.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from base.reference import cutoff_date, survey_years, units_valid_on
from base.text import key
from reports.forms.filled_sheet import (
    ALL,
    GROUP,
    HOUSEHOLDS,
    NEAR_POOR,
    PERSONS,
    POOR,
    SUM_COLUMN,
    TOTAL,
    TOTAL_COLUMN,
    UNIT,
    FilledArea,
    FilledSheet,
)

_MOVES = (2, 3)
_OTHER_MOVES = (4, 8)
_LEAST_DEPRIVATIONS = 3
_MOST_OF_NEAR_POOR = 2
_RESULT, _RESULT_LONG = 10, 14
_SEVERAL = 3
# form 7.1: (rate, part, whole), and the parts that must fit into a whole; in ten columns and in fourteen
_RATES = {
    _RESULT: ((4, 3, 1), (6, 5, 2), (8, 7, 1), (10, 9, 2)),
    _RESULT_LONG: ((4, 3, 1), (6, 5, 1), (8, 7, 1), (10, 9, 2), (12, 11, 2), (14, 13, 2)),
}
_FIT = {_RESULT: (((3, 7), 1), ((5, 9), 2)), _RESULT_LONG: (((3, 5, 7), 1), ((9, 11, 13), 2))}
_LISTED = {
    _RESULT: {(POOR, HOUSEHOLDS): 3, (POOR, PERSONS): 5, (NEAR_POOR, HOUSEHOLDS): 7, (NEAR_POOR, PERSONS): 9},
    _RESULT_LONG: {(POOR, HOUSEHOLDS): 3, (POOR, PERSONS): 9, (NEAR_POOR, HOUSEHOLDS): 5, (NEAR_POOR, PERSONS): 11},
}
_LINE_NAMES = {HOUSEHOLDS: "hộ", PERSONS: "nhân khẩu", ALL: "chung", POOR: "hộ nghèo", NEAR_POOR: "hộ cận nghèo"}
Column = int | str
Published = Callable[[FilledSheet, FilledArea, str, Column], Decimal | None]


@dataclass(frozen=True)
class Remark:
    """What is said about a cell. `difference` is what is written less what it should be."""

    rule: str
    is_fault: bool
    file: str
    sheet: str
    cell: str
    message: str
    difference: Decimal | None = None


def check_sheets(sheets: Sequence[FilledSheet]) -> list[Remark]:
    """Everything that is wrong within the sheets and between them, by file, sheet and rule."""
    found = [remark for sheet in sheets for remark in _within(sheet)]
    for file in dict.fromkeys(sheet.file for sheet in sheets):
        by_form = {sheet.form: sheet for sheet in sheets if sheet.file == file}
        found += [*_shared_totals(by_form), *_exchanges(by_form), *_causes_fit(by_form)]
    return [*found, *_years(sheets), *_levels(sheets)]


def _within(sheet: FilledSheet) -> Iterator[Remark]:
    check = {1: _result, 2: _movement, 3: _movement, 8: _target_groups, 9: _ethnicity, 10: _causes}.get(sheet.form)
    yield from _unreadable(sheet)
    yield from check(sheet) if check else _deprivations(sheet)
    yield from _sums(sheet)


def _say(
    sheet: FilledSheet,
    area: FilledArea,
    line: str,
    column: Column,
    rule: str,
    message: str,
    *,
    is_fault: bool = True,
    difference: Decimal | None = None,
) -> Remark:
    several = len(area.lines) > 1
    where = f"{area.name}{f' ({_LINE_NAMES[line]})' if several else ''}"
    return Remark(rule, is_fault, sheet.file, sheet.sheet, area.place(line, column), f"{where}: {message}", difference)


def _shown(number: Decimal) -> str:
    rounded = number.quantize(Decimal("0.01")) if number != number.to_integral_value() else number
    return f"{rounded.normalize():f}".replace(".", ",")


def _name(column: Column) -> str:
    return {TOTAL_COLUMN: "cột tổng số hộ", SUM_COLUMN: "cột tổng số thiếu hụt"}.get(str(column), f"cột {column}")


def _equal(
    sheet: FilledSheet,
    area: FilledArea,
    line: str,
    column: Column,
    wanted: Decimal | None,
    rule: str,
    reason: str,
    *,
    is_fault: bool = True,
) -> Iterator[Remark]:
    """A remark where a cell is not what it should be; nothing where either is not known."""
    written = area.count(line, column)
    if written is not None and wanted is not None and written != wanted:
        message = f"{_name(column)} ghi {_shown(written)}, phải là {_shown(wanted)} ({reason})"
        yield _say(sheet, area, line, column, rule, message, is_fault=is_fault, difference=written - wanted)


def _at_most(
    sheet: FilledSheet, area: FilledArea, line: str, column: Column, most: Decimal | None, rule: str, reason: str
) -> Iterator[Remark]:
    written = area.count(line, column)
    if written is not None and most is not None and written > most:
        message = f"{_name(column)} ghi {_shown(written)}, không được quá {_shown(most)} ({reason})"
        yield _say(sheet, area, line, column, rule, message, difference=written - most)


def _sum(area: FilledArea, line: str, columns: Iterable[Column]) -> Decimal | None:
    """The sum of the cells that are written; None where none is."""
    known = [number for column in columns if (number := area.count(line, column)) is not None]
    return sum(known, Decimal(0)) if known else None


def _unreadable(sheet: FilledSheet) -> Iterator[Remark]:
    for area in sheet.areas:
        for line, values in area.lines.items():
            for column, value in values.items():
                if value.number is None:
                    rule = "I4" if sheet.form in (5, 7) else "I1" if sheet.form == 1 else "I8"
                    yield _say(sheet, area, line, column, rule, f"{_name(column)} không phải là số")


def _rate(
    sheet: FilledSheet, area: FilledArea, column: Column, part: Decimal | None, whole: Decimal | None, rule: str
) -> Iterator[Remark]:
    """A printed rate is right within half of its last digit. Where the whole is 0, blank and 0 are both in use."""
    value = area.lines.get(HOUSEHOLDS, {}).get(column)
    if value is None or value.number is None or part is None or whole is None:
        return
    wanted = part * 100 / whole if whole else Decimal(0)
    if abs(value.number - wanted) > _half_of_last_digit(sheet, value.number, value.decimals):
        message = f"{_name(column)} ghi {_shown(value.number)}%, phải là {_shown(wanted)}%"
        yield _say(sheet, area, HOUSEHOLDS, column, rule, message, difference=value.number - wanted)


def _half_of_last_digit(sheet: FilledSheet, written: Decimal, decimals: int) -> Decimal:
    """Half of the last digit that is written. A whole number on a sheet that prints digits after the point lacks its
    zeros, so it is one of five digits."""
    prints_decimals = any(
        value.decimals and value.number is not None and value.number < _FIVE_DIGITS
        for area in sheet.areas
        for values in area.lines.values()
        for value in values.values()
    )
    if decimals == 0 and prints_decimals and written < _FIVE_DIGITS:
        decimals = 1
    # A calculated cell is a binary fraction: its last digits mean nothing.
    return Decimal(5).scaleb(-min(decimals, _EXACT) - 1)


_FIVE_DIGITS = Decimal(10_000)
_EXACT = 9


def _result(sheet: FilledSheet) -> Iterator[Remark]:
    layout = _RESULT_LONG if len(sheet.columns) >= _RESULT_LONG else _RESULT
    for area in sheet.areas:
        for column, part, whole in _RATES[layout]:
            parts = (area.count(HOUSEHOLDS, part), area.count(HOUSEHOLDS, whole))
            yield from _rate(sheet, area, column, *parts, "I1")
        for columns, whole in _FIT[layout]:
            most, together = area.count(HOUSEHOLDS, whole), _sum(area, HOUSEHOLDS, columns)
            if most is not None and together is not None and together > most:
                names = " + ".join(map(str, columns))
                message = f"cột {names} là {_shown(together)}, nhiều hơn cột {whole} là {_shown(most)}"
                yield _say(sheet, area, HOUSEHOLDS, columns[0], "I1", message, difference=together - most)


def _movement(sheet: FilledSheet) -> Iterator[Remark]:
    blank = [
        column
        for column in _OTHER_MOVES
        if all(area.count(line, column) is None for area in sheet.areas for line in area.lines)
    ]
    if blank:
        columns = " và ".join(map(str, blank))
        message = f"cột {columns} để trống ở mọi dòng; biến động khác phải ghi ở đó"
        yield Remark("I2", False, sheet.file, sheet.sheet, "", message)
    for area in sheet.areas:
        for line in area.lines:
            opening, closing = area.count(line, 1), area.count(line, 9)
            if opening is not None and closing is not None:
                down, up = _sum(area, line, (2, 3, 4)) or Decimal(0), _sum(area, line, (5, 6, 7, 8)) or Decimal(0)
                wanted = opening - down + up
                yield from _equal(sheet, area, line, 9, wanted, "I2", "9=1-2-3-4+5+6+7+8")
                if down > opening:
                    message = f"cột 2 + 3 + 4 là {_shown(down)}, nhiều hơn cột 1 là {_shown(opening)}"
                    yield _say(sheet, area, line, 2, "I2", message, difference=down - opening)
        for column in sheet.columns:
            households, persons = area.count(HOUSEHOLDS, column), area.count(PERSONS, column)
            if households and persons == 0:
                message = f"cột {column} có {_shown(households)} hộ nhưng không có nhân khẩu"
                yield _say(sheet, area, HOUSEHOLDS, column, "I2", message)
            if households == 0 and persons:
                message = f"cột {column} có {_shown(persons)} nhân khẩu nhưng không có hộ"
                yield _say(sheet, area, PERSONS, column, "I2", message, is_fault=False)


def _deprivations(sheet: FilledSheet) -> Iterator[Remark]:
    """Forms 7.4 and 7.6; the rates of 7.5 and 7.7 are checked beside them."""
    if sheet.form not in (4, 6):
        return
    for area in sheet.areas:
        total, together = area.count(HOUSEHOLDS, TOTAL_COLUMN), _sum(area, HOUSEHOLDS, sheet.columns)
        for column in sheet.columns:
            yield from _at_most(sheet, area, HOUSEHOLDS, column, total, "I3", "tổng số hộ")
        yield from _equal(sheet, area, HOUSEHOLDS, SUM_COLUMN, together, "I3", "tổng các cột chỉ số")
        if total is None or together is None:
            continue
        if sheet.form == 4 and together < _LEAST_DEPRIVATIONS * total:
            message = f"{_shown(total)} hộ nghèo phải thiếu hụt ít nhất {_shown(3 * total)}, ghi {_shown(together)}"
            yield _say(sheet, area, HOUSEHOLDS, 1, "I3", message, difference=together - _LEAST_DEPRIVATIONS * total)
        if sheet.form == 6 and together > _MOST_OF_NEAR_POOR * total:
            message = f"{_shown(total)} hộ cận nghèo thiếu hụt nhiều nhất {_shown(2 * total)}, ghi {_shown(together)}"
            yield _say(sheet, area, HOUSEHOLDS, 1, "I3", message, difference=together - _MOST_OF_NEAR_POOR * total)


def _target_groups(sheet: FilledSheet) -> Iterator[Remark]:
    has_other = "khác" in sheet.headers.get(5, "")
    for area in sheet.areas:
        for line in area.lines:
            if has_other:
                for last in (5, 10):
                    total, others = area.count(line, last - 4), _sum(area, line, range(last - 3, last))
                    if total is not None and others is not None:
                        reason = f"{last}={last - 4}-{last - 3}-{last - 2}-{last - 1}"
                        yield from _equal(sheet, area, line, last, total - others, "I5", reason)
                continue
            for column in range(5, 11):
                of_class = 3 if column % 2 else 4
                yield from _at_most(sheet, area, line, column, area.count(line, of_class), "I5", f"cột {of_class}")
            for column in (5, 6):
                yield from _at_most(sheet, area, line, column, area.count(line, 2), "I5", "cột 2")


def _ethnicity(sheet: FilledSheet) -> Iterator[Remark]:
    half = len(sheet.columns) // 2
    for area in sheet.areas:
        for first in (1, half + 1):
            total, kinh = area.count(HOUSEHOLDS, first), area.count(HOUSEHOLDS, first + 2)
            if total is not None:
                wanted = total - (kinh or 0)
                reason = f"{first + 1}={first}-{first + 2}"
                yield from _equal(sheet, area, HOUSEHOLDS, first + 1, wanted, "I6", reason)
            groups = _sum(area, HOUSEHOLDS, range(first + 3, first + half))
            yield from _equal(sheet, area, HOUSEHOLDS, first + 1, groups, "I6", "tổng các cột dân tộc")


def _causes(sheet: FilledSheet) -> Iterator[Remark]:
    for area in sheet.areas:
        for column in sheet.columns:
            poor, near = area.count(POOR, column), area.count(NEAR_POOR, column)
            if poor is not None or near is not None:
                wanted = (poor or Decimal(0)) + (near or Decimal(0))
                yield from _equal(sheet, area, ALL, column, wanted, "I7", "hộ nghèo + hộ cận nghèo")


def _causes_fit(by_form: Mapping[int, FilledSheet]) -> Iterator[Remark]:
    if 10 not in by_form or 1 not in by_form:
        return
    listed = _listed_of(by_form[1])
    known = by_form[1].by_key()
    for area in by_form[10].areas:
        for line in (POOR, NEAR_POOR):
            other = known.get(area.key)
            most = other.count(HOUSEHOLDS, listed[line, HOUSEHOLDS]) if other else None
            for column in by_form[10].columns:
                yield from _at_most(by_form[10], area, line, column, most, "I7", "số hộ ở biểu 7.1")


def _sums(sheet: FilledSheet) -> Iterator[Remark]:
    """Groups are the sums of their units, the total that of the groups, in all columns of counts."""
    rates: set[Column] = {
        column for column, _, _ in _RATES[_RESULT_LONG if len(sheet.columns) >= _RESULT_LONG else _RESULT]
    }
    skipped: set[Column] = rates if sheet.form == 1 else set(sheet.columns) if sheet.form in (5, 7) else set()
    columns: list[Column] = [TOTAL_COLUMN, SUM_COLUMN, *sheet.columns]
    columns = [column for column in columns if column not in skipped]
    for area in sheet.areas:
        if area.kind == UNIT and not area.parts:
            continue
        reason = "I + II" if area.kind == TOTAL else "tổng các đơn vị"
        wrong: list[Remark] = []
        compared = 0
        for line in area.lines:
            for column in columns:
                wanted = _together(area.parts, line, column)
                if not area.parts and area.kind == GROUP:
                    wanted = Decimal(0)
                if area.count(line, column) and wanted is None:
                    continue
                compared += bool(area.count(line, column) or wanted)
                wrong += _equal(sheet, area, line, column, wanted, "I8", reason)
        is_short = all(remark.difference is not None and remark.difference > 0 for remark in wrong)
        # A district that exceeds its communes in one cell of many is a fault; in several, and never the other way, some
        # of them are not listed.
        if wrong and area.kind == UNIT and is_short and (len(wrong) >= _SEVERAL or compared < _SEVERAL):
            message = "nhiều hơn tổng các đơn vị liệt kê; có thể thiếu đơn vị"
            yield _say(sheet, area, HOUSEHOLDS, sheet.columns[0], "I8", message, is_fault=False)
        else:
            yield from wrong


def _together(areas: Sequence[FilledArea], line: str, column: Column) -> Decimal | None:
    known = [number for area in areas if (number := area.count(line, column)) is not None]
    return sum(known, Decimal(0)) if known else None


def _listed_of(sheet: FilledSheet) -> Mapping[tuple[str, str], int]:
    return _LISTED[_RESULT_LONG if len(sheet.columns) >= _RESULT_LONG else _RESULT]


def _shared_totals(by_form: Mapping[int, FilledSheet]) -> Iterator[Remark]:
    """C1, C3, C4, C5: the same count on several sheets of a workbook; and I4, rates beside their counts."""
    if 1 in by_form:
        result = by_form[1].by_key()
        listed = _listed_of(by_form[1])
        for form, rule, cells in _REPEATED:
            for area in by_form[form].areas if form in by_form else ():
                other = result.get(area.key)
                for line, column, poverty_class in cells(len(by_form[form].columns)):
                    if other:
                        wanted = other.count(HOUSEHOLDS, listed[poverty_class, line])
                        yield from _equal(by_form[form], area, line, column, wanted, rule, "biểu 7.1")
    for form in (5, 7):
        if form in by_form and form - 1 in by_form:
            counts = by_form[form - 1].by_key()
            for area in by_form[form].areas:
                other = counts.get(area.key)
                for column in by_form[form].columns if other else ():
                    whole = other.count(HOUSEHOLDS, TOTAL_COLUMN) if other else None
                    part = other.count(HOUSEHOLDS, column) if other else None
                    yield from _rate(by_form[form], area, column, part, whole, "I4")
    has_other = 8 in by_form and "khác" in by_form[8].headers.get(5, "")
    if 8 in by_form and 9 in by_form:
        groups, half = by_form[9].by_key(), len(by_form[9].columns) // 2
        for area in by_form[8].areas:
            for column, theirs in ((2, 2), (7, half + 2)) if has_other else ((5, 2), (6, half + 2)):
                wanted = groups[area.key].count(HOUSEHOLDS, theirs) if area.key in groups else None
                yield from _equal(by_form[8], area, HOUSEHOLDS, column, wanted, "C4", "biểu 7.9")


def _of_lines(column: Column, poverty_class: str) -> Callable[[int], list[tuple[str, Column, str]]]:
    return lambda _: [(line, column, poverty_class) for line in (HOUSEHOLDS, PERSONS)]


def _of_households(column: Column, poverty_class: str) -> Callable[[int], list[tuple[str, Column, str]]]:
    return lambda _: [(HOUSEHOLDS, column, poverty_class)]


# form, rule, and which of its cells repeat which of the counts of 7.1
_REPEATED: tuple[tuple[int, str, Callable[[int], list[tuple[str, Column, str]]]], ...] = (
    (2, "C1", _of_lines(9, POOR)),
    (3, "C1", _of_lines(9, NEAR_POOR)),
    (4, "C3", _of_households(TOTAL_COLUMN, POOR)),
    (5, "C3", _of_households(TOTAL_COLUMN, POOR)),
    (6, "C3", _of_households(TOTAL_COLUMN, NEAR_POOR)),
    (7, "C3", _of_households(TOTAL_COLUMN, NEAR_POOR)),
    (9, "C5", lambda columns: [(HOUSEHOLDS, 1, POOR), (HOUSEHOLDS, columns // 2 + 1, NEAR_POOR)]),
)


def _exchanges(by_form: Mapping[int, FilledSheet]) -> Iterator[Remark]:
    """C2: who left one list for the other came to that one. Persons may differ: a household grows between two years."""
    if 2 not in by_form or 3 not in by_form:
        return
    poor = by_form[2].by_key()
    for area in by_form[3].areas:
        other = poor.get(area.key)
        for line in (HOUSEHOLDS, PERSONS) if other else ():
            for column, theirs in ((5, 2), (3, 5)):
                wanted = other.count(line, theirs) if other else None
                reason = f"biểu 7.2 cột {theirs}"
                is_fault = line == HOUSEHOLDS
                yield from _equal(by_form[3], area, line, column, wanted, "C2", reason, is_fault=is_fault)


def _years(sheets: Sequence[FilledSheet]) -> Iterator[Remark]:
    """C6: a year opens with what the year before closed with."""
    for sheet in sheets:
        for before in sheets:
            same = before.form == sheet.form and before.body == sheet.body and sheet.form in _MOVES
            if not (same and sheet.year and before.year == sheet.year - 1):
                continue
            known = before.by_key()
            for area in sheet.areas:
                for line in area.lines if area.key in known else ():
                    reason = f"cuối năm {before.year}, {before.file}"
                    yield from _equal(sheet, area, line, 1, known[area.key].count(line, 9), "C6", reason)


def _levels(sheets: Sequence[FilledSheet]) -> Iterator[Remark]:
    """C7: what a unit reports stands in the sheet of the level above.

    A sheet names its body and no level above it, so a name that two communes of the year share is not compared.
    """
    shared = {year: _shared_names(year) for year in {sheet.year for sheet in sheets} if year}
    for sheet in sheets:
        if sheet.body in shared.get(sheet.year or 0, ()):
            continue
        for above in sheets:
            if above.file == sheet.file or (above.form, above.year) != (sheet.form, sheet.year) or not sheet.body:
                continue
            rows = [area for area in above.areas if area.kind == UNIT and key(area.name) == sheet.body]
            total = next((area for area in sheet.areas if area.kind == TOTAL), None)
            if not rows or total is None or above.body == sheet.body:
                continue
            rates = {4, 6, 8, 10} if sheet.form == 1 else set(sheet.columns) if sheet.form in (5, 7) else set()
            for line in total.lines:
                columns: list[Column] = [TOTAL_COLUMN, SUM_COLUMN, *sheet.columns]
                for column in columns:
                    if column not in rates:
                        wanted = _together(rows, line, column)
                        yield from _equal(sheet, total, line, column, wanted, "C7", f"dòng của đơn vị ở {above.file}")


def _shared_names(year: int) -> set[str]:
    if year not in survey_years():
        return set()
    names = Counter(key(unit.commune_name) for unit in units_valid_on(cutoff_date(year)).values())
    return {name for name, units in names.items() if units > 1}


def against_published(sheets: Sequence[FilledSheet], published: Published) -> list[Remark]:
    """C7 and C6 against the warehouse: the total of a sheet beside the published figure of its area.

    Args:
        sheets: the filled forms.
        published: what the warehouse has for a cell of a total row; None where it has nothing.
    """
    found: list[Remark] = []
    for sheet in sheets:
        for area in (area for area in sheet.areas if area.kind == TOTAL):
            for line in area.lines:
                for column in sheet.columns:
                    wanted = published(sheet, area, line, column)
                    rule = "C6" if sheet.form in _MOVES and column == 1 else "C7"
                    found += _equal(sheet, area, line, column, wanted, rule, "kho dữ liệu")
    return found
