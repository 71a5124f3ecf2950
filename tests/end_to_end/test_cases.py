"""The odd workbooks of the contract: what each must give (the cases lie beside the repository, where it is judged)."""

import shutil
from typing import Any

import duckdb
import pytest

from base.forms import load_forms
from base.home import Home
from base.sql import differing_rows
from ingestion.extract import extract
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key
from tests.support.homes import CLEAN_LANDING, REPOSITORY, shared_home
from tests.support.statements import make_tables
from tests.support.warehouse import build_file

SHARED = REPOSITORY.parent / "shared"
CASES = SHARED / "cases"
pytestmark = [
    pytest.mark.build,
    pytest.mark.skipif(not CASES.exists(), reason="the cases of the contract lie outside the repository"),
]
SAME = (
    "checkboxes/2023-28801",
    "iso-date-cells/2022-29161",
    "formula-with-empty-result/2022-28855",
    "column-numbers-negative/2023-28810",
    "legacy-font/2022-28777",
    "legacy-font/2023-28777",
)
# What is made of the cells of a file; all the rest is made of these.
TYPED = ("staging.stg_household", "staging.stg_member", "staging.stg_total")
ODD = (
    "id-column/2022-28765",
    "error-in-code/2022-28768",
    "year-in-date-cell/2022-29179",
    "text-numbers-dates/2023-28855",
    "merged-data-cells/2022-28801",
    "rows-round-total/2023-29179",
    "formula-without-result/2022-28810-prefix",
)


def _land(home: Home) -> None:
    """The clean sample with some files replaced by their cases, and one that cannot be taken."""
    shutil.copytree(CLEAN_LANDING, home.landing, dirs_exist_ok=True)
    for case in SAME + ODD:
        year, commune = _place(case)
        replaced = home.landing / str(year) / f"ra-soat-{year}-{commune}.xlsx"
        assert replaced.exists()
        shutil.copyfile(CASES / f"{case}.xlsx", replaced)
    shutil.copyfile(CASES / "number-too-large-on-cover" / "big.xlsx", home.landing / "big.xlsx")


def _place(case: str) -> tuple[int, str]:
    """The survey year and the commune of a case."""
    year, commune = case.split("/")[1].split("-")[:2]
    return int(year), commune


@pytest.fixture(scope="module")
def odd() -> Home:
    def build(home: Home) -> None:
        ensure_key(home)
        ingest(home)
        make_tables(home, of=["quality.finding", *TYPED])

    return shared_home("cases", _land, build)


@pytest.mark.parametrize("case", SAME)
def test_cases_that_say_the_same_as_the_sample(clean_home: Home, odd: Home, case: str) -> None:
    with duckdb.connect() as connection:
        for name, home in (("same", odd), ("sample", clean_home)):
            connection.execute(f"attach '{build_file(home)}' as {name} (read_only)")
        for table in TYPED:
            same, sample = (
                f"(select typed.* exclude (source_file_id) from {name}.{table} as typed "
                f"inner join {name}.staging.stg_source_file as files using (source_file_id) "
                "where files.survey_year = $year and files.commune_code = $commune)"
                for name in ("same", "sample")
            )
            place = dict(zip(("year", "commune"), _place(case), strict=True))
            assert connection.execute(f"select count(*) > 0 from {sample}", place).fetchall() == [(True,)]
            assert connection.execute(differing_rows(same, sample), place).fetchall() == [], table


def _findings(home: Home) -> set[tuple[Any, ...]]:
    with duckdb.connect(str(build_file(home)), read_only=True) as build:
        return set(
            build.execute(
                "select check_code, survey_year, commune_code, row_number, column_name from quality.finding"
                " where level in ('row', 'value')"
            ).fetchall()
        )


