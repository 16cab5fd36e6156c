"""The right-hand side that a problem stands for: a compartment system, or a user's function.

The steppers call ``slope`` and ``jacobian``; which code that is follows from the type of the
problem when they are compiled. A compartment system passes no function around; a user's function
is passed by its address, so that the steppers are compiled once for all functions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from ketapk.kernels.compile import OPTIONS, kernel, part
from ketapk.kernels.given import Given

NUDGE = 6e-6
"""Relative difference that balances truncation and rounding, the cube root of epsilon."""
SMALLEST = 1e-8


class Flows(NamedTuple):
    """A compartment system in one segment: one row of parameters, one input rate."""

    A: NDArray
    """(S, S) rate constants [1/h]."""
    rate: NDArray
    """(S,) input [mg/h]."""
    sat_src: NDArray
    sat_dst: NDArray
    Vmax: NDArray
    """(M,) [mg/h]."""
    KmX: NDArray
    """(M,) [mg]."""
    drift: NDArray
    """(S, S) change of ``A`` with time [1/h2]; (0, 0) where rates are constant."""


@kernel
def flow_slope(t, x, flows, dx):  # type: ignore[no-untyped-def]
    """Write dx/dt [mg/h] at amounts ``x`` (S,) [mg] into ``dx`` (S,)."""
    S = x.size
    for i in range(S):
        total = flows.rate[i]
        for j in range(S):
            total += flows.A[i, j] * x[j]
        dx[i] = total
    for i in range(flows.drift.shape[0]):
        total = 0.0
        for j in range(S):
            total += flows.drift[i, j] * x[j]
        dx[i] += t * total
    for m in range(flows.sat_src.size):
        src = flows.sat_src[m]
        v = flows.Vmax[m] * x[src] / (flows.KmX[m] + x[src])
        dx[src] -= v
        dx[flows.sat_dst[m]] += v


@kernel
def flow_jacobian(t, x, flows, J):  # type: ignore[no-untyped-def]
    """Write the Jacobian of `flow_slope` [1/h] into ``J`` (S, S)."""
    S = x.size
    for i in range(S):
        for j in range(S):
            J[i, j] = flows.A[i, j]
    for i in range(flows.drift.shape[0]):
        for j in range(S):
            J[i, j] += t * flows.drift[i, j]
    for m in range(flows.sat_src.size):
        src = flows.sat_src[m]
        k = flows.Vmax[m] * flows.KmX[m] / (flows.KmX[m] + x[src]) ** 2
        J[src, src] -= k
        J[flows.sat_dst[m], src] += k


@part
def difference_jacobian(t, y, problem, J):  # type: ignore[no-untyped-def]
    """Write the Jacobian at ``y`` (S,) by central differences into ``J`` (S, S).

    A Rosenbrock method needs it well, so each state is moved by a share of its own size.
    """
    S = y.size
    shifted, above, below = y.copy(), y.copy(), y.copy()
    for j in range(S):
        delta = NUDGE * max(abs(y[j]), SMALLEST)
        shifted[j] = y[j] + delta
        slope(t, shifted, problem, above)
        shifted[j] = y[j] - delta
        slope(t, shifted, problem, below)
        for i in range(S):
            J[i, j] = (above[i] - below[i]) / (2.0 * delta)
        shifted[j] = y[j]


@part
def given_jacobian(t, y, given, J):  # type: ignore[no-untyped-def]
    """Write the Jacobian of a user's function at ``y`` (S,) into ``J`` (S, S)."""
    if given.own_jacobian:
        given.jac(t, y, given.params, J)
    else:
        difference_jacobian(t, y, given, J)


def slope(t, y, problem, dy):  # type: ignore[no-untyped-def]
    """Write the slope of a problem at ``y`` (S,) into ``dy`` (S,)."""
    if isinstance(problem, Flows):
        flow_slope(t, y, problem, dy)
    else:
        problem.rhs(t, y, problem.params, dy)


def jacobian(t, y, problem, J):  # type: ignore[no-untyped-def]
    """Write the Jacobian of a problem at ``y`` (S,) into ``J`` (S, S)."""
    if isinstance(problem, Flows):
        flow_jacobian(t, y, problem, J)
    else:
        given_jacobian(t, y, problem, J)


def is_a(problem: Any, kind: type) -> bool:
    """Whether the numba type of a problem is that of a named tuple."""
    return isinstance(problem, types.BaseNamedTuple) and problem.instance_class is kind


@overload(slope, jit_options=OPTIONS)  # type: ignore[arg-type]
def _compiled_slope(t, y, problem, dy):  # type: ignore[no-untyped-def]
    if is_a(problem, Flows):
        return lambda t, y, problem, dy: flow_slope(t, y, problem, dy)
    if is_a(problem, Given):
        return lambda t, y, problem, dy: problem.rhs(t, y, problem.params, dy)
    return None


@overload(jacobian, jit_options=OPTIONS)  # type: ignore[arg-type]
def _compiled_jacobian(t, y, problem, J):  # type: ignore[no-untyped-def]
    if is_a(problem, Flows):
        return lambda t, y, problem, J: flow_jacobian(t, y, problem, J)
    if is_a(problem, Given):
        return lambda t, y, problem, J: given_jacobian(t, y, problem, J)
    return None
