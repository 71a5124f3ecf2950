"""Charts of static pages: one look for all, drawn in the browser by the one plotly.js of the release.

A figure is plain data, which the page carries as a JSON block.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.chart_library import LIBRARY, chart_library

Figure = dict[str, Any]

# Distinct for colour-blind readers and in grey print: each differs from the others in lightness too.
CLASS_COLOURS = {"poor": "#9b2226", "near_poor": "#e09f3e", "above": "#2a6f97", "not_listed": "#b8c0c8"}
CLASS_NAMES = {
    "poor": "Hộ nghèo",
    "near_poor": "Hộ cận nghèo",
    "above": "Hộ trên chuẩn (có rà soát)",
    "not_listed": "Ngoài danh sách rà soát",
}
INK = "#1c2733"
QUIET = "#5b6875"
LINE = "#d5dbe1"
TARGET = "#14532d"
SHADE = "#eef3f7"
FONT = "Noto Sans, Segoe UI, DejaVu Sans, Arial, sans-serif"


@dataclass(frozen=True)
class Chart:
    """A figure with what a page says of it.

    Attributes:
        chart_id: its element on the page.
        title: a short title.
        about: what it shows, in a plain sentence; also what a screen reader says.
        figure: data and layout for plotly.js.
        height: in CSS pixels.
    """

    chart_id: str
    title: str
    about: str
    figure: Figure
    height: int = 360


def layout(height: int, **more: Any) -> Figure:
    """The layout of every chart: Vietnamese numbers, no frame, legend above."""
    return {
        "height": height,
        "autosize": True,
        "separators": ",.",
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 48, "r": 12, "t": 12, "b": 36},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
        "hoverlabel": {"font": {"family": FONT, "size": 13}, "bgcolor": "#ffffff", "bordercolor": LINE},
        **more,
    }


def year_axis(years: list[int]) -> Figure:
    """A horizontal axis with one mark a survey year."""
    return {
        "tickvals": years,
        "ticktext": [str(year) for year in years],
        "tickangle": 0,
        "range": [min(years) - 0.6, max(years) + 0.6],
        "showgrid": False,
        "zeroline": False,
        "linecolor": LINE,
        "fixedrange": True,
    }


def value_axis(title: str, suffix: str = "") -> Figure:
    """A vertical axis from zero with quiet lines."""
    return {
        "title": {"text": title, "font": {"size": 12, "color": QUIET}},
        "ticksuffix": suffix,
        "rangemode": "tozero",
        "gridcolor": LINE,
        "zerolinecolor": LINE,
        "automargin": True,
        "fixedrange": True,
    }


def write_library(reports: Path) -> None:
    """Copy plotly.js, as its Python package ships it, into `reports/assets`: one copy for all pages of the release."""
    (reports / "assets" / LIBRARY).write_bytes(chart_library())
