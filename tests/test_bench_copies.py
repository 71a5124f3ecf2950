"""The copies of a province that the benchmarks measure on: no two of them share a code, a number or a file."""

from pathlib import Path

import duckdb

from base.home import Home
from base.sql import sql_file, sql_files
from bench.scaled import MAX_COPIES, repeat_raw, repeat_reference


def test_no_two_copies_share_what_identifies(micro_home: Home, tmp_path: Path) -> None:
    target = Home(tmp_path / "copies")
    repeat_raw(micro_home, target, range(MAX_COPIES))
    for role, column in (
        ("household", "household_code"),
        ("household", "head_name"),
        ("member", "citizen_id"),
        ("source_file", "commune_code"),
        ("source_file", "source_file_id"),
        ("source_file", "sha256"),
    ):
        one, all_ = (
            duckdb.sql(
                f"select count(distinct {column}) from read_parquet({_files(home, role)}, union_by_name = true)"
            ).fetchall()[0][0]
            for home in (micro_home, target)
        )
        assert all_ == MAX_COPIES * one > 0, (role, column)


def test_names_are_as_alike_in_every_copy(micro_home: Home, tmp_path: Path) -> None:
    """Otherwise a copy has other links, and so other households."""
    home = Home(tmp_path / "copies")
    repeat_raw(micro_home, home, range(MAX_COPIES))
    pairs, likenesses = duckdb.sql(
        "with names as (select filename as copy, substr(source_file_id, 3) as file, row_number, head_name "
        f"from read_parquet({_files(home, 'household')}, union_by_name = true, filename = true)) "
        "select count(distinct (file, row_number, other)), count(distinct (file, row_number, other, alike)) from ("
        "select file, one.row_number, two.row_number as other, "
        "jaro_winkler_similarity(one.head_name, two.head_name) as alike "
        "from names as one inner join names as two using (copy, file) where one.row_number < two.row_number)"
    ).fetchall()[0]
    assert pairs == likenesses > 1000


def test_all_copies_have_other_communes_and_a_copy_alone_another_territory(tmp_path: Path) -> None:
    together, alone = Home(tmp_path / "together").create(), Home(tmp_path / "alone").create()
    repeat_reference(together, range(MAX_COPIES))
    repeat_reference(alone, [1])
    (communes, of_one), (territory, other) = (
        [
            {row[0] for row in duckdb.sql(f"select {column} from {sql_file(home.reference / name)}").fetchall()}
            for home in (together, alone)
        ]
        for column, name in (("commune_code", "administrative_units.parquet"), ("area_code", "territory.parquet"))
    )
    assert len(communes) == MAX_COPIES * len(of_one)
    assert of_one < communes
    assert territory.isdisjoint(other)


def _files(home: Home, role: str) -> str:
    return (
        sql_files(home.raw / role, "*.parquet")
        if (home.raw / role).is_dir()
        else sql_files(home.raw, f"{role}.parquet")
    )
