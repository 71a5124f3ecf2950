"""Where the product's own data lie: beside the packages in a checkout, below `base/data` in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "data"
ROOT = _INSTALLED if _INSTALLED.exists() else _PACKAGE.parent
