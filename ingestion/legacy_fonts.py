"""Vietnamese typed with fonts of before Unicode: TCVN3 (fonts .VnTime …) and VNI (fonts VNI-Times …).

Such a text is stored as Western letters that only its font shows as Vietnamese: «NguyÔn» is Nguyễn in TCVN3,
«Nguyeãn» in VNI. Sources: TCVN 5712:1993 for TCVN3; the code table of VNI for Windows.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable

from base import text
from base.forms import printed_words

_TCVN3 = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
# A letter and the sign behind it; ơ, ư, đ, ỵ and i with a tone are one sign.
_VNI_TONES = "ùøûõï"  # sắc, huyền, hỏi, ngã, nặng
_VNI_GROUPS = {
    "a": ("áàảãạ", _VNI_TONES), "e": ("éèẻẽẹ", _VNI_TONES), "o": ("óòỏõọ", _VNI_TONES), "u": ("úùủũụ", _VNI_TONES),
    "y": ("ýỳỷỹ", "ùøûõ"), "ô": ("ớờởỡợ", _VNI_TONES), "ö": ("ứừửữự", _VNI_TONES),
}  # fmt: skip
_VNI_PAIRS = {
    **{letter + sign: shown for letter, group in _VNI_GROUPS.items() for shown, sign in zip(*group, strict=True)},
    **dict(zip(["aê", "aé", "aè", "aú", "aü", "aë"], "ăắằẳẵặ", strict=True)),
    **{
        letter + sign: shown
        for letter, row in (("a", "âấầẩẫậ"), ("e", "êếềểễệ"), ("o", "ôốồổỗộ"))
        for sign, shown in zip("âáàåãä", row, strict=True)
    },
    **dict(zip("ñíìæóòôöî", "đíìỉĩịơưỵ", strict=True)),
}
_VNI = {
    **_VNI_PAIRS,
    **{typed.upper(): shown.upper() for typed, shown in _VNI_PAIRS.items()},
    **{typed.capitalize(): shown.upper() for typed, shown in _VNI_PAIRS.items() if len(typed) == 2},
}
_VNI_SIGN = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))
_VIETNAMESE_LETTER = f"[{text.LETTERS}]"
_CONSONANT = "[bcdđghklmnpqrstvxfjwz]"
_VOWEL = f"(?:(?!{_CONSONANT}){_VIETNAMESE_LETTER})"
_TONES = re.compile("[àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]")
_SYLLABLE = re.compile(rf"{_CONSONANT}{{0,3}}{_VOWEL}{{1,3}}(?:ch|nh|ng|[cmnpt])?|{_CONSONANT}{{1,3}}", re.IGNORECASE)
# No Vietnamese syllable has two of these together, VNI writes them for one letter.
_VNI_PAIR = "a[âêùõáàãéè]|e[âùõáàã]|o[âùõ]|[uyô][ùõ]"
_VNI_ONLY = re.compile(_VNI_PAIR, re.IGNORECASE)
# What shows that a text may have been typed in one of the two; an RE2 expression, for Arrow too.
EVIDENCE = (
    "(?i)["
    + "".join(
        sign for sign in {*_TCVN3, *"".join(_VNI_PAIRS)} if not sign.isascii() and sign.lower() not in text.LETTERS
    )
    + f"]|{_VNI_PAIR}"
)
_WORD = re.compile(r"[^\W\d_]+")


def decode_tcvn3(typed: str) -> str:
    """A text typed with a TCVN3 font, as Unicode."""
    return "".join(_TCVN3.get(letter, letter) for letter in typed)


def decode_tcvn3_capitals(typed: str) -> str:
    """A text typed with a TCVN3 font of capitals (.VnTimeH), which shows small letters as capitals."""
    return decode_tcvn3(typed).upper()


def decode_vni(typed: str) -> str:
    """A text typed with a VNI font, as Unicode."""
    return _VNI_SIGN.sub(lambda found: _VNI[found.group()], typed)


Decoder = Callable[[str], str]


def decoder_of_font(font: str) -> Decoder | None:
    """How a text in a font of this name is read, None where the font is not one of the two families."""
    name = font.strip().lower()
    if name.startswith("vni"):
        return decode_vni
    if name.startswith(".vn"):
        return decode_tcvn3_capitals if name.endswith("h") else decode_tcvn3
    return None


def _is_vietnamese(shown: str) -> bool:
    """Whether every word could be a Vietnamese syllable."""
    folded = text.fold(shown).lower()
    words = _WORD.findall(folded)
    return (
        all(_SYLLABLE.fullmatch(word) and len(_TONES.findall(word)) <= 1 for word in words)
        and _VNI_ONLY.search(folded) is None
        and re.search(text.NEEDS_FOLDING, folded) is None
    )


def decoder_of_letters(texts: Iterable[str]) -> Decoder | None:
    """How the texts of a column were typed, judged by their letters; None for Unicode.

    A text counts for a code when it is no Vietnamese as it stands and is Vietnamese read in the code. Letters that
    neither code has (ễ) count for Unicode, as those of headers do: as many of the others outweigh them.
    """
    votes: Counter[Decoder | None] = Counter()
    for typed, count in Counter(texts).items():
        if any(letter > "\xff" for letter in typed):
            votes[None] += count
        elif not typed.isascii() and not _is_vietnamese(typed):
            votes.update({decode: count for decode in (decode_tcvn3, decode_vni) if _is_vietnamese(decode(typed))})
    return max(votes, key=lambda decoder: (votes[decoder], decoder is not None), default=None)


def decode_by_letters(typed: str, decoder: Decoder) -> str:
    """A text typed in a code; one with letters outside the code, or printed on a form, is Unicode and stays."""
    if typed.isascii() or any(letter > "\xff" for letter in typed) or text.key(typed) in printed_words():
        return typed
    return decoder(typed)
