"""The pages of the audit report about coverage and findings: overview, communes, findings by list and by check."""

from collections import Counter
from typing import Any

from reports.acting import Actor
from reports.audit.coverage import FINAL, MISSING, PROVISIONAL, REJECTED, STATES, Unit
from reports.audit.data import Audit
from reports.audit.figure_links import figure_rows
from reports.numbers import count_vi
from reports.tables import Row

# Pages stay small enough for an old computer; what is left out is in the workbook.
LISTED_FINDINGS = 500
COMMUNE_FINDINGS = 200
_NAMED_UNITS = 12
_WORST = 10

Page = tuple[str, str, dict[str, Any]]  # address below `audit/`, template, context


def _is_missing_file(row: Row) -> bool:
    """Whether a finding says that a file never came: in a young warehouse these would hide what can be fixed."""
    return bool(row["level"] == "completeness")


def maturity_reasons(audit: Audit) -> list[str]:
    """Why the release is provisional, in sentences with numbers; none when it is final."""
    missing = sum(1 for finding in audit.open if finding["level"] == "completeness" and finding["severity"] == "error")
    counts = {
        "lượt xã và năm chưa có tệp dùng được": missing,
        "tệp đang dùng mới là bản tạm thời": sum(
            file["status"] == "accepted" and file["maturity"] == "provisional" for file in audit.files
        ),
        "lỗi khác còn mở": audit.open_errors - missing,
    }
    return [f"{count_vi(count)} {what}" for what, count in counts.items() if count]


def overview(audit: Audit) -> Page:
    """The first page: received, wrong, done, who must act."""
    in_force = [file for file in audit.files if file["status"] == "accepted"]
    by_year = audit.coverage.by_year
    context = {
        "title": "Báo cáo kiểm toán số liệu",
        "reasons": maturity_reasons(audit),
        "in_force": len(in_force),
        "superseded": sum(file["status"] == "superseded" for file in audit.files),
        "rejected": sum(file["status"] == "rejected" for file in audit.files),
        "received": sum(row[FINAL] + row[PROVISIONAL] for row in by_year),
        "expected": sum(row["expected"] for row in by_year),
        "household_rows": sum(file["household_rows"] or 0 for file in in_force),
        "member_rows": sum(file["member_rows"] or 0 for file in in_force),
        "quarantined": sum(file["quarantined_rows"] for file in in_force),
        "mismatched": sum(row["is_matched"] is False for row in audit.reconciliation),
        "failed": sum(not row["is_passed"] for row in audit.results),
        "new": sum(finding["trend"] == "new" for finding in audit.open),
        "waived": sum(finding["status"] == "waived" for finding in audit.findings),
        "waivers_in_force": sum(row["status"] == "in_force" for row in audit.waivers),
        "corrections_applied": sum(row["status"] == "applied" for row in audit.corrections),
        "corrections_refused": sum(row["status"] == "refused" for row in audit.corrections),
        "worst": _worst(audit),
    }
    return "index.html", "index", context


def _communes(audit: Audit) -> list[Row]:
    """Every commune code with its names, open findings, years without a usable file, and who answers for it."""
    rows: list[Row] = []
    for code, units in audit.coverage.codes.items():
        cells = [(year, cell) for unit in units for year, cell in unit.cells.items()]
        gone = audit.coverage.answered_by(code)
        rows.append(
            {
                "code": code,
                "names": " / ".join(dict.fromkeys(unit.name for unit in units)),
                "district": next((unit.district for unit in units if unit.district), ""),
                "errors": sum(cell.errors for _, cell in cells),
                "warnings": sum(cell.warnings for _, cell in cells),
                "missing": ", ".join(str(year) for year, cell in sorted(cells, key=lambda item: item[0])
                                     if cell.state in (MISSING, REJECTED)),
                "actor": units[-1].actor if units[-1].is_gone else None,
                "for_others": sum(cell.errors for unit in gone if unit.code != code for cell in unit.cells.values()),
            }
        )  # fmt: skip
    return rows


