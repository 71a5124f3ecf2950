"""`poverty publish --public`: what is open, and that nobody works out what is not."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import duckdb
import openpyxl
import pytest

from base.home import Home
from base.release_layout import DATABASE, OPEN_DATABASE, releases
from publication.open_data.edition import TABLES, write_edition
from publication.open_data.suppression import LARGEST, PROTECTION, SMALLEST
from publication.release import switch_current
from reports.open_pages.pages import write_open_pages
from tests.support.homes import CLEAN_LANDING, copy_of, poverty
from tests.support.open_data_attack import Place, attack_editions, published_cells, read_page, shown_changes
from tests.support.publish_tables import publish_tables


@pytest.fixture(scope="module")
def opened(clean_home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """A copy of the small pack's home with its open-data edition, and what the command printed."""
    home = copy_of(clean_home, tmp_path_factory.mktemp("open") / "home")
    return home, poverty(home, "publish", "--public").stdout


@pytest.fixture(scope="module")
def edition(opened: tuple[Home, str]) -> Path:
    home, _ = opened
    return home.published / "open_data" / home.current.resolve().name


def test_the_release_in_force_is_opened_and_not_made_again(opened: tuple[Home, str], clean_home: Home) -> None:
    home, reported = opened
    assert home.current.resolve().name == clean_home.current.resolve().name
    assert "published/open_data" in reported
    assert "left out" in reported


def test_the_command_tells_what_was_left_out(opened: tuple[Home, str], edition: Path) -> None:
    cells = json.loads((edition / "datapackage.json").read_text(encoding="utf-8"))["suppression"]["cells"]
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        for table in TABLES:
            ((hidden, shown),) = connection.execute(
                f"select count(*) filter (is_suppressed), count(*) filter (not is_suppressed) from {table}"
            ).fetchall()
            assert (cells[table]["primary"] + cells[table]["secondary"], cells[table]["published"]) == (hidden, shown)
            assert hidden > 0
    _, reported = opened
    assert all(f"{cells[table]['primary']:,}" in reported for table in TABLES)


def test_no_small_count_is_open_and_shares_go_with_their_counts(edition: Path) -> None:
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        for table in TABLES:
            ((wrong,),) = connection.execute(
                f"select count(*) from {table} where households_or_persons between {SMALLEST} and {LARGEST} "
                "or is_suppressed <> (households_or_persons is null) or (is_suppressed and share is not null)"
            ).fetchall()
            assert wrong == 0, table


def test_open_counts_are_those_of_the_release(edition: Path, clean_home: Home) -> None:
    # A connection of its own: what is attached to the release, others who read it in this process see too.
    with duckdb.connect() as connection:
        connection.execute(f"attach '{edition / OPEN_DATABASE}' as open (read_only)")
        connection.execute(f"attach '{clean_home.current / DATABASE}' as release (read_only)")
        for measure in ("poor_households", "near_poor_persons", "resident_households"):
            compared = connection.execute(
                f"select count(*), count(*) filter (open.households_or_persons is distinct from r.{measure}) "
                "from open.area_year as open "
                "inner join release.marts.area_year as r using (survey_year, area_level, area_code) "
                f"where r.boundary = 'as_reviewed' and open.measure = '{measure}' and not is_suppressed"
            ).fetchall()
            assert compared[0][0] > 0
            assert compared[0][1] == 0


def files_of(edition: Path) -> list[Path]:
    return [path for path in edition.rglob("*") if path.is_file()]


def test_nobody_works_out_what_is_left_out(edition: Path, clean_home: Home) -> None:
    found = attack_editions(clean_home.current.resolve(), [edition])
    assert len(found) > 1000
    near = {cell: ends for cell, ends in found.items() if ends[1] - ends[0] < PROTECTION - 1e-6}
    assert near == {}


def test_nothing_about_single_households_is_open(edition: Path) -> None:
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        columns = {row[0] for row in connection.execute("select column_name from duckdb_columns()").fetchall()}
        tables = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert tables == set(TABLES)
    assert not {name for name in columns if "household_id" in name or "source" in name}


