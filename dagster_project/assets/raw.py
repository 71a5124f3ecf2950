"""Assets of ingestion: the landing folder becomes raw Parquet, by survey year.

How a workbook is read is in `ingestion`.
"""

from collections.abc import Iterator

import dagster as dg
import duckdb

from base.home import Home
from base.sql import sql_files
from dagster_project.dbt_project import AFTER_THE_REVIEW, DATA_TEAM
from dagster_project.failures import RETRIES, without_values
from dagster_project.partitions import chosen_years, survey_years, years_to_read
from dagster_project.plots import bar_plot
from dagster_project.progress import Progress
from dagster_project.resources import HomeResource
from ingestion.ingest import ingest

_DESCRIPTIONS = {
    "household": "Household rows of every accepted workbook, each cell as text with file, sheet and row.",
    "member": "Member rows of every accepted workbook, each cell as text with file, sheet and row.",
    "cover": "Cover sheets in long form: field, label, value.",
    "total": "The communes' own signed totals in long form: field, label, value.",
    "cell_problem": "Cells of accepted workbooks that could not be taken as they are, by row and field.",
    "source_file": "Every file ever received: what it is and whether it was accepted.",
    "finding": "What ingestion found wrong with files.",
}


class IngestConfig(dg.Config):
    """How to ingest. `reread` reads archived files again, also those that are known."""

    reread: bool = False


def _rows(home: Home, name: str) -> int:
    is_file = name in ("source_file", "finding")
    location = sql_files(home.raw, f"{name}.parquet") if is_file else sql_files(home.raw / name, "*.parquet")
    return int(duckdb.sql(f"select count(*) from {location}").fetchall()[0][0])


@dg.multi_asset(
    name="survey_workbooks",
    specs=[
        dg.AssetSpec(
            ["raw", name],
            description=description,
            group_name="raw",
            owners=[DATA_TEAM],
            kinds={"excel", "parquet"},
            tags={"layer": "raw", "access": "private"},
            freshness_policy=AFTER_THE_REVIEW,
            skippable=False,
        )
        for name, description in _DESCRIPTIONS.items()
    ],
    partitions_def=survey_years,
    retry_policy=RETRIES,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def survey_workbooks(
    context: dg.AssetExecutionContext, config: IngestConfig, home_folder: HomeResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Read every new workbook of the asked survey years; known files are left alone."""
    years = chosen_years(context)
    home = home_folder.home()

    progress: Progress | None = None

    def say(done: int, total: int) -> None:
        nonlocal progress
        progress = progress or Progress(total)
        progress.done = done
        if progress.is_time_to_say:
            context.log.info(f"{done} of {total} workbooks read{progress.rest()}")

    with without_values():
        report = ingest(home, years_to_read(years), reread=config.reread, on_progress=say)
    for sentence in report.not_read:
        context.log.warning(sentence)
    accepted = {str(year): files for year, files in sorted(report.years.items())}
    for name in _DESCRIPTIONS:
        yield dg.MaterializeResult(
            asset_key=["raw", name],
            metadata={
                "dagster/row_count": _rows(home, name),
                "survey_years": ", ".join(years),
                "files_read": report.read,
                "files_accepted": report.accepted,
                "files_rejected": report.rejected,
                "files_known_before": report.known,
                **(
                    {"accepted_by_year": dg.MetadataValue.md(bar_plot(accepted, "Accepted workbooks"))}
                    if accepted
                    else {}
                ),
            },
        )
