"""Identity on small built data: ids stay when years are added, decisions are applied, late files are listed."""

import csv
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from base.forms import load_forms
from base.home import Home
from ingestion.extract import raw_schema
from ingestion.parquet import write_parquet
from ingestion.pseudonym_key import ensure_key
from ingestion.raw_store import SOURCE_FILE_SCHEMA, write_empty, write_registry_tables
from ingestion.registry import Registry
from tests.support.statements import make_tables
from tests.support.warehouse import build_file

pytestmark = pytest.mark.build

# What these tests look at.
_READ = ("intermediate.int_household_identity", "quality.identity_change", "quality.link_review")

FORMS = load_forms()
COMMUNE = "29161"
RECEIVED = datetime(2031, 3, 1)  # noqa: DTZ001  UTC, as raw keeps it

Person = tuple[str, str, str, str | None]  # name, birth, sex label, number
HOA: Person = ("Nguyễn Thị Hoà", "05/02/1960", "Nữ", "320000001")
HOA_NEW_CARD: Person = ("NGUYỄN THỊ HÒA", "02/05/1960", "Nữ", "083160000001")
TAM: Person = ("Trần Văn Tâm", "1958", "Nam", "320000002")
SON: Person = ("Trần Văn Sơn", "11/12/1985", "Nam", "083085000003")
SON_WIFE: Person = ("Lê Thị Lan", "01/03/1987", "Nữ", "083187000004")
LOC: Person = ("Phạm Văn Lộc", "1950", "Nam", None)
OTHER: Person = ("Bùi Kim Ba", "07/07/1977", "Nữ", "083177000009")


