"""The keys under which headers, sheet names and labels are one word: Unicode form, space, case, place of tone mark."""

import re
import unicodedata
from functools import lru_cache

_WHITE_SPACE = re.compile(r"\s+")

# The tone mark of oa, oe and uy may be on either vowel (hoà, hòa): both are the same word. The key puts it on the
# first vowel everywhere, also where nobody writes it so (tòan): it is compared, never shown.
_TONE_PAIRS = [
    (second, first)
    for plain, firsts, seconds in (
        ("oa", "òóỏõọ", "àáảãạ"),
        ("oe", "òóỏõọ", "èéẻẽẹ"),
        ("uy", "ùúủũụ", "ỳýỷỹỵ"),
    )
    for second, first in zip(
        [plain[0] + vowel for vowel in seconds], [vowel + plain[1] for vowel in firsts], strict=True
    )
]


@lru_cache(maxsize=4096)  # the same headers and labels come with every file
def fold(text: str) -> str:
    """The text in NFC with inner white space (also non-breaking) folded to one space and none at the ends."""
    return _WHITE_SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """What two spellings of one header, sheet name or label share: NFC, folded, lower case, one tone place."""
    folded = fold(text).lower()
    for second, first in _TONE_PAIRS:
        folded = folded.replace(second, first)
    return unicodedata.normalize("NFC", folded)
