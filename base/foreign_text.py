"""Text that others wrote, where it leaves the program: on a terminal, in a CSV file."""

import json
import unicodedata
from typing import Any

LONGEST_SHOWN = 200
# A spreadsheet program takes a cell that begins so for a formula, also in its full-width form.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def is_hidden(character: str) -> bool:
    """Whether a character is a control, changes the direction of writing, has no width or no meaning of its own."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")


def without_hidden(text: str, kept: str = "") -> str:
    """The text with every hidden character as its escape as in JSON (`\\u001b`, `\\u202e`), but for those of `kept`."""
    if text.isprintable():
        return text
    return "".join(
        json.dumps(character)[1:-1] if is_hidden(character) and character not in kept else character
        for character in text
    )


def shown(value: object) -> str:
    """A foreign value for people to read: one line without hidden characters, cut where it is long."""
    text = without_hidden(str(value))
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def csv_cell(value: Any) -> Any:
    """A value for a CSV file: text that a spreadsheet program would calculate gets an apostrophe before it."""
    if not isinstance(value, str):
        return value
    text = without_hidden(value)
    begins = unicodedata.normalize("NFKC", value).lstrip(" \u00a0")[:1]
    return f"'{text}" if begins in _FORMULA_STARTS and begins else text
