"""Whatever stands in the cells, nothing that ingestion accepted fails in a model."""

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.forms import Form, load_forms
from base.home import Home
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key
from publication.finding_ledger import sync_from_current_release
from tests.ingestion.test_odd_workbooks import CELLS
from tests.support.statements import make_tables
from tests.support.warehouse import build_file
from tests.support.workbooks import household, member, workbook_bytes

pytestmark = pytest.mark.build

FORMS = load_forms()
# Numbers at the edges of what columns hold, and texts that a database reads as something else.
EDGES = st.sampled_from(
    [2**31 - 1, 2**31, 2**63, -(2**63), 1e18, 99999999, 999999999, "99999999999999999999", "1e400", "NaN", "inf",
     "-0", "0x1F", "31/12/9999", "29/2/1900", "00/00/0000", "1/1/99", "99/9999", "\\", "'", '"', "%s", "null", "--"]
)  # fmt: skip
VALUES = st.one_of(CELLS, EDGES)
ROWS = 25


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("odd_values")


def drawn_values() -> list[Any]:
    """Some hundred values that hypothesis thinks of."""
    values: list[Any] = []

    @settings(max_examples=400, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(VALUES)
    def collect(value: Any) -> None:
        values.append(value)

    collect()
    return values


def test_no_value_of_any_column_stops_the_warehouse(root: Path) -> None:
    home = Home(root / "home")
    home.create()
    chance = random.Random(7)
    values = drawn_values()

    def odd_row(form: Form, role: str) -> dict[str, Any]:
        return {column.field: chance.choice(values) for column in form.sheets[role].columns}

    for form in FORMS.values():
        households, members = [], []
        for number in range(ROWS):
            code = f"29161-{number:04d}"
            odd = odd_row(form, "household")
            keys = {name: odd.pop(name) for name in ("household_code", "recorded_class", "area_class")}
            households.append(household(form, code) | odd | (keys if number % 5 == 0 else {}))
            odd = odd_row(form, "member")
            odd_code = odd.pop("household_code")
            members.append(member(form, code) | odd | ({"household_code": odd_code} if number % 5 == 0 else {}))
        content = workbook_bytes(form, households=households, members=members, total_values=odd_row(form, "total"))
        (home.landing / f"{form.name}.xlsx").write_bytes(content)
    report = ingest(home)
    assert report.accepted == len(FORMS)
    ensure_key(home)
    sync_from_current_release(home)
    make_tables(home)
    with duckdb.connect(str(build_file(home)), read_only=True) as connection:
        read, kept = connection.execute(
            "select count(*), count(*) filter (where problems.row_number is null)"
            " from staging.stg_household as rows left join intermediate.int_household_row_problem as problems"
            " on rows.source_file_id = problems.source_file_id and rows.row_number = problems.row_number"
        ).fetchone() or (0, 0)
    assert read >= ROWS * len(FORMS)
    assert kept >= ROWS * len(FORMS) // 2
