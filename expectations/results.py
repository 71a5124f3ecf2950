"""The result of one check, and its form on the wire."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

ENGINE = "great_expectations"


@dataclass(frozen=True)
class CheckResult:
    """One check of one run; `check_code` is its row of the check catalogue. `observed` holds aggregates only."""

    check_id: str
    check_code: str
    check_name: str
    dataset: str
    severity: str
    is_passed: bool
    observed: str
    expected: str
    checked_at: datetime
    engine: str = ENGINE

    def to_json(self) -> dict[str, Any]:
        """The result as JSON can hold it."""
        return {**asdict(self), "checked_at": self.checked_at.isoformat()}

    @classmethod
    def from_json(cls, item: dict[str, Any]) -> "CheckResult":
        """The result that `to_json` wrote."""
        return cls(**{**item, "checked_at": datetime.fromisoformat(item["checked_at"])})
