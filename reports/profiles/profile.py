"""What a profile page shows of one area, read from a release.

Figures come from the marts as they are; the only thing done to them here is to choose years and rows.
"""

from dataclasses import dataclass
from typing import Any

from base.reference import read_table
from reports.certainty import open_errors_sql
from reports.closed_years import ClosedYear, read_addenda, read_closed_years
from reports.tables import ReleaseTables, Row

PROVINCE_LEVEL = "province"
PAIRS_OF_YEARS = 4
WORST_COMMUNES = 10


@dataclass(frozen=True)
class Profile:
    """Everything one page shows.

    Attributes:
        area_level: province or district.
        area_code: its code, also the name of the page.
        area_name: its name.
        years: one row a survey year of `area_year`, as reviewed where such a row exists, else harmonised.
        constant: the years that another standard than the area's first can be held against, on that first standard,
            with upper_rate: the most that the rate can be, None where nobody can say.
        targets: target_year and target_value of the province's targets.
        target: the row of `target_progress` of the latest year and the next target, province only.
        matrix: rows of `transition_matrix` of the last pairs of years.
        indicators: the indicators of the latest year, most deprived first.
        communes: rows of `commune_priority` with coordinates, latest year, most in need first.
        agencies: what each agency answers for, latest year.
        plan_year: the year of the territory's plan, None without one.
        closed: the closed years, with what held files would change in the area, None where none are held.
    """

    area_level: str
    area_code: str
    area_name: str
    years: list[Row]
    constant: list[Row]
    targets: list[Row]
    target: Row | None
    matrix: list[Row]
    indicators: list[Row]
    communes: list[Row]
    agencies: list[Row]
    plan_year: int | None
    closed: list[tuple[ClosedYear, str | None]]

    @property
    def latest(self) -> Row:
        """The latest loaded year."""
        return self.years[-1]

    @property
    def latest_with_rate(self) -> Row | None:
        """The latest year that has residents, hence rates."""
        return next((row for row in reversed(self.years) if row["resident_households"]), None)


def profile_areas(tables: ReleaseTables) -> list[Row]:
    """The province, then its districts by code: area_level, area_code, area_name (the latest)."""
    return tables.rows(
        "select area_level, area_code, max_by(area_name, survey_year) as area_name from marts.area_year "
        "where area_level in ('province', 'district') group by area_level, area_code "
        "order by area_level desc, area_code"
    )


def read_profile(tables: ReleaseTables, area: Row) -> Profile:
    """Read the profile of an area that `profile_areas` names."""
    level, code = area["area_level"], area["area_code"]
    years = _years(tables, level, code)
    latest = years[-1]
    return Profile(
        area_level=level,
        area_code=code,
        area_name=area["area_name"],
        years=years,
        constant=_constant(tables, level, code),
        targets=tables.rows(
            "select distinct target_id, survey_year + years_left as target_year, target_value "
            "from marts.target_progress order by target_year"
        ),
        target=_target(tables, latest["survey_year"]) if level == PROVINCE_LEVEL else None,
        matrix=tables.rows(
            "select * from marts.transition_matrix where area_level = ? and area_code = ? and from_year in ("
            "select distinct from_year from marts.transition_matrix order by from_year desc limit ?) order by all",
            level,
            code,
            PAIRS_OF_YEARS,
        ),
        indicators=_indicators(tables, level, code, latest),
        communes=_communes(tables, level, code, latest["survey_year"]),
        agencies=tables.rows(
            "select * from marts.agency_indicator where area_level = ? and area_code = ? and survey_year = ? "
            "and boundary = ? and rank_within_agency = 1 order by households desc, topic_code",
            level,
            code,
            latest["survey_year"],
            latest["boundary"],
        ),
        plan_year=tables.rows(
            "select min(survey_year) as survey_year from quality.published_figure where publication = 'plan'"
        )[0]["survey_year"],
        closed=_closed(tables, code),
    )


def _closed(tables: ReleaseTables, code: str) -> list[tuple[ClosedYear, str | None]]:
    addenda = read_addenda(tables)
    return [(closed, addenda.get((year, code))) for year, closed in read_closed_years(tables).items()]


def standard_names() -> dict[str, str]:
    """Vietnamese name of every poverty standard by its code, without what follows a comma (when it is applied)."""
    return {row["standard_code"]: row["name_vi"].split(",")[0] for row in read_table("poverty_standards")}


