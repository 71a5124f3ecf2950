"""The bare decode that ingestion is measured against: `python -m bench.decode READER FOLDER WORKERS`.

What belongs here: reading every sheet of every workbook as text and nothing else, in the same processes as ingestion:
the same pool, start method, number of workers and batches. Imports only what that needs.
"""

import multiprocessing
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pebble import ProcessPool

FILES_PER_BATCH = 32


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
    import polars

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


def main(reader: str, folder: str, workers: str) -> None:
    decode, preload = READERS[reader]
    files = sorted(path for path in Path(folder).rglob("*.xlsx"))
    batches = [files[start : start + FILES_PER_BATCH] for start in range(0, len(files), FILES_PER_BATCH)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.decode", *preload])
    with ProcessPool(max_workers=int(workers), context=context) as pool:
        futures = [pool.schedule(decode, args=[batch]) for batch in batches]
        print(sum(future.result() for future in futures))


if __name__ == "__main__":
    # The pool's processes must find the functions under the module's own name.
    from bench.decode import main as run

    run(*sys.argv[1:])
