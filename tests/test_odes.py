"""The ODE kernel keeps its promises on problems whose answers are known."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp
from scipy.special import lambertw

import ketapk as kp

METHODS = ("explicit", "stiff")


def decay(t, y, params, dy):
    for i in range(y.size):
        dy[i] = -params[i] * y[i]


def oscillator(t, y, params, dy):
    dy[0] = y[1]
    dy[1] = -y[0]


def forced(t, y, params, dy):
    dy[0] = -2.0 * y[0] + math.cos(t)


def robertson(t, y, params, dy):
    a, b = 0.04 * y[0], 1e4 * y[1] * y[2]
    c = 3e7 * y[1] * y[1]
    dy[0] = b - a
    dy[1] = a - b - c
    dy[2] = c


def robertson_jac(t, y, params, J):
    J[0, 0], J[0, 1], J[0, 2] = -0.04, 1e4 * y[2], 1e4 * y[1]
    J[2, 0], J[2, 1], J[2, 2] = 0.0, 6e7 * y[1], 0.0
    J[1, 0], J[1, 1], J[1, 2] = 0.04, -1e4 * y[2] - 6e7 * y[1], -1e4 * y[1]


def van_der_pol(t, y, params, dy):
    dy[0] = y[1]
    dy[1] = params * (1.0 - y[0] * y[0]) * y[1] - y[0]


def switched(t, y, params, dy):
    dy[0] = 1.0 if t < 1.0 / 3.0 else -y[0]


def burst(t, y, params, dy):
    dy[0] = y[0] * y[0]


def gone(t, y, params, dy):
    dy[0] = math.sqrt(0.5 - t)


def square(t, y, params, dy):
    dy[0] = -y[0] * y[0]


@pytest.mark.parametrize("method", METHODS)
def test_decay_is_the_exponential(method):
    times = np.linspace(0.0, 10.0, 51)
    found = kp.solve_ode(
        decay, [1.0, 3.0], times, [0.3, 2.0], method=method, rtol=1e-10, atol=1e-14
    )
    assert found.success
    assert_allclose(found.y, np.exp(-np.outer(times, [0.3, 2.0])) * [1.0, 3.0], rtol=1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_dense_output_is_as_good_as_the_steps(method):
    times = np.linspace(0.0, 20.0, 1001)
    found = kp.solve_ode(oscillator, [0.0, 1.0], times, method=method, rtol=1e-9, atol=1e-11)
    assert_allclose(found.y[:, 0], np.sin(times), rtol=0, atol=2e-6)
    assert found.steps < 1000 or method == "stiff"


@pytest.mark.parametrize("method", METHODS)
def test_a_rhs_may_depend_on_time(method):
    times = np.linspace(0.0, 8.0, 41)
    found = kp.solve_ode(forced, [0.0], times, method=method, rtol=1e-10, atol=1e-12)
    exact = (2 * np.cos(times) + np.sin(times) - 2 * np.exp(-2 * times)) / 5
    assert_allclose(found.y[:, 0], exact, rtol=0, atol=1e-8)


@pytest.mark.parametrize(("method", "order"), [("explicit", 5), ("stiff", 4)])
def test_the_error_falls_as_the_order_says(method, order):
    """Error per step h of a non-linear problem, y' = -y^2, y = 1 / (1 + t)."""
    errors, steps = [], []
    for rtol in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10):
        found = kp.solve_ode(square, [1.0], [0.0, 30.0], method=method, rtol=rtol, atol=rtol * 1e-2)
        errors.append(abs(found.y[-1, 0] * 31.0 - 1.0))
        steps.append(found.steps)
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert -slope > order - 0.2


@pytest.mark.parametrize("method", ["stiff", "auto"])
@pytest.mark.parametrize("jac", [robertson_jac, None])
def test_robertson_to_1e11(method, jac):
    times = [0.0, 0.4, 40.0, 4e4, 1e11]
    found = kp.solve_ode(
        robertson, [1.0, 0.0, 0.0], times, jac=jac, method=method, rtol=1e-9, atol=1e-16
    )
    assert found.success, found.message
    assert_allclose(found.y[-1, :2], [2.0833401498e-8, 8.3333607709e-14], rtol=1e-5)
    assert_allclose(found.y.sum(axis=1), 1.0, rtol=0, atol=1e-9 if jac is None else 1e-12)
    reference = solve_ivp(
        lambda t, y: [
            -0.04 * y[0] + 1e4 * y[1] * y[2],
            0.04 * y[0] - 1e4 * y[1] * y[2] - 3e7 * y[1] ** 2,
            3e7 * y[1] ** 2,
        ],
        (0.0, 40.0), [1.0, 0.0, 0.0], method="Radau", rtol=1e-11, atol=1e-16, t_eval=[0.4, 40.0],
    )  # fmt: skip
    assert_allclose(found.y[1:3], reference.y.T, rtol=1e-6)