def _worst(audit: Audit) -> list[Row]:
    """The communes of today with most open errors in files that were sent, those of communes that are gone included.

    A file that never came says nothing about quality: it must not hide communes with faulty files.
    """
    found: dict[str, Row] = {}
    for unit in audit.coverage.units:
        cells = [cell for cell in unit.cells.values() if cell.state != MISSING]
        row = found.setdefault(unit.actor.code, {"actor": unit.actor, "sent_errors": 0, "warnings": 0})
        row["sent_errors"] += sum(cell.errors for cell in cells)
        row["warnings"] += sum(cell.warnings for cell in unit.cells.values())
    worst = sorted(found.values(), key=lambda row: (-row["sent_errors"], -row["warnings"], row["actor"].code))
    return [row for row in worst[:_WORST] if row["sent_errors"]]


def communes(audit: Audit) -> Page:
    """The way to a commune's own page."""
    unplaced = [finding for finding in audit.open if finding["commune_code"] not in audit.coverage.codes]
    context = {"title": "Xã, phường", "communes": _communes(audit), "unplaced": len(unplaced)}
    return "communes.html", "communes", context


def commune_pages(audit: Audit) -> list[Page]:
    """A page per commune code; one more for findings in files of which the commune could not be read."""
    figures: dict[str, list[Row]] = {}
    for row in audit.area_years:
        if row["area_level"] == "commune":
            figures.setdefault(row["area_code"], []).append(row)
    found: dict[str | None, list[Row]] = {}
    for finding in audit.findings:
        if finding["status"] != "resolved":
            code = finding["commune_code"] if finding["commune_code"] in audit.coverage.codes else None
            found.setdefault(code, []).append(finding)
    files = {(file["survey_year"], file["commune_code"]): file for file in audit.files if file["status"] == "accepted"}
    received: dict[str | None, list[Row]] = {}
    for file in described_files(audit):
        code = file["commune_code"] if file["commune_code"] in audit.coverage.codes else None
        received.setdefault(code, []).append(file)
    pages = []
    for code, units in audit.coverage.codes.items():
        years: list[Row] = [
            {"survey_year": year, "name": unit.name, "cell": cell, "file": files.get((year, code))}
            for unit in units
            for year, cell in sorted(unit.cells.items(), reverse=True)
        ]
        years.sort(key=lambda year: -year["survey_year"])
        names = " / ".join(dict.fromkeys(unit.name for unit in units))
        actors = list(dict.fromkeys(unit.actor for unit in units if unit.is_gone and unit.actor.code != code))
        closed = [
            f"Năm {year} đã chốt: số liệu được phê duyệt tại {audit.closed[year].decision}, người ký: "
            f"{audit.closed[year].signer}. {audit.addenda.get((year, code), '')}"
            for year in sorted({row["survey_year"] for row in years} & {*audit.closed})
        ]
        pages.append(
            _commune_page(
                code, f"{names} ({code})", years, found.get(code, []), figures.get(code, []), received.get(code, []),
                actors, [unit for unit in audit.coverage.answered_by(code) if unit.code != code], closed,
            )
        )  # fmt: skip
    if None in found or None in received:
        title = "Tệp chưa rõ của xã nào"
        pages.append(_commune_page("unknown", title, [], found.get(None, []), [], received.get(None, []), [], [], []))
    return pages


def _commune_page(
    code: str,
    title: str,
    years: list[Row],
    findings: list[Row],
    figures: list[Row],
    files: list[Row],
    actors: list[Actor],
    answers_for: list[Unit],
    closed: list[str],
) -> Page:
    still_open = [finding for finding in findings if finding["status"] == "open"]
    errors = sum(finding["severity"] == "error" for finding in still_open)
    ordered = sorted(findings, key=lambda finding: finding["status"] != "open")
    context = {
        "title": title,
        "code": code,
        "years": years,
        "states": STATES,
        "figure_years": [row["survey_year"] for row in figures],
        "figures": figure_rows(figures),
        "findings": ordered[:COMMUNE_FINDINGS],
        "left_out": max(len(ordered) - COMMUNE_FINDINGS, 0),
        "errors": errors,
        "warnings": len(still_open) - errors,
        "waived": len(findings) - len(still_open),
        "files": files,
        "closed": closed,
        "actors": actors,
        "answers_for": [
            {"code": unit.code, "name": unit.name, "years": f"{min(unit.cells)}–{max(unit.cells)}",
             "errors": sum(cell.errors for cell in unit.cells.values()),
             "warnings": sum(cell.warnings for cell in unit.cells.values())}
            for unit in answers_for
        ],
    }  # fmt: skip
    return f"communes/{code}.html", "commune", context


