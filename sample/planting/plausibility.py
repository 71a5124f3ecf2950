"""Planted errors of plausibility: rates that jump, scores and incomes that were made up.

Those that compare two years are made in the last one, so that nothing jumps back.
"""

import numpy as np
import pandas as pd

from base.reference import read_table
from sample.communes import is_urban
from sample.planting.lists import ListFinding, ListKind, Lists, bound, last_year, nth_year
from sample.scores import lines_of
from sample.vocabulary import indicators, is_of_children

_BEYOND = 0.1  # of a bound: how far an error goes beyond it
_LINES = ("income_line_vnd", "average_living_line_vnd")
_RESULTS = ("recorded_class", "b1_score", "b2_score", "income_per_capita_kvnd")


def _child_marks(rows: pd.DataFrame) -> list[str]:
    own = zip(indicators(), is_of_children().tolist(), strict=True)
    return [name for name in (f"is_deprived_{code}" for code, is_own in own if is_own) if name in rows.columns]


def _marks(rows: pd.DataFrame) -> list[str]:
    return [name for name in rows.columns if name.startswith("is_deprived_")]


def _of_class(lists: Lists, commune: int) -> list[int]:
    """The other communes without an error that are rural or urban like this one."""
    urban = is_urban(lists.now.year)
    return [code for code in lists.free_communes() if code != commune and urban[code] == urban[commune]]


def _poor_rate_jumps(lists: Lists, commune: int) -> list[ListFinding]:
    """The commune exchanges results with others of its class: its poor become near-poor, their near-poor poor.

    Each pair of households has as many members, so that no count of the province or of the class changes.
    """
    if lists.before is None:
        return []
    check, now, year = "poor_rate_jumps", lists.now.totals, lists.now.year
    residents, earlier = now["resident_households"][commune], lists.before.totals.loc[commune]
    if min(residents, earlier["resident_households"]) < bound(check, "min_households", year):
        return []
    rows = lists.households
    rate = earlier["poor_households"] / earlier["resident_households"]
    wanted = int((rate - (1 + _BEYOND) * bound(check, "max_change", year)) * residents)
    count = int(((rows["commune"] == commune) & (rows["recorded_class"] == "poor")).sum()) - wanted
    can = ~rows[_child_marks(rows)].any(axis=1)
    own = rows.index[can & (rows["commune"] == commune) & (rows["movement"] == "stayed_poor")]
    others = rows.index[
        can & rows["commune"].isin(_of_class(lists, commune)) & (rows["movement"] == "stayed_near_poor")
    ]
    pairs = _of_one_size(rows, lists.rng.permutation(own), lists.rng.permutation(others))[:count]
    if wanted < 0 or count <= 0 or len(pairs) < count:
        return []

    def exchange() -> None:
        mine, theirs = (rows.index.get_indexer(pd.Index(labels)) for labels in pairs.T)
        for name in (*_RESULTS, *_marks(rows)):
            values = rows[name].to_numpy(copy=True)
            values[mine], values[theirs] = values[theirs], values[mine]
            rows[name] = values
        rows.loc[pairs[:, 0], "movement"] = "poor_to_near_poor"
        rows.loc[pairs[:, 1], "movement"] = "near_poor_to_poor"

    lists.in_step(exchange)
    return [ListFinding(check, commune, None, "poor_rate", remark=f"results of {count} households exchanged")]


