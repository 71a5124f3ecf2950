"""The dbt project as parsed now."""

import json
from typing import Any

from base.release_layout import PUBLIC_SCHEMAS
from dagster_project.parsed_project import ensure_manifest
from publication.check_results import COLUMNS


def load_manifest() -> dict[str, Any]:
    """dbt's manifest, parsed again where the project changed."""
    manifest: dict[str, Any] = json.loads(ensure_manifest().read_text(encoding="utf-8"))
    return manifest


def public_tables(manifest: dict[str, Any]) -> dict[str, dict[str, str]]:
    """{schema.table: {column: type}} of the contracts, and of `quality.check_result`, which publication writes."""
    return {
        f"{node['schema']}.{node['alias']}": {
            column["name"]: column["data_type"] for column in node["columns"].values()
        }
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in PUBLIC_SCHEMAS
    } | {"quality.check_result": {name: kind for name, (kind, _) in COLUMNS.items()}}
