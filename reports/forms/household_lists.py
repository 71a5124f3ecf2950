"""Our lists 4 and 5 (files form_14 and form_15): the lists of near-poor and poor households, with personal data.

This is the one module of `reports` that reads the private side; only `make_private_forms`, the blank survey
workbooks and the recognition lists call it, and what they make goes to a folder that the owner alone can open.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
from filelock import FileLock, Timeout
from openpyxl.utils import get_column_letter

from base.home import Home
from base.release_layout import DATABASE, attach
from reports.forms.fill import FiguresDisagreeError
from reports.forms.layout import Cell, Sheet, about, put_foot, put_head, put_headers, row_height
from reports.forms.rows import sub_areas
from reports.forms.specification import HouseholdList, ListColumn
from reports.forms.year_figures import Area, NoFormsError, YearFigures

_STYLES = {"text": "name", "centred": "place", "count": "count", "decimal": "decimal", "mark": "place"}
_SEX = {"male": "Nam", "female": "Nữ"}
_MARK = "x"
Household = Mapping[str, Any]


@contextmanager
def private_side(home: Home, *survey_years: int) -> Iterator[None]:
    """Hold the build file while lists of some years are made from it, so that nobody builds meanwhile.

    Raises NoFormsError when it is in use, missing, or not what the current release was made from.
    """
    if not home.build_file.exists():
        raise NoFormsError("There is no build file, so there are no household lists; `poverty run` makes it.")
    try:
        with FileLock(home.build_lock, timeout=1):
            if not all(_is_what_was_published(home, survey_year) for survey_year in survey_years):
                raise NoFormsError("The build file is not what was published; run `poverty publish`, then ask again.")
            yield
    except Timeout:
        raise NoFormsError("The build file is in use by another run; ask again when it has ended.") from None


def _is_what_was_published(home: Home, survey_year: int) -> bool:
    columns = "household_id, source_file_id, source_row, commune_code, poverty_class, member_count"
    build, release = (
        f"(select {columns} from {name}.marts.fct_household_year where survey_year = ?)"
        for name in ("build", "release")
    )
    with duckdb.connect() as connection:
        attach(connection, home.build_file, "build")
        attach(connection, home.current / DATABASE, "release")
        different = connection.execute(
            f"select count(*) from (({build} except {release}) union all ({release} except {build}))", [survey_year] * 4
        ).fetchall()
    return bool(different[0][0] == 0)


def read_households(home: Home, figures: YearFigures, area: Area) -> list[Household]:
    """The poor and near-poor households of an area as their commune sent them, in the order of its files."""
    communes = [area] if area.level == "commune" else _communes(area, figures.areas)
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        cursor = connection.execute(
            """
            select households.*, facts.poverty_class, facts.commune_code, facts.member_count as counted_members
            from staging.stg_household as households
            inner join marts.fct_household_year as facts
                on households.source_file_id = facts.source_file_id and households.row_number = facts.source_row
            where facts.survey_year = ? and facts.poverty_class in ('poor', 'near_poor')
                and list_contains(?, facts.commune_code)
            order by facts.commune_code, households.row_number
            """,
            [figures.survey_year, [commune.code for commune in communes]],
        )
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{**row, **_shown(row), "commune_name": figures.areas[row["commune_code"]].name} for row in rows]


def read_escaped(home: Home, figures: YearFigures, commune: Area) -> list[Household]:
    """The households of a commune that were on a list the year before and are on a better one, or on none; `movement`
    says which, `is_in_another_commune` whether they came from another commune."""
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        cursor = connection.execute(
            """
            select households.*, moves.movement, moves.is_in_another_commune,
                facts.member_count as counted_members
            from marts.fct_household_transition as moves
            inner join marts.fct_household_year as facts
                on moves.household_id = facts.household_id and moves.to_year = facts.survey_year
            inner join staging.stg_household as households
                on households.source_file_id = facts.source_file_id and households.row_number = facts.source_row
            where moves.to_year = ? and facts.commune_code = ?
                and moves.movement in ('poor_to_above', 'poor_to_near_poor', 'near_poor_to_above')
            order by moves.from_class = 'near_poor', moves.to_class = 'near_poor', households.row_number
            """,
            [figures.survey_year, commune.code],
        )
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{**row, **_shown(row)} for row in rows]


def read_last_list(home: Home, survey_year: int, communes: Sequence[str]) -> list[Household]:
    """The poor and near-poor households of a year in some communes: code, head, hamlet and class, in their order."""
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        cursor = connection.execute(
            """
            select households.household_code, households.head_name, households.hamlet, facts.poverty_class
            from staging.stg_household as households
            inner join marts.fct_household_year as facts
                on households.source_file_id = facts.source_file_id and households.row_number = facts.source_row
            where facts.survey_year = ? and facts.poverty_class in ('poor', 'near_poor')
                and list_contains(?, facts.commune_code)
            order by facts.commune_code, households.row_number
            """,
            [survey_year, list(communes)],
        )
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _communes(area: Area, known: Mapping[str, Area]) -> list[Area]:
    listed = sub_areas(area, known)
    return [
        commune for other in listed for commune in ([other] if other.level == "commune" else sub_areas(other, known))
    ]


def _shown(row: Household) -> dict[str, Any]:
    """What a list shows otherwise than it is kept: the birth as far as it is known, the sex in words."""
    birth = row["head_birth_date"]
    year = row["head_birth_year"]
    return {
        "head_birth": birth.strftime("%d/%m/%Y") if birth else str(year) if year else None,
        "head_sex": _SEX.get(row["head_sex"]),
        "member_count": row["counted_members"],
    }


def list_sheet(form: HouseholdList, households: Sequence[Household], area: Area, figures: YearFigures) -> Sheet:
    """The worksheet of a list. Raises FiguresDisagreeError when its totals are not the published figures."""
    columns = form.columns(figures.labels)
    sheet = Sheet(form.sheet, footer=figures.release_id, leading=1)
    sheet.widths = [5.0, *(column.width for column in columns)]
    put_head(sheet, form, area, figures)
    first = put_headers(sheet, columns, ("TT",), [str(number) for number in range(1, len(columns) + 1)]) + 1
    listed = [row for row in households if row["poverty_class"] == form.poverty_class]
    for number, household in enumerate(listed, start=1):
        row = first + number - 1
        sheet.cells.append(Cell(row, 1, number, "place"))
        texts = []
        for index, column in enumerate(columns, start=2):
            value = _value(household[column.field], column)
            sheet.cells.append(Cell(row, index, value, _STYLES[column.kind]))
            if column.kind == "text":
                texts.append((str(value or ""), column.width))
        sheet.heights[row] = row_height(texts)
    _put_totals(sheet, form, columns, listed, first, area, figures)
    put_foot(sheet, first + len(listed) + 1, [*form.notes, about(area, figures)])
    return sheet


def _value(value: Any, column: ListColumn) -> str | int | float | None:
    if column.kind == "mark":
        return _MARK if value else None
    if column.kind in ("count", "decimal"):
        return None if value is None else int(value) if column.kind == "count" else float(value)
    return None if value is None else str(value)


def _put_totals(
    sheet: Sheet,
    form: HouseholdList,
    columns: Sequence[ListColumn],
    listed: Sequence[Household],
    first: int,
    area: Area,
    figures: YearFigures,
) -> None:
    row = first + len(listed)
    sheet.cells.append(Cell(row, 1, None, "place_bold"))
    for index, column in enumerate(columns, start=2):
        block = f"{get_column_letter(index)}{first}:{get_column_letter(index)}{max(first, row - 1)}"
        formula, total = None, None
        if column.total and listed:
            values = [household[column.field] for household in listed]
            total = sum(int(value or 0) for value in values) if column.total == "sum" else sum(map(bool, values))
            formula = {"sum": f"=SUM({block})", "count": f"=COUNTA({block})", "marks": f'=COUNTIF({block},"{_MARK}")'}[
                column.total
            ]
            published = figures.value(area.code, column.measure) if column.measure else total
            if total != (published or 0):
                raise FiguresDisagreeError(
                    f"{form.sheet}, area {area.code}: the list gives {total} and the published figure of "
                    f"{column.measure} is {published}. This workbook was not written."
                )
        shown: str | int | None = "Tổng cộng" if index == 2 else total
        sheet.cells.append(Cell(row, index, shown, "name_bold" if index == 2 else "count_bold", formula))
