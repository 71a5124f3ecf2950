"""The command line of `poverty measure`: its exit codes, and that it prints nothing but the table."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from poverty_cli.main import app

CSV = "region,a,b\nNorth,1,0\nSouth,1,1\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_csv_on_standard_output(file: Path) -> None:
    done = CliRunner().invoke(app, ["measure", "--data", str(file), "--indicators", "a,b", "--cutoff", "1/2"])
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[:3] == ["measure,indicator,value", "headcount_ratio,,1.0", "intensity,,0.75"]
    assert len(lines) == 1 + 3 + 4 * 2


def test_by_groups_as_a_table(file: Path) -> None:
    options = ["--indicators", "a,b", "--cutoff", "1", "--by", "region", "--table"]
    done = CliRunner().invoke(app, ["measure", "--data", str(file), *options])
    assert done.exit_code == 0
    assert "North" in done.stdout
    assert "1.000000" in done.stdout


def test_what_was_left_out_and_how_weights_were_read_is_reported_beside_the_table(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("secret,a,b,w\nNguyễn,1,0,3\nTrần,1,NA,1\n", encoding="utf-8")
    options = ["--indicators", "a,b", "--weights", "2,1", "--cutoff", "2", "--weight-column", "w"]
    done = CliRunner().invoke(app, ["measure", "--data", str(path), *options])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:2] == ["measure,indicator,value", "headcount_ratio,,1.0"]
    assert done.stderr.splitlines() == [
        "--weights: they sum to 3, not 1; each was divided by that.",
        "Left out: 1 of 2 rows (25.00% of the weight), where a cell is missing: b (1).",
    ]


def test_several_groupings_and_cutoffs_are_one_long_table(tmp_path: Path) -> None:
    """A value with a comma stands as it is, and is quoted where several are joined."""
    path = tmp_path / "data.csv"
    path.write_text('region,a,b,"x,y"\n"North, upper",1,0,1\nSouth,1,1,=2\n', encoding="utf-8")
    groupings = ["--by", "region", "--by", 'region,"x,y"', "--by", '"x,y"', "--by", ""]
    options = ["--indicators", "a,b", "--cutoff", "1/2", "--cutoff", "1.0", *groupings]
    done = CliRunner().invoke(app, ["measure", "--data", str(path), *options])
    assert done.exit_code == 0
    header, *rows = csv.reader(done.stdout.splitlines())
    assert header == ["grouping", "group", "cutoff", "measure", "indicator", "value"]
    groups = [
        [("region", "North, upper"), ("region", "South")],
        [('region,"x,y"', '"North, upper",1'), ('region,"x,y"', "South,=2")],
        [('"x,y"', "1"), ('"x,y"', "'=2")],
        [("", "")],
    ]
    found = {tuple(row[:3]): row[5] for row in rows if row[3] == "headcount_ratio"}
    assert list(found) == [(*pair, cutoff) for grouping in groups for cutoff in ("1/2", "1.0") for pair in grouping]
    assert found["region", "North, upper", "1.0"] == "0.0"
    assert found["", "", "1.0"] == "0.5"


def test_one_grouping_with_sizes_or_errors_is_long_too(file: Path) -> None:
    options = ["measure", "--data", str(file), "--indicators", "a,b", "--cutoff", "1", "--by", "region"]
    done = CliRunner().invoke(app, [*options, "--long"])
    assert done.stdout.splitlines()[:2] == ["grouping,group,cutoff,measure,indicator,value", "region,North,1,rows,,1.0"]
    assert "standard_error" not in done.stdout
    done = CliRunner().invoke(app, [*options[:-2], "--standard-errors"])
    assert ",,1,headcount_ratio_standard_error,,0.5" in done.stdout.splitlines()
    done = CliRunner().invoke(app, [*options, "--stratum", "region"])
    assert done.exit_code == 1
    assert "Column region, data row 1 (and 1 more such strata): its stratum has only one row" in done.stderr


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--indicators", "a,z", "--cutoff", "1/2"], 2),
        (["--indicators", "a,b", "--cutoff", "1/2", "--weights", "1/2,1/3"], 2),
        (["--indicators", "a,b", "--cutoff", "1", "--weights", "1,1"], 2),
        (["--indicators", "a,b", "--cutoff", "33"], 2),
        (["--indicators", "a,b", "--cutoff", "1/2", "--cutoff", "0.5"], 2),
        (["--indicators", "a,b", "--cutoff", "1/2", "--by", "region", "--by", " region"], 2),
        (["--indicators", "a,b", "--cutoff", "1/2", "--cluster", "z"], 2),
        (["--indicators", "a,region", "--cutoff", "1/2"], 1),
    ],
)
def test_exit_codes(file: Path, options: list[str], code: int) -> None:
    assert CliRunner().invoke(app, ["measure", "--data", str(file), *options]).exit_code == code
