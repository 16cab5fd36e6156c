"""One step of Rodas5P tried by many subjects at once, each with a step size of its own.

The equations are those of a compartment system with saturable flows, in the form in which a stage
needs no product with the matrix: only what a saturable flow has beyond its tangent is computed anew.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ketapk.kernels.compile import fused, part
from ketapk.kernels.elimination import factorise, substitute
from ketapk.kernels.rodas5p import BEND, EARLIER, GAMMA, SLOPE, STAGES, STEP, A, H
from ketapk.kernels.rows import LANES, add_product, weigh


class Saturable(NamedTuple):
    """The M saturable flows, as places in a `Pattern`."""

    source: NDArray
    """(M,) state that each leaves."""
    target: NDArray
    """(M,) state that each enters, -1 where nobody looks."""
    entry: NDArray
    """(M,) entry of the matrix from the one to the other, -1 where there is none."""


class Abreast(NamedTuple):
    """What the lanes hold: n states, E + n entries of a matrix, M saturable flows."""

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
    h: NDArray
    """(1, lanes) step [h]."""
    error: NDArray
    """(1, lanes) mean square of the error over what is allowed; 1 is just accepted."""
    dense: NDArray
    """(3, lanes) coefficients of the continuous extension of the state that is watched."""
    B: NDArray
    """(n + E, lanes) matrix of the step."""
    slope: NDArray
    """(n, lanes) first slope, times step and GAMMA."""
    pull: NDArray
    """(2 M, lanes) derivative of each saturable flow times step and GAMMA; Km plus state [mg]."""
    bend: NDArray
    """(8, M, lanes) what a stage sees of each saturable flow beyond its tangent."""
    u: NDArray
    """(8, n, lanes) stages."""
    spare: NDArray
    """(2, lanes)"""


@part
def abreast(n, E, M):  # type: ignore[no-untyped-def]
    """Room for lanes that hold nothing."""
    return Abreast(
        np.zeros((n + E, LANES)), np.zeros((M, LANES)), np.ones((M, LANES)), np.zeros((n, LANES)),
        np.zeros((n, LANES)), np.zeros((n, LANES)), np.zeros((1, LANES)), np.zeros((1, LANES)),
        np.zeros((3, LANES)), np.zeros((n + E, LANES)), np.zeros((n, LANES)),
        np.zeros((2 * M, LANES)), np.zeros((STAGES, M, LANES)), np.zeros((STAGES, n, LANES)),
        np.zeros((2, LANES)),
    )  # fmt: skip


@fused
def linearise(lanes, pattern, flows):  # type: ignore[no-untyped-def]
    """Write the first slope and the matrix of the step."""
    J, B, y, slope, pull, spare = (
        lanes.J, lanes.B, lanes.y, lanes.slope, lanes.pull, lanes.spare
    )  # fmt: skip
    h, rate, Vmax, KmX = lanes.h, lanes.rate, lanes.Vmax, lanes.KmX
    n, M = y.shape[0], flows.source.size
    for k in range(LANES):
        spare[0, k] = h[0, k] * GAMMA
    for i in range(n):
        for k in range(LANES):
            slope[i, k] = rate[i, k] + J[i, k] * y[i, k]
        for k in range(LANES):
            B[i, k] = 1.0 - spare[0, k] * J[i, k]
    for p in range(n, J.shape[0]):
        add_product(slope, pattern.to[p - n], J, p, y, pattern.source[p - n])
        for k in range(LANES):
            B[p, k] = -spare[0, k] * J[p, k]
    for m in range(M):
        i, j, p = flows.source[m], flows.target[m], flows.entry[m]
        for k in range(LANES):
            whole = KmX[m, k] + y[i, k]
            per = Vmax[m, k] / whole
            spare[1, k] = per * y[i, k]
            pull[m, k] = spare[0, k] * per * KmX[m, k] / whole
            pull[M + m, k] = whole
        for k in range(LANES):
            slope[i, k] -= spare[1, k]
            B[i, k] += pull[m, k]
        if j >= 0:
            for k in range(LANES):
                slope[j, k] += spare[1, k]
                B[p, k] -= pull[m, k]
    for i in range(n):
        for k in range(LANES):
            slope[i, k] *= spare[0, k]


@fused
def bend_of(lanes, flows, s):  # type: ignore[no-untyped-def]
    """Add to the right-hand side of stage ``s`` what saturable flows have beyond their tangents."""
    u, bend, pull, spare = lanes.u, lanes.bend, lanes.pull, lanes.spare
    M = flows.source.size
    for m in range(M):
        i, j = flows.source[m], flows.target[m]
        weigh(spare[1], 0.0, lanes.y[i], A[s], u[:, i], s)
        for k in range(LANES):
            away = spare[1, k]
            bend[s, m, k] = pull[m, k] * away * away / (pull[M + m, k] + away)
        weigh(spare[0], 1.0, bend[s, m], BEND[s, 1:], bend[1:, m], s - 1)
        for k in range(LANES):
            u[s, i, k] += spare[0, k]
        if j >= 0:
            for k in range(LANES):
                u[s, j, k] -= spare[0, k]


@fused
def attempt(lanes, pattern, flows, watched, rtol, atol):  # type: ignore[no-untyped-def]
    """Try a step of ``h`` in every lane; write where it leads, its error, and how to read it."""
    u, y, after, error, dense = lanes.u, lanes.y, lanes.after, lanes.error, lanes.dense
    n = y.shape[0]
    slope, flat = lanes.slope.reshape(-1), u.reshape((STAGES, -1))
    linearise(lanes, pattern, flows)
    factorise(lanes.B, pattern)
    for s in range(STAGES):
        # The second stage sees nothing of the first but through the slope.
        weigh(flat[s], SLOPE[s], slope, EARLIER[s], flat, s if s > 1 else 0)
        if s > 0:
            bend_of(lanes, flows, s)
        substitute(lanes.B, pattern, u[s])
    weigh(after.reshape(-1), 1.0, y.reshape(-1), STEP, flat, STAGES)
    for k in range(LANES):
        error[0, k] = 0.0
    for i in range(n):
        for k in range(LANES):
            allowed = atol + rtol * max(abs(y[i, k]), abs(after[i, k]))
            miss = u[STAGES - 1, i, k] / allowed
            error[0, k] += miss * miss
    for k in range(LANES):
        error[0, k] /= n
    for d in range(3):
        weigh(dense[d], 0.0, y[watched], H[d], u[:, watched], STAGES)
