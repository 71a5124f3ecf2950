"""How far a figure is known: what is still open about it, within which bounds it lies, what a target may be called."""

from reports.numbers import count_vi, percent_vi
from reports.tables import Row


def bounds(row: Row) -> str:
    """A rate that is recomputed from what the forms of a year say: exact, between two bounds, or at least so much."""
    if row["is_complete"]:
        return percent_vi(row["poor_rate"])
    if row["upper_rate"] is None:
        return f"ít nhất {percent_vi(row['poor_rate'])}"
    return f"từ {percent_vi(row['poor_rate'])} đến {percent_vi(row['upper_rate'])}"


def what_is_open(row: Row) -> list[str]:
    """Why the figures of a year are not the last word: a row of `area_year` with open_errors; empty when they are."""
    reasons = []
    if _is_incomplete(row):
        reasons.append(f"mới có {row['communes_received']} trên {row['communes_expected']} xã")
    elif row["is_final"] is False:
        reasons.append("tạm thời")
    if row["open_errors"]:
        reasons.append(f"{count_vi(row['open_errors'])} lỗi chưa xử lý")
    return reasons


def _is_incomplete(row: Row) -> bool:
    return row["communes_expected"] is not None and row["communes_received"] < row["communes_expected"]


def target_verdict(target: Row) -> str:
    """Met or missed, said only when every expected commune is in and final.

    A row of `target_progress` with communes_expected, communes_received and is_final of the province.
    """
    if target["is_met"] is None:
        return "Chưa so được"
    if _is_incomplete(target):
        return f"Chưa đủ dữ liệu: {target['communes_received']} trên {target['communes_expected']} xã"
    if not target["is_final"]:
        return "Chưa đủ dữ liệu: còn số liệu tạm thời"
    return "Đã đạt" if target["is_met"] else "Chưa đạt"
