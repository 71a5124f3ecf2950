"""Rolling back: `published/current` means an earlier release again."""

from pathlib import Path

from base.home import Home
from base.locks import held
from base.release_files import file_problems
from base.release_layout import read_datapackage, releases
from base.signature import signature_problems
from ingestion.published_heads import is_of_another_key
from publication.release import switch_current


class CannotRollBackError(RuntimeError):
    """The release cannot be current; the message says why in one sentence."""


def roll_back(home: Home, release: Path) -> None:
    """Make a kept release current. Raises CannotRollBackError, and then nothing has changed.

    The ledger of findings stays as it is: it knows more than the release, and the next release follows the newest one.
    """
    with held(home.build_lock, "builds or publishes"):
        description = read_datapackage(release)
        if description is None:
            raise CannotRollBackError(f"Release {release.name} is not whole: its description is missing.")
        problems = [*signature_problems(home, release), *file_problems(release, description)]
        if problems:
            raise CannotRollBackError(f"Release {release.name} is not what was published. {problems[0]}")
        if is_of_another_key(home, str(description.get("inputs", {}).get("registryHead", ""))):
            raise CannotRollBackError(
                f"Release {release.name} was made with another pseudonym key than the one in secrets/: its household "
                "ids fit no later release."
            )
        switch_current(home.current, release)


def newer_release(home: Home) -> str | None:
    """The newest kept release where it is not the current one: somebody rolled back."""
    kept = releases(home)
    return kept[-1].name if kept and home.current.exists() and kept[-1] != home.current.resolve() else None
