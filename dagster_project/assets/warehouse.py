"""Assets of the warehouse: the dbt models, with their tests as asset checks.

What belongs here: running dbt as the only writer of the build file. The models are in `dbt/`.
"""

import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DbtCliResource, dbt_assets

from dagster_project.dbt_project import PovertyDbtTranslator, ensure_manifest
from dagster_project.resources import HomeResource
from ingestion.home import Home
from publication.build_state import begin_build, finish_build
from publication.check_results import (
    blocks_publication,
    broken_nodes,
    dbt_results_path,
    from_dbt,
    save_results,
)

BUILD_POOL = "build_file"


@dbt_assets(
    manifest=ensure_manifest(), dagster_dbt_translator=PovertyDbtTranslator(), name="warehouse", pool=BUILD_POOL
)
def warehouse(context: dg.AssetExecutionContext, dbt: DbtCliResource, home_folder: HomeResource) -> Iterator[Any]:
    """Build every model in full and run its tests. An error-severity test that fails stops what comes after."""
    with home_folder.build_file() as home:
        begin_build(home)
        invocation = dbt.cli(["build", "--exclude-resource-type", "unit_test"], context=context, raise_on_error=False)
        # dbt is let finish first: counting rows opens the build file, which has one user at a time.
        events = list(invocation.stream())
        counts = _row_counts(home)
        for event in events:
            yield _with_row_count(context, event, counts) if isinstance(event, dg.Output) else event
        results = from_dbt(
            json.loads((invocation.target_path / "manifest.json").read_text(encoding="utf-8")),
            invocation.get_artifact("run_results.json"),
        )
        save_results(dbt_results_path(home), results)
        failed = [result for result in results if blocks_publication(result)]
        if failed or not invocation.is_successful():
            broken = broken_nodes(invocation.get_artifact("run_results.json"))
            named = "; ".join(f"{node} ({status})" for node, status in broken[:5])
            raise dg.Failure(
                "Not published: the warehouse could not be built or an error-severity test failed. "
                f"{named or 'See the dbt log of this step.'} The last release stays; docs/checks.md says who acts."
            )
        finish_build(home, context.run_id)


def _row_counts(home: Home) -> dict[tuple[str, str], int]:
    """{(schema, table): rows} of the build file."""
    if not home.build_file.exists():
        return {}
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return {
            (schema, table): connection.execute(f'select count(*) from "{schema}"."{table}"').fetchall()[0][0]
            for schema, table in tables
        }


def _with_row_count(
    context: dg.AssetExecutionContext, output: dg.Output[Any], counts: dict[tuple[str, str], int]
) -> dg.Output[Any]:
    schema, table = context.asset_key_for_output(output.output_name).path
    rows = counts.get((schema, table))
    return output if rows is None else output.with_metadata({**output.metadata, "dagster/row_count": rows})
