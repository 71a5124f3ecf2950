"""Survey years: how ingestion is partitioned."""

import dagster as dg

from base import reference
from base.forms import load_forms
from dagster_project.failures import failure

survey_years = dg.StaticPartitionsDefinition([str(year) for year in reference.survey_years()])


def chosen_years(context: dg.AssetExecutionContext) -> list[str]:
    """The survey years of a run. Raises dg.Failure, which says what is missing, where none was chosen."""
    if not context.has_partition_key and not context.has_partition_key_range:
        keys = survey_years.get_partition_keys()
        raise failure(
            f"No survey year was chosen: start the run with a partition from {keys[0]} to {keys[-1]} (on the command "
            "line `--partition 2024`, in the UI Materialize), or use `poverty run`, which takes all years."
        )
    return list(context.partition_keys)


def years_to_read(partition_keys: list[str]) -> set[int] | None:
    """The survey years that a run asks for; None for all of them, which also takes files of a year outside the plan."""
    years = {int(key) for key in partition_keys}
    served = {
        year for form in load_forms().values() for year in range(form.first_survey_year, form.last_survey_year + 1)
    }
    return None if years >= served.intersection(reference.survey_years()) else years
