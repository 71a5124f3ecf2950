"""What `poverty publish --public` prints: where the open-data edition is and how much of it is left out."""

from rich.console import Console
from rich.table import Table

from base.home import Home
from base.release_layout import REPORTS
from publication.open_data.edition import EARLIER, PRIMARY, PUBLISHED, SECONDARY, write_edition
from publication.open_data.suppression import LARGEST, SMALLEST
from reports.open_pages.pages import write_open_pages


def make_open_data(console: Console, home: Home) -> None:
    """Write the open-data edition of the current release and report how many cells of each table were left out."""
    edition = write_edition(home, write_open_pages)
    table = Table(title=f"Open data: counts from {SMALLEST} to {LARGEST} are left out", title_justify="left")
    table.add_column("Table")
    for heading in ("Published", "Left out (small)", "Left out (to protect them)", "Left out before"):
        table.add_column(heading, justify="right")
    for name, cells in edition.cells.items():
        table.add_row(name, *(f"{cells[kind]:,}" for kind in (PUBLISHED, PRIMARY, SECONDARY, EARLIER)))
    console.print(table)
    console.print(f"Open data:   {edition.folder}", soft_wrap=True)
    console.print(f"Pages:       {edition.folder / REPORTS / 'index.html'}", soft_wrap=True)
