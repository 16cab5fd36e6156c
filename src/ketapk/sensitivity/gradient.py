"""Exact derivatives of measures of exposure: of a peak, its time, areas, crossings, half-lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.dosing.regimen import Reset
from ketapk.exposure.curve import Curve
from ketapk.sensitivity.augmented import CURVE, SLOPE
from ketapk.sensitivity.edges import crossing_moves, peak_moves, side_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Regimen
    from ketapk.sensitivity.measure import Measure
    from ketapk.sensitivity.tangents import Tangents

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def gradient(tangents: Tangents, plan: Regimen, measure: Measure) -> tuple[Floats, Floats]:
    """A measure and its derivatives.

    Parameters
    ----------
    tangents : Tangents
        A solved course beside its derivatives.
    plan : Regimen
        What was given.
    measure : Measure
        What is read.

    Returns
    -------
    tuple of (N,) ndarray and (N, P) ndarray
        In mg/L and hours, per unit of each parameter; NaN where the measure does not exist, or has
        no derivative.
    """
    curve = Curve(tangents.solution, CURVE)
    value = measure.of(curve)
    return tangents.parted(np.stack([value, _moves(tangents, plan, measure, curve)], axis=1))


def _moves(tangents: Tangents, plan: Regimen, measure: Measure, curve: Curve) -> Floats:
    """Derivative of a measure per relative step, (R,)."""
    solution = tangents.solution
    match measure.kind:
        case "Cmax" | "Tmax":
            rows = np.flatnonzero(np.isfinite(curve.peak[1]))
            both = _peaks(tangents, plan, rows, curve.peak[1][rows])
            found = np.full(solution.n_subjects, np.nan)
            found[rows] = both[0 if measure.kind == "Cmax" else 1]
            return found
        case "AUC_inf" | "AUC to":
            of = Curve(solution, SLOPE)
            return of.AUC_inf if measure.kind == "AUC_inf" else of.AUC(measure.number)
        case "level at":
            return Curve(solution, SLOPE).at(np.array([measure.number]))[:, 0]
        case "t_half":
            return _half_life(tangents, curve)
        case "time to" | "time above":
            return _crossings(tangents, plan, measure, curve)


def _peaks(tangents: Tangents, plan: Regimen, rows: Ints, times: Floats) -> tuple[Floats, Floats]:
    before, after = (side_at(tangents, rows, times, side) for side in ("before", "after"))
    return peak_moves(before, after, _emptied(plan, times))


def _emptied(plan: Regimen, times: Floats) -> NDArray[np.bool_]:
    """Whether the body is emptied at times (Q,)."""
    resets = [float(event.time) for event in plan.events if isinstance(event, Reset)]
    return np.isin(times, resets)


def _crossings(tangents: Tangents, plan: Regimen, measure: Measure, curve: Curve) -> Floats:
    """Derivative of the first time at a level, or of the time above it, (R,)."""
    rows, start, stop = curve.intervals_above(measure.number)
    n = tangents.solution.n_subjects

    def moves(rows: Ints, times: Floats) -> Floats:
        before, after = (side_at(tangents, rows, times, side) for side in ("before", "after"))
        return crossing_moves(before, after, measure.number, _emptied(plan, times))

    if measure.kind == "time to":
        found = np.full(n, np.nan)
        own, first = np.unique(rows, return_index=True)
        found[own] = moves(own, start[first])
        return found
    found = np.where(tangents.solution.outcome == 0, 0.0, np.nan)
    ends = np.isfinite(stop)
    np.add.at(found, rows, -moves(rows, start))
    np.add.at(found, rows[ends], moves(rows[ends], stop[ends]))
    found[rows[~ends]] = np.nan
    return found


def _half_life(tangents: Tangents, curve: Curve) -> Floats:
    """Derivative of the terminal half-life: of the slowest eigenvalue, (R,).

    Of ``A v = l v`` and ``w A = l w`` it is ``w (dA) v / (w v)``; NaN where two eigenvalues meet.
    """
    augmented = tangents.augmented
    inside = np.delete(np.arange(augmented.at.size - 1), len(augmented.system.compartments) // 2)
    full = augmented.system.A
    A = augmented.A[:, inside[:, None], inside]
    change = full[:, augmented.tangent[inside][:, None], augmented.at[inside]]
    rates, right = np.linalg.eig(A)
    rate = np.full(len(A), np.nan)
    for r, (found, v) in enumerate(zip(rates, right, strict=True)):
        slowest = int(np.argmin(np.abs(found.real)))
        apart = np.abs(np.delete(found, slowest) - found[slowest])
        if apart.size and apart.min() <= 1e-8 * np.abs(found).max():
            continue
        left = np.linalg.solve(v.T, np.eye(len(found))[slowest])
        rate[r] = float((left @ change[r] @ v[:, slowest]).real)
    row = tangents.solution.schedule.arrays.row[tangents.solution.schedule.arrays.first[:-1]]
    result: Floats = curve.t_half / curve.lambda_z * rate[row]
    return result
