"""Where everything lies under `$POVERTY_HOME`, and who may read it."""

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "POVERTY_HOME"
OWNER_ONLY = 0o700
SHARED = 0o755


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

    def create(self) -> "Home":
        """Make the folders; those that hold personal data can be opened by their owner only.

        From here on this process, and every process that it starts, makes files that only their owner can read;
        publication opens a release to its readers. A landing folder that is there keeps the rights that it was given.
        """
        for folder in (self.landing, self.published):
            if not folder.exists():
                folder.mkdir(parents=True)
                folder.chmod(OWNER_ONLY if folder == self.landing else SHARED)
        os.umask(0o077)
        for folder in self.private:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(OWNER_ONLY)
        return self
