"""Exact integer allocation keeps its promises."""

import numpy as np
import pytest

from sample.allocation import apportion, choose, matrix_with_margins


def test_apportion_is_exact_and_within_bounds():
    rng = np.random.default_rng(1)
    for total in (0, 7, 1000, 4999):
        weights = rng.random(50)
        parts = apportion(weights, total, 0, 100)
        assert parts.sum() == total
        assert parts.max() <= 100
        assert parts.min() >= 0


def test_apportion_refuses_what_the_bounds_exclude():
    with pytest.raises(ValueError, match="outside the bounds"):
        apportion(np.ones(3), 31, 0, 10)


def test_matrix_has_its_margins():
    rng = np.random.default_rng(2)
    rows, columns = np.array([3, 0, 2, 1, 3, 3]), np.array([4, 4, 2, 2])
    matrix = matrix_with_margins(rng, rows, columns)
    assert (matrix.sum(axis=1) == rows).all()
    assert (matrix.sum(axis=0) == columns).all()


def test_choose_is_exact():
    rng = np.random.default_rng(3)
    assert len(np.unique(choose(rng, 5, np.zeros(9)))) == 5
    assert len(choose(rng, 0, np.zeros(9))) == 0
    with pytest.raises(ValueError, match="asked of"):
        choose(rng, 10, np.zeros(9))
