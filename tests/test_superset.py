"""The dashboards of superset/: what every chart answers through Superset's own API equals the marts."""

import json
import math
import shutil
import subprocess
from typing import Any

import duckdb
import pytest

from base.home import Home
from base.release_layout import DATABASE, releases_folder
from tests.support.homes import REPOSITORY, copy_of

pytestmark = [pytest.mark.superset, pytest.mark.build]

FOLDER = REPOSITORY / "superset"
NEXT = "20991231T000000000000Z"
PROVINCE = "area_level = 'province' and boundary = 'as_reviewed'"
COMMUNES = "area_level = 'commune' and boundary = 'harmonised'"
LAST = "survey_year = (select max(survey_year) from marts.area_year)"
# Chart -> its rows, in the order of its columns and metrics.
EXPECTED = {
    "release": "select territory_name, release_id, maturity_vi, first_survey_year, last_survey_year from bi.release",
    "poor_rates": f"select survey_year, poor_rate, near_poor_rate from marts.area_year where {PROVINCE}",
    "poor_numbers": f"select survey_year, poor_households, near_poor_households from marts.area_year where {PROVINCE}",
    "targets": """
        select
            target_id, survey_year, poor_rate, target_value, if(is_met, 'Đạt', 'Chưa đạt'), gap_households
        from marts.target_progress""",
    "measures": f"""
        with measures as (
            unpivot (
                select survey_year, headcount_ratio, intensity, adjusted_headcount_ratio from marts.poverty_measure
                where {PROVINCE} and unit = 'household' and weighting = 'equal'
            ) on columns(* exclude survey_year) into name metric_code value share
        )
        select survey_year, name_vi, share from measures inner join bi.dim_metric using (metric_code)""",
    "deprivations": f"""
        select name_vi, deprivation_rate
        from marts.indicator_area_year inner join bi.dim_indicator using (indicator_code)
        where {PROVINCE} and {LAST} and poverty_class = 'poor' and deprivation_rate is not null""",
    "map": f"""
        select years.area_name, area_class_vi, longitude, latitude, poor_households
        from marts.area_year as years inner join bi.dim_area as areas using (area_level, boundary, area_code)
        where {COMMUNES} and {LAST}""",
    "commune_table": f"""
        select
            years.area_name, area_class_vi, resident_households, poor_households, poor_rate, near_poor_households,
            near_poor_rate, adjusted_headcount_ratio
        from marts.area_year as years inner join bi.dim_area as areas using (area_level, boundary, area_code)
        inner join marts.poverty_measure as measures using (survey_year, area_level, boundary, area_code)
        where {COMMUNES} and {LAST} and unit = 'household' and weighting = 'equal'""",
    "commune_rates": f"select area_name, poor_rate from marts.area_year where {COMMUNES} and {LAST}",
    "area_classes": """
        select survey_year, if(area_code = 'rural', 'Nông thôn', 'Thành thị'), poor_rate from marts.area_year
        where area_level = 'area_class' and boundary = 'harmonised'""",
    "poor_lines": f"""
        with lines as (
            unpivot (
                select survey_year, newly_arisen, returned, from_other_list, above_line, to_other_list
                from marts.poverty_movement where {PROVINCE} and unit = 'household' and list = 'poor'
            ) on columns(* exclude survey_year) into name metric_code value households
        )
        select survey_year, name_vi, households from lines inner join bi.dim_metric using (metric_code)""",
    "exit_rates": f"""
        select
            survey_year,
            max(above_line / opening) filter (list = 'poor'),
            max(above_line / opening) filter (list = 'near_poor')
        from marts.poverty_movement where {PROVINCE} and unit = 'household' group by all""",
    "movements": """
        select to_year, label_vi, count(*) from marts.fct_household_transition
        inner join bi.dim_movement on movement = movement_code
        where (household_id, to_year) in (select (household_id, survey_year) from bi.household_years) group by all""",
    "movements_by_age": f"""
        select head_age_band_vi, label_vi, count(*)
        from bi.household_years inner join bi.dim_movement using (movement_code)
        where {LAST} group by all""",
    "by_standard": """
        select label_vi, sum(by_both_standards), sum(by_new_standard_only), sum(unknown) from bi.movement_by_standard
        inner join bi.dim_class using (class_code) where is_entry and area_key like '%/province/%' group by all""",
    "open_findings": """
        select
            title_vi, if(finding.severity = 'error', 'Lỗi', 'Cảnh báo'),
            case owner when 'commune' then 'Xã, phường' when 'district' then 'Huyện' when 'province' then 'Tỉnh'
                else 'Tổ dữ liệu' end,
            count(*), count(distinct commune_code)
        from quality.finding inner join quality.check using (check_code) where is_open group by all""",
    "findings_by_year": """
        select
            coalesce(survey_year::varchar, 'Không rõ'),
            if(severity = 'error', 'Lỗi', 'Cảnh báo'),
            count(*) filter (is_open)
        from quality.finding group by all""",
    "files": """
        select coalesce(survey_year::varchar, 'Không rõ'), if(status = 'accepted', 'đang dùng', status), count(*)
        from quality.source_file group by all""",
    "reconciliation": """
        select survey_year, count(*), count(*) filter (not is_matched) from quality.reconciliation group by all""",
    "found": """
        select survey_year, 1 - sum(not_found) / nullif(sum(listed_before), 0) from quality.link_rate group by all""",
}
# Columns of a time, which the API writes as a number.
LEFT_OUT = {"made_at"}


