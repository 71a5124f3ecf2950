"""Publish the tables of a home without checks and reports: `python -m bench.publish_tables HOME`."""

import sys
from pathlib import Path

from base.home import Home
from publication.inputs import inputs_of
from publication.release import publish


def main(root: str) -> None:
    """Make a release of what is in the build file."""
    home = Home(Path(root))
    publish(home, "bench", [], inputs_of(home), lambda *_: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
