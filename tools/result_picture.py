"""The picture of a result in the README: `python -m tools.result_picture`."""

import argparse
from pathlib import Path

import duckdb
from matplotlib.figure import Figure

from base.home import Home
from base.product import PACKAGES
from base.release_layout import DATABASE

PICTURE = PACKAGES / "docs" / "images" / "poor-rate.png"
_RATES = """
    select survey_year, poor_rate, near_poor_rate
    from marts.area_year
    where area_level = 'province' and boundary = 'as_reviewed'
    order by survey_year
"""
_STANDARDS = "select min(survey_year) from marts.fct_household_year group by standard_code order by 1"
_TARGETS = """
    select target_id, max(survey_year + years_left), any_value(target_value)
    from marts.target_progress group by target_id order by 2
"""


def draw(database: Path, picture: Path) -> None:
    """Poor and near-poor rate by survey year, the targets as marks on the year they are for."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rates = connection.execute(_RATES).fetchall()
        targets = connection.execute(_TARGETS).fetchall()
        changes = [year for (year,) in connection.execute(_STANDARDS).fetchall()][1:]
    figure = Figure(figsize=(8.6, 4.4), layout="constrained")
    axes = figure.subplots()
    years = [year for year, _, _ in rates]
    poor = [rate * 100 for _, rate, _ in rates]
    near = [rate * 100 for _, _, rate in rates]
    axes.plot(years, poor, marker="o", color="#b3261e", label="Hộ nghèo")
    axes.plot(years, near, marker="o", color="#e0a030", label="Hộ cận nghèo")
    for year, rate, other in zip(years, poor, near, strict=True):
        away = 7 if rate >= other else -15  # on the side where the other line is not
        axes.annotate(
            f"{rate:.2f}".replace(".", ","), (year, rate), xytext=(0, away), textcoords="offset points", ha="center",
            fontsize=8, color="#b3261e",
        )  # fmt: skip
    start = years[0] - 0.4
    for _, year, value in targets:
        axes.plot([start, year], [value * 100] * 2, linestyle="--", color="#1b5e20", linewidth=1)
        axes.plot([year], [value * 100], marker="D", color="#1b5e20")
        away = 5 if dict(zip(years, poor, strict=True)).get(year, 0) < value * 100 else -12
        axes.annotate(
            f"Chỉ tiêu {year}: dưới {value * 100:.1f}%".replace(".", ","), (year, value * 100), xytext=(-10, away),
            textcoords="offset points", ha="right", fontsize=8, color="#1b5e20",
        )  # fmt: skip
        start = year
    for year in changes:
        axes.axvline(year - 0.5, color="#888888", linestyle=":", linewidth=1)
        axes.annotate(
            f"chuẩn nghèo mới\ntừ năm {year}", (year - 0.5, 0.1), xytext=(4, 0), textcoords="offset points", fontsize=8,
            color="#555555",
        )  # fmt: skip
    axes.set_title("Tỷ lệ hộ nghèo, hộ cận nghèo tỉnh Bến Tre (cũ) theo năm rà soát", fontsize=11)
    axes.set_ylabel("% số hộ dân cư")
    axes.set_xticks(years)
    axes.set_ylim(0, max(poor) * 1.2)
    axes.legend(frameon=False, loc="upper right")
    figure.text(
        0.5, 0.5, "DỮ LIỆU MÔ PHỎNG", fontsize=34, color="#888888", alpha=0.18, ha="center", va="center", rotation=18
    )
    figure.supxlabel("Dữ liệu mô phỏng, không phải số liệu thống kê chính thức", fontsize=9, color="#555555")
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=110)


def main() -> None:
    """Draw from a published database, by default the one in `$POVERTY_HOME`."""
    parser = argparse.ArgumentParser(prog="python -m tools.result_picture", description=__doc__.partition("\n")[0])
    parser.add_argument("--database", type=Path, default=Home.from_environment().current / DATABASE)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    chosen = parser.parse_args()
    draw(chosen.database, chosen.picture)
    print(f"{chosen.picture} written")


if __name__ == "__main__":
    main()
