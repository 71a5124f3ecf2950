"""The commands `poverty backup` and `poverty restore`: their options, their exit codes and what they say."""

from pathlib import Path
from typing import Annotated

import typer

from base.home import Home
from ingestion.ingest import files_to_read
from ingestion.published_heads import open_registry
from operations.backup import Choice, RefusedBackupError, back_up
from operations.encrypted_file import BrokenBackupError
from operations.restore import NotEmptyError
from operations.restore import restore as bring_back
from poverty_cli.passphrase import passphrase_from
from poverty_cli.terminal import Terminal

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        exists=True,
        dir_okay=False,
        readable=True,
        help="Its first line is the passphrase; without it $POVERTY_BACKUP_PASSPHRASE, else it is asked for.",
    ),
]


def backup(
    target: Annotated[
        Path,
        typer.Argument(metavar="FOLDER_OR_FILE", help="A folder outside the home, or a file that is not there yet."),
    ],
    releases: Annotated[Choice, typer.Option("--releases", help="Which releases to keep as well.")] = "current",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write archive, registry, decisions, keys and releases into one encrypted file, also while a run goes on."""
    home, console = Home.from_environment(), Terminal()
    if not home.registry.exists():
        _refuse(f"{home.root} has received no file yet; there is nothing to back up.")
    home.create()
    passphrase = passphrase_from(passphrase_file, is_new=True)
    try:
        done = back_up(home, target, passphrase, releases)
    except RefusedBackupError as problem:
        _refuse(str(problem))
    console.print(
        f"Backup: {done.path}, {done.files:,} files, {done.size / 2**20:,.1f} MB, releases: "
        f"{', '.join(done.releases) or 'none'}. Without the passphrase nobody can read it.",
        soft_wrap=True,
    )
    unread = len(files_to_read(home, open_registry(home))[0])
    if unread:
        console.print(f"{unread:,} files are not read yet and not in it, unless the archive has them: `poverty run`.")
    if done.lost:
        Terminal(stderr=True).print(
            f"{done.lost:,} received files are missing in the archive or are not as they came: bring them back from an "
            "older backup, and keep that one.",
            soft_wrap=True,
        )
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(metavar="BACKUP", exists=True, dir_okay=False, readable=True)],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Bring a backup back into an empty home."""
    home = Home.from_environment()
    passphrase = passphrase_from(passphrase_file, is_new=False)
    try:
        done = bring_back(home, file, passphrase)
    except NotEmptyError as problem:
        _refuse(str(problem))
    except BrokenBackupError as problem:
        Terminal(stderr=True).print(f"{problem} Nothing was restored.", soft_wrap=True)
        raise typer.Exit(1) from None
    Terminal().print(
        f"Restored into {home.root}: {done.files:,} files as of {done.made_at}, releases: "
        f"{', '.join(done.releases) or 'none'}. `poverty run` reads the archive again, builds and publishes.",
        soft_wrap=True,
    )


def _refuse(sentence: str) -> None:
    Terminal(stderr=True).print(sentence, soft_wrap=True)
    raise typer.Exit(2)
