"""The charts of a profile in one year: the indicators, and the map of communes.

There are no map tiles: points at the reference coordinates, in true proportion, with a scale.
"""

import math
import textwrap
from collections.abc import Sequence

from reports.certainty import what_is_open
from reports.charts import CLASS_COLOURS, CLASS_NAMES, INK, QUIET, Figure, layout, value_axis
from reports.numbers import count_vi, percent_vi
from reports.tables import Row

Box = tuple[float, float, float, float]
_KM_PER_DEGREE = 111.32
_SCALE_KM = 10
_LARGEST_POINT = 40
_LABELLED = 8
_MAP_TOP = 56
# A light edge, so that a name can be read where it lies over a point.
_HALO = "0 0 3px #ffffff, 0 0 3px #ffffff, 0 0 4px #ffffff"
# ColorBrewer OrRd without its palest end: one hue, darker is more.
RATE_COLOURS = ["#fdd49e", "#fdbb84", "#fc8d59", "#ef6548", "#d7301f", "#990000"]


def indicator_figure(rows: Sequence[Row], height: int) -> Figure:
    """Share of poor and near-poor households that are deprived in each indicator.

    Args:
        rows: name_vi and for both lists poor_deprived, poor_rate, near_poor_deprived, near_poor_rate (fractions or
            None), in the order of the picture from top to bottom.
        height: of the chart in pixels.
    """
    names = ["<br>".join(textwrap.wrap(row["name_vi"], 24)) for row in rows]
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": CLASS_NAMES[name],
            "y": names,
            "x": [None if row[f"{name}_rate"] is None else 100 * row[f"{name}_rate"] for row in rows],
            "marker": {"color": CLASS_COLOURS[name]},
            "text": [percent_vi(row[f"{name}_rate"], 1) for row in rows],
            "textposition": "outside",
            "cliponaxis": False,
            "textfont": {"size": 11, "color": INK},
            "customdata": [count_vi(row[f"{name}_deprived"]) for row in rows],
            "hovertemplate": "%{text} · %{customdata} hộ",
        }
        for name in ("poor", "near_poor")
    ]
    return {
        "data": data,
        "layout": layout(
            height,
            barmode="group",
            bargap=0.28,
            bargroupgap=0.05,
            xaxis=value_axis("", "%"),
            yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True, "tickfont": {"size": 12}},
            margin={"l": 8, "r": 44, "t": 8, "b": 30},
            legend={
                "orientation": "h",
                "x": 0,
                "y": 1.01,
                "xanchor": "left",
                "yanchor": "bottom",
                "traceorder": "normal",
            },
        ),
    }


def commune_map(communes: Sequence[Row], height: int) -> Figure:
    """Communes as points: area by poor households, colour by poor rate.

    Args:
        communes: commune_name, latitude, longitude, poor_households, near_poor_households, poor_rate (fraction or
            None); those without coordinates are left out, one at least has them.
        height: of the chart in pixels.
    """
    placed = sorted(
        (row for row in communes if row["latitude"] is not None), key=lambda row: row["poor_households"], reverse=True
    )
    most = max((row["poor_households"] for row in placed), default=0) or 1
    rates = [None if row["poor_rate"] is None else 100 * row["poor_rate"] for row in placed]
    known = [rate for rate in rates if rate is not None]
    latitude = sum(row["latitude"] for row in placed) / len(placed)
    stretch = 1 / math.cos(math.radians(latitude))
    west, south = (min(row[name] for row in placed) for name in ("longitude", "latitude"))
    east, north = (max(row[name] for row in placed) for name in ("longitude", "latitude"))
    place = label_places(placed, _LABELLED, (height - _MAP_TOP) / max(1.16 * (north - south), 0.05), stretch)
    room = max(east - west, north - south, 0.05) * 0.08
    scale_end = west - room / 2 + _SCALE_KM * stretch / _KM_PER_DEGREE
    axis = {"visible": False, "fixedrange": True}
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": [row["longitude"] for row in placed],
                "y": [row["latitude"] for row in placed],
                "text": [_short(row["commune_name"]) if at < _LABELLED else "" for at, row in enumerate(placed)],
                "textposition": place,
                "textfont": {"size": 11, "color": INK, "shadow": _HALO},
                "cliponaxis": False,
                "customdata": [
                    [
                        row["commune_name"],
                        count_vi(row["poor_households"]),
                        percent_vi(row["poor_rate"]),
                        count_vi(row["near_poor_households"]),
                        "".join(f"<br>{reason}" for reason in what_is_open(row)),
                    ]
                    for row in placed
                ],
                "hovertemplate": "<b>%{customdata[0]}</b><br>Hộ nghèo: %{customdata[1]} (%{customdata[2]})"
                "<br>Hộ cận nghèo: %{customdata[3]}%{customdata[4]}<extra></extra>",
                "marker": {
                    "size": [row["poor_households"] for row in placed],
                    "sizemode": "area",
                    "sizeref": 2 * most / _LARGEST_POINT**2,
                    "sizemin": 3,
                    "color": [CLASS_COLOURS["not_listed"] if rate is None else rate for rate in rates],
                    "cmin": min(known, default=0),
                    "cmax": max(known, default=1),
                    "colorscale": [[at / (len(RATE_COLOURS) - 1), colour] for at, colour in enumerate(RATE_COLOURS)],
                    "showscale": bool(known),
                    "opacity": 0.9,
                    "line": {"width": 0.8, "color": INK},
                    "colorbar": {
                        "title": {"text": "Tỷ lệ hộ nghèo", "side": "top", "font": {"size": 11}},
                        "ticksuffix": "%",
                        "orientation": "h",
                        "thickness": 9,
                        "lenmode": "pixels",
                        "len": 220,
                        "x": 0,
                        "xanchor": "left",
                        "y": 1.0,
                        "yanchor": "bottom",
                        "tickfont": {"size": 11},
                    },
                },
            },
            _size_key(most, scale_end, south - room * 1.6, room),
        ],
        "layout": layout(
            height,
            hovermode="closest",
            showlegend=False,
            margin={"l": 4, "r": 60, "t": _MAP_TOP, "b": 4},
            xaxis={**axis, "range": [west - room, east + room]},
            yaxis={**axis, "range": [south - 2 * room, north + room], "scaleanchor": "x", "scaleratio": stretch},
            shapes=[
                {
                    "type": "line",
                    "x0": west - room / 2,
                    "x1": scale_end,
                    "y0": south - room * 1.6,
                    "y1": south - room * 1.6,
                    "line": {"color": QUIET, "width": 2},
                }
            ],
            annotations=[
                {
                    "x": scale_end,
                    "y": south - room * 1.6,
                    "text": f"{_SCALE_KM} km",
                    "xanchor": "left",
                    "showarrow": False,
                    "font": {"size": 11, "color": QUIET},
                }
            ],
        ),
    }


