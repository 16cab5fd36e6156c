"""A limit for jobs A and D: exactly three compartments, one infusion, one uniform grid, no checks.

Roots of the cubic, then exponentials by recurrence, with times in the lanes of a vector.
Nobody should use it: it knows no other plan, and divides by the distance of two roots.
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
def fading(pole, step, own):  # type: ignore[no-untyped-def]
    """Write an exponential on the grid, doubling what there is, so that no product waits long."""
    once = math.exp(-pole * step)
    value = 1.0
    for k in range(LANES):
        own[k] = value
        value *= once
    there = LANES
    while there < own.size:
        more = min(there, own.size - there)
        before, after = own[:more], own[there : there + more]
        for k in range(more):
            after[k] = before[k] * value
        value *= value
        there += more


@numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
def block(CL, V1, Q2, V2, Q3, V3, dose, duration, step, lo, hi, table, out):  # type: ignore[no-untyped-def]
    """Write the curves of patients ``lo`` to ``hi``."""
    inside = int(duration / step + 1e-9) + 1
    late = inside * step - duration
    ta, tb, tc = table[0], table[1], table[2]
    for n in range(lo, hi):
        k21, k31 = Q2[n] / V2[n], Q3[n] / V3[n]
        a, b, c = poles(CL[n] / V1[n], Q2[n] / V1[n], k21, Q3[n] / V1[n], k31)
        scale = dose / (duration * V1[n])
        ga = scale * (k21 - a) * (k31 - a) / ((b - a) * (c - a) * a)
        gb = scale * (k21 - b) * (k31 - b) / ((a - b) * (c - b) * b)
        gc = scale * (k21 - c) * (k31 - c) / ((a - c) * (b - c) * c)
        fading(a, step, ta)
        fading(b, step, tb)
        fading(c, step, tc)
        row = out[n]
        for t in range(inside):
            row[t] = ga * (1.0 - ta[t]) + gb * (1.0 - tb[t]) + gc * (1.0 - tc[t])
        # What is left at the first time after the infusion is its end's, less its start's.
        ga *= math.exp(-a * late) - ta[inside]
        gb *= math.exp(-b * late) - tb[inside]
        gc *= math.exp(-c * late) - tc[inside]
        tail = row[inside:]
        for t in range(tail.size):
            tail[t] = ga * ta[t] + gb * tb[t] + gc * tc[t]


@numba.njit(nogil=True, parallel=True, error_model="numpy")
def population(CL, V1, Q2, V2, Q3, V3, dose, duration, step, out):  # type: ignore[no-untyped-def]
    """Write the curves (N, T) of job A."""
    N, T = out.shape
    for piece in numba.prange((N + BLOCK - 1) // BLOCK):
        table = np.empty((3, -(-T // LANES) * LANES))
        lo = piece * BLOCK
        hi = min(N, lo + BLOCK)
        block(CL, V1, Q2, V2, Q3, V3, dose, duration, step, lo, hi, table, out)


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


def _parameters(p: Patients) -> tuple[Any, ...]:
    return p.CL, p.V1, p.Q2, p.V2, p.Q3, p.V3


def _population(people: Patients, out: Any = None) -> Callable[[], Curves]:
    parameters = _parameters(people)
    step = float(TIMES_H[1])

    def run() -> Curves:
        curves = np.empty((len(people), TIMES_H.size)) if out is None else out
        population(*parameters, DOSE_MG, DURATION_H, step, curves)
        return (curves,)

    return run


def _population_again(people: Patients) -> Callable[[], Curves]:
    return _population(people, np.zeros((len(people), TIMES_H.size)))


def _schedule(people: Patients) -> Callable[[], Curves]:
    one = [float(column[0]) for column in _parameters(people)]
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
