"""Assets of the warehouse: the dbt models, with their tests as asset checks.

The models are in `dbt/`.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import dbt_assets

from base.full_disk import FullDiskError, check_space, full_sentence, is_little_left, says_full
from base.home import Home
from base.reference import read_table
from base.reference_build import write_reference
from dagster_project.dbt_project import PovertyDbtTranslator, dbt_program
from dagster_project.failures import dbt_progress_only, forget_messages, without_values
from dagster_project.parsed_project import ensure_manifest
from dagster_project.plots import line_plot
from dagster_project.progress import Progress, seconds_of_models
from dagster_project.resources import HomeResource
from ingestion.decisions import write_decisions
from publication.build_state import begin_build, finish_build
from publication.check_results import (
    blocks_publication,
    broken_nodes,
    dbt_results_path,
    expected_of,
    from_dbt,
    load_results,
    made_tables,
    save_results,
    table_of,
)
from publication.finding_ledger import sync_from_current_release

BUILD_POOL = "build_file"
MANIFEST = ensure_manifest()


@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=PovertyDbtTranslator(), name="warehouse", pool=BUILD_POOL)
def warehouse(context: dg.AssetExecutionContext, home_folder: HomeResource) -> Iterator[Any]:
    """Build every model in full and run its tests. An error-severity test that fails stops what comes after."""
    with without_values(), home_folder.build_file() as home:
        check_space(home)
        write_reference(home)
        write_decisions(home)
        sync_from_current_release(home)
        manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
        expected, checks = expected_of(manifest)
        selected = {".".join(key.path) for key in context.selected_asset_keys}
        state = begin_build(home, context.run_id, selected, expected, checks)
        arguments = ["build", "--exclude-resource-type", "unit_test", "--log-level-file", "none"]
        # In the home, and only the last one: a folder of its own for each run would grow by 9 MB a run.
        target = home.warehouse / "dbt"
        models = {key: table_of(node) for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
        seconds = seconds_of_models(target / "run_results.json", models)
        shutil.rmtree(target, ignore_errors=True)
        invocation = dbt_program().cli(arguments, context=context, target_path=target, raise_on_error=False)
        # dbt is let finish first: counting rows opens the build file, which has one user at a time.
        with dbt_progress_only():
            events = list(_said(context, invocation.stream(), {table: seconds[table] for table in selected}))
        run_results = invocation.target_path / "run_results.json"
        if not run_results.exists():
            if is_little_left(home):
                raise FullDiskError(full_sentence(home))
            raise dg.Failure(
                "Not published: dbt ended before it built a table. Run it by hand to see why (docs/operations.md). The "
                "last release stays."
            )
        is_full = any(says_full(result["message"]) for result in json.loads(run_results.read_text())["results"])
        forget_messages(run_results)
        if is_full:
            raise FullDiskError(full_sentence(home))
        metadata = _metadata(home, with_plot=invocation.is_successful())
        for event in events:
            yield _with_metadata(context, event, metadata) if isinstance(event, dg.Output) else event
        outcome = invocation.get_artifact("run_results.json")
        results = from_dbt(manifest, outcome)
        run = {result.check_id for result in results}
        before = [result for result in load_results(dbt_results_path(home)) if result.check_id not in run]
        save_results(dbt_results_path(home), before + results)
        failed = [result for result in results if blocks_publication(result)]
        if failed or not invocation.is_successful():
            broken = broken_nodes(outcome)
            named = "; ".join(f"{node} ({status})" for node, status in broken[:5])
            raise dg.Failure(
                "Not published: the warehouse could not be built or an error-severity test failed. "
                f"{named or 'Run dbt by hand to see why (docs/operations.md)'}. The last release stays; docs/checks.md "
                "says who acts."
            )
        finish_build(home, state, made_tables(manifest, outcome))


def _said(context: dg.AssetExecutionContext, events: Iterable[Any], seconds: Mapping[str, float]) -> Iterator[Any]:
    """The events of dbt; each table that is made is said to the run's log, and how far that is to who waits.

    `seconds` are those that each table of this run, `schema.table`, may take.
    """
    progress, made = Progress(sum(seconds.values())), 0
    for event in events:
        if isinstance(event, dg.Output):
            table = ".".join(context.asset_key_for_output(event.output_name).path)
            made += 1
            progress.done = progress.done + seconds[table] if made < len(seconds) else sum(seconds.values())
            context.log.debug(f"{table} made")
            if progress.is_time_to_say:
                context.log.info(f"{made} of {len(seconds)} tables made, last {table}{progress.rest()}")
        yield event


_PASSES = tuple(str(row["pass"]) for row in read_table("link_passes"))


def _metadata(home: Home, *, with_plot: bool) -> dict[tuple[str, str], dict[str, Any]]:
    """{(schema, table): what the UI shows of it}: its rows, and for links their rate by pass and year.

    After a failed build the plot is left out: the table may be an older one, with the columns of other passes.
    """
    if not home.build_file.exists():
        return {}
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        shown = {
            (schema, table): {
                "dagster/row_count": connection.execute(f'select count(*) from "{schema}"."{table}"').fetchall()[0][0]
            }
            for schema, table in tables
        }
        if with_plot and ("quality", "link_rate") in shown:
            shown[("quality", "link_rate")]["linked_by_pass"] = dg.MetadataValue.md(_link_plot(connection))
    return shown


def _link_plot(connection: duckdb.DuckDBPyConnection) -> str:
    """Which share of each year's households was linked to an earlier year, by pass."""
    sums = ", ".join(f"100.0 * sum(linked_by_{name}) / nullif(sum(household_rows), 0)" for name in _PASSES)
    rows = connection.execute(
        f"select survey_year::varchar, {sums} from quality.link_rate group by survey_year order by survey_year"
    ).fetchall()
    series = {name: {row[0]: row[place] or 0.0 for row in rows} for place, name in enumerate(_PASSES, start=1)}
    return line_plot(series, "Hộ được nối với năm trước, theo bước", "%")


def _with_metadata(
    context: dg.AssetExecutionContext, output: dg.Output[Any], shown: dict[tuple[str, str], dict[str, Any]]
) -> dg.Output[Any]:
    schema, table = context.asset_key_for_output(output.output_name).path
    return output.with_metadata({**output.metadata, **shown.get((schema, table), {})})
