"""Corrections on the micro pack: what comes of them, and of decision files that are not right."""

import hashlib
import unicodedata

import duckdb
import pytest

from base.home import Home
from base.release_layout import DATABASE
from ingestion.decisions import CORRECTION_COLUMNS, write_decisions
from tests.support.decided import DAYS, cell, decide, release, rows, rows_of_sha
from tests.support.statements import make_tables, open_build, release_tests
from tests.support.warehouse import build_file

pytestmark = pytest.mark.build

CANARY = "083199977731"
FIGURES = """
    select survey_year, area_code, measure, figure
    from (unpivot (
        select survey_year, area_code,
            columns(['resident_households', 'resident_persons', 'poor_households', 'near_poor_households',
                'average_households', 'non_poor_households', 'poor_persons', 'near_poor_persons',
                'female_headed_households', 'ethnic_minority_headed_households', 'merit_households',
                'social_protection_households', 'group_1_households', 'group_2_households', 'group_3_households'])
        from marts.area_year where area_level = 'commune' and boundary = 'as_reviewed'
    ) on columns(* exclude (survey_year, area_code)) into name measure value figure)
    union all
    select survey_year, area_code, 'deprived_' || indicator_code, deprived_households from marts.indicator_area_year
    where area_level = 'commune' and boundary = 'as_reviewed' and poverty_class = 'poor_or_near_poor'
"""


