"""A limit for jobs A and D: exactly three compartments, one infusion, one uniform grid, no checks.

Roots of the cubic, then exponentials by recurrence: eight patients in the lanes of a vector for
job A, sixteen times in them for job D. Nobody should use it: it knows no other plan, and divides by
the distance of two roots.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from entry import Curves, Entry
from jobs import DOSE_MG, DURATION_H, LONG, LONG_TIMES_H, TIMES_H, Patients

NAME = "limit: three compartments"
LANES = 8
TOGETHER = 16
BLOCK = 256
TINY = 1e-280
"""Where a fading exponential is put to zero, before it becomes slow."""


@numba.njit(error_model="numpy", inline="always")
def poles(k10: float, k12: float, k21: float, k13: float, k31: float) -> Any:
    """Rate constants of the three exponentials [1/h], largest first."""
    b = k10 + k12 + k13 + k21 + k31
    c = k21 * k31 + k10 * (k21 + k31) + k12 * k31 + k13 * k21
    d = k10 * k21 * k31
    third = b / 3.0
    q = math.sqrt(third * third - c / 3.0)
    turn = (third * (2.0 * third * third - c) + d) / (2.0 * q * q * q)
    angle = math.acos(min(1.0, max(-1.0, turn))) / 3.0
    first = third + 2.0 * q * math.cos(angle)
    second = third + 2.0 * q * math.cos(angle - 2.0943951023931953)
    return first, second, d / (first * second)


@numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
def block(CL, V1, Q2, V2, Q3, V3, dose, duration, step, lo, hi, work, out):  # type: ignore[no-untyped-def]
    """Write the curves of patients ``lo`` to ``hi``; their number is a multiple of eight."""
    T = out.shape[1]
    inside = int(duration / step + 1e-9) + 1
    grid = 96
    for n in range(lo, hi, 8):
        for k in range(8):
            m = n + k
            k21, k31 = Q2[m] / V2[m], Q3[m] / V3[m]
            a, b, c = poles(CL[m] / V1[m], Q2[m] / V1[m], k21, Q3[m] / V1[m], k31)
            scale = dose / (duration * V1[m])
            ga = scale * (k21 - a) * (k31 - a) / ((b - a) * (c - a) * a)
            gb = scale * (k21 - b) * (k31 - b) / ((a - b) * (c - b) * b)
            gc = scale * (k21 - c) * (k31 - c) / ((a - c) * (b - c) * c)
            late = inside * step - duration
            work[k], work[8 + k], work[16 + k] = ga, gb, gc
            work[24 + k] = math.exp(-a * step)
            work[32 + k] = math.exp(-b * step)
            work[40 + k] = math.exp(-c * step)
            # What is left at the first time after the infusion is its end's, less its start's.
            work[48 + k], work[56 + k], work[64 + k] = ga, gb, gc
            work[72 + k] = math.exp(-a * late)
            work[80 + k] = math.exp(-b * late)
            work[88 + k] = math.exp(-c * late)
        for t in range(inside):
            for k in range(8):
                a, b, c = work[48 + k], work[56 + k], work[64 + k]
                work[grid + 8 * t + k] = (work[k] - a) + (work[8 + k] - b) + (work[16 + k] - c)
                work[48 + k] = a * work[24 + k]
                work[56 + k] = b * work[32 + k]
                work[64 + k] = c * work[40 + k]
        for k in range(8):
            work[48 + k] = work[k] * work[72 + k] - work[48 + k]
            work[56 + k] = work[8 + k] * work[80 + k] - work[56 + k]
            work[64 + k] = work[16 + k] * work[88 + k] - work[64 + k]
        for t in range(inside, T):
            for k in range(8):
                a, b, c = work[48 + k], work[56 + k], work[64 + k]
                work[grid + 8 * t + k] = a + b + c
                work[48 + k] = a * work[24 + k]
                work[56 + k] = b * work[32 + k]
                work[64 + k] = c * work[40 + k]
        for k in range(8):
            row = out[n + k]
            for t in range(T):
                row[t] = work[grid + 8 * t + k]


@numba.njit(nogil=True, parallel=True, error_model="numpy")
def population(CL, V1, Q2, V2, Q3, V3, dose, duration, step, out):  # type: ignore[no-untyped-def]
    """Write the curves (N, T) of job A; N is a multiple of eight."""
    N, T = out.shape
    for piece in numba.prange((N + BLOCK - 1) // BLOCK):
        work = np.empty(96 + 8 * T)
        lo = piece * BLOCK
        hi = min(N, lo + BLOCK)
        block(CL, V1, Q2, V2, Q3, V3, dose, duration, step, lo, hi, work, out)


@numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
def schedule(CL, V1, Q2, V2, Q3, V3, starts, rates, first, step, out):  # type: ignore[no-untyped-def]
    """Write the curve (T,) of one patient whose rate changes at times of the grid ``first``."""
    k21, k31 = Q2 / V2, Q3 / V3
    pole = np.array(poles(CL / V1, Q2 / V1, k21, Q3 / V1, k31))
    gain, height, level = np.empty(3), np.zeros(3), np.empty(3)
    work, leap = np.empty(TOGETHER * 3), np.empty(3)
    lane = np.empty(TOGETHER * 3)
    for i in range(3):
        a, b, c = pole[i], pole[(i + 1) % 3], pole[(i + 2) % 3]
        gain[i] = (k21 - a) * (k31 - a) / ((b - a) * (c - a) * a * V1)
        leap[i] = math.exp(-a * step * TOGETHER)
        for k in range(TOGETHER):
            lane[TOGETHER * i + k] = math.exp(-a * step * k)
    for s in range(starts.size):
        total = 0.0
        for i in range(3):
            level[i] = rates[s] * gain[i]
            total += level[i]
            for k in range(TOGETHER):
                work[TOGETHER * i + k] = (height[i] - level[i]) * lane[TOGETHER * i + k]
        t, end = first[s], first[s + 1]
        while t + TOGETHER <= end:
            row = out[t : t + TOGETHER]
            for k in range(TOGETHER):
                a, b, c = work[k], work[TOGETHER + k], work[2 * TOGETHER + k]
                row[k] = total + (a + b) + c
                work[k] = a * leap[0]
                work[TOGETHER + k] = b * leap[1]
                work[2 * TOGETHER + k] = c * leap[2]
            if abs(work[0]) < TINY:
                for k in range(TOGETHER):
                    work[k] = 0.0
            if abs(work[TOGETHER]) < TINY:
                for k in range(TOGETHER):
                    work[TOGETHER + k] = 0.0
            t += TOGETHER
        for k in range(end - t):
            out[t + k] = total + work[k] + work[TOGETHER + k] + work[2 * TOGETHER + k]
        if s + 1 < starts.size:
            for i in range(3):
                fade = math.exp(-pole[i] * (starts[s + 1] - starts[s]))
                height[i] = level[i] + (height[i] - level[i]) * fade


def versions() -> str:
    """Version of what compiles it."""
    return f"numba {numba.__version__}"


def _parameters(people: Patients, n: int) -> tuple[Any, ...]:
    """Parameters of ``n`` patients, the last ones twice where there are fewer."""
    which = np.minimum(np.arange(n), len(people) - 1)
    p = people
    return tuple(column[which] for column in (p.CL, p.V1, p.Q2, p.V2, p.Q3, p.V3))


def _population(people: Patients, out: Any = None) -> Callable[[], Curves]:
    padded = -(-len(people) // LANES) * LANES
    parameters = _parameters(people, padded)
    step = float(TIMES_H[1])

    def run() -> Curves:
        curves = np.empty((padded, TIMES_H.size)) if out is None else out
        population(*parameters, DOSE_MG, DURATION_H, step, curves)
        return (curves[: len(people)],)

    return run


def _population_again(people: Patients) -> Callable[[], Curves]:
    padded = -(-len(people) // LANES) * LANES
    return _population(people, np.zeros((padded, TIMES_H.size)))


def _schedule(people: Patients) -> Callable[[], Curves]:
    one = [float(column[0]) for column in _parameters(people, 1)]
    starts = np.array([s.start for s in LONG])
    rates = np.array([s.rate for s in LONG])
    first = np.array([s.lo for s in LONG] + [LONG[-1].hi])

    def run() -> Curves:
        curve = np.empty(LONG_TIMES_H.size)
        schedule(*one, starts, rates, first, float(LONG_TIMES_H[1]), curve)
        return (curve[None],)

    return run


def entries() -> list[Entry]:
    """What it is the limit of."""
    return [
        Entry("A", NAME, _population),
        Entry("A", f"{NAME}, memory reused", _population_again),
        Entry("D", NAME, _schedule),
    ]
