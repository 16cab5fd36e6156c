"""Saturable systems along a schedule, by the ODE kernel."""

from __future__ import annotations

import math

import numpy as np

from ketapk.kernels import status
from ketapk.kernels.arrays import NO_ACTION, RESET, STEADY_REPLACES
from ketapk.kernels.compile import kernel
from ketapk.kernels.finite import is_finite, matrix_is_finite
from ketapk.kernels.ode import METHOD_CODES, integrate, workspace
from ketapk.kernels.problem import Flows

__all__ = ["METHOD_CODES", "boundaries", "samples"]

CONSTANT = np.empty((0, 0))
"""The drift of rates that do not change."""
NO_TIMES = np.empty(0)
"""Nothing to read on the way; like the times of a reading it is not written to, so that both are
one type and the steps are compiled once."""
MAX_CYCLES = 20_000
"""Dosing intervals after which a steady state is given up."""


@kernel
def flows_of(system, row, rate):  # type: ignore[no-untyped-def]
    """Collect what holds in a segment."""
    drift = system.drift[row] if system.drift.size > 0 else CONSTANT
    return Flows(
        system.A[row],
        rate,
        system.sat_src,
        system.sat_dst,
        system.Vmax[row],
        system.KmX[row],
        drift,
    )


@kernel
def steady_state(
    system,
    schedule,
    cycle,
    row,
    method,
    x,
    rtol,
    atol,
    max_steps,
    none,
    empty,
    work,
    counts,
):  # type: ignore[no-untyped-def]
    """Write the periodic state just before the pieces of ``cycle`` begin into ``x`` (S,).

    Cycles are run until the change from one to the next, summed as a geometric series, is within
    tolerance; an endless infusion is run for twice as long each time.
    """
    S = x.size
    lo, hi = schedule.cycle_first[cycle], schedule.cycle_first[cycle + 1]
    endless = math.isinf(schedule.piece_dt[lo])
    before = np.zeros(S)
    span, last_change = 1.0, math.inf
    for i in range(S):
        x[i] = 0.0
    for _ in range(MAX_CYCLES):
        for i in range(S):
            if i >= system.n_compartments and not system.n_mass <= i < system.n_dynamic:
                x[i] = 0.0
            before[i] = x[i]
        for piece in range(lo, hi):
            for i in range(S):
                x[i] += schedule.piece_jump[piece, i]
            dt = span if endless else schedule.piece_dt[piece]
            if dt > 0.0 and not math.isinf(dt):
                flows = flows_of(system, row, schedule.piece_rate[piece])
                outcome, _ = integrate(
                    flows, method, 0.0, dt, x, rtol, atol, max_steps, NO_TIMES, none, empty, work,
                    counts,
                )  # fmt: skip
                if outcome != status.OK:
                    return outcome
            if endless:
                break
        change = 0.0
        for i in range(system.n_dynamic):
            if i < system.n_compartments or i >= system.n_mass:
                change = max(change, abs(x[i] - before[i]) / (atol + rtol * abs(x[i])))
        ratio = change / last_change if last_change > 0.0 else 0.0
        if change <= 1.0 and (endless or change * ratio <= 1.0 - ratio):
            for i in range(system.n_compartments, system.n_mass):
                x[i] = 0.0
            for i in range(system.n_dynamic, S):
                x[i] = 0.0
            return status.OK
        last_change = change
        if endless:
            span *= 2.0
            if span > 1e9:
                break
    return status.NO_STEADY_STATE


@kernel
def boundaries(system, schedule, lo, hi, state, outcome, counts, method, rtol, atol, max_steps):  # type: ignore[no-untyped-def]
    """Write the state at the start of every segment, as `ketapk.kernels.linear.boundaries`."""
    S = state.shape[1]
    x, steady = np.empty(S), np.empty(S)
    none, empty = np.empty(0, dtype=np.int64), np.empty((0, 0))
    work = workspace(S)
    for n in range(lo, hi):
        result = status.OK
        for i in range(S):
            x[i] = 0.0
        for g in range(schedule.first[n], schedule.first[n + 1]):
            action, row = schedule.action[g], schedule.row[g]
            if action == RESET:
                for i in range(S):
                    x[i] = 0.0
            elif action != NO_ACTION:
                result = steady_state(
                    system, schedule, schedule.cycle[g], row, method, steady, rtol, atol,
                    max_steps, none, empty, work, counts[n],
                )  # fmt: skip
                for i in range(S):
                    x[i] = steady[i] if action == STEADY_REPLACES else x[i] + steady[i]
            for i in range(S):
                x[i] += schedule.jump[g, i]
            if result == status.OK and not (is_finite(x) and matrix_is_finite(system.A[row])):
                result = status.NOT_FINITE
            if result != status.OK:
                break
            for i in range(S):
                state[g, i] = x[i]
            if schedule.end[g] > schedule.start[g] and not math.isinf(schedule.end[g]):
                flows = flows_of(system, row, schedule.rate[g])
                result, _ = integrate(
                    flows, method, schedule.start[g], schedule.end[g], x, rtol, atol, max_steps,
                    NO_TIMES, none, empty, work, counts[n],
                )  # fmt: skip
                if result != status.OK:
                    break
        outcome[n] = result


@kernel
def samples(
    system,
    schedule,
    state,
    lo,
    hi,
    times,
    spans,
    before,
    keep,
    out,
    outcome,
    counts,
    method,
    rtol,
    atol,
    max_steps,
):  # type: ignore[no-untyped-def]
    """Write the states ``keep`` at the times of subjects, as `ketapk.kernels.linear.samples`."""
    S = state.shape[1]
    x = np.empty(S)
    work = workspace(S)
    for n in range(lo, hi):
        if outcome[n] != status.OK:
            continue
        g = schedule.first[n]
        last_segment = schedule.first[n + 1] - 1
        k = spans[n, 0]
        while k < spans[n, 1]:
            t = times[k]
            while g < last_segment and (
                schedule.end[g] < t or (schedule.end[g] == t and not before)
            ):
                g += 1
            upto = k + 1
            while upto < spans[n, 1] and (
                g == last_segment
                or times[upto] < schedule.end[g]
                or (times[upto] == schedule.end[g] and before)
            ):
                upto += 1
            for i in range(S):
                x[i] = state[g, i]
            row = spans[n, 2] + k - spans[n, 0]
            result, _ = integrate(
                flows_of(system, schedule.row[g], schedule.rate[g]), method, schedule.start[g],
                times[upto - 1], x, rtol, atol, max_steps, times[k:upto], keep,
                out[row : row + upto - k], work, counts[n],
            )  # fmt: skip
            if result != status.OK:
                outcome[n] = result
                break
            k = upto
