"""What was measured, against what was wanted."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

_PACKAGES = ("dbt-core", "dbt-duckdb", "dagster", "duckdb", "fastexcel", "great-expectations", "pyarrow")


@dataclass(frozen=True)
class Line:
    """One figure: what it is, its median and its single values, the most it may be (None: for information)."""

    name: str
    value: float
    unit: str
    values: tuple[float, ...]
    target: float | None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met, None without one."""
        return None if self.target is None else self.value <= self.target


def ratio_line(name: str, ratios: Sequence[float], target: float | None) -> Line:
    """A line of ratios: the median of those of each repetition."""
    return Line(name, median(ratios), "times", tuple(ratios), target)


def line(name: str, value: float, unit: str, target: float | None = None) -> Line:
    """A line of one value."""
    return Line(name, value, unit, (value,), target)


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.4%}"
    if unit == "exponent":
        return f"{value:.3f}"
    return f"{value:.2f} ×" if unit == "times" else f"{value:.1f} {unit}"


def print_table(console: Console, lines: Sequence[Line]) -> None:
    """The lines as a table."""
    table = Table("measured", "value", "of single runs", "target", "met")
    for one in lines:
        low, high = min(one.values), max(one.values)
        spread = f"{low:.2f} – {high:.2f}" if len(one.values) > 1 else ""
        target = "" if one.target is None else f"≤ {_number(one.target, one.unit)}"
        met = {None: "", True: "[green]yes[/green]", False: "[red]NO[/red]"}[one.is_met]
        table.add_row(one.name, _number(one.value, one.unit), spread, target, met)
    console.print(table)


def write_json(folder: Path, lines: Sequence[Line], facts: dict[str, Any]) -> Path:
    """All lines and facts of one run, with what it ran on in general terms."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path = folder / f"{now.strftime('%Y%m%dT%H%M%SZ')}.json"
    content = {
        "measured_at": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "lines": [{**asdict(one), "is_met": one.is_met} for one in lines],
        "facts": facts,
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path
