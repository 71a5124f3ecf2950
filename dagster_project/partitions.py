"""Survey years: how ingestion is partitioned."""

import dagster as dg

from base import reference
from base.forms import load_forms

survey_years = dg.StaticPartitionsDefinition([str(year) for year in reference.survey_years()])


def years_to_read(partition_keys: list[str]) -> set[int] | None:
    """The survey years that a run asks for; None for all of them, which also takes files of a year outside the plan."""
    years = {int(key) for key in partition_keys}
    served = {
        year for form in load_forms().values() for year in range(form.first_survey_year, form.last_survey_year + 1)
    }
    return None if years >= served.intersection(reference.survey_years()) else years
