"""One ingestion of a home, alone in its process: `python -m bench.read_province HOME WORKERS`."""

import sys
from pathlib import Path


def main(home: str, workers: str) -> None:
    """Ingest what has landed in a home and print what was read."""
    from base.home import Home
    from ingestion.ingest import ingest

    report = ingest(Home(Path(home)), workers=int(workers))
    print(report.accepted, report.rejected, report.household_rows, report.member_rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
