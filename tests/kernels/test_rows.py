"""Rows of lanes: elimination solves, stages are those of the textbook, compiled is plain."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from ketapk.kernels.elimination import factorise, substitute
from ketapk.kernels.rodas5p import BEND, EARLIER, GAMMA, SLOPE, STAGES, A, C
from ketapk.kernels.rows import LANES, rows
from ketapk.lanes import _order


@given(st.integers(1, 8), st.integers(0, 10_000), st.floats(0.0, 1.0), st.floats(-3.0, 6.0))
def test_elimination_without_pivots_solves_any_compartment_matrix(n, seed, share, stiffness):
    random = np.random.default_rng(seed)
    linked = random.random((n, n)) < share
    order = _order(linked.tobytes(), tuple(range(n)))
    J = np.where(linked, random.lognormal(0.0, 3.0, (LANES, n, n)), 0.0)
    J[:, range(n), range(n)] = 0.0
    J[:, range(n), range(n)] = -J.sum(axis=1) - random.random((LANES, n))
    matrix = np.eye(n) - 10.0**stiffness * J
    right = random.standard_normal((LANES, n))
    to, source = order.states[order.places]
    B, x = rows(order.places.shape[1]), rows(n)
    B[:] = matrix[:, to, source].T
    x[:] = right[:, order.states].T
    factorise(B, order.pattern)
    substitute(B, order.pattern, x, 0)
    exact = np.linalg.solve(matrix, right[:, :, None])[:, order.states, 0].T
    assert_allclose(x, exact, rtol=1e-9, atol=1e-10)


def test_a_star_fills_nothing_in():
    star = np.eye(5, dtype=bool)
    star[0], star[:, 0] = True, True
    order = _order(star.tobytes(), tuple(range(5)))
    assert order.states[-1] == 0 or order.states[-2] == 0
    assert order.pattern.source.size == 8


def test_stages_without_products_are_those_of_the_textbook():
    """For y' = J y + N(y) each stage solves (1/(h GAMMA) - J) u = f(y + sum a u) + sum C/h u."""
    random = np.random.default_rng(1)
    n, h = 4, 0.3
    J = random.standard_normal((n, n))
    y = random.standard_normal(n)
    beyond = random.standard_normal((STAGES, n))
    beyond[0] = 0.0
    M = np.eye(n) / (h * GAMMA) - J
    u, v = np.zeros((STAGES, n)), np.zeros((STAGES, n))
    slope = J @ y
    for s in range(STAGES):
        looks, mixes = A[s, :s] @ u[:s], C[s, :s] @ u[:s]
        u[s] = np.linalg.solve(M, slope + J @ looks + beyond[s] + mixes / h)
        right = SLOPE[s] * slope * h * GAMMA + EARLIER[s, :s] @ v[:s]
        right += h * GAMMA * BEND[s, : s + 1] @ beyond[: s + 1]
        v[s] = np.linalg.solve(h * GAMMA * M, right)
    assert_allclose(v, u, rtol=1e-11, atol=1e-12)


PLAIN = """
import numpy as np
import ketapk as kp
model = kp.two_compartment(V1=[20.0, 30.0], Q2=30.0, V2=50.0, Vmax=50.0, Km=0.1, ke0=14.0)
who = kp.Cohort(weight_kg=[60.0, 80.0])
run = kp.simulate("1 mg/kg iv over 40 min", model, who, times=np.linspace(0.0, 4.0, 9), rtol=1e-6)
for site in ("plasma", "effect"):
    print(*(value.hex() for value in run.concentration("ketamine", site=site).ravel().tolist()))
print(run.stats.in_lanes, run.stats.steps)
"""


@pytest.mark.compiled_only
def test_plain_python_finds_the_same_numbers():
    def lines(**environment):
        answer = subprocess.run(
            [sys.executable, "-c", PLAIN],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return answer.stdout.splitlines()

    compiled, plain = lines(), lines(NUMBA_DISABLE_JIT="1")
    assert compiled[-1] == plain[-1]
    for one, other in zip(compiled[:-1], plain[:-1], strict=True):
        a, b = (np.array([float.fromhex(word) for word in line.split()]) for line in (one, other))
        assert_allclose(a, b, rtol=1e-10)
