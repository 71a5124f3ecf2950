"""How far a figure is known: what is still open about it, within which bounds it lies, what a target may be called.

The one place of this rule: pages, forms, workbooks and correction lists say what it says.
"""

from collections.abc import Iterable

from base.reference import cutoff_dates_sql, load_territory
from reports.numbers import count_vi, percent_vi
from reports.tables import ReleaseTables, Row

PROVISIONAL = "tạm thời"
NOTHING_RECEIVED = "chưa có số liệu"
_TITLES = 3


def bounds(row: Row) -> str:
    """A rate that is recomputed from what the forms of a year say: exact, between two bounds, or at least so much."""
    if row["is_complete"]:
        return percent_vi(row["poor_rate"])
    if row["upper_rate"] is None:
        return f"ít nhất {percent_vi(row['poor_rate'])}"
    return f"từ {percent_vi(row['poor_rate'])} đến {percent_vi(row['upper_rate'])}"


def what_is_open(row: Row) -> list[str]:
    """Why the figures of a year are not the last word: a row of `area_year` with open_errors; empty when they are."""
    reasons = []
    if _is_incomplete(row):
        reasons.append(f"mới có {row['communes_received']} trên {row['communes_expected']} xã")
    elif row["is_final"] is False:
        reasons.append(PROVISIONAL)
    if row["open_errors"]:
        reasons.append(f"{count_vi(row['open_errors'])} lỗi chưa xử lý")
    return reasons


def in_full(row: Row) -> list[str]:
    """The same with the checks that found the errors, of a row that has their titles too: the most frequent first."""
    reasons = what_is_open(row)
    if row["open_errors"]:
        titles = [f"{title}: {count_vi(errors)}" for title, errors in _by_title(row["errors_by_title"])]
        more = ["…"] if len(titles) > _TITLES else []
        reasons[-1] += f" ({'; '.join([*titles[:_TITLES], *more])})"
    return reasons


def _by_title(counts: dict[str, int]) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def open_errors_sql() -> str:
    """A relation: the open error findings of each area and year, and how many of them each check found, by title.

    A missing file is none: the communes received say so. Errors of an area are those of the communes on its ground; a
    finding that names no commune of its year is the province's alone.
    """
    return f"""(
        with units as (
            select cutoffs.survey_year, communes.*
            from {cutoff_dates_sql()}
            inner join marts.dim_commune as communes
                on cutoffs.cutoff_date >= communes.valid_from
                and coalesce(cutoffs.cutoff_date < communes.valid_to, true)
        ),
        grounds as (
            select distinct harmonised_commune_code, district_code from marts.dim_commune
            where district_code is not null
        ),
        today as (select commune_code, area_class from marts.dim_commune where valid_to is null),
        parts as (
            select survey_year, commune_code, 'commune' as area_level, 'as_reviewed' as boundary,
                commune_code as area_code
            from units
            union select survey_year, commune_code, 'commune', 'harmonised', harmonised_commune_code from units
            union select survey_year, commune_code, 'district', 'as_reviewed', district_code from units
            union
            select units.survey_year, units.commune_code, 'district', 'harmonised',
                coalesce(units.district_code, grounds.district_code)
            from units left join grounds using (harmonised_commune_code)
            union select survey_year, commune_code, 'area_class', 'as_reviewed', area_class from units
            union
            select units.survey_year, units.commune_code, 'area_class', 'harmonised', today.area_class
            from units inner join today on units.harmonised_commune_code = today.commune_code
            union
            select units.survey_year, units.commune_code, 'former_province', boundaries.boundary,
                'former-' || areas.former_province_code
            from units
            inner join bi.dim_area as areas
                on areas.area_level = 'commune' and areas.boundary = 'as_reviewed'
                and units.commune_code = areas.area_code and units.valid_from = areas.valid_from
            cross join (values ('as_reviewed'), ('harmonised')) as boundaries (boundary)
        ),
        errors as (
            select findings.survey_year, findings.commune_code, coalesce(checks.title_vi, findings.check_code) as title
            from quality.finding as findings
            left join quality.check as checks on findings.check_code = checks.check_code
            where findings.is_open and findings.severity = 'error' and findings.level <> 'completeness'
        ),
        placed as (
            select parts.survey_year, parts.area_level, parts.boundary, parts.area_code, errors.title
            from parts inner join errors using (survey_year, commune_code)
            where parts.area_code is not null
            union all
            select survey_year, 'province', boundaries.boundary, '{load_territory().area_code}', title
            from errors cross join (values ('as_reviewed'), ('harmonised')) as boundaries (boundary)
        ),
        counted as (
            select survey_year, area_level, boundary, area_code, title, count(*) as errors from placed group by all
        )
        select survey_year, area_level, boundary, area_code, sum(errors)::bigint as open_errors,
            map_from_entries(list((title, errors))) as errors_by_title
        from counted group by all
    )"""


class Certainty:
    """What is open about the figures of every area and year of a release."""

    def __init__(self, tables: ReleaseTables) -> None:
        rows = tables.rows(
            "select areas.survey_year, areas.boundary, areas.area_level, areas.area_code, areas.communes_expected, "
            "areas.communes_received, areas.is_final, coalesce(errors.open_errors, 0) as open_errors, "
            "errors.errors_by_title from marts.area_year as areas "
            f"left join {open_errors_sql()} as errors using (survey_year, area_level, boundary, area_code)"
        )
        self._rows = {(row["survey_year"], row["boundary"], row["area_level"], row["area_code"]): row for row in rows}
        self._years = {row["survey_year"] for row in rows}
        self._harmonised_from = int(load_territory().harmonised_date[:4])

    def of(self, survey_year: int, boundary: str, level: str, code: str) -> list[str]:
        """What is open about the figures of an area in a year, in full; empty when nothing is."""
        row = self._rows.get((survey_year, boundary, level, code))
        return in_full(row) if row else [NOTHING_RECEIVED]

    def of_movement(self, survey_year: int, boundary: str, level: str, code: str) -> list[str]:
        """The same of movements, which need the year before too, on the ground that the area has now."""
        reasons = self.of(survey_year, boundary, level, code)
        if survey_year - 1 not in self._years:
            return reasons
        if survey_year >= self._harmonised_from:
            boundary = "harmonised"
        before = self.of(survey_year - 1, boundary, level, code)
        return [*reasons, *(f"năm {survey_year - 1} {reason}" for reason in before)]


def _is_incomplete(row: Row) -> bool:
    return row["communes_expected"] is not None and row["communes_received"] < row["communes_expected"]


def target_verdict(target: Row) -> str:
    """Met or missed, said only when every expected commune is in and final.

    A row of `target_progress` with communes_expected, communes_received and is_final of the province.
    """
    if target["is_met"] is None:
        return "Chưa so được"
    if _is_incomplete(target):
        return f"Chưa đủ dữ liệu: {target['communes_received']} trên {target['communes_expected']} xã"
    if not target["is_final"]:
        return "Chưa đủ dữ liệu: còn số liệu tạm thời"
    return "Đã đạt" if target["is_met"] else "Chưa đạt"
