"""Macros of the dbt project rendered without dbt, so that a rule has one place in SQL."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment

from base.product import DBT

# What can be rendered: files that need no more of dbt than the dispatch of portability.sql.
_FILES = ("portability.sql", "text.sql", "parse.sql", "areas.sql", "measures.sql", "source_files.sql")
_ENGINE = "duckdb"


def dbt_macro(name: str) -> Callable[..., str]:
    """A macro by its name; called, it gives SQL for DuckDB."""
    macro: Callable[..., str] = getattr(_module(), name)
    return macro


@cache
def _module() -> Any:
    def dispatch(name: str) -> Callable[..., str]:
        return dbt_macro(f"{_ENGINE}__{name}")

    text = "\n".join((DBT / "macros" / file).read_text(encoding="utf-8") for file in _FILES)
    dbt = {"adapter": SimpleNamespace(dispatch=dispatch), "return": lambda sql: sql}
    return Environment(autoescape=False).from_string(text, globals=dbt).module
