"""What dbt must know when it parses, written from the reference tables by `python -m base.generate`.

`dbt/generated/` is a build product. A file is only written when it differs, so that dbt parses again only when it must.
"""

import json
from pathlib import Path

from base.product import ROOT
from base.reference import load_tables, table_path

GENERATED_FOLDER = ROOT / "dbt" / "generated"
# Whole tables that unit tests of models are given.
_FIXTURES = ("ethnicities", "standard_indicators")


def generate(folder: Path = GENERATED_FOLDER) -> None:
    """Write every generated file that is missing or different."""
    _write(folder / "models" / "reference.yml", _sources())
    for name in _FIXTURES:
        content = table_path(load_tables()[name]).read_text(encoding="utf-8")
        _write(folder / "tests" / "fixtures" / f"{name}.csv", content)


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