def test_odd_cells_are_found_and_nothing_else_is(clean_home: Home, odd: Home) -> None:
    assert _findings(odd) - _findings(clean_home) == {
        ("error_in_cell", 2022, "28768", 9, "household_code"),
        ("household_code_missing", 2022, "28768", 9, "household_code"),
        ("member_without_household", 2022, "28768", 7, "household_code"),
        ("member_without_household", 2022, "28768", 8, "household_code"),
        ("error_in_cell", 2022, "28768", 10, "previous_household_code"),
        ("error_in_cell", 2022, "28768", 11, "hamlet"),
        ("error_in_cell", 2022, "28768", 12, "note"),
        ("error_in_cell", 2022, "28768", 13, "head_name"),
        ("formula_without_result", 2022, "28810", 9, "b1_score"),
        ("formula_without_result", 2022, "28810", 9, "need_loan"),
        ("formula_without_result", 2022, "28810", 9, "cause_no_land"),
        ("formula_without_result", 2022, "28810", 10, "previous_household_code"),
        ("formula_without_result", 2022, "28810", 10, "movement"),
        ("merged_cells", 2022, "28801", 9, "hamlet"),
        ("merged_cells", 2022, "28801", 9, "need_loan"),
        ("merged_cells", 2022, "28801", 20, "area_class"),
        ("merged_cells", 2022, "28801", 9, "previous_class"),
        ("merged_cells", 2022, "28801", 7, "household_code"),
        ("row_below_total", 2023, "29179", 34, "household_code"),
        ("unreadable_code", 2022, "28765", 9, "head_citizen_id"),
        ("unreadable_code", 2022, "28765", 10, "head_citizen_id"),
        ("unreadable_code", 2022, "28765", 13, "head_citizen_id"),
        ("unreadable_number", 2023, "28855", 10, "b1_score"),
        ("unreadable_number", 2023, "28855", 12, "member_count"),
    }


@pytest.mark.parametrize(
    ("year", "commune", "column", "values"),
    [
        (
            2022,
            "28765",
            "head_citizen_id",
            [None, None, "083041498217", "083162185800", None, *["083162185800"] * 3, "320123456"],
        ),
        (2022, "29179", "head_birth_year", [1967, 2005, 1967, 1967]),
        (2022, "29179", "cast(head_birth_date as varchar)", [None, None, "1967-08-08", "1967-08-08"]),
        (2023, "28855", "cast(head_birth_date as varchar)", ["1967-08-08"] * 5 + [None, "1967-08-08"]),
        (2023, "28855", "head_birth_year", [1967] * 7),
        (2023, "28855", "cast(b1_score as double)", [137.5, None, 137.5, 132.5, 1.35]),
        (2022, "28801", "hamlet", ["Khu phố 1"] * 8),
    ],
)
def test_cells_are_read_as_the_contract_says(
    odd: Home, year: int, commune: str, column: str, values: list[Any]
) -> None:
    with duckdb.connect(str(build_file(odd)), read_only=True) as build:
        found = build.execute(
            f"select {column} from staging.stg_household inner join staging.stg_source_file using (source_file_id)"
            " where stg_source_file.survey_year = ? and commune_code = ? and row_number >= 9 order by row_number",
            [year, commune],
        ).fetchall()
    assert [row[0] for row in found[: len(values)]] == values


def test_a_number_too_large_is_named_by_its_cell_and_not_quoted(odd: Home) -> None:
    with duckdb.connect(str(build_file(odd)), read_only=True) as build:
        [(message,)] = build.execute(
            "select message from quality.finding where check_code = 'cover_value_unreadable'"
        ).fetchall()
    assert "B10" in message
    assert "83067084174" not in message


def test_a_list_typed_in_tcvn3_is_linked_as_one_in_unicode() -> None:
    forms = load_forms()
    typed, control = (
        extract((CASES / "legacy-font" / f"{name}.xlsx").read_bytes(), forms)
        for name in ("2023-28777-no-ids", "control-unicode-no-ids")
    )
    assert typed is not None
    assert control is not None
    assert [finding.check_code for finding in typed.findings] == ["legacy_font"]
    for role in ("household", "member"):
        assert (
            typed.tables[role].drop_columns("source_file_id").to_pylist()
            == control.tables[role].drop_columns("source_file_id").to_pylist()
        )