def test_van_der_pol_at_mu_1000():
    times = [0.0, 500.0, 1000.0, 2000.0]
    reference = solve_ivp(
        lambda t, y: [y[1], 1000.0 * (1 - y[0] ** 2) * y[1] - y[0]],
        (0.0, 2000.0), [2.0, 0.0], method="LSODA", rtol=1e-12, atol=1e-12, t_eval=times,
    )  # fmt: skip
    for method in ("stiff", "auto"):
        found = kp.solve_ode(
            van_der_pol, [2.0, 0.0], times, 1000.0, method=method, rtol=1e-9, atol=1e-9
        )
        assert found.success, found.message
        assert_allclose(found.y[:, 0], reference.y[0], rtol=1e-5, err_msg=method)


def test_auto_finds_a_stiff_system_and_says_so():
    found = kp.solve_ode(van_der_pol, [2.0, 0.0], [0.0, 2000.0], 1000.0)
    assert found.method == "explicit, then stiff"


def test_auto_stays_explicit_on_a_calm_system():
    assert kp.solve_ode(oscillator, [0.0, 1.0], [0.0, 20.0]).method == "explicit"


@pytest.mark.parametrize("method", METHODS)
def test_saturable_elimination_is_lambert_w(method):
    """C = Km W(C0/Km exp((C0 - Vmax/V t) / Km)); Beal 1983."""
    model = kp.one_compartment(V1=20.0, Vmax=50.0, Km=1.0)
    times = np.linspace(0.0, 10.0, 101)
    run = kp.simulate(kp.bolus("200 mg"), model, times=times, method=method, rtol=1e-9, atol=1e-14)
    exact = np.real(lambertw(10.0 * np.exp(10.0 - 2.5 * times)))
    found = run.concentration("ketamine")[0] / 1000.0
    above = exact > 1e-6 * exact[0]
    assert_allclose(found[above], exact[above], rtol=1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_an_event_is_stopped_at_exactly(method):
    times = np.linspace(0.0, 2.0, 21)
    found = kp.solve_ode(
        switched, [0.0], times, method=method, events=[1.0 / 3.0], rtol=1e-10, atol=1e-12
    )
    exact = np.where(times < 1 / 3, times, np.exp(1 / 3 - times) / 3)
    assert_allclose(found.y[:, 0], exact, rtol=0, atol=2e-9)


@pytest.mark.parametrize("method", METHODS)
def test_a_solution_that_blows_up_ends_with_a_sentence(method):
    found = kp.solve_ode(burst, [1.0], [0.0, 0.5, 2.0], method=method)
    assert not found.success
    assert_allclose(found.y[1, 0], 2.0, rtol=1e-6)
    assert np.isnan(found.y[2, 0])
    assert found.message.startswith("At t = 1")


@pytest.mark.parametrize("method", METHODS)
def test_a_slope_that_is_no_number_ends_with_a_sentence(method):
    found = kp.solve_ode(gone, [0.0], [0.0, 0.25, 1.0], method=method)
    assert not found.success
    assert np.isnan(found.y[-1, 0])
    assert not np.isnan(found.y[1, 0])


def test_the_step_limit_ends_with_advice():
    found = kp.solve_ode(
        van_der_pol, [2.0, 0.0], [0.0, 2000.0], 1000.0, method="explicit", max_steps=50
    )
    assert not found.success
    assert "raise max_steps" in found.message
    assert np.isnan(found.y[-1]).all()


def test_the_same_call_gives_the_same_bits():
    runs = [kp.solve_ode(van_der_pol, [2.0, 0.0], [0.0, 9.0, 20.0], 5.0) for _ in range(2)]
    assert runs[0].y.tobytes() == runs[1].y.tobytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"times": [0.0, 2.0, 1.0]}, "times must ascend"),
        ({"times": "soon"}, "are not numbers"),
        ({"y0": [float("nan")]}, "finite numbers"),
        ({"rtol": 0.5}, "out of range"),
        ({"atol": 0.0}, "positive"),
        ({"max_steps": 0}, "whole number"),
        ({"method": "euler"}, "is not known"),
        ({"rhs": 5}, "give a function"),
        ({"rhs": lambda t, y, params, dy: None}, "left dy empty"),
        ({"rhs": lambda t, y: y}, "cannot be compiled or called"),
    ],
)
def test_what_is_wrong_is_said(change, message):
    arguments = {"rhs": decay, "y0": [1.0], "times": [0.0, 1.0], "params": [1.0], **change}
    with pytest.raises(kp.InputError, match=message):
        kp.solve_ode(**arguments)
