"""Draw docs/images/tree.png, the parts of the product from reference to release: `python -m tools.tree_picture`."""

import matplotlib as mpl
import matplotlib.pyplot as plt

from base.product import PACKAGES

TARGET = PACKAGES / "docs" / "images" / "tree.png"
# rows from top to bottom; each box: title, content
ROWS = (
    ("facts", (("reference/national", "standards, indicators,\nneeds, causes"),
               ("reference/forms", "sheets, columns,\nlabels"),
               ("reference/checks", "catalogue,\nthresholds"),
               ("reference/territories", "ben-tre, vinh-long,\na folder of yours"))),
    ("ground", (("base", "home, reference reader, text"),)),
    ("in", (("sample", "simulated workbooks"), ("ingestion", "archive, registry, raw cells, findings"))),
    ("dbt", (("staging", "types"), ("core", "class, areas"), ("counts", "no identity"), ("linkage", "household_id"),
             ("movements", "years"), ("measures", "H, A, M0"), ("marts", "public tables"),
             ("bi", "labels, keys"), ("quality", "findings"))),
    ("checks", (("dbt tests", "keys, equalities"), ("expectations", "distributions"))),
    ("out", (("publication", "release, open data"), ("audit", "trace, diff, verify"),
             ("reports", "pages, forms, dictionary"))),
    ("run", (("poverty_cli", "command line"), ("operations", "backup, state, alerts"),
             ("dagster_project", "assets, jobs, schedule"))),
)  # fmt: skip
_FILL = ("#e7f1f8", "#d3e5f2", "#e7f1f8", "#fff3d6", "#fdeaea", "#e6f3ea", "#eef0f2")
_TITLE = 8.5  # the longest, `movements`, just fits
_INK, _WIDTH, _GAP, _HEIGHT = "#1c2733", 100.0, 1.2, 8.0


def main() -> None:
    """Write the picture."""
    mpl.use("agg")
    figure, axes = plt.subplots(figsize=(11.6, 7.4), dpi=110)
    for row, (label, boxes) in enumerate(ROWS):
        bottom = -row * (_HEIGHT + 3)
        axes.text(-1.5, bottom + _HEIGHT / 2, label, ha="right", va="center", color="#5b6875", fontsize=10)
        width = (_WIDTH - _GAP * (len(boxes) - 1)) / len(boxes)
        for column, (title, content) in enumerate(boxes):
            left = column * (width + _GAP)
            box = plt.Rectangle((left, bottom), width, _HEIGHT, facecolor=_FILL[row], edgecolor=_INK, linewidth=0.8)
            axes.add_patch(box)
            middle = left + width / 2
            axes.text(middle, bottom + _HEIGHT * 0.76, title, ha="center", va="center", fontsize=_TITLE, weight="bold")
            axes.text(middle, bottom + _HEIGHT * 0.34, content, ha="center", va="center", fontsize=8.5)
        if row:
            axes.annotate(
                "", (_WIDTH / 2, bottom + _HEIGHT + 0.2), (_WIDTH / 2, bottom + _HEIGHT + 2.8),
                arrowprops={"arrowstyle": "-|>", "color": _INK},
            )  # fmt: skip
    axes.set_xlim(-9, _WIDTH + 1)
    axes.set_ylim(-(len(ROWS) - 1) * (_HEIGHT + 3) - 1, _HEIGHT + 1)
    axes.axis("off")
    figure.savefig(TARGET, bbox_inches="tight", metadata={"Software": None})
    print(f"{TARGET.name} written")


if __name__ == "__main__":
    main()
