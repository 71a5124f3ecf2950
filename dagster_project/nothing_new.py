"""A run that nobody asked for by hand does nothing where nothing is new: a backfill of ten years, an idle schedule."""

import dagster as dg

from base.home import Home
from publication.publish import is_up_to_date

# Jobs that go all the way; those that only build, or only publish, were asked to.
EVERYTHING, ONE_YEAR = "everything", "one_year"
# A backfill, or an automation condition.
_BY_ITSELF = ("dagster/backfill", "dagster/from_automation_condition")


def nothing_new(context: dg.AssetExecutionContext, home: Home) -> bool:
    """Whether a run that goes all the way, or started by itself, finds the release already of the inputs of now."""
    is_asked_for = context.job_name not in (EVERYTHING, ONE_YEAR) and not any(map(context.has_tag, _BY_ITSELF))
    if is_asked_for or not is_up_to_date(home):
        return False
    context.log.info("Nothing new since the last release: nothing is built or published.")
    return True
