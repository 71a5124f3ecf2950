"""What `poverty publish --public` prints: where the open-data edition is and how much of it is left out."""

from rich.console import Console
from rich.table import Table

from base.home import Home
from publication.open_data.edition import PRIMARY, PUBLISHED, SECONDARY, write_edition
from publication.open_data.suppression import LARGEST, SMALLEST


def make_open_data(console: Console, home: Home) -> None:
    """Write the open-data edition of the current release and report how many cells of each table were left out."""
    edition = write_edition(home)
    table = Table(title=f"Open data: counts from {SMALLEST} to {LARGEST} are left out", title_justify="left")
    table.add_column("Table")
    for heading in ("Published", "Left out (small)", "Left out (to protect them)"):
        table.add_column(heading, justify="right")
    for name, cells in edition.cells.items():
        table.add_row(name, *(f"{cells[kind]:,}" for kind in (PUBLISHED, PRIMARY, SECONDARY)))
    console.print(table)
    console.print(f"Open data:   {edition.folder}", soft_wrap=True)
