"""Small plots for asset metadata, as Markdown pictures that need no network."""

import base64
import io
from collections.abc import Mapping

_SIZE = (6.0, 2.4)  # inches


def _as_markdown(figure: object, title: str) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=90, bbox_inches="tight")  # type: ignore[attr-defined]
    return f"![{title}](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})"


def bar_plot(values: Mapping[str, float], title: str) -> str:
    """One bar per label."""
    from matplotlib.figure import Figure  # imported when drawn: it would slow every load of the definitions

    figure = Figure(figsize=_SIZE)
    axes = figure.subplots()
    axes.bar(list(values), list(values.values()), color="#2a6f97")
    axes.set_title(title, fontsize=9)
    axes.tick_params(labelsize=8)
    return _as_markdown(figure, title)


def line_plot(series: Mapping[str, Mapping[str, float]], title: str, unit: str) -> str:
    """One line per series over its labels."""
    from matplotlib.figure import Figure  # imported when drawn: it would slow every load of the definitions

    figure = Figure(figsize=_SIZE)
    axes = figure.subplots()
    for name, values in series.items():
        axes.plot(list(values), list(values.values()), marker="o", label=name)
    axes.set_title(title, fontsize=9)
    axes.set_ylabel(unit, fontsize=8)
    axes.tick_params(labelsize=8)
    axes.legend(fontsize=7, frameon=False)
    return _as_markdown(figure, title)
