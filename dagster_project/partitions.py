"""Survey years: how ingestion is partitioned."""

import dagster as dg

from base.forms import load_forms

FIRST_SURVEY_YEAR, LAST_SURVEY_YEAR = 2021, 2030

survey_years = dg.StaticPartitionsDefinition([str(year) for year in range(FIRST_SURVEY_YEAR, LAST_SURVEY_YEAR + 1)])


def years_to_read(partition_keys: list[str]) -> set[int] | None:
    """The survey years that a run asks for; None for all of them, which also takes files of a year outside the plan."""
    years = {int(key) for key in partition_keys}
    served = {
        year for form in load_forms().values() for year in range(form.first_survey_year, form.last_survey_year + 1)
    }
    return None if years >= {year for year in served if FIRST_SURVEY_YEAR <= year <= LAST_SURVEY_YEAR} else years
