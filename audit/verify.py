"""Whether a release is still what was published, and what it was made from is still there (`poverty verify`)."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from audit.releases import attach_release, description_of
from base.home import Home
from base.release_files import checksum_of, file_problems
from base.release_layout import DATABASE, PARQUET
from base.signature import leads_to, read_signature, signature_problems
from base.sql import differing_rows, sql_file
from ingestion.archive import archive_path
from ingestion.kept_decisions import decision_mark, kept_decision
from ingestion.published_heads import find_head, is_of_another_key, open_registry
from ingestion.registry import ERASED, BrokenRegistryError


def verify_release(home: Home, release: Path, trusted: str | None = None) -> list[str]:
    """Everything that is not as the release recorded it, one sentence each; empty when all holds.

    Args:
        home: the warehouse with its registry, archive and keys.
        release: the folder of the release.
        trusted: a fingerprint that was given out, to which the release's key must lead back.
    """
    description = description_of(release)
    return [
        *signature_problems(home, release),
        *(_leads_back(release, trusted) if trusted else []),
        *file_problems(release, description),
        *_tables(release),
        *_registry(home, description),
        *_archive(home, description),
        *_decisions(home, description),
    ]


def _leads_back(release: Path, trusted: str) -> list[str]:
    signature = read_signature(release)
    if signature is None or not leads_to(signature.get("keys", []), trusted.upper(), str(signature.get("publicKey"))):
        return [f"The key of the release does not lead back to the fingerprint {trusted}."]
    return []


def _tables(release: Path) -> list[str]:
    """Parquet files must hold the rows of the database: building again (`rebuild`) compares the database alone."""
    problems = []
    with duckdb.connect() as connection:
        try:
            attach_release(connection, release)
        except duckdb.Error:
            return [f"{DATABASE} cannot be opened."]
        for path in sorted((release / PARQUET).rglob("*.parquet")):
            table = f"release.{path.parent.name}.{path.stem}"
            file = f"read_parquet({sql_file(path)})"
            try:
                ((differing,),) = connection.execute(f"select count(*) from ({differing_rows(table, file)})").fetchall()
            except duckdb.Error:
                differing = None
            if differing != 0:
                name = path.relative_to(release).as_posix()
                problems.append(f"{name} does not hold the rows of {path.parent.name}.{path.stem} in {DATABASE}.")
    return problems


def _registry(home: Home, description: dict[str, Any]) -> list[str]:
    try:
        registry = open_registry(home)
    except BrokenRegistryError as problem:
        return [str(problem)]
    problems = []
    known = {entry["hash"] for entry in registry.entries}
    head = description.get("inputs", {}).get("registryHead")
    if head is not None and is_of_another_key(home, head):
        problems.append("The release named its registry entry with another key than the one in secrets/.")
    elif head is not None and registry.entries and find_head(home, head, known) is None:
        problems.append("The registry does not hold the entry that the release was made from.")
    registered = registry.current()
    problems += [
        f"Source {source['title']} was erased on {registered[checksum]['decided_at'][:10]}, after the release was "
        "made: it cannot be built again."
        for source in description["sources"]
        if (checksum := source["hash"].removeprefix("sha256:")) in registered
        and registered[checksum]["status"] == ERASED
        and source["status"] != ERASED
    ]
    problems += [
        f"Source {source['title']} is not in the registry."
        for source in description["sources"]
        if source["hash"].removeprefix("sha256:") not in registered
    ]
    return problems


def _archive(home: Home, description: dict[str, Any]) -> list[str]:
    problems = []
    try:
        registered = open_registry(home).current()
    except BrokenRegistryError:  # said already
        registered = {}
    for source in description["sources"]:
        checksum = source["hash"].removeprefix("sha256:")
        if registered.get(checksum, source)["status"] == ERASED:
            continue
        path = archive_path(home, checksum)
        where = path.relative_to(home.root)
        if not path.is_file():
            problems.append(f"{where} is missing: the archived file of source {source['title']}.")
        elif checksum_of(path) != checksum:
            problems.append(f"{where} was altered: its bytes do not have the checksum that is its name.")
    return problems


def _decisions(home: Home, description: dict[str, Any]) -> list[str]:
    inputs = description.get("inputs", {})
    problems = []
    for decision in inputs.get("decisions", []):
        mark = decision["hash"].removeprefix("hmac-sha256:")
        problems += _kept(home, mark, decision["name"], lambda content: decision_mark(home, content))
    if inputs.get("findingLedger"):
        checksum = inputs["findingLedger"].removeprefix("sha256:")
        name = "finding_ledger.parquet"
        problems += _kept(home, checksum, name, lambda content: hashlib.sha256(content).hexdigest())
    return problems


def _kept(home: Home, mark: str, name: str, mark_of: Callable[[bytes], str]) -> list[str]:
    path = kept_decision(home, mark)
    where = path.relative_to(home.root)
    if not path.is_file():
        return [f"{where} is missing: {name} as it was for the release."]
    if mark_of(path.read_bytes()) != mark:
        return [f"{where} was altered: {name} as it was for the release."]
    return []
