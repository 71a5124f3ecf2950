"""The sentences of a profile page: what each chart shows, in plain Vietnamese.

They say what can be seen and no cause.
"""

from collections.abc import Mapping, Sequence

from reports.certainty import bounds, target_verdict, what_is_open
from reports.numbers import count_vi, decimal_vi, percent_vi
from reports.profiles.year_charts import flows_between, standard_changes
from reports.tables import Row

# Below half a tenth of a point the gap would be printed as 0,0: only the households are given.
_LEAST_POINTS = 0.0005


def about_rates(years: Sequence[Row], constant: Sequence[Row], target: Row | None, names: Mapping[str, str]) -> str:
    """What the chart of rates shows, with its caveats."""
    known = [row for row in years if row["poor_rate"] is not None]
    if not known:
        return "Chưa có tỷ lệ vì chưa có số hộ dân cư."
    first, last = known[0], known[-1]
    text = (
        f"Tỷ lệ hộ nghèo năm {last['survey_year']} là {percent_vi(last['poor_rate'])}, "
        f"hộ cận nghèo {percent_vi(last['near_poor_rate'])}"
    )
    if first is not last:
        text += (
            f"; năm {first['survey_year']} là {percent_vi(first['poor_rate'])} và {percent_vi(first['near_poor_rate'])}"
        )
    text += "."
    for change in standard_changes(known):
        text += (
            f" Từ năm {change['survey_year']} áp dụng {_lower(names[change['standard_code']])}: "
            "không so trực tiếp với các năm trước."
        )
    if constant:
        last_constant = constant[-1]
        text += (
            f" Màu xám tính lại theo {_lower(names[last_constant['standard_code']])} trên thu nhập hộ kê khai: "
            f"năm {last_constant['survey_year']} {bounds(last_constant)}."
        )
    if target is not None:
        text += " " + about_target(target)
    if what_is_open(last):
        text += f" Số liệu năm {last['survey_year']}: {', '.join(what_is_open(last))}."
    missing = [row["survey_year"] for row in years if row["poor_rate"] is None]
    if missing:
        text += f" Các năm không có tỷ lệ: {_spans(missing)}."
    return text


def about_target(target: Row) -> str:
    """Whether the next target is met, and by how much not: a row as `target_verdict` takes it, with target_year."""
    verdict = target_verdict(target)
    text = f"Mục tiêu năm {target['target_year']} là dưới {percent_vi(target['target_value'], 1)}: {_lower(verdict)}"
    if verdict != "Chưa đạt":
        return text + "."
    too_many = f"{count_vi(target['gap_households'])} hộ"
    if target["gap"] < _LEAST_POINTS:
        return text + f", còn thừa {too_many} nghèo."
    return text + f", còn cao hơn {decimal_vi(100 * target['gap'])} điểm phần trăm ({too_many})."


def about_counts(years: Sequence[Row]) -> str:
    """What the chart of numbers shows."""
    first, last = years[0], years[-1]
    text = (
        f"Năm {last['survey_year']} có {count_vi(last['poor_households'])} hộ nghèo và "
        f"{count_vi(last['near_poor_households'])} hộ cận nghèo"
    )
    if first is not last:
        text += (
            f"; năm {first['survey_year']} có {count_vi(first['poor_households'])} và "
            f"{count_vi(first['near_poor_households'])}"
        )
    text += "."
    if what_is_open(last):
        text += f" Số liệu năm {last['survey_year']}: {', '.join(what_is_open(last))}."
    return text


def about_movements(matrix: Sequence[Row]) -> str:
    """What became of the poor between the last two years, and how many are newly on the list."""
    if not matrix:
        return "Cần ít nhất hai năm rà soát để thấy biến động."
    start = max(row["from_year"] for row in matrix)
    end = next(row["to_year"] for row in matrix if row["from_year"] == start)
    flows = flows_between([row for row in matrix if row["from_year"] == start])

    def moved(before: str, after: str) -> str:
        return count_vi(flows.get((start, before, after), 0))

    entered = flows.get((start, "above", "poor"), 0) + flows.get((start, "not_listed", "poor"), 0)
    return (
        f"Từ {start} đến {end}: {moved('poor', 'poor')} hộ nghèo vẫn nghèo, "
        f"{moved('poor', 'near_poor')} hộ lên cận nghèo, {moved('poor', 'above')} hộ vượt chuẩn, "
        f"{moved('poor', 'not_listed')} hộ không còn trong danh sách; "
        f"{moved('near_poor', 'poor')} hộ cận nghèo rơi xuống nghèo và {count_vi(entered)} hộ nghèo mới vào danh sách."
    )


def about_indicators(rows: Sequence[Row], survey_year: int) -> str:
    """The indicators in which most are deprived."""
    named = [
        f"{_lower(row['name_vi'])} ({count_vi(row['listed_deprived'])} hộ, {percent_vi(row['listed_rate'], 1)})"
        for row in rows[:3]
        if row["listed_deprived"]
    ]
    if not named:
        return f"Năm {survey_year} không có hộ nghèo, hộ cận nghèo thiếu hụt chỉ số nào."
    return f"Năm {survey_year}, hộ nghèo và hộ cận nghèo thiếu hụt nhiều nhất: {', '.join(named)}."


def about_map(communes: Sequence[Row], survey_year: int) -> str:
    """Where most poor households are, and which communes have no point."""
    worst = max(communes, key=lambda row: row["poor_households"])
    text = (
        f"Mỗi chấm là một xã năm {survey_year}: chấm to có nhiều hộ nghèo, màu đậm có tỷ lệ cao. "
        f"Nhiều hộ nghèo nhất: {worst['commune_name']} ({count_vi(worst['poor_households'])} hộ)."
    )
    unplaced = [row["commune_name"] for row in communes if row["latitude"] is None]
    if unplaced:
        text += f" Chưa có tọa độ nên không vẽ: {', '.join(unplaced)}."
    return text


def _spans(years: Sequence[int]) -> str:
    """Years in order as people write them: 2021, 2025, 2026, 2027 is `2021, 2025–2027`."""
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
