"""Logs of jobs: the last runs of each job are kept, as many as the setting says."""

from pathlib import Path

import pytest

from base.home import Home
from operations.logs import next_log


def test_the_last_logs_of_each_job_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POVERTY_KEEP_LOGS", "3")
    home = Home(tmp_path / "home").create()
    (home.logs / "alerts.json").touch()
    for job in ("build", "build", "everything", "build", "build", "build"):
        path = next_log(home, job)
        path.write_text(f"run {len(list(home.logs.iterdir()))}")
    kept = {path.name: path.read_text(encoding="utf-8") for path in home.logs.glob("build*")}
    assert set(kept) == {"build.log", "build.1.log", "build.2.log"}
    assert (home.logs / "everything.log").exists()
    path.write_text("last")
    next_log(home, "build")
    assert (home.logs / "build.1.log").read_text(encoding="utf-8") == "last"
