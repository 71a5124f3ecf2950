"""`poverty nation`: releases of several homes in one database, with national rows only where nothing is missing."""

import hashlib
import json
import os
import shutil
import signal
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from base.home import Home
from base.release_layout import DATABASE, DESCRIPTION, SIGNATURE
from base.signature import read_signature
from base.sql import differing_rows
from publication.nation import unite as uniting
from publication.nation.rules import NATION, load_rules
from publication.nation.territory_releases import NoReleaseError, NotUnitedError, years
from publication.nation.unite import unite
from tests.support.homes import poverty
from tests.support.manifest import load_manifest, public_tables
from tests.support.processes import forked

FIGURES = [rules for rules in load_rules().values() if rules.columns]
# Of a household that moves from one territory to the other each territory knows one half.
MOVEMENTS = {"marts.poverty_movement", "marts.transition_matrix", "bi.area_figures", "bi.figures"}


def copied(release: Path, folder: Path, **description: Any) -> Path:
    """A copy of a release that says something else of itself, without the signature, which would not fit."""
    shutil.copytree(release.resolve(), folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700)
    (folder / SIGNATURE).unlink()
    path = folder / DESCRIPTION
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | description), encoding="utf-8")
    return folder


def changed(release: Path, folder: Path, *statements: str) -> Path:
    """A copy of a release with other rows, as a home would have published it."""
    copied(release, folder)
    with duckdb.connect(str(folder / DATABASE)) as connection:
        for statement in statements:
            connection.execute(statement)
    package = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    for resource in package["resources"]:
        if resource["path"] == DATABASE:
            resource["hash"] = f"sha256:{hashlib.sha256((folder / DATABASE).read_bytes()).hexdigest()}"
    (folder / DESCRIPTION).write_text(json.dumps(package), encoding="utf-8")
    return folder


def table(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def package_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / DESCRIPTION).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def homes(micro_home: Home, level_change_home: Home) -> list[Home]:
    """Bến Tre with 2024 to 2026, and a territory of three communes with 2025 and 2026."""
    return [micro_home, level_change_home]


@pytest.fixture(scope="module")
def nation(homes: list[Home], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nation") / "nation"
    unite([homes[0].root, homes[1].current], folder)
    return folder


@pytest.fixture(scope="module")
def database(nation: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(nation / DATABASE), read_only=True) as connection:
        yield connection


def test_every_public_column_is_stated_once() -> None:
    tables = public_tables(load_manifest())
    assert load_rules().keys() == tables.keys()
    for rules in FIGURES:
        assert [column.name for column in rules.columns] == list(tables[rules.table]), rules.table
        assert all(" / " in column.expression for column in rules.columns if column.rule.startswith("ratio"))


def test_the_rows_of_a_territory_are_those_of_its_release(
    database: duckdb.DuckDBPyConnection, homes: list[Home]
) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{database.execute('pragma database_list').fetchall()[0][2]}' as nation (read_only)"
        )
        for territory, home in zip(("former-83", "04"), homes, strict=True):
            connection.execute(f"attach '{home.current.resolve() / DATABASE}' as release (read_only)")
            for name in load_rules():
                united = f"(select * exclude (territory) from nation.{name} where territory = '{territory}')"
                differing = differing_rows(united, f"release.{name}")
                assert connection.execute(f"select count(*) from ({differing})").fetchone() == (0,), name
            connection.execute("detach release")


def test_keys_begin_with_the_territory_and_everything_is_described(database: duckdb.DuckDBPyConnection) -> None:
    keys = database.execute(
        "select constraint_column_names[1] from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
    ).fetchall()
    assert keys == [("territory",)] * len(load_rules())
    silent = "select table_name, column_name from duckdb_columns() where not internal and coalesce(comment, '') = ''"
    assert database.execute(silent).fetchall() == []


def test_every_foreign_key_leads_to_a_row_of_the_same_territory(database: duckdb.DuckDBPyConnection) -> None:
    keys = database.execute("from bi.foreign_key where territory = '04'").fetchall()
    assert len(keys) > 40
    for _, name, column, references, to in keys:
        lost = database.execute(
            f"select count(*) from bi.{name} as one anti join bi.{references} as other "
            f"on one.territory = other.territory and one.{column} = other.{to} where one.{column} is not null"
        ).fetchone()
        assert lost == (0,), (name, column)


