"""Vectors in kernels are arrays of LANES numbers: compiled and uncompiled alike."""

import numba
import numpy as np
import pytest
from mpmath import mp

from ketapk.kernels.vector import (
    LANES,
    anywhere,
    binary_order,
    eights,
    exp,
    expm1,
    fours,
    full,
    highest,
    larger,
    load,
    logarithm,
    ones,
    root,
    size,
    store,
    twos,
    where,
)

rng = np.random.default_rng(1)
X, Y = rng.normal(size=LANES), rng.normal(size=LANES)
SPECIAL = np.resize([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0], LANES)


def compiled(function):
    return numba.njit(error_model="numpy")(function)


def arithmetic(x, y, out):
    a, b = load(x, 0), load(y, 0)
    store(a + b, out, 0)
    store(a - b, out, 1)
    store(a * b, out, 2)
    store(a / b, out, 3)
    store(2.0 * a, out, 4)
    store(1.0 / a, out, 5)
    store(a - 3.0, out, 6)
    store(-a, out, 7)
    store(size(a), out, 8)
    store(root(size(a)), out, 9)


def choices(x, y, out):
    a, b = load(x, 0), load(y, 0)
    store(where(a < b, a, b), out, 0)
    store(where(a <= b, a, b), out, 1)
    store(where(a > 0.0, a, b), out, 2)
    store(where((a >= b) & (b > 0.0), a, full(9.0)), out, 3)
    store(where((a >= b) | (b > 0.0), a, full(9.0)), out, 4)
    store(where(a == a, full(1.0), full(0.0)), out, 5)
    store(full(1.0 if anywhere(a > b) else 0.0), out, 6)
    store(where(~(a > b), a, b), out, 7)
    store(where((a > b) ^ (b > 0.0), a, b), out, 8)
    store(larger(b, larger(a, 0.0)), out, 9)


@pytest.mark.parametrize("function", [arithmetic, choices])
@pytest.mark.parametrize(("x", "y"), [(X, Y), (SPECIAL, Y), (Y, SPECIAL)])
def test_compiled_is_numpy(function, x, y):
    fast, slow = np.zeros((10, LANES)), np.zeros((10, LANES))
    with np.errstate(all="ignore"):
        compiled(function)(x, y, fast)
        function(x, y, slow)
    np.testing.assert_array_equal(fast, slow)


def numbers_of_lanes(out):
    store(where(ones(), 1.0, full(0.0)), out, 0)
    store(load(out, 0) + where(twos(), 2.0, full(0.0)), out, 0)
    store(load(out, 0) + where(fours(), 4.0, full(0.0)), out, 0)
    store(load(out, 0) + where(eights(), 8.0, full(0.0)), out, 0)


def test_digits_make_the_numbers_of_the_lanes():
    fast, slow = np.empty(LANES), np.empty(LANES)
    compiled(numbers_of_lanes)(fast)
    numbers_of_lanes(slow)
    np.testing.assert_array_equal(fast, np.arange(LANES))
    np.testing.assert_array_equal(slow, fast)


def exponential(x, out):
    store(exp(load(x, 0)), out, 0)


@pytest.mark.parametrize("smallest", [1e-18, 1e-3, 1.0, 100.0, 690.0])
def test_an_exponential_is_right_to_the_last_digits(smallest):
    x, out = -smallest * (1.0 + rng.random(LANES) * 0.01), np.empty(LANES)
    compiled(exponential)(x, out)
    with mp.workdps(40):
        true = np.array([float(mp.exp(mp.mpf(float(value)))) for value in x])
    np.testing.assert_allclose(out, true, rtol=4.5e-16, atol=0.0)


def test_an_exponential_at_the_ends():
    x, out = np.resize([0.0, -0.0, -700.5, -1e9, -np.inf, np.nan], LANES), np.empty(LANES)
    compiled(exponential)(x, out)
    np.testing.assert_array_equal(out, np.resize([1.0, 1.0, 0.0, 0.0, 0.0, np.nan], LANES))


