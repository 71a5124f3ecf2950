"""Imported before the command line, whose terminal is as wide as it is when that is imported."""

import os

os.environ |= {"COLUMNS": "160", "NO_COLOR": "1"}
