"""The official forms of a survey year as an asset; lists with personal data are made by the command line only."""

import dagster as dg

from dagster_project.assets.release import release
from dagster_project.dbt_project import DATA_TEAM
from dagster_project.failures import RETRIES, failure
from dagster_project.partitions import chosen_years, survey_years
from dagster_project.resources import HomeResource
from reports.forms.make import make_forms
from reports.forms.year_figures import NoFormsError

FORMS_GROUP = "forms"


@dg.asset(
    deps=[release],
    partitions_def=survey_years,
    group_name=FORMS_GROUP,
    owners=[DATA_TEAM],
    kinds={"excel"},
    tags={"layer": "publication", "access": "public"},
    retry_policy=RETRIES,
    description="The official review forms and our own tables of every area, as Excel workbooks in reports/forms.",
)
def official_forms(context: dg.AssetExecutionContext, home_folder: HomeResource) -> dg.MaterializeResult[None]:
    """Make the workbooks of one survey year from the current release."""
    [year] = chosen_years(context)
    try:
        made = make_forms(home_folder.home(), int(year))
    except NoFormsError as problem:
        raise failure(str(problem)) from None
    return dg.MaterializeResult(
        metadata={
            "workbooks": dg.MetadataValue.int(len(made.files)),
            "folder": dg.MetadataValue.path(str(made.folder)),
            "release": dg.MetadataValue.text(made.folder.parent.name),
        }
    )
