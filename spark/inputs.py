"""The noisy sample of some communes with decisions, small enough for two engines: `python -m spark.inputs HOME`.

Runs in the environment of the product. Chosen so that no table of the build is empty.
"""

import csv
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from base.home import Home
from base.reference_build import write_reference
from base.sql import sql_files
from ingestion.decisions import (
    CORRECTION_COLUMNS,
    LINK_DECISION_COLUMNS,
    LINKS,
    write_decisions,
    write_first_waivers,
)
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key

# Communes that merged, and those in which the sample plants errors that few others have.
COMMUNES = {
    *("28777", "28807", "28810", "28813", "28870", "28903", "28993"),
    *("29032", "29110", "29122", "29143", "29158", "29161", "29167", "29227"),
}
_PACK = Path(__file__).resolve().parents[1] / "tests" / "packs" / "clean" / "landing"
_DECISION = {"reason": "đối chiếu phiếu giấy", "decided_by": "Xã", "decided_on": "2022-03-01"}
_IN_FORCE = "2099-12-31"


def main(root: str, *arguments: str) -> None:
    """Fill a new home up to where dbt starts; with `--smoke` of a few workbooks of the tests."""
    # Not above: the readers' processes import this module too, and refuse what a sample needs.
    from sample import generate_province

    home = Home(Path(root)).create()
    waivers: list[dict[str, str]] = []
    if arguments == ("--smoke",):
        for path in sorted(_PACK.glob("202[12]/*-29161.xlsx")):
            shutil.copy(path, home.landing)
    else:
        waivers = generate_province(home.landing, home.root / "truth", commune_codes=COMMUNES).waivers
    ensure_key(home)
    ingest(home)
    with duckdb.connect() as connection:
        _write(home, "corrections.csv", CORRECTION_COLUMNS, _corrections(home, connection))
        _write(home, LINKS, LINK_DECISION_COLUMNS, _links(home, connection))
    waivers.append({"check_code": "no_accepted_file", "expires_on": _IN_FORCE, **_DECISION})
    write_first_waivers(home, waivers)
    write_decisions(home)
    write_reference(home)


def _corrections(home: Home, connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """One cell of every kind of sheet, and one whose old value is wrong."""
    cells = (
        ("household", "member_count", "cast(member_count as integer) + 1", "true"),
        ("household", "head_name", "head_name || ' A'", "true"),
        ("member", "full_name", "full_name || ' B'", "true"),
        ("total", "value", "cast(value as integer) + 1", "field = 'resident_households'"),
    )
    for role, column, new_value, condition in cells:
        named = "field" if role == "total" else f"'{column}'"
        cell = connection.execute(
            f"select source_file_id, sheet, row_number, {named}, {column}, {new_value} "
            f"from read_parquet({sql_files(home.raw / role, '*.parquet')}, union_by_name = true) "
            f"where {condition} and {column} is not null order by all limit 1"
        ).fetchone()
        assert cell is not None
        file, sheet, row, field, old, new = cell
        line = {"file": file, "sheet": sheet, "row": row, "column": field, "old_value": old, "new_value": new}
        yield {**line, **_DECISION}
        if role == "member":
            yield {**line, "old_value": "khác", **_DECISION}


def _links(home: Home, connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """Two households of 2022 of which one is that of a row of 2021, and one is new."""
    rows = connection.execute(
        "select source_file_id, row_number, survey_year from "
        f"read_parquet({sql_files(home.raw / 'household', '*.parquet')}, union_by_name = true) as cells "
        f"inner join read_parquet({sql_files(home.raw, 'source_file.parquet')}) as files "
        "using (source_file_id, extraction_id) where status = 'accepted' and survey_year in (2021, 2022) "
        "and commune_code = '29161' order by survey_year, row_number"
    ).fetchall()
    (earlier,) = [row for row in rows if row[2] == 2021][:1]
    later, new = [row for row in rows if row[2] == 2022][:2]
    line = {"source_file_id": later[0], "source_row": later[1], **_DECISION}
    yield {**line, "other_source_file_id": earlier[0], "other_source_row": earlier[1]}
    yield {**line, "source_row": new[1], "household_id": "new"}


def _write(home: Home, name: str, columns: tuple[str, ...], lines: Iterable[dict[str, Any]]) -> None:
    with (home.decisions / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
