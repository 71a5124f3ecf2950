"""One generation of the sample province, alone in its process: `python -m bench.make_sample FOLDER SEED`."""

import sys
from pathlib import Path


def main(folder: str, seed: str) -> None:
    """Write `landing` and `truth` below a folder."""
    from sample import generate_province

    made = generate_province(Path(folder) / "landing", Path(folder) / "truth", int(seed))
    print(made.files, made.household_rows, made.member_rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
