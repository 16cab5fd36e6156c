"""numbalsoda's LSODA: everything compiled, patients on all cores by numba's threads."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from typing import Any

import numba
import numpy as np
from entry import Curves, Entry
from jobs import ATOL_SHARE, RTOL, Ode, Patients, odes
from numbalsoda import lsoda, lsoda_sig

NAME = "numbalsoda LSODA"
MOST = {"A": 5_000, "B": 1_000, "C": 5_000, "C stiff": 2_000, "D": 1}
MAX_STEPS = 100_000


def versions() -> str:
    """Version of what runs."""
    return f"numbalsoda {version('numbalsoda')}"


@cache
def compiled(slope: Callable[..., Any], S: int, n_constants: int) -> Any:
    """Solve patients of one slope: S states; the rate stands behind the constants."""
    inner: Any = numba.njit(slope)

    @numba.cfunc(lsoda_sig)
    def right_hand_side(t, u, du, data):  # type: ignore[no-untyped-def]
        y, p, dy = (
            numba.carray(u, (S,)),
            numba.carray(data, (n_constants + 1,)),
            numba.carray(du, (S,)),
        )
        found = inner(y, p, p[n_constants])
        for i in range(S):
            dy[i] = found[i]

    address = right_hand_side.address

    @numba.njit(nogil=True)
    def patient(start, constants, begins, ends, rates, lo, hi, times, rtol, atol, out):  # type: ignore[no-untyped-def]
        y = start.copy()
        data = np.empty(n_constants + 1)
        data[:n_constants] = constants
        well = True
        for s in range(begins.size):
            data[n_constants] = rates[s]
            inside = times[lo[s] : hi[s]]
            # It reads at its first time and wants to be asked for it.
            at_start = inside[0] <= begins[s]
            at_end = inside[-1] >= ends[s]
            wanted = np.empty(inside.size + (0 if at_start else 1) + (0 if at_end else 1))
            first = 0 if at_start else 1
            wanted[0] = begins[s]
            wanted[first : first + inside.size] = inside
            wanted[-1] = ends[s]
            states, success = lsoda(
                address, y, wanted, data, rtol=rtol, atol=atol, mxstep=MAX_STEPS
            )
            well &= success
            out[lo[s] : hi[s]] = states[first : first + inside.size]
            y = states[-1].copy()
        return well

    @numba.njit(nogil=True, parallel=True)
    def everybody(
        starts, constants, begins, ends, rates, lo, hi, times, rtol, atol, index, volume, out
    ):  # type: ignore[no-untyped-def]
        N = starts.shape[0]
        for n in numba.prange(N):
            states = np.empty((times.size, S))
            well = patient(
                starts[n], constants[n], begins, ends, rates, lo, hi, times, rtol, atol, states
            )
            for o in range(index.size):
                for t in range(times.size):
                    out[o, n, t] = states[t, index[o]] / volume[o, n] if well else np.nan

    # What a callback's address belongs to must outlive it.
    return everybody, right_hand_side


def _call(ode: Ode, rtol: float) -> Callable[[], Any]:
    n, S = ode.start.shape
    everybody, keep = compiled(ode.slope, S, ode.constants.shape[1])
    cuts = ode.stretches
    begins, ends = np.array([s.start for s in cuts]), np.array([s.end for s in cuts])
    rates = np.array([s.rate for s in cuts])
    lo, hi = np.array([s.lo for s in cuts]), np.array([s.hi for s in cuts])
    index = np.array([state for state, _ in ode.reads])
    volume = np.stack([v for _, v in ode.reads])

    def run(_keep: Any = keep) -> Any:
        out = np.empty((len(ode.reads), n, ode.times.size))
        everybody(
            ode.start, ode.constants, begins, ends, rates, lo, hi, ode.times,
            rtol, rtol * ATOL_SHARE, index, volume, out,
        )  # fmt: skip
        return out

    return run


def _prepared(job: str) -> Callable[..., Callable[[], Curves]]:
    def prepare(people: Patients, rtol: float = RTOL) -> Callable[[], Curves]:
        calls = [_call(ode, rtol) for ode in odes(job, people)]
        return lambda: tuple(curve for call in calls for curve in call())

    return prepare


def entries() -> list[Entry]:
    """What it takes part in."""
    return [Entry(job, NAME, _prepared(job), most=most, steps=True) for job, most in MOST.items()]
