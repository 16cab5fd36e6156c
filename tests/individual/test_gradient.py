"""Exact gradients against differences of the objective, extrapolated (Richardson)."""

import warnings
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import ketapk as kp
from tests.individual.people import ADDITIVE, PLAN, PROPORTIONAL, model, varies

ME = kp.Patient(weight_kg=64, age_y=33)
INFUSION = "25 mg esketamine iv over 40 min"
CASES = {
    "correlated, two analytes": (
        "otto2021",
        INFUSION,
        "20 min: 70 ng/mL, 2 h: 60 ng/mL, 8 h: <5 ng/mL, 3 h: 30 ng/mL noresketamine",
    ),
    "proportional and additive, three analytes": (
        "simons2022",
        "30 mg esketamine iv over 1 h",
        "1 h: 150 ng/mL, 3 h: 80 ng/mL noresketamine, 4 h: 60 ng/mL hydroxynoresketamine",
    ),
    "log and logit, a device": (
        "perez_ruixo2021",
        "84 mg spravato",
        "30 min: 90 ng/mL, 2 h: 50 ng/mL, 12 h: <2 ng/mL, 4 h: 90 ng/mL noresketamine",
    ),
    "rates that drift": ("flint2017", INFUSION, "1 h: 70 ng/mL, 3 h: 40 ng/mL noresketamine"),
    "a steady state": (
        model(PROPORTIONAL),
        kp.Regimen.of(kp.Dose(route="iv", amt=50.0, ss=1, ii=Fraction(6))),
        {"2 h": "150 ng/mL"},
    ),
    "a trough": (
        model(PROPORTIONAL, ADDITIVE, effects=(varies("CL"), varies("V1", 25.0, "CV %"))),
        "50 mg iv bolus every 4 h x 2",
        "1 h: 200 ng/mL, 4 h trough: 70 ng/mL, 6 h: 150 ng/mL",
    ),
}
LOOSE = ("rates that drift", "a steady state")
"""Where curves come from an ODE, or derivatives are differences themselves."""


def difference(cost, eta, p):
    """Derivative of ``cost`` by ``eta[p]`` to the sixth order."""
    found = []
    for h in (4e-3, 2e-3, 1e-3):
        step = h * np.eye(eta.size)[p]
        up, down = cost(np.stack([eta + step, eta - step]))
        found.append((up - down) / (2.0 * h))
    found = [(4.0 * b - a) / 3.0 for a, b in pairwise(found)]
    return (16.0 * found[1] - found[0]) / 15.0


@pytest.mark.parametrize("case", CASES)
def test_gradient_is_that_of_the_objective(case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kp.KetapkWarning)
        found = kp.individualise(*CASES[case], ME)
    posterior = found.posterior
    eta = (
        0.3 * np.sin(1.0 + np.arange(found.eta.size)) * np.sqrt(np.diag(posterior.prior.covariance))
    )
    cost, gradient, _ = posterior.expanded(eta[None, :])
    assert cost[0] == pytest.approx(posterior.cost(eta[None, :])[0], rel=1e-9)
    expected = [difference(posterior.cost, eta, p) for p in range(eta.size)]
    tolerance = 1e-4 if case in LOOSE else 1e-7
    np.testing.assert_allclose(gradient[0], expected, rtol=tolerance, atol=tolerance)
    assert found.gradient == ("differences" if case == "a steady state" else "exact")


def test_the_end_is_lower_than_anything_near():
    found = kp.individualise(model(PROPORTIONAL), PLAN, {"2 h": "100 ng/mL"}, ME)
    near = found.eta[0] + np.array([-1e-3, 0.0, 1e-3])
    costs = found.posterior.cost(near[:, None])
    assert costs[1] < costs[0]
    assert costs[1] < costs[2]
