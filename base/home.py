"""Where everything lies under `$POVERTY_HOME`, and who may read it."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "POVERTY_HOME"
OPEN_VARIABLE = "POVERTY_OPEN_RELEASES"
OWNER_ONLY = 0o700
_OTHERS = 0o007
_ENTER = 0o001


def published_rights() -> tuple[int, int]:
    """(rights of folders, rights of files) of what is published: owner and group, everybody where the setting says so.

    Nobody may write to a file: a release never changes.
    """
    return (0o755, 0o444) if os.environ.get(OPEN_VARIABLE) == "1" else (0o750, 0o440)


@dataclass(frozen=True)
class Home:
    """The folders of one warehouse."""

    root: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """The home that `$POVERTY_HOME` names, else `./data`."""
        return cls(Path(os.environ.get(HOME_VARIABLE) or "data").resolve())

    @property
    def landing(self) -> Path:
        """What communes send; read only for us."""
        return self.root / "landing"

    @property
    def archive(self) -> Path:
        """Every file ever received, by checksum, and the registry."""
        return self.root / "archive"

    @property
    def registry(self) -> Path:
        """The append-only list of what was received and decided."""
        return self.archive / "registry.jsonl"

    @property
    def finding_ledger(self) -> Path:
        """The findings of the releases published so far, with when they were seen and how they were resolved."""
        return self.archive / "finding_ledger.parquet"

    @property
    def raw(self) -> Path:
        """Parquet with every cell as text."""
        return self.root / "raw"

    @property
    def warehouse(self) -> Path:
        """The build file and what belongs to one build."""
        return self.root / "warehouse"

    @property
    def build_file(self) -> Path:
        """The DuckDB file that dbt writes; holds personal data and is never published."""
        return self.warehouse / "build.duckdb"

    @property
    def reference(self) -> Path:
        """The reference tables of the build as Parquet, where dbt reads them."""
        return self.warehouse / "reference"

    @property
    def data_docs(self) -> Path:
        """Great Expectations' pages about the checks of the build; a release takes a copy."""
        return self.warehouse / "data_docs"

    @property
    def build_lock(self) -> Path:
        """Held by the one step that may write the build file."""
        return self.warehouse / "build.lock"

    @property
    def backup_lock(self) -> Path:
        """Held by the one backup that is being written."""
        return self.warehouse / "backup.lock"

    @property
    def backup_note(self) -> Path:
        """Names the unfinished file of a backup, which lies outside the home."""
        return self.warehouse / "unfinished_backup.txt"

    @property
    def registry_lock(self) -> Path:
        """Held by the one ingestion, or decision about a file, that may write archive, registry and raw."""
        return self.archive / "registry.lock"

    @property
    def secrets(self) -> Path:
        """The pseudonym key."""
        return self.root / "secrets"

    @property
    def decisions(self) -> Path:
        """What people decided: links between households, waivers, corrections."""
        return self.root / "decisions"

    @property
    def published(self) -> Path:
        """Releases and the `current` link."""
        return self.root / "published"

    @property
    def current(self) -> Path:
        """The current release."""
        return self.published / "current"

    @property
    def truth(self) -> Path:
        """What the sample province's generator knows and the warehouse must find out; absent for real data."""
        return self.root / "sample_truth"

    @property
    def dagster(self) -> Path:
        """The Dagster instance: its history may name files of landing."""
        return self.root / "dagster"

    @property
    def logs(self) -> Path:
        """What the last run of each command said."""
        return self.root / "logs"

    @property
    def private(self) -> tuple[Path, ...]:
        """The folders that nobody but the owner may open."""
        return self.archive, self.raw, self.warehouse, self.secrets, self.decisions, self.dagster, self.logs

    def private_folder(self, *names: str) -> Path:
        """Make a folder below `private/` that, like those above it, the owner alone can open."""
        folder = self.root
        for name in ("private", *names):
            folder = folder / name
            folder.mkdir(exist_ok=True)
            folder.chmod(OWNER_ONLY)
        return folder

    def create(self) -> "Home":
        """Make the folders; those that hold personal data can be opened by their owner only.

        From here on this process, and every process that it starts, makes files that only their owner can read;
        publication opens a release to its readers. A landing folder that is there keeps the rights that it was given.
        """
        is_new = not self.root.exists()
        self.root.mkdir(parents=True, exist_ok=True)
        if not self.landing.exists():
            self.landing.mkdir(parents=True)
            self.landing.chmod(OWNER_ONLY)
        self.published.mkdir(exist_ok=True)
        folder_rights, _ = published_rights()
        with contextlib.suppress(PermissionError):  # another account of the group looks at a home that is not its own
            self.published.chmod(folder_rights)
            rights = 0o750 if is_new else self.root.stat().st_mode & 0o7777 & ~_OTHERS
            # Others pass through to what they were given: an open release, or a landing folder that they deliver to.
            is_passed = (folder_rights | self.landing.stat().st_mode) & _OTHERS
            self.root.chmod(rights | _ENTER if is_passed else rights)
        os.umask(0o077)
        for folder in self.private:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(OWNER_ONLY)
        return self