def test_the_description_is_true(edition: Path) -> None:
    package = json.loads((edition / "datapackage.json").read_text(encoding="utf-8"))
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    formats = Counter(resource["format"] for resource in package["resources"])
    assert (formats["duckdb"], formats["parquet"], formats["csv"]) == (1, len(TABLES), len(TABLES))
    listed = {resource["path"] for resource in package["resources"]}
    assert listed == {path.relative_to(edition).as_posix() for path in files_of(edition)} - {"datapackage.json"}
    for resource in package["resources"]:
        reported = subprocess.run(["sha256sum", edition / resource["path"]], capture_output=True, text=True, check=True)
        assert resource["hash"] == f"sha256:{reported.stdout.split()[0]}"
    for table in TABLES:
        rows = duckdb.sql(f"from read_csv('{edition / 'csv' / table}.csv')").fetchall()
        assert len(rows) == len(duckdb.sql(f"from '{edition / 'parquet' / table}.parquet'").fetchall()) > 0


def test_nothing_in_the_edition_says_which_file_and_row_a_household_is_on(edition: Path) -> None:
    """With both whoever holds one workbook would have the pseudonyms of its households in all years."""
    wrong = {"source_file_id", "source_row", "row_number", "household_id", "record_number"}
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        columns = {name for (name,) in connection.execute("select column_name from duckdb_columns()").fetchall()}
        files = [path for path in edition.rglob("*") if path.suffix in (".csv", ".parquet")]
        for path in files:
            columns |= {row[0] for row in connection.execute(f"describe from '{path}'").fetchall()}
    assert len(files) == 2 * len(TABLES)
    assert columns & wrong == set()
    for path in edition.rglob("*"):
        if path.suffix in (".csv", ".json"):
            assert not any(name in path.read_text(encoding="utf-8") for name in wrong), path


def test_pages_show_the_numbers_of_the_tables_and_no_other(edition: Path) -> None:
    published = published_cells(edition)
    with duckdb.connect(str(edition / OPEN_DATABASE), read_only=True) as connection:
        left_out = connection.execute("select survey_year, area_code, measure from area_year where is_suppressed")
        assert all(published[cell] is None for cell in left_out.fetchall())
        named = connection.execute(
            "select distinct area_name from area_year union all from range(2021, 2031)"
        ).fetchall()
    known = {number for (name,) in named for number in re.findall(r"\d+", str(name))}
    pages = sorted((edition / "reports" / "profiles").glob("*.html"))
    assert len(pages) == 1 + len({area for _, area, _ in published})
    for path in pages:
        page = read_page(path)
        for cell, text in page.counts.items():
            # An indicator that the standard of the year does not have has no number.
            assert text == "–" if cell not in published else (text == "…") == (published[cell] is None), (
                path.name,
                cell,
            )
        for (year, area, count), text in page.shares.items():
            whole = f"{count.split('/')[0]}_households" if "/" in count else "resident_households"
            if None in (published.get((year, area, count), 0), published.get((year, area, whole), 0)):
                assert text == "…", (path.name, year, area, count)
        text = " ".join(page.others)
        inside = text[
            text.index("Số liệu mở") if path.stem != "index" else text.index("Năm mới nhất") : text.index(
                "Bản phát hành"
            )
        ]
        codes = {area for _, area, _ in published}
        assert {*re.findall(r"\d+", re.sub("|".join(codes), "", inside))} <= known, path.name


def test_pages_lead_nowhere_but_into_the_edition(edition: Path) -> None:
    for path in edition.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "audit/" not in page
        assert "trace" not in page
        for href in re.findall(r"(?:href|src)=\"([^\"#]+)", page):
            assert (path.parent / href).resolve().is_relative_to(edition.resolve()), (path.name, href)
            assert (path.parent / href).is_file(), (path.name, href)


