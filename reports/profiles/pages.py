"""Writing the profile pages of a release: `profiles/index.html`, a page with charts for the province and each district,
and a page of figures for every area in both boundaries."""

from pathlib import Path

from reports.audit.figure_links import href_of
from reports.certainty import bounds, in_full, target_verdict, what_is_open
from reports.charts import CLASS_COLOURS, CLASS_NAMES, Chart
from reports.page import Site, write_page
from reports.profiles.area_charts import commune_map, indicator_figure
from reports.profiles.area_pages import named_areas, write_area_pages
from reports.profiles.labels_vi import about_counts, about_indicators, about_map, about_movements, about_rates
from reports.profiles.profile import (
    PROVINCE_LEVEL,
    WORST_COMMUNES,
    Profile,
    profile_areas,
    read_profile,
    standard_names,
)
from reports.profiles.year_charts import STATES, count_figure, movement_figure, rate_figure
from reports.tables import open_release

FOLDER = "profiles"
_INDICATOR_HEIGHT = 620
_MAP_HEIGHT = 620


def write_profiles(release: Path, site: Site) -> None:
    """Write every profile page of the release in a folder."""
    names = standard_names()
    with open_release(release) as tables:
        areas = write_area_pages(tables, site, FOLDER)
        profiles = [read_profile(tables, area) for area in profile_areas(tables)]
    for profile in profiles:
        write_page(
            site,
            f"{FOLDER}/{profile.area_code}.html",
            "profiles/profile.html.j2",
            title=f"Hộ nghèo, hộ cận nghèo: {profile.area_name}",
            profile=profile,
            charts=profile_charts(profile, names),
            profiles=profiles,
            is_province=profile.area_level == PROVINCE_LEVEL,
            state_key=[(CLASS_NAMES[state], CLASS_COLOURS[state]) for state in STATES],
            constant_rates={row["survey_year"]: bounds(row) for row in profile.constant},
            what_is_open=what_is_open,
            questioned_years=[
                f"{row['survey_year']}: {in_full(row)[-1]}" for row in profile.years if row["open_errors"]
            ],
            href_of=href_of,
            target_verdict=target_verdict,
            constant_name=names[profile.constant[0]["standard_code"]] if profile.constant else None,
            standard_names=names,
            worst=profile.communes[:WORST_COMMUNES],
        )
    write_page(
        site,
        f"{FOLDER}/index.html",
        "profiles/index.html.j2",
        title="Hồ sơ tỉnh, huyện, xã",
        profiles=profiles,
        areas=named_areas(areas),
        what_is_open=what_is_open,
    )


def profile_charts(profile: Profile, names: dict[str, str]) -> dict[str, Chart]:
    """The charts of a page by their id; one that has nothing to show is left out.

    Args:
        profile: the area.
        names: Vietnamese name of each standard.
    """
    latest = profile.latest["survey_year"]
    charts = [
        Chart(
            "counts",
            "Số hộ nghèo và cận nghèo theo năm",
            about_counts(profile.years),
            count_figure(profile.years, 330),
            330,
        )
    ]
    if profile.latest_with_rate is not None:
        about = about_rates(profile.years, profile.constant, profile.target, names)
        figure = rate_figure(profile.years, profile.constant, profile.targets, 360)
        title = f"Tỷ lệ hộ nghèo, cận nghèo theo năm{' và mục tiêu của tỉnh' if profile.targets else ''}"
        charts.append(Chart("rates", title, about, figure, 360))
    if profile.matrix:
        title = "Hộ chuyển giữa các diện qua từng năm"
        figure = movement_figure(profile.matrix, 430)
        charts.append(Chart("movements", title, about_movements(profile.matrix), figure, 430))
    if profile.indicators:
        title = f"Thiếu hụt theo mười hai chỉ số, năm {latest}"
        if len(profile.indicators) != 12:
            title = f"Thiếu hụt theo {len(profile.indicators)} chỉ số, năm {latest}"
        figure = indicator_figure(profile.indicators, _INDICATOR_HEIGHT)
        about = about_indicators(profile.indicators, latest)
        charts.append(Chart("indicators", title, about, figure, _INDICATOR_HEIGHT))
    if any(row["latitude"] is not None for row in profile.communes):
        about = about_map(profile.communes, latest)
        figure = commune_map(profile.communes, _MAP_HEIGHT)
        charts.append(Chart("map", f"Bản đồ các xã, năm {latest}", about, figure, _MAP_HEIGHT))
    return {chart.chart_id: chart for chart in charts}
