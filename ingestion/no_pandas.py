"""Imported first in reader processes: Arrow then does without pandas.

What belongs here: this one switch. Arrow imports pandas when it makes its first array, to tell pandas' objects from
lists; readers have none, and the import takes longer than reading fifty workbooks.
"""

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
