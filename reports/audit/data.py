"""What the audit report says of a release, gathered once for the pages and for the workbook."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reports.acting import acting_owner, release_day
from reports.audit.coverage import Coverage, read_coverage
from reports.audit.labels_vi import OWNER, PASSES
from reports.audit.measure_labels_vi import figure_label, measure_labels
from reports.closed_years import ClosedYear, read_addenda, read_closed_years, read_closings
from reports.tables import ReleaseTables, Row, open_release

# How the models begin a sentence: the place, which the report shows in columns of its own.
_PLACE = re.compile(r"^(?:Trang «[^»]*», )?(?:hàng \d+, )?mục «(?P<header>[^»]*)»: (?P<sentence>.*)$", re.DOTALL)


@dataclass
class Audit:
    """Every list that the report shows; rows carry the columns of the table they come from, and more where said.

    `findings` also carry title, owner, action, file facts and `trend` (new or known; None without an earlier release).
    """

    release_id: str
    maturity: str
    previous_id: str | None
    coverage: Coverage
    checks: dict[str, Row]
    files: list[Row]
    findings: list[Row]
    resolved_since: list[Row]
    results: list[Row]
    reconciliation: list[Row]
    published: list[Row]
    link_years: list[Row]
    link_reviews: list[Row]
    identity_changes: list[Row]
    waivers: list[Row]
    corrections: list[Row]
    correction_effects: list[Row]
    link_decisions: list[Row]
    area_years: list[Row]
    areas: list[Row]
    closed: dict[int, ClosedYear]
    closings: list[Row]
    addenda: dict[tuple[int, str], str]
    measures: dict[str, str] = field(default_factory=measure_labels)

    @property
    def published_at(self) -> datetime:
        """When the release was made, as its id says, UTC."""
        return datetime.strptime(self.release_id[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)

    @property
    def open(self) -> list[Row]:
        """Findings that somebody must still act on."""
        return [finding for finding in self.findings if finding["status"] == "open"]

    @property
    def open_errors(self) -> int:
        """How many open findings are errors."""
        return sum(finding["severity"] == "error" for finding in self.open)

    def trend(self, key: str) -> list[Row]:
        """Findings counted by severity or owner: open (errors, warnings, new ones), waived, just resolved."""
        found: dict[str, Counter[str]] = {}
        for finding in self.findings:
            counter = found.setdefault(finding[key] or "", Counter())
            counter[finding["status"]] += 1
            counter[finding["severity"]] += finding["status"] == "open"
            counter["new"] += finding["status"] == "open" and finding["trend"] == "new"
        for finding in self.resolved_since:
            found.setdefault(finding[key] or "", Counter())["resolved_since"] += 1
        return [{key: name, **counter} for name, counter in sorted(found.items())]

    @property
    def province(self) -> list[Row]:
        """The province's figures, a row per year."""
        return [row for row in self.area_years if row["area_level"] == "province"]

    def closed_over(self, survey_year: int) -> int:
        """The closed year for whose reopening a file or correction of a year waits."""
        return min(year for year in self.closed if year >= survey_year)

    def name_of(self, code: str | None, survey_year: int | None) -> str:
        """A commune's name in a year; its last name where the year is unknown; its code where the unit is unknown."""
        unit = self.coverage.unit_of(code, survey_year)
        return unit.name if unit else code or ""

    def title_of(self, check_code: str | None) -> str:
        """A check's title; a dash for a decision that names no known check."""
        return str(self.checks[check_code]["title_vi"]) if check_code in self.checks else check_code or "–"

    def measure_vi(self, measure: str) -> str:
        """A measure's label: as the form prints it, else our word for it, else its name."""
        return self.measures.get(measure) or figure_label(measure)


