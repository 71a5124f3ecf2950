"""Rows of the reference tables without their counterpart are refused with file and line, all at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from base.home import Home
from base.reference import REFERENCE_VARIABLE, WrongReferenceError
from base.reference_build import check_reference, write_reference
from tests.support.reference import add, copy_reference, replace, without

Change = Callable[[Path], None]

WRONG: dict[str, tuple[Change, str]] = {
    "an indicator without a standard": (
        lambda folder: without(folder / "national/standard_indicators.csv", indicator_code="waste_treatment"),
        r"national/indicators\.csv line 14: waste_treatment is in no standard",
    ),
    "an indicator without a field": (
        lambda folder: without(folder / "forms/fields.csv", field="is_deprived_waste_treatment"),
        r"national/indicators\.csv line 14: waste_treatment has no field is_deprived_waste_treatment",
    ),
    "a standard's indicator that is none": (
        lambda folder: replace(
            folder / "national/standard_indicators.csv", {"indicator_code": "nutrition"}, indicator_code="diet"
        ),
        r"national/standard_indicators\.csv line \d+: indicator_code `diet` is no indicator_code",
    ),
    "a standard without indicators": (
        lambda folder: without(folder / "national/standard_indicators.csv", standard_code="ND07-2021"),
        r"national/poverty_standards\.csv line 2: ND07-2021 has no indicators",
    ),
    "weights that do not add up": (
        lambda folder: replace(
            folder / "national/standard_indicators.csv", {"indicator_code": "nutrition"}, equal_weight="1/11"
        ),
        r"national/standard_indicators\.csv line 2: equal_weight of ND07-2021 adds up to 133/132, not to 1",
    ),
    "a need without a field": (
        lambda folder: add(
            folder / "national/needs.csv", {"need_code": "tools", "name_vi": "Công cụ", "name_en": "Tools"}
        ),
        r"national/needs\.csv line 13: tools has no field need_tools",
    ),
    "a cause without a field": (
        lambda folder: add(
            folder / "national/causes.csv", {"cause_code": "flood", "name_vi": "Lũ lụt", "name_en": "Flood"}
        ),
        r"national/causes\.csv line 10: flood has no field cause_flood",
    ),
    "a form's column without a field": (
        lambda folder: replace(
            folder / "forms/form_columns.csv", {"form": "F2021", "field": "hamlet"}, field="village"
        ),
        r"forms/form_columns\.csv line 9: the field village is not in forms/fields\.csv",
    ),
    "a form's column of another type": (
        lambda folder: replace(folder / "forms/form_columns.csv", {"form": "F2021", "field": "b1_score"}, type="text"),
        r"forms/form_columns\.csv line 12: b1_score is of type text",
    ),
    "a field that no form has": (
        lambda folder: add(
            folder / "forms/fields.csv", {"role": "member", "field": "height", "kind": "decimal", "personal": "quasi"}
        ),
        r"forms/fields\.csv line \d+: no form has the field height",
    ),
    "a label without a code": (
        lambda folder: replace(folder / "forms/form_codes.csv", {"form": "F2021", "label": "CN"}, code=""),
        r"forms/form_codes\.csv line 3: code is empty",
    ),
    "a labelled column without labels": (
        lambda folder: without(folder / "forms/form_codes.csv", form="F2021", field="head_sex"),
        r"forms/form_columns\.csv line 7: no label of head_sex has a code",
    ),
    "a form that does not ask for an indicator of its standard": (
        lambda folder: without(folder / "forms/form_columns.csv", form="F2027", field="is_deprived_waste_treatment"),
        r"the form F2027 of \S+ does not ask for waste_treatment",
    ),
    "a survey year without a form": (
        lambda folder: add(folder / "national/survey_years.csv", {"survey_year": "2031", "cutoff_date": "2031-12-14"}),
        r"national/survey_years\.csv line 12: survey year 2031 has no form",
    ),
    "a value of another type": (
        lambda folder: replace(
            folder / "national/poverty_standards.csv", {"area_class": "rural"}, income_line_vnd="1,5 triệu"
        ),
        r"national/poverty_standards\.csv line 2: income_line_vnd `1,5 triệu` is not of type bigint",
    ),
    "a setting without its row": (
        lambda folder: without(folder / "national/link_weights.csv", name="margin"),
        r"national/link_weights\.csv: there is no row with name `margin`",
    ),
    "a key twice": (
        lambda folder: add(
            folder / "national/causes.csv", {"cause_code": "no_land", "name_vi": "Không có đất", "name_en": "No land"}
        ),
        r"national/causes\.csv line 10: cause_code `no_land` is already in line 2",
    ),
}


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = copy_reference(tmp_path / "reference")
    monkeypatch.setenv(REFERENCE_VARIABLE, str(folder))
    return folder


@pytest.mark.parametrize(("change", "message"), WRONG.values(), ids=WRONG)
def test_a_row_without_its_counterpart_is_named_by_file_and_line(reference: Path, change: Change, message: str) -> None:
    check_reference()
    change(reference)
    with pytest.raises(WrongReferenceError, match=message):
        check_reference()


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_written(reference: Path, tmp_path: Path) -> None:
    for change in (WRONG["a need without a field"][0], WRONG["a cause without a field"][0]):
        change(reference)
    home = Home(tmp_path / "home").create()
    with pytest.raises(WrongReferenceError) as wrong:
        write_reference(home)
    assert len(wrong.value.problems) == 2
    assert not home.reference.exists()
