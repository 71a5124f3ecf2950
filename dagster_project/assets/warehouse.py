"""Assets of the warehouse: the dbt models, with their tests as asset checks.

The models are in `dbt/`.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import dbt_assets

from base.busy import says_busy
from base.full_disk import FullDiskError, check_space, full_sentence, is_little_left, says_full
from base.home import Home
from base.machine import MEMORY_VARIABLE, THREADS_VARIABLE, says_too_little_memory
from base.reference import read_table
from base.reference_build import write_reference
from dagster_project.dbt_project import PovertyDbtTranslator, dbt_program
from dagster_project.failures import RETRIES, dbt_progress_only, failure, forget_messages, without_values
from dagster_project.nothing_new import nothing_new
from dagster_project.parsed_project import DBT_MEMORY, build_memory, ensure_manifest
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
    left_to_build,
    load_results,
    made_tables,
    save_results,
    table_of,
)
from publication.finding_ledger import sync_from_current_release

BUILD_POOL = "build_file"
MANIFEST = ensure_manifest()
SOURCES = PovertyDbtTranslator().sources(json.loads(MANIFEST.read_text(encoding="utf-8")))


@dbt_assets(
    manifest=MANIFEST,
    dagster_dbt_translator=PovertyDbtTranslator(),
    name="warehouse",
    pool=BUILD_POOL,
    retry_policy=RETRIES,
)
def warehouse(context: dg.AssetExecutionContext, home_folder: HomeResource) -> Iterator[Any]:
    """Build the models and run their tests: all, those that were chosen, or what a build that failed has left.

    An error-severity test that fails stops what comes after.
    """
    with without_values(), home_folder.build_file() as home:
        if nothing_new(context, home):
            return
        check_space(home)
        write_reference(home)
        write_decisions(home)
        sync_from_current_release(home)
        manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
        expected, checks = expected_of(manifest)
        wanted = {".".join(key.path) for key in context.selected_asset_keys}
        left = left_to_build(home, manifest) if wanted == expected else None
        nodes, kept = left or ([], [])
        for table in kept:
            yield dg.MaterializeResult(asset_key=table.split("."), metadata={"kept_from_an_earlier_run": True})
        if kept:
            context.log.info(f"{len(kept)} of {len(expected)} tables are kept: the run before did not come to its end.")
        making = wanted - set(kept)
        state = begin_build(home, context.run_id, making, expected, checks)
        # In the home, and only the last one: a folder of its own for each run would grow by 9 MB a run.
        target = home.warehouse / "dbt"
        models = {key: table_of(node) for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
        seconds = seconds_of_models(target / "run_results.json", models)
        shutil.rmtree(target, ignore_errors=True)
        # A new home had no raw cells yet when this process took its environment.
        os.environ[DBT_MEMORY] = limit = build_memory(home)
        run = DbtRun(context, nodes, target)
        links: list[Any] = []
        for event in run.events({table: seconds[table] for table in making}):
            # Its plot opens the build file, which has one user at a time.
            is_of_links = isinstance(event, dg.Output) and event.output_name == _LINK_RATE.to_python_identifier()
            if is_of_links:
                links.append(event)
            else:
                yield event
        for event in links:
            yield event.with_metadata({**event.metadata, "linked_by_pass": _link_plot(home)})
        run_results = target / "run_results.json"
        if not run_results.exists():
            if is_little_left(home):
                raise FullDiskError(full_sentence(home))
            raise failure(
                "Not published: dbt ended before it built a table. Run it by hand to see why (docs/operations.md). The "
                "last release stays.",
                may_pass=run.was_busy,
            )
        said = [result["message"] for result in json.loads(run_results.read_text(encoding="utf-8"))["results"]]
        forget_messages(run_results)
        outcome = json.loads(run_results.read_text(encoding="utf-8"))
        results = from_dbt(manifest, outcome)
        run_ids = {result.check_id for result in results}
        others = [result for result in load_results(dbt_results_path(home)) if result.check_id not in run_ids]
        save_results(dbt_results_path(home), others + results)
        # Also what was made before something failed: the next run makes the rest.
        finish_build(home, state, made_tables(manifest, outcome))
        if any(map(says_full, said)):
            raise FullDiskError(full_sentence(home))
        if any(map(says_too_little_memory, said)):
            # What was made stays and its keys are out of memory, so that the rest may have room.
            raise failure(
                f"Not published: {limit} of memory were too little for the tables of this build. The last release "
                f"stays. Set {MEMORY_VARIABLE} higher, or {THREADS_VARIABLE}=1, and run again.",
                may_pass=True,
            )
        if not run.is_successful or any(blocks_publication(result) for result in results):
            named = "; ".join(f"{node} ({status})" for node, status in broken_nodes(outcome)[:5])
            raise failure(
                "Not published: the warehouse could not be built or an error-severity test failed. "
                f"{named or 'Run dbt by hand to see why (docs/operations.md)'}. The last release stays; docs/checks.md "
                "says who acts.",
                may_pass=run.was_busy,
            )


class DbtRun:
    """One `dbt build`, whose events are Dagster's while it runs."""

    def __init__(self, context: dg.AssetExecutionContext, nodes: Sequence[str], target: Path) -> None:
        """Start dbt on `nodes`, models and tests by name; without any on what the run of Dagster selects."""
        self._context = context
        self.was_busy = False
        arguments = ["build", "--exclude-resource-type", "unit_test", "--log-level-file", "none"]
        if nodes:
            arguments += ["--select", " ".join(nodes)]
        self._dbt = dbt_program().cli(
            arguments,
            manifest=MANIFEST,
            dagster_dbt_translator=PovertyDbtTranslator(),
            context=None if nodes else context,  # with it, the selection is the run's
            target_path=target,
            raise_on_error=False,
        )

    @property
    def is_successful(self) -> bool:
        """Whether dbt has ended and nothing failed."""
        return bool(self._dbt.is_successful())

    def events(self, seconds: Mapping[str, float]) -> Iterator[Any]:
        """Each table and check as it ends; how far that is goes to the run's log, for who waits.

        `seconds` are those that each table of this run, `schema.table`, may take.
        """
        progress, made = Progress(sum(seconds.values())), 0
        with dbt_progress_only():
            for said in self._dbt.stream_raw_events():
                self.was_busy |= said.raw_event["info"]["level"] == "error" and says_busy(said.raw_event["info"]["msg"])
                for event in said.to_default_asset_events(
                    self._dbt.manifest, self._dbt.dagster_dbt_translator, self._context
                ):
                    if isinstance(event, dg.Output):
                        table = ".".join(self._context.asset_key_for_output(event.output_name).path)
                        made += 1
                        progress.done = progress.done + seconds[table] if made < len(seconds) else sum(seconds.values())
                        if progress.is_time_to_say:
                            self._context.log.info(
                                f"{made} of {len(seconds)} tables made, last {table}{progress.rest()}"
                            )
                        rows = said._event_history_metadata
                        event = event.with_metadata({**event.metadata, **rows})
                    yield event


_LINK_RATE = dg.AssetKey(["quality", "link_rate"])
_PASSES = tuple(str(row["pass"]) for row in read_table("link_passes"))


def _link_plot(home: Home) -> dg.MetadataValue:
    """Which share of each year's households was linked to an earlier year, by pass."""
    sums = ", ".join(f"100.0 * sum(linked_by_{name}) / nullif(sum(household_rows), 0)" for name in _PASSES)
    with duckdb.connect(str(home.build_file), read_only=True) as connection:
        rows = connection.execute(
            f"select survey_year::varchar, {sums} from quality.link_rate group by survey_year order by survey_year"
        ).fetchall()
    series = {name: {row[0]: row[place] or 0.0 for row in rows} for place, name in enumerate(_PASSES, start=1)}
    return dg.MetadataValue.md(line_plot(series, "Hộ được nối với năm trước, theo bước", "%"))
