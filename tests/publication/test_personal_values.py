"""When a published text counts as a personal value, and when it is a word like any other."""

import zipfile
from pathlib import Path

import duckdb
import pytest

from publication.personal_values import Found, PersonalValues, search_files, search_tables

KNOWN = PersonalValues(
    phrases={"nguyễn thị canary", "tân phú", "hồ sơ", "ấp 1"},
    numbers={"083060000001", "320123456", "0903123456", "012345678"},
    birth_days={"1975-03-04"},
)


def found(text: str, known: PersonalValues = KNOWN) -> set[str]:
    met = Found()
    known.search(text, met)
    return met.values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("hộ Nguyễn Thị Canary, ấp", "nguyễn thị canary"),
        ("hộ NGUYỄN THỊ CANARY", "nguyễn thị canary"),
        ("hộ nguyễn  thị\u00a0canary", "nguyễn thị canary"),
        ("Nguye\u0302\u0303n Thị Canary", "nguyễn thị canary"),
        ("ông Hồ Sơ", "hồ sơ"),
        ("ở Ấp 1", "ấp 1"),
        ("số 083060000001.", "83060000001"),
        ("số 83060000001", "83060000001"),
        ("số 083-060-000-001", "83060000001"),
        ("số 083.060.000.001", "83060000001"),
        ("số ０８３０６０００００01", "83060000001"),
        ("(090) 312-3456", "903123456"),
        ("gọi 12345678", "12345678"),
        ("(320123456)", "320123456"),
        ("tel:0903123456", "903123456"),
        ("hàng 7. 0903123456", "903123456"),
        ("ĐT.0903123456", "903123456"),
        ("sinh 04/03/1975", "1975-03-04"),
        ("sinh 4/3/1975", "1975-03-04"),
        ("1975-03-04 00:00:00", "1975-03-04"),
    ],
)
def test_a_personal_value_is_found(text: str, value: str) -> None:
    assert found(text) == {value}


@pytest.mark.parametrize(
    "text",
    [
        "gửi hồ sơ",
        "Nguyễn Thị Canaries",
        "a083060000001f",
        "1083060000001",
        "04/03/19751",
        "Nguyễn và Thị Canary",
        "Bình Tân, Phú Lễ",
        "Xã Hồ (Sơ)",
        "<v>45987.320123456</v>",
        "",
    ],
)
def test_what_proves_nothing_is_not_found(text: str) -> None:
    assert found(text) == set()


def test_a_word_of_the_program_is_no_person() -> None:
    assert found("Xã Tân Phú") == {"tân phú"}
    assert found("Xã Tân Phú", KNOWN.without(["83,Xã Tân Phú", "1975-03-04"])) == set()
    assert found("Xã Tân Phú", KNOWN.without(["Bình Tân, Phú Lễ"])) == {"tân phú"}
    assert found("Nguyễn Thị Canary", KNOWN.without(["nguyễn, thị canary"])) == set()
    assert found("1975-03-04", KNOWN.without(["83,Xã Tân Phú", "1975-03-04"])) == set()


@pytest.mark.parametrize(
    ("kind", "value", "is_personal"),
    [
        ("varchar", "'của Nguyễn Thị Canary'", True),
        ("varchar", "'320123456'", True),
        ("bigint", "83060000001", True),
        ("date", "date '1975-03-04'", True),
        ("varchar", "'0a083060000001bc'", False),
        ("bigint", "320123456", True),
        ("bigint", "12345678", True),
        ("integer", "320123456", True),
        ("bigint", "-83060000001", True),
        ("decimal(18, 2)", "83060000001", True),
        ("double", "83060000001", True),
        ("double", "83060000001.5", False),
        ("varchar[]", "['Nguyễn Thị Canary']", True),
        ("timestamp", "timestamp '1975-03-04 07:00:00'", True),
        ("timestamp", "timestamp '2025-03-04 07:00:00'", False),
        ("varchar", "'083-060-000-001'", True),
        ("varchar", "'０８３０６００００００１'", True),
        ("bigint", "83060000", False),
        ("varchar", "null", False),
    ],
)
def test_every_type_of_column_is_searched(tmp_path: Path, kind: str, value: str, is_personal: bool) -> None:
    path = tmp_path / "release.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.t (id integer, code varchar, c {kind}, primary key (id, code))")
        connection.execute(f"insert into marts.t values (1, 'a', null), (2, 'b', {value}::{kind})")
    assert search_tables(KNOWN, path, ["marts"]) == (["marts.t.c (id 2, code b)"] if is_personal else [])


def test_a_key_that_is_the_value_itself_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "release.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create table marts.t (c varchar primary key, d varchar)")
        connection.execute("insert into marts.t values ('x', null), ('320123456', 'Nguyễn Thị Canary')")
        connection.execute("create table marts.u as select 83060000001 as c")
    assert search_tables(KNOWN, path, ["marts"]) == ["marts.t.c (row 2)", "marts.t.d (row 2)", "marts.u.c (row 1)"]


@pytest.mark.parametrize(
    "text",
    [
        "<td>Nguyễn Thị Canary</td>",
        '{"a": "Nguy\\u1ec5n Th\\u1ecb Canary"}',
        "<td>Nguy&#7877;n Th&#7883; Canary</td>",
    ],
)
def test_files_are_read_as_people_see_them(tmp_path: Path, text: str) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "page.html").write_text(f"<p>a&amp;b</p>\n<p>c&#10;d</p>\n{text}\n", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", text)
    (tmp_path / "other.html").write_text("<td>Nguyễn</td><td>Thị Canary</td>", encoding="utf-8")
    places = search_files(KNOWN, tmp_path)
    assert [place.split(" (")[0] for place in places] == ["book.xlsx", "reports/page.html"]
    assert places[0].startswith("book.xlsx (xl/sharedStrings.xml, text ")
    assert places[1].endswith("(line 3)")


def test_who_signs_a_decision_is_named_on_purpose() -> None:
    assert found("Nguyễn Thị Canary", KNOWN.without(["Nguyễn Thị Canary"])) == set()
    assert found("320123456", KNOWN.without(["Nguyễn Thị Canary"])) == {"320123456"}
