"""LibreOffice as an independent calculator of our workbooks."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook


def recalculated(paths: Sequence[Path], work: Path) -> list[Workbook]:
    """The workbooks as LibreOffice calculates them, from formulas alone: the values that we wrote are dropped before.
    Their files are in `work / "made"`. Skips on a desk without LibreOffice, fails in CI."""
    executable = shutil.which("soffice")
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is not installed; `make test` installs it where it may")
        pytest.skip("LibreOffice is not installed")
    bare, made = work / "bare", work / "made"
    bare.mkdir(parents=True, exist_ok=True)
    for path in paths:
        load_workbook(path).save(bare / path.name)
    subprocess.run(
        [executable, f"-env:UserInstallation={(work / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx"]
        + ["--outdir", str(made), *(str(bare / path.name) for path in paths)],
        capture_output=True,
        check=True,
        timeout=180,
    )
    return [load_workbook(made / path.name, data_only=True) for path in paths]
