"""Closed survey years as forms and pages say them: the recognition decision, and what waits until they are reopened."""

from dataclasses import dataclass
from datetime import date

from reports.numbers import count_vi
from reports.tables import ReleaseTables, Row

_MEASURES = {
    "resident_households": "hộ dân cư",
    "resident_persons": "nhân khẩu dân cư",
    "poor_households": "hộ nghèo",
    "poor_persons": "nhân khẩu hộ nghèo",
    "near_poor_households": "hộ cận nghèo",
    "near_poor_persons": "nhân khẩu hộ cận nghèo",
}


@dataclass(frozen=True)
class ClosedYear:
    """The recognition decision that closed a year."""

    survey_year: int
    decision_number: str
    decided_on: date
    signer: str

    @property
    def decision(self) -> str:
        """As a sentence names it."""
        return f"Quyết định số {self.decision_number} ngày {self.decided_on:%d/%m/%Y}"


def read_closed_years(tables: ReleaseTables) -> dict[int, ClosedYear]:
    """The years that are closed in a release; none in one of an earlier version."""
    if not _has(tables, "closed_year"):
        return {}
    rows = tables.rows(
        "select survey_year, decision_number, decided_on, signer from quality.closed_year where is_closed "
        "order by survey_year"
    )
    return {row["survey_year"]: ClosedYear(**row) for row in rows}


def read_addenda(tables: ReleaseTables) -> dict[tuple[int, str], str]:
    """By year and area what files that came after the closing would change, none of it approved, and how many
    corrections wait beside them: what those would change is not counted."""
    if not _has(tables, "closed_year_addendum"):
        return {}
    found: dict[tuple[int, str], list[str]] = {}
    waiting: dict[tuple[int, str], tuple[int, int]] = {}
    for row in tables.rows("from quality.closed_year_addendum"):
        key = row["survey_year"], row["area_code"]
        waiting[key] = row["held_files"], row["held_corrections"]
        changes = found.setdefault(key, [])
        if row["difference"]:
            changes.append(
                f"{_MEASURES[row['measure']]} {count_vi(row['value_with_held'])} (đã phê duyệt "
                f"{count_vi(row['approved_value'])})"
            )
    return {key: _addendum(key[0], *waiting[key], sorted(changes)) for key, changes in found.items()}


def read_closings(tables: ReleaseTables) -> list[Row]:
    """Every closing of a year with what became of it; none in a release of an earlier version."""
    return tables.rows("from quality.closed_year order by closing_number") if _has(tables, "closed_year") else []


def _addendum(survey_year: int, files: int, corrections: int, changes: list[str]) -> str:
    said = []
    if files:
        said.append(
            f"nếu tính {count_vi(files)} tệp gửi sau khi chốt năm {survey_year} thì "
            f"{'; '.join(changes) or 'số hộ, số nhân khẩu không đổi'}"
        )
    if corrections:
        said.append(
            f"{count_vi(corrections)} đính chính sau khi chốt năm {survey_year} được giữ lại và chưa được tính ở đây"
        )
    return f"Phụ lục, chưa được phê duyệt và không tính vào số liệu: {'. Ngoài ra '.join(said)}."


def _has(tables: ReleaseTables, name: str) -> bool:
    """Whether the release has a table of schema quality."""
    return bool(
        tables.rows("select 1 as one from duckdb_tables() where schema_name = 'quality' and table_name = ?", name)
    )
