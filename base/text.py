"""Text as it is kept, and the keys under which headers, sheet names and labels are one word."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_WHITE_SPACE = re.compile(r"\s+")
# Of a long list of names in a sentence.
_NAMED = 10
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")

# Letters that look like another and are typed for it: Ð of Western keyboards, full-width forms, Cyrillic and Greek,
# dashes of other lengths, other apostrophes. Invisible characters are nothing.
_SAME_LOOKING = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
        **dict(zip("ÐƉðɖ", "ĐĐđđ", strict=True)),
        **dict(zip("АВЕЅІЈКМНОРСТУХаеіјорсухѕһԁԛԝ", "ABESIJKMHOPCTYXaeijopcyxshdqw", strict=True)),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν", "ABEZHIKMNOPTYXoav", strict=True)),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u02b9\u00b4`", "'"),
        **dict.fromkeys(
            "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
            "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
        ),
    }
)
LETTERS = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz"
# What a text may consist of to be kept as it is; an RE2 expression, for Arrow too. Whatever matches is folded.
_ACCENTED = "".join(letter for letter in LETTERS if not letter.isascii())
NEEDS_FOLDING = rf"^ | $|  |[^ -_a-~{_ACCENTED}{_ACCENTED.upper()}]"

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
    """The text in NFC, our letters for those that look the same, white space folded to one space and none at the ends.

    Control characters are white space; invisible ones are nothing.
    """
    plain = unicodedata.normalize("NFC", text.translate(_SAME_LOOKING))
    return _WHITE_SPACE.sub(" ", _CONTROL.sub(" ", plain)).strip()


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """What two spellings of one header, sheet name or label share: folded, lower case, one tone place."""
    folded = fold(text).lower()
    for second, first in _TONE_PAIRS:
        folded = folded.replace(second, first)
    return unicodedata.normalize("NFC", folded)


def some(names: Sequence[str]) -> str:
    """Names for a sentence: the first ten, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
