"""A limit for job B: its poles, weights and three routes written out, exponentials by recurrence.

The eight exponentials of a patient on the grid are a table that all nine curves read. It knows no
other model, and divides by the distance of poles.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np
from entry import Curves, Entry
from jobs import (
    DOSE_MG,
    DURATION_H,
    F_LIVER,
    F_MUSCLE,
    F_NOSE,
    FORMED,
    TIMES_H,
    Patients,
)
from limits.three_compartments import LANES, fading, poles

NAME = "limit: routes"
BLOCK = 128
POLES = 8
EFFECT, METABOLITE, MUSCLE, NOSE, GUT = 3, 4, 5, 6, 7
USED = np.array(
    [[[0, 1, 2, e, s, x] for s in (-1, EFFECT, METABOLITE)]
     for e, x in ((-1, -1), (MUSCLE, -1), (NOSE, GUT))]
)  # fmt: skip
"""Poles of each curve by route and output; -1 where there are fewer."""


@numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
def block(columns, step, lo, hi, table, out):  # type: ignore[no-untyped-def]
    """Write the nine curves of patients ``lo`` to ``hi`` into ``out`` (9, N, T)."""
    inside = int(DURATION_H / step + 1e-9) + 1
    late = inside * step - DURATION_H
    pole, weight = np.empty(POLES), np.empty(6)
    for n in range(lo, hi):
        CL, V1, Q2, V2 = columns[n, 0], columns[n, 1], columns[n, 2], columns[n, 3]
        Q3, V3, ke0, ka = columns[n, 4], columns[n, 5], columns[n, 6], columns[n, 7]
        kn, kg, km, vm = columns[n, 8], columns[n, 9], columns[n, 10], columns[n, 11]
        k10, k21, k31 = CL / V1, Q2 / V2, Q3 / V3
        a, b, c = poles(k10, Q2 / V1, k21, Q3 / V1, k31)
        pole[0], pole[1], pole[2], pole[EFFECT] = a, b, c, ke0
        pole[METABOLITE], pole[MUSCLE], pole[NOSE], pole[GUT] = km, ka, kn, kg
        for i in range(POLES):
            fading(pole[i], step, table[i])
        for r in range(3):
            for o in range(3):
                used = USED[r, o]
                for u in range(6):
                    i = used[u]
                    weight[u] = 0.0
                    if i < 0:
                        continue
                    s = -pole[i]
                    given = 1.0
                    if r == 1:
                        given = F_MUSCLE * ka
                    elif r == 2:
                        swallowed = (1.0 - F_NOSE) * F_LIVER * kg * (s + kn)
                        given = F_NOSE * kn * (s + kg) + swallowed
                    top = DOSE_MG / V1 * (s + k21) * (s + k31) * given
                    if o == 1:
                        top *= ke0
                    elif o == 2:
                        top *= FORMED * k10 * V1 / vm
                        if r == 2:
                            passage = (1.0 - F_NOSE) * (1.0 - F_LIVER) * FORMED * kg * (s + kn)
                            top += DOSE_MG / vm * passage * (s + a) * (s + b) * (s + c)
                    below = 1.0
                    for v in range(6):
                        j = used[v]
                        if j >= 0 and j != i:
                            below *= pole[j] + s
                    weight[u] = top / below
                row = out[3 * r + o, n]
                begin = 0
                if r == 0:
                    begin = inside
                    for t in range(inside):
                        row[t] = 0.0
                for u in range(6):
                    i = used[u]
                    if i < 0:
                        continue
                    w = weight[u]
                    if r == 0:
                        height = w / (pole[i] * DURATION_H)
                        for t in range(inside):
                            row[t] += height * (1.0 - table[i, t])
                        weight[u] = -height * math.expm1(-pole[i] * DURATION_H)
                        weight[u] *= math.exp(-pole[i] * late)
                # A pole that is not there has no weight, and any row of the table will do.
                ta, tb, tc = table[used[0]], table[used[1]], table[used[2]]
                td, te, tf = table[max(used[3], 0)], table[max(used[4], 0)], table[max(used[5], 0)]
                wa, wb, wc = weight[0], weight[1], weight[2]
                wd, we, wf = weight[3], weight[4], weight[5]
                tail = row[begin:]
                if used[5] >= 0:
                    for t in range(tail.size):
                        first = wa * ta[t] + wb * tb[t] + wc * tc[t]
                        tail[t] = first + (wd * td[t] + we * te[t] + wf * tf[t])
                else:
                    for t in range(tail.size):
                        tail[t] = (wa * ta[t] + wb * tb[t] + wc * tc[t]) + (wd * td[t] + we * te[t])


@numba.njit(nogil=True, parallel=True, error_model="numpy")
def routes(columns, step, out):  # type: ignore[no-untyped-def]
    """Write the curves (9, N, T) of job B, route by route and output by output."""
    N, T = out.shape[1:]
    for piece in numba.prange((N + BLOCK - 1) // BLOCK):
        table = np.empty((POLES, -(-T // LANES) * LANES))
        block(columns, step, piece * BLOCK, min(N, (piece + 1) * BLOCK), table, out)


def versions() -> str:
    """Version of what compiles it."""
    return f"numba {numba.__version__}"


def _routes(people: Patients, memory: Any = None) -> Callable[[], Curves]:
    columns: Any = people.columns

    def run() -> Curves:
        out = np.empty((9, len(people), TIMES_H.size)) if memory is None else memory
        routes(columns, float(TIMES_H[1]), out)
        return tuple(out)

    return run


def _routes_again(people: Patients) -> Callable[[], Curves]:
    return _routes(people, _memory(len(people)))


@cache
def _memory(n: int) -> Any:
    """Room for the curves, the same for all batches of one size."""
    return np.zeros((9, n, TIMES_H.size))


def entries() -> list[Entry]:
    """What it is the limit of."""
    return [Entry("B", NAME, _routes), Entry("B", f"{NAME}, memory reused", _routes_again)]
