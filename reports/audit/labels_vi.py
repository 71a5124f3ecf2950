"""The Vietnamese words of the audit report for the codes that the tables hold."""

import re

from base.reference import load_territory, read_table
from reports.numbers import date_vi

SEVERITY = {"error": "Lỗi", "warning": "Cảnh báo"}
OWNER = {"commune": "Xã, phường", "district": "Huyện", "province": "Tỉnh", "data_team": "Tổ dữ liệu"}
ENGINE = {"ingestion": "Đọc tệp và đối chiếu hàng", "dbt": "Khoá và cân đối bảng (dbt)",
          "great_expectations": "Phân bố và ngưỡng (Great Expectations)"}  # fmt: skip
STATUS = {"open": "còn mở", "resolved": "đã xử lý", "waived": "được miễn trừ"}
FILE_STATUS = {"accepted": "đang dùng", "superseded": "đã có bản thay", "rejected": "bị loại",
               "held": "được giữ lại (năm đã chốt)",
               "withdrawn": "đã rút lại", "erased": "đã xóa"}  # fmt: skip
MATURITY = {"final": "chính thức", "provisional": "tạm thời"}
BLOCKS = {"nothing": "không chặn gì", "file": "loại cả tệp", "row": "để riêng hàng", "release": "chặn phát hành"}
KIND = {
    "file": "tệp", "row": "hàng", "value": "ô", "consistency": "nhất quán", "completeness": "đầy đủ",
    "published": "số công bố", "schema": "cấu trúc bảng", "distribution": "phân bố", "reconciliation": "đối chiếu",
    "identity": "định danh hộ", "plausibility": "hợp lý qua các năm",
}  # fmt: skip
PUBLICATION = {"plan": "Kế hoạch", "series": "Chuỗi số liệu năm"}
UNIT = {"households": "hộ", "percent": "%", "communes": "xã", "districts": "huyện", "persons": "người"}
CLOSING = {True: "đã chốt", False: "được mở lại"}
DECISION = {"in_force": "đang có hiệu lực", "expired": "hết hạn", "invalid": "không hợp lệ",
            "applied": "đã áp dụng", "refused": "bị từ chối"}  # fmt: skip
PASSES = {f"linked_by_{row['pass']}": row["label_vi"] for row in read_table("link_passes")}
REVIEW = {
    "below_threshold": "Điểm giống nhau dưới ngưỡng",
    "code_without_a_person": "Cùng mã hộ nhưng không có người nào trùng",
    "candidates_too_alike": "Nhiều hộ giống nhau như nhau",
    "household_found_elsewhere": "Hàng khác cùng năm đã nhận hộ này",
}
PASS = {key.removeprefix("linked_by_"): label for key, label in PASSES.items()}
IDENTITY = {"split_off": "Tách hộ", "merged_into_another": "Nhập vào hộ khác", "relinked": "Nối lại theo dữ liệu mới"}
FILE_CHANGE = {"added": "được dùng", "superseded": "đã có bản thay", "held": "được giữ lại (năm đã chốt)",
               "rejected": "bị loại", "withdrawn": "đã rút lại",
               "erased": "đã xóa", "gone": "không còn"}  # fmt: skip
CAUSE = {"new_file": "tệp mới", "correction": "đính chính", "rule": "đổi quy tắc", "code": "đổi chương trình"}
DATASETS = {
    "release": "bản phát hành",
    "raw_household": "tệp gốc: danh sách hộ",
    "raw_member": "tệp gốc: thành viên",
    "raw_source_file": "tệp gốc: trang bìa",
    "raw_total": "tệp gốc: trang tổng hợp",
    "area_year": "số liệu theo khu vực",
    "dim_commune": "danh mục xã",
    "fct_household_year": "hộ theo năm",
    "indicator_area_year": "chỉ số theo khu vực",
    "need_area_year": "nhu cầu theo khu vực",
    "target_progress": "tiến độ mục tiêu",
    "agency_indicator": "cơ quan và chỉ số",
    "area_year_cause": "nguyên nhân nghèo theo khu vực",
    "area_year_class": "hộ và người theo phân loại",
    "area_year_constant_standard": "số liệu theo chuẩn không đổi",
    "area_year_ethnicity": "hộ theo dân tộc",
    "person_area_year": "người theo giới và tuổi",
    "child_indicator_area_year": "trẻ em thiếu hụt theo khu vực",
    "commune_priority": "xã cần giúp nhất",
    "dim_household": "danh mục hộ",
    "dim_indicator": "danh mục chỉ số",
    "fct_household_transition": "chuyển phân loại của hộ",
    "household_trajectory": "lịch sử của hộ",
    "poverty_change_decomposition": "phân tích thay đổi",
    "poverty_hazard": "xác suất thoát và tái nghèo",
    "poverty_measure": "đo lường nghèo đa chiều",
    "poverty_measure_change": "thay đổi của đo lường",
    "poverty_measure_indicator": "đóng góp của chỉ số",
    "poverty_measure_subgroup": "đo lường theo nhóm",
    "poverty_movement": "biến động",
    "poverty_movement_decomposition": "phân tích biến động",
    "poverty_spell": "các kỳ nghèo",
    "programme_task": "nhiệm vụ của kế hoạch",
    "transition_matrix": "ma trận chuyển phân loại",
}


def boundary_vi(boundary: str) -> str:
    """Which units a figure is counted by."""
    return "đơn vị của năm" if boundary == "as_reviewed" else f"đơn vị từ {date_vi(load_territory().harmonised_date)}"


# The conditions of checks are written for developers in English; the report says them in plain Vietnamese.
_CONDITIONS = [
    (r"\b(\S+) of (\S+) rows? unexpected\b", r"\1 trong \2 hàng sai"),
    (r"\bvalue_set\b", "trong số"),
    (r"\bopen findings?\b", "phát hiện còn mở"),
    (r"\ball columns are there\b", "đủ các cột"),
    (r"\bcolumns are there\b", "cột có mặt"),
    (r"\bcolumns and files with a personal value\b", "cột và tệp có giá trị của người trong danh sách"),
    (r"\bcolumns, types, keys and filled cells as promised\b", "đúng cột, kiểu, khoá và ô bắt buộc như đã khai báo"),
    (r"\bsuccess\b", "đúng"),
    (r"\bcolumns?\b", "cột"),
    (r"\bthe model's expected rows\b", "đúng các hàng mẫu"),
    (r"\brows?\b", "hàng"),
    (r"\bvalues?\b", "giá trị"),
    (r"\boutside\b", "ngoài ngưỡng"),
    (r"\bany year\b", "mọi năm"),
    (r"\bat most\b", "nhiều nhất"),
    (r"\bat least\b", "ít nhất"),
    (r"\bmin_value\b", "nhỏ nhất"),
    (r"\bmax_value\b", "lớn nhất"),
    (r"\bmissing\b", "thiếu"),
    (r"\bpass\b", "đạt"),
    (r"(?<=\d) to (?=[-\d])", " đến "),
]
_NUMBER = re.compile(r"(?<![\w.-])-?\d[\d,]*(?:\.\d+)?(?![\w])")


def condition_vi(text: str) -> str:
    """A check's observed or expected condition: `5 to 1,500; at most 0.01` is `5 đến 1.500; nhiều nhất 0,01`."""
    shown = _NUMBER.sub(lambda found: found[0].translate(str.maketrans(",.", ".,")), text)
    for pattern, words in _CONDITIONS:
        shown = re.sub(pattern, words, shown)
    return shown
