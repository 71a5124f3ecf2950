"""The data of a wheel: hatch calls this while it builds one, and places dbt/ and reference/ below base/data/.

A top-level `dbt` in a wheel would break dbt itself, so no folder of data is a package. An editable install reads the
checkout and needs none of it.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_DBT = ("dbt_project.yml", "profiles.yml", "models", "macros", "tests", "templates")


class WheelData(BuildHookInterface):
    """Adds the data folders."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatch before it collects files; `version` is `standard` or `editable`."""
        if version == "editable":
            return
        root = Path(self.root)
        folders = [*(f"dbt/{name}" for name in _DBT), "reference"]
        for name in folders:
            build_data["force_include"][str(root / name)] = f"base/data/{name}"
