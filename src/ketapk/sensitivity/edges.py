"""How a curve and its derivative come to a moment, and how they leave it.

A peak or a crossing moves with a parameter. On a smooth curve the implicit function says how far;
where doses break the curve, the break itself may move. How far can be read from what it leaves: a
jump of the curve that moves leaves one in the derivative of the area, a kink one in the derivative
of the curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.sensitivity.augmented import CURVE, SLOPE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.sensitivity.tangents import Tangents

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

BROKEN = 1e-9
"""Difference between both sides, as a share of their size, from which a curve is broken."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """What a curve does just before or after a moment, (Q,) each; derivatives per relative step."""

    level: Floats
    """Concentration [mg/L]."""
    slope: Floats
    """Its slope [mg/L/h]."""
    bend: Floats
    """Its second derivative by time [mg/L/h2]."""
    d_level: Floats
    d_slope: Floats
    d_area: Floats
    """Derivative of the area so far."""


def side_at(tangents: Tangents, rows: Ints, times: Floats, side: str) -> Side:
    """Read rows (Q,) of an augmented solution at one time each (Q,)."""
    solution = tangents.solution
    system, arrays = solution.system, solution.schedule.arrays
    states = solution.of(rows, times, side=side)
    segment = np.empty(rows.size, dtype=np.int64)
    for q, (row, time) in enumerate(zip(rows, times, strict=True)):
        lo, hi = arrays.first[row], arrays.first[row + 1]
        starts = arrays.start[lo:hi]
        how = "right" if side == "after" else "left"
        segment[q] = lo + max(int(np.searchsorted(starts, time, side=how)) - 1, 0)  # type: ignore[call-overload]
    A = system.A[arrays.row[segment]]
    observe = system.observe[arrays.row[segment]]
    # Before anything is given nothing enters either.
    begun = (times > 0.0) if side == "before" else np.ones(times.size, dtype=bool)
    moves = np.einsum("qij,qj->qi", A, states) + arrays.rate[segment] * begun[:, None]
    bends = np.einsum("qij,qj->qi", A, moves)

    def read(output: int, of: Floats) -> Floats:
        result: Floats = np.einsum("qs,qs->q", observe[:, output], of)
        return result

    return Side(
        level=read(CURVE, states),
        slope=read(CURVE, moves),
        bend=read(CURVE, bends),
        d_level=read(SLOPE, states),
        d_slope=read(SLOPE, moves),
        d_area=states[:, system.n_dynamic + SLOPE],
    )


def shift_of_break(before: Side, after: Side, emptied: NDArray[np.bool_]) -> Floats:
    """How a moment moves at which doses break a curve, (Q,); NaN where nothing is broken.

    ``emptied`` says where the body is emptied instead, at a time that does not move.
    """
    size = np.maximum(np.abs(before.level), np.abs(after.level))
    jump = after.level - before.level
    jumps = np.abs(jump) > BROKEN * size
    fast = np.maximum(np.abs(before.slope), np.abs(after.slope))
    kink = after.slope - before.slope
    kinks = ~jumps & (np.abs(kink) > BROKEN * fast)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(
            jumps,
            (before.d_area - after.d_area) / jump,
            np.where(kinks, (before.d_level - after.d_level) / kink, np.nan),
        )
    return np.where(emptied, 0.0, shift)


def peak_moves(before: Side, after: Side, emptied: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Derivatives of a peak and of its time, (Q,) each."""
    shift = shift_of_break(before, after, emptied)
    smooth = np.isnan(shift)
    with np.errstate(divide="ignore", invalid="ignore"):
        later = np.where(smooth, -after.d_slope / after.bend, shift)
    height = after.d_level + np.where(smooth, 0.0, after.slope * later)
    return height, later


def crossing_moves(before: Side, after: Side, level: float, emptied: NDArray[np.bool_]) -> Floats:
    """Derivative of the time at which a curve crosses a level [mg/L], (Q,)."""
    shift = shift_of_break(before, after, emptied)
    low, high = np.minimum(before.level, after.level), np.maximum(before.level, after.level)
    across = np.isfinite(shift) & (high - low > BROKEN * high) & (low <= level) & (level <= high)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(across, shift, -after.d_level / after.slope)
