"""The dictionary of a release: a page of all public tables and columns, and a page of all checks.

Tables and columns are explained by the comments of the release's database, checks by `quality.check`.
"""

from itertools import groupby
from pathlib import Path

from base.release_layout import PUBLIC_SCHEMAS
from reports.acting import acting_owner, release_day
from reports.audit.labels_vi import BLOCKS, ENGINE, KIND, OWNER, SEVERITY
from reports.page import Site, write_page
from reports.tables import ReleaseTables, Row, open_release

TABLES_PAGE = "dictionary/index.html"
CHECKS_PAGE = "dictionary/checks.html"


def write_dictionary(release: Path, site: Site) -> tuple[int, int]:
    """Write both pages of a release; returns how many tables and checks they explain."""
    with open_release(release) as tables:
        described = describe_tables(tables)
        checks = tables.rows("select * from quality.check order by engine, kind, level, check_code")
        ran = tables.rows(
            "select check_id, check_code, check_name, dataset, expected from quality.check_result order by all"
        )
    on = release_day(site.release_id)
    by_code = {code: list(rows) for code, rows in groupby(sorted(ran, key=_code), key=_code)}
    groups = [
        {"title": f"{ENGINE[engine]}: {KIND[kind]}", "checks": [_worded(check, by_code, on) for check in rows]}
        for (engine, kind), rows in groupby(checks, key=lambda check: (check["engine"], check["kind"]))
    ]
    title = "Từ điển dữ liệu: bảng và cột"
    write_page(site, TABLES_PAGE, "dictionary/tables.html.j2", title=title, tables=described)
    title = "Từ điển dữ liệu: các kiểm tra"
    write_page(site, CHECKS_PAGE, "dictionary/checks.html.j2", title=title, groups=groups)
    return len(described), len(checks)


def describe_tables(tables: ReleaseTables) -> list[Row]:
    """Every public table by name: `name`, `description`, `key` (columns) and `columns`.

    A column has `column_name`, `data_type`, `is_nullable` and `comment`.
    """
    columns = tables.rows(
        "select schema_name || '.' || table_name as name, column_name, lower(data_type) as data_type, is_nullable, "
        "comment from duckdb_columns() where list_contains(?, schema_name) order by name, column_index",
        list(PUBLIC_SCHEMAS),
    )
    keys = tables.rows(
        "select schema_name || '.' || table_name as name, constraint_column_names as key "
        "from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
    )
    comments = tables.rows("select schema_name || '.' || table_name as name, comment from duckdb_tables()")
    key_of = {row["name"]: row["key"] for row in keys}
    comment_of = {row["name"]: row["comment"] for row in comments}
    return [
        {"name": name, "description": comment_of[name], "key": key_of.get(name, []), "columns": list(rows)}
        for name, rows in groupby(columns, key=lambda row: str(row["name"]))
    ]


def _worded(check: Row, ran: dict[str, list[Row]], on: str) -> Row:
    return {
        **check,
        "severity_vi": SEVERITY[check["severity"]],
        "blocks_vi": BLOCKS[check["blocks"]],
        "owner_vi": OWNER[acting_owner(check["owner"], on)],
        "ran": ran.get(_code(check), []),
    }


def _code(row: Row) -> str:
    return str(row["check_code"])
