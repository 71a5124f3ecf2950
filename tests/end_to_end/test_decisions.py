"""Decisions through the command line: what a person edits and reads, and that no value of a correction gets out."""

import json
import shutil
from datetime import date, timedelta

import duckdb
import pytest

from base.build_date import today
from base.home import Home
from base.release_layout import DATABASE, read_datapackage
from ingestion.decisions import LINK_DECISION_COLUMNS
from publication import publish
from tests.support.homes import land_micro, poverty
from tests.support.publish_tables import publish_tables

pytestmark = pytest.mark.build

CANARY = "083299955577"
CANARY_NAME = "Tạ Bạch Yến Oanh Thử Nghiệm"


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One year of the micro pack, step by step as a data engineer backfills, with a waiver of what is missing and
    corrections of personal cells."""
    home = Home(tmp_path_factory.mktemp("decided") / "home").create()
    land_micro(home)
    said = poverty(home, "status").stdout
    assert "Nothing is published yet" in said
    assert "links.csv" not in said, "there are no decisions yet, so none is broken"
    assert "3 not read yet" in poverty(home, "ingest", "--year", "2024").stdout
    assert "no whole build" in poverty(home, "publish", expect=1).stderr
    day = today()
    (home.decisions / "waivers.csv").write_text(
        "\ufeffcheck_code;reason;decided_by;decided_on;expires_on;ghi chú\n"
        f"no_accepted_file;xã không gửi;Sở;{day - timedelta(2)};{day + timedelta(1)};x\n\n"
        f"no_accepted_file;xã không gửi;Sở;{day - timedelta(9)};{day - timedelta(1)}\n"
        '"no_accepted_file;xã\n',
        encoding="utf-8",
    )
    file, sheet, row, number = duckdb.sql(
        f"select source_file_id, sheet, row_number, head_citizen_id from '{home.raw}/household/*.parquet' "
        "where length(head_citizen_id) = 12 order by all limit 1"
    ).fetchall()[0]
    place = f"{file},{sheet},{row}"
    (home.decisions / "corrections.csv").write_text(
        "file,sheet,row,column,old_value,new_value,reason,decided_by,decided_on\n"
        f"{place},head_citizen_id,{number},{CANARY},đối chiếu thẻ,Xã,{day}\n"
        f"{place},head_name,{CANARY_NAME},{CANARY_NAME} A,đối chiếu thẻ,Xã,{day}\n"
        f"{place},head_birth,{CANARY},{CANARY},là {CANARY_NAME} {CANARY},Xã,{day}\n"
        f"{CANARY_NAME},{CANARY},{CANARY},{CANARY_NAME},{CANARY},{CANARY},{CANARY},{CANARY_NAME} {CANARY},{CANARY}\n",
        encoding="utf-8",
    )
    (home.decisions / "links.csv").write_text(
        ",".join(LINK_DECISION_COLUMNS) + f"\n2024,{file[:8]},99999,new,,,hỏi trưởng ấp,Xã,{day}\n", encoding="utf-8"
    )
    publish_tables(home, years={2024}, with_reports=True)
    for year in ("2025", "2026"):
        shutil.rmtree(home.landing / year)
    return home


def test_a_year_ingested_alone_is_published_alone(decided: Home) -> None:
    package = read_datapackage(decided.current)
    assert package is not None
    assert {source["surveyYear"] for source in package["sources"]} == {2024}


def test_the_release_is_final_and_lists_its_waivers(decided: Home) -> None:
    package = read_datapackage(decided.current)
    assert package is not None
    assert (package["maturity"], package["maturityReasons"]) == ("final", [])
    (waiver,) = package["waiversInForce"]
    assert (waiver["checkCode"], waiver["findingsWaived"] > 0) == ("no_accepted_file", True)
    shown = poverty(decided, "status").stdout
    assert "Waivers: 1 in force, 1 expired, 1 invalid (quality.waiver)" in shown
    assert "Corrections: 1 applied, 3 refused (quality.correction)" in shown
    with duckdb.connect(str(decided.current / DATABASE), read_only=True) as connection:
        observed = connection.execute(
            "select is_passed, observed from quality.check_result where check_id = 'no_accepted_file'"
        ).fetchall()
        final = connection.execute(
            "select bool_or(is_final) from marts.area_year where area_level = 'province'"
        ).fetchall()
    assert observed == [(True, f"0 open findings, {waiver['findingsWaived']} waived")]
    assert final == [(False,)], "what was received does not change by being excused"


def test_a_waiver_that_expires_makes_the_release_stale(decided: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    said = poverty(decided, "run").stdout
    assert "no workbook was read" in said
    for line in (
        f"{decided.decisions / 'waivers.csv'}: 1 dòng bị từ chối",
        "Dòng 5 của waivers.csv: không đọc được dòng này",
        f"{decided.decisions / 'corrections.csv'}: 3 dòng bị từ chối",
        "Dòng 3 của corrections.csv: giá trị cũ không khớp với ô của tệp",
        "Dòng 5 của corrections.csv: tệp không có trong sổ tiếp nhận",
        "Dòng 2 của links.csv: hàng này không có hộ nào được tính",
    ):
        assert line in said[said.index("Dagster UI") :], line
    assert "None" not in said
    assert CANARY not in said
    assert CANARY_NAME not in said
    last = date.fromisoformat(
        json.loads((decided.current / "datapackage.json").read_text())["waiversInForce"][0]["expiresOn"]
    )
    for day, is_fresh in ((last - timedelta(1), True), (last, True), (last + timedelta(1), False)):
        monkeypatch.setattr(publish, "today", lambda day=day: day)
        assert publish.is_up_to_date(decided) is is_fresh, day


def test_no_value_of_a_correction_gets_out(decided: Home) -> None:
    private = {decided.archive, decided.raw, decided.warehouse, decided.secrets, decided.decisions}
    looked_at = 0
    for path in decided.root.rglob("*"):
        if path.is_file() and not private & {*path.parents}:
            content = path.read_bytes()
            looked_at += 1
            for canary in (CANARY.encode(), CANARY_NAME.encode(), json.dumps(CANARY_NAME)[1:-1].encode()):
                assert canary not in content, path
    assert looked_at > 50
    with duckdb.connect(str(decided.current / DATABASE), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in tables:
            for canary in (CANARY, CANARY_NAME):
                held = connection.execute(
                    f"select count(*) from {schema}.{table} as held where held::varchar like ?", [f"%{canary}%"]
                ).fetchall()
                assert held == [(0,)], f"{schema}.{table}"
    with duckdb.connect(str(decided.build_file), read_only=True) as connection:
        read = connection.execute("select count(*) from staging.stg_household where head_citizen_id = ?", [CANARY])
        assert read.fetchall() == [(1,)], "the correction was applied, so the canary was there to be found"
