"""Rolling back: `published/current` means an earlier release again."""

from pathlib import Path

import duckdb

from base.home import Home
from base.locks import held
from base.release_files import file_problems
from base.release_layout import DATABASE, read_datapackage, releases
from base.signature import signature_problems
from ingestion.closures import closed_years
from ingestion.published_heads import is_of_another_key, open_registry
from publication.approved_figures import differences
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
        _refuse_open_years(home, release)
        switch_current(home.current, release)


def _refuse_open_years(home: Home, release: Path) -> None:
    """A closed year is reopened by a decision, never by an older release that has it open or with other figures."""
    with duckdb.connect(str(release / DATABASE), read_only=True) as connection:
        has_closings = connection.execute(
            "select count(*) from duckdb_tables() where schema_name = 'quality' and table_name = 'closed_year'"
        ).fetchall()[0][0]
        query = "select survey_year from quality.closed_year where is_closed"
        known = {row[0] for row in connection.execute(query).fetchall()} if has_closings else set()
    for year, closure in sorted(closed_years(open_registry(home)).items()):
        others = differences(home, closure, release / DATABASE)
        if others or year not in known:
            why = f"has other figures: {others[0]}" if others else "was made before and has it open"
            raise CannotRollBackError(
                f"{year} is closed ({closure.decision}), and release {release.name} {why}. "
                f"`poverty reopen {year}` first."
            )


def newer_release(home: Home) -> str | None:
    """The newest kept release where it is not the current one: somebody rolled back."""
    kept = releases(home)
    return kept[-1].name if kept and home.current.exists() and kept[-1] != home.current.resolve() else None