def raw_digest(home: Home) -> str:
    digest = hashlib.sha256()
    for role in ("household", "member", "total"):
        for path in sorted((home.raw / role).glob("*.parquet")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def test_corrections_change_figures_by_what_is_listed_and_leave_raw_alone(home: Home) -> None:
    labels = "lower(nfc_normalize(recorded_class))"
    poor = cell(home, "household", "recorded_class", f"{labels} = 'hộ nghèo'")
    near = rows_of_label(home)
    row = f"row_number = {poor['row']}"
    other = f"row_number > {poor['row']} and {labels} = 'hộ nghèo'"
    number = cell(home, "household", "head_citizen_id", f"head_citizen_id is not null and {other}")
    code = cell(home, "household", "household_code", other)
    count = cell(home, "household", "member_count", other)
    mark = cell(home, "household", "is_deprived_employment", f"is_deprived_employment is null and {other}")
    resident = cell(home, "total", "value", "field = 'resident_households'") | {"column": "Tổng số hộ dân cư"}
    sheet_key = {"sheet": unicodedata.normalize("NFD", poor["sheet"]).upper()}
    applied = [
        poor | sheet_key | {"new_value": near},
        number | {"new_value": CANARY},
        count | {"new_value": int(float(count["old_value"])) + 6},
        mark | {"new_value": "x", "file": rows_of_sha(home, mark["file"])},
        resident | {"new_value": "9.999"},
        code | {"column": "Mã hộ", "new_value": "29161-99999"},
    ]
    refused = [
        (poor | {"file": "0" * 16, "new_value": "x"}, "sổ tiếp nhận"),
        (poor | {"sheet": "Trang khác", "new_value": "x"}, "trang không có"),
        (poor | {"column": "màu tóc", "new_value": "x"}, "cột không có"),
        (poor | {"row": 99999, "new_value": "x"}, "hàng không có"),
        (poor | {"row": "bảy", "new_value": "x"}, "số hàng"),
        (poor | {"reason": "", "new_value": near}, "thiếu lý do"),
        (poor | {"decided_by": "", "new_value": near}, "thiếu người quyết định"),
        (poor | {"decided_on": "hôm qua", "new_value": near}, "ngày quyết định"),
        (number | {"reason": f"số đúng là {CANARY}", "new_value": CANARY}, "dãy số dài"),
        (number | {"column": "hamlet", "old_value": "không phải thế", "new_value": CANARY}, "không khớp"),
        (cell(home, "household", "b1_score", row) | {"new_value": "1"}, "nhiều giá trị mới khác nhau"),
        (cell(home, "household", "b1_score", row) | {"new_value": "2"}, "nhiều giá trị mới khác nhau"),
    ]
    before = rows(build_file(home), FIGURES)
    ids_before = dict(rows(build_file(home), "select source_row, household_id from marts.fct_household_year "
                           "where source_file_id = ?", number["file"]))  # fmt: skip
    digest = raw_digest(home)
    decide(home, "corrections.csv", CORRECTION_COLUMNS, applied + [line for line, _ in refused])
    make_tables(home, DAYS[1].date())
    with open_build(home) as build:
        assert [name for name, sql in release_tests(home) if build.execute(sql).fetchall()[0][0]] == []

    shown = rows(build_file(home), "select status, refusal from quality.correction order by line_number")
    assert [status for status, _ in shown] == ["applied"] * len(applied) + ["refused"] * len(refused), shown
    for (_, refusal), (_, wanted) in zip(shown[len(applied) :], refused, strict=True):
        assert wanted in refusal
    after = {row[:3]: row[3] for row in rows(build_file(home), FIGURES)}
    was = {row[:3]: row[3] for row in before}
    changed = {(*key, was[key], value) for key, value in after.items() if value != was[key]}
    effects = rows(
        build_file(home),
        "select survey_year, commune_code, measure, before_value, after_value from quality.correction_effect",
    )
    assert changed == set(effects)
    assert {measure for _, _, measure, _, _ in changed} >= {
        "poor_households", "near_poor_households", "resident_households", "deprived_employment", "poor_persons"
    }  # fmt: skip
    assert raw_digest(home) == digest

    ids = dict(rows(build_file(home), "select source_row, household_id from marts.fct_household_year "
                    "where source_file_id = ?", number["file"]))  # fmt: skip
    assert ids.keys() == ids_before.keys()
    # The code may name the household's first record; every other row keeps its pseudonym.
    assert {row for row in ids if ids[row] != ids_before[row]} <= {code["row"]}

    published = release(home, DAYS[1])
    for path in published.folder.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path
    with duckdb.connect(str(published.folder / DATABASE), read_only=True) as connection:
        for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall():
            held = connection.execute(
                f"select count(*) from {schema}.{table} t where t::varchar like ?", [f"%{CANARY}%"]
            )
            assert held.fetchall() == [(0,)]


def rows_of_label(home: Home) -> str:
    """How a workbook of 2024 writes `near_poor`."""
    query = (
        "select recorded_class from read_parquet(?, union_by_name = true) "
        "where lower(nfc_normalize(recorded_class)) = 'hộ cận nghèo' limit 1"
    )
    return str(duckdb.execute(query, [str(home.raw / "household" / "*.parquet")]).fetchall()[0][0])


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf\r\n\r\n",
        b'check_code,reason\n"no_accepted_file,"unclosed\n\n;;;\nno_accepted_file,"a, b",,,,,,,,,,,,,,\n',
        "check_code;reason;extra;reason\nno_accepted_file;lý do;x\n".encode("utf-16"),
        unicodedata.normalize("NFD", "file\tsheet\trow\tcolumn\nx\tDanh sách hộ\t1\tMã hộ\n").encode(),
        ("file,sheet,row,column,old_value\n" + "x" * 200_000 + ",a,99999999999999999999,b\n").encode(),
    ],
    ids=["mark-only", "quotes", "utf-16", "nfd-tabs", "huge"],
)
def test_a_hostile_decision_file_stops_nothing(home: Home, content: bytes) -> None:
    for name in ("waivers.csv", "corrections.csv"):
        (home.decisions / name).write_bytes(content)
    write_decisions(home)
    make_tables(home, of=["staging.stg_waiver", "staging.stg_correction"])
    statuses = rows(
        build_file(home),
        "select distinct status from staging.stg_waiver union select status from staging.stg_correction",
    )
    assert {status for (status,) in statuses} <= {"invalid", "refused"}
    lines = [line for line in content.decode("utf-8", errors="ignore").splitlines()[1:] if len(line.strip(',;" ')) > 1]
    if lines and not content.startswith((b"\x00", b"\xff", b"\xfe")):
        assert rows(build_file(home), "select count(*) from staging.stg_waiver")[0][0] >= len(lines)
