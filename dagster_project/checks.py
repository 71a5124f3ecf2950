"""Great Expectations suites as asset checks.

The suites are data in `expectations/`.
"""

from collections.abc import Iterator

import dagster as dg

from dagster_project.assets.warehouse import BUILD_POOL
from dagster_project.dbt_project import AFTER_INGESTION
from dagster_project.failures import RETRIES, without_values
from dagster_project.resources import ExpectationsResource, HomeResource
from expectations.suites import Expectation, load_suites
from publication.check_results import expectations_results_path, load_results, save_results

_RAW = "raw"


def _asset_of(dataset: str) -> dg.AssetKey:
    """raw_household is the asset raw/household; any other dataset is a mart."""
    if dataset.startswith(f"{_RAW}_"):
        return dg.AssetKey([_RAW, dataset.removeprefix(f"{_RAW}_")])
    return dg.AssetKey(["marts", dataset])


def _check_name(check_id: str) -> str:
    """area_year.columns is the check `columns` of the asset marts/area_year."""
    return check_id.split(".", 1)[1]


def _spec(dataset: str, item: Expectation) -> dg.AssetCheckSpec:
    asset = _asset_of(dataset)
    return dg.AssetCheckSpec(
        name=_check_name(item.id),
        asset=asset,
        description=f"{item.title_vi}. {item.meaning}",
        # A check of raw runs after the models, in the same step as the others; blocking there would be a circle.
        # Publication looks at every error-severity result whatever Dagster blocks.
        blocking=item.check.severity == "error" and asset.path[0] != _RAW,
        automation_condition=AFTER_INGESTION,
        metadata={"check_code": item.check_code, "severity": item.check.severity, "owner": item.check.owner},
    )


@dg.multi_asset_check(
    name="great_expectations",
    specs=[_spec(suite.dataset, item) for suite in load_suites() for item in suite.expectations],
    pool=BUILD_POOL,
    retry_policy=RETRIES,
    can_subset=True,
)
def great_expectations(
    context: dg.AssetCheckExecutionContext, home_folder: HomeResource, expectations: ExpectationsResource
) -> Iterator[dg.AssetCheckResult]:
    """Run the suites inside DuckDB on the finished build and keep the results for publication."""
    selected = {(key.asset_key, key.name) for key in context.selected_asset_check_keys}
    datasets = [suite.dataset for suite in load_suites() if any(key == _asset_of(suite.dataset) for key, _ in selected)]
    with without_values(), home_folder.build_file() as home:
        results = expectations.worker.run(home, datasets, data_docs=True)
        path = expectations_results_path(home)
        kept = [result for result in load_results(path) if result.dataset not in datasets]
        save_results(path, kept + results)
    for result in results:
        if (_asset_of(result.dataset), _check_name(result.check_id)) not in selected:
            continue
        yield dg.AssetCheckResult(
            check_name=_check_name(result.check_id),
            asset_key=_asset_of(result.dataset),
            passed=result.is_passed,
            severity=dg.AssetCheckSeverity.ERROR if result.severity == "error" else dg.AssetCheckSeverity.WARN,
            metadata={"observed": result.observed, "expected": result.expected},
        )
