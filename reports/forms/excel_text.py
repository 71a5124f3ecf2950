"""Text in cells: whatever it begins with, it stays text.

A name such as `=A1` must neither be calculated when the file is opened nor become a formula when somebody edits the
cell.
"""

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell

LONGEST_TEXT = 32767
_FORMULA_STARTS = ("=", "+", "-", "@")


def clean(text: str) -> str:
    """The text without what a worksheet cannot hold: control characters, lone surrogates, what exceeds its length."""
    kept: str = ILLEGAL_CHARACTERS_RE.sub("", text).encode("utf-8", "ignore").decode("utf-8")
    return kept.replace("\ufffe", "").replace("\uffff", "")[:LONGEST_TEXT]


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet program might take the text for a formula when somebody edits it: white space before the
    sign is no protection, and at the very beginning it may break out of the cell."""
    kept = clean(text)
    return kept.lstrip().startswith(_FORMULA_STARTS) or kept.startswith(("\t", "\r", "\n"))


def put_text(cell: Cell | MergedCell, text: str) -> None:
    """Write a text as text, never as formula, number or error; what looks like a formula gets Excel's text mark."""
    cell.value = clean(text)
    cell.data_type = "s"
    if looks_like_formula(text):
        cell.quotePrefix = True