@pytest.fixture(scope="module")
def home(clean_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy with a second release, which is not yet the current one."""
    home = copy_of(clean_home, tmp_path_factory.mktemp("superset") / "home", with_build=False)
    newer = releases_folder(home) / NEXT
    shutil.copytree(home.current.resolve(), newer)
    (newer / DATABASE).chmod(0o600)
    with duckdb.connect(str(newer / DATABASE)) as database:
        database.execute("update bi.release set release_id = ?", [NEXT])
    return home


@pytest.fixture(scope="module")
def release_id(home: Home) -> str:
    return home.current.resolve().name


@pytest.fixture(scope="module")
def answers(home: Home, release_id: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    python = FOLDER / ".venv" / "bin" / "python"
    if not python.exists():
        pytest.skip("`make superset-test` installs Superset")
    path = tmp_path_factory.mktemp("answers") / "answers.json"
    done = subprocess.run(
        [str(python), str(FOLDER / "ask.py"), str(home.root), str(path), NEXT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_every_chart_is_compared() -> None:
    assert {path.stem for path in (FOLDER / "bundle" / "charts").glob("*.yaml")} == set(EXPECTED)


@pytest.mark.parametrize("chart", EXPECTED)
def test_a_chart_answers_what_the_marts_hold(home: Home, release_id: str, answers: dict[str, Any], chart: str) -> None:
    drawn, rows = answers["charts"][chart]
    assert drawn
    answered = [tuple(value for name, value in row.items() if name not in LEFT_OUT) for row in rows]
    with duckdb.connect(str(releases_folder(home) / release_id / DATABASE), read_only=True) as database:
        expected = database.execute(EXPECTED[chart]).fetchall()
    assert expected
    assert len(answered) == len(expected)
    for one, other in zip(sorted(answered, key=_order), sorted(expected, key=_order), strict=True):
        assert all(map(_equal, one, other)), (one, other)


def test_a_publication_is_seen_while_the_old_release_is_open(answers: dict[str, Any], release_id: str) -> None:
    before, after = answers["charts"]["publication"]
    assert [row["release_id"] for row in before] == [release_id]
    assert [row["release_id"] for row in after] == [NEXT]


def test_a_reader_writes_nothing_and_reads_no_other_file(answers: dict[str, Any]) -> None:
    write, read = answers["refused"]
    assert "error" in write
    assert "error" in read
    assert "Permission Error" in read


def test_secrets_are_for_the_owner_alone(home: Home, answers: dict[str, Any]) -> None:
    state = home.root / "private" / "superset"
    assert {path.name for path in state.iterdir()} >= {"admin_password", "secret_key", "superset.db"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (state, *state.iterdir()))


def _order(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(f"{value:.9f}" if isinstance(value, (int, float)) else str(value) for value in row)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)
