"""When jobs start by themselves: on new files in landing, and once a year after the review has ended."""

import hashlib
import time

import dagster as dg

from dagster_project.jobs import ALL_YEARS, everything, one_year
from dagster_project.partitions import survey_years
from dagster_project.resources import HomeResource
from ingestion.ingest import files_to_read
from ingestion.registry import Registry

TIME_ZONE = "Asia/Ho_Chi_Minh"
# A file that changed in the last seconds may still be on its way.
QUIET_SECONDS = 30


@dg.sensor(job=everything, minimum_interval_seconds=60)
def landing_folder(home_folder: HomeResource) -> dg.SensorResult | dg.SkipReason:
    """Start a run when landing holds files that the registry does not know and nobody is still copying."""
    home = home_folder.home()
    files, _, _ = files_to_read(home, Registry.open(home.registry))
    if not files:
        return dg.SkipReason("Nothing new in landing.")
    if max(received.path.stat().st_mtime for received in files) > time.time() - QUIET_SECONDS:
        return dg.SkipReason("Files are still arriving in landing.")
    state = hashlib.sha256("".join(sorted(received.sha256 for received in files)).encode()).hexdigest()
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=state, tags=ALL_YEARS)])


@dg.schedule(job=one_year, cron_schedule="0 6 15 1 *", execution_timezone=TIME_ZONE)
def yearly_review(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """On 15 January: the review of the year before ended on 14 December and its corrections have come in."""
    survey_year = str(context.scheduled_execution_time.year - 1)
    if survey_year not in survey_years.get_partition_keys():
        return dg.SkipReason(f"{survey_year} is outside the plan.")
    return dg.RunRequest(run_key=survey_year, partition_key=survey_year)
