"""Synthetic names: pools with rough Vietnamese frequencies, and the ways in which clerks spell them.

Every name is drawn at random and belongs to nobody.
"""

import unicodedata

import numpy as np


def _words(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(separator))


_SURNAMES = {
    "Nguyễn": 350, "Trần": 110, "Lê": 95, "Phạm": 70, "Huỳnh": 62, "Võ": 52, "Phan": 42, "Bùi": 30, "Đặng": 28,
    "Hồ": 22, "Ngô": 20, "Trương": 20, "Đỗ": 14, "Dương": 14, "Đoàn": 12, "Mai": 10, "Cao": 9, "Lâm": 8, "Châu": 7,
    "Lương": 6, "Thái": 6, "Hà": 5, "Tô": 4, "Kiều": 3, "Lý": 3, "Tạ": 3, "Đinh": 3, "Quách": 2,
}  # fmt: skip
_MIDDLE = (
    {
        "Văn": 330, "Thanh": 90, "Minh": 70, "Hoàng": 60, "Hữu": 50, "Quốc": 50, "Ngọc": 40, "Thành": 40, "Đức": 35,
        "Công": 30, "Phước": 28, "Tấn": 26, "Chí": 20, "Trọng": 20, "Nhật": 18, "Hoài": 16, "Duy": 16, "Gia": 14,
    },
    {
        "Thị": 420, "Thị Ngọc": 60, "Thị Kim": 50, "Ngọc": 55, "Thị Mỹ": 40, "Thị Thu": 38, "Thị Thanh": 36, "Kim": 34,
        "Thị Hồng": 30, "Thị Bích": 26, "Mỹ": 24, "Thúy": 20, "Thị Cẩm": 18, "Phương": 16, "Bảo": 14, "Thị Hòa": 4,
    },
)  # fmt: skip
_GIVEN = (
    _words(
        "Hùng Dũng Tâm Thành Hải Bình Sơn Long Tuấn Nam Phúc Lộc Thọ Út Bé Tư Năm Sáu Bảy Tám Chín Mười Hiếu Nghĩa "
        "Trung Tín Khánh Khoa Đạt Phát Tài Lợi Vinh Quang Hòa Hóa Toàn Thịnh Duy Huy Kiệt Luân Nhân Phong Quý Sang "
        "Tân Thắng Thiện Thuận Tiến Trí Vũ Đông Cường Hậu Hoàng Khang Lâm Linh Mẫn Nguyên Phú Tùng Việt"
    ),
    _words(
        "Lan Hoa Hồng Huệ Cúc Mai Đào Liên Thủy Thúy Hằng Nga Tuyết Loan Phượng Yến Oanh Nhung Trang Trinh Trâm Trúc "
        "Ngân Ngọc Bích Châu Diễm Dung Duyên Giang Hà Hạnh Hiền Hương Kiều Lệ Ly My Mỹ Nhi Như Nương Phương Quyên "
        "Sương Tâm Thảo Thi Thoa Thơ Thu Thùy Tiên Vân Vy Xuân Út Bé Tư Năm Sáu Bảy Tám Chín Mười Hòa Anh Thư"
    ),
)
_HAMLETS = _words(
    "An Thới, An Hòa, Bình Thạnh, Phú Lợi, Thạnh Đông, Tân Quới, Giồng Luông, Hòa Bình, Long Hưng, Vĩnh Phú, "
    "Thới Khương, Phước Thạnh, Mỹ Lợi, Kinh Mới, Cái Mít, Đông Hòa, Tân Thuận, Thạnh Hải, An Lợi, Bến Vựa",
    ", ",
)
_MISSPELLINGS = (
    ("Nguyễn", "Nguyển"), ("Huỳnh", "Hùynh"), ("Võ", "Vỏ"), ("Mỹ", "Mĩ"), ("Thúy", "Thuý"), ("Quý", "Quí"),
    ("Lý", "Lí"), ("Tuấn", "Tuân"), ("Hằng", "Hằn"), ("Trang", "Trăng"), ("Thị ", ""), ("Văn ", ""), ("Út", "Uýt"),
)  # fmt: skip
_TONES = tuple(
    (first, second)
    for firsts, seconds in (
        (("òa", "óa", "ỏa", "õa", "ọa"), ("oà", "oá", "oả", "oã", "oạ")),
        (("òe", "óe", "ỏe", "õe", "ọe"), ("oè", "oé", "oẻ", "oẽ", "oẹ")),
        (("ùy", "úy", "ủy", "ũy", "ụy"), ("uỳ", "uý", "uỷ", "uỹ", "uỵ")),
    )
    for first, second in zip(firsts, seconds, strict=True)
)


def _draw(rng: np.random.Generator, pool: dict[str, int], count: int) -> np.ndarray:
    weights = np.array(list(pool.values()), np.float64)
    return np.array(list(pool), object)[rng.choice(len(pool), count, p=weights / weights.sum())]


def surnames(rng: np.random.Generator, count: int) -> np.ndarray:
    """Family names, shape (count,)."""
    return _draw(rng, _SURNAMES, count)


def full_names(rng: np.random.Generator, family: np.ndarray, sex: np.ndarray) -> np.ndarray:
    """Family, middle and given name for each family name and sex (0 male, 1 female)."""
    names = np.empty(len(family), object)
    for code in (0, 1):
        own = np.flatnonzero(sex == code)
        given = np.array(_GIVEN[code], object)
        weights = 1 / (np.arange(len(given)) + 12.0)
        chosen = given[rng.choice(len(given), len(own), p=weights / weights.sum())]
        names[own] = family[own] + " " + _draw(rng, _MIDDLE[code], len(own)) + " " + chosen
    return names


def hamlets(rng: np.random.Generator, is_urban: bool, count: int) -> list[str]:
    """The hamlets of one commune: numbered, or named and numbered."""
    if is_urban:
        return [f"Khu phố {number + 1}" for number in range(count)]
    if rng.random() < 0.6:
        return [f"Ấp {number + 1}" for number in range(count)]
    return [f"Ấp {_HAMLETS[place]}" for place in rng.choice(len(_HAMLETS), count, replace=False)]


def misspell(name: str, choice: int) -> str:
    """One of the usual typos that applies to a name; the name itself where none does."""
    typos = [(right, wrong) for right, wrong in _MISSPELLINGS if right in name]
    if not typos:
        return name
    right, wrong = typos[choice % len(typos)]
    return name.replace(right, wrong, 1)


def other_tone_place(text: str) -> str:
    """The same words with the tone mark on the second vowel (hòa becomes hoà)."""
    for first, second in _TONES:
        text = text.replace(first, second)
    return text


def decomposed(text: str) -> str:
    """The text in NFD, as some input methods write it."""
    return unicodedata.normalize("NFD", text)


def slug(text: str) -> str:
    """ASCII words joined by hyphens, for file names."""
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in plain if ord(letter) < 0x300)
    return "-".join(words.lower().split())
