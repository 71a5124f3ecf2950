"""An error of every check that raises findings is planted, and the reader finds in a file what was put into it."""

import csv

import openpyxl
import pytest

from base.check_catalogue import load_checks
from base.forms import form_of_year, load_forms
from base.home import Home
from ingestion.decisions import WAIVER_COLUMNS, write_first_waivers
from ingestion.extract import extract
from ingestion.free_text import Names, OwnValues, what_forbids
from sample.generate import generate_province
from sample.planting.files import KINDS as KINDS_OF_FILES
from sample.planting.kinds import FILE_KINDS, LIST_KINDS, NOT_PLANTED, file_kinds_of
from sample.planting.lists import ListKind, last_year, nth_year, plant_in_lists
from sample.planting.planted import LEFT_OUT
from sample.planting.sending import BEFORE
from sample.submissions import submissions_of
from sample.vocabulary import SIMULATED
from sample.workbook import write_submission

SEED = 2021
YEARS = range(2021, 2031)


def test_every_check_that_raises_findings_is_planted_or_says_why_not():
    planted = {kind.check_code for kind in (*FILE_KINDS, *LIST_KINDS)}
    assert planted | set(NOT_PLANTED) == {code for code, check in load_checks().items() if check.level}
    assert not planted & set(NOT_PLANTED)
    assert all(NOT_PLANTED.values())


def test_every_kind_in_a_file_has_its_commune(province):
    for year in YEARS:
        kinds = file_kinds_of(year)
        assert [planted_id for planted_id, _ in province.sendings[year].kinds.values()] == list(kinds)


def _sent(province, year, check_code):
    """What the commune with a kind of error sends in a year."""
    sending = province.sendings[year]
    commune = next(code for code, (_, kind) in sending.kinds.items() if kind.check_code == check_code)
    form = form_of_year(load_forms(), year)
    good = next(submissions_of(SEED, province.years[year], form, {f"{commune:05d}"}))
    return list(sending.send(good, form))


# The second file under one number is wrong only beside the first: see the end-to-end test.
@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS_OF_FILES if kind.check_code != "same_submission_number"], ids=lambda k: k.check_code
)
def test_the_reader_finds_what_was_put_into_a_file(province, tmp_path, kind):
    (year,) = nth_year(kind.year_number)()
    (faulty,) = [sent for sent in _sent(province, year, kind.check_code) if sent.planted]
    write_submission(str(tmp_path), faulty.submission)
    extraction = extract((tmp_path / faulty.submission.path).read_bytes(), load_forms())
    found = [(one.check_code, one.sheet or "", one.row_number, one.column_name or "") for one in extraction.findings]
    expected = [one.expected for one in faulty.planted]
    assert sorted(found, key=str) == sorted(((s.check_code, s.sheet, s.row, s.column) for s in expected), key=str)
    assert extraction.is_accepted == faulty.is_accepted
    cover = extraction.cover
    assert {(one.survey_year, one.commune_code) for one in faulty.planted} == {(cover.survey_year, cover.commune_code)}


def test_the_good_file_comes_second_and_is_right(province, tmp_path):
    for year in YEARS:
        for _, kind in province.sendings[year].kinds.values():
            if kind.comes != BEFORE:
                continue
            first, second = _sent(province, year, kind.check_code)
            assert first.planted
            assert not second.planted
            write_submission(str(tmp_path), second.submission)
            extraction = extract((tmp_path / second.submission.path).read_bytes(), load_forms())
            assert extraction.findings == []
            assert extraction.cover.submission_number == 2
            assert second.submission.path == province.sendings[year].current_file(int(second.submission.commune_code))


def test_a_kind_without_a_suitable_commune_is_left_out(province):
    data, form = province.years[2030], form_of_year(load_forms(), 2030)
    kind = ListKind("poor_rate_jumps", last_year, lambda *_: [])
    (planted,) = plant_in_lists(7, data, None, form, {"P": kind}, set(), str)
    assert (planted.planted_id, planted.survey_year, planted.status) == ("P", 2030, LEFT_OUT)
    assert planted.as_row()["remark"]


def test_files_of_unknown_communes_are_waived_once(province, tmp_path):
    """Each waiver names its file by checksum; what somebody has decided already is left alone."""
    commune = next(
        code for code, (_, kind) in province.sendings[2021].kinds.items()
        if kind.check_code == "not_a_workbook"
    )  # fmt: skip
    home = Home(tmp_path / "home").create()
    made = generate_province(home.landing, home.truth, SEED, [2021], commune_codes={f"{commune:05d}"})
    assert [waiver["check_code"] for waiver in made.waivers] == ["not_a_workbook"]
    assert write_first_waivers(home, made.waivers)
    path = home.decisions / "waivers.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == WAIVER_COLUMNS
    written = path.read_bytes()
    assert not write_first_waivers(home, [])
    assert path.read_bytes() == written
    # The covers of rejected files say in capitals that they are made up, which looks like a name.
    named = OwnValues(Names(), Names([SIMULATED], left_out=1))
    assert what_forbids(rows[0]["reason"], named) is None
    assert what_forbids(rows[0]["decided_by"], named, is_signature=True) is None
    with pytest.raises(Exception, match="zip"):
        openpyxl.load_workbook(next(path for path in home.landing.rglob("*.xlsx") if "_lan-2" not in path.name))
