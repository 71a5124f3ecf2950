"""The reports that are part of a release: its `reports` folder, from its own tables."""

from dataclasses import dataclass
from pathlib import Path

from base.release_layout import DATA_DOCS, REPORTS
from reports.audit.report import PAGE as AUDIT_PAGE
from reports.audit.report import write_audit_report
from reports.charts import write_library
from reports.dictionary.pages import TABLES_PAGE, write_dictionary
from reports.page import Site, write_assets, write_page
from reports.plan.page import PAGE as PLAN_PAGE
from reports.plan.page import write_plan_page
from reports.profiles.pages import FOLDER as PROFILES
from reports.profiles.pages import write_profiles
from reports.simulated import simulated_notice
from reports.tables import open_release


@dataclass(frozen=True)
class Entry:
    """A report's card on the first page: its address below `reports`, its title, one line about it."""

    href: str
    title: str
    about: str


def write_release_reports(release: Path, release_id: str, maturity: str, previous: Path | None) -> None:
    """Write every report of a release into its `reports` folder.

    Args:
        release: the folder of the release being made; its database and Parquet files are there.
        release_id: its id.
        maturity: `final` or `provisional`.
        previous: the folder of the current release until now, None for the first one.
    """
    reports = release / REPORTS
    write_assets(reports)
    write_library(reports)
    with open_release(release) as tables:
        printed = tables.rows("select figure_id from quality.published_figure limit 1")
        site = Site(reports, release_id, maturity, simulated_notice(tables), bool(printed))
    entries: list[Entry] = []
    write_profiles(release, site)
    about = "Tỷ lệ theo năm, biến động, thiếu hụt, bản đồ, các xã cần giúp nhất; mọi số liệu của từng tỉnh, huyện, xã."
    entries.append(Entry(f"{PROFILES}/index.html", "Hồ sơ tỉnh, huyện, xã", about))
    if site.has_printed_figures:
        plan = write_plan_page(release, site)
        about = f"Mục I của kế hoạch như đã in, bên cạnh số của kho: {plan['matched']}/{plan['total']} số khớp."
        entries.append(Entry(PLAN_PAGE, "Số liệu của kế hoạch", about))
    write_audit_report(release, site, previous)
    about = "Đã nhận gì, có gì sai, ai phải sửa: từng xã, từng kiểm tra, từng số liệu. Kèm sổ Excel."
    entries.append(Entry(AUDIT_PAGE, "Báo cáo kiểm toán số liệu", about))
    table_count, check_count = write_dictionary(release, site)
    about = f"Ý nghĩa của {table_count} bảng với mọi cột (tiếng Anh) và của {check_count} kiểm tra."
    entries.append(Entry(TABLES_PAGE, "Từ điển dữ liệu", about))
    if (reports / DATA_DOCS / "index.html").exists():
        about = "Trang kỹ thuật của Great Expectations về lần chạy này (tiếng Anh), chỉ có số đếm và ngưỡng."
        entries.append(Entry(f"{DATA_DOCS}/index.html", "Kiểm tra phân bố số liệu", about))
    write_page(
        site,
        "index.html",
        "templates/index.html.j2",
        title="Báo cáo rà soát hộ nghèo, hộ cận nghèo",
        has_previous=previous is not None,
        entries=entries,
    )
