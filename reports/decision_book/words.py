"""The headings and answers of the workbooks in which people decide; written and read by the same names."""

from base.text import key

CODE, YEAR, COMMUNE, SEVERITY, FILE, SHEET, ROW, COLUMN = "Mã", "Năm", "Xã", "Mức", "Tệp", "Trang", "Hàng", "Cột"
PROBLEM, ACTION, PRESENT = "Vấn đề", "Cách sửa", "Giá trị hiện tại"
DECISION, RIGHT, REASON, EXPIRES, NUMBER = "Quyết định", "Giá trị đúng", "Lý do", "Hết hạn", "Số quyết định"
OLD = "Giá trị cũ"
HEAD, OTHER_FILE, OTHER_ROW, OTHER_YEAR, OTHER_HEAD = "Chủ hộ", "Tệp kia", "Hàng kia", "Năm kia", "Chủ hộ kia"
WHY, SCORE = "Vì sao hỏi", "Điểm"
COMMUNE_ANSWER = "Xã trả lời"

WAIVE, CORRECT = "chấp nhận", "sửa ô"
SAME, OTHER = "cùng hộ", "khác hộ"
SENT_AGAIN, IS_RIGHT, SHALL_BE = "đã gửi lại tệp", "số liệu đúng", "sửa theo giá trị đúng"
FINDING_DECISIONS = (WAIVE, CORRECT)
LINK_DECISIONS = (SAME, OTHER)
COMMUNE_ANSWERS = (SENT_AGAIN, IS_RIGHT, SHALL_BE)
# What an answer decides, however it is typed.
MEANT = {
    key(said): meant
    for said, meant in (
        (WAIVE, WAIVE),
        (IS_RIGHT, WAIVE),
        (CORRECT, CORRECT),
        (SHALL_BE, CORRECT),
        (SENT_AGAIN, SENT_AGAIN),
        (SAME, SAME),
        (OTHER, OTHER),
    )
}
LEAST_CODE = 8


def code_length(ids: list[str]) -> int:
    """How many characters of these ids tell them apart: the eight that pages show, or more where that is needed."""
    length = LEAST_CODE
    while len({one[:length] for one in ids}) < len(set(ids)):
        length += 1
    return length
