"""SciPy's `solve_ivp`, LSODA and DOP853: one patient after the other, restarted at rate changes.

Right-hand sides are compiled with numba; the solvers themselves are Python around Fortran or NumPy,
hold Python's lock, and so run in one thread.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np
import scipy
from entry import Curves, Entry
from jobs import ATOL, RTOL, Ode, Patients, odes
from scipy.integrate import solve_ivp

NAME = "SciPy solve_ivp"
MOST = {"A": 50, "B": 20, "C": 50, "C stiff": 10, "D": 1}


def versions() -> str:
    """Version of what runs."""
    return f"scipy {scipy.__version__}"


@cache
def compiled(slope: Callable[..., Any]) -> Any:
    """Right-hand side ``(t, y, p, rate) -> dy`` as machine code."""
    inner: Any = numba.njit(slope)

    @numba.njit
    def right_hand_side(t, y, p, rate):  # type: ignore[no-untyped-def]
        return np.array(inner(y, p, rate))

    return right_hand_side


def _solved(ode: Ode, method: str) -> Curves:
    slope = compiled(ode.slope)
    n = ode.start.shape[0]
    curves = tuple(np.empty((n, ode.times.size)) for _ in ode.reads)
    for i in range(n):
        y, p = ode.start[i], ode.constants[i]
        for stretch in ode.stretches:
            times = ode.times[stretch.lo : stretch.hi]
            wanted = np.append(times, stretch.end) if times[-1] < stretch.end else times
            run = solve_ivp(
                slope,
                (stretch.start, stretch.end),
                y,
                method=method,
                t_eval=wanted,
                args=(p, stretch.rate),
                rtol=RTOL,
                atol=ATOL,
            )
            y = run.y[:, -1]
            for curve, (state, volume) in zip(curves, ode.reads, strict=True):
                curve[i, stretch.lo : stretch.hi] = run.y[state, : times.size] / volume[i]
    return curves


def _prepared(job: str, method: str) -> Callable[[Patients], Callable[[], Curves]]:
    def prepare(people: Patients) -> Callable[[], Curves]:
        problems = odes(job, people)

        def run() -> Curves:
            return tuple(curve for ode in problems for curve in _solved(ode, method))

        return run

    return prepare


def entries() -> list[Entry]:
    """What it takes part in."""
    return [
        Entry(job, f"{NAME}, {method}", _prepared(job, method), most=most)
        for job, most in MOST.items()
        for method in ("LSODA", "DOP853")
        if (job, method) != ("C stiff", "DOP853")
    ]
