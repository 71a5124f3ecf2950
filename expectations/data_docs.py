"""Great Expectations' Data Docs of the last run, from results that are redacted already.

Importing it imports great_expectations.
"""

import re
import shutil
from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from expectations.results import CheckResult

_STYLE = Path(__file__).parent / "data_docs.css"
# Great Expectations' pages load styles and scripts from six hosts; a release is read without a network.
_REMOTE = re.compile(
    r"<link\b[^>]*(?:https?://|favicon)[^>]*>|<script\b[^>]*\bsrc=[^>]*>\s*</script>|<img\b[^>]*https?://[^>]*>",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
_PAGE_ID = re.compile(r"-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IMPORT = re.compile(r"@import[^;]*;|url\(['\"]?https?://[^)]*\)")


def write_data_docs(folder: Path, results: Sequence[CheckResult]) -> None:
    """Write a page per dataset and an index into a folder, replacing what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copyfile(_STYLE, folder / _STYLE.name)
    ordered = sorted(results, key=lambda result: result.dataset)
    rows = []
    for dataset, group in groupby(ordered, key=lambda result: result.dataset):
        own = list(group)
        (folder / f"{dataset}.html").write_text(_page(dataset, own), encoding="utf-8")
        passed = sum(result.is_passed for result in own)
        rows.append(
            f'<tr><td><a href="{escape(dataset)}.html">{escape(dataset)}</a></td><td>{len(own)}</td><td>{passed}</td>'
            f"<td>{len(own) - passed}</td></tr>"
        )
    (folder / "index.html").write_text(
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Data Docs</title>'
        f'<link rel="stylesheet" href="{_STYLE.name}"></head><body><main class="container">'
        '<p><a href="../index.html">Báo cáo rà soát hộ nghèo, hộ cận nghèo</a></p><h1>Kiểm tra phân bố số liệu</h1>'
        "<p>Kết quả Great Expectations của lần chạy này; chỉ có số đếm và ngưỡng, không có giá trị của ô nào.</p>"
        '<table class="table"><thead><tr><th>Bảng</th><th>Số kiểm tra</th><th>Đạt</th><th>Không đạt</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></main></body></html>",
        encoding="utf-8",
    )


def _page(dataset: str, results: list[CheckResult]) -> str:
    validated = ExpectationSuiteValidationResult(
        success=all(result.is_passed for result in results),
        results=[_validated(result) for result in results],
        suite_name=dataset,
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": sum(result.is_passed for result in results),
            "unsuccessful_expectations": sum(not result.is_passed for result in results),
            "success_percent": 100.0 * sum(result.is_passed for result in results) / len(results),
        },
        meta={
            "run_id": {"run_name": "last run", "run_time": max(result.checked_at for result in results).isoformat()},
            "batch_kwargs": {"data_asset_name": dataset},
        },
    )
    return _offline(DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(validated)))


def _validated(result: CheckResult) -> ExpectationValidationResult:
    """A redacted result in the shape that the renderer takes."""
    configuration = ExpectationConfiguration(
        type="unexpected_rows_expectation",
        kwargs={"unexpected_rows_query": "{batch}", "description": f"{result.check_name} ({result.expected})"},
        description=f"{result.check_name} ({result.expected})",
        meta={"check_id": result.check_id},
        severity="critical" if result.severity == "error" else "warning",
    )
    return ExpectationValidationResult(
        success=result.is_passed,
        expectation_config=configuration,
        result={"observed_value": result.observed},
        exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
    )


def _offline(page: str) -> str:
    """The page without anything that it would ask the network for, with the style that lies beside it."""
    page = _IMPORT.sub("", _SCRIPT.sub("", _REMOTE.sub("", page)))
    page = re.sub(r'<a\b[^>]*href="(?:https?://|[./]*/expectations/)[^>]*>(.*?)</a>', r"\1", page, flags=re.DOTALL)
    # Otherwise random for every page: the same results give the same bytes.
    page = _PAGE_ID.sub("", page).replace("../../../../index.html", "index.html")
    page = page.replace(">Home</a>", ">Kiểm tra phân bố số liệu</a>")
    return page.replace("</head>", f'<link rel="stylesheet" href="{_STYLE.name}"></head>', 1)