def test_national_rows_are_the_sums_of_the_territories(database: duckdb.DuckDBPyConnection) -> None:
    """Added up a second time, in Python: only for years of both, and null where one is null."""
    for rules in FIGURES:
        rows = table(database, f"from {rules.table}")
        sums = rules.named("sum")
        parts: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = defaultdict(dict)
        for row in rows:
            is_whole = row.get("area_level") == "province" or "/province/" in str(row.get("area_key"))
            if row["territory"] != NATION and (is_whole or rules.table == "bi.dim_year"):
                parts[tuple(row[key] for key in rules.keys)][row["territory"]] = row
        national = {tuple(row[key] for key in rules.keys): row for row in rows if row["territory"] == NATION}
        assert national or rules.table == "bi.movement_by_standard", rules.table
        for key, row in national.items():
            assert all(time in (2025, 2026) for time in (row[name] for name in rules.times))
            assert rules.kind == "occurring" or len(parts[key]) == 2
            for name in sums:
                values = [part[name] for part in parts[key].values()]
                assert row[name] == (None if None in values else sum(values)), (rules.table, key, name)


def test_rates_come_from_the_sums(database: duckdb.DuckDBPyConnection) -> None:
    for row in table(database, f"from marts.area_year where territory = '{NATION}'"):
        assert row["poor_rate"] == row["poor_households"] / row["resident_households"]
        listed = row["poor_households"] + row["near_poor_households"]
        assert row["poor_or_near_poor_rate"] == listed / row["resident_households"]
        assert row["area_name"] == "Tổng 2 địa phương"
        parts = table(database, f"from marts.area_year where survey_year = {row['survey_year']} "
                                f"and boundary = '{row['boundary']}' and area_level = 'province'")  # fmt: skip
        assert {part["territory"] for part in parts} == {"former-83", "04"}
        rates = [part["poor_rate"] for part in parts]
        assert min(rates) < row["poor_rate"] < max(rates)
        assert row["poor_rate"] != sum(rates) / 2
    for row in table(database, f"from marts.poverty_measure where territory = '{NATION}'"):
        assert row["adjusted_headcount_ratio"] == row["weighted_deprivations"] / (
            row["population"] * row["weight_denominator"]
        )
    for row in table(database, f"from marts.transition_matrix where territory = '{NATION}'"):
        assert 0 < row["share_of_from_class"] <= 1
    measures = table(
        database,
        f"select survey_year, boundary, unit, weighting, adjusted_headcount_ratio, sum(absolute_contribution) as added "
        f"from marts.poverty_measure_indicator join marts.poverty_measure "
        f"using (territory, survey_year, boundary, unit, weighting) where territory = '{NATION}' group by all",
    )
    assert measures
    assert all(abs(row["adjusted_headcount_ratio"] - row["added"]) < 1e-12 for row in measures)
    for row in table(database, f"from bi.figures where territory = '{NATION}' and numerator is not null"):
        assert row["value"] == row["numerator"] / row["denominator"]


def test_the_description_leads_to_the_releases(nation: Path, homes: list[Home]) -> None:
    package = package_of(nation)
    for made, home in zip(package["territories"], homes, strict=True):
        release = home.current.resolve()
        assert made["id"] == release.name
        assert made["descriptionHash"] == f"sha256:{hashlib.sha256((release / DESCRIPTION).read_bytes()).hexdigest()}"
        assert made["databaseHash"] == f"sha256:{hashlib.sha256((release / DATABASE).read_bytes()).hexdigest()}"
        signature = read_signature(release)
        assert signature is not None
        assert made["signedWith"] == signature["fingerprint"]
    assert package["nationalYears"] == [2025, 2026]
    assert package["yearsWithoutNationalRows"] == [{"surveyYear": 2024, "missing": ["04"]}]
    assert package["maturity"] == "provisional"


def test_its_readers_are_those_of_a_release(nation: Path) -> None:
    assert [path.stat().st_mode & 0o777 for path in (nation, nation / DATABASE, nation / DESCRIPTION)] == [
        0o750, 0o440, 0o440,
    ]  # fmt: skip
    assert sorted(path.name for path in nation.parent.iterdir()) == ["nation"]


