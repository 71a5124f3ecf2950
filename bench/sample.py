"""The sample that is measured on: made once per seed and generator code, then kept."""

import csv
import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.processes import REPOSITORY, Usage, python

SEED = 2021
_CODE = ("sample", "reference")
_COST = "cost.json"
_CLEAN_LANDING = REPOSITORY / "tests" / "packs" / "clean" / "landing"
_SMOKE_FILES = (
    "2024/ra-soat-2024-28777.xlsx",
    "2024/ra-soat-2024-29161.xlsx",
    "2025/ra-soat-2025-28777.xlsx",
    "2025/ra-soat-2025-29158.xlsx",
    "2026/ra-soat-2026-29158.xlsx",
)


@dataclass(frozen=True)
class Sample:
    """A generated landing folder, and what its generation cost when it was made."""

    landing: Path
    usage: Usage
    is_new: bool

    @property
    def bytes(self) -> int:
        """The size of all workbooks."""
        return sum(path.stat().st_size for path in self.landing.rglob("*.xlsx"))

    @property
    def files(self) -> int:
        """The number of workbooks."""
        return sum(1 for _ in self.landing.rglob("*.xlsx"))

    @property
    def rejected(self) -> int:
        """The number of workbooks that were made to be rejected."""
        return len({row["file"] for row in _to_be_rejected(self.landing) if (self.landing / row["file"]).exists()})


def code_hash() -> str:
    """What decides the sample's bytes, besides the seed."""
    digest = hashlib.sha256()
    for folder in _CODE:
        for path in sorted((REPOSITORY / folder).rglob("*")):
            if path.is_file() and path.suffix in (".py", ".csv"):
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _to_be_rejected(landing: Path) -> list[dict[str, str]]:
    """The planted findings that reject a workbook."""
    with (landing.parent / "truth" / "planted.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if (row["level"], row["severity"]) == ("file", "error")]


def smoke_sample(work: Path) -> Sample:
    """A few workbooks of the clean pack, on both sides of the reorganisation of 2025; none is to be rejected."""
    folder = work / "sample-smoke"
    shutil.rmtree(folder, ignore_errors=True)
    for name in _SMOKE_FILES:
        target = folder / "landing" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_CLEAN_LANDING / name, target)
    (folder / "truth").mkdir()
    (folder / "truth" / "planted.csv").write_text("file,survey_year,level,severity\n", encoding="utf-8")
    return Sample(folder / "landing", Usage(0, 0, 0, ""), True)


def sample(work: Path, *, fresh: bool = False) -> Sample:
    """The sample province, generated in a process of its own unless this code made it before (or with `fresh`)."""
    folder = work / f"sample-{SEED}-{code_hash()}"
    cost = folder / _COST
    if cost.exists() and not fresh:
        return Sample(folder / "landing", Usage(**json.loads(cost.read_text(encoding="utf-8"))), False)
    for old in work.glob("sample-*"):
        shutil.rmtree(old)
    folder.mkdir(parents=True)
    usage = python("-m", "bench.make_sample", str(folder), str(SEED))
    for row in _to_be_rejected(folder / "landing"):
        if not row["survey_year"]:
            (folder / "landing" / row["file"]).unlink()  # no bare reader opens it either
    cost.write_text(json.dumps(asdict(usage)), encoding="utf-8")
    return Sample(folder / "landing", usage, True)
