"""Which texts of decisions are published, and that what is refused names its kind and never itself."""

import pytest

from ingestion.free_text import LONGEST_TEXT, Names, OwnValues, what_forbids

HOUSEHOLD = ["Trần Kiều Oanh", "Lý Quốc Bảo", "Ấp Rạch Gỗ"]
OTHERS = ["Nguyễn Văn Hùng", "Phạm Thị Hoa", "Đặng Yến Nguyệt"]
OWN = OwnValues(
    Names(HOUSEHOLD, left_out=99),
    Names([*HOUSEHOLD, *OTHERS, *(f"Nguyễn Văn Hùng {n}" for n in range(9))], left_out=1),
    frozenset({"76932319605", "903123456"}),
    frozenset({"29161-0001", "HGA77"}),
    ("Hộ nghèo", "12", "1967-08-08"),
)


@pytest.mark.parametrize(
    "text",
    [
        "đối chiếu phiếu giấy",
        "Biểu tổng hợp đã ký; số theo danh sách",
        "Xã không còn hộ nào nên không gửi tệp",
        "theo Thông tư 17/2016/TT-BLĐTBXH, năm 2016",
        "giai đoạn 2021 - 2025",
        "hàng 12, 13, 14, 15 và 16",
        "Quyết định 123/QĐ-UBND của xã An Hiệp",
        "tờ 5 của phiếu B, mục 1.2",
        "không rõ, đã hỏi lại hai ba lần",
        "doi chieu phieu giay",
        "cột 7 dòng 29161",
        "Danh sách của tổ rà soát",
    ],
)
def test_a_plain_reason_is_published(text: str) -> None:
    assert what_forbids(text, OWN) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("số 076932319605", "dãy số"),
        ("số 076-932-319-605", "dãy số"),
        ("số 076.932.319.605", "dãy số"),
        ("số 076 932 319 605", "dãy số"),
        ("số 07/69/32/31/96/05", "ngày"),
        ("số 07 – 69 – 32 – 31", "dãy số"),
        ("số ０７６９３２３１９６０５", "dãy số"),
        ("số ٠٧٦٩٣٢٣١٩٦٠٥", "dãy số"),
        ("gọi 12345678", "dãy số"),
        ("gọi (090) 312-3456", "dãy số"),
        ("không bảy sáu chín ba hai ba một", "dãy số"),
        ("là 769323 và 19605", "nhắc lại"),
        ("sinh ngày 8 tháng 8 năm 1967", "ngày"),
        ("mùng 8 tháng 8", "ngày"),
        ("mung tam thang tam", "ngày"),
        ("tám tháng tám", "ngày"),
        ("8/8/1967", "ngày"),
        ("8-8-67", "ngày"),
        ("８／８／１９６７", "ngày"),
        ("1967-08-08", "ngày"),
        ("ngày 1/2/2025", "ngày"),
        ("sinh năm 67", "ngày"),
        ("ngày rằm tháng giêng", "ngày"),
        ("a.b@xa.gov.vn", "thư điện tử"),
        ("a.b (at) xa.gov.vn", "thư điện tử"),
        ("số nhà 12", "địa chỉ"),
        ("số 12/3 đường Hùng Vương", "địa chỉ"),
        ("ở ấp 3", "địa chỉ"),
        ("o ap 3", "địa chỉ"),
        ("tổ 5, khóm 2", "địa chỉ"),
        ("hộ 29161-0001", "mã hộ"),
        ("hộ 29161 0001", "mã hộ"),
        ("hộ hga-77", "mã hộ"),
        ("đúng là hộ nghèo", "nhắc lại"),
        ("đúng là ho ngheo", "nhắc lại"),
        ("hộ Trần Kiều Oanh", "tên người"),
        ("hộ tran kieu oanh", "tên người"),
        ("hộ TRAN KIEU OANH", "tên người"),
        ("Kiều Oanh xác nhận", "tên người"),
        ("Oanh xác nhận", "tên người"),
        ("oanh xac nhan", "tên người"),
        ("ở Rạch Gỗ", "tên người"),
        ("Nguyen Van Hung noi", "tên người"),
        ("Văn Hùng nói", "tên người"),
        ("Nguyệt nói", "tên người"),
        ("bà Bảy nói", "tên người"),
        ("đúng\u202eabc", "ký tự"),
        ("đúng\x1b[31m", "ký tự"),
        ("đúng\u200bvậy", "ký tự"),
        ("x" * (LONGEST_TEXT + 1), "dài hơn"),
    ],
)
def test_what_may_name_somebody_is_refused_by_its_kind(text: str, kind: str) -> None:
    why = what_forbids(text, OWN)
    assert why is not None
    assert kind in why
    assert text not in why


def test_who_signs_may_be_named_unless_the_file_has_that_person() -> None:
    assert what_forbids("ông Lê Minh Tâm, Chủ tịch", OWN, is_signature=True) is None
    assert what_forbids("Trần Kiều Oanh", OWN, is_signature=True) is not None
    assert what_forbids("Pham Thi Hoa", OWN, is_signature=True) is not None
    assert what_forbids("Nguyệt", OWN, is_signature=True) is not None
    assert what_forbids("bà Oanh", OWN, is_signature=True) is not None
    assert what_forbids("Chi cục", OWN, is_signature=True) is None
    assert what_forbids("Lê Minh Tâm 0903 123 456", OWN, is_signature=True) is not None