def test_missing_is_not_zero_and_is_said(homes: list[Home], tmp_path: Path) -> None:
    other = changed(
        homes[1].current,
        tmp_path / "other",
        "update marts.area_year set resident_households = null where area_level = 'province' and survey_year = 2026",
        "delete from marts.need_area_year where need_code = 'loan' and survey_year = 2025",
    )
    made = unite([homes[0].root, other], tmp_path / "nation")
    with duckdb.connect(str(tmp_path / "nation" / DATABASE), read_only=True) as connection:
        rows = connection.execute(
            "select distinct survey_year, resident_households is null, poor_rate is null, poor_households is null "
            "from marts.area_year where territory = 'nation' order by all"
        ).fetchall()
        needs = connection.execute(
            "select distinct survey_year from marts.need_area_year where territory = 'nation' and need_code = 'loan'"
        ).fetchall()
    assert rows == [(2025, False, False, False), (2026, True, True, False)]
    assert needs == [(2026,)]
    said = {(gap["table"], gap["column"], gap["surveyYear"]): gap["territories"] for gap in made.rows.gaps}
    assert said["marts.area_year", "resident_households", 2026] == ["04"]
    assert said["marts.need_area_year", None, 2025] == ["04"]
    assert package_of(tmp_path / "nation")["gaps"] == made.rows.gaps


def test_years_that_follow_different_years_are_not_added_up(homes: list[Home], tmp_path: Path) -> None:
    other = changed(
        homes[1].current,
        tmp_path / "other",
        "update bi.dim_year set previous_survey_year = 2023 where survey_year = 2026",
    )
    made = unite([homes[0].root, other], tmp_path / "nation")
    assert made.rows.survey_years == [2025]
    assert {"surveyYear": 2026, "differentYearsBefore": [2023, 2025]} in made.rows.years_without


