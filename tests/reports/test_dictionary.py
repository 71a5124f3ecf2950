"""The dictionary of a release explains every public table, column and check."""

import html
import re

import duckdb

from base.home import Home
from base.release_layout import DATABASE
from reports.dictionary.pages import CHECKS_PAGE, TABLES_PAGE


def test_the_dictionary_names_every_public_table_column_and_check(clean_home: Home) -> None:
    reports = clean_home.current / "reports"
    page = (reports / TABLES_PAGE).read_text(encoding="utf-8")
    explained = set()
    for section in re.split(r'<h2 id="', page)[1:]:
        table = section.partition('"')[0]
        for column, meaning in re.findall(r'<tr><td><code>(\w+)</code></td>.*<td lang="en">(.*)</td></tr>', section):
            assert html.unescape(meaning).strip() not in ("", "None"), (table, column)
            explained.add(f"{table}.{column}")
    with duckdb.connect(clean_home.current / DATABASE, read_only=True) as connection:
        columns = connection.execute(
            "select table_schema || '.' || table_name || '.' || column_name from information_schema.columns"
        ).fetchall()
        checks = connection.execute("select check_code from quality.check").fetchall()
    assert explained == {name for (name,) in columns}
    page = (reports / CHECKS_PAGE).read_text(encoding="utf-8")
    assert [code for (code,) in checks if f'<tr id="{code}">' not in page] == []
    assert f'href="{TABLES_PAGE}"' in (reports / "index.html").read_text(encoding="utf-8")
