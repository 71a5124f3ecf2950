"""The published release as an asset."""

from collections.abc import Iterator

import dagster as dg
import duckdb

from base.release_layout import DATABASE, PUBLIC_SCHEMAS
from dagster_project.assets.warehouse import BUILD_POOL, warehouse
from dagster_project.dbt_project import AFTER_INGESTION, AFTER_THE_REVIEW, DATA_TEAM
from dagster_project.failures import RETRIES, without_values
from dagster_project.nothing_new import nothing_new
from dagster_project.plots import line_plot
from dagster_project.resources import HomeResource
from publication.publish import publish_build
from publication.release import Release
from reports.release_reports import write_release_reports

_PUBLIC = [key for key in warehouse.keys if key.path[0] in PUBLIC_SCHEMAS]


@dg.asset(
    deps=_PUBLIC,
    group_name="publication",
    owners=[DATA_TEAM],
    kinds={"duckdb", "parquet"},
    tags={"layer": "publication", "access": "public"},
    pool=BUILD_POOL,
    retry_policy=RETRIES,
    freshness_policy=AFTER_THE_REVIEW,
    automation_condition=AFTER_INGESTION,
    output_required=False,
    description="What BI tools and auditors read: published/current, swapped in atomically after all checks.",
)
def release(context: dg.AssetExecutionContext, home_folder: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
    """Build a release aside, check it and swap it in; a failed check leaves the last one in place."""
    with without_values(), home_folder.build_file() as home:
        if nothing_new(context, home):
            return
        published = publish_build(home, context.run_id, write_release_reports)
    yield dg.MaterializeResult(metadata=_metadata(published))


def _metadata(published: Release) -> dict[str, dg.MetadataValue]:
    with duckdb.connect(str(published.folder / DATABASE), read_only=True) as connection:
        rates = connection.execute(
            "select survey_year::varchar, poor_rate * 100, near_poor_rate * 100 from marts.area_year "
            "where area_level = 'province' and boundary = 'as_reviewed' and poor_rate is not null order by 1"
        ).fetchall()
        rows = connection.execute("select count(*) from marts.fct_household_year").fetchall()[0][0]
    series = {
        "Hộ nghèo": {year: poor for year, poor, _ in rates},
        "Hộ cận nghèo": {year: near_poor for year, _, near_poor in rates},
    }
    return {
        "release": dg.MetadataValue.text(published.release_id),
        "maturity": dg.MetadataValue.text(published.maturity),
        "folder": dg.MetadataValue.path(str(published.folder)),
        "dagster/row_count": dg.MetadataValue.int(rows),
        "survey_years": dg.MetadataValue.text(", ".join(year for year, _, _ in rates)),
        "poor_rate": dg.MetadataValue.md(line_plot(series, "Tỷ lệ hộ nghèo, hộ cận nghèo toàn tỉnh", "%")),
    }