def less_one(x, out):
    store(expm1(load(x, 0)), out, 0)


@pytest.mark.parametrize("smallest", [1e-18, 1e-3, 0.3, 0.7, 1.0, 1.1, 100.0, 690.0])
def test_an_exponential_less_one_is_right_to_the_last_digits(smallest):
    x, out, slow = -smallest * (1.0 + rng.random(LANES)), np.empty(LANES), np.empty(LANES)
    compiled(less_one)(x, out)
    less_one(x, slow)
    with mp.workdps(40):
        true = np.array([float(mp.expm1(mp.mpf(float(value)))) for value in x])
    np.testing.assert_allclose(out, true, rtol=4.5e-16, atol=0.0)
    np.testing.assert_allclose(slow, true, rtol=4.5e-16, atol=0.0)


def test_an_exponential_less_one_at_the_ends():
    x, out = np.resize([0.0, -700.5, -1e9, -np.inf, np.nan], LANES), np.empty(LANES)
    compiled(less_one)(x, out)
    np.testing.assert_array_equal(out, np.resize([0.0, -1.0, -1.0, -1.0, np.nan], LANES))


def logarithms(x, out):
    store(logarithm(load(x, 0)), out, 0)


@pytest.mark.parametrize("about", [1e-300, 1e-5, 0.5, 0.7, 0.9999, 1.0, 1.4, 2.0, 1e17, 1e300])
def test_a_logarithm_is_right_to_the_last_digits(about):
    x, out, slow = about * (1.0 + rng.normal(size=LANES) * 1e-2), np.empty(LANES), np.empty(LANES)
    compiled(logarithms)(x, out)
    logarithms(x, slow)
    with mp.workdps(40):
        true = np.array([float(mp.log(mp.mpf(float(value)))) for value in x])
    np.testing.assert_allclose(out, true, rtol=4.5e-16, atol=0.0)
    np.testing.assert_allclose(slow, true, rtol=4.5e-16, atol=0.0)


def test_only_positive_numbers_have_a_logarithm():
    x = np.resize([1.0, 0.0, -0.0, -1.0, np.inf, np.nan, 1e-310], LANES)
    fast, slow = np.empty(LANES), np.empty(LANES)
    compiled(logarithms)(x, fast)
    logarithms(x, slow)
    np.testing.assert_array_equal(fast, slow)
    np.testing.assert_array_equal(fast, np.where(x == 1.0, 0.0, np.nan))


def orders(x, out):
    store(binary_order(load(x, 0)), out, 0)


def test_binary_orders_are_whole_logarithms():
    x = np.resize([1.0, -1.0, 2.0, 3.99, 4.0, 1e-300, 0.0, 1e300], LANES)
    fast, slow = np.empty(LANES), np.empty(LANES)
    compiled(orders)(x, fast)
    orders(x, slow)
    np.testing.assert_array_equal(fast, slow)
    np.testing.assert_array_equal(fast[:5], [0, 0, 1, 1, 2])


def largest(x, out):
    out[0] = highest(load(x, 0))


@pytest.mark.parametrize("x", [X, -np.abs(Y), SPECIAL])
def test_the_highest_of_all_lanes(x):
    out = np.empty(1)
    compiled(largest)(x, out)
    assert out[0] == np.nanmax(x) == highest(x)


def places(x, out):
    store(load(x, 1, 2), out, 1, 0)
    store(load(x, 0, 1), out, 0, 2)


def test_places_count_all_axes():
    x = rng.normal(size=(2, 3, LANES))
    fast, slow = np.zeros_like(x), np.zeros_like(x)
    compiled(places)(x, fast)
    places(x, slow)
    np.testing.assert_array_equal(fast, slow)
    np.testing.assert_array_equal(fast[1, 0], x[1, 2])
