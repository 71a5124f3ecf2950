"""Bare readers of workbooks, one function each: every sheet as text and nothing else."""

from collections.abc import Callable, Sequence
from pathlib import Path


def decode_fastexcel(paths: Sequence[Path]) -> int:
    """All sheets to Arrow, every column text."""
    import fastexcel

    rows = 0
    for path in paths:
        reader = fastexcel.read_excel(path.read_bytes())
        for sheet in reader.sheet_names:
            rows += reader.load_sheet(sheet, header_row=None, dtypes="string", eager=True).num_rows
    return rows


def decode_calamine(paths: Sequence[Path]) -> int:
    """All sheets to lists of Python values."""
    from python_calamine import CalamineWorkbook

    rows = 0
    for path in paths:
        book = CalamineWorkbook.from_path(path)
        for sheet in book.sheet_names:
            rows += len(book.get_sheet_by_name(sheet).to_python())
    return rows


def decode_polars(paths: Sequence[Path]) -> int:
    """All sheets to polars frames, nothing inferred; polars reads workbooks through fastexcel."""
    import polars  # type: ignore[import-not-found]  # not locked: measured where it is installed

    rows = 0
    for path in paths:
        frames = polars.read_excel(
            path, sheet_id=0, has_header=False, infer_schema_length=0, drop_empty_rows=False, drop_empty_cols=False
        )
        rows += sum(len(frame) for frame in frames.values())
    return rows


READERS: dict[str, tuple[Callable[[Sequence[Path]], int], list[str]]] = {
    "fastexcel": (decode_fastexcel, ["fastexcel", "pyarrow"]),
    "python-calamine": (decode_calamine, ["python_calamine"]),
    "polars": (decode_polars, ["polars"]),
}
# The package of each reader; one that is not installed is left out.
MODULES = {"fastexcel": "fastexcel", "python-calamine": "python_calamine", "polars": "polars"}
