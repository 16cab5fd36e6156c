"""Adaptive integration over one interval: explicit, stiff, or the one after the other."""

from __future__ import annotations

import numpy as np

from ketapk.kernels import explicit, status, stiff
from ketapk.kernels.compile import kernel
from ketapk.kernels.stepping import STIFF_RUNS, Workspace

AUTO, ONLY_EXPLICIT, ONLY_STIFF = 0, 1, 2
METHOD_CODES = {"auto": AUTO, "explicit": ONLY_EXPLICIT, "stiff": ONLY_STIFF}

_explicit = explicit.integrate
_stiff = stiff.integrate


@kernel
def workspace(S):  # type: ignore[no-untyped-def]
    """Room for steps of S states."""
    return Workspace(np.empty((13, S)), np.empty((2, S, S)), np.empty(S, dtype=np.int64))


@kernel
def integrate(problem, method, t0, t1, y, rtol, atol, max_steps, times, keep, out, work, counts):  # type: ignore[no-untyped-def]
    """Advance ``y`` (S,) from ``t0`` to exactly ``t1``, reading ``times`` on the way.

    Parameters
    ----------
    problem : Flows or Given
        What ``slope`` and ``jacobian`` are to be.
    method : int
        AUTO, ONLY_EXPLICIT or ONLY_STIFF. AUTO is explicit until the system proves stiff and
        stays stiff from then on, as ``counts`` remembers.
    rtol, atol : float
        Tolerances; ``atol`` may be an array (S,).
    times, keep, out
        Ascending times within the interval, states to write there, (T, Q) place for them.
    work, counts
        A workspace, and what is counted.

    Returns
    -------
    int, float
        Status, and the time reached.
    """
    begin = t0
    written = 0
    allowed = np.broadcast_to(atol, y.shape)
    if method == ONLY_EXPLICIT or (method == AUTO and counts[STIFF_RUNS] == 0.0):
        outcome, begin = _explicit(
            problem, t0, t1, y, rtol, allowed, max_steps, method == AUTO, times, keep, out, work,
            counts,
        )  # fmt: skip
        gave_up = outcome in (status.STIFF, status.TOO_MANY_STEPS)
        if method == ONLY_EXPLICIT or not gave_up:
            return outcome, begin
        while written < times.size and times[written] <= begin:
            written += 1
    return _stiff(
        problem, begin, t1, y, rtol, allowed, max_steps, times[written:], keep,
        out[written:], work, counts,
    )  # fmt: skip
