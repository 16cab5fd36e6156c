"""Responses that are made and lost, beside the compartments that drive them, by the ODE kernel.

A response and its moderator are multiples of their baselines, so that both rest at 1. Amounts start
every segment from the solution itself; only within a segment are they integrated again.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba.extending import overload
from numpy.typing import NDArray

from ketapk.kernels import status
from ketapk.kernels.arrays import RESET
from ketapk.kernels.compile import OPTIONS, kernel
from ketapk.kernels.nonlinear import flows_of
from ketapk.kernels.ode import integrate, workspace
from ketapk.kernels.problem import Flows, flow_jacobian, flow_slope, is_a, jacobian, slope
from ketapk.kernels.stepping import STIFF_RUNS

FIRST_BLOCK = 1.0
"""Length of the first block of the endless last segment [h]; each is twice as long as the last, so
that no step depends on the times that are read."""


class Turnover(NamedTuple):
    """How a concentration moves what is made and lost, of N subjects."""

    kout: NDArray
    """(N,) rate of loss [1/h]."""
    ktol: NDArray
    """(N,) rate of the moderator [1/h]; 0 where nothing opposes the response."""
    size: NDArray
    """(N,) largest change of production or loss, as a share of it [1]."""
    half: NDArray
    """(N,) concentration of half that change, or of a doubling [mg/L]."""
    gamma: NDArray
    """(N,) steepness [1]."""
    on_loss: bool
    """Whether the drug acts on the loss, and not on the production."""
    proportional: bool
    """Whether the change is proportional to the concentration, and has no largest one."""


class Driven(NamedTuple):
    """One subject in one segment."""

    flows: Flows
    per_mg: NDArray
    """(S,) concentration that drives the response [mg/L] per amount [mg]."""
    turnover: Turnover
    n: int

    @property
    def params(self):  # type: ignore[no-untyped-def]
        """Nothing: the right-hand side knows all it needs. Only kernels left uncompiled ask."""

    def rhs(self, t, y, params, dy):  # type: ignore[no-untyped-def]
        """As a user's function is called, where kernels are left uncompiled."""
        driven_slope(t, y, self, dy)

    def jac(self, t, y, params, J):  # type: ignore[no-untyped-def]
        """As a user's Jacobian is called, where kernels are left uncompiled."""
        driven_jacobian(t, y, self, J)


@kernel
def share(C, half, gamma):  # type: ignore[no-untyped-def]
    """Share of the largest change at a concentration, from 0 to 1."""
    if C <= 0.0:
        return 0.0
    ratio = C / half
    if ratio <= 1.0:
        power = ratio**gamma
        return power / (1.0 + power)
    return 1.0 / (1.0 + ratio**-gamma)


@kernel
def change(C, turnover, n):  # type: ignore[no-untyped-def]
    """Production or loss at a concentration, as a multiple of that without drug, and its slope."""
    half = turnover.half[n]
    if turnover.proportional:
        return 1.0 + C / half, 1.0 / half
    gamma, size = turnover.gamma[n], turnover.size[n]
    p = share(C, half, gamma)
    if C <= 0.0:
        return 1.0, size / half if gamma == 1.0 else 0.0
    return 1.0 + size * p, size * gamma * p * (1.0 - p) / C


@kernel
def driven_slope(t, y, driven, dy):  # type: ignore[no-untyped-def]
    """Write the slope of amounts (S,), response and moderator ``y`` (S + 2,) into ``dy``."""
    S = driven.per_mg.size
    flow_slope(t, y[:S], driven.flows, dy[:S])
    C = 0.0
    for i in range(S):
        C += driven.per_mg[i] * y[i]
    turnover, n = driven.turnover, driven.n
    factor, _ = change(C, turnover, n)
    made, lost = (1.0, factor) if turnover.on_loss else (factor, 1.0)
    response, moderator = y[S], y[S + 1]
    dy[S] = turnover.kout[n] * (made / moderator - lost * response)
    dy[S + 1] = turnover.ktol[n] * (response - moderator)


@kernel
def driven_jacobian(t, y, driven, J):  # type: ignore[no-untyped-def]
    """Write the Jacobian of `driven_slope` into ``J`` (S + 2, S + 2)."""
    S = driven.per_mg.size
    for i in range(S + 2):
        for j in range(S + 2):
            J[i, j] = 0.0
    flow_jacobian(t, y[:S], driven.flows, J[:S, :S])
    C = 0.0
    for i in range(S):
        C += driven.per_mg[i] * y[i]
    turnover, n = driven.turnover, driven.n
    factor, steep = change(C, turnover, n)
    kout, ktol = turnover.kout[n], turnover.ktol[n]
    response, moderator = y[S], y[S + 1]
    pull = -response * steep if turnover.on_loss else steep / moderator
    made, lost = (1.0, factor) if turnover.on_loss else (factor, 1.0)
    for j in range(S):
        J[S, j] = kout * pull * driven.per_mg[j]
    J[S, S] = -kout * lost
    J[S, S + 1] = -kout * made / moderator**2
    J[S + 1, S] = ktol
    J[S + 1, S + 1] = -ktol


