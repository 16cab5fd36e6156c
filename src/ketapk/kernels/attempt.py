"""One step of Rodas5P tried by many subjects at once, each with a step size of its own.

The equations are those of a compartment system with saturable flows, in the form in which a stage
needs no product with the matrix: only what a saturable flow has beyond its tangent is computed
anew.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ketapk.kernels.compile import lean, part
from ketapk.kernels.elimination import factorise, substitute
from ketapk.kernels.rodas5p import BEND, EARLIER, GAMMA, SLOPE, STAGES, STEP, A, H
from ketapk.kernels.rows import full, load, rows
from ketapk.kernels.vector import size, store, where


class Saturable(NamedTuple):
    """The M saturable flows, as places in a `Pattern`."""

    source: NDArray
    """(M,) state that each leaves."""
    target: NDArray
    """(M,) state that each enters, -1 where nobody looks."""
    entry: NDArray
    """(M,) entry of the matrix from the one to the other, -1 where there is none."""


class Abreast(NamedTuple):
    """What the lanes hold: n states, n + E entries of a matrix, M saturable flows."""

    J: NDArray
    """(n + E, lanes) rate constants [1/h]."""
    Vmax: NDArray
    """(M, lanes) [mg/h]."""
    KmX: NDArray
    """(M, lanes) [mg]."""
    rate: NDArray
    """(n, lanes) input [mg/h]."""
    y: NDArray
    """(n, lanes) state [mg]."""
    after: NDArray
    """(n, lanes) state after the step."""
    step: NDArray
    """(2, lanes) step [h]; mean square of its error over what is allowed, 1 is just accepted."""
    scale: NDArray
    """(1, lanes) what is read per amount in the state that is watched."""
    dense: NDArray
    """(6, lanes) inverse of the step, and what is read along it: at its start,
    change to its end, and three coefficients of the continuous extension."""
    B: NDArray
    """(n + E, lanes) matrix of the step."""
    slope: NDArray
    """(n, lanes) first slope, times step and GAMMA."""
    pull: NDArray
    """(M, lanes) derivative of each saturable flow, times step and GAMMA."""
    whole: NDArray
    """(M, lanes) Km plus state [mg]."""
    bend: NDArray
    """(8 M, lanes) what each stage sees of each saturable flow beyond its tangent."""
    u: NDArray
    """(8 n, lanes) stages."""


H_STEP, H_ERROR = 0, 1


@part
def abreast(n, E, M):  # type: ignore[no-untyped-def]
    """Room for lanes that hold nothing."""
    sizes = (n + E, M, M, n, n, n, 2, 1, 6, n + E, n, M, M, STAGES * M, STAGES * n)
    ends = np.cumsum(np.array(sizes))
    x = rows(ends[-1])
    a, b, c, d, e, f, g, h, i, j, k, m, p, q, r = ends
    return Abreast(
        x[:a], x[a:b], x[b:c], x[c:d], x[d:e], x[e:f], x[f:g], x[g:h], x[h:i], x[i:j], x[j:k],
        x[k:m], x[m:p], x[p:q], x[q:r],
    )  # fmt: skip


@lean
def linearise(lanes, pattern, flows):  # type: ignore[no-untyped-def]
    """Write the first slope and the matrix of the step."""
    n = pattern.right.size
    h = load(lanes.step, H_STEP) * GAMMA
    for i in range(n):
        entry = load(lanes.J, i)
        store(1.0 - h * entry, lanes.B, i)
        total = load(lanes.rate, i) + entry * load(lanes.y, i)
        for p in range(pattern.first[i], pattern.first[i + 1]):
            entry = load(lanes.J, p)
            store(-h * entry, lanes.B, p)
            total = total + entry * load(lanes.y, pattern.source[p - n])
        store(h * total, lanes.slope, i)
    for m in range(flows.source.size):
        i, j, p = flows.source[m], flows.target[m], flows.entry[m]
        x, half = load(lanes.y, i), load(lanes.KmX, m)
        whole = half + x
        inverse = 1.0 / whole
        per = h * load(lanes.Vmax, m) * inverse
        pull = per * half * inverse
        store(whole, lanes.whole, m)
        store(pull, lanes.pull, m)
        store(load(lanes.slope, i) - per * x, lanes.slope, i)
        store(load(lanes.B, i) + pull, lanes.B, i)
        if j >= 0:
            store(load(lanes.slope, j) + per * x, lanes.slope, j)
            store(load(lanes.B, p) - pull, lanes.B, p)


@lean
def weighed(weights, s, u, i, n):  # type: ignore[no-untyped-def]
    """Sum of the first ``s`` stages of state ``i``, the stages having ``n`` rows each."""
    total = weights[0] * load(u, i)
    for j in range(1, s):
        total = total + weights[j] * load(u, j * n + i)
    return total


@lean
def bent(lanes, flows, n, s):  # type: ignore[no-untyped-def]
    """Add to the right-hand side of stage ``s`` what saturable flows have beyond their tangents."""
    M = flows.source.size
    for m in range(M):
        i, j = flows.source[m], flows.target[m]
        away = weighed(A[s], s, lanes.u, i, n)
        total = load(lanes.pull, m) * away * away / (load(lanes.whole, m) + away)
        store(total, lanes.bend, s * M + m)
        for q in range(1, s):
            total = total + BEND[s, q] * load(lanes.bend, q * M + m)
        store(load(lanes.u, s * n + i) + total, lanes.u, s * n + i)
        if j >= 0:
            store(load(lanes.u, s * n + j) - total, lanes.u, s * n + j)


@lean
def attempt(lanes, pattern, flows, watched, rtol, atol):  # type: ignore[no-untyped-def]
    """Try a step in every lane; write where it leads, its error, and how to read it."""
    n = pattern.right.size
    u = lanes.u
    linearise(lanes, pattern, flows)
    factorise(lanes.B, pattern)
    for i in range(n):
        store(load(lanes.slope, i), u, i)
    substitute(lanes.B, pattern, u, 0)
    for s in range(1, STAGES):
        for i in range(n):
            total = SLOPE[s] * load(lanes.slope, i)
            # The second stage sees nothing of the first but through the slope.
            if s > 1:
                total = total + weighed(EARLIER[s], s, u, i, n)
            store(total, u, s * n + i)
        bent(lanes, flows, n, s)
        substitute(lanes.B, pattern, u, s * n)
    error = full(0.0)
    for i in range(n):
        before = load(lanes.y, i)
        after = before + weighed(STEP, STAGES, u, i, n)
        store(after, lanes.after, i)
        a, b = size(before), size(after)
        miss = load(u, (STAGES - 1) * n + i) / (atol + rtol * where(a <= b, b, a))
        error = error + miss * miss
    store(error / float(n), lanes.step, H_ERROR)
    scale, level = load(lanes.scale, 0), load(lanes.y, watched)
    store(1.0 / load(lanes.step, H_STEP), lanes.dense, 0)
    store(scale * level, lanes.dense, 1)
    store(scale * (load(lanes.after, watched) - level), lanes.dense, 2)
    for d in range(3):
        store(scale * weighed(H[d], STAGES, u, watched, n), lanes.dense, 3 + d)
