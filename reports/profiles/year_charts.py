"""The charts of a profile along the years: rates against the targets, numbers of households, movements.

Rows are those that `reports.profiles.profile` reads, ordered by year.
"""

from collections.abc import Sequence
from itertools import pairwise

from reports.certainty import what_is_open
from reports.charts import (
    CLASS_COLOURS,
    CLASS_NAMES,
    INK,
    QUIET,
    SHADE,
    TARGET,
    Figure,
    layout,
    value_axis,
    year_axis,
)
from reports.numbers import count_vi, percent_vi
from reports.tables import Row

_SYMBOLS = {"poor": "circle", "near_poor": "square"}
STATES = ("poor", "near_poor", "above", "not_listed")
_STATE_OF = {"average": "above", "non_poor": "above", "left_list": "not_listed"}
_GAP = 0.035


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction


def _values(data: Sequence[Figure]) -> list[float]:
    return [value for trace in data for value in trace["y"] if value is not None]


def standard_changes(years: Sequence[Row]) -> list[Row]:
    """The years whose standard is another than that of the year before."""
    return [now for before, now in pairwise(years) if before["standard_code"] != now["standard_code"]]


def rate_figure(years: Sequence[Row], constant: Sequence[Row], targets: Sequence[Row], height: int) -> Figure:
    """Poor and near-poor rate by year, against the targets.

    Args:
        years: survey_year, poor_rate, near_poor_rate (fractions or None), standard_code, standard_short, is_final.
        constant: survey_year, poor_rate, uncertain_households on one standard for all its years.
        targets: target_year, target_value (fraction).
        height: of the chart in pixels.
    """
    data: list[Figure] = []
    for name in ("near_poor", "poor"):
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": f"Tỷ lệ {CLASS_NAMES[name].lower()}",
                "x": [row["survey_year"] for row in years],
                "y": [_percent(row[f"{name}_rate"]) for row in years],
                "line": {"color": CLASS_COLOURS[name], "width": 3 if name == "poor" else 2},
                "marker": {
                    "size": 9,
                    "symbol": [_SYMBOLS[name] + ("-open" if what_is_open(row) else "") for row in years],
                },
                "customdata": [_in_brackets(what_is_open(row)) for row in years],
                "hovertemplate": "%{y:.2f}%%{customdata}",
            }
        )
    if constant:
        data += _constant_figure(constant)
    if targets:
        data.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": "Mục tiêu của tỉnh (dưới mức này)",
                "x": [row["target_year"] for row in targets],
                "y": [_percent(row["target_value"]) for row in targets],
                "marker": {"symbol": "line-ew", "size": 34, "line": {"width": 4, "color": TARGET}, "color": TARGET},
                "text": [f"< {percent_vi(row['target_value'], 1)}" for row in targets],
                "textposition": "top center",
                "cliponaxis": False,
                "textfont": {"color": TARGET, "size": 12},
                "hovertemplate": "%{text}",
            }
        )
    marks = sorted({row["survey_year"] for row in years} | {row["target_year"] for row in targets})
    return {
        "data": data,
        "layout": layout(
            height,
            hovermode="x unified",
            xaxis=year_axis(marks),
            yaxis={**value_axis("", "%"), "range": [0, 1.15 * max([*_values(data), 0.1])]},
            margin={"l": 44, "r": 14, "t": 8, "b": 30},
            **_standard_bands(years, max(marks)),
        ),
    }


def _constant_figure(constant: Sequence[Row]) -> list[Figure]:
    """The rates on one standard: a line through years that are known, a span where only bounds are."""
    exact = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "Tỷ lệ hộ nghèo tính lại theo chuẩn cũ",
        "x": [row["survey_year"] for row in constant],
        "y": [_percent(row["poor_rate"]) if row["is_complete"] else None for row in constant],
        "line": {"color": QUIET, "width": 2, "dash": "dot"},
        "marker": {"size": 7, "symbol": "diamond"},
        "hovertemplate": "%{y:.2f}%",
    }
    spans: list[tuple[int, float | None, str, str]] = []
    for row in constant:
        if not row["is_complete"]:
            lower, upper = _percent(row["poor_rate"]), _percent(row["upper_rate"])
            year = row["survey_year"]
            spans.append((year, lower, "ít nhất", "line-ew-open" if upper is not None else "triangle-up"))
            if upper is not None:
                spans.append((year, upper, "nhiều nhất", "line-ew-open"))
            spans.append((year, None, "", "line-ew-open"))
    bounded = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "Tính lại theo chuẩn cũ: trong khoảng",
        "x": [year for year, *_ in spans],
        "y": [rate for _, rate, *_ in spans],
        "line": {"color": QUIET, "width": 4},
        "marker": {"size": 9, "symbol": [symbol for *_, symbol in spans], "line": {"width": 3, "color": QUIET}},
        "customdata": [bound for *_, bound, _ in spans],
        "hovertemplate": "%{customdata} %{y:.2f}%",
    }
    return [trace for trace in (exact, bounded) if _values([trace])]


def _in_brackets(reasons: Sequence[str]) -> str:
    return f" ({', '.join(reasons)})" if reasons else ""


