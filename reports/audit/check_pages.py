"""The pages of the audit report about checks, reconciliation, printed figures, links, decisions."""

from collections import Counter
from pathlib import Path

from reports.audit.data import Audit
from reports.audit.labels_vi import DATASETS, DECISION, KIND, OWNER, PASSES, UNIT, condition_vi
from reports.audit.pages import Page
from reports.numbers import count_vi, decimal_vi
from reports.tables import Row

_LISTED = 500
_INGESTION, _DBT, _EXPECTATIONS = "ingestion", "dbt", "great_expectations"
_NOTES = {
    _INGESTION: "Kiểm tra từng tệp, hàng, ô của các xã. Không đạt là còn phát hiện mở; không chặn phát hành.",
    _DBT: "Kiểm tra khoá, cân đối và tính đúng của các bảng. Không đạt ở mức lỗi thì không phát hành.",
    _EXPECTATIONS: "Số liệu có hợp lý so với ngưỡng của từng năm không. Mức cảnh báo không chặn gì, nhưng phải xem.",
}  # fmt: skip


def described_results(audit: Audit) -> list[Row]:
    """Every check's result with the words of its catalogue row."""
    described = []
    for result in audit.results:
        check = audit.checks.get(result.get("check_code") or result["check_id"], {})
        is_shared = check.get("check_code") not in (None, result["check_id"])
        title = check.get("title_vi") or result["check_name"]
        if is_shared and result["engine"] == _EXPECTATIONS:
            title = result["check_name"]
        described.append(
            {
                **result,
                "title": title,
                "meaning": check.get("meaning_vi") or "",
                "action": check.get("action_vi") or "",
                "owner_vi": OWNER.get(check.get("owner") or "", ""),
                "place": KIND.get(result["dataset"]) or DATASETS.get(result["dataset"]) or result["dataset"],
                "observed_vi": condition_vi(result["observed"]),
                "expected_vi": condition_vi(result["expected"]),
            }
        )
    return described


def _engine_counts(results: list[Row]) -> list[Row]:
    run = Counter(row["engine"] for row in results)
    passed = Counter(row["engine"] for row in results if row["is_passed"])
    return [
        {"engine": engine, "run": run[engine], "passed": passed[engine]}
        for engine in (_INGESTION, _DBT, _EXPECTATIONS)
        if run[engine]
    ]


def checks(results: list[Row]) -> Page:
    """All checks of ingestion and dbt with their results, and the sums of all engines."""
    groups = {engine: [row for row in results if row["engine"] == engine] for engine in (_INGESTION, _DBT)}
    context = {"title": "Kiểm tra đã chạy", "engines": _engine_counts(results), "groups": groups, "notes": _NOTES}
    return "checks.html", "checks", context


def expectations(results: list[Row], reports: Path) -> Page:
    """The Great Expectations suites; leads to its own Data Docs where the release has them."""
    own = [row for row in results if row["engine"] == _EXPECTATIONS]
    context = {
        "title": "Phân bố và ngưỡng (Great Expectations)",
        "engines": _engine_counts(own),
        "groups": {_EXPECTATIONS: own},
        "notes": _NOTES,
        "data_docs": (reports / "data_docs" / "index.html").exists(),
    }
    return "expectations.html", "checks", context


def reconciliation(audit: Audit) -> Page:
    """Lists against stated totals: what differs first, then how each measure fares."""
    by_measure: dict[str, Counter[bool | None]] = {}
    for row in audit.reconciliation:
        by_measure.setdefault(row["measure"], Counter())[row["is_matched"]] += 1
    context = {
        "title": "Đối chiếu số tổng hợp với danh sách",
        "mismatched": [row for row in audit.reconciliation if row["is_matched"] is False],
        "compared": sum(row["is_matched"] is not None for row in audit.reconciliation),
        "limit": _LISTED,
        "by_measure": [
            {"label": audit.measure_vi(measure), "matched": counter[True], "mismatched": counter[False],
             "unknown": counter[None]}
            for measure, counter in sorted(by_measure.items(), key=lambda item: (-item[1][False], item[0]))
        ],
    }  # fmt: skip
    return "reconciliation.html", "reconciliation", context


def _published_value(value: float | None, unit: str) -> str:
    shown = count_vi(value) if value is None or float(value).is_integer() else decimal_vi(value, 3).rstrip("0")
    return shown if value is None else f"{shown}%" if unit == "percent" else f"{shown} {UNIT.get(unit, unit)}"


def describe_published(audit: Audit) -> None:
    """Give printed figures their numbers in words; done once for the page and the workbook."""
    for row in audit.published:
        row["published_vi"] = _published_value(row["published_value"], row["unit"])
        row["warehouse_vi"] = _published_value(row["warehouse_value"], row["unit"])


def published(audit: Audit) -> Page:
    """Printed figures beside the warehouse's."""
    found = Counter(row["is_matched"] for row in audit.published)
    context = {
        "title": "Số liệu công bố",
        "matched": found[True],
        "different": found[False],
        "unknown": found[None],
    }
    return "published.html", "published", context


def links() -> Page:
    """How households were linked through the years, and what waits for a person."""
    return "links.html", "links", {"title": "Liên kết hộ qua các năm", "passes": PASSES, "limit": _LISTED}


def decisions(audit: Audit) -> Page:
    """Waivers and corrections."""
    for row in audit.waivers:
        row["scope"] = _scope(audit, row)
    for row in audit.corrections:
        parts = {"": row["sheet"] and f"«{row['sheet']}»", "hàng ": row["row_number"], "cột ": row["column_name"]}
        row["place"] = ", ".join(f"{what}{value}" for what, value in parts.items() if value) or "chưa rõ ô nào"
        row["status_vi"] = "được giữ lại" if row["is_held"] else DECISION[row["status"]]
    for row in [*audit.waivers, *audit.corrections]:
        for name in ("decided_on", "expires_on"):
            day = row.get(name)
            row[f"{name}_vi"] = f"{day:%d/%m/%Y}" if day else "–"
    return "decisions.html", "decisions", {"title": "Miễn trừ và đính chính"}


def _scope(audit: Audit, row: Row) -> str:
    parts = {
        "năm": row["survey_year"],
        "xã": row["commune_code"] and audit.name_of(row["commune_code"], row["survey_year"]),
        "tệp": row["source_file_id"] and row["source_file_id"][:8],
        "trang": row["sheet"] and f"«{row['sheet']}»",
        "hàng": row["row_number"],
        "cột": row["column_name"],
    }
    return ", ".join(f"{what} {value}" for what, value in parts.items() if value) or "mọi tệp"
