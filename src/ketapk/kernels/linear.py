"""Exact propagation of linear systems along a schedule.

``boundaries`` carries the state from segment to segment; ``samples`` reads it at any times from
there. The samples of a segment step from one to the next with one exponential as long as the grid
is even, and start afresh from an anchor every ``STRIDE`` samples so that rounding cannot pile up.
"""

from __future__ import annotations

import math

import numpy as np

from ketapk.kernels import status
from ketapk.kernels.arrays import NO_ACTION, RESET, STEADY_REPLACES
from ketapk.kernels.compile import kernel
from ketapk.kernels.exponential import double, exponential, multiply
from ketapk.kernels.finite import is_finite, matrix_is_finite
from ketapk.kernels.steady import balance, integral_to_infinity

STRIDE = 64
"""Samples between two anchors."""
JITTER = 1e-9
"""Largest step difference, times the fastest rate, that a first-order correction mends."""


@kernel
def set_generator(A, rate, B):  # type: ignore[no-untyped-def]
    """Write the rate matrix ``A`` (S, S) with ``rate`` (S,) as last column into ``B``."""
    S = rate.size
    for i in range(S):
        for j in range(S):
            B[i, j] = A[i, j]
        B[i, S] = rate[i]
    for j in range(S + 1):
        B[S, j] = 0.0


@kernel
def advance(E, x, y):  # type: ignore[no-untyped-def]
    """Write the state (S,) that ``x`` (S,) becomes under the propagator ``E`` into ``y``."""
    S = x.size
    for i in range(S):
        total = E[i, S]
        for j in range(S):
            total += E[i, j] * x[j]
        y[i] = total


@kernel
def nudge(B, dt, x, spare):  # type: ignore[no-untyped-def]
    """Move ``x`` (S,) by a time ``dt`` [h] so small that first order is exact."""
    S = x.size
    for i in range(S):
        slope = B[i, S]
        for j in range(S):
            slope += B[i, j] * x[j]
        spare[i] = slope
    for i in range(S):
        x[i] += spare[i] * dt


@kernel
def fastest(B):  # type: ignore[no-untyped-def]
    """Largest outflow rate constant of the generator ``B`` [1/h]."""
    rate = 0.0
    for j in range(B.shape[0]):
        rate = max(rate, -B[j, j])
    return rate


@kernel
def steady_state(system, schedule, cycle, row, x, cubes, squares, vectors):  # type: ignore[no-untyped-def]
    """Write the periodic state just before the pieces of ``cycle`` begin into ``x`` (S,)."""
    S = x.size
    C = system.n_compartments
    A = system.A[row]
    B, E, total, term, spare = cubes[0], cubes[1], cubes[2], cubes[3], cubes[4]
    flow = squares
    leaves, b = vectors[0], vectors[1]
    lo, hi = schedule.cycle_first[cycle], schedule.cycle_first[cycle + 1]
    for i in range(S):
        x[i] = 0.0
    if math.isinf(schedule.piece_dt[lo]):
        return steady_infusion(system, A, schedule.piece_rate[lo], x, flow, leaves, b)
    for i in range(S + 1):
        for j in range(S + 1):
            total[i, j] = 1.0 if i == j else 0.0
    for piece in range(lo, hi):
        for i in range(S):
            total[i, S] += schedule.piece_jump[piece, i]
        set_generator(A, schedule.piece_rate[piece], B)
        exponential(B, system.n_mass, schedule.piece_dt[piece], E, term, spare)
        multiply(E, total, spare)
        for i in range(S + 1):
            for j in range(S + 1):
                total[i, j] = spare[i, j]
    for j in range(C):
        b[j] = total[j, S]
        for i in range(C):
            flow[i, j] = total[i, j] if i != j else 0.0
        lost = 0.0
        for i in range(C, system.n_mass):
            lost += total[i, j]
        leaves[j] = lost
    outcome = balance(flow, leaves, b[:C])
    for i in range(C):
        x[i] = b[i]
    length = 0.0
    for piece in range(lo, hi):
        length += schedule.piece_dt[piece]
    for e in range(system.n_mass, system.n_dynamic):
        driven = total[e, S]
        for j in range(C):
            driven += total[e, j] * x[j]
        x[e] = driven / -math.expm1(A[e, e] * length)
    return outcome


