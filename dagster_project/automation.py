"""When jobs start by themselves: on new files in landing, and once a year after the review has ended."""

import hashlib
import time
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from dagster_project.dbt_project import TIME_ZONE
from dagster_project.jobs import ALL_YEARS, everything, one_year
from dagster_project.partitions import survey_years
from dagster_project.resources import HomeResource
from ingestion.ingest import files_to_read, place_decisions
from ingestion.published_heads import open_registry

# A file that changed in the last seconds may still be on its way.
QUIET_SECONDS = 30


@dg.sensor(job=everything, minimum_interval_seconds=60)
def landing_folder(home_folder: HomeResource) -> dg.SensorResult | dg.SkipReason:
    """Start a run when landing holds files that the registry does not know and nobody is still copying."""
    home = home_folder.home()
    registry = open_registry(home)
    files, _, landed = files_to_read(home, registry)
    places = place_decisions(home, registry, landed, datetime.now(UTC))
    if not files and not places:
        return dg.SkipReason("Nothing new in landing.")
    if landed.unsteady or any(_changed_at(received.path) > time.time() - QUIET_SECONDS for received in files):
        return dg.SkipReason("Files are still arriving in landing.")
    marks = [received.sha256 for received in files] + [f"{place['place']} {place['status']}" for place in places]
    state = hashlib.sha256("".join(sorted(marks)).encode()).hexdigest()
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=state, tags=ALL_YEARS)])


def _changed_at(path: Path) -> float:
    """When a file changed last: just now for one that is gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()


@dg.schedule(job=one_year, cron_schedule="0 6 15 1 *", execution_timezone=TIME_ZONE)
def yearly_review(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """On 15 January: the review of the year before ended on 14 December and its corrections have come in."""
    survey_year = str(context.scheduled_execution_time.year - 1)
    if survey_year not in survey_years.get_partition_keys():
        return dg.SkipReason(f"{survey_year} is outside the plan.")
    return dg.RunRequest(run_key=survey_year, partition_key=survey_year)
