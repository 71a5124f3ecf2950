"""Whether a text that somebody wrote for a decision may be published: a reason, a response, who decided.

A text that may not is withheld as a whole, and its line is refused. What is said about it names the kind of value,
never the text. The same rules hold for every way in which decisions arrive.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from base.foreign_text import is_hidden
from base.reference import reference_files
from base.text import key

LONGEST_TEXT = 300
MOST_DIGITS = 7
RARE = 2
"""A word of a name counts as rare in a file where no more people than this have it."""

_WORD = re.compile(r"[^\W_]+")
_NUMBER_WORD = (
    "(?:không|khong|một|mot|mốt|hai|ba|bốn|bon|tư|tu|năm|nam|lăm|lam|sáu|sau|bảy|bẩy|bay|tám|tam|chín|chin"
    "|mười|mươi|muoi)"
)
_SMALL_NUMBER = rf"(?:\d{{1,2}}|{_NUMBER_WORD}(?:\s+{_NUMBER_WORD}){{0,2}})"
# Digits with at most three signs between them that are no letters; a comma with a space makes a list.
_DIGITS = re.compile(r"\d(?:(?:[^\w,]|_|,(?=\d)){0,3}\d)+")
_SPOKEN_DIGITS = re.compile(rf"\b{_NUMBER_WORD}(?:[\s,.-]+{_NUMBER_WORD}){{3,}}\b")
_YEARS = re.compile(r"(?:20[2-9]\d\D*)+")
_DATES = (
    re.compile(r"(?<!\d)\d{1,2}\s*[-/.\s]\s*\d{1,2}\s*[-/.\s]\s*(?:\d{4}|\d{2})(?!\d)"),
    re.compile(r"(?<!\d)\d{4}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}(?!\d)"),
    re.compile(rf"\b{_SMALL_NUMBER}\s*(?:tháng|thang)\s*(?:{_SMALL_NUMBER}|giêng|gieng|chạp|chap)\b"),
    re.compile(rf"\b(?:mùng|mung|mồng|mong|rằm|ram)\s*{_SMALL_NUMBER}?\s*(?:tháng|thang)\b"),
    re.compile(r"\b(?:tháng|thang)\s*\w+\s*(?:năm|nam)\s*(?:1\d{3}|200\d|201\d|2020)\b"),
    re.compile(r"\b(?:sinh|sn|s\.n)\b[\s.:]*(?:năm|nam)?[\s.:]*\d"),
    re.compile(r"(?<!\d)19\d\d(?!\d)"),
)
_E_MAIL = re.compile(r"@|\w\s*[(\[]\s*(?:at|a còng)\s*[)\]]\s*\w")
_PART_OF_ADDRESS = (
    "đường|duong|hẻm|hem|ngõ|ngo|ngách|ngach|kiệt|kiet|ấp|ap|khóm|khom|thôn|thon|xóm|xom|tổ|to|khu phố|khu pho|kp"
)
_ADDRESSES = (
    re.compile(r"\b(?:số nhà|so nha|nhà số|nha so)\b"),
    re.compile(rf"\b(?:số|so)\s*\d+\w*(?:[/-]\d+\w*)*[\s,]+(?:{_PART_OF_ADDRESS})\b"),
    re.compile(rf"\b(?:{_PART_OF_ADDRESS})\s*(?:số|so)?\s*\d"),
)
_HOUSEHOLD_CODE = re.compile(r"(?<!\d)\d{5}\s?[-–./_]\s?\d{1,5}(?!\d)")
_TITLE = re.compile(r"\b(?:ông|bà|anh|chị|cô|chú|bác|hộ)\s+(?:\w\.\s*)?$", re.IGNORECASE)
# An officer signs with a whole name or an office; a lone name may be anybody's.
_MOST_WORDS_OF_LONE_NAME = 2
_TITLED_NAME = re.compile(r"\b(?:[Ôô]ng|ÔNG|[Bb]à|BÀ|[Aa]nh|ANH|[Cc]hị|CHỊ)\s+([^\W\d_]+)")
# Rows of a reference table that hold the words of the matter; people may be called as some of them.
_NO_VOCABULARY = ("sample_calibration",)


class Names:
    """Names of people and hamlets, found in a text by so many of their words in a row.

    Args:
        names: as the files have them.
        left_out: how many words of a name a text may leave out and still name somebody; two words always count.
    """

    def __init__(self, names: Iterable[str] = (), left_out: int = 0):
        known = {tuple(_words(name)) for name in names}
        counted = Counter(word for name in known for word in set(name) if not word.isdigit())
        self.words = frozenset(counted)
        self.rare_words = frozenset(
            word for word, count in counted.items() if count <= RARE and word not in _vocabulary()
        )
        # {first word without marks: the parts of names that begin with it}
        self._parts: dict[str, set[tuple[str, ...]]] = {}
        for name in known:
            length = max(len(name) - left_out, 2)
            for start in range(len(name) - length + 1):
                self._parts.setdefault(unmarked(name[start]), set()).add(name[start : start + length])

    def is_in(self, words: list[str]) -> bool:
        """Whether one is named in a text. Three words count without marks, two as written or in a text without any."""
        bare = [unmarked(word) for word in words]
        for place, first in enumerate(bare):
            for part in self._parts.get(first, ()):
                last = place + len(part)
                if bare[place:last] == [unmarked(word) for word in part] and (
                    len(part) > 2 or all(_equal(*pair) for pair in zip(words[place:last], part, strict=True))
                ):
                    return True
        return False


@dataclass(frozen=True)
class OwnValues:
    """What the household and the files that a decision is about say of people; compared with, never shown.

    Attributes:
        household: names of the people and the hamlet of the household.
        files: names of everybody in the files.
        numbers: identity and telephone numbers as digits without leading zeros.
        codes: household codes.
        cell_values: the values that the decision itself names.
    """

    household: Names
    files: Names
    numbers: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    cell_values: tuple[str, ...] = ()


def unmarked(text: str) -> str:
    """Lower-case letters without marks."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("đ", "d"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def folded_digits(text: str) -> str:
    """The text in NFKC with the digits of every script as 0 to 9."""
    return "".join(
        str(unicodedata.digit(character)) if unicodedata.category(character) == "Nd" else character
        for character in unicodedata.normalize("NFKC", text)
    )


