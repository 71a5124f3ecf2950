"""The link `published/current`: a reader always finds a release."""

from pathlib import Path

import pytest

from publication import release


def test_a_stop_in_the_middle_of_the_swap_leaves_the_old_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = tmp_path / "current"
    for name in ("old", "new"):
        (tmp_path / "releases" / name).mkdir(parents=True)
    release.switch_current(current, tmp_path / "releases" / "old")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for step in ("symlink_to", "replace"):
        with monkeypatch.context() as patched:
            patched.setattr(Path, step, stop)
            with pytest.raises(KeyboardInterrupt):
                release.switch_current(current, tmp_path / "releases" / "new")
        assert current.resolve().name == "old"
        for left in tmp_path.glob(".current-*"):
            left.unlink()
    release.switch_current(current, tmp_path / "releases" / "new")
    assert current.resolve().name == "new"