class Lists:
    """Survey lists of one commune, written as raw Parquet, and what becomes of them."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root).create()
        ensure_key(self.home)
        self.rows: dict[int, list[tuple[str, str | None, list[Person], dict[str, str]]]] = {}

    def add(self, year: int, code: str, persons: list[Person], previous: str | None = None, **cells: str) -> None:
        self.rows.setdefault(year, []).append((code, previous, persons, cells))

    def write(self, years: Iterable[int]) -> None:
        write_empty(self.home, FORMS)
        write_registry_tables(self.home, Registry(self.home.registry))
        households: list[dict[str, Any]] = []
        members: list[dict[str, Any]] = []
        files: list[dict[str, Any]] = []
        for year in years:
            form = next(f for f in FORMS.values() if f.first_survey_year <= year <= f.last_survey_year)
            labels = {field: {code: label for label, code in codes.items()} for field, codes in form.codes.items()}
            place = {"source_file_id": f"f{year}", "extraction_id": "x", "form": form.name, "survey_year": year}
            files.append(
                {**place, "sha256": f"f{year}", "bytes": 1, "landing_path": f"{year}.xlsx", "status": "accepted"}
                | {"commune_code": COMMUNE, "commune_valid_from": "2020-02-01", "submission_number": 1}
                | {
                    "maturity": "final",
                    "household_rows": len(self.rows[year]),
                    "received_at": RECEIVED,
                    "is_held": False,
                }
            )
            for number, (code, previous, persons, cells) in enumerate(self.rows[year]):
                name, birth, sex, citizen_id = persons[0]
                left = cells.get("recorded_class") == "left_list"
                households.append(
                    {**place, "sheet": "Hộ", "row_number": number + 9, "household_code": code}
                    | {"previous_household_code": previous, "head_name": name, "head_birth": birth}
                    | {"head_sex": sex, "head_citizen_id": citizen_id, "hamlet": "Ấp 1"}
                    | {"area_class": labels["area_class"]["rural"]}
                    | {"recorded_class": labels["recorded_class"][cells.get("recorded_class", "poor")]}
                )
                for person, (name, birth, sex, citizen_id) in enumerate([] if left else persons):
                    by_column = {"birth": birth, "birth_if_male": None, "birth_if_female": None, "sex": sex}
                    if year == 2021:
                        by_sex = "birth_if_male" if sex == "Nam" else "birth_if_female"
                        by_column = {"birth": None, "sex": None, by_sex: birth[-4:]}
                    relation = labels["relation_to_head"]["head" if person == 0 else "other"]
                    members.append(
                        {**place, "sheet": "TV", "row_number": len(members) + 9, "household_code": code}
                        | {"full_name": name, "citizen_id": citizen_id, "relation_to_head": relation, **by_column}
                    )
        for role, rows in (("household", households), ("member", members)):
            schema = raw_schema(FORMS, role).insert(0, pa.field("extraction_id", pa.string()))
            kept = [{field.name: row.get(field.name) for field in schema} for row in rows]
            write_parquet(pa.Table.from_pylist(kept, schema=schema), self.home.raw / role / "x.parquet")
        write_parquet(pa.Table.from_pylist(files, schema=SOURCE_FILE_SCHEMA), self.home.raw / "source_file.parquet")

    def decide(self, **decision: str) -> None:
        path = self.home.root / "decisions" / "links.csv"
        with path.open("a+", encoding="utf-8", newline="") as file:
            file.seek(0)
            columns = file.readline().strip().split(",")
            csv.DictWriter(file, columns, restval="").writerow(decision)

    def build(self, *years: int) -> dict[tuple[int, str], str]:
        """The household_id of every (year, code)."""
        self.write(years)
        make_tables(self.home, of=_READ)
        rows = self.query(
            "select r.survey_year, r.household_code, i.household_id from intermediate.int_household_identity as i"
            " inner join intermediate.int_identity_record as r using (source_file_id, row_number)"
        )
        return {(year, code): household_id for year, code, household_id in rows}

    def query(self, sql: str) -> list[Any]:
        with duckdb.connect(str(build_file(self.home)), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def changes(self) -> set[tuple[Any, ...]]:
        return set(self.query("select old_id, new_id, survey_year, reason from quality.identity_change"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("identity") / "home"


@pytest.fixture
def lists(root: Path) -> Iterator[Lists]:
    """An empty home."""
    yield Lists(root)
    shutil.rmtree(root)


def test_a_household_is_followed_and_later_years_change_nothing(lists: Lists) -> None:
    lists.add(2021, "29161-0001", [HOA, TAM, SON])
    lists.add(2021, "29161-0002", [LOC])
    # Renumbered: the code of the first now names the second, the first has a new card and a swapped birth.
    lists.add(2022, "29161-0007", [HOA_NEW_CARD, TAM, SON])
    lists.add(2022, "29161-0001", [LOC], previous="29161-0002")
    # The son leaves with a wife; the widower heads the household; the other household is not listed.
    lists.add(2023, "29161-0007", [TAM, HOA_NEW_CARD], previous="29161-0007")
    lists.add(2023, "29161-0008", [SON, SON_WIFE])
    # Back after a gap, with a code that somebody else had; the first moves in with the son.
    lists.add(2024, "29161-0007", [LOC])
    lists.add(2024, "29161-0008", [SON, SON_WIFE, TAM, HOA_NEW_CARD], previous="29161-0008")
    before = lists.build(2021, 2022, 2023)
    assert before[2021, "29161-0001"] == before[2022, "29161-0007"] == before[2023, "29161-0007"]
    assert before[2021, "29161-0002"] == before[2022, "29161-0001"]
    assert before[2023, "29161-0008"] not in (before[2023, "29161-0007"], before[2021, "29161-0002"])
    split = (before[2021, "29161-0001"], before[2023, "29161-0008"], 2023, "split_off")
    assert lists.changes() == {split}

    after = lists.build(2021, 2022, 2023, 2024)
    assert {key: after[key] for key in before} == before
    assert after[2024, "29161-0007"] == before[2021, "29161-0002"]
    assert after[2024, "29161-0008"] == before[2023, "29161-0008"]
    merger = (before[2023, "29161-0007"], before[2023, "29161-0008"], 2024, "merged_into_another")
    assert lists.changes() == {split, merger}


def test_namesakes_wait_for_a_decision_which_the_next_run_applies(lists: Lists) -> None:
    lists.add(2021, "29161-0001", [LOC])
    lists.add(2021, "29161-0002", [LOC])
    lists.add(2021, "29161-0003", [OTHER])
    lists.add(2022, "29161-0009", [LOC])
    # A code without anybody in common: mistyped.
    lists.add(2022, "29161-0008", [SON], previous="29161-0003")
    ids = lists.build(2021, 2022)
    assert ids[2022, "29161-0009"] not in (ids[2021, "29161-0001"], ids[2021, "29161-0002"])
    assert ids[2022, "29161-0008"] != ids[2021, "29161-0003"]
    review = "select source_file_id, source_row, candidate_household_id, reason from quality.link_review"
    waiting = {("f2022", 10, ids[2021, "29161-0003"], "code_without_a_person")}
    alike = {("f2022", 9, ids[2021, f"29161-000{number}"], "candidates_too_alike") for number in (1, 2)}
    assert set(lists.query(review)) == waiting | alike

    decision = {"survey_year": "2022", "source_file_id": "f2022", "decided_by": "auditor", "decided_on": "2023-01-10"}
    lists.decide(**decision, source_row="9", household_id=ids[2021, "29161-0002"], reason="seen in person")
    lists.decide(**decision, source_row="10", household_id="new", reason="the code is a slip")
    decided = lists.build(2021, 2022)
    assert decided[2022, "29161-0009"] == ids[2021, "29161-0002"]
    assert decided[2022, "29161-0008"] == ids[2022, "29161-0008"]
    assert lists.query(review) == []
    assert lists.changes() == {(ids[2022, "29161-0009"], ids[2021, "29161-0002"], 2022, "relinked")}


def test_a_late_file_for_an_earlier_year_is_listed(lists: Lists) -> None:
    lists.add(2021, "29161-0001", [HOA, TAM])
    lists.add(2022, "29161-0001", [HOA_NEW_CARD, TAM], previous="29161-0001")
    lists.add(2023, "29161-0001", [HOA_NEW_CARD], recorded_class="left_list", previous="29161-0001")
    early = lists.build(2022, 2023)
    assert len(set(early.values())) == 1
    late = lists.build(2021, 2022, 2023)
    assert len(set(late.values())) == 1
    assert lists.changes() == {(early[2022, "29161-0001"], late[2022, "29161-0001"], 2022, "relinked")}
