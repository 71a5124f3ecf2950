"""The passphrase of a backup: from a file, from a variable, or asked for."""

import os
import sys
from pathlib import Path

import typer

from poverty_cli.terminal import Terminal

VARIABLE = "POVERTY_BACKUP_PASSPHRASE"
_LEAST = 12


def passphrase_from(file: Path | None, *, is_new: bool) -> str:
    """The passphrase; a new one is asked for twice and has twelve characters at least. Exits 2 where there is none."""
    if file is not None:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        given = lines[0] if lines else ""
    elif os.environ.get(VARIABLE):
        given = os.environ[VARIABLE]
    elif sys.stdin.isatty():
        given = typer.prompt("Passphrase of the backup", hide_input=True, confirmation_prompt=is_new)
    else:
        raise _refused(f"There is no passphrase: give --passphrase-file, set {VARIABLE}, or run it on a terminal.")
    if is_new and len(given) < _LEAST:
        raise _refused(f"The passphrase must have {_LEAST} characters at least.")
    return given


def _refused(sentence: str) -> typer.Exit:
    Terminal(stderr=True).print(sentence, soft_wrap=True)
    return typer.Exit(2)
