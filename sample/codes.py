"""Household codes: kept from year to year, dealt again after a renumbering or a merger."""

import numpy as np
import pandas as pd


def number_rows(
    rng: np.random.Generator,
    commune: np.ndarray,
    hamlet: np.ndarray,
    kept: np.ndarray,
    highest: dict[int, int],
    renumbered: set[int],
) -> np.ndarray:
    """A code number per row, unique in its commune.

    `kept` is last year's number in the same commune (0 without one); `highest` the highest number used so far by
    commune and is brought up to date. Renumbered communes deal 1, 2, 3 … to everybody, by hamlet, so that a number
    may name another household than last year.
    """
    rows = pd.DataFrame(
        {"commune": commune, "hamlet": hamlet, "kept": kept.astype(np.int64), "draw": rng.random(len(commune))}
    )
    fresh = rows["commune"].isin(renumbered)
    rows.loc[fresh, "kept"] = 0
    for code in renumbered:
        highest[code] = 0
    new = rows[rows["kept"] == 0].sort_values(["commune", "hamlet", "draw"])
    rank = new.groupby("commune").cumcount() + 1
    rows.loc[new.index, "kept"] = rank + new["commune"].map(highest).fillna(0).astype(int)
    top = rows.groupby("commune")["kept"].max()
    for code, number in zip(top.index.tolist(), top.tolist(), strict=True):
        highest[code] = max(highest.get(code, 0), number)
    return rows["kept"].to_numpy(np.int64)


def code_text(commune: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Codes such as `28765-0001`."""
    return np.array([f"{c:05d}-{n:04d}" for c, n in zip(commune.tolist(), number.tolist(), strict=True)], object)
