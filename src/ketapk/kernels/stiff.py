"""The stiff method, one subject at a time: steps of `ketapk.kernels.rodas5p`."""

from __future__ import annotations

import math

from ketapk.kernels import status
from ketapk.kernels.compile import part
from ketapk.kernels.finite import is_finite, matrix_is_finite
from ketapk.kernels.problem import jacobian, slope
from ketapk.kernels.rodas5p import ALPHA, GAMMA, GAMMAS, ORDER, STAGES, A, C, H
from ketapk.kernels.stepping import (
    ERROR,
    REJECTED,
    STEPS,
    STIFF_RUNS,
    before_end,
    error_norm,
    first_step,
    step_factor,
)


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
def drift_of(problem, t, y, f, latest, drift, moved):  # type: ignore[no-untyped-def]
    """Write how the slope ``f`` (S,) changes with time alone into ``drift`` (S,).

    By a forward difference that stays before ``latest``; exactly zero where time does not appear.
    """
    delta = min(math.sqrt(2.2e-16 * max(1e-5, abs(t))), latest - t)
    if delta > 0.0:
        slope(t + delta, y, problem, moved)
    for i in range(y.size):
        drift[i] = (moved[i] - f[i]) / delta if delta > 0.0 else 0.0


@part
def integrate(problem, t0, t1, y, rtol, atol, max_steps, times, keep, out, work, counts):  # type: ignore[no-untyped-def]
    """Advance ``y`` (S,) from ``t0`` to exactly ``t1``.

    Arguments and results as in the explicit method, which alone can find a problem stiff.
    """
    S = y.size
    u = work.stages
    f, drift, stage, moved, after = u[8], u[9], u[10], u[11], u[12]
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
    latest = before_end(t0, t1)
    slope(t, y, problem, f)
    if not is_finite(f) or not is_finite(y):
        return status.NOT_FINITE, t
    h = first_step(problem, t, y, f, t1 - t0, latest, rtol, atol, ORDER, stage, moved)
    last_error = 1e-4
    rejected, broken, fresh = False, False, True
    for _ in range(max_steps):
        last = t + 1.01 * h >= t1
        if last:
            h = t1 - t
        if not t + h > t:
            return status.NOT_FINITE if broken else status.STEP_TOO_SMALL, t
        if fresh:
            jacobian(t, y, problem, J)
            drift_of(problem, t, y, f, latest, drift, moved)
            fresh = False
        for i in range(S):
            for j in range(S):
                M[i, j] = -J[i, j]
            M[i, i] += 1.0 / (h * GAMMA)
        if not factorise(M, work.pivots):
            h *= 0.5
            rejected, broken = True, not matrix_is_finite(J)
            counts[REJECTED] += 1
            continue
        for s in range(STAGES):
            for i in range(S):
                total = y[i]
                for j in range(s):
                    total += A[s, j] * u[j, i]
                stage[i] = total
            if s == 0:
                for i in range(S):
                    moved[i] = f[i]
            else:
                slope(min(t + ALPHA[s] * h, latest), stage, problem, moved)
            for i in range(S):
                total = moved[i] + h * GAMMAS[s] * drift[i]
                for j in range(s):
                    total += C[s, j] / h * u[j, i]
                u[s, i] = total
            back_substitute(M, work.pivots, u[s])
        for i in range(S):
            after[i] = stage[i] + u[STAGES - 1, i]
        norm = error_norm(u[STAGES - 1], y, after, rtol, atol)
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
                second, third, fourth = 0.0, 0.0, 0.0
                for j in range(STAGES):
                    second += H[0, j] * u[j, i]
                    third += H[1, j] * u[j, i]
                    fourth += H[2, j] * u[j, i]
                out[written, q] = y[i] * (1 - theta) + theta * (
                    after[i] + (1 - theta) * (second + theta * (third + theta * fourth))
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