@kernel
def steady_infusion(system, A, rate, x, flow, leaves, b):  # type: ignore[no-untyped-def]
    """Write the state (S,) under an endless input ``rate`` (S,) into ``x``."""
    outcome = integral_to_infinity(
        A, system.n_compartments, system.n_mass, rate, flow, leaves, b[: system.n_compartments]
    )
    for i in range(system.n_compartments):
        x[i] = b[i]
    for e in range(system.n_mass, system.n_dynamic):
        driven = 0.0
        for j in range(system.n_compartments):
            driven += A[e, j] * x[j]
        x[e] = driven / -A[e, e]
    return outcome


@kernel
def begin_segment(system, schedule, g, x, cubes, squares, vectors):  # type: ignore[no-untyped-def]
    """Apply the action, then the jump, of segment ``g`` to ``x`` (S,)."""
    outcome = status.OK
    action = schedule.action[g]
    S = x.size
    if action != NO_ACTION:
        if action == RESET:
            for i in range(S):
                x[i] = 0.0
        else:
            steady = vectors[2]
            outcome = steady_state(
                system,
                schedule,
                schedule.cycle[g],
                schedule.row[g],
                steady,
                cubes,
                squares,
                vectors,
            )
            for i in range(S):
                x[i] = steady[i] if action == STEADY_REPLACES else x[i] + steady[i]
    for i in range(S):
        x[i] += schedule.jump[g, i]
    return outcome


@kernel
def boundaries(system, schedule, lo, hi, state, outcome):  # type: ignore[no-untyped-def]
    """Write the state at the start of every segment, jump included, of subjects ``lo`` to ``hi``.

    ``state`` (G, S) and ``outcome`` (N,) are filled; a failed subject keeps its NaN.
    """
    S = state.shape[1]
    cubes = np.empty((5, S + 1, S + 1))
    squares = np.empty((system.n_compartments, system.n_compartments))
    vectors = np.empty((3, S + 1))
    x, y = np.empty(S), np.empty(S)
    B, E, term, spare = np.empty_like(cubes[0]), cubes[1], cubes[3], cubes[4]
    for n in range(lo, hi):
        result = status.OK
        for i in range(S):
            x[i] = 0.0
        for g in range(schedule.first[n], schedule.first[n + 1]):
            result = begin_segment(system, schedule, g, x, cubes, squares, vectors[:, :S])
            if result == status.OK and not (
                is_finite(x)
                and is_finite(schedule.rate[g])
                and matrix_is_finite(system.A[schedule.row[g]])
            ):
                result = status.NOT_FINITE
            if result != status.OK:
                break
            for i in range(S):
                state[g, i] = x[i]
            dt = schedule.end[g] - schedule.start[g]
            if dt > 0.0 and not math.isinf(dt):
                set_generator(system.A[schedule.row[g]], schedule.rate[g], B)
                exponential(B, system.n_mass, dt, E, term, spare)
                advance(E, x, y)
                for i in range(S):
                    x[i] = y[i]
        outcome[n] = result


@kernel
def samples(system, schedule, state, lo, hi, times, spans, before, keep, out, outcome):  # type: ignore[no-untyped-def]
    """Write the states ``keep`` of subjects ``lo`` to ``hi`` at their times.

    Parameters
    ----------
    state : (G, S) array
        What ``boundaries`` wrote.
    times : (T,) array
        Times [h], ascending within each span.
    spans : (N, 3) int array
        First and last index into ``times`` and first row of ``out`` of each subject.
    before : bool
        Whether a sample at an event sees the state before it.
    keep : (Q,) int array
        States to write.
    out : (rows, Q) array
        Filled; the rows of failed subjects keep their NaN.
    """
    S = state.shape[1]
    B = np.empty((S + 1, S + 1))
    E, E_far, term, spare = np.empty_like(B), np.empty_like(B), np.empty_like(B), np.empty_like(B)
    x, far, y = np.empty(S), np.empty(S), np.empty(S)
    for n in range(lo, hi):
        if outcome[n] != status.OK:
            continue
        g = schedule.first[n]
        last_segment = schedule.first[n + 1] - 1
        at = -1
        near_step, far_step = -1.0, -1.0
        now, far_time, since = 0.0, 0.0, 0
        limit = 0.0
        for k in range(spans[n, 0], spans[n, 1]):
            t = times[k]
            while g < last_segment and (
                schedule.end[g] < t or (schedule.end[g] == t and not before)
            ):
                g += 1
            if g != at:
                at = g
                set_generator(system.A[schedule.row[g]], schedule.rate[g], B)
                limit = JITTER / max(fastest(B), 1.0)
                near_step, far_step = -1.0, -1.0
                for i in range(S):
                    x[i] = state[g, i]
                    far[i] = x[i]
                now = schedule.start[g]
                far_time, since = now, 0
            since += 1
            if since == STRIDE:
                dt = t - far_time
                if dt > 0.0:
                    if abs(dt - far_step) > limit:
                        exponential(B, system.n_mass, dt, E_far, term, spare)
                        far_step = dt
                    advance(E_far, far, y)
                    if dt != far_step:
                        nudge(B, dt - far_step, y, x)
                    for i in range(S):
                        x[i] = y[i]
                        far[i] = y[i]
                far_time, since = t, 0
            else:
                dt = t - now
                if dt > 0.0:
                    if abs(dt - near_step) > limit:
                        exponential(B, system.n_mass, dt, E, term, spare)
                        near_step = dt
                    advance(E, x, y)
                    if dt != near_step:
                        nudge(B, dt - near_step, y, spare[0, :S])
                    for i in range(S):
                        x[i] = y[i]
            now = t
            row = spans[n, 2] + k - spans[n, 0]
            for q in range(keep.size):
                out[row, q] = x[keep[q]]


