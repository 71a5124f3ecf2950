"""A territory is a folder: what is wrong with one, which one a home holds, and codes with leading zeros."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from base.boundaries import BOUNDARIES
from base.forms import load_forms
from base.home import Home
from base.reference import TERRITORY_VARIABLE, Row, WrongReferenceError, reference_folder, units_valid_on
from base.reference_build import territory_problems, write_reference
from base.territory import choose_territory, record_territory
from base.territory_check import check_territory
from ingestion.ingest import ingest
from ingestion.registry import Registry
from poverty_cli.main import app
from tests.support.workbooks import workbook_bytes

DATE = "2025-07-01"
UNITS = """\
commune_code,commune_name,commune_type,area_class,district_code,district_name,province_code,province_name,valid_from,valid_to,latitude,longitude
00001,Phường Một,Phường,urban,001,Quận Một,01,Thành phố Đầu,2020-02-01,2025-07-01,21.0,105.8
00002,Xã Hai,Xã,rural,001,Quận Một,01,Thành phố Đầu,2020-02-01,2025-07-01,21.0,105.8
00001,Phường Một,Phường,urban,,,01,Thành phố Đầu,2025-07-01,,21.0,105.8
"""
SUCCESSION = """\
effective_date,predecessor_code,predecessor_valid_from,predecessor_name,successor_code,successor_valid_from,successor_name,change,legal_basis,evidence
2025-07-01,00001,2020-02-01,Phường Một,00001,2025-07-01,Phường Một,merged,nghị quyết,confirmed
2025-07-01,00002,2020-02-01,Xã Hai,00001,2025-07-01,Phường Một,merged,nghị quyết,confirmed
"""


def unit(code: str, start: str, end: str = "", **cells: str) -> dict[str, str]:
    row = {"commune_code": code, "valid_from": start, "valid_to": end, "district_code": "", "province_code": "01"}
    return row | cells


def link(before: str, start: str, after: str, later: str, date: str = "") -> dict[str, str]:
    return {
        "predecessor_code": before,
        "predecessor_valid_from": start,
        "successor_code": after,
        "successor_valid_from": later,
        "effective_date": date or later,
    }


def problems(units: Sequence[dict[str, str]], links: Sequence[dict[str, str]] = (), date: str = DATE) -> list[str]:
    return check_territory(
        date,
        [Row("units.csv", number, row) for number, row in enumerate(units, start=2)],
        [Row("links.csv", number, row) for number, row in enumerate(links, start=2)],
    )


OLD, NEW = unit("00001", "2020-01-01", DATE), unit("00002", DATE)
LINK = link("00001", "2020-01-01", "00002", DATE)


def test_nothing_is_wrong_with_a_whole_succession() -> None:
    assert problems([OLD, NEW], [LINK]) == []


@pytest.mark.parametrize(
    ("units", "links", "date", "sentence"),
    [
        ([OLD, NEW], [], DATE, "units.csv line 2: 00001 of 2020-01-01 ends on 2025-07-01 and nothing follows it"),
        (
            [OLD, NEW],
            [link("00001", "2020-01-01", "00009", DATE)],
            DATE,
            "the successor 00009 of 2025-07-01 is no unit",
        ),
        ([OLD, NEW], [LINK, link("00008", "2020-01-01", "00002", DATE)], DATE, "the predecessor 00008 of 2020-01-01"),
        (
            [unit("00001", "2020-01-01"), unit("00001", DATE)],
            [],
            DATE,
            "line 3: 00001 begins on 2025-07-01 while line 2",
        ),
        ([unit("00001", DATE, "2020-01-01")], [], DATE, "ends on 2020-01-01, not after it begins"),
        ([unit("00001", "2020-01-01", "2020-01-01")], [], DATE, "ends on 2020-01-01, not after it begins"),
        ([unit("1", "2020-01-01")], [], DATE, "line 2: commune_code `1` must have 5 digits"),
        ([unit("00001", "2020-01-01", district_code="1")], [], DATE, "district_code `1` must have 3 digits"),
        ([unit("00001", "2020-01-01", province_code="1")], [], DATE, "province_code `1` must have 2 digits"),
        ([OLD, NEW], [LINK], "2024-01-01", "line 3: 00002 begins on 2025-07-01, after the harmonised_date 2024-01-01"),
        ([OLD, NEW], [link("00001", "2020-01-01", "00002", DATE, "2025-06-01")], DATE, "not on the effective_date"),
        (
            [OLD, NEW, unit("00003", DATE)],
            [LINK, link("00001", "2020-01-01", "00003", DATE)],
            DATE,
            "line 3: 00001 of 2020-01-01 has 2 successors",
        ),
        (
            [unit("00001", "2020-01-01", DATE), unit("00002", "2020-01-01", DATE)],
            [link("00001", "2020-01-01", "00002", "2020-01-01"), link("00002", "2020-01-01", "00001", "2020-01-01")],
            DATE,
            "follows itself in the end",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    units: list[dict[str, str]], links: list[dict[str, str]], date: str, sentence: str
) -> None:
    assert any(sentence in problem for problem in problems(units, links, date)), problems(units, links, date)


@pytest.fixture
def capital(tmp_path: Path) -> Path:
    """A territory of one province whose codes begin with zeros, without targets or a plan."""
    folder = tmp_path / "capital"
    folder.mkdir()
    (folder / "territory.csv").write_text(
        "key,value\narea_code,former-01\narea_name,Thành phố Đầu\nharmonised_date,2025-07-01\n", encoding="utf-8"
    )
    (folder / "administrative_units.csv").write_text(UNITS, encoding="utf-8")
    (folder / "commune_succession.csv").write_text(SUCCESSION, encoding="utf-8")
    return folder


def test_the_territories_of_the_product_are_right(capital: Path) -> None:
    for folder in (capital, *(reference_folder() / "territories").iterdir()):
        assert territory_problems(folder) == []


def test_the_command_says_what_is_wrong(capital: Path) -> None:
    said = CliRunner().invoke(app, ["territory", "check", str(capital)])
    assert (said.exit_code, said.output) == (0, "Thành phố Đầu (former-01): nothing is wrong.\n")
    (capital / "commune_succession.csv").write_text(SUCCESSION.rsplit("\n", 2)[0] + "\n", encoding="utf-8")
    said = CliRunner().invoke(app, ["territory", "check", str(capital)])
    assert said.exit_code == 1
    assert "administrative_units.csv line 3: 00002 of 2020-02-01 ends on 2025-07-01" in said.output
    (capital / "territory.csv").write_text("key,value\narea_code,former-01\n", encoding="utf-8")
    assert "the column harmonised_date is missing" in " ".join(territory_problems(capital))


def test_a_boundary_of_no_unit_and_a_unit_without_one_are_named(capital: Path) -> None:
    whole = (("00001", ""), ("00002", "2020-02-01"))

    def drawn(*units: tuple[str, str]) -> list[str]:
        ring = [[105.8, 21.0], [105.9, 21.0], [105.9, 21.1], [105.8, 21.0]]
        features = [
            {"properties": {"commune_code": code} | ({"valid_from": begins} if begins else {}),
             "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for code, begins in units
        ]  # fmt: skip
        folder = capital.with_name(f"drawn{len(list(capital.parent.iterdir()))}")
        shutil.copytree(capital, folder)
        (folder / BOUNDARIES).write_text(json.dumps({"features": features}), encoding="utf-8")
        said = CliRunner().invoke(app, ["territory", "check", str(folder)])
        assert said.exit_code == bool(units != whole)
        return said.output.splitlines()

    assert drawn(*whole) == ["Thành phố Đầu (former-01): nothing is wrong."]
    (other,) = drawn(*whole, ("00009", ""))
    assert other.startswith("boundaries.geojson: 00009 is no unit of administrative_units.csv")
    (other,) = drawn(*whole, ("00001", "1999-01-01"))
    assert other.startswith("boundaries.geojson: 00001 of 1999-01-01 is no unit")
    (missing,) = drawn(("00001", "2025-07-01"), ("00002", ""))
    assert missing.startswith("boundaries.geojson: no boundary of 00001 of 2020-02-01; add")


def test_a_home_keeps_its_territory(tmp_path: Path, capital: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TERRITORY_VARIABLE, "")
    new, old = Home(tmp_path / "new").create(), Home(tmp_path / "old").create()
    old.registry.touch()
    assert choose_territory(new).area_code == "former-83"
    monkeypatch.setenv(TERRITORY_VARIABLE, str(capital))
    assert choose_territory(new).area_code == "former-01"
    with pytest.raises(WrongReferenceError, match=r"holds Tỉnh Bến Tre \(former-83\), not Thành phố Đầu \(former-01\)"):
        choose_territory(old)  # received files before territories were recorded
    record_territory(new)
    monkeypatch.setenv(TERRITORY_VARIABLE, "")
    assert choose_territory(new).area_code == "former-01"
    monkeypatch.setenv(TERRITORY_VARIABLE, "vinh-long")
    with pytest.raises(WrongReferenceError, match=r"holds Thành phố Đầu \(former-01\), not Tỉnh Vĩnh Long \(86\)"):
        choose_territory(new)


def test_codes_keep_their_leading_zeros(tmp_path: Path, capital: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TERRITORY_VARIABLE, str(capital))
    assert set(units_valid_on("2024-12-14")) == {"00001", "00002"}
    home = Home(tmp_path / "home").create()
    write_reference(home)
    with duckdb.connect() as connection:
        tables = home.reference
        codes = connection.execute(
            f"select distinct commune_code, district_code, province_code from '{tables}/administrative_units.parquet' "
            "where district_code is not null order by all"
        ).fetchall()
        targets = connection.execute(f"from '{tables}/targets.parquet'")
        assert codes == [("00001", "001", "01"), ("00002", "001", "01")]
        assert [column[0] for column in targets.description][:2] == ["target_id", "area_code"]
        assert targets.fetchall() == []


def received(home: Home, **cover: object) -> dict[str, object]:
    """The registry's entry of one workbook of 2022 with these values on its cover."""
    form = load_forms()["F2022"]
    (home.landing / "one.xlsx").write_bytes(workbook_bytes(form, cover_values=cover))
    ingest(home, workers=1)
    return next(iter(Registry.open(home.registry).current().values()))


