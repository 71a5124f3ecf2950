"""What DuckDB and Spark read differently stands in the dispatched macros only."""

import re

import pytest

from base.product import DBT

# The places where engines may differ: dispatched macros, and how tables are written and files are read.
ENGINES = {"portability.sql", "materialize_table.sql", "reference_relations.sql", "kept_rows.sql"}
_FORBIDDEN = {
    r"\bvarchar\b": "string",
    r"\bhugeint\b": "bigint",
    r"::": "cast",
    r"\brecursive\b": "steps that double, as in link_chains: Spark ends a recursion after 100 levels",
    r"\bsha256\s*\(|\bnfc_normalize\s*\(|\bregexp_\w+\s*\(|\bsimilar to\b|\bglob\b": "a macro of portability.sql",
    r"\bstring_agg\s*\(|\bgroup_concat\s*\(|\blist(agg)?\s*\(": "dbt.listagg or concat_in_order",
    r"\blist_\w+\s*\(|\barray_\w+\s*\(|\bunnest\s*\(|\bexplode\s*\(|\bstruct\w*\s*\(": "rows instead of lists",
    r"\bgenerate_series\s*\(|\bsequence\s*\(": "a loop of selects",
    r"\bstr[fp]time\s*\(|\bdate_\w+\s*\(|\bdatediff\s*\(|\binterval\b|\bmake_date\s*\(": "year, month and day",
    r"\barg_m\w+\s*\(|\bmax_by\s*\(|\bmin_by\s*\(|\bfirst\s*\(|\blast\s*\(|\bany_value\s*\(": "row_number",
    r"\bmedian\s*\(|\bquantile\w*\s*\(|\bmode\s*\(|\bhash\s*\(": "nothing: engines round or hash in another way",
    r"\bread_\w+\s*\(|\bselect \* (exclude|replace)\b|\bcolumns\s*\(\s*'|\b(group|order) by all\b": "plain SQL",
    r"\bfilter\s*\(\s*where\b": "sum of a case",
    r"\bilike\b|\bstarts_with\s*\(|\bcontains\s*\(": "like",
    r"\bnow\s*\(|\bcurrent_(date|time|timestamp)\b": "build_date()",
    # A text on Spark, a name in DuckDB.
    r'"': "adapter.quote",
}
_NOT_SQL = re.compile(r"\{#.*?#\}|\{%.*?%\}|--[^\n]*|\{\{.*?\}\}|'[^'\n]*'", re.DOTALL)


def differences(text: str) -> list[str]:
    """What a model may not hold, each with what serves instead."""
    sql = _NOT_SQL.sub(" ", text).lower()
    return [
        f"{found[0]!r}: write {instead}"
        for pattern, instead in _FORBIDDEN.items()
        if (found := re.search(pattern, sql))
    ]


def test_models_hold_what_both_engines_read_alike() -> None:
    files = [path for folder in ("models", "macros", "tests") for path in sorted((DBT / folder).rglob("*.sql"))]
    assert len(files) > 150
    found = {
        str(path.relative_to(DBT)): wrong
        for path in files
        if path.name not in ENGINES and (wrong := differences(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_every_dispatched_macro_is_there_for_both_engines() -> None:
    text = "".join((DBT / "macros" / name).read_text(encoding="utf-8") for name in sorted(ENGINES))
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'\)", text))
    for engine in ("duckdb", "spark"):
        assert dispatched <= set(re.findall(rf"macro {engine}__(\w+)\(", text)), engine


@pytest.mark.parametrize(
    "sql",
    [
        "select cast(a as varchar)",
        "select a::int",
        'select "file"',
        "with recursive a",
        "select sum(a) filter (where b)",
        "select string_agg(a, ',')",
    ],
)
def test_a_difference_is_found(sql: str) -> None:
    assert differences(sql)


def test_comments_and_texts_are_no_sql() -> None:
    assert differences("{# varchar #} select 'a::b' -- recursive\n{{ dbt.listagg('a') }}") == []
