"""What lines of decision files would do: the models of a run judge them in a copy of the build; nothing is kept."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from audit.rebuild import scratch_home
from base.home import Home
from base.product import DBT
from dagster_project.parsed_project import dbt_environment, ensure_manifest, run_parsed
from ingestion.decisions import DECISION_FILES, LINKS, append_decisions, write_decisions
from ingestion.kept_decisions import decision_files
from reports.audit.measure_labels_vi import figure_label, measure_labels
from reports.numbers import count_vi

WAIVERS, CORRECTIONS = (DECISION_FILES[name][0] for name in ("waiver", "correction"))
# What decisions change, and no more than is asked about: all else stays as the build has it.
_MODELS = (
    "source:decisions.waivers+,+waiver",
    "source:decisions.corrections+,+correction",
    "source:decisions.corrections+,+correction_effect",
    "source:decisions.links+,+link_decision",
)
_OWN_TABLES = {"waiver.parquet", "correction.parquet", "link.parquet"}
_CLASSES = ("poor", "near_poor", "average", "non_poor")
_WITH_PERSONS = ("poor", "near_poor")


class NoTrialError(RuntimeError):
    """Nothing can be tried; the message says why, in one sentence."""


@dataclass
class Trial:
    """What would become of some lines: by decision file, a sentence for each, and whether it would count.

    `effects`: what all corrections together would change, in the communes of these lines.
    """

    sentences: dict[str, list[str]] = field(default_factory=dict)
    is_valid: dict[str, list[bool]] = field(default_factory=dict)
    effects: list[str] = field(default_factory=list)


def try_decisions(home: Home, lines: Mapping[str, Sequence[Mapping[str, str | None]]]) -> Trial:
    """Judge lines as the next run would, with all that was decided before. Raises NoTrialError, BrokenFileError."""
    if not home.build_file.exists():
        raise NoTrialError("There is no build to try decisions on: `poverty build` makes it.")
    ensure_manifest()
    with scratch_home(home) as trial:
        _furnish(home, trial)
        numbers = append_decisions(trial, lines)
        write_decisions(trial)
        _build(trial)
        return _read(trial, numbers)


def _furnish(home: Home, trial: Home) -> None:
    """Give a scratch home what the models read: links to what does not change, copies of what does."""
    for source, target in ((home.archive, trial.archive), (home.secrets, trial.secrets)):
        target.rmdir()
        target.symlink_to(source)
    for path in home.raw.iterdir():
        if path.name not in _OWN_TABLES:
            (trial.raw / path.name).symlink_to(path)
    trial.reference.symlink_to(home.reference)
    for path in decision_files(home):
        shutil.copyfile(path, trial.decisions / path.name)
    try:
        with FileLock(home.build_lock, timeout=1):
            shutil.copyfile(home.build_file, trial.build_file)
    except Timeout:
        raise NoTrialError("The build file is in use by another run; ask again when it has ended.") from None


def _build(trial: Home) -> None:
    folders = ["--project-dir", str(DBT), "--profiles-dir", str(DBT), "--target-path", str(trial.root / "dbt")]
    done = subprocess.run(
        [sys.executable, *run_parsed(), "--quiet", "run", "--select", *_MODELS, *folders],
        cwd=DBT,
        env={**dbt_environment(trial), "DBT_LOG_PATH": str(trial.root / "dbt")},
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:  # what dbt says may quote a value
        raise NoTrialError("The decisions could not be tried: the models failed on them. Is the build whole?")


def _read(trial: Home, numbers: Mapping[str, Sequence[int]]) -> Trial:
    labels = measure_labels()
    found = Trial()
    with duckdb.connect(str(trial.build_file), read_only=True) as connection:
        tables = {
            WAIVERS: ("quality.waiver", "problem", "invalid", _waiver),
            CORRECTIONS: ("quality.correction", "refusal", "refused", _correction(connection, labels)),
            LINKS: ("quality.link_decision", "refusal", "refused", _link),
        }
        for name, wanted in numbers.items():
            table, why, refused, sentence = tables[name]
            by_line = {row["line_number"]: row for row in _rows(connection, f"from {table}")}
            rows = [by_line[number] for number in wanted]
            found.is_valid[name] = [row["status"] != refused for row in rows]
            found.sentences[name] = [
                f"bị từ chối: {_without_line(row[why])}" if row["status"] == refused else sentence(row) for row in rows
            ]
            if name == CORRECTIONS:
                places = {(row["survey_year"], row["commune_code"]) for row in rows if row["status"] != refused}
                found.effects = [
                    f"{row['commune_code']}, năm {row['survey_year']}: "
                    f"{_label(row['measure'], labels)} {_count(row['before_value'])} → {_count(row['after_value'])}"
                    for row in _rows(connection, "from quality.correction_effect order by all")
                    if (row["survey_year"], row["commune_code"]) in places
                ]
    return found


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, list(values))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _without_line(refusal: str) -> str:
    """The reason alone: the line is not in the file yet."""
    return refusal.partition(": ")[2].removesuffix(".")


def _waiver(row: Mapping[str, Any]) -> str:
    if row["status"] == "expired":
        return "đã hết hạn nên không có hiệu lực"
    if not row["findings_waived"]:
        return "không có vấn đề nào chưa giải quyết thuộc phạm vi này"
    return (
        f"chấp nhận {count_vi(row['findings_waived'])} vấn đề đến hết {row['expires_on']:%d/%m/%Y}; số liệu không đổi"
    )


def _link(row: Mapping[str, Any]) -> str:
    if row["status"] == "replaced":
        return "một quyết định sau về cùng hàng thay thế quyết định này"
    return f"được ghi; biến động hộ năm {row['survey_year']} của xã {row['commune_code']} được tính lại"


def _correction(connection: duckdb.DuckDBPyConnection, labels: Mapping[str, str]) -> Any:
    """A function from an applied correction to what it changes; corrections of one row are summed up together."""
    changes: dict[tuple[str, int], list[dict[str, Any] | None]] = {}
    for row in _rows(connection, "from intermediate.int_correction_household"):
        changes.setdefault((row["source_file_id"], row["row_number"]), [None, None])[row["state"] == "after"] = row
    of_line = {
        row["line_number"]: row
        for row in _rows(connection, "select line_number, role, column_name from staging.stg_correction")
    }
    totals = {
        (row["source_file_id"], row["measure"]): (row["before"], row["after"])
        for row in _rows(
            connection,
            "select source_file_id, measure, sent.stated_value as before, now.stated_value as after "
            "from staging.stg_total_as_sent as sent inner join staging.stg_total as now "
            "using (source_file_id, measure)",
        )
    }

    def sentence(row: Mapping[str, Any]) -> str:
        where = f"xã {row['commune_code']}, năm {row['survey_year']}"
        role = of_line[row["line_number"]]["role"]
        if role == "total":
            before, after = totals.get((row["source_file_id"], row["column_name"]), (None, None))
            return f"{where}: {_label(row['column_name'], labels)} ghi trên biểu {_count(before)} → {_count(after)}"
        if role == "member":
            return f"{where}: sửa một thành viên; số trẻ em, nhân khẩu và liên kết của hộ được tính lại"
        before_row, after_row = changes.get((row["source_file_id"], row["row_number"]), [None, None])
        before, after = _measures(before_row), _measures(after_row)
        changed = [
            f"{_label(measure, labels)} {after.get(measure, 0) - before.get(measure, 0):+d}"
            for measure in dict.fromkeys([*before, *after])
            if after.get(measure, 0) != before.get(measure, 0)
        ]
        return f"{where}: {', '.join(changed) if changed else 'không số liệu nào của xã đổi vì hàng này'}"

    return sentence


def _measures(row: Mapping[str, Any] | None) -> dict[str, int]:
    """What one household adds to the figures of its commune, by measure."""
    if row is None or row["recorded_class"] not in _CLASSES:
        return {}
    found = {f"{row['recorded_class']}_households": 1}
    if row["recorded_class"] in _WITH_PERSONS:
        found[f"{row['recorded_class']}_persons"] = int(row["member_count"] or 0)
        marks = {
            "female_headed_households": row["head_sex"] == "female",
            "ethnic_minority_headed_households": (row["head_ethnicity"] or "kinh").lower() != "kinh",
            "merit_households": row["is_merit_household"],
            "social_protection_households": row["is_social_protection"],
            **{f"group_{group}_households": row["poverty_group"] == group for group in (1, 2, 3)},
            **{name.removeprefix("is_"): row[name] for name in row if name.startswith("is_deprived_")},
        }
        found.update({measure: 1 for measure, is_so in marks.items() if is_so})
    return found


def _label(measure: str, labels: Mapping[str, str]) -> str:
    return labels.get(measure) or figure_label(measure)


def _count(value: float | None) -> str:
    return "chưa có" if value is None else count_vi(int(value))
