"""The figures of a commune by hamlet, under the names that the forms use: for the commune's own edition.

Hamlets are in no published table. Everything is counted again from the private rows, by the rules of the marts; the
forms then compare each total with the published figure of the commune, so a rule that went astray writes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from base.hamlets import hamlet_key, hamlet_names, in_order
from base.home import Home
from reports.forms.formulas import Number
from reports.forms.year_figures import KINH, LISTS, Area, YearFigures

HAMLET_LEVEL = "hamlet"
NOT_TO_LEAVE = "NỘI BỘ XÃ: có số nhỏ của từng ấp, khu phố, không chuyển ra ngoài xã"
_RESIDENTS = ("area.resident_households", "area.resident_persons")
_NO_RESIDENTS = "Phiếu rà soát không ghi hộ dân cư theo ấp, khu phố: chỉ dòng tổng cộng có hộ dân cư và tỷ lệ."
_OF_A_COMMUNE = "commune_code = $commune and survey_year = $year"
_MARKS = {
    "female_headed": "head_is_female",
    "ethnic_minority_headed": "head_is_ethnic_minority",
    "merit": "is_merit_household",
    "social_protection": "is_social_protection",
    "lacks_labour_capacity": "lacks_labour_capacity",
}
_GROUPS = (1, 2, 3)
Counts = Counter[str]


@dataclass(frozen=True)
class Move:
    """What became of a household between two years, as a commune sees it; a hamlet is None where the household is not
    in the commune that year."""

    from_class: str
    to_class: str
    movement: str
    from_hamlet: str | None
    to_hamlet: str | None
    from_persons: int
    to_persons: int


def by_hamlet(home: Home, figures: YearFigures, commune: Area) -> YearFigures:
    """The figures of a commune and of its hamlets, those that had households the year before among them."""
    with duckdb.connect(str(home.build_file), read_only=True) as build:
        asked = {"commune": commune.code, "year": figures.survey_year}
        rows = _households(build, asked)
        moves, before = _moves(build, asked)
    counts: dict[str, Counts] = defaultdict(Counter)
    for row in rows:
        _count(counts[hamlet_key(row["hamlet"])], row, figures.labels)
    for (hamlet, measure), count in _moved(moves):
        counts[hamlet][measure] += count
    names = {**hamlet_names(before), **hamlet_names(Counter(row["hamlet"] for row in rows))}
    keys = {names[key]: key for key in counts}
    whole = figures.values[commune.code]
    areas, values = {commune.code: commune}, {commune.code: whole}
    for number, name in enumerate(in_order(keys), start=1):
        code = f"{commune.code}/{number}"
        areas[code] = replace(commune, level=HAMLET_LEVEL, code=code, name=name, open=(), open_movement=())
        values[code] = _values(counts[keys[name]], whole)
    return replace(
        figures,
        areas=areas,
        moved_areas=areas,
        values=values,
        notice=". ".join(filter(None, (figures.notice and figures.notice.removesuffix("."), NOT_TO_LEAVE))),
        only_whole=frozenset(_RESIDENTS),
        about_whole=_NO_RESIDENTS,
    )


def _values(counts: Counts, whole: Mapping[str, Number | None]) -> dict[str, Number | None]:
    """The figures of a hamlet: none where the commune has none, and no shares of residents."""
    values: dict[str, Number | None] = {}
    for name, of_commune in whole.items():
        is_known = of_commune is not None and not name.startswith("area.resident") and not name.endswith("_rate")
        values[name] = counts[name] if is_known else None
        if name.startswith("indicator_rate.") and of_commune is not None:
            _, poverty_class, code = name.split(".")
            households = counts[f"class.{poverty_class}.households"]
            values[name] = counts[f"indicator.{poverty_class}.{code}"] / households if households else None
    return values


def _households(build: duckdb.DuckDBPyConnection, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The poor and near-poor households of a commune with their hamlet, ethnic group, children, and children without
    insurance."""
    cursor = build.execute(
        f"""
        select households.*, staged.hamlet, groups.ethnicity_code, children.children, children.uninsured,
            concat_ws('.', 'child', households.recorded_class, 'health_insurance') as of_insurance
        from intermediate.int_household_classified as households
        inner join staging.stg_household as staged using (source_file_id, row_number)
        inner join intermediate.int_household_ethnicity as groups using (source_file_id, row_number)
        left join (
            select source_file_id, household_row_number as row_number, count(*) as children,
                count(*) filter (not has_health_insurance) as uninsured
            from intermediate.int_person where age_group in ('under_6', '6_to_15') group by all
        ) as children using (source_file_id, row_number)
        where households.{_OF_A_COMMUNE.replace(" and ", " and households.")}
            and households.recorded_class in ('poor', 'near_poor')
        order by households.row_number
        """,
        dict(asked),
    )
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _count(counts: Counts, row: Mapping[str, Any], labels: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Add a household to the counts of its hamlet."""
    of, persons, children = row["recorded_class"], int(row["member_count"] or 0), int(row["children"] or 0)
    counts[f"area.{of}_households"] += 1
    counts[f"area.{of}_persons"] += persons
    groups = [group for group, mark in _MARKS.items() if row[mark]]
    groups += [f"group_{number}" for number in _GROUPS if row["poverty_group"] == number]
    for prefix in ("", *(f"{group}_" for group in groups)):
        counts[f"class.{of}.{prefix}households"] += 1
        counts[f"class.{of}.{prefix}persons"] += persons
    for list_unit, count in (("household", 1), ("person", persons)):
        counts[f"movement.{of}.{list_unit}.closing"] += count
    if children:
        counts[f"child.{of}.households"] += 1
        counts[f"child.{of}.children"] += children
    for code in (code for code, _ in labels["indicators"] if row[f"is_deprived_{code}"]):
        counts[f"indicator.{of}.{code}"] += 1
        if f"child.{of}.{code}" != row["of_insurance"]:
            counts[f"child.{of}.{code}"] += children
    # Children without insurance are persons: those of a household with the mark may be insured.
    counts[row["of_insurance"]] += int(row["uninsured"] or 0)
    for column, ticked in row.items():
        if ticked and column.startswith("cause_"):
            counts[f"cause.{of}.{column.removeprefix('cause_')}"] += 1
    _count_group(counts, of, row["ethnicity_code"], persons, {code for code, _ in labels["ethnicities"]})


def _count_group(counts: Counts, of: str, code: str, persons: int, listed: set[str]) -> None:
    if code == KINH:
        counts[f"ethnicity.{of}.{KINH}"] += 1
        return
    counts[f"minority.{of}.households"] += 1
    counts[f"minority.{of}.persons"] += persons
    counts[f"ethnicity.{of}.{code if code in listed else 'other'}"] += 1


def _moves(build: duckdb.DuckDBPyConnection, asked: Mapping[str, Any]) -> tuple[list[Move], Counter[str | None]]:
    """What became of the households of a commune since the year before, and how hamlets were written then.

    Where a commune was reorganised since, a household that is still there opens in the hamlet that it has now: the old
    communes had hamlets of the same names.
    """
    found = build.execute(
        """
        select moves.from_class, moves.to_class, coalesce(moves.movement, ''),
            coalesce(moves.carried_commune_code = $commune, false), coalesce(moves.to_commune_code = $commune, false),
            coalesce(moves.from_commune_code <> moves.carried_commune_code, false), before.hamlet, now.hamlet,
            moves.from_member_count, moves.to_member_count
        from intermediate.int_household_transition as moves
        left join intermediate.int_household_year as years
            on moves.household_id = years.household_id and moves.from_year = years.survey_year
        left join staging.stg_household as before
            on years.source_file_id = before.source_file_id and years.source_row = before.row_number
        left join staging.stg_household as now
            on moves.source_file_id = now.source_file_id and moves.source_row = now.row_number
        where moves.to_year = $year and (moves.carried_commune_code = $commune or moves.to_commune_code = $commune)
        """,
        dict(asked),
    ).fetchall()
    moves, written = [], Counter[str | None]()
    for from_class, to_class, movement, was_here, is_here, is_reorganised, before, now, *persons in found:
        written[before] += was_here
        opened = now if is_here and is_reorganised else before
        moves.append(
            Move(
                from_class,
                to_class,
                movement,
                hamlet_key(opened) if was_here else None,
                hamlet_key(now) if is_here else None,
                *persons,
            )
        )
    return moves, +written


def _moved(moves: Sequence[Move]) -> Iterator[tuple[tuple[str, str], int]]:
    """((hamlet, name of the figure), count) of every line of forms 7.2 and 7.3: as in `poverty_movement`, with a hamlet
    in place of the area, so that a move from one hamlet to another is other decrease here and other increase there."""
    for move in moves:
        is_same = move.from_hamlet == move.to_hamlet
        is_gone = move.to_class in ("left_list", "not_listed")
        stays = is_same and move.from_class == move.to_class
        if move.from_class in LISTS and move.from_hamlet is not None:
            line = "above_line"
            if is_gone or not is_same:
                line = "other_decrease"
            elif move.to_class in LISTS:
                line = "to_other_list"
            for unit, count in (("household", 1), ("person", move.from_persons)):
                prefix = f"movement.{move.from_class}.{unit}"
                yield (move.from_hamlet, f"{prefix}.opening"), count
                if not stays:
                    yield (move.from_hamlet, f"{prefix}.{line}"), count
            if stays:
                grown = move.to_persons - move.from_persons
                line = "other_increase" if grown > 0 else "other_decrease"
                yield (move.from_hamlet, f"movement.{move.from_class}.person.{line}"), abs(grown)
        if move.to_class in LISTS and move.to_hamlet is not None and not stays:
            line = "other_increase"
            if move.from_class in LISTS and is_same:
                line = "from_other_list"
            elif move.movement in ("returned_to_poor", "returned_to_near_poor"):
                line = "returned"
            elif move.movement in ("newly_poor", "newly_near_poor"):
                line = "newly_arisen"
            for unit, count in (("household", 1), ("person", move.to_persons)):
                yield (move.to_hamlet, f"movement.{move.to_class}.{unit}.{line}"), count
