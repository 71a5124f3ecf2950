"""The files: every form reads back as its map says, and the same seed gives the same bytes."""

import openpyxl
import pyarrow.parquet as pq
import pytest

from base.forms import form_of_year, load_forms
from base.text import key
from ingestion.extract import extract
from ingestion.workbook_xml import Package
from sample import generate_province
from sample.submissions import first_data_row, submissions_of
from sample.workbook import write_submission

SEED = 2021


def _headers(worksheet, sheet):
    """(group, header) per column, merged cells filled in."""
    top = sheet.first_header_row
    if sheet.header_rows == 1:
        return [("", worksheet.cell(top, place + 1).value) for place in range(worksheet.max_column)]
    spans = {}
    for merged in worksheet.merged_cells.ranges:
        if merged.min_row == merged.max_row == top:
            for place in range(merged.min_col, merged.max_col + 1):
                spans[place] = worksheet.cell(top, merged.min_col).value
    headers = []
    for place in range(1, worksheet.max_column + 1):
        below = worksheet.cell(top + 1, place).value
        group = spans.get(place) or worksheet.cell(top, place).value
        headers.append((group, below) if below else ("", group))
    return headers


@pytest.mark.parametrize("year", [2021, 2025])
def test_one_reading_is_enough(province, tmp_path, monkeypatch, year):
    """The second reading, of every cell with its kind, costs five times as much; a date on the cover asks for none."""

    def refuse(*_):
        raise AssertionError("a sheet was read twice")

    monkeypatch.setattr(Package, "read_sheet", refuse)
    form = form_of_year(load_forms(), year)
    submission = next(submissions_of(SEED, province.years[year], form, {"28777"}))
    write_submission(str(tmp_path), submission)
    extraction = extract((tmp_path / submission.path).read_bytes(), {form.name: form})
    assert extraction.is_accepted
    assert extraction.findings == []


@pytest.mark.parametrize("year", [2021, 2023, 2025, 2028])
def test_workbook_reads_back(province, tmp_path, year):
    form = form_of_year(load_forms(), year)
    data = province.years[year]
    submission = next(submissions_of(SEED, data, form, {"28777"}))
    write_submission(str(tmp_path), submission)
    workbook = openpyxl.load_workbook(tmp_path / submission.path)
    assert workbook.sheetnames == [form.sheets[role].name for role in ("cover", "household", "member", "total")]

    own = data.households[data.households["commune"] == 28777]
    people = data.members[data.members["commune"] == 28777]
    for role, frame in (("household", own), ("member", people)):
        sheet, worksheet = form.sheets[role], workbook[form.sheets[role].name]
        wanted = [(column.group, column.header) for column in sheet.columns]
        assert [(key(a), key(b)) for a, b in _headers(worksheet, sheet)] == [(key(a), key(b)) for a, b in wanted]
        first = first_data_row(sheet)
        fields = [column.field for column in sheet.columns]
        place = fields.index("household_code") + 1
        codes = [worksheet.cell(first + number, place).value for number in range(len(frame))]
        assert codes == frame["household_code"].tolist()
        after = [cell.value for cell in worksheet[first + len(frame)]] if sheet.has_total_row else []
        assert ("Tổng cộng" in after) == sheet.has_total_row
        if sheet.first_header_row > 1:
            assert "DỮ LIỆU MÔ PHỎNG" in worksheet.cell(1, 1).value

    labels = {code: label for label, code in form.codes["recorded_class"].items()}
    sheet = form.sheets["household"]
    place = [column.field for column in sheet.columns].index("recorded_class") + 1
    worksheet, first = workbook[sheet.name], first_data_row(sheet)
    shown = [key(worksheet.cell(first + number, place).value) for number in range(len(own))]
    assert shown == [key(labels[code]) for code in own["recorded_class"]]

    cover = {row[0].value: row[1].value for row in workbook[form.sheets["cover"].name].iter_rows(max_col=2)}
    assert "DỮ LIỆU MÔ PHỎNG" in cover.values()
    assert form.form_code in cover.values()
    totals = [row[1].value for row in workbook[form.sheets["total"].name].iter_rows(max_col=2)]
    assert totals == data.totals.loc[28777].tolist()


@pytest.mark.build
@pytest.mark.long
def test_same_seed_same_bytes(tmp_path):
    """Whatever the number of processes; another seed gives other files."""
    communes = {"28756", "29161"}
    contents = []
    for folder, seed, workers in (("one", 7, 1), ("two", 7, 2), ("other", 8, 1)):
        summary = generate_province(
            tmp_path / folder / "landing",
            tmp_path / folder / "truth",
            seed=seed,
            survey_years=[2021, 2022] if seed == 7 else [2021],
            workers=workers,
            commune_codes=communes,
        )
        files = sorted(path for path in (tmp_path / folder).rglob("*") if path.is_file())
        assert summary.files == len(files) - 2
        contents.append({str(path.relative_to(tmp_path / folder)): path.read_bytes() for path in files})
    assert contents[0] == contents[1]
    assert contents[0] != contents[2]


def test_links_name_every_household_row(tmp_path):
    heard = []
    summary = generate_province(
        tmp_path / "landing",
        tmp_path / "truth",
        survey_years=[2021],
        on_progress=lambda done, total: heard.append((done, total)),
        commune_codes={"29161"},
    )
    assert heard == [(1, 1)]
    assert summary.files == 1
    links = pq.read_table(tmp_path / "truth" / "links.parquet").to_pandas()
    assert len(links) == summary.household_rows
    worksheet = openpyxl.load_workbook(tmp_path / "landing" / links["file"].iloc[0])["Danh sach ho"]
    for row in links.itertuples():
        assert worksheet.cell(row.row_number, 2).value == row.household_code


def test_a_correction_comes_as_a_second_submission(province):
    """The first one has an error in a row, two households fewer and other residents; the second is the year's list."""
    year, form = 2022, form_of_year(load_forms(), 2022)
    sending = province.sendings[year]
    code = next(code for code, (_, kind) in sending.kinds.items() if kind.check_code == "household_code_duplicate")
    first, second = sending.send(next(submissions_of(SEED, province.years[year], form, {f"{code:05d}"})), form)
    assert first.is_accepted
    assert (first.submission.cover["submission_number"], second.submission.cover["submission_number"]) == (1, 2)
    assert first.submission.path != second.submission.path
    residents = [sent.submission.totals["resident_households"] for sent in (first, second)]
    assert residents[0] == residents[1] - 3
    codes = [sent.submission.households["household_code"] for sent in (first, second)]
    assert set(codes[0]) < set(codes[1])
    assert second.submission.totals == province.years[year].totals.loc[code].to_dict()
