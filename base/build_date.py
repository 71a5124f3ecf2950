"""The day by which waivers expire."""

import os
from datetime import UTC, date, datetime

BUILD_DATE_VARIABLE = "POVERTY_BUILD_DATE"  # set by `poverty verify`; dbt reads it too (macros/decisions.sql)


def today() -> date:
    """The day by which waivers expire (UTC); another one only where a release is built again as of its own day."""
    given = os.environ.get(BUILD_DATE_VARIABLE)
    return date.fromisoformat(given) if given else datetime.now(UTC).date()
