"""A release that was tampered with, or whose sources were, is noticed by name."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from audit.releases import UnknownReleaseError, description_of, find_release
from audit.verify import verify_release
from base.home import Home
from base.release_layout import REPORTS, SIGNATURE
from base.signature import (
    fingerprint,
    known_keys,
    leads_to,
    read_signature,
    rotate_signing_key,
    sign_release,
    signature_problems,
)
from ingestion.archive import archive_path
from ingestion.kept_decisions import decision_mark
from ingestion.published_heads import head_mark
from publication.publish import publish_build
from tests.support.homes import copy_of, poverty
from tests.support.warehouse import leave_what_publication_asks, no_search


def _forge_consistently(home: Home, name: str, change: Callable[[Path], None]) -> None:
    """Change a file of the release and the hash of it in the description; nothing but the signature can tell."""
    path, description = home.current / name, home.current / "datapackage.json"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    path.chmod(0o600)
    change(path)
    description.chmod(0o600)
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    description.write_text(description.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


@pytest.fixture(scope="module")
def little(micro_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The micro home with one release of few tables and all pages."""
    home = copy_of(micro_home, tmp_path_factory.mktemp("little") / "home")
    leave_what_publication_asks(home, "marts.area_year", "marts.target_progress")
    whole = home.current.resolve()
    with no_search():
        publish_build(
            home, "little", lambda folder, *_: shutil.copytree(whole / REPORTS, folder / REPORTS, dirs_exist_ok=True)
        )
    shutil.rmtree(whole)
    return home


@pytest.fixture
def home(little: Home, tmp_path: Path) -> Home:
    """A copy that a test may change."""
    return copy_of(little, tmp_path / "home", with_build=False)


def test_an_untouched_release_holds(micro_home: Home) -> None:
    assert verify_release(micro_home, micro_home.current.resolve()) == []
    assert "as recorded" in poverty(micro_home, "verify", "--checksums-only").stdout


def test_the_files_of_a_release_are_read_only(micro_home: Home) -> None:
    files = [path for path in micro_home.current.resolve().rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path.name for path in files if path.stat().st_mode & 0o222] == []