def read_audit(release: Path, release_id: str, maturity: str, previous: Path | None) -> Audit:
    """Read everything the report needs from a release and, for the trend, from the one before."""
    with open_release(release) as reader:
        on = release_day(release_id)
        checks, files = read_checks(reader, on), read_files(reader)
        findings = read_findings(reader, checks, files)
        coverage = read_coverage(reader, findings, on)
        name_actors(findings, coverage)
        audit = Audit(
            release_id=release_id,
            maturity=maturity,
            previous_id=previous.name if previous else None,
            coverage=coverage,
            checks=checks,
            files=files,
            findings=findings,
            resolved_since=[],
            results=reader.rows("from quality.check_result order by is_passed, severity, dataset, check_id"),
            reconciliation=reader.rows(
                "from quality.reconciliation order by is_matched is null, is_matched, survey_year desc, area_code, "
                "source_row"
            ),
            published=reader.rows("from quality.published_figure order by is_matched, publication, figure_id"),
            link_years=_link_years(reader),
            link_reviews=reader.rows(
                "select reviews.*, files.commune_code from quality.link_review as reviews "
                "left join quality.source_file as files using (source_file_id) "
                "order by reviews.survey_year desc, files.commune_code, reviews.source_row"
            ),
            identity_changes=reader.rows(
                "select survey_year, reason, count(*) as changes from quality.identity_change group by all order by all"
            ),
            waivers=reader.rows("from quality.waiver order by status, waiver_id"),
            corrections=reader.rows("from quality.correction order by status desc, correction_id"),
            link_decisions=reader.rows("from quality.link_decision where status = 'refused' order by line_number"),
            correction_effects=reader.rows("from quality.correction_effect order by all"),
            areas=reader.rows(
                "select distinct area_code, area_name from marts.area_year where area_level <> 'commune' order by all"
            ),
            area_years=reader.rows(
                "from marts.area_year where area_level in ('province', 'district', 'commune') "
                "and boundary = 'as_reviewed' order by survey_year, area_code"
            ),
            closed=read_closed_years(reader),
            closings=read_closings(reader),
            addenda=read_addenda(reader),
        )
    if previous is not None:
        _compare(audit, previous, checks)
    return audit


def read_checks(reader: ReleaseTables, on: str) -> dict[str, Row]:
    """The catalogue of checks by code, with the owners that there are on an ISO date."""
    rows = reader.rows("from quality.check")
    return {row["check_code"]: {**row, "owner": acting_owner(row["owner"], on)} for row in rows}


def read_files(reader: ReleaseTables) -> list[Row]:
    """Every received file."""
    return reader.rows("from quality.source_file order by survey_year, commune_code, submission_number, sha256")


def read_findings(reader: ReleaseTables, checks: dict[str, Row], files: list[Row]) -> list[Row]:
    """Findings with what the catalogue and the registry say of them: errors first and young years first.

    Before them stands a correction that does not count because its number is in use: its sender knows nothing of it.
    """
    by_id = {file["source_file_id"]: file for file in files}
    findings = reader.rows(
        "from quality.finding "
        "order by check_code <> 'same_submission_number', "
        "severity, survey_year desc, commune_code, check_code, source_file_id, row_number, column_name"
    )
    for finding in findings:
        describe(finding, checks, by_id)
        finding["trend"] = None
    return findings


def name_actors(findings: list[Row], coverage: Coverage) -> None:
    """Name the successor as the one who acts for a commune that is gone."""
    for finding in findings:
        unit = coverage.unit_of(finding["commune_code"], finding["survey_year"])
        if finding["owner"] == "commune" and unit is not None and unit.is_gone:
            finding["owner_vi"] = f"{unit.actor.name} ({unit.actor.code})"


def describe(finding: Row, checks: dict[str, Row], files: dict[str, Row]) -> None:
    """Give a finding what its check and its file say of it, and its sentence without the place."""
    check = checks.get(finding["check_code"], {})
    file = files.get(finding["source_file_id"] or "", {})
    finding["title"] = check.get("title_vi") or finding["check_code"]
    finding["owner"] = check.get("owner") or ""
    finding["owner_vi"] = OWNER.get(finding["owner"], "")
    finding["action"] = check.get("action_vi") or ""
    found = _PLACE.match(finding["message"])
    sentence = found["sentence"] if found else finding["message"]
    finding["header"] = found["header"] if found else None
    finding["sentence"] = sentence[:1].upper() + sentence[1:]
    finding["submission_number"] = file.get("submission_number")
    finding["received_at"] = file.get("received_at")


def _compare(audit: Audit, previous: Path, checks: dict[str, Row]) -> None:
    """Mark which open findings are new since the release before, and list those it had open that are open no longer."""
    with open_release(previous) as reader:
        before = {row["finding_id"]: row for row in reader.rows("from quality.finding where is_open")}
    by_id = {finding["finding_id"]: finding for finding in audit.findings}
    for finding in audit.findings:
        finding["trend"] = "known" if finding["finding_id"] in before else "new"
    for finding_id, finding in before.items():
        if finding_id not in by_id or by_id[finding_id]["status"] == "resolved":
            describe(finding, checks, {})
            audit.resolved_since.append(finding)


def _link_years(reader: ReleaseTables) -> list[Row]:
    """Rows, linked rows by pass and rows for review by year, of all communes together."""
    sums = ", ".join(
        f"sum({name})::bigint as {name}"
        for name in ["household_rows", "linked_rows", "review_rows", "listed_before", "not_found", *PASSES]
    )
    return reader.rows(f"select survey_year, {sums} from quality.link_rate group by survey_year order by survey_year")
