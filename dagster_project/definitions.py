"""Everything Dagster shows: assets, checks, jobs, sensor, schedule, resources."""

import dagster as dg

from base.home import Home
from base.machine import use_environment
from dagster_project.assets.forms import official_forms
from dagster_project.assets.raw import survey_workbooks
from dagster_project.assets.release import release
from dagster_project.assets.warehouse import SOURCES, warehouse
from dagster_project.automation import landing_folder, yearly_review
from dagster_project.checks import great_expectations
from dagster_project.jobs import JOBS
from dagster_project.loggers import short_lines
from dagster_project.parsed_project import dbt_environment
from dagster_project.resources import ExpectationsResource, HomeResource

# Runs that the UI, the sensor or the schedule start are processes of their own: dbt finds its paths there as well.
use_environment(dbt_environment(Home.from_environment()))

defs = dg.Definitions(
    assets=[*SOURCES, survey_workbooks, warehouse, release, official_forms],
    asset_checks=[great_expectations],
    jobs=JOBS,
    sensors=[landing_folder],
    schedules=[yearly_review],
    resources={
        "home_folder": HomeResource(),
        "expectations": ExpectationsResource(),
        # No asset hands a value to another. Dagster's own keeper of values takes a folder from a run's configuration.
        "io_manager": dg.mem_io_manager,
    },
    loggers={"console": short_lines},
    # One process, one step after the other: the build file has one writer, and ingestion has processes of its own.
    executor=dg.in_process_executor,
)
