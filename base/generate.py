"""What dbt must know when it parses, written from the reference tables by `python -m base.generate`.

The program keeps them in the account's cache; `dbt/generated/` of a checkout is for the linter and tests of models.
A file is only written when it differs, so that dbt parses again only when it must.
"""

import json
from pathlib import Path
from typing import Any

import jinja2

from base.product import ROOT
from base.reference import load_tables, read_table, table_path
from base.reference_rules import TYPE_OF_KIND

_TEMPLATES = ROOT / "dbt" / "templates"
GENERATED_FOLDER = ROOT / "dbt" / "generated"
# Whole tables that unit tests of models are given.
_FIXTURES = ("ethnicities", "standard_indicators")


def generate(folder: Path = GENERATED_FOLDER) -> None:
    """Write every generated file that is missing or different."""
    _write(folder / "models" / "reference.yml", _sources())
    # dbt has {{ }} and {% %} for itself.
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    names = _names()
    for path in sorted(_TEMPLATES.iterdir()):
        kind = "macros" if path.suffix == ".sql" else "models"
        _write(folder / kind / path.name, environment.get_template(path.name).render(**names))
    for name in _FIXTURES:
        content = table_path(load_tables()[name]).read_text(encoding="utf-8")
        _write(folder / "tests" / "fixtures" / f"{name}.csv", content)


def _names() -> dict[str, Any]:
    """What the templates of dbt/templates/ can name, in the order of the reference tables.

    `fields` has name, kind and personal class of each field by role; `typed_fields` the same for the typed columns of
    staging; `names_by_role_and_kind` names only. `needs` are those that a form asks for, `need_children` the parts of
    each need that has parts.
    """
    fields: dict[str, list[dict[str, str]]] = {}
    names: dict[str, dict[str, list[str]]] = {}
    for row in read_table("fields"):
        field = {"name": row["field"], "kind": row["kind"], "personal": row["personal"]}
        fields.setdefault(row["role"], []).append(field)
        names.setdefault(row["role"], {kind: [] for kind in TYPE_OF_KIND})[row["kind"]].append(row["field"])
    needs = read_table("needs")
    children: dict[str, list[str]] = {row["parent_code"]: [] for row in needs if row["parent_code"]}
    for row in needs:
        if row["parent_code"]:
            children[row["parent_code"]].append(row["need_code"])
    return {
        "fields": fields,
        "typed_fields": {role: _typed(listed) for role, listed in fields.items()},
        "names_by_role_and_kind": names,
        "indicators": read_table("indicators"),
        "needs": [row for row in needs if row["need_code"] not in children],
        "need_children": children,
        "causes": read_table("causes"),
        "survey_years": read_table("survey_years"),
    }


def _typed(fields: list[dict[str, str]]) -> list[dict[str, str]]:
    """The columns of staging: a date that may be a year alone is two of them."""
    typed = []
    for field in fields:
        if field["kind"] == "date_or_year":
            typed += [{**field, "name": f"{field['name']}_{part}"} for part in ("date", "year")]
        elif field["kind"] != "not_read":
            typed.append(field)
    return typed


def _write(path: Path, content: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(content, encoding="utf-8")
    partial.replace(path)


def _sources() -> str:
    """The reference tables as sources of dbt; JSON is YAML."""
    tables = [
        {
            "name": table.name,
            "description": f"reference/{table.file}",
            "config": {
                "meta": {
                    "external_location": "read_parquet('{{ env_var('POVERTY_HOME') }}/warehouse/reference/"
                    f"{table.name}.parquet')"
                }
            },
            "columns": [
                {"name": column.name, "description": column.description, "data_type": column.type}
                for column in table.columns
            ],
        }
        for table in load_tables().values()
    ]
    source = {"name": "reference", "description": "The facts of reference/, checked before a build.", "tables": tables}
    return json.dumps({"version": 2, "sources": [source]}, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    generate()
