"""Which figures are open, and what a reader knows that binds them together.

A figure that is not here is not open.

Only counts by area on the boundaries of their review: then commune, district (until 2024) and province are one tree,
and every count of a year is a table of its own. Left out, because each is a second way to the same cells: harmonised
boundaries and the urban and rural split (differences of two divisions), movements, transitions and decompositions
(opening is last year's closing), poverty measures (a ratio times residents is a count), totals and groups of classes,
needs that contain other needs, and every table about single households, files or findings.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from base.reference import cutoff_dates_sql, read_table


def areas_sql() -> str:
    """The areas of a release, each with the area above it and whether its files are final."""
    return f"""
    select
        areas.survey_year, areas.area_level, areas.area_code, areas.area_name,
        case
            when areas.area_level = 'district' then province.area_code
            when areas.area_level = 'commune' then coalesce(district.area_code, province.area_code)
        end as parent_code,
        areas.is_final
    from marts.area_year as areas
    left join marts.area_year as province
        on areas.survey_year = province.survey_year
        and province.boundary = 'as_reviewed' and province.area_level = 'province'
    inner join {cutoff_dates_sql()} on areas.survey_year = cutoffs.survey_year
    left join marts.dim_commune as commune
        on areas.area_level = 'commune' and areas.area_code = commune.commune_code
        and cutoffs.cutoff_date >= commune.valid_from and coalesce(cutoffs.cutoff_date < commune.valid_to, true)
    left join marts.area_year as district
        on areas.survey_year = district.survey_year and commune.district_code = district.area_code
        and district.boundary = 'as_reviewed' and district.area_level = 'district'
    where areas.boundary = 'as_reviewed' and areas.area_level in ('province', 'district', 'commune')
    order by areas.survey_year, areas.area_level, areas.area_code
    """


LISTED = ("poor_households", "near_poor_households")


@dataclass(frozen=True)
class Count:
    """An open count.

    Attributes:
        at_most: counts whose sum it cannot exceed, where they are all shown.
        at_least: a count that it cannot fall below, where that is shown.
        follows: counts with which it is left out, because it would bind them: the persons of households not shown.
        share_of: the count that its share is taken of, None for no share.
    """

    name: str
    at_most: tuple[str, ...] = ()
    at_least: str | None = None
    follows: tuple[str, ...] = ()
    share_of: str | None = None


# In the order in which they are protected: a count comes after those that bind it.
AREA_COUNTS = (
    Count("resident_households"),
    Count("resident_persons"),
    Count("poor_households", at_most=("resident_households",), share_of="resident_households"),
    Count("near_poor_households", at_most=("resident_households",), share_of="resident_households"),
    Count("average_households", at_most=("resident_households",)),
    Count("non_poor_households", at_most=("resident_households",)),
    Count("poor_persons", at_least="poor_households", follows=("poor_households",)),
    Count("near_poor_persons", at_least="near_poor_households", follows=("near_poor_households",)),
    Count("female_headed_households", at_most=LISTED, follows=LISTED),
    Count("ethnic_minority_headed_households", at_most=LISTED, follows=LISTED),
    Count("merit_households", at_most=LISTED, follows=LISTED),
    Count("social_protection_households", at_most=LISTED, follows=LISTED),
)

INDICATOR_CLASSES = {"poor": "poor_households", "near_poor": "near_poor_households"}
# A count of communes: its table, its name there, what binds it, its rows (survey year, commune, count).
Counted = tuple[str, tuple[str, ...], Count, list[tuple[int, str, int]]]


def share_of(table: str, name: tuple[str, ...]) -> str | None:
    """The count of `area_year` that the share of a count is taken of; None for no share."""
    if table == "area_year":
        return next(count.share_of for count in AREA_COUNTS if count.name == name[0])
    return INDICATOR_CLASSES[name[0]] if table == "indicator_year" else None


def read_counts(connection: duckdb.DuckDBPyConnection) -> Iterator[Counted]:
    """Every open count of the communes of a release, those that bind others first."""
    area = "boundary = 'as_reviewed' and area_level = 'commune'"
    for count in AREA_COUNTS:
        rows = connection.execute(
            f"select survey_year, area_code, {count.name} from marts.area_year "
            f"where {area} and {count.name} is not null"
        ).fetchall()
        yield "area_year", (count.name,), count, rows
    for poverty_class, whole in INDICATOR_CLASSES.items():
        bound = Count("deprived", (whole,), None, (whole,), whole)
        yield from _by_code(
            connection,
            f"select indicator_code, survey_year, area_code, deprived_households from marts.indicator_area_year "
            f"where {area} and poverty_class = '{poverty_class}'",
            ("indicator_year", (poverty_class,), bound),
        )
    # Needs are those of poor and near-poor households: bound by them, and binding them where one of the two is not
    # shown. The count of a need that contains others is bound by theirs on both sides.
    whole_needs = ", ".join(f"'{row['parent_code']}'" for row in read_table("needs"))
    yield from _by_code(
        connection,
        f"select need_code, survey_year, area_code, households from marts.need_area_year "
        f"where {area} and need_code not in ({whole_needs})",
        ("need_year", (), Count("need", LISTED, None, LISTED)),
    )


def _by_code(
    connection: duckdb.DuckDBPyConnection, query: str, kind: tuple[str, tuple[str, ...], Count]
) -> Iterator[Counted]:
    """The counts of a table that has a row for each code, by code."""
    table, prefix, count = kind
    by_code: dict[str, list[tuple[int, str, int]]] = {}
    for code, *row in connection.execute(f"{query} order by all").fetchall():
        by_code.setdefault(code, []).append(tuple(row))
    for code, rows in by_code.items():
        yield table, (*prefix, code), count, rows
