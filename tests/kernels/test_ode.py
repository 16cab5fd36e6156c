"""The two adaptive methods have the order they claim, and keep what a step must keep."""

import os
import subprocess
import sys
from math import prod

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.kernels import explicit, rodas5p, status

METHODS = ("explicit", "stiff")
ROTATION, JUMP, FORCED, SATURABLE = 0.0, 1.0, 2.0, 3.0


def gallery(t, y, params, dy):
    """Several problems of two states in one function, which is compiled once."""
    kind = params[0]
    if kind == 0.0:
        dy[0] = y[1]
        dy[1] = -y[0]
    elif kind == 1.0:
        dy[0] = 1.0 if t < params[1] else -y[0]
        dy[1] = 0.0
    elif kind == 2.0:
        dy[0] = params[1] * (np.cos(t) - y[0]) - np.sin(t)
        dy[1] = 0.0
    else:
        v = params[1] * y[0] / (params[2] + y[0])
        dy[0] = -v
        dy[1] = v


def gallery_jac(t, y, params, J):
    kind = params[0]
    J[0, 0], J[0, 1], J[1, 0], J[1, 1] = 0.0, 0.0, 0.0, 0.0
    if kind == 0.0:
        J[0, 1], J[1, 0] = 1.0, -1.0
    elif kind == 1.0:
        J[0, 0] = 0.0 if t < params[1] else -1.0
    elif kind == 2.0:
        J[0, 0] = -params[1]
    else:
        k = params[1] * params[2] / (params[2] + y[0]) ** 2
        J[0, 0], J[1, 0] = -k, k


def solve(y0, times, *params, **options):
    options = {"jac": gallery_jac, "method": "explicit"} | options
    return kp.solve_ode(gallery, y0, times, np.array(params), **options)


# Order conditions: one for each rooted tree (Hairer, Norsett & Wanner I, II.2; Rosenbrock methods
# Hairer & Wanner II, IV.7). A tree is the sorted tuple of its branches.


def forests(nodes, largest):
    """Every multiset of trees with so many nodes in all, none above ``largest``."""
    if nodes == 0:
        yield ()
        return
    for size in range(min(nodes, largest[0]), 0, -1):
        for tree in trees(size):
            if (size, tree) <= largest:
                for rest in forests(nodes - size, (size, tree)):
                    yield (tree, *rest)


def trees(order):
    return sorted(set(forests(order - 1, (order, ((),) * order))))


def nodes(tree):
    return 1 + sum(map(nodes, tree))


def density(tree):
    return nodes(tree) * prod(map(density, tree))


def elementary(tree, alone, together):
    """Stage weights of a tree; a lone branch hangs on ``alone``, several on ``together``."""
    hung = alone if len(tree) == 1 else together
    result = np.ones(len(together))
    for branch in tree:
        result = result * (hung @ elementary(branch, alone, together))
    return result


def worst_condition(b, alone, together, order, theta=1.0):
    return max(
        abs(b @ elementary(tree, alone, together) - theta**n / density(tree))
        for n in range(1, order + 1)
        for tree in trees(n)
    )


def dormand_prince():
    A = np.zeros((7, 7))
    A[:, :6] = explicit.A
    return A


def dormand_prince_weights(theta):
    b, first, last = dormand_prince()[6], np.eye(7)[0], np.eye(7)[6]
    bend = first - b
    curl = b - last - bend
    inner = bend + theta * (curl + (1 - theta) * explicit.D)
    return theta * (b + (1 - theta) * inner)


def rosenbrock():
    """Return alpha, beta = alpha + Gamma, and Gamma, from the form without products."""
    n = rodas5p.STAGES
    a, C = np.zeros((n, n)), np.zeros((n, n))
    a[:, : n - 1], C[:, : n - 1] = rodas5p.A, rodas5p.C
    Gamma = np.linalg.inv(np.eye(n) / rodas5p.GAMMA - C)
    alpha = a @ Gamma
    return alpha, alpha + Gamma, Gamma


def rosenbrock_weights(theta):
    n = rodas5p.STAGES
    m = np.append(rodas5p.A[n - 1], 1.0)
    H = rodas5p.H[0] + theta * (rodas5p.H[1] + theta * rodas5p.H[2])
    return (theta * (m + (1 - theta) * H)) @ rosenbrock()[2]


def test_there_are_17_trees_up_to_five_nodes():
    assert [len(trees(n)) for n in range(1, 6)] == [1, 1, 2, 4, 9]


def test_dormand_prince_has_order_5_and_its_error_estimate_order_4():
    A = dormand_prince()
    assert_allclose(A.sum(axis=1), explicit.C, atol=1e-15)
    assert worst_condition(A[6], A, A, 5) < 1e-15
    assert worst_condition(A[6], A, A, 6) > 1e-4
    assert worst_condition(A[6] - explicit.B_ERROR, A, A, 4) < 1e-15


def test_rodas5p_has_order_5_and_its_error_estimate_order_4():
    alpha, beta, Gamma = rosenbrock()
    assert_allclose(alpha.sum(axis=1), rodas5p.ALPHA, atol=1e-13)
    assert_allclose(Gamma.sum(axis=1), rodas5p.GAMMAS, atol=1e-13)
    assert worst_condition(rosenbrock_weights(1.0), beta, alpha, 5) < 1e-13
    embedded = np.append(rodas5p.A[rodas5p.STAGES - 1], 0.0) @ Gamma
    assert worst_condition(embedded, beta, alpha, 4) < 1e-13


