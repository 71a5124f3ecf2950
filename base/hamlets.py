"""Hamlets as communes write them: which spellings are one hamlet, and in which order they are listed."""

import re
from collections.abc import Iterable, Mapping

from base.text import fold, key

WITHOUT_NAME = "(không ghi ấp, khu phố)"
_NUMBER = re.compile(r"\d+")


def hamlet_key(written: str | None) -> str:
    """What the spellings of one hamlet share: case, spaces, Unicode form, the place of a tone mark and leading zeros of
    a number do not matter. Empty where none is written."""
    return _NUMBER.sub(lambda number: number.group().lstrip("0") or "0", key(written or ""))


def hamlet_names(spellings: Mapping[str | None, int]) -> dict[str, str]:
    """{key: the spelling that most rows of a commune have, of equals the first in the alphabet}.

    Args:
        spellings: what is written, and in how many rows.
    """
    rows: dict[str, dict[str, int]] = {}
    for written, count in spellings.items():
        of_hamlet = rows.setdefault(hamlet_key(written), {})
        name = fold(written or "") or WITHOUT_NAME
        of_hamlet[name] = of_hamlet.get(name, 0) + count
    return {of: min(names, key=lambda name: (-names[name], name)) for of, names in rows.items()}


def in_order(names: Iterable[str]) -> list[str]:
    """Names as people list them: Ấp 2 before Ấp 10, the rows without a name last."""
    return sorted(names, key=lambda name: (name == WITHOUT_NAME, _with_width(name)))


def _with_width(name: str) -> str:
    return _NUMBER.sub(lambda number: number.group().zfill(6), key(name))
