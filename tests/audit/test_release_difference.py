"""Two releases are compared exactly, and every changed figure has the first cause that the releases recorded."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from audit.rebuild import relinked_before
from audit.release_difference import ReleaseDifference, TableChange, compare_releases
from base.home import Home

Change = Callable[[str], None]
_ONE_MORE = "update marts.area_year set poor_households = poor_households + 1 where survey_year = 2024"


@pytest.fixture
def compare(clean_home: Home, tmp_path: Path) -> Callable[..., ReleaseDifference]:
    """Compare the clean release with a copy that was changed by SQL and by other recorded inputs."""

    def compare_changed(*statements: str, **inputs: str) -> ReleaseDifference:
        changed = tmp_path / "changed"
        changed.mkdir()
        database = changed / "poverty.duckdb"
        database.write_bytes((clean_home.current / "poverty.duckdb").read_bytes())
        with duckdb.connect(str(database)) as connection:
            for statement in statements:
                connection.execute(statement)
        description = json.loads((clean_home.current / "datapackage.json").read_text(encoding="utf-8"))
        description["id"] = "changed"
        description["inputs"] |= inputs
        for resource in description["resources"]:
            resource["hash"] = "another"
        (changed / "datapackage.json").write_text(json.dumps(description), encoding="utf-8")
        return compare_releases(clean_home.current.resolve(), changed)

    return compare_changed


def test_nothing_changed(compare: Callable[..., ReleaseDifference]) -> None:
    difference = compare()
    assert (difference.files, difference.tables, difference.figures, difference.notes) == ((), (), (), ())


def test_a_new_file_comes_before_a_rule_and_figures_are_counted_also_where_none_is_listed(
    compare: Callable[..., ReleaseDifference], clean_home: Home, tmp_path: Path
) -> None:
    difference = compare(
        _ONE_MORE,
        "update quality.source_file set status = 'superseded' where survey_year = 2024 and commune_code = '29161'",
        rulesHash="another",
    )
    assert [(f.change, f.survey_year, f.commune_code) for f in difference.files] == [("superseded", 2024, "29161")]
    causes = {(f.area_level, f.boundary, f.area_code): f.cause for f in difference.figures}
    assert causes["commune", "as_reviewed", "29161"] == "new_file"
    assert causes["province", "as_reviewed", "former-83"] == "new_file"
    others = {
        cause
        for (level, boundary, code), cause in causes.items()
        if (level, boundary) == ("commune", "as_reviewed") and code != "29161"
    }
    assert others == {"rule"}
    assert all((f.table, f.measure, f.new) == ("marts.area_year", "poor_households", (f.old or 0) + 1)
               for f in difference.figures)  # fmt: skip
    counted = compare_releases(clean_home.current.resolve(), tmp_path / "changed", set())
    assert counted.figures == ()
    assert (counted.counts, counted.places, counted.tables) == (difference.counts, difference.places, difference.tables)
    assert {(count.table, count.cause): (count.figures, count.areas) for count in counted.counts} == {
        ("marts.area_year", cause): (len(found), len({figure.area_code for figure in found}))
        for cause in ("new_file", "rule")
        if (found := [figure for figure in difference.figures if figure.cause == cause])
    }
    assert sum(place.figures for place in counted.places) == len(difference.figures)


@pytest.mark.parametrize(
    ("inputs", "cause"),
    [
        ({"rulesHash": "x", "codeHash": "x"}, "rule"),
        ({"codeHash": "x"}, "code"),
        ({"decisionsHash": "x"}, "correction"),
    ],
)
def test_the_first_recorded_cause_is_reported(
    compare: Callable[..., ReleaseDifference], inputs: dict[str, str], cause: str
) -> None:
    assert {figure.cause for figure in compare(_ONE_MORE, **inputs).figures} == {cause}


def test_rows_and_columns_are_counted(compare: Callable[..., ReleaseDifference]) -> None:
    difference = compare(
        "delete from marts.fct_household_year where survey_year = 2024 and commune_code = '29161'",
        "update marts.fct_household_year set member_count = member_count + 1 where survey_year = 2023",
        "alter table marts.target_progress add column remark varchar",
        "drop table marts.poverty_spell",
        "update quality.check_result set run_id = 'another', checked_at = now()",
        codeHash="x",
    )
    tables = {change.table: change for change in difference.tables}
    assert set(tables) == {"marts.fct_household_year", "marts.target_progress", "marts.poverty_spell"}
    fact = tables["marts.fct_household_year"]
    assert fact.rows_removed > 0
    assert fact.rows_changed > 0
    assert fact.rows_added == 0
    assert tables["marts.target_progress"].columns_added == ("remark",)
    assert tables["marts.poverty_spell"].rows_removed > 0
    assert difference.figures == ()


def test_a_release_without_recorded_parts_says_so(clean_home: Home, tmp_path: Path) -> None:
    shutil.copytree(clean_home.current.resolve(), tmp_path / "old")
    path = tmp_path / "old" / "datapackage.json"
    description = json.loads(path.read_text(encoding="utf-8"))
    del description["inputs"]
    path.unlink()
    path.write_text(json.dumps(description), encoding="utf-8")
    assert "did not record" in compare_releases(tmp_path / "old", clean_home.current.resolve()).notes[0]


@pytest.mark.parametrize(("more", "forgotten"), [("", 2), ("split_off", 0)])
def test_ids_given_again_before_are_in_no_archive(tmp_path: Path, more: str, forgotten: int) -> None:
    for name, reasons in (("old", ["relinked", "relinked", "split_off"]), ("new", ["split_off", more])):
        (tmp_path / name).mkdir()
        with duckdb.connect(str(tmp_path / name / "poverty.duckdb")) as connection:
            connection.execute("create schema quality")
            connection.execute("create table quality.identity_change (reason varchar)")
            for reason in filter(None, reasons):
                connection.execute("insert into quality.identity_change values (?)", [reason])
    change = TableChange("quality.identity_change", len(more) and 1, 2, 0)
    difference = ReleaseDifference("old", "new", (), (change,), (), ())
    assert relinked_before(difference, tmp_path / "old", tmp_path / "new") == forgotten