REFUSED: dict[str, tuple[Any, str]] = {
    "another version": (
        lambda release, folder: copied(release, folder, productVersion="0.1.0"),
        r"Tỉnh Mẫu \(04\) was made by version 0\.1\.0, this is .*: figures of different versions are not added up",
    ),
    "other code of the version": (
        lambda release, folder: copied(release, folder, inputs={"codeHash": "00"}),
        r"were made by different code of version",
    ),
    "open data": (
        lambda release, folder: copied(release, folder, name="poverty-open-data"),
        r"is no release of a home but `poverty-open-data`: open data lacks its small counts",
    ),
    "another description": (
        lambda release, folder: copied(release, folder, resources=None),
        r"datapackage\.json cannot be read",
    ),
    "an altered table": (
        lambda release, folder: (copied(release, folder) / "parquet/marts/area_year.parquet").write_bytes(b"PAR1"),
        r"is damaged: parquet/marts/area_year\.parquet was altered: .* Ask for the release again",
    ),
    "a lost database": (
        lambda release, folder: (copied(release, folder) / DATABASE).unlink(),
        r"poverty\.duckdb is missing from the release",
    ),
    "other columns": (
        lambda release, folder: changed(
            release, folder, "alter table marts.target_progress add column more integer"
        ),
        r"The table marts\.target_progress of Tỉnh Bến Tre \(former-83\) has other columns than that of Tỉnh Mẫu",
    ),
    "other rules": (
        lambda release, folder: changed(release, folder, "update marts.dim_indicator set name_en = 'Other'"),
        r"The rules of .* differ: marts\.dim_indicator has other rows",
    ),
    "another standard of a year": (
        lambda release, folder: changed(release, folder, "update marts.poverty_measure set standard_code = 'X'"),
        r"The territories do not agree on standard_code in marts\.poverty_measure",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_and_nothing_is_written(homes: list[Home], tmp_path: Path, case: str) -> None:
    make, sentence = REFUSED[case]
    make(homes[1].current, tmp_path / "other")
    with pytest.raises(NotUnitedError, match=sentence):
        unite([homes[0].root, tmp_path / "other"], tmp_path / "nation")
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_description_changed_after_signing_is_refused(homes: list[Home], tmp_path: Path) -> None:
    folder = copied(homes[1].current, tmp_path / "other", maturity="final")
    shutil.copy(homes[1].current / SIGNATURE, folder / SIGNATURE)
    with pytest.raises(NotUnitedError, match="The signature does not fit"):
        unite([homes[0].root, folder], tmp_path / "nation")


def test_a_territory_is_given_once_and_a_folder_is_new(homes: list[Home], nation: Path, tmp_path: Path) -> None:
    with pytest.raises(NotUnitedError, match=r"Tỉnh Bến Tre \(former-83\) is given twice"):
        unite([homes[0].root, homes[0].current], tmp_path / "nation")
    with pytest.raises(NotUnitedError, match="is there already"):
        unite([homes[0].root], nation)
    with pytest.raises(NotUnitedError, match="is no folder: make it first"):
        unite([homes[0].root], tmp_path / "no" / "nation")
    with pytest.raises(NoReleaseError, match="neither a home with a published release nor the folder of a release"):
        unite([tmp_path], tmp_path / "nation")


def test_too_little_room_is_said_before_anything_is_written(
    homes: list[Home], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uniting.shutil, "disk_usage", lambda _: SimpleNamespace(free=2**20))
    with pytest.raises(NotUnitedError, match=r"No room on the disk of .*: 1 MB free, about \d+ MB needed"):
        unite([homes[0].root], tmp_path / "nation")
    assert list(tmp_path.iterdir()) == []


def _die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _unite_and_die(paths: Sequence[Path], folder: Path) -> None:
    uniting._describe = _die  # type: ignore[assignment]
    unite(paths, folder)


@pytest.mark.long
def test_a_killed_run_leaves_no_half_database(homes: list[Home], tmp_path: Path) -> None:
    folder = tmp_path / "nation"
    paths = [home.root for home in homes]
    assert forked(_unite_and_die, paths, folder) == -signal.SIGKILL
    assert not folder.exists()
    unite(paths, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["nation"]


def test_the_command_says_what_it_made_and_what_is_missing(homes: list[Home], tmp_path: Path) -> None:
    given = [str(home.root) for home in homes]
    said = poverty(homes[0], "nation", *given, "--to", str(tmp_path / "nation")).stdout
    assert "Tỉnh Mẫu (04): release " in said
    assert "signed with key " in said
    assert "National rows: 2025, 2026." in said
    assert "No national rows of 2024: missing in 04." in said
    assert "is given twice" in poverty(homes[0], "nation", given[0], given[0], "--to", "x", expect=1).stderr
    assert "neither a home" in poverty(homes[0], "nation", "nowhere", "--to", "x", expect=2).stderr


def test_ben_tre_and_vinh_long_hold_the_same_communes(clean_home: Home, vinh_long_home: Home, tmp_path: Path) -> None:
    paths = [clean_home.root, vinh_long_home.root]
    with pytest.raises(NotUnitedError, match="hold the same communes in 2021 to 2030 .* counted twice.* Leave one"):
        unite(paths, tmp_path / "nation")
    made = unite(paths, tmp_path / "nation", with_national_rows=False)
    assert [(overlap.first, overlap.second) for overlap in made.overlaps] == [("86", "former-83")]
    assert package_of(tmp_path / "nation")["overlaps"][0]["territories"] == ["86", "former-83"]
    with duckdb.connect(str(tmp_path / "nation" / DATABASE), read_only=True) as connection:
        query = "select territory, count(*) from marts.fct_household_year group by all order by all"
        assert [territory for territory, _ in connection.execute(query).fetchall()] == ["86", "former-83"]
        assert connection.execute("select count(*) from bi.figures where territory = 'nation'").fetchone() == (0,)


@pytest.mark.long
def test_the_parts_of_vinh_long_make_the_whole(split_homes: list[Home], vinh_long_home: Home, tmp_path: Path) -> None:
    """National rows of Bến Tre and the rest of the province equal the province rows of Vĩnh Long as one territory."""
    unite([home.root for home in split_homes], tmp_path / "nation")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{tmp_path / 'nation' / DATABASE}' as nation (read_only)")
        connection.execute(f"attach '{vinh_long_home.current.resolve() / DATABASE}' as whole (read_only)")
        for rules in FIGURES:
            if rules.table in MOVEMENTS or not rules.table.startswith("marts."):
                continue
            names = [*rules.keys, *rules.named("sum", "all", "ratio")]
            if rules.table == "marts.poverty_measure_subgroup":  # where a part has no commune of a class, H is unknown
                names = [name for name in names if name not in ("headcount_ratio", "adjusted_headcount_ratio")]
            listed = ", ".join(names)
            united = f"select {listed} from nation.{rules.table} where territory = '{NATION}'"
            whole = f"select {listed} from whole.{rules.table} where area_level = 'province'"
            query = f"({united} except all {whole}) union all ({whole} except all {united})"
            assert connection.execute(f"select count(*) from ({query})").fetchone() == (0,), rules.table
            assert connection.execute(f"select count(*) > 0 from ({united})").fetchone() == (True,), rules.table
        # What changed between lists adds up too, though a move between the parts is an exit and an entry.
        exits, entries = "to_other_list - above_line - other_decrease", "from_other_list + returned + newly_arisen"
        closing = connection.execute(
            f"select count(*) from nation.marts.poverty_movement where territory = 'nation' "
            f"and closing <> coalesce(opening - {exits} + {entries} + other_increase, closing)"
        ).fetchone()
    assert closing == (0,)


def test_years_are_listed_in_runs() -> None:
    assert years([2021, 2022, 2023, 2025, 2026, 2030]) == "2021 to 2023, 2025, 2026, 2030"