def _size_key(most: int, west: float, south: float, room: float) -> Figure:
    """Points that say how many poor households an area stands for: a round number near the largest, and a fifth."""
    digit = 10 ** (len(str(most)) - 1)
    largest = most // digit * digit
    sizes = sorted({largest, max(largest // 5, 1)})
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [west + room * (2.6 + 2.4 * at) for at in range(len(sizes))],
        "y": [south] * len(sizes),
        "text": [f" {count_vi(size)} hộ nghèo" if size == sizes[-1] else f" {count_vi(size)}" for size in sizes],
        "textposition": "middle right",
        "textfont": {"size": 11, "color": QUIET},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "marker": {
            "size": sizes,
            "sizemode": "area",
            "sizeref": 2 * most / _LARGEST_POINT**2,
            "sizemin": 3,
            "color": "rgba(0,0,0,0)",
            "line": {"width": 0.8, "color": QUIET},
        },
    }


def label_places(placed: Sequence[Row], labelled: int, pixels: float, stretch: float) -> list[str]:
    """On which side of its point each name is, so that names hide as few points and other names as can be.

    Args:
        placed: communes with latitude, longitude, poor_households, most first.
        labelled: how many of the first have a name.
        pixels: of one degree of latitude.
        stretch: degrees of longitude for one of latitude.
    """
    most = max((row["poor_households"] for row in placed), default=0) or 1
    taken = []
    for row in placed:
        radius = _LARGEST_POINT / 2 * math.sqrt(row["poor_households"] / most)
        x, y = row["longitude"] * pixels / stretch, -row["latitude"] * pixels
        taken.append((x - radius, y - radius, x + radius, y + radius))
    places = ["middle right"] * len(placed)
    for at, row in enumerate(placed[:labelled]):
        left, top, right, bottom = taken[at]
        width, half = 6.5 * len(_short(row["commune_name"])), 8
        x, y = (left + right) / 2, (top + bottom) / 2
        sides = {
            "middle right": (right, y - half, right + width, y + half),
            "middle left": (left - width, y - half, left, y + half),
            "top center": (x - width / 2, top - 2 * half, x + width / 2, top),
            "bottom center": (x - width / 2, bottom, x + width / 2, bottom + 2 * half),
        }
        others = taken[:at] + taken[at + 1 :]
        places[at] = min(sides, key=lambda side: sum(_overlap(sides[side], other) for other in others))
        taken.append(sides[places[at]])
    return places


def _overlap(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0) * max(down, 0)


def _short(name: str) -> str:
    return name.removeprefix("Xã ").replace("Phường ", "P. ", 1).replace("Thị trấn ", "TT. ", 1)
