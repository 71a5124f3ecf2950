import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import text

VIETNAMESE = st.text(alphabet="aàáảãạăâeéèẻẽẹêiíoòóỏõọôơuúùủũụưyýỳỷỹỵđhtnlq ÀÁOÒUỲ\u00a0\n", max_size=30)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa", "Hoà"),
        ("HOÀ", "hòa"),
        ("Thủy", "Thuỷ"),
        ("khoẻ", "khỏe"),
        ("Mã  hộ", "mã hộ"),
        ("Số\u00a0nhân\nkhẩu", "Số nhân khẩu"),
        (unicodedata.normalize("NFD", "Hộ cận nghèo"), "Hộ cận nghèo"),
    ],
)
def test_two_spellings_of_one_word_have_one_key(one: str, other: str) -> None:
    assert text.key(one) == text.key(other)


@pytest.mark.parametrize(("one", "other"), [("Bia", "Bìa"), ("ma", "mạ"), ("Hoa", "Hòa"), ("thuý", "thuỳ")])
def test_different_words_have_different_keys(one: str, other: str) -> None:
    assert text.key(one) != text.key(other)


@given(VIETNAMESE)
def test_key_is_stable_and_blind_to_unicode_form_and_case(word: str) -> None:
    assert text.key(text.key(word)) == text.key(word)
    assert text.key(unicodedata.normalize("NFD", word)) == text.key(word)
    assert text.key(word.upper()) == text.key(word)


@given(VIETNAMESE)
def test_fold_leaves_no_white_space_to_fold(word: str) -> None:
    folded = text.fold(word)
    assert folded == folded.strip()
    assert "  " not in folded
    assert "\u00a0" not in folded
    assert unicodedata.is_normalized("NFC", folded)
