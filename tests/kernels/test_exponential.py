"""The exponential of a closed system keeps the leading digits of every entry."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketapk.kernels.exponential import exponential
from tests import oracles
from tests.oracles import exact


def propagator(B, n_mass, h):
    E, term, spare = np.empty_like(B), np.empty_like(B), np.empty_like(B)
    exponential(B, n_mass, h, E, term, spare)
    return E


def closed(flows, n_mass, rates=()):
    """Augmented generator of ``flows`` (from, to, rate) with input rates."""
    B = np.zeros((n_mass + 1, n_mass + 1))
    for source, target, rate in flows:
        B[target, source] += rate
    for j in range(n_mass):
        B[j, j] = -B[:, j].sum()
    for i, rate in enumerate(rates):
        B[i, n_mass] = rate
    return B


def wanted(B, n_mass, h):
    mp.mp.dps = 50
    M = mp.matrix(B.tolist())
    for j in range(n_mass):
        M[j, j] = -mp.fsum(exact(B[i, j]) for i in range(n_mass) if i != j)
    return oracles.exponential(M * exact(h))


@st.composite
def graphs(draw):
    n = draw(st.integers(1, 10))
    rate = st.one_of(st.just(0.0), st.floats(-4, 3).map(lambda e: 10.0**e))
    flows = [
        (j, i, draw(rate)) for j in range(n) for i in range(n + 1) if i != j and draw(st.booleans())
    ]
    rates = [draw(st.floats(0, 100)) for _ in range(n)]
    return closed(flows, n + 1, rates), n + 1


@given(graphs(), st.floats(-4, 3.2).map(lambda e: 10.0**e))
def test_every_entry_of_a_random_graph_is_exact(graph, h):
    B, n_mass = graph
    found, oracle = propagator(B, n_mass, h), wanted(B, n_mass, h)
    for i in range(B.shape[0]):
        for j in range(B.shape[0]):
            if abs(oracle[i, j]) > 1e-12:
                assert abs(found[i, j] / oracle[i, j] - 1) < 2e-13


@pytest.mark.parametrize("gap", [0.0, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3])
def test_absorption_as_fast_as_elimination_is_no_special_case(gap):
    k = 0.05
    B = closed([(0, 1, k * (1 + gap)), (1, 2, k)], 3)
    found = propagator(B, 3, 20.0)[1, 0]
    assert abs(found / wanted(B, 3, 20.0)[1, 0] - 1) < 1e-14


def test_nothing_happens_in_no_time():
    B = closed([(0, 1, 3.0), (1, 2, 1e3)], 3, [1.0])
    np.testing.assert_array_equal(propagator(B, 3, 0.0), np.eye(4))


def test_columns_sum_to_one():
    B = closed([(0, 1, 1e3), (1, 0, 1e3), (1, 2, 1e-4)], 3)
    E = propagator(B, 3, 1344.0)
    np.testing.assert_allclose(E[:3, :3].sum(axis=0), 1.0, rtol=0, atol=4e-16)


@given(st.floats(0.01, 50.0), st.floats(0.01, 50.0))
def test_two_steps_are_one_step(a, b):
    B = closed([(0, 1, 4.0), (1, 0, 0.7), (1, 2, 0.3)], 3, [5.0, 0.0, 0.0])
    once = propagator(B, 3, a + b)
    twice = propagator(B, 3, b) @ propagator(B, 3, a)
    np.testing.assert_allclose(twice, once, rtol=1e-12)
