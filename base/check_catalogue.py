"""The check catalogue, `reference/checks/check_catalogue.csv`, as Python reads it."""

from dataclasses import dataclass
from functools import cache

from base.reference import read_table


@dataclass(frozen=True)
class Check:
    """One row of the table: a check, or the family that a generic test or an expectation belongs to.

    `level` is set for checks that raise findings (`quality.finding.level`), "" for the others. `blocks` says what a
    failure holds back: nothing, the file, the row or the release. The English
    texts are those of checks that raise findings.
    """

    check_code: str
    kind: str
    engine: str
    level: str
    severity: str
    blocks: str
    owner: str
    title_vi: str
    meaning_vi: str
    action_vi: str
    example_vi: str
    title_en: str
    action_en: str


@cache
def load_checks() -> dict[str, Check]:
    """{check_code: check} in the table's order."""
    return {row["check_code"]: Check(**row) for row in read_table("check_catalogue")}
