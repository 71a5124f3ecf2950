"""The commands `poverty decisions open`, `check` and `apply`: their options, exit codes and what they say."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.build_date import today
from base.foreign_text import shown
from base.home import Home
from base.locks import held
from base.reference import survey_years
from ingestion.decisions import append_decisions
from ingestion.free_text import what_forbids
from poverty_cli.terminal import Terminal

if TYPE_CHECKING:
    from poverty_cli.decision_trial import Trial
    from reports.decision_book.read import Answer

decisions = typer.Typer(no_args_is_help=True, help="Decide in an Excel workbook: open it, check it, apply it.")
_A_YEAR = timedelta(days=365)
_SIGNS = "Sở Nông nghiệp và Môi trường"
_ANSWERED = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, readable=True, metavar="FILE",
        help="The workbook of `decisions open`, or the list of `poverty feedback` that a commune answered.",
    ),
]  # fmt: skip


@decisions.command("open")
def open_book(
    year: Annotated[
        int | None, typer.Option("--year", min=survey_years()[0], max=survey_years()[-1], help="One survey year only.")
    ] = None,
) -> None:
    """Write the workbook to decide in: open findings and links with the cells beside them. In the private folder."""
    from reports.decision_book.write import write_book  # DuckDB and xlsxwriter only when asked for

    home = Home.from_environment().create()
    book = write_book(home, _release(home), today() + _A_YEAR, year)
    console = Terminal()
    console.print(f"{book.findings:,} findings, {book.links:,} links: {book.path}", soft_wrap=True, markup=False)
    console.print(
        "It holds values of cells: only the owner of this account can open it; do not send it.", soft_wrap=True
    )


@decisions.command()
def check(file: _ANSWERED) -> None:
    """Say what each answered row would do to which figure, or why it is refused. Nothing is written."""
    home = Home.from_environment().create()
    _tried(home, file, _SIGNS)


@decisions.command()
def apply(
    file: _ANSWERED,
    by: Annotated[str, typer.Option("--by", help="Who decides: an office or an official's whole name; published.")],
) -> None:
    """Record every answered row in the decision files, with who decided and today's date. All of them or none."""
    home = Home.from_environment().create()
    why = what_forbids(by.strip(), is_signature=True) if by.strip() else "để trống"
    if why:
        Terminal(stderr=True).print(f"--by {why}; hãy viết lại.", soft_wrap=True)
        raise typer.Exit(2)
    lines = _lines(_tried(home, file, by.strip()))
    with held(home.registry_lock, "reads workbooks or decides about a file"):
        numbers = append_decisions(home, lines)
    for name, added in numbers.items():
        Terminal().print(f"{len(added):,} lines were added to {home.decisions / name}.", soft_wrap=True, markup=False)
    Terminal().print("`poverty run` counts and publishes them." if numbers else "There is nothing to record.")


def _release(home: Home) -> Path:
    if not home.current.exists():
        Terminal(stderr=True).print("Nothing is published yet. `poverty run` does everything.", soft_wrap=True)
        raise typer.Exit(1)
    return home.current.resolve()


def _tried(home: Home, file: Path, by: str) -> "list[Answer]":
    """The answers of a workbook, after saying what each would do; exits 1 when one is refused."""
    from poverty_cli.decision_trial import NoTrialError, Trial, try_decisions
    from reports.decision_book.read import UnreadableAnswersError, read_answers

    console, errors = Terminal(), Terminal(stderr=True)
    release, on = _release(home), today()
    try:
        answers = read_answers(home, release, file.read_bytes(), by, on, on + _A_YEAR)
        lines = _lines(answers)
        trial = try_decisions(home, lines) if lines else Trial()
    except UnreadableAnswersError as problem:
        errors.print(str(problem), soft_wrap=True, markup=False)
        raise typer.Exit(2) from None
    except NoTrialError as problem:
        errors.print(str(problem), soft_wrap=True, markup=False)
        raise typer.Exit(1) from None
    refused = 0
    for answer, (sentence, is_valid) in zip(answers, _outcomes(answers, trial), strict=True):
        refused += not is_valid
        console.print(f"Trang «{shown(answer.sheet)}», hàng {answer.row}: {sentence}", soft_wrap=True, highlight=False)
    if trial.effects:
        console.print("Mọi đính chính của các xã này, cộng lại, so với tệp đã gửi:")
        for effect in trial.effects:
            console.print(f"  {effect}", soft_wrap=True, highlight=False)
    if not answers:
        console.print("Chưa có hàng nào được trả lời.")
    if refused:
        errors.print(f"{refused} hàng bị từ chối; chưa ghi gì. Hãy sửa các hàng đó rồi làm lại.", soft_wrap=True)
        raise typer.Exit(1)
    return answers


def _lines(answers: "list[Answer]") -> dict[str, list[dict[str, str | None]]]:
    lines: dict[str, list[dict[str, str | None]]] = {}
    for answer in answers:
        if answer.file_name:
            lines.setdefault(answer.file_name, []).append(dict(answer.line))
    return lines


def _outcomes(answers: "list[Answer]", trial: "Trial") -> list[tuple[str, bool]]:
    """(what would become of it, whether it is no fault) for each answer."""
    judged = {
        name: iter(list(zip(trial.sentences[name], trial.is_valid[name], strict=True))) for name in trial.sentences
    }
    return [
        next(judged[answer.file_name])
        if answer.file_name
        else (f"bị từ chối: {answer.remark}" if answer.is_refused else answer.remark, not answer.is_refused)
        for answer in answers
    ]
