"""What was planted where, as the rows of `planted.csv` and the waivers of the files that nobody can correct."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from base.check_catalogue import load_checks

COLUMNS = (
    "planted_id",
    "kind",
    "level",
    "severity",
    "file",
    "sheet",
    "rows",
    "column_name",
    "survey_year",
    "commune_code",
    "remark",
    "status",
)
OPEN, RESOLVED, WAIVED = "open", "resolved", "waived"  # as quality.finding has it when all files have been read
LEFT_OUT = "left_out"  # the territory has no commune that suits the kind: no file has the error
_WAIVER = {
    "reason": "Tệp không đọc được, sai mã xã hoặc trùng lần gửi; xã đã gửi tệp đúng của cùng năm (mô phỏng)",
    "decided_by": "Cơ quan thường trực giảm nghèo (mô phỏng)",
    "expires_on": "2099-12-31",
}


@dataclass(frozen=True)
class Expected:
    """One finding of an error: the check, and the cell address inside the file as far as the finding has one."""

    check_code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Planted:
    """One finding that must appear. The findings of one error share their id. Year and commune as the file says."""

    planted_id: str
    file: str
    survey_year: int | None
    commune_code: str | None
    status: str
    expected: Expected

    def as_row(self) -> dict[str, str | int]:
        """The row of planted.csv; what a finding does not have is empty."""
        check = load_checks()[self.expected.check_code]
        values = (
            self.planted_id,
            check.check_code,
            check.level,
            check.severity,
            self.file,
            self.expected.sheet,
            self.expected.row or "",
            self.expected.column,
            self.survey_year or "",
            self.commune_code or "",
            self.expected.remark,
            self.status,
        )
        return dict(zip(COLUMNS, values, strict=True))


def left_out_of(planted_id: str, check_code: str, year: int) -> Planted:
    """The row of a kind of error for which no commune is suitable."""
    return Planted(planted_id, "", year, None, LEFT_OUT, Expected(check_code, remark="no commune is suitable"))


def waivers_of(landing: Path, planted: Iterable[Planted]) -> list[dict[str, str]]:
    """A line of waivers.csv for every finding that only a waiver settles: of a file that no later one answers.

    Decided in the January after the review; the year is that of the file's folder.
    """
    return [
        {
            "check_code": one.expected.check_code,
            "source_file_id": hashlib.sha256((landing / one.file).read_bytes()).hexdigest(),
            "decided_on": f"{int(PurePosixPath(one.file).parts[0]) + 1}-01-15",
            **_WAIVER,
        }
        for one in planted
        if one.status == WAIVED
    ]
