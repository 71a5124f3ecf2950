"""Models read earlier layers only."""

from collections.abc import Mapping
from typing import Any

from tests.support.manifest import load_manifest

# Quality comes last: it compares what is published.
LAYERS = ("staging", "core", "counts", "linkage", "movements", "measures", "marts", "bi", "quality")


def backward_references(manifest: Mapping[str, Any]) -> list[str]:
    """Every reference from a model to one of a later layer, as `reader -> read`."""
    layers = {
        key: LAYERS.index(node["fqn"][1]) for key, node in manifest["nodes"].items() if node["resource_type"] == "model"
    }
    return sorted(
        f"{manifest['nodes'][key]['name']} -> {manifest['nodes'][read]['name']}"
        for key, layer in layers.items()
        for read in manifest["nodes"][key]["depends_on"]["nodes"]
        if read in layers and layers[read] > layer
    )


def model(layer: str, name: str, *reads: str) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "name": name,
        "fqn": ["poverty", layer, name],
        "depends_on": {"nodes": list(reads)},
    }


def test_no_reference_runs_backward() -> None:
    assert backward_references(load_manifest()) == []


def test_a_backward_reference_is_found() -> None:
    nodes = {
        "fact": model("marts", "fact", "total"),
        "total": model("counts", "total", "fact", "row", "list"),
        "row": model("core", "row"),
        "list": {"resource_type": "seed", "name": "list", "fqn": ["poverty", "list"], "depends_on": {"nodes": []}},
    }
    assert backward_references({"nodes": nodes}) == ["total -> fact"]
