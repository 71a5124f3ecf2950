"""The cells of one sheet as columns of text, and what kind a cell is where it decides."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from base.text import NEEDS_FOLDING, fold
from ingestion.legacy_fonts import EVIDENCE, Decoder, decode_by_letters, decoder_of_font
from ingestion.workbook_xml import MAX_TEXT, Cell, XmlSheet, data_rows, shown_date

Rows = npt.NDArray[np.int32]


@dataclass
class SheetCells:
    """A sheet's cells as folded text, null where empty; errors and formulas without a result are null too.

    `row_numbers` and `column_numbers` count from 1 and ascend; rows and columns without content may be left out.
    `kinds`: the cells with their kinds by (row, column), None after the fast reading, which is used where no kind
    decides. `merged`: blocks as (first row, first column, last row, last column).
    """

    row_numbers: Rows
    column_numbers: Sequence[int]
    columns: list[pa.StringArray]
    kinds: dict[tuple[int, int], Cell] | None = None
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    has_1904_dates: bool = False

    def row(self, number: int) -> list[str | None]:
        """The cells of a sheet row, in the order of the columns."""
        place = int(np.searchsorted(self.row_numbers, number))
        if place == len(self.row_numbers) or self.row_numbers[place] != number:
            return [None] * len(self.columns)
        return self.row_at(place)

    def row_at(self, place: int) -> list[str | None]:
        """The cells of the row at a place (from 0) of `row_numbers`."""
        return [column[place].as_py() for column in self.columns]

    def place_from(self, row_number: int) -> int:
        """The place of the first row that is not above a sheet row."""
        return int(np.searchsorted(self.row_numbers, row_number))


def read_fast(batch: pa.RecordBatch, merged: list[tuple[int, int, int, int]]) -> SheetCells | None:
    """What the fast reader returned, folded; None where a text may be typed in a font of before Unicode.

    Its rows and columns begin at A1.
    """
    distinct = pc.unique(pa.concat_arrays(batch.columns))
    columns = batch.columns
    if pc.any(pc.match_substring_regex(distinct, NEEDS_FOLDING)).as_py():
        if pc.any(pc.match_substring_regex(distinct, EVIDENCE)).as_py():
            return None
        columns = [_folded(column) for column in columns]
    elif pc.any(pc.equal(distinct, "")).as_py():
        columns = [pc.if_else(pc.equal(column, ""), None, column) for column in columns]
    row_numbers = np.arange(1, batch.num_rows + 1, dtype=np.int32)
    return SheetCells(row_numbers, range(1, len(columns) + 1), columns, merged=merged)


def _folded(column: pa.StringArray) -> pa.StringArray:
    """A column with every text folded (base.text.fold), null where nothing is left."""
    encoded = pc.dictionary_encode(column)
    words = [fold(word) or None for word in encoded.dictionary.to_pylist()]
    return pc.take(pa.array(words, pa.string()), encoded.indices)


def read_kinds(sheet: XmlSheet, decoders: dict[int, Decoder], *, has_1904_dates: bool) -> SheetCells:
    """A sheet read with the kind of each cell. `decoders`: by column, how texts without a telling font were typed."""
    rows = list(data_rows(sheet))
    place_of_row = {row: place for place, row in enumerate(rows)}
    column_numbers = sorted({column for _, column in sheet.cells})
    columns: dict[int, list[str | None]] = {column: [None] * len(rows) for column in column_numbers}
    kinds = {}
    for (row, column), cell in sheet.cells.items():
        if cell.kind == "text":
            cell = Cell("text", decoded(cell, decoders.get(column)))
            if not cell.value:
                continue
        kinds[row, column] = cell
        columns[column][place_of_row[row]] = default_text(cell, has_1904_dates=has_1904_dates)
    return SheetCells(
        np.array(rows, dtype=np.int32),
        column_numbers,
        [pa.array(columns[column], pa.string()) for column in column_numbers],
        kinds,
        sheet.merged,
        has_1904_dates,
    )


def decoded(cell: Cell, decoder: Decoder | None) -> str:
    """The text of a text cell, in Unicode and folded; never longer than Excel lets a cell be."""
    of_font = decoder_of_font(cell.font)
    value = cell.value[: MAX_TEXT + 1]
    if of_font:
        value = of_font(value)
    elif decoder:
        value = decode_by_letters(value, decoder)
    return fold(value)


def default_text(cell: Cell, *, has_1904_dates: bool) -> str | None:
    """A cell as text where no field says what it should be."""
    if cell.kind in ("error", "uncalculated"):
        return None
    if cell.kind == "date":
        return shown_date(cell.value, has_1904_dates=has_1904_dates) or cell.value
    return cell.value