@pytest.mark.parametrize("theta", [0.1, 0.5, 0.9])
def test_dense_output_has_order_4(theta):
    A = dormand_prince()
    assert worst_condition(dormand_prince_weights(theta), A, A, 4, theta) < 1e-15
    alpha, beta, _ = rosenbrock()
    # The coefficients are printed closely enough for 1e-10 here, which a step multiplies by h^2.
    assert worst_condition(rosenbrock_weights(theta), beta, alpha, 4, theta) < 2e-10


def test_the_stiff_method_forgets_what_is_infinitely_fast():
    """Stiffly accurate: the step is the last stage, so R(infinity) = 0."""
    _, beta, _ = rosenbrock()
    assert_allclose(beta[-1], rosenbrock_weights(1.0), atol=1e-13)


@pytest.mark.parametrize("rtol", [1e-6, 1e-9])
@pytest.mark.parametrize("method", METHODS)
def test_dense_output_is_as_good_as_the_tolerance(method, rtol):
    times = np.linspace(0.0, 20.0, 1001)
    found = solve([0.0, 1.0], times, ROTATION, method=method, rtol=rtol, atol=rtol / 100)
    assert_allclose(found.y[:, 0], np.sin(times), rtol=0, atol=2 * rtol)


@pytest.mark.parametrize("method", METHODS)
def test_more_samples_do_not_move_the_last_one(method):
    few = solve([0.0, 1.0], [0.0, 7.0], ROTATION, method=method)
    many = solve([0.0, 1.0], np.linspace(0.0, 7.0, 50), ROTATION, method=method)
    assert few.y[-1].tobytes() == many.y[-1].tobytes()
    assert few.steps == many.steps


@pytest.mark.parametrize("method", METHODS)
def test_a_slope_that_jumps_at_an_event_belongs_to_the_time_before_it(method):
    """Segments are [start, end): nothing of what comes after is seen, so no step is refused."""
    found = solve([0.0, 0.0], [0.0, 1 / 3], JUMP, 1 / 3, method=method, events=[1 / 3], rtol=1e-10)
    assert found.rejected == 0
    assert_allclose(found.y[-1, 0], 1 / 3, rtol=1e-14)


def test_the_stiff_method_follows_a_slow_solution_in_long_steps():
    """Prothero & Robinson's problem: y' = L (cos t - y) - sin t, whose solution is cos t."""
    found = solve([1.0, 0.0], [0.0, 10.0], FORCED, 1e6, method="stiff")
    assert_allclose(found.y[-1, 0], np.cos(10.0), rtol=1e-7)
    assert found.steps < 500


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_differences_serve_as_well_as_the_jacobian_at_any_scale(scale):
    options = {"method": "stiff", "atol": 1e-10 * scale}
    problem = ([10 * scale, 0.0], [0.0, 5.0], SATURABLE, 5 * scale, scale)
    exact, differences = solve(*problem, **options), solve(*problem, jac=None, **options)
    assert differences.steps <= 1.5 * exact.steps
    assert_allclose(differences.y, exact.y, rtol=1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_what_leaves_one_state_enters_the_other(method):
    found = solve([10.0, 0.0], np.linspace(0.0, 9.0, 101), SATURABLE, 5.0, 1.0, method=method)
    assert_allclose(found.y.sum(axis=1), 10.0, rtol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_compartments_and_losses_sum_to_the_dose(method):
    model = kp.two_compartment(V1=20.0, Q2=30.0, V2=50.0, Vmax=50.0, Km=0.1, ka=1.0)
    plan = kp.oral("200 mg") + kp.infusion("100 mg", over="40 min", at="1 h")
    times = np.random.default_rng(7).uniform(2.0, 48.0, 300)
    run = kp.simulate(plan, model, times=np.sort(times), method=method)
    assert_allclose(run.amounts[0].sum(axis=1), 300.0, rtol=1e-13)


@pytest.mark.parametrize("code", METHODS)
def test_each_state_may_have_its_own_absolute_tolerance(code):
    def steps(atol):
        found = solve(
            [10.0, 0.0], [0.0, 4.0], SATURABLE, 5.0, 1.0, method=code, rtol=1e-8, atol=atol
        )
        assert found.success
        return found.steps, found.y.tobytes()

    assert steps(np.full(2, 1e-10)) == steps(1e-10)
    assert steps(np.array([1.0, 1.0]))[0] < steps(np.array([1e-10, 1.0]))[0]


def test_a_state_that_is_lost_early_in_a_long_interval_is_called_not_finite():
    found = kp.solve_ode(gone, [1.0], [0.0, 1e12], [0.5], method="stiff")
    assert found.status == status.NOT_FINITE


def gone(t, y, params, dy):
    dy[0] = np.sqrt(params[0] - t)


PLAIN = """
import numpy as np
from tests.kernels.test_ode import METHODS, SATURABLE, solve
for method in METHODS:
    found = solve([10.0, 0.0], np.linspace(0.0, 4.0, 9), SATURABLE, 5.0, 1.0, method=method)
    print(*(value.hex() for value in found.y.ravel().tolist()))
"""


@pytest.mark.compiled_only
def test_plain_python_finds_the_same_numbers():
    answer = subprocess.run(
        [sys.executable, "-c", PLAIN],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for method, line in zip(METHODS, answer.stdout.splitlines(), strict=True):
        plain = np.array([float.fromhex(word) for word in line.split()])
        found = solve([10.0, 0.0], np.linspace(0.0, 4.0, 9), SATURABLE, 5.0, 1.0, method=method)
        assert_allclose(plain, found.y.ravel(), rtol=1e-12)
