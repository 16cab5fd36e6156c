"""The density of a level against distributions of SciPy, and its information against quadrature."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import lognorm, norm

from ketapk.individual.error import Errors

KINDS = {
    "proportional": (0.25, 0.0, 0.0),
    "additive": (0.0, 7.0, 0.0),
    "both": (0.1, 4.0, 0.0),
    "log": (0.0, 0.0, 0.3),
}


def errors(kind, level, below=False):
    p, a, s = KINDS[kind]
    one = np.ones(1)
    return Errors(
        level=level * one,
        below=np.array([below]),
        proportional=p * one,
        additive=a * one,
        logarithmic=s * one,
    )


def law(kind, true):
    p, a, s = KINDS[kind]
    return lognorm(s, scale=true) if s else norm(true, np.hypot(p * true, a))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("level", "true"), [(80.0, 100.0), (30.0, 12.0), (5.0, 5.0), (1.0, 40.0)])
def test_surprise_is_minus_the_log_density_or_the_chance_of_being_below(kind, level, true):
    at = np.array([true])
    measured = errors(kind, level).surprise(at)[0]
    below = errors(kind, level, below=True).surprise(at)[0]
    assert measured[0] == pytest.approx(-law(kind, true).logpdf(level), rel=1e-10)
    assert below[0] == pytest.approx(-law(kind, true).logcdf(level), rel=1e-9)


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_slope_is_the_derivative_of_the_surprise(kind, below):
    found = errors(kind, 20.0, below)
    for true in (10.0, 22.0, 60.0):
        h = 1e-4 * true
        ends = found.surprise(np.array([[true + h], [true - h]]))[0][:, 0]
        slope = found.surprise(np.array([true]))[1][0]
        assert slope == pytest.approx((ends[0] - ends[1]) / (2.0 * h), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_information_is_the_mean_square_of_the_slope(kind):
    true = 40.0
    law_here = law(kind, true)

    def weighed(level):
        return errors(kind, level).surprise(np.array([true]))[1][0] ** 2 * law_here.pdf(level)

    ends = law_here.ppf([1e-14, 1.0 - 1e-14])
    mean, _ = quad(weighed, *ends, limit=200)
    assert errors(kind, 1.0).surprise(np.array([true]))[2][0] == pytest.approx(mean, rel=1e-6)


def test_nothing_there_is_surely_below_a_limit():
    cost, slope, information = errors("proportional", 5.0, below=True).surprise(np.zeros(1))
    assert (cost[0], slope[0], information[0]) == (0.0, 0.0, 0.0)
