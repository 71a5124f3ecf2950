"""The plotly.js that pages draw with: reports carry a copy, and the search for personal values leaves it out."""

import importlib.resources

LIBRARY = "plotly.min.js"


def chart_library() -> bytes:
    """plotly.js as its Python package ships it."""
    return (importlib.resources.files("plotly") / "package_data" / LIBRARY).read_bytes()
