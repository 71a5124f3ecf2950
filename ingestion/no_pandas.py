"""Imported first in reader processes, so that Arrow does not import pandas: it costs more than fifty workbooks."""

import sys
from importlib.machinery import ModuleSpec


class _NoPandas:
    """An import finder that says of pandas that it is missing."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """Nothing is found here; pandas is not looked for any further."""
        if name == "pandas":
            raise ModuleNotFoundError("readers do without pandas", name=name)
        return None


sys.meta_path.insert(0, _NoPandas())  # type: ignore[arg-type]
