"""Writing the audit report of a release: the site in `reports/audit` and the workbook beside it."""

from pathlib import Path

from audit.release_difference import compare_releases
from reports.audit import labels_vi
from reports.audit.audit_workbook import write_workbook
from reports.audit.change_pages import MAIN_TABLE, changes
from reports.audit.check_pages import (
    checks,
    decisions,
    describe_published,
    described_results,
    expectations,
    links,
    published,
    reconciliation,
)
from reports.audit.data import read_audit
from reports.audit.pages import by_check, commune_pages, communes, coverage_pages, findings, overview
from reports.audit.trace_pages import figures, trace_pages, year_pages
from reports.page import Site, write_page

FOLDER = "audit"
PAGE = f"{FOLDER}/index.html"


def write_audit_report(release: Path, site: Site, previous: Path | None) -> None:
    """Write the audit report into `reports/audit` of a release.

    Args:
        release: the release's folder; its database, Parquet files and description are there.
        site: its pages.
        previous: the folder of the release before, None for the first one.
    """
    audit = read_audit(release, site.release_id, site.maturity, previous)
    difference = compare_releases(previous, release, {MAIN_TABLE}) if previous else None
    results = described_results(audit)
    describe_published(audit)
    first = overview(audit)
    pages = [
        first,
        communes(audit),
        *commune_pages(audit),
        *coverage_pages(audit),
        findings(audit),
        by_check(audit),
        checks(results),
        expectations(results, site.folder),
        reconciliation(audit),
        *([published(audit)] if site.has_printed_figures else []),
        figures(audit),
        *year_pages(audit),
        *trace_pages(audit, release),
        links(),
        decisions(audit),
        changes(audit, difference),
    ]
    for name, template, context in pages:
        write_page(
            site,
            f"{FOLDER}/{name}",
            f"audit/templates/{template}.html.j2",
            page=name,
            audit=audit,
            labels=labels_vi,
            **context,
        )
    write_workbook(site.folder / FOLDER / "audit.xlsx", audit, first[2], results, difference, site.notice)
