"""Roots of many functions at once."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.optimize import elementwise

from ketapk.exposure.roots import find_root

CLOSE = {"xrtol": 1e-13, "xatol": 1e-15}


def rise_and_fall(x, ka, k):
    """Slope of a Bateman curve."""
    return ka * np.exp(-ka * x) - k * np.exp(-k * x)


FUNCTIONS = {
    "peak": rise_and_fall,
    "steep": lambda x, a, b: np.exp(-a * x) - np.exp(-b),
    "cubic": lambda x, a, b: (x - b) ** 3 + 1e-3 * (x - b) * a,
    "step": lambda x, a, b: np.where(x < b, -1.0, a),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_steps_are_those_of_scipy_to_the_bit(name):
    function = FUNCTIONS[name]
    rng = np.random.default_rng(3)
    n = 400
    args = (rng.uniform(0.5, 5.0, n), rng.uniform(0.01, 0.4, n))
    low, high = rng.uniform(0.0, 0.2, n), rng.uniform(0.2, 40.0, n)
    with np.errstate(all="ignore"):
        other = elementwise.find_root(function, (low, high), args=args, tolerances=CLOSE)
    ours = find_root(function, low, high, args, **CLOSE)
    assert np.any(np.isfinite(ours))
    assert_array_equal(ours, other.x)


def test_no_bracket_has_no_root():
    def line(x, at):
        return x - at

    at = np.array([2.0, 0.5, np.nan, 0.0, 1.0])
    low, high = np.zeros(5), np.ones(5)
    assert_array_equal(find_root(line, low, high, (at,), **CLOSE), [np.nan, 0.5, np.nan, 0.0, 1.0])


def test_neighbours_change_nothing():
    rng = np.random.default_rng(5)
    args = (rng.uniform(0.5, 5.0, 50), rng.uniform(0.01, 0.4, 50))
    low, high = np.full(50, 0.01), np.full(50, 30.0)
    together = find_root(rise_and_fall, low, high, args, **CLOSE)
    alone = [
        find_root(rise_and_fall, low[i : i + 1], high[i : i + 1], tuple(a[i : i + 1] for a in args),
                  **CLOSE)[0]
        for i in range(50)
    ]  # fmt: skip
    assert_array_equal(together, alone)


def test_nobody_has_no_roots():
    nobody = np.empty(0)
    assert find_root(lambda x: x, nobody, nobody, (), **CLOSE).size == 0
