"""Jobs: what can be run as one."""

import dagster as dg

from dagster_project.assets.forms import FORMS_GROUP
from dagster_project.checks import great_expectations
from dagster_project.nothing_new import EVERYTHING, ONE_YEAR
from dagster_project.partitions import survey_years

# A run over a range of partitions reads all years at once, so that a workbook is opened only once.
ALL_YEARS = {
    "dagster/asset_partition_range_start": survey_years.get_partition_keys()[0],
    "dagster/asset_partition_range_end": survey_years.get_partition_keys()[-1],
}

_INGESTION = dg.AssetSelection.groups("raw")
_RELEASE = dg.AssetSelection.groups("publication")
_FORMS = dg.AssetSelection.groups(FORMS_GROUP)

everything = dg.define_asset_job(
    EVERYTHING,
    selection=dg.AssetSelection.all() - _FORMS,
    partitions_def=survey_years,
    tags=ALL_YEARS,
    description="Read every new workbook of all survey years, build all models, check and publish.",
)
one_year = dg.define_asset_job(
    ONE_YEAR,
    selection=dg.AssetSelection.all() - _FORMS,
    partitions_def=survey_years,
    description="Read the new workbooks of one survey year (its partition), build all models, check and publish.",
)
ingestion = dg.define_asset_job(
    "ingestion",
    selection=_INGESTION.without_checks(),
    partitions_def=survey_years,
    description="Read new workbooks only; nothing is built or published.",
)
build = dg.define_asset_job(
    "build",
    selection=(dg.AssetSelection.all() - _INGESTION - _RELEASE - _FORMS) | dg.AssetSelection.checks(great_expectations),
    description="Build all models from what was ingested and check them; nothing is published.",
)
publication = dg.define_asset_job(
    "publication",
    selection=_RELEASE,
    description="Publish the last build where it is whole, checked and of the inputs of now.",
)
forms = dg.define_asset_job(
    "forms",
    selection=_FORMS,
    partitions_def=survey_years,
    description="Make the official forms of one survey year (its partition) from the current release.",
)
JOBS = [everything, one_year, ingestion, build, publication, forms]