@kernel
def ladder(system, schedule, state, segments, first, counts, per_octave, lo, hi, out):  # type: ignore[no-untyped-def]
    """Write the states of segments ``lo`` to ``hi`` at rungs that grow geometrically.

    Parameters
    ----------
    state : (G, S) array
        What ``boundaries`` wrote.
    segments : (Q,) int array
        Segment of each row.
    first : (Q,) array
        Time of the first rung after the start of the segment [h].
    counts : (Q,) int array
        Rungs of each row; rung k is at ``first * 2 ** (k / per_octave)``.
    per_octave : int
        Rungs until the time has doubled, so that squaring one propagator gives the next.
    out : (Q, 1 + K, S) array
        Filled from the second place of a row on, as far as ``counts`` says.
    """
    S = state.shape[1]
    B = np.empty((S + 1, S + 1))
    E, term, spare = np.empty_like(B), np.empty_like(B), np.empty_like(B)
    for q in range(lo, hi):
        g = segments[q]
        set_generator(system.A[schedule.row[g]], schedule.rate[g], B)
        for start in range(min(per_octave, counts[q])):
            step = first[q] * 2.0 ** (start / per_octave)
            exponential(B, system.n_mass, step, E, term, spare)
            for k in range(start, counts[q], per_octave):
                if k > start:
                    step *= 2.0
                    double(B, system.n_mass, step, E, spare)
                advance(E, state[g], out[q, 1 + k])


@kernel
def tails(A, n_compartments, n_mass, n_dynamic, state, outcome, out):  # type: ignore[no-untyped-def]
    """Write what (N, S) states become once everything has left into ``out``.

    ``A`` (N, S, S) holds from the time of ``state`` (N, S) on, without input; ``outcome`` (N,)
    becomes SINGULAR where something never leaves.
    """
    S = state.shape[1]
    flow = np.empty((n_compartments, n_compartments))
    leaves, area = np.empty(n_compartments), np.empty(n_compartments)
    driven = np.empty(n_dynamic)
    for n in range(state.shape[0]):
        if outcome[n] != status.OK:
            continue
        outcome[n] = integral_to_infinity(
            A[n], n_compartments, n_mass, state[n], flow, leaves, area
        )
        if outcome[n] != status.OK:
            continue
        for e in range(n_mass, n_dynamic):
            driven[e] = state[n, e]
            for j in range(n_compartments):
                driven[e] += A[n, e, j] * area[j]
            # An effect site may drive those after it.
            for f in range(n_mass, e):
                if A[n, e, f] != 0.0:
                    driven[e] += A[n, e, f] * driven[f] / -A[n, f, f]
        for i in range(S):
            total = state[n, i]
            if i < n_compartments or n_mass <= i < n_dynamic:
                total = 0.0
            else:
                for j in range(n_compartments):
                    total += A[n, i, j] * area[j]
                for e in range(n_mass, n_dynamic):
                    if A[n, i, e] != 0.0:
                        total += A[n, i, e] * driven[e] / -A[n, e, e]
            out[n, i] = total
