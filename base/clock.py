"""Times and ids that never go back, whatever the clock of the machine does."""

from datetime import UTC, datetime, timedelta

_STEP = timedelta(microseconds=1)


def now_after(last: datetime | None, now: datetime | None = None) -> datetime:
    """The time now (UTC), or the smallest step after `last` where the clock was set back since."""
    now = now or datetime.now(UTC)
    return now if last is None or now > last else last + _STEP


def stamp_time(text: str) -> datetime | None:
    """The time (UTC) that an id begins with, such as 20260120T031500000000Z; None where it begins with none."""
    try:
        return datetime.strptime(text[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return None
