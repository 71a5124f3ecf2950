"""The definitions: they load, they are what was reviewed, and they start what they should."""

import json
from pathlib import Path

import dagster as dg
import pytest
from dagster_dbt import dbt_assets

from base.forms import load_forms
from base.product import BrokenProjectError
from dagster_project.assets.warehouse import MANIFEST, warehouse
from dagster_project.automation import landing_folder, yearly_review
from dagster_project.dbt_project import PovertyDbtTranslator
from dagster_project.definitions import defs
from dagster_project.jobs import ALL_YEARS
from dagster_project.partitions import survey_years, years_to_read
from dagster_project.resources import HomeResource
from tests.support.workbooks import workbook_bytes

SNAPSHOT = Path(__file__).parent / "dagster_snapshot.json"


def described() -> dict[str, object]:
    """The asset keys by group and the jobs: what is worth a review when it changes."""
    graph = defs.resolve_asset_graph()
    assets: dict[str, list[str]] = {}
    for key in sorted(graph.materializable_asset_keys, key=lambda key: key.path):
        assets.setdefault(graph.get(key).group_name, []).append(key.to_user_string())
    return {
        "assets": assets,
        "jobs": sorted(job.name for job in defs.resolve_all_job_defs() if not job.name.startswith("__")),
    }


def test_the_definitions_are_as_reviewed(request: pytest.FixtureRequest) -> None:
    now = described()
    if request.config.getoption("--update-snapshots"):
        SNAPSHOT.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert now == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_everything_resolves() -> None:
    dg.Definitions.validate_loadable(defs)
    graph = defs.resolve_asset_graph()
    assert graph.get(dg.AssetKey("release")).parent_keys


def test_every_asset_and_check_says_what_it_is() -> None:
    graph = defs.resolve_asset_graph()
    wrong = [f"{key}: description" for key in graph.asset_check_keys if not graph.get(key).description]
    for key in graph.get_all_asset_keys():
        asset = graph.get(key)
        said = {
            "description": asset.description,
            "owners": asset.owners,
            "kinds": asset.kinds,
            "group": asset.group_name != "default",
            "layer": asset.tags.get("layer"),
            "access": asset.tags.get("access") in ("public", "private"),
            # The forms of a year are made for who asks; what nothing here makes is not waited for.
            "automation": asset.automation_condition
            or key.path[0] in ("raw", "official_forms")
            or not asset.is_materializable,
            "freshness": asset.freshness_policy or asset.tags.get("layer") not in ("raw", "marts", "bi", "quality"),
        }
        wrong += [f"{key.to_user_string()}: {name}" for name, value in said.items() if not value]
    assert wrong == []


@pytest.mark.filterwarnings("ignore::dagster.BetaWarning")
def test_all_models_their_checks_and_the_release_follow_ingestion() -> None:
    instance, graph = dg.DagsterInstance.ephemeral(), defs.resolve_asset_graph()
    first = dg.evaluate_automation_conditions(defs=defs, instance=instance)
    assert first.total_requested == 0
    year = survey_years.get_partition_keys()[0]
    instance.report_runless_asset_event(dg.AssetMaterialization(["raw", "source_file"], partition=year))
    followed = dg.evaluate_automation_conditions(defs=defs, instance=instance, cursor=first.cursor)
    models = {*warehouse.keys, dg.AssetKey("release")}
    assert all(followed.get_num_requested(key) == 1 for key in models)
    of_suites = [key for key in graph.asset_check_keys if graph.get(key).automation_condition]
    assert {key.asset_key.path[0] for key in of_suites} == {"raw", "marts"}
    assert followed.total_requested == len(models) + len(of_suites)
    for key in models:
        instance.report_runless_asset_event(dg.AssetMaterialization(key))
    after = dg.evaluate_automation_conditions(defs=defs, instance=instance, cursor=followed.cursor)
    assert after.total_requested == 0


def test_a_test_of_dbt_that_the_catalogue_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dagster_project.dbt_project.load_checks", dict)
    with pytest.raises(BrokenProjectError, match=r"^The test \w+ of the dbt project has no row \w+ in reference"):
        dbt_assets(manifest=MANIFEST, dagster_dbt_translator=PovertyDbtTranslator())(lambda: None)


def test_error_checks_of_marts_block_publication() -> None:
    graph = defs.resolve_asset_graph()
    blocking = [key for key in graph.asset_check_keys if graph.get(key).blocking]
    assert any(key.asset_key.path[0] == "marts" for key in blocking)
    assert not any(key.asset_key.path[0] == "raw" for key in blocking)


def test_all_years_are_read_as_one_and_a_year_alone() -> None:
    assert years_to_read(list(survey_years.get_partition_keys())) is None
    assert years_to_read(["2024"]) == {2024}


def test_the_sensor_starts_a_run_only_for_new_and_settled_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POVERTY_HOME", str(tmp_path))

    def evaluate() -> dg.SensorResult | dg.SkipReason:
        with dg.build_sensor_context(resources={"home_folder": HomeResource()}) as context:
            return landing_folder(context)  # type: ignore[return-value]

    assert isinstance(evaluate(), dg.SkipReason)
    landing = tmp_path / "landing"
    (landing / "new.xlsx").write_bytes(workbook_bytes(load_forms()["F2022"]))
    arriving = evaluate()
    assert isinstance(arriving, dg.SkipReason)
    assert "arriving" in str(arriving.skip_message)
    monkeypatch.setattr("dagster_project.automation.QUIET_SECONDS", -60)
    started = evaluate()
    assert isinstance(started, dg.SensorResult)
    (request,) = started.run_requests or []
    assert dict(request.tags) == ALL_YEARS


def test_the_schedule_asks_for_the_review_of_last_year() -> None:
    from datetime import datetime

    def asked(year: int) -> dg.RunRequest | dg.SkipReason:
        context = dg.build_schedule_context(scheduled_execution_time=datetime(year, 1, 15, 6))
        return yearly_review(context)  # type: ignore[return-value]

    request = asked(2025)
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == "2024"
    assert isinstance(asked(2032), dg.SkipReason)
