"""The answers kept beside the files: whose row each household row is, and what was planted."""

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from base.forms import Form
from sample.planting.planted import COLUMNS, Planted
from sample.submissions import Submission, first_data_row

LINKS = pa.schema(
    [
        ("file", pa.string()),  # relative to the landing folder
        ("row_number", pa.int32()),  # worksheet row of the household sheet, from 1
        ("survey_year", pa.int16()),
        ("commune_code", pa.string()),
        ("household_code", pa.string()),
        ("true_household_id", pa.string()),
    ]
)


def links_of(submission: Submission, form: Form) -> pa.Table:
    """One row per household row of a file."""
    codes, true_ids = submission.households["household_code"], submission.households["true_household_id"]
    first, size = first_data_row(form.sheets["household"]), len(codes)
    columns = [
        [submission.path] * size,
        list(range(first, first + size)),
        [submission.survey_year] * size,
        [submission.commune_code] * size,
        codes,
        [f"H{number + 1:07d}" for number in true_ids],
    ]
    return pa.table(columns, schema=LINKS)


def write_truth(truth: Path, links: list[pa.Table], planted: list[Planted]) -> None:
    """Writes `links.parquet` and `planted.csv` into the folder."""
    truth.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.concat_tables(links) if links else LINKS.empty_table(), truth / "links.parquet")
    with (truth / "planted.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(one.as_row() for one in planted)
