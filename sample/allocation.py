"""Exact integer allocation: totals split over areas, matrices with given margins, choices of an exact number."""

import numpy as np


def apportion(
    weights: np.ndarray, total: int, low: np.ndarray | int = 0, high: np.ndarray | int | None = None
) -> np.ndarray:
    """Integers with the given sum, about proportional to the weights and within [low, high].

    Raises ValueError when the bounds exclude the total.
    """
    weights = np.asarray(weights, np.float64)
    lows = np.broadcast_to(np.asarray(low, np.float64), weights.shape)
    highs = np.broadcast_to(np.asarray(total if high is None else high, np.float64), weights.shape)
    if not lows.sum() <= total <= highs.sum():
        raise ValueError(f"{total} is outside the bounds {lows.sum():.0f} to {highs.sum():.0f}")
    small, large = 0.0, 1e9
    for _ in range(200):
        middle = (small + large) / 2
        if np.clip(weights * middle, lows, highs).sum() < total:
            small = middle
        else:
            large = middle
    exact = np.clip(weights * large, lows, highs)
    whole = np.clip(np.floor(exact), lows, highs).astype(np.int64)
    by_fraction = np.argsort(-(exact - whole), kind="stable")
    step = 1 if whole.sum() <= total else -1
    while whole.sum() != total:
        for position in by_fraction:
            if whole.sum() == total:
                break
            if lows[position] <= whole[position] + step <= highs[position]:
                whole[position] += step
    return whole


def choose(rng: np.random.Generator, count: int, scores: np.ndarray, noise: float = 1.0) -> np.ndarray:
    """Positions of exactly `count` entries, favouring high scores; `noise` is the spread of the random part."""
    if count > len(scores):
        raise ValueError(f"{count} asked of {len(scores)}")
    keys = scores + noise * rng.standard_normal(len(scores))
    return np.sort(np.argpartition(-keys, count - 1)[:count]) if count else np.empty(0, np.int64)


def mark(size: int, positions: np.ndarray) -> np.ndarray:
    """A boolean array of a size that is true at the positions."""
    marked = np.zeros(size, bool)
    marked[positions] = True
    return marked


def matrix_with_margins(rng: np.random.Generator, row_sums: np.ndarray, column_sums: np.ndarray) -> np.ndarray:
    """A random 0/1 matrix (rows, columns) with exactly these row and column sums.

    Ryser's construction (each column takes the rows with most left to place), then swaps that keep all the margins.
    """
    if row_sums.sum() != column_sums.sum():
        raise ValueError(f"rows sum to {row_sums.sum()}, columns to {column_sums.sum()}")
    rows, columns = len(row_sums), len(column_sums)
    matrix = np.zeros((rows, columns), bool)
    left = row_sums.astype(np.float64)
    for column in np.argsort(-column_sums, kind="stable"):
        chosen = np.argsort(-(left + 0.5 * rng.random(rows)), kind="stable")[: column_sums[column]]
        matrix[chosen, column] = True
        left[chosen] -= 1
    if left.any():
        raise ValueError("no matrix has these margins")
    for _ in range(60 * columns):
        order = rng.permutation(rows)
        one, other = order[: rows // 2], order[rows // 2 : 2 * (rows // 2)]
        a, b = rng.choice(columns, 2, replace=False)
        can = matrix[one, a] & ~matrix[one, b] & ~matrix[other, a] & matrix[other, b]
        one, other = one[can], other[can]
        matrix[one, a], matrix[one, b], matrix[other, a], matrix[other, b] = False, True, True, False
    return matrix
