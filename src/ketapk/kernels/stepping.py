"""What both adaptive methods share: error norm, step control, room to work in."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ketapk.kernels.compile import part
from ketapk.kernels.problem import slope

SAFETY = 0.9
SHRINK, GROW = 0.2, 6.0
"""Limits of one change of the step."""
STEPS, REJECTED, EXPLICIT, STIFF_RUNS, ERROR = 0, 1, 2, 3, 4
"""What each entry of ``counts`` counts; ERROR sums local error estimates relative to the state."""


class Workspace(NamedTuple):
    """Room for one subject's steps."""

    stages: NDArray
    """(13, S)"""
    matrices: NDArray
    """(2, S, S)"""
    pivots: NDArray
    """(S,) of int64"""


@part
def error_norm(error, before, after, rtol, atol):  # type: ignore[no-untyped-def]
    """Root mean square of ``error`` (S,) over what is allowed; 1 is just accepted."""
    total = 0.0
    for i in range(error.size):
        allowed = atol[i] + rtol * max(abs(before[i]), abs(after[i]))
        total += (error[i] / allowed) ** 2
    return math.sqrt(total / error.size)


@part
def step_factor(error, last_error, order):  # type: ignore[no-untyped-def]
    """Proportional-integral change of the step (Gustafsson, ACM TOMS 1991;17:533-554)."""
    if error == 0.0:
        return GROW
    factor = SAFETY * error ** (-0.7 / order) * last_error ** (0.4 / order)
    return min(GROW, max(SHRINK, factor))


@part
def first_step(problem, t, y, f, span, latest, rtol, atol, order, trial, moved):  # type: ignore[no-untyped-def]
    """Guess a first step from the size of the first two derivatives (Hairer et al., II.4)."""
    size, speed = 0.0, 0.0
    for i in range(y.size):
        allowed = atol[i] + rtol * abs(y[i])
        size += (y[i] / allowed) ** 2
        speed += (f[i] / allowed) ** 2
    size, speed = math.sqrt(size / y.size), math.sqrt(speed / y.size)
    h = 1e-6 if size < 1e-5 or speed < 1e-5 else 0.01 * size / speed
    h = min(h, span)
    for i in range(y.size):
        trial[i] = y[i] + h * f[i]
    slope(min(t + h, latest), trial, problem, moved)
    bend = 0.0
    for i in range(y.size):
        allowed = atol[i] + rtol * abs(y[i])
        bend += ((moved[i] - f[i]) / allowed) ** 2
    bend = math.sqrt(bend / y.size) / h
    if not math.isfinite(bend):
        return 0.01 * h
    largest = max(speed, bend)
    second = max(1e-6, h * 1e-3) if largest <= 1e-15 else (0.01 / largest) ** (1.0 / order)
    return min(100.0 * h, second, span)


@part
def before_end(t0, t1):  # type: ignore[no-untyped-def]
    """Return the last time before ``t1``: a slope that jumps there belongs to [t0, t1)."""
    return max(t0, np.nextafter(t1, t0))
