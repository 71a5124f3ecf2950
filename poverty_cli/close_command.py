"""The commands `poverty close`, `poverty reopen` and `poverty recognition`: their options and what they say."""

from datetime import date, datetime
from typing import Annotated, NoReturn

import typer

from base.home import Home
from base.reference import survey_years
from poverty_cli.terminal import Terminal

Year = Annotated[
    int, typer.Argument(metavar="YEAR", min=survey_years()[0], max=survey_years()[-1], help="The survey year.")
]
By = Annotated[str, typer.Option("--by", help="Who decides: an office or an official's whole name; published.")]


def close(
    year: Year,
    decision: Annotated[str, typer.Option("--decision", help="Number of the recognition decision: 123/QĐ-UBND.")],
    decided_on: Annotated[str, typer.Option("--date", help="Its date: 2024-12-20 or 20/12/2024.")],
    signer: Annotated[str, typer.Option("--signer", help="Who signed it: an office or a whole name; published.")],
    by: By,
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Also where communes are missing or files are provisional.")
    ] = False,
) -> None:
    """Close a survey year by its recognition decision: its published figures are the approved ones from now on."""
    from operations.closing import CannotCloseError, Recognition, close_year  # DuckDB only when asked for

    home, console = Home.from_environment().create(), Terminal()
    try:
        entry = close_year(home, year, Recognition(decision, _date(decided_on), signer), by, incomplete=incomplete)
    except CannotCloseError as problem:
        _refuse(problem)
    console.print(
        f"{year} is closed by decision {entry['decision_number']} of {entry['decided_on']}, with the figures of "
        f"release {entry['release_id']}.",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )
    console.print(
        "What comes later for it, or for a year before it, is held: `poverty status` lists it, `poverty reopen` takes "
        "it in. `poverty run` publishes the closing.",
        soft_wrap=True,
    )


def reopen(
    year: Year, by: By, reason: Annotated[str, typer.Option("--reason", help="Why; it stays on record.")]
) -> None:
    """Reopen a closed survey year: the next run counts the files and decisions that were held."""
    from operations.closing import CannotCloseError, reopen_year

    home = Home.from_environment().create()
    try:
        files = reopen_year(home, year, by, reason)
    except CannotCloseError as problem:
        _refuse(problem)
    Terminal().print(
        f"{year} is open again. `poverty run` counts {files:,} files that were held, and decisions that wait for it.",
        soft_wrap=True,
        highlight=False,
    )


def recognition(
    year: Year,
    commune: Annotated[str | None, typer.Option("--commune", help="Commune code; all communes when left out.")] = None,
) -> None:
    """Lists of a closed year by commune, as Excel for the owner alone: who gets a certificate, and who escaped."""
    from reports.forms.fill import FiguresDisagreeError
    from reports.forms.year_figures import NoFormsError
    from reports.recognition import write_recognition

    try:
        made = write_recognition(Home.from_environment().create(), year, commune)
    except (NoFormsError, FiguresDisagreeError) as problem:
        Terminal(stderr=True).print(str(problem), soft_wrap=True, markup=False)
        raise typer.Exit(1) from None
    workbooks = f"{len(made)} workbook{'s' if len(made) != 1 else ''}"
    place = made[0] if commune else made[0].parent
    Terminal().print(f"{workbooks}: {place}", soft_wrap=True, markup=False)
    Terminal().print("They hold personal data: only the owner of this account can open them.", soft_wrap=True)


def _date(text: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    Terminal(stderr=True).print("--date must be a date such as 2024-12-20 or 20/12/2024.", soft_wrap=True)
    raise typer.Exit(2)


def _refuse(problem: ValueError) -> NoReturn:
    Terminal(stderr=True).print(str(problem), soft_wrap=True, markup=False)
    raise typer.Exit(2) from None