PLACE = {
    "province_name": "Thành phố Đầu",
    "province_code": 1,
    "district_name": "Q. Một",
    "district_code": "1",
    "commune_code": 1,
}


@pytest.mark.parametrize(
    ("changed", "warned"),
    [
        ({}, []),
        ({"province_name": "TP. Đầu", "district_name": "QUẬN MỘT"}, []),
        ({"province_name": "Tỉnh Cuối"}, ["province_name"]),
        ({"province_code": "02", "district_code": "010"}, ["province_code", "district_code"]),
        ({"district_name": "Quận Hai"}, ["district_name"]),
    ],
)
def test_a_place_on_the_cover_that_is_not_the_commune_s_is_a_warning(
    tmp_path: Path, capital: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], warned: list[str]
) -> None:
    monkeypatch.setenv(TERRITORY_VARIABLE, str(capital))
    entry = received(Home(tmp_path / "home").create(), **(PLACE | changed))
    assert (entry["status"], entry["commune_code"]) == ("accepted", "00001")
    findings = entry["findings"]
    assert isinstance(findings, list)
    found = [(finding["check_code"], finding["column_name"], finding["severity"]) for finding in findings]
    assert found == [("cover_place_differs", name, "warning") for name in warned]


def test_a_commune_of_another_territory_is_rejected_by_name(
    tmp_path: Path, capital: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TERRITORY_VARIABLE, str(capital))
    entry = received(Home(tmp_path / "home").create(), commune_code="29161")
    findings = entry["findings"]
    assert isinstance(findings, list)
    assert entry["status"] == "rejected"
    assert "không phải của xã, phường, thị trấn nào thuộc Thành phố Đầu" in findings[0]["message"]
