"""Who acts on a day for what was the task of a unit: nobody asks a commune or district that no longer exists."""

from dataclasses import dataclass
from datetime import datetime

from base.reference import load_units, successor_on, units_valid_on

_DISTRICT, _PROVINCE = "district", "province"


@dataclass(frozen=True)
class Actor:
    """A commune that exists."""

    code: str
    name: str


def release_day(release_id: str) -> str:
    """The ISO date on which a release was made, as its id says."""
    return datetime.strptime(release_id[:8], "%Y%m%d").date().isoformat()


def acting_commune(code: str, valid_from: str, on: str) -> Actor:
    """The commune that acts for a unit on an ISO date: itself, or the one that holds its ground."""
    unit = next((unit for unit in load_units() if (unit.commune_code, unit.valid_from) == (code, valid_from)), None)
    # A release may know units that the reference of today does not: they are asked themselves.
    holder = unit and successor_on(unit, on)
    return (
        Actor(holder.commune_code, holder.commune_name) if holder else Actor(code, unit.commune_name if unit else code)
    )


def acting_owner(owner: str, on: str) -> str:
    """Who acts for an owner of the check catalogue on an ISO date: the province where there are no districts."""
    has_districts = any(unit.district_code for unit in units_valid_on(on).values())
    return _PROVINCE if owner == _DISTRICT and not has_districts else owner