def _years(tables: ReleaseTables, level: str, code: str) -> list[Row]:
    return tables.rows(
        "with standards as (select distinct survey_year, standard_code from marts.area_year_constant_standard "
        "where is_standard_of_year) "
        "select areas.*, standards.standard_code, "
        "coalesce(errors.open_errors, 0) as open_errors, errors.errors_by_title "
        "from marts.area_year as areas left join standards using (survey_year) "
        f"left join {open_errors_sql()} as errors using (survey_year, area_level, boundary, area_code) "
        "where area_level = ? and area_code = ? "
        "qualify row_number() over (partition by survey_year order by boundary) = 1 order by survey_year",
        level,
        code,
    )


def _constant(tables: ReleaseTables, level: str, code: str) -> list[Row]:
    """One standard and one income test for all its years, so that nothing but life changes along the line."""
    return tables.rows(
        "with first_standard as "
        "(select standard_code from marts.area_year_constant_standard where is_standard_of_year "
        "order by survey_year limit 1), "
        "series as (select constants.*, case when not constants.is_line_above_official then least(constants.poor_rate "
        "+ (constants.uncertain_households + constants.unclassified_households) / areas.resident_households, 1) end "
        "as upper_rate from marts.area_year_constant_standard as constants "
        "inner join first_standard using (standard_code) "
        "inner join marts.area_year as areas using (survey_year, area_level, boundary, area_code) "
        "where constants.area_level = ? and constants.area_code = ? "
        "and constants.boundary = 'as_reviewed' and constants.poor_rate is not null) "
        "select * from series where basis in (select basis from series where not is_standard_of_year) "
        "order by survey_year",
        level,
        code,
    )


def _target(tables: ReleaseTables, survey_year: int) -> Row | None:
    rows = tables.rows(
        "select target_progress.*, survey_year + years_left as target_year, "
        "areas.communes_expected, areas.communes_received, areas.is_final from marts.target_progress "
        "inner join marts.area_year as areas using (survey_year) "
        "where survey_year = ? and areas.area_level = 'province' and areas.boundary = 'as_reviewed' "
        "order by years_left limit 1",
        survey_year,
    )
    return rows[0] if rows else None


def _indicators(tables: ReleaseTables, level: str, code: str, latest: Row) -> list[Row]:
    return tables.rows(
        "select names.name_vi, "
        "max(deprived_households) filter (poverty_class = 'poor') as poor_deprived, "
        "max(deprivation_rate) filter (poverty_class = 'poor') as poor_rate, "
        "max(deprived_households) filter (poverty_class = 'near_poor') as near_poor_deprived, "
        "max(deprivation_rate) filter (poverty_class = 'near_poor') as near_poor_rate, "
        "max(deprived_households) filter (poverty_class = 'poor_or_near_poor') as listed_deprived, "
        "max(deprivation_rate) filter (poverty_class = 'poor_or_near_poor') as listed_rate "
        "from marts.indicator_area_year as counts inner join marts.dim_indicator as names "
        "on counts.indicator_code = names.indicator_code and names.standard_code = ? "
        "where area_level = ? and area_code = ? and survey_year = ? and boundary = ? "
        "group by names.name_vi, names.position order by listed_deprived desc, names.position",
        latest["standard_code"],
        level,
        code,
        latest["survey_year"],
        latest["boundary"],
    )


def _communes(tables: ReleaseTables, level: str, code: str, survey_year: int) -> list[Row]:
    """Communes of the latest year. Where districts no longer exist: those that took in communes of the district."""
    values: list[Any] = [survey_year]
    condition = "true"
    if level != PROVINCE_LEVEL:
        condition = (
            "coalesce(priority.district_code, ?) = ? and priority.harmonised_commune_code in "
            "(select harmonised_commune_code from marts.dim_commune where district_code = ?)"
        )
        values += [code, code, code]
    return tables.rows(
        "with shared as (select harmonised_commune_code from marts.dim_commune where district_code is not null "
        "group by harmonised_commune_code having count(distinct district_code) > 1) "
        "select priority.*, communes.latitude, communes.longitude, "
        "areas.communes_expected, areas.communes_received, coalesce(areas.open_errors, 0) as open_errors, "
        "priority.district_code is null and shared.harmonised_commune_code is not null as is_shared "
        "from marts.commune_priority as priority inner join marts.dim_commune as communes "
        "on priority.commune_code = communes.commune_code and priority.commune_valid_from = communes.valid_from "
        "inner join (select areas.*, errors.open_errors from marts.area_year as areas "
        f"left join {open_errors_sql()} as errors using (survey_year, area_level, boundary, area_code) "
        "where areas.area_level = 'commune' and areas.boundary = 'as_reviewed') as areas "
        "on priority.survey_year = areas.survey_year and priority.commune_code = areas.area_code "
        "left join shared on priority.harmonised_commune_code = shared.harmonised_commune_code "
        f"where priority.survey_year = ? and {condition} order by priority.priority_rank",
        *values,
    )
