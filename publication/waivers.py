"""Waivers as a release lists them: which are in force, and which have expired since."""

from datetime import date
from typing import Any

import duckdb


def in_force(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The waivers that a database holds as in force: id, check, last day, and how many findings they cover."""
    rows = connection.execute(
        "select waiver_id, check_code, expires_on, findings_waived from quality.waiver "
        "where status = 'in_force' order by waiver_id"
    ).fetchall()
    return [
        {"id": waiver_id, "checkCode": code, "expiresOn": expires_on.isoformat(), "findingsWaived": findings}
        for waiver_id, code, expires_on, findings in rows
    ]


def expired(waivers: list[dict[str, Any]], day: date) -> list[str]:
    """The ids of those of `in_force` that are no longer in force on a day; on its last day a waiver still is."""
    return [str(waiver["id"]) for waiver in waivers if date.fromisoformat(waiver["expiresOn"]) < day]
