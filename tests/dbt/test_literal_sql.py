"""SQL on literal values: what needs no table, so no build."""

from pathlib import Path

from base.home import Home
from tests.support.warehouse import dbt


def test_parsers_read_as_the_contract_says(tmp_path: Path) -> None:
    dbt(Home(tmp_path / "home").create(), "test", "--select", "parsers_read_as_the_contract_says")