def _of_one_size(rows: pd.DataFrame, own: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Pairs of labels, one of each, with the same member count; shape (pairs, 2)."""
    frames = []
    for labels in (own, others):
        frame = pd.DataFrame({"label": labels, "size": rows["member_count"].loc[labels].to_numpy()})
        frame["place"] = frame.groupby("size").cumcount()
        frames.append(frame)
    pairs: np.ndarray = (
        frames[0]
        .merge(frames[1], on=["size", "place"])
        .sort_values(["place", "size"])[["label_x", "label_y"]]
        .to_numpy()
    )
    return pairs


def _household_size_jumps(lists: Lists, commune: int) -> list[ListFinding]:
    """Residents of the largest commune of the class are counted in this one."""
    if lists.before is None:
        return []
    check, year, totals = "household_size_jumps", lists.now.year, lists.now.totals
    households, earlier = totals["resident_households"], lists.before.totals
    largest = max(_of_class(lists, commune), key=lambda code: households[code], default=None)
    limit = bound(check, "max_change", year)
    if largest is None:
        return []
    if min(households[commune], earlier["resident_households"][commune]) < bound(check, "min_households", year):
        return []
    size = earlier["resident_persons"][commune] / earlier["resident_households"][commune]
    wanted = int(np.ceil((size + (1 + _BEYOND) * limit) * households[commune]))
    moved = wanted - totals["resident_persons"][commune]
    if moved > limit / 2 * households[largest]:
        return []
    totals.loc[commune, "resident_persons"] += moved
    totals.loc[largest, "resident_persons"] -= moved
    return [ListFinding(check, commune, None, "resident_persons")]


def _indicator_rate_jumps(lists: Lists, commune: int) -> list[ListFinding]:
    """One indicator is marked for many households, as far as nobody becomes poor by it."""
    if lists.before is None:
        return []
    check, year = "indicator_rate_jumps", lists.now.year
    rows = lists.of(commune)
    marks = [name for name in _marks(rows) if name not in _child_marks(rows)]
    listed = rows[rows["recorded_class"].isin(["poor", "near_poor"])]
    of_before = lists.before.households
    earlier = of_before[(of_before["commune"] == commune) & of_before["recorded_class"].isin(["poor", "near_poor"])]
    if min(len(listed), len(earlier)) < bound(check, "min_households", year):
        return []
    name = marks[int(lists.rng.integers(0, len(marks)))]
    limit = bound(check, "max_change", year)
    count = int(np.ceil((earlier[name].mean() + (1 + _BEYOND) * limit) * len(listed))) - int(listed[name].sum())
    most_near_poor = lines_of(year).minimum - 1
    has_room = (listed["recorded_class"] == "poor") | (listed[_marks(listed)].sum(axis=1) < most_near_poor)
    can = lists.rng.permutation(listed.index[has_room & ~listed[name]].to_numpy())
    if len(can) < count:
        return []

    def mark() -> None:
        lists.households.loc[can[:count], name] = True
        lists.households.loc[can[:count], "b2_score"] += 10

    lists.in_step(mark)
    return [ListFinding(check, commune, None, name)]


def _scores_heap_below_cutoff(lists: Lists, commune: int) -> list[ListFinding]:
    """Scores further below the cut-off are written as just below it, which changes no class."""
    check, year, cutoff = "scores_heap_below_cutoff", lists.now.year, lines_of(lists.now.year).cutoff_b1
    if cutoff is None:
        return []
    rows, width = lists.households, bound(check, "width", year)
    distance = rows["b1_score"] - cutoff[(rows["area_class"] == "urban").to_numpy().astype(np.int64)]
    is_own = rows["commune"] == commune
    moved = rows.index[is_own & (distance > -5 * width) & (distance <= -width)]
    heap = len(moved) + (is_own & (distance > -width) & (distance <= 0)).sum()
    near = heap + (is_own & (distance > 0) & (distance <= width)).sum()
    is_other = ~is_own & rows["b1_score"].notna()
    share = (is_other & (distance > -width) & (distance <= 0)).sum() / (
        is_other & (distance > -2 * width) & (distance <= width)
    ).sum()
    deviation = (heap - near * share) / np.sqrt(near * share * (1 - share)) if near else 0.0
    if near < bound(check, "min_households", year) or deviation < (1 + _BEYOND) * bound(check, "max_z", year):
        return []
    shift = lists.rng.integers(0, int(2 * width), len(moved)) / 2
    rows.loc[moved, "b1_score"] += -distance[moved] - shift
    return [ListFinding(check, commune, "household", "b1_score")]


def _income_digit_preference(lists: Lists, commune: int) -> list[ListFinding]:
    """Incomes are rounded down to whole hundreds, where no line of any standard lies between."""
    check, year = "income_digit_preference", lists.now.year
    rows = lists.of(commune)
    income = rows["income_per_capita_kvnd"]
    if income.notna().sum() < bound(check, "min_households", year):
        return []
    standards = read_table("poverty_standards")
    lines = {float(row[name]) / 1000 for row in standards for name in _LINES if row[name]}
    rounded = income // 100 * 100
    crosses = np.any([(rounded <= line) & (line < income) for line in lines], axis=0)
    lists.households.loc[rows.index, "income_per_capita_kvnd"] = income.where(crosses, rounded)
    return [ListFinding(check, commune, "household", "income_per_capita_kvnd")]


def _identical_rows_in_block(lists: Lists, commune: int) -> list[ListFinding]:
    """The answers of one household are copied to those below it that have its class and size."""
    check = "identical_rows_in_block"
    wanted = int(bound(check, "min_rows", lists.now.year))
    kept = lists.of(commune)
    kept = kept[kept["recorded_class"] != "left_list"]
    alike = kept[["area_class", "recorded_class", "member_count"]]
    run = (alike != alike.shift()).any(axis=1).cumsum()
    is_candidate = kept["recorded_class"].isin(["poor", "near_poor"]) & ~kept[_child_marks(kept)].any(axis=1)
    place = kept.groupby(run).cumcount(ascending=False) + 1
    first = lists.pick(kept.index[is_candidate & (place >= wanted)])
    if first is None:
        return []
    block = kept.index[kept.index >= first][:wanted]

    def copy() -> None:
        for name in ("b1_score", "b2_score", "income_per_capita_kvnd", *_marks(kept)):
            lists.households.loc[block, name] = kept[name][first]

    lists.in_step(copy)
    return [ListFinding(check, commune, "household", "household_code", first, f"{wanted} rows")]


KINDS = (
    ListKind("scores_heap_below_cutoff", nth_year(3), _scores_heap_below_cutoff),
    ListKind("identical_rows_in_block", nth_year(6), _identical_rows_in_block),
    ListKind("income_digit_preference", nth_year(8), _income_digit_preference),
    ListKind("poor_rate_jumps", last_year, _poor_rate_jumps),
    ListKind("household_size_jumps", last_year, _household_size_jumps),
    ListKind("indicator_rate_jumps", last_year, _indicator_rate_jumps),
)