@pytest.fixture(scope="module")
def editions(two_releases_home: Home, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The editions of two releases: between them a cell was corrected, totals changed, and a commune came."""
    home = copy_of(two_releases_home, tmp_path_factory.mktemp("two") / "home", with_build=False)
    found = []
    for release in releases(home):
        switch_current(home.current, release)
        found.append(write_edition(home, write_open_pages).folder)
    return found


def worked_out(found: dict[Place, tuple[float, float]]) -> list[Place]:
    """Cells left out, and changes between editions, that the reader knows too well. A change that can be worked out is
    none, or no small number."""
    return [
        place
        for place, (low, high) in found.items()
        if high - low < PROTECTION - 1e-6 and (isinstance(place[0], int) or not (high < 1e-6 or low > LARGEST))
    ]


def test_two_editions_say_no_more_than_one_and_the_communes_that_came(
    editions: list[Path], two_releases_home: Home
) -> None:
    found = attack_editions(two_releases_home.current.resolve(), editions)
    cells = {place for place in found if isinstance(place[0], int)}
    assert len(cells) > 300
    assert len(found) > len(cells)
    assert worked_out(found) == []
    assert all(abs(change) > LARGEST for change in shown_changes(editions).values())


def test_a_corrected_commune_stays_as_it_was_opened_and_a_new_one_is_added(editions: list[Path]) -> None:
    before, after = (published_cells(edition) for edition in editions)
    came = {(year, area) for year, area, _ in after} - {(year, area) for year, area, _ in before}
    assert {area for _, area in came} >= {"29167"}
    communes = {(year, area) for year, area, _ in before if area.isdigit() and len(area) == 5}
    assert communes
    assert all(after[cell] == value for cell, value in before.items() if cell[:2] in communes)
    assert any(after[cell] != value for cell, value in before.items())
    first, second = (json.loads((edition / "datapackage.json").read_text(encoding="utf-8")) for edition in editions)
    assert (first["follows"], second["follows"]) == (None, first["id"])


STEPS = (
    ("2023", "28765", "28777", "29161"), ("2024", "28777", "29161"),
    ("2023", "28768", "28801", "28810"), ("2024", "28810"),
    ("2023", "28855", "29179"), ("2024", "28855", "29179"),
)  # fmt: skip


def send(home: Home, year: str, commune: str, number: int = 1) -> None:
    """A file of the clean pack; a later submission lacks two of its households, listed and not."""
    path = home.landing / year / f"ra-soat-{year}-{commune}-{number}.xlsx"
    path.parent.mkdir(exist_ok=True)
    book = openpyxl.load_workbook(CLEAN_LANDING / year / f"ra-soat-{year}-{commune}.xlsx")
    if number > 1:
        (cell,) = (row[1] for row in book.worksheets[0].iter_rows(max_col=2) if row[0].value == "Lần gửi")
        cell.value = number
        page = book["Hộ"]
        page.delete_rows(page.max_row // 2, number)
    book.save(path)


@pytest.mark.long
@pytest.mark.build
def test_three_editions_say_no_more_than_one_and_the_communes_that_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Communes come with each release and opened ones are corrected, one of them twice. Without the rule that an
    edition repeats what was opened, corrections are read from these editions."""
    home = Home(tmp_path / "home").create()
    for step in range(3):
        for year, *communes in STEPS[2 * step : 2 * step + 2]:
            for commune in communes:
                send(home, year, commune)
        if step:
            send(home, "2024", "29161", step + 1)
            send(home, "2023", ("28777", "28801")[step - 1], step + 1)
        publish_tables(home)

    def opened() -> list[Path]:
        shutil.rmtree(home.published / "open_data", ignore_errors=True)
        folders = []
        for release in releases(home):
            switch_current(home.current, release)
            folders.append(write_edition(home, write_open_pages).folder)
        return folders

    editions = opened()
    found = attack_editions(home.current.resolve(), editions)
    assert {place[0] for place in found} >= {0, 1, 2, (0, 1), (1, 2), (0, 2)}
    assert worked_out(found) == []
    assert all(abs(change) > LARGEST for change in shown_changes(editions).values())
    monkeypatch.setattr("publication.open_data.edition.last_edition", lambda _: None)
    small = [change for change in shown_changes(opened()).values() if abs(change) <= LARGEST]
    assert len(small) > 10
