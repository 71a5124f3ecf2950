"""The exposures of the dbt project: each lists the tables that its code reads."""

import re

import pytest

from base.product import PACKAGES
from tests.support.manifest import load_manifest

MANIFEST = load_manifest()
MODELS = {key: f"{node['schema']}.{node['alias']}" for key, node in MANIFEST["nodes"].items() if "alias" in node}
_TABLE = re.compile(r"\b(?:marts|quality|bi|staging)\.[a-z_]+")


@pytest.mark.parametrize("exposure", MANIFEST["exposures"].values(), ids=lambda exposure: str(exposure["name"]))
def test_an_exposure_lists_the_tables_that_its_code_reads(exposure: dict[str, dict[str, list[str]]]) -> None:
    place = PACKAGES / str(exposure["meta"]["code"])
    files = (
        [place] if place.is_file() else [path for path in place.rglob("*") if path.suffix in (".py", ".j2", ".yaml")]
    )
    named = {table for path in files for table in _TABLE.findall(path.read_text(encoding="utf-8"))}
    read = named & set(MODELS.values())
    assert read
    assert {MODELS[key] for key in exposure["depends_on"]["nodes"]} == read
