"""The life of findings across releases: `archive/finding_ledger.parquet`, and the times that only publication knows.

The ledger is a copy of `quality.finding` of the last release, so no finding is new twice. Order: the release is swapped
in first, the ledger is written after it, as a whole or not at all. When the machine stops between the two, the ledger
is one release behind; `sync_from_current_release`, which every build and publication starts with, copies it again. When
it stops before the swap, the ledger still belongs to the current release.
"""

from datetime import datetime
from pathlib import Path

import duckdb

from base.home import Home
from base.release_layout import parquet_file
from base.sql import sql_file, sql_text
from base.whole_file import partial_of, put_in_place
from ingestion.decisions import LEDGER_SCHEMA

_FINDINGS = parquet_file("quality.finding")


def ledger_release(home: Home) -> str:
    """The release that the ledger was copied from; "" for an empty ledger."""
    if not home.finding_ledger.exists():
        return ""
    query = f"select coalesce(max(release_id), '') from {sql_file(home.finding_ledger)}"
    return str(duckdb.sql(query).fetchall()[0][0])


def sync_from_current_release(home: Home) -> None:
    """Copy the findings of the current release into the ledger where the ledger is behind it.

    A release that was rolled back to is older than the ledger and changes nothing; nor does one made before findings
    had a life.
    """
    findings = home.current / _FINDINGS
    if not findings.exists():
        return
    release_id = home.current.resolve().name
    if release_id <= ledger_release(home):
        return
    with duckdb.connect() as connection:
        names = {row[0] for row in connection.execute(f"describe from {sql_file(findings)}").fetchall()}
        kept = [name for name in LEDGER_SCHEMA.names if name != "release_id"]
        if not names.issuperset(kept):
            return
        partial = partial_of(home.finding_ledger)
        connection.execute(
            f"copy (select {', '.join(kept)}, '{release_id}' as release_id from {sql_file(findings)} "
            f"order by finding_id) to {sql_text(partial)} (format parquet, compression zstd)"
        )
    partial.chmod(0o600)
    put_in_place(partial, home.finding_ledger)


def fill_times(database: Path, ledger: Path, published_at: datetime) -> None:
    """Fill in the times of `quality.finding` in a release being made.

    Args:
        database: the release's DuckDB file, in which times not known to the build are null.
        ledger: the ledger of the releases before. Also asked here, not only by the build: one build may be published
            twice, and the second time its findings are not new.
        published_at: when the release is published, UTC without zone.
    """
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"""
            update quality.finding as finding set
                first_seen_at = coalesce(life.first_seen_at, $now),
                last_seen_at = case
                    when finding.status = 'resolved' then coalesce(life.last_seen_at, $now) else $now
                end,
                resolved_at = case when finding.status = 'resolved' then coalesce(life.resolved_at, $now) end
            from (
                select found.finding_id, before.first_seen_at, before.last_seen_at, before.resolved_at
                from quality.finding as found
                left join {sql_file(ledger)} as before using (finding_id)
            ) as life
            where finding.finding_id = life.finding_id
            """,
            {"now": published_at},
        )