def described_files(audit: Audit) -> list[Row]:
    """Every received file with what became of it: why it was rejected, which file replaced it."""
    reasons: dict[str, list[str]] = {}
    for finding in audit.findings:
        if finding["severity"] == "error" and finding["source_file_id"]:
            reasons.setdefault(finding["source_file_id"], []).append(finding["title"])
    in_force = {(file["survey_year"], file["commune_code"]): file for file in audit.files
                if file["status"] == "accepted"}  # fmt: skip
    described = []
    for file in audit.files:
        later = in_force.get((file["survey_year"], file["commune_code"]))
        because = ""
        if file["status"] == "rejected":
            because = "; ".join(dict.fromkeys(reasons.get(file["source_file_id"], [])))
        elif file["status"] == "superseded" and later:
            because = f"thay bằng {later['source_file_id'][:8]}, lần gửi {later['submission_number']}"
        elif file["status"] == "held":
            year = audit.closed_over(file["survey_year"])
            because = f"năm {year} đã chốt tại {audit.closed[year].decision}; chỉ tính khi năm được mở lại"
        described.append({**file, "because": because})
    return described


def described_closings(audit: Audit) -> list[Row]:
    """Every closing of a year with the files and corrections that wait until it is reopened."""
    held: dict[int, list[str]] = {}
    for file in audit.files:
        if file["status"] == "held":
            held.setdefault(audit.closed_over(file["survey_year"]), []).append(file["source_file_id"][:8])
    waiting = Counter(audit.closed_over(row["survey_year"]) for row in audit.corrections if row["is_held"])
    return [
        {**row,
         "held_files": sorted(held.get(row["survey_year"], [])) if row["is_closed"] else [],
         "held_corrections": waiting[row["survey_year"]] if row["is_closed"] else 0}
        for row in audit.closings
    ]  # fmt: skip


def coverage_pages(audit: Audit) -> list[Page]:
    """The grid of communes and years, and for each year a page with every file that came, whatever became of it."""
    by_year: dict[int | None, list[Row]] = {row["survey_year"]: [] for row in audit.coverage.by_year}
    for file in described_files(audit):
        by_year.setdefault(file["survey_year"], []).append(file)
    counted = {year: Counter(file["status"] for file in files) for year, files in by_year.items()}
    pages: list[Page] = [
        (
            "coverage.html",
            "coverage",
            {
                "title": "Độ phủ theo xã và năm",
                "states": STATES,
                "counted": counted,
                "closings": described_closings(audit),
            },
        )
    ]
    for year, files in by_year.items():
        title = f"Tệp đã nhận, năm {year}" if year else "Tệp chưa rõ của năm nào"
        pages.append((f"coverage/{year or 'unknown'}.html", "received", {"title": title, "files": files}))
    return pages


def findings(audit: Audit) -> Page:
    """All findings that are open or waived, by severity and owner, then one by one."""
    listed = sorted((finding for finding in audit.findings if finding["status"] != "resolved"), key=_is_missing_file)
    context = {
        "title": "Phát hiện",
        "shown": listed[:LISTED_FINDINGS],
        "left_out": max(len(listed) - LISTED_FINDINGS, 0),
    }
    return "findings.html", "findings", context


def by_check(audit: Audit) -> Page:
    """Findings by check, errors first, with meaning, action, example and the communes concerned."""
    groups: dict[str, Row] = {}
    for finding in audit.findings:
        if finding["status"] == "resolved":
            continue
        code = finding["check_code"]
        group = groups.setdefault(
            code,
            {"code": code, "check": audit.checks.get(code, {}), "level": finding["level"],
             "severity": finding["severity"], "open": 0,
             "waived": 0, "unplaced": 0, "communes": Counter()},
        )  # fmt: skip
        group[finding["status"]] += 1
        if finding["commune_code"] in audit.coverage.codes:
            group["communes"][finding["commune_code"]] += 1
        else:
            group["unplaced"] += 1
    for group in groups.values():
        most = group["communes"].most_common()
        group["units"] = [
            {"code": code, "name": audit.name_of(code, None), "count": count} for code, count in most[:_NAMED_UNITS]
        ]
        group["more"] = max(len(most) - _NAMED_UNITS, 0)
    ordered = sorted(
        groups.values(),
        key=lambda group: (_is_missing_file(group), group["severity"], -group["open"], group["code"]),
    )
    return "by-check.html", "by-check", {"title": "Phát hiện theo loại", "groups": ordered}
