"""The stiff method: RODAS, a Rosenbrock method of order 4 with an embedded one of order 3.

Coefficients and continuous extension: Hairer & Wanner, Solving Ordinary Differential Equations II,
IV.7 and its code RODAS. L-stable and stiffly accurate; the Jacobian must be exact for the order to
hold, so a model gives it analytically.
"""

from __future__ import annotations

import math

import numpy as np

from ketapk.kernels import status
from ketapk.kernels.compile import part
from ketapk.kernels.problem import jacobian, slope
from ketapk.kernels.stepping import (
    ERROR,
    REJECTED,
    STEPS,
    STIFF_RUNS,
    all_finite,
    error_norm,
    first_step,
    step_factor,
)

ORDER = 4
GAMMA = 0.25
ALPHA = np.array([0.0, 0.386, 0.21, 0.63, 1.0, 1.0])
GAMMAS = np.array([0.25, -0.1043, 0.1035, -0.03620000000000023, 0.0, 0.0])
A = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [1.544, 0.0, 0.0, 0.0, 0.0],
        [0.9466785280815826, 0.2557011698983284, 0.0, 0.0, 0.0],
        [3.314825187068521, 2.896124015972201, 0.9986419139977817, 0.0, 0.0],
        [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 0.0],
        [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1.0],
    ]
)
C = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [-5.6688, 0.0, 0.0, 0.0, 0.0],
        [-2.430093356833875, -0.2063599157091915, 0.0, 0.0, 0.0],
        [-0.1073529058151375, -9.594562251023355, -20.47028614809616, 0.0, 0.0],
        [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160, 0.0],
        [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136,
         -6.058818238834054],
    ]
)  # fmt: skip
H2 = np.array(
    [10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823,
     1.025137723295662]
)  # fmt: skip
H3 = np.array(
    [-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386,
     -6.594389125716872]
)  # fmt: skip


@part
def factorise(M, pivots):  # type: ignore[no-untyped-def]
    """Replace ``M`` (S, S) by its triangular factors; whether it could be done."""
    S = M.shape[0]
    for k in range(S):
        p = k
        for i in range(k + 1, S):
            if abs(M[i, k]) > abs(M[p, k]):
                p = i
        pivots[k] = p
        if M[p, k] == 0.0 or not math.isfinite(M[p, k]):
            return False
        if p != k:
            for j in range(S):
                M[k, j], M[p, j] = M[p, j], M[k, j]
        for i in range(k + 1, S):
            if M[i, k] != 0.0:
                M[i, k] /= M[k, k]
                for j in range(k + 1, S):
                    M[i, j] -= M[i, k] * M[k, j]
    return True


@part
def back_substitute(M, pivots, b):  # type: ignore[no-untyped-def]
    """Solve with the factors ``M`` (S, S) in place of ``b`` (S,)."""
    S = M.shape[0]
    for k in range(S):
        p = pivots[k]
        if p != k:
            b[k], b[p] = b[p], b[k]
    for i in range(S):
        for j in range(i):
            b[i] -= M[i, j] * b[j]
    for i in range(S - 1, -1, -1):
        for j in range(i + 1, S):
            b[i] -= M[i, j] * b[j]
        b[i] /= M[i, i]


@part
def integrate(problem, t0, t1, y, rtol, atol, max_steps, times, keep, out, work, counts):  # type: ignore[no-untyped-def]
    """Advance ``y`` (S,) from ``t0`` to exactly ``t1``.

    Arguments and results as in the explicit method, which alone can find a problem stiff.
    """
    S = y.size
    u = work.stages
    f, drift, stage, moved, after = u[6], u[7], u[8], u[9], u[10]
    J, M = work.matrices[0], work.matrices[1]
    counts[STIFF_RUNS] += 1
    written = 0
    while written < times.size and times[written] <= t0:
        for q in range(keep.size):
            out[written, q] = y[keep[q]]
        written += 1
    if t1 <= t0:
        return status.OK, t0
    t = t0
    slope(t, y, problem, f)
    if not all_finite(f) or not all_finite(y):
        return status.NOT_FINITE, t
    h = first_step(problem, t, y, f, t1 - t0, rtol, atol, ORDER, stage, moved)
    last_error = 1e-4
    rejected, fresh = False, True
    for _ in range(max_steps):
        last = t + 1.01 * h >= t1
        if last:
            h = t1 - t
        if t + h <= t:
            return status.STEP_TOO_SMALL, t
        if fresh:
            jacobian(t, y, problem, J)
            delta = math.sqrt(2.2e-16 * max(1e-5, abs(t)))
            slope(t + delta, y, problem, moved)
            for i in range(S):
                drift[i] = (moved[i] - f[i]) / delta
            fresh = False
        for i in range(S):
            for j in range(S):
                M[i, j] = -J[i, j]
            M[i, i] += 1.0 / (h * GAMMA)
        if not factorise(M, work.pivots):
            h *= 0.5
            rejected = True
            counts[REJECTED] += 1
            continue
        for s in range(6):
            for i in range(S):
                total = y[i]
                for j in range(s):
                    total += A[s, j] * u[j, i]
                stage[i] = total
            if s == 0:
                for i in range(S):
                    moved[i] = f[i]
            else:
                slope(t + ALPHA[s] * h, stage, problem, moved)
            for i in range(S):
                total = moved[i] + h * GAMMAS[s] * drift[i]
                for j in range(s):
                    total += C[s, j] / h * u[j, i]
                u[s, i] = total
            back_substitute(M, work.pivots, u[s])
        for i in range(S):
            after[i] = stage[i] + u[5, i]
        norm = error_norm(u[5], y, after, rtol, atol)
        if not math.isfinite(norm):
            if h <= 1e-12 * max(abs(t), t1 - t0):
                return status.NOT_FINITE, t
            h *= 0.1
            rejected = True
            counts[REJECTED] += 1
            continue
        if norm > 1.0:
            h *= max(0.2, 0.9 * norm ** (-1.0 / ORDER))
            rejected = True
            counts[REJECTED] += 1
            continue
        counts[STEPS] += 1
        counts[ERROR] += norm * rtol
        end = t1 if last else t + h
        while written < times.size and times[written] <= end:
            theta = (times[written] - t) / h
            for q in range(keep.size):
                i = keep[q]
                second, third = 0.0, 0.0
                for j in range(5):
                    second += H2[j] * u[j, i]
                    third += H3[j] * u[j, i]
                out[written, q] = y[i] * (1 - theta) + theta * (
                    after[i] + (1 - theta) * (second + theta * third)
                )
            written += 1
        for i in range(S):
            y[i] = after[i]
        t = end
        if last:
            return status.OK, t
        slope(t, y, problem, f)
        fresh = True
        factor = step_factor(norm, last_error, ORDER)
        h *= min(1.0, factor) if rejected else factor
        rejected = False
        last_error = max(norm, 1e-4)
    return status.TOO_MANY_STEPS, t