@overload(slope, jit_options=OPTIONS)  # type: ignore[arg-type]
def _compiled_slope(t, y, problem, dy):  # type: ignore[no-untyped-def]
    if is_a(problem, Driven):
        return lambda t, y, problem, dy: driven_slope(t, y, problem, dy)
    return None


@overload(jacobian, jit_options=OPTIONS)  # type: ignore[arg-type]
def _compiled_jacobian(t, y, problem, J):  # type: ignore[no-untyped-def]
    if is_a(problem, Driven):
        return lambda t, y, problem, J: driven_jacobian(t, y, problem, J)
    return None


@kernel
def responses(
    system,
    schedule,
    state,
    per_mg,
    turnover,
    lo,
    hi,
    times,
    spans,
    before,
    begun,
    out,
    outcome,
    counts,
    method,
    rtol,
    atol,
    max_steps,
):  # type: ignore[no-untyped-def]
    """Write the responses of subjects ``lo`` to ``hi`` at their times, as multiples of baseline.

    Parameters
    ----------
    system, schedule : SystemArrays, ScheduleArrays
        What drives the response, without integrals and without steady states.
    state : (G, S) array
        Solved state at the start of every segment [mg].
    per_mg : (N, S) array
        Concentration that drives [mg/L] per amount [mg].
    turnover : Turnover
        What is driven.
    times : (T,) array
        Times [h], ascending within each span.
    spans : (N, 3) int array
        First and last index into ``times`` and first row of ``out`` of each subject.
    before : bool
        Whether a time at an event is read before it, and not after.
    begun : (G, 3) array
        Response, moderator and whether the system is stiff when a segment begins; NaN where no
        reading has come so far. Filled, so that the next reading starts there.
    out : (rows, 1) array
        Filled; the rows of failed subjects keep their NaN.
    """
    S = state.shape[1]
    y = np.empty(S + 2)
    allowed = np.empty(S + 2)
    for i in range(S):
        allowed[i] = atol
    allowed[S], allowed[S + 1] = 0.01 * rtol, 0.01 * rtol
    keep = np.full(1, S, dtype=np.int64)
    work = workspace(S + 2)
    for n in range(lo, hi):
        if outcome[n] != status.OK:
            continue
        response, moderator = 1.0, 1.0
        k = spans[n, 0]
        result = status.OK
        for g in range(schedule.first[n], schedule.first[n + 1]):
            if k == spans[n, 1] or result != status.OK:
                break
            if g > schedule.first[n]:
                if math.isnan(begun[g, 0]):
                    begun[g, 0], begun[g, 1] = response, moderator
                    begun[g, 2] = counts[n, STIFF_RUNS]
                response, moderator, counts[n, STIFF_RUNS] = begun[g, 0], begun[g, 1], begun[g, 2]
            if schedule.action[g] == RESET:
                response, moderator = 1.0, 1.0
            begin, end = schedule.start[g], schedule.end[g]
            if not end > begin:
                continue
            known = g + 1 < schedule.first[n + 1] and not math.isnan(begun[g + 1, 0])
            if known and not (times[k] < end or (before and times[k] == end)):
                continue
            flows = flows_of(system, schedule.row[g], schedule.rate[g])
            problem = Driven(flows, per_mg[n], turnover, n)
            for i in range(S):
                y[i] = state[g, i]
            y[S], y[S + 1] = response, moderator
            block = FIRST_BLOCK
            while begin < end and k < spans[n, 1] and result == status.OK:
                stop = min(begin + block, end) if math.isinf(end) else end
                upto = k
                while upto < spans[n, 1] and (
                    times[upto] < stop or (before and times[upto] == stop)
                ):
                    upto += 1
                at = spans[n, 2] + k - spans[n, 0]
                result, _ = integrate(
                    problem, method, begin, stop, y, rtol, allowed, max_steps, times[k:upto], keep,
                    out[at : at + upto - k], work, counts[n],
                )  # fmt: skip
                k = upto
                begin = stop
                block *= 2.0
            response, moderator = y[S], y[S + 1]
        outcome[n] = result
