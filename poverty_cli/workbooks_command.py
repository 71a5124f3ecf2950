"""The command `poverty workbooks`."""

import typer

from base.home import Home
from poverty_cli.terminal import Terminal
from reports.topic_workbooks import write_topic_workbooks


def workbooks() -> None:
    """The figures of the current release as Excel workbooks, one per topic, with sheets ready for a pivot table."""
    home = Home.from_environment()
    if not home.current.exists():
        Terminal(stderr=True).print("Nothing is published yet. `poverty run` does everything.")
        raise typer.Exit(1)
    release = home.current.resolve()
    files = write_topic_workbooks(release, home.root / "reports" / "topics" / release.name)
    Terminal().print(f"{len(files)} workbooks: {files[0].parent}", soft_wrap=True, markup=False)
