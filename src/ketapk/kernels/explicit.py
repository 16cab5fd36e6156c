"""The explicit method: Dormand and Prince, order 5 with an error estimate of order 4.

Coefficients: Dormand & Prince, J. Comput. Appl. Math. 1980;6:19-26. Continuous extension of order 4
and stiffness test: Hairer, Norsett & Wanner, Solving Ordinary Differential Equations I, II.5-II.6
and IV.2.
"""

from __future__ import annotations

import math

import numpy as np

from ketapk.kernels import status
from ketapk.kernels.compile import part
from ketapk.kernels.finite import is_finite
from ketapk.kernels.problem import slope
from ketapk.kernels.stepping import (
    ERROR,
    EXPLICIT,
    REJECTED,
    STEPS,
    before_end,
    error_norm,
    first_step,
    step_factor,
)

ORDER = 5
C = np.array([0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0])
A = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [1 / 5, 0.0, 0.0, 0.0, 0.0, 0.0],
        [3 / 40, 9 / 40, 0.0, 0.0, 0.0, 0.0],
        [44 / 45, -56 / 15, 32 / 9, 0.0, 0.0, 0.0],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0.0, 0.0],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0.0],
        [35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ]
)
"""Stages; the last row is the step itself, so that its slope is the next step's first."""
B_ERROR = np.array([71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40])
D = np.array(
    [
        -12715105075 / 11282082432,
        0.0,
        87487479700 / 32700410799,
        -10690763975 / 1880347072,
        701980252875 / 199316789632,
        -1453857185 / 822651844,
        69997945 / 29380423,
    ]
)
"""Continuous extension."""
STIFF_AFTER = 15
"""Steps at the edge of stability that mean a stiff system."""
CALM_AFTER = 6
STABLE = 3.25
"""Product of step and fastest rate at the edge of stability."""


@part
def integrate(problem, t0, t1, y, rtol, atol, max_steps, detect, times, keep, out, work, counts):  # type: ignore[no-untyped-def]
    """Advance ``y`` (S,) from ``t0`` to exactly ``t1``.

    Writes the states ``keep`` at ascending ``times`` within the interval into ``out``. With
    ``detect`` it stops where the system proves stiff. Returns the status and the time reached.
    """
    S = y.size
    k = work.stages
    stage, error, after, before = k[7], k[8], k[9], k[10]
    counts[EXPLICIT] += 1
    written = 0
    while written < times.size and times[written] <= t0:
        for q in range(keep.size):
            out[written, q] = y[keep[q]]
        written += 1
    if t1 <= t0:
        return status.OK, t0
    t = t0
    latest = before_end(t0, t1)
    slope(t, y, problem, k[0])
    if not is_finite(k[0]) or not is_finite(y):
        return status.NOT_FINITE, t
    h = first_step(problem, t, y, k[0], t1 - t0, latest, rtol, atol, ORDER, stage, k[1])
    last_error = 1e-4
    at_edge, calm, rejected, broken = 0, 0, False, False
    for _ in range(max_steps):
        last = t + 1.01 * h >= t1
        if last:
            h = t1 - t
        if not t + h > t:
            return status.NOT_FINITE if broken else status.STEP_TOO_SMALL, t
        for s in range(1, 7):
            for i in range(S):
                total = 0.0
                for j in range(s):
                    total += A[s, j] * k[j, i]
                stage[i] = y[i] + h * total
            slope(min(t + C[s] * h, latest), stage, problem, k[s])
            if s == 5:
                for i in range(S):
                    before[i] = stage[i]
        for i in range(S):
            after[i] = stage[i]
            total = 0.0
            for j in range(7):
                total += B_ERROR[j] * k[j, i]
            error[i] = h * total
        norm = error_norm(error, y, after, rtol, atol)
        broken = not math.isfinite(norm)
        if broken or norm > 1.0:
            h *= 0.1 if broken else max(0.2, 0.9 * norm ** (-1.0 / ORDER))
            rejected = True
            counts[REJECTED] += 1
            continue
        counts[STEPS] += 1
        counts[ERROR] += norm * rtol
        end = t1 if last else t + h
        while written < times.size and times[written] <= end:
            theta = 1.0 if times[written] == end else (times[written] - t) / h
            for q in range(keep.size):
                i = keep[q]
                change = after[i] - y[i]
                bend = h * k[0, i] - change
                curl = change - h * k[6, i] - bend
                twist = 0.0
                for j in range(7):
                    twist += D[j] * k[j, i]
                out[written, q] = y[i] + theta * (
                    change + (1 - theta) * (bend + theta * (curl + (1 - theta) * h * twist))
                )
            written += 1
        if detect:
            pull, apart = 0.0, 0.0
            for i in range(S):
                scale = atol[i] + rtol * abs(after[i])
                pull += ((k[6, i] - k[5, i]) / scale) ** 2
                apart += ((after[i] - before[i]) / scale) ** 2
            if apart > 0.0 and h * math.sqrt(pull / apart) > STABLE:
                calm = 0
                at_edge += 1
            else:
                calm += 1
                if calm == CALM_AFTER:
                    at_edge = 0
        for i in range(S):
            y[i] = after[i]
            k[0, i] = k[6, i]
        t = end
        if last:
            return status.OK, t
        if at_edge >= STIFF_AFTER:
            return status.STIFF, t
        factor = step_factor(norm, last_error, ORDER)
        h *= min(1.0, factor) if rejected else factor
        rejected = False
        last_error = max(norm, 1e-4)
    return status.TOO_MANY_STEPS, t