def what_forbids(text: str, own: OwnValues | None = None, *, is_signature: bool = False) -> str | None:
    """Why a text may not be published, as the end of a Vietnamese sentence; None where it may.

    A signature (who decided) may name a person, though nobody of the files that the decision is about.
    """
    if len(text) > LONGEST_TEXT:
        return f"dài hơn {LONGEST_TEXT} ký tự"
    if any(is_hidden(character) for character in text):
        return "có ký tự điều khiển hoặc ký tự ẩn"
    own = own or OwnValues(Names(), Names())
    written = folded_digits(text)
    lower = unicodedata.normalize("NFC", written.lower())
    if _E_MAIL.search(lower):
        return "có địa chỉ thư điện tử"
    if any(pattern.search(lower) for pattern in _DATES):
        return "có ngày tháng hoặc năm sinh; ngày quyết định có cột riêng"
    if _HOUSEHOLD_CODE.search(lower) or _repeats_code(lower, own.codes):
        return "có mã hộ"
    if _has_long_number(lower):
        return "có dãy số dài như số định danh hoặc số điện thoại; số văn bản có cột riêng"
    if any(pattern.search(lower) for pattern in _ADDRESSES):
        return "có địa chỉ"
    if _repeats_number(lower, own.numbers) or _repeats_value(lower, own.cell_values):
        return "nhắc lại giá trị của ô"
    if _names_somebody(written, own, is_signature):
        return "có tên người hoặc tên ấp của tệp" if is_signature else "có tên người hoặc tên ấp"
    return None


def _has_long_number(lower: str) -> bool:
    if _SPOKEN_DIGITS.search(lower):
        return True
    for found in _DIGITS.findall(lower):
        if sum(character.isdigit() for character in found) > MOST_DIGITS and not _YEARS.fullmatch(found):
            return True
    return False


def _repeats_code(lower: str, codes: Iterable[str]) -> bool:
    tokens = {_squashed(token) for token in lower.split()}
    whole = _squashed(lower)
    return any(code in tokens or (len(code) > 5 and code in whole) for code in map(_squashed, codes) if len(code) > 2)


def _repeats_number(lower: str, numbers: Iterable[str]) -> bool:
    digits = re.sub(r"\D", "", lower)
    return any(number in digits or number in digits[::-1] for number in numbers if len(number) > 5)


def _repeats_value(lower: str, values: Iterable[str]) -> bool:
    whole = _squashed(lower)
    return any(len(value) > 3 and value in whole for value in map(_squashed, values))


def _squashed(text: str) -> str:
    return "".join(_WORD.findall(unmarked(folded_digits(text)))).lstrip("0")


def _words(text: str) -> list[str]:
    return _WORD.findall(key(text))


def _equal(written: str, known: str) -> bool:
    """Whether a word says a known one: alike, or without any mark."""
    return written == known or (written.isascii() and written == unmarked(known))


def _names_somebody(text: str, own: OwnValues, is_signature: bool) -> bool:
    text = unicodedata.normalize("NFC", text)
    found = list(_WORD.finditer(text))
    words = [key(word[0]) for word in found]
    if own.household.is_in(words) or own.files.is_in(words):
        return True
    if is_signature and len(words) > _MOST_WORDS_OF_LONE_NAME:
        return False
    if not is_signature and any(word[0].isupper() for word in _TITLED_NAME.findall(text)):
        return True
    for word, place in zip(words, found, strict=True):
        titled = _TITLE.search(text[: place.start()]) is not None
        if any(_equal(word, known) and (titled or known not in _vocabulary()) for known in own.household.words):
            return True
        if (titled or place[0][0].isupper()) and any(_equal(word, known) for known in _alike(word, own.files)):
            return True
    return False


def _alike(word: str, names: Names) -> Iterator[str]:
    """The rare words that a word may say: itself, or of a word without marks all that have it without."""
    if word in names.rare_words:
        yield word
    elif word.isascii():
        yield from (known for known in names.rare_words if unmarked(known) == word)


@cache
def _vocabulary() -> frozenset[str]:
    """The words of the matter itself, from the reference tables: a person called as one of them is not rare."""
    texts = (path.read_text(encoding="utf-8") for path in reference_files() if path.stem not in _NO_VOCABULARY)
    return frozenset(word for text in texts for word in _WORD.findall(key(text)))
