"""The bare decode that ingestion is measured against: `python -m bench.decode READER FOLDER WORKERS`.

It reads the same bytes in the same processes as ingestion (pool, start method, workers, batches) and does nothing else.
"""

import multiprocessing
import sys
from pathlib import Path

from pebble import ProcessPool

from bench.readers import READERS

FILES_PER_BATCH = 32


def main(reader: str, folder: str, workers: str) -> None:
    """Decode every workbook below a folder and print the number of rows."""
    decode, preload = READERS[reader]
    files = sorted(path for path in Path(folder).rglob("*.xlsx"))
    # Batches as in ingestion, the largest first.
    batches = [files[start : start + FILES_PER_BATCH] for start in range(0, len(files), FILES_PER_BATCH)]
    batches.sort(key=lambda batch: -sum(path.stat().st_size for path in batch))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.readers", *preload])
    with ProcessPool(max_workers=int(workers), context=context) as pool:
        futures = [pool.schedule(decode, args=[batch]) for batch in batches]
        print(sum(future.result() for future in futures))


if __name__ == "__main__":
    main(*sys.argv[1:])