def test_a_decision_file_cannot_be_found_from_what_is_published(micro_home: Home) -> None:
    description = (micro_home.current / "datapackage.json").read_text(encoding="utf-8")
    for path in micro_home.decisions.glob("*.csv"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() not in description
        assert decision_mark(micro_home, path.read_bytes()) in description


def _alter(path: Path) -> None:
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _source(home: Home) -> Path:
    sources = description_of(home.current)["sources"]
    return archive_path(home, sources[0]["hash"].removeprefix("sha256:"))


def _decision(home: Home) -> Path:
    decisions = description_of(home.current)["inputs"]["decisions"]
    links = next(one for one in decisions if one["name"] == "links.csv")
    return home.archive / "decisions" / links["hash"].removeprefix("hmac-sha256:")


def _forge_table(home: Home) -> None:
    """Another figure in a Parquet file, and its checksum in the description to go with it."""
    path, description = home.current / "parquet/marts/area_year.parquet", home.current / "datapackage.json"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    forged = path.with_suffix(".forged")
    duckdb.execute(
        f"copy (select * replace (poor_households + 1 as poor_households) from '{path}') to '{forged}' (format parquet)"
    )
    forged.replace(path)
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    description.chmod(0o600)
    description.write_text(description.read_text().replace(before, after))


TAMPERINGS: dict[str, tuple[Callable[[Home], None], str]] = {
    "table altered": (lambda h: _alter(h.current / "parquet" / "marts" / "area_year.parquet"), "area_year.*altered"),
    "table and its checksum altered": (_forge_table, "area_year.parquet does not hold the rows of marts.area_year"),
    "database altered": (lambda h: _alter(h.current / "poverty.duckdb"), "poverty.duckdb was altered"),
    "report missing": (lambda h: (h.current / "reports" / "index.html").unlink(), "index.html is missing"),
    "file added": (lambda h: (h.current / "notes.txt").write_text("x") and None, "notes.txt lies in the release"),
    "archive altered": (lambda h: _alter(_source(h)), "archive/.*xlsx was altered"),
    "archive removed": (lambda h: _source(h).unlink(), "archive/.*xlsx is missing"),
    "decision altered": (lambda h: _alter(_decision(h)), "was altered: links.csv"),
    "decision removed": (lambda h: _decision(h).unlink(), "is missing: links.csv"),
    "registry altered": (lambda h: _alter(h.registry), "registry.jsonl: entry .* altered or removed"),
    "registry cut": (
        lambda h: h.registry.write_text("".join(h.registry.read_text().splitlines(keepends=True)[:-1])) and None,
        "its last entries were removed",
    ),
    "registry removed": (lambda h: h.registry.unlink(), "the file is missing"),
}


@pytest.mark.parametrize(("tampering", "shown"), TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_is_named(home: Home, tampering: Callable[[Home], None], shown: str) -> None:
    tampering(home)
    problems = verify_release(home, home.current.resolve())
    assert problems
    assert [problem for problem in problems if re.search(shown, problem)]


NOT_FITTING = "The signature does not fit datapackage.json"


def _change_page(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("</body>", "x</body>"), encoding="utf-8")


def _change_figure(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("update marts.target_progress set poor_rate = 0")


def _forget_a_file(home: Home) -> None:
    description = home.current / "datapackage.json"
    description.chmod(0o600)
    content = json.loads(description.read_text(encoding="utf-8"))
    gone = next(one for one in content["resources"] if one["path"].endswith("plan/index.html"))
    content["resources"].remove(gone)
    (home.current / gone["path"]).unlink()
    description.write_text(json.dumps(content), encoding="utf-8")


def _change_head(home: Home) -> None:
    """The registry without its last entry, and the description naming the entry before: cut on both sides."""
    lines = home.registry.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]
    home.registry.write_text("".join(lines), encoding="utf-8")
    description = home.current / "datapackage.json"
    description.chmod(0o600)
    content = json.loads(description.read_text(encoding="utf-8"))
    content["inputs"]["registryHead"] = head_mark(home, json.loads(lines[-1])["hash"])
    description.write_text(json.dumps(content), encoding="utf-8")


def _sign_with_another_key(home: Home) -> None:
    other = Home(home.root / "other").create()
    (home.current / SIGNATURE).unlink()
    sign_release(other, home.current)


FORGERIES: dict[str, tuple[Callable[[Home], None], str]] = {
    "figure": (lambda h: _forge_consistently(h, "poverty.duckdb", _change_figure), NOT_FITTING),
    "page": (lambda h: _forge_consistently(h, "reports/index.html", _change_page), NOT_FITTING),
    "file list": (_forget_a_file, NOT_FITTING),
    "registry": (_change_head, NOT_FITTING),
    "another key": (_sign_with_another_key, "signed with another key"),
    "no signature": (lambda h: (h.current / SIGNATURE).unlink(), "is missing: the release is not signed"),
    "no signature at all": (lambda h: (h.current / SIGNATURE).write_text("{}") and None, "cannot be read"),
}


@pytest.mark.parametrize(("forgery", "shown"), FORGERIES.values(), ids=FORGERIES.keys())
def test_a_consistent_forgery_fails(home: Home, forgery: Callable[[Home], None], shown: str) -> None:
    (home.current / SIGNATURE).chmod(0o600)
    forgery(home)
    problems = verify_release(home, home.current.resolve())
    assert [problem for problem in problems if shown in problem]


def test_after_a_rotation_old_releases_hold_and_the_old_key_signs_no_new_one(home: Home) -> None:
    release = home.current.resolve()
    first = fingerprint(known_keys(home)[-1]["publicKey"])
    old_key = (home.secrets / "signing_key.pem").read_bytes()
    rotate_signing_key(home)
    assert verify_release(home, release, first) == []
    later = {"created": "2999-01-01T00:00:00+00:00"}
    newer = home.root / "newer"
    newer.mkdir()
    (newer / "datapackage.json").write_text(json.dumps(later))
    sign_release(home, newer)
    signature = read_signature(newer)
    assert signature is not None
    assert signature_problems(home, newer) == []
    assert leads_to(signature["keys"], first, signature["publicKey"])
    assert not leads_to(signature["keys"], "0000", signature["publicKey"])
    (home.secrets / "signing_key.pem").write_bytes(old_key)
    keys = json.loads((home.secrets / "signing_keys.json").read_text())
    (home.secrets / "signing_keys.json").write_text(json.dumps(keys[:1]))
    sign_release(home, newer)
    (home.secrets / "signing_keys.json").write_text(json.dumps(keys))
    assert "which was replaced on" in signature_problems(home, newer)[0]


def test_keys_are_for_their_owner_alone_and_the_public_one_is_printed(home: Home) -> None:
    assert (home.secrets / "signing_key.pem").stat().st_mode & 0o777 == 0o600
    printed = poverty(home, "signing-key").stdout
    signature = read_signature(home.current)
    assert signature is not None
    assert signature["fingerprint"] in printed
    assert len(poverty(home, "signing-key", "--rotate").stdout.strip().splitlines()) == 2


def test_the_commands_stop_at_a_cut_registry(home: Home) -> None:
    home.registry.write_text("".join(home.registry.read_text().splitlines(keepends=True)[:-1]))
    before = home.current.readlink()
    for command in (["run"], ["status"], ["ingest"], ["verify"]):
        assert "Restore the file from a backup" in poverty(home, *command, expect=1).stderr, command
    home.registry.unlink()
    assert "the file is missing" in poverty(home, "run", expect=1).stderr
    assert not home.registry.exists()
    assert home.current.readlink() == before


def test_releases_are_named(micro_home: Home, tmp_path: Path) -> None:
    current = micro_home.current.resolve()
    assert find_release(micro_home, "current") == find_release(micro_home, current.name) == current
    with pytest.raises(UnknownReleaseError, match="only release"):
        find_release(micro_home, "previous")
    with pytest.raises(UnknownReleaseError, match=current.name):
        find_release(micro_home, "20260101")
    with pytest.raises(UnknownReleaseError, match="Nothing is published"):
        find_release(Home(tmp_path), "current")
    poverty(micro_home, "verify", "20260101", expect=2)
    poverty(micro_home, "diff", expect=2)
