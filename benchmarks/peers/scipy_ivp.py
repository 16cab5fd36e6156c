"""SciPy's `solve_ivp`, LSODA and DOP853, restarted at rate changes, with compiled slopes.

One patient after the other is how it is used. Since its steps are Python, many patients in one
system are much cheaper a patient: LSODA takes a banded matrix, and the largest error of any state
decides its steps, so that all keep their tolerance. Python's lock leaves it one thread either way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np
import scipy
from entry import Curves, Entry
from jobs import ATOL_SHARE, RTOL, Ode, Patients, odes
from scipy.integrate import solve_ivp

NAME = "SciPy solve_ivp"
TOGETHER = f"{NAME}, LSODA, all in one"
MOST = {"A": 50, "B": 20, "C": 50, "C stiff": 10, "D": 1}
MOST_TOGETHER = {"A": 1_000, "B": 200, "C": 1_000, "C stiff": 200}


def versions() -> str:
    """Version of what runs."""
    return f"scipy {scipy.__version__}"


@cache
def compiled(slope: Callable[..., Any]) -> Any:
    """Right-hand side ``(t, y, p, rate) -> dy`` of patients (N, P) one after the other in y."""
    inner: Any = numba.njit(slope)

    @numba.njit
    def right_hand_side(t, y, p, rate):  # type: ignore[no-untyped-def]
        N = p.shape[0]
        S = y.size // N
        dy = np.empty(y.size)
        for n in range(N):
            found = inner(y[n * S : (n + 1) * S], p[n], rate)
            i = n * S
            for value in found:
                dy[i] = value
                i += 1
        return dy

    return right_hand_side


def _solved(ode: Ode, who: slice, curves: Curves, method: str, rtol: float, **how: Any) -> None:
    """Write the curves of some patients, in one system."""
    slope = compiled(ode.slope)
    y, p = ode.start[who].ravel(), ode.constants[who]
    S = ode.start.shape[1]
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
            rtol=rtol,
            atol=rtol * ATOL_SHARE,
            **how,
        )
        y = run.y[:, -1]
        for curve, (state, volume) in zip(curves, ode.reads, strict=True):
            amounts = run.y[state::S, : times.size]
            curve[who, stretch.lo : stretch.hi] = amounts / volume[who, None]


def _prepared(job: str, method: str, *, together: bool = False) -> Callable[..., Any]:
    def prepare(people: Patients, rtol: float = RTOL) -> Callable[[], Curves]:
        problems = odes(job, people)
        n = len(people)

        def run() -> Curves:
            found: list[Any] = []
            for ode in problems:
                curves = tuple(np.empty((n, ode.times.size)) for _ in ode.reads)
                if together:
                    wide = ode.start.shape[1] - 1
                    _solved(ode, slice(0, n), curves, method, rtol, lband=wide, uband=wide)
                else:
                    for i in range(n):
                        _solved(ode, slice(i, i + 1), curves, method, rtol)
                found += curves
            return tuple(found)

        return run

    return prepare


def entries() -> list[Entry]:
    """What it takes part in."""
    alone = [
        Entry(job, f"{NAME}, {method}", _prepared(job, method), most=most, steps=True)
        for job, most in MOST.items()
        for method in ("LSODA", "DOP853")
        if (job, method) != ("C stiff", "DOP853")
    ]
    return alone + [
        Entry(job, TOGETHER, _prepared(job, "LSODA", together=True), most=most, steps=True)
        for job, most in MOST_TOGETHER.items()
    ]