def count_figure(years: Sequence[Row], height: int) -> Figure:
    """Poor and near-poor households by year as stacked columns: survey_year, poor_households, near_poor_households."""
    data = [
        {
            "type": "bar",
            "name": CLASS_NAMES[name],
            "x": [row["survey_year"] for row in years],
            "y": [row[f"{name}_households"] for row in years],
            "marker": {
                "color": CLASS_COLOURS[name],
                "pattern": {"shape": ["/" if what_is_open(row) else "" for row in years], "fillmode": "overlay"},
            },
            "text": [count_vi(row[f"{name}_households"]) for row in years],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "constraintext": "inside",
            "textfont": {"color": "#ffffff" if name == "poor" else INK, "size": 10},
            "customdata": [_in_brackets(what_is_open(row)) for row in years],
            "hovertemplate": "%{text} hộ%{customdata}",
        }
        for name in ("poor", "near_poor")
    ]
    marks = [row["survey_year"] for row in years]
    return {
        "data": data,
        "layout": layout(
            height,
            barmode="stack",
            bargap=0.1,
            hovermode="x unified",
            xaxis=year_axis(marks),
            yaxis={**value_axis(""), "tickformat": ",d"},
            margin={"l": 52, "r": 8, "t": 8, "b": 30},
            **_standard_bands(years, max(marks)),
        ),
    }


def _standard_bands(years: Sequence[Row], last: int) -> Figure:
    """A shade and a name from each year on in which another standard begins."""
    changes = standard_changes(years)
    shapes = [
        {
            "type": "rect",
            "layer": "below",
            "yref": "paper",
            "x0": row["survey_year"] - 0.5,
            "x1": last + 0.6,
            "y0": 0,
            "y1": 1,
            "fillcolor": SHADE,
            "line": {"width": 0},
        }
        for row in changes
    ]
    annotations = [
        {
            "x": row["survey_year"] - 0.45,
            "y": 1,
            "yref": "paper",
            "xanchor": "left",
            "yanchor": "top",
            "align": "left",
            "showarrow": False,
            "text": f"Chuẩn mới<br>từ {row['survey_year']}",
            "font": {"size": 11, "color": QUIET},
        }
        for row in changes
    ]
    return {"shapes": shapes, "annotations": annotations}


def _state(poverty_class: str) -> str:
    return _STATE_OF.get(poverty_class, poverty_class)


def flows_between(matrix: Sequence[Row]) -> dict[tuple[int, str, str], int]:
    """Households by from-year and state before and after, of rows of `transition_matrix`.

    `average` and `non_poor` are above the line; `left_list` is no longer listed.
    """
    flows: dict[tuple[int, str, str], int] = {}
    for row in matrix:
        before, after = (_state(row[name]) for name in ("from_class", "to_class"))
        if (before, after) != ("not_listed", "not_listed"):
            key = (row["from_year"], before, after)
            flows[key] = flows.get(key, 0) + row["households"]
    return flows


def movement_figure(matrix: Sequence[Row], height: int) -> Figure:
    """Movements over consecutive pairs of years as an alluvial picture: rows of `transition_matrix` of one area."""
    flows = flows_between(matrix)
    follows = {row["from_year"]: row["to_year"] for row in matrix}
    years = sorted({*follows, *follows.values()})
    size = {
        (year, state): max(
            sum(count for (start, before, _), count in flows.items() if (start, before) == (year, state)),
            sum(count for (start, _, after), count in flows.items() if (follows[start], after) == (year, state)),
        )
        for year in years
        for state in STATES
    }
    nodes = [node for node in size if size[node]]
    tallest = max(sum(size[year, state] for state in STATES) for year in years)
    scale = (1 - _GAP * (len(STATES) - 1)) / tallest
    middle: dict[tuple[int, str], float] = {}
    for year in years:
        top = 0.0
        for state in STATES:
            if size[year, state]:
                middle[year, state] = top + size[year, state] * scale / 2
                top += size[year, state] * scale + _GAP
    position = {node: index for index, node in enumerate(nodes)}
    links = sorted(flows.items(), key=lambda item: (item[0][0], STATES.index(item[0][1]), STATES.index(item[0][2])))
    names = {state: CLASS_NAMES[state] for state in STATES}
    return {
        "data": [
            {
                "type": "sankey",
                "arrangement": "fixed",
                "valueformat": ",d",
                "valuesuffix": " hộ",
                "node": {
                    "x": [0.001 + 0.998 * years.index(year) / max(len(years) - 1, 1) for year, _ in nodes],
                    "y": [min(max(middle[node], 0.001), 0.999) for node in nodes],
                    "label": [count_vi(size[node]) for node in nodes],
                    "customdata": [f"{names[state]}, {year}" for year, state in nodes],
                    "color": [CLASS_COLOURS[state] for _, state in nodes],
                    "thickness": 14,
                    "pad": 8,
                    "line": {"width": 0},
                    "hovertemplate": "%{customdata}: %{value}<extra></extra>",
                },
                "link": {
                    "source": [position[start, before] for (start, before, _), _ in links],
                    "target": [position[follows[start], after] for (start, _, after), _ in links],
                    "value": [count for _, count in links],
                    "color": [_pale(CLASS_COLOURS[before]) for (_, before, _), _ in links],
                    "customdata": [
                        f"{names[before]} {start} → {names[after]} {follows[start]}"
                        for (start, before, after), _ in links
                    ],
                    "hovertemplate": "%{customdata}: %{value}<extra></extra>",
                },
                "textfont": {"size": 11, "color": INK},
            }
        ],
        "layout": layout(
            height,
            margin={"l": 6, "r": 6, "t": 28, "b": 8},
            annotations=[
                {
                    "x": index / max(len(years) - 1, 1),
                    "y": 1,
                    "xref": "paper",
                    "yref": "paper",
                    "yshift": 24,
                    "xanchor": "left" if index == 0 else "right" if index == len(years) - 1 else "center",
                    "text": f"<b>{year}</b>",
                    "showarrow": False,
                }
                for index, year in enumerate(years)
            ],
        ),
    }


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.35)"
