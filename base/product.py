"""The product's own files and version, in a checkout and in an installed wheel."""

import subprocess
from importlib.metadata import version
from pathlib import Path

# Where our packages lie: the checkout, or the folder that a wheel was installed into.
PACKAGES = Path(__file__).resolve().parent.parent
# What our packages are called; nothing else in PACKAGES is ours.
PACKAGE_NAMES = (
    "base",
    "ingestion",
    "sample",
    "expectations",
    "measures",
    "audit",
    "publication",
    "reports",
    "operations",
    "dagster_project",
    "poverty_cli",
)
_WHEEL_DATA = Path(__file__).resolve().parent / "data"
# What holds `dbt/` and `reference/`. A wheel has them below base/: a top-level `dbt` would break dbt itself.
ROOT = _WHEEL_DATA if _WHEEL_DATA.is_dir() else PACKAGES
DBT = ROOT / "dbt"


class BrokenProjectError(Exception):
    """The SQL of the product does not parse; the message names the file."""


def product_version() -> str:
    """The released version, such as 0.2.0: pyproject.toml has it once."""
    return version("poverty-warehouse")


def code_version() -> str:
    """The version, with the commit where the code is a git checkout."""
    if not (PACKAGES / ".git").exists():
        return product_version()
    try:
        done = subprocess.run(
            ["git", "-C", str(PACKAGES), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:  # git is not installed
        return product_version()
    return f"{product_version()}+{done.stdout.strip()}" if done.returncode == 0 else product_version()
