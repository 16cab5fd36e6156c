"""What lanes are worth: the method of `rosenbrock_lanes`, one patient at a time in plain numba.

The same tableau, the same arrow solved by hand, the same control of the step, but every patient has
steps of its own, and nothing is a vector.
"""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
from entry import Curves, Entry
from jobs import ATOL_SHARE, DOSE_MG, DURATION_H, KM_MG_PER_L, RTOL, TIMES_H, Patients
from limits.rosenbrock_lanes import versions

from ketapk.kernels.rodas5p import GAMMA, STAGES, A, C, H

NAME = "limit: Rosenbrock, one at a time"
__all__ = ["entries", "versions"]


@numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz", "reassoc"})
def advance(y, p, per, rate, rtol, atol, u, after):  # type: ignore[no-untyped-def]
    """Try a step of ``1 / per`` hours from ``y`` (3,); return its error."""
    vmax, half, k12, k21, k13, k31 = p[0], p[1], p[2], p[3], p[4], p[5]
    out, diagonal = k12 + k13, per / GAMMA
    m2, m3 = 1.0 / (diagonal + k21), 1.0 / (diagonal + k31)
    g2, g3 = k21 * m2, k31 * m3
    over = 1.0 / (half + y[0])
    pivot = 1.0 / (diagonal + out + vmax * half * over * over - g2 * k12 - g3 * k13)
    for s in range(STAGES):
        a, b, c = y[0], y[1], y[2]
        ar, br, cr = 0.0, 0.0, 0.0
        for j in range(s):
            a += A[s, j] * u[j, 0]
            b += A[s, j] * u[j, 1]
            c += A[s, j] * u[j, 2]
            ar += C[s, j] * u[j, 0]
            br += C[s, j] * u[j, 1]
            cr += C[s, j] * u[j, 2]
        ar = ar * per + rate - vmax * a / (half + a) - out * a + k21 * b + k31 * c
        br = br * per + k12 * a - k21 * b
        cr = cr * per + k13 * a - k31 * c
        u[s, 0] = (ar + g2 * br + g3 * cr) * pivot
        u[s, 1] = (br + k12 * u[s, 0]) * m2
        u[s, 2] = (cr + k13 * u[s, 0]) * m3
        after[0], after[1], after[2] = a + u[s, 0], b + u[s, 1], c + u[s, 2]
    worst = 0.0
    for i in range(3):
        allowed = atol + rtol * max(abs(y[i]), abs(after[i]))
        worst = max(worst, abs(u[STAGES - 1, i]) / allowed)
    return worst


@numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
def stretch(y, p, start, end, rate, times, t, rtol, atol, scale, u, after, curve):  # type: ignore[no-untyped-def]
    """Carry a patient from ``start`` to ``end``; return the first time not yet read."""
    now, h, last_error = start, 1e-3, 1e-4
    while now < end:
        final = now + 1.01 * h >= end
        if final:
            h = end - now
        worst = advance(y, p, 1.0 / h, rate, rtol, atol, u, after)
        if worst > 1.0:
            h *= max(0.2, 0.9 * worst**-0.2)
            continue
        then = end if final else now + h
        second, third, fourth = 0.0, 0.0, 0.0
        for j in range(STAGES):
            second += H[0, j] * u[j, 0]
            third += H[1, j] * u[j, 0]
            fourth += H[2, j] * u[j, 0]
        while t < times.size and (times[t] < then or (final and times[t] <= end)):
            part = (times[t] - now) / h
            rest = 1.0 - part
            bend = second + part * (third + part * fourth)
            curve[t] = scale * (y[0] * rest + part * (after[0] + rest * bend))
            t += 1
        for i in range(3):
            y[i] = after[i]
        now = then
        worst = max(worst, 1e-4)
        h *= min(6.0, max(0.2, 0.9 * worst**-0.14 * last_error**0.08))
        last_error = worst
    return t


@numba.njit(nogil=True, parallel=True, error_model="numpy")
def population(constants, per_volume, dose, duration, times, rtol, atol, curves):  # type: ignore[no-untyped-def]
    """Write the curves (N, T) of job C."""
    for n in numba.prange(curves.shape[0]):
        y, after, u = np.zeros(3), np.empty(3), np.empty((STAGES, 3))
        t = stretch(
            y, constants[n], 0.0, duration, dose / duration, times, 0, rtol, atol, per_volume[n],
            u, after, curves[n],
        )  # fmt: skip
        stretch(
            y, constants[n], duration, times[-1], 0.0, times, t, rtol, atol, per_volume[n], u,
            after, curves[n],
        )  # fmt: skip


def _population(p: Patients, rtol: float = RTOL) -> Callable[[], Curves]:
    constants = np.stack(
        [p.CL * KM_MG_PER_L, KM_MG_PER_L * p.V1, p.Q2 / p.V1, p.Q2 / p.V2, p.Q3 / p.V1,
         p.Q3 / p.V3],
        axis=1,
    )  # fmt: skip

    def run() -> Curves:
        curves = np.empty((len(p), TIMES_H.size))
        population(
            constants, 1.0 / p.V1, DOSE_MG, DURATION_H, TIMES_H, rtol, rtol * ATOL_SHARE, curves
        )
        return (curves,)

    return run


def entries() -> list[Entry]:
    """What it takes part in."""
    return [Entry("C", NAME, _population, most=20_000, steps=True)]
