"""Aims as numbers: how far a schedule is from one, and which rates come nearest at given times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ketapk.design.aims import AreaAim, LevelAim, WindowAim
from ketapk.lazy import lazy

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    from ketapk.design.asked import Aim
    from ketapk.design.superposition import Superposition

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NEAR = 0.01
"""Share of an area within which it counts as met: a choice, as for a held target."""
HEAVY = 1e4
"""Weight at which a term of a score goes before all others."""
LIGHT = 1e-6
"""Weight at which a term decides between equals only."""


class Goal(Protocol):
    """What the search asks of an aim."""

    @property
    def at(self) -> Ints:
        """Points that it looks at, (P,)."""
        ...

    def score(self, levels: Floats, drug: Floats) -> Floats:
        """How far candidates are from the aim, (M,), from levels (M, N, P) and drug (M,) [mg]."""
        ...

    def fit(self, units: Floats, lengths: Floats, highest: Floats, most: float) -> Floats:
        """Best variables (n,), not rounded, from responses (N, P, n) to one of each.

        ``lengths`` (n,) is what one of each gives [mg], ``highest`` (n,) their limits, ``most`` the
        cumulative dose [mg].
        """
        ...


def goal_of(aim: Aim, analyte: str, responses: Superposition) -> Goal:
    """The goal of an aim."""
    from ketapk.design.odds import OddsGoal

    if isinstance(aim, LevelAim):
        return LevelGoal(_points(responses, aim.start_h, aim.end_h), aim.mg_per_l(analyte))
    if isinstance(aim, WindowAim):
        low, high = aim.mg_per_l(analyte)
        return WindowGoal(_points(responses, aim.start_h, aim.end_h), low, high)
    if isinstance(aim, AreaAim):
        at = _points(responses, aim.start_h, aim.end_h)
        return AreaGoal(at, aim.mg_h_per_l, float(aim.end_h - aim.start_h))
    parts = [
        (
            _points(responses, c.start_h, c.end_h),
            c.mg_per_l(analyte),
            c.wants_more,
            c.required,
        )
        for c in aim.chances
    ]
    return OddsGoal(parts)


def _points(responses: Superposition, start: Fraction, end: Fraction | None) -> Ints:
    """Points from one time to another, both included."""
    times = responses.times_h
    tiny = 1e-9 * times[1]
    last = times[-1] if end is None else float(end)
    inside = np.flatnonzero((times >= float(start) - tiny) & (times <= last + tiny))
    if inside.size == 0:
        inside = np.array([int(np.argmin(np.abs(times - float(start))))])
    return inside


@dataclass(frozen=True)
class LevelGoal:
    """Root mean square of what a level is missed by, over people and time, as a share of it."""

    at: Ints
    level: float

    def score(self, levels: Floats, drug: Floats) -> Floats:
        """As in `Goal`."""
        off = levels / self.level - 1.0
        found: Floats = np.sqrt(np.einsum("mnp,p->m", off * off, self._weights) / off.shape[1])
        return found + LIGHT * LIGHT * drug

    def fit(self, units: Floats, lengths: Floats, highest: Floats, most: float) -> Floats:
        """As in `Goal`: bounded least squares."""
        root = np.sqrt(self._weights / units.shape[0])
        rows = (units * (root[:, None] / self.level)).reshape(-1, lengths.size)
        wanted = np.broadcast_to(root, units.shape[:2]).ravel()
        # All that is asked of the rows is in their triangle.
        triangle: Floats = np.linalg.qr(np.column_stack([rows, wanted]), mode="r")  # type: ignore[assignment]
        rows, wanted = triangle[:, :-1], triangle[:, -1]
        found = _least_squares(rows, wanted, highest)
        if found @ lengths <= most * (1.0 + 1e-12):
            return found
        # Then all of the dose is given: a heavy row holds the sum.
        heavy = HEAVY * np.linalg.norm(rows, axis=0).max() / lengths.max()
        bound = np.vstack([rows, heavy * lengths])
        found = _least_squares(bound, np.append(wanted, heavy * most), highest)
        return found * min(1.0, most / float(found @ lengths))

    @lazy
    def _weights(self) -> Floats:
        """Trapezoidal shares of the time, (P,)."""
        return _trapezoid(self.at.size)


def _trapezoid(count: int) -> Floats:
    weights = np.ones(count)
    weights[[0, -1]] = 0.5 if count > 1 else 1.0
    found: Floats = weights / weights.sum()
    return found


def _least_squares(rows: Floats, wanted: Floats, highest: Floats) -> Floats:
    """Non-negative least squares with upper limits; a variable that may not be is left out."""
    from scipy.optimize import lsq_linear, nnls

    free = highest > 0.0
    found = np.zeros(highest.size)
    some, _ = nnls(rows[:, free], wanted)
    if np.any(some > highest[free]):
        solved = lsq_linear(rows[:, free], wanted, (0.0, highest[free]), method="bvls")
        some = np.clip(solved.x, 0.0, highest[free])
    found[free] = some
    return found


@dataclass(frozen=True)
class WindowGoal:
    """Furthest that anybody is outside a window, as a share of its limit; negative inside."""

    at: Ints
    low: float
    high: float

    def score(self, levels: Floats, drug: Floats) -> Floats:
        """As in `Goal`."""
        short = 1.0 - levels.min(axis=(1, 2)) / self.low
        over = levels.max(axis=(1, 2)) / self.high - 1.0
        found: Floats = np.maximum(short, over) + LIGHT * LIGHT * drug
        return found

    def fit(self, units: Floats, lengths: Floats, highest: Floats, most: float) -> Floats:
        """As in `Goal`: a linear programme for the lowest and the highest response."""
        low, high = units.min(axis=0), units.max(axis=0)
        return minimax(low / self.low, high / self.high, lengths, highest, most, free=True)


def minimax(
    lower: Floats, upper: Floats, lengths: Floats, highest: Floats, most: float, *, free: bool
) -> Floats:
    """Variables (n,) whose worst share outside of limits is least, by linear programming.

    ``lower`` (P, n) @ x is to be at least 1 and ``upper`` (Q, n) @ x at most 1. ``free``: the
    margin inside counts too; else it is the drug that counts there.
    """
    from scipy.optimize import linprog

    n = lengths.size
    scale = float(lengths.sum())
    cost = np.append(LIGHT * lengths / scale, 1.0)
    if not free:
        cost[:-1] *= 1.0 / LIGHT / HEAVY
    rows = [np.column_stack([-lower, -np.ones(len(lower))])]
    rows += [np.column_stack([upper, -np.ones(len(upper))])] if len(upper) else []
    limits = np.append(-np.ones(len(lower)), np.ones(len(upper)))
    if np.isfinite(most):
        rows.append(np.append(lengths, 0.0)[None, :])
        limits = np.append(limits, most)
    bounds = [(0.0, None if np.isinf(top) else top) for top in highest]
    solved = linprog(
        cost,
        A_ub=np.vstack(rows),
        b_ub=limits,
        bounds=[*bounds, (-1.0 if free else 0.0, None)],
        method="highs",
    )
    if solved.x is None:
        return np.zeros(n)
    found: Floats = np.clip(solved.x[:-1], 0.0, highest)
    return found


@dataclass(frozen=True)
class AreaGoal:
    """What the mean area is missed by, beyond `NEAR`, and then the highest peak."""

    at: Ints
    area: float
    hours: float

    def score(self, levels: Floats, drug: Floats) -> Floats:
        """As in `Goal`."""
        areas = np.einsum("mnp,p->m", levels, self._weights) * self.hours / levels.shape[1]
        off = np.maximum(np.abs(areas / self.area - 1.0) - NEAR, 0.0)
        peak = levels.max(axis=(1, 2)) / (self.area / self.hours)
        found: Floats = HEAVY * off + peak + LIGHT * LIGHT * drug
        return found

    def fit(self, units: Floats, lengths: Floats, highest: Floats, most: float) -> Floats:
        """As in `Goal`: a linear programme with the peak as a further variable."""
        from scipy.optimize import linprog

        n = lengths.size
        area = np.einsum("npk,p->k", units, self._weights) * self.hours / units.shape[0] / self.area
        peaks = units.max(axis=0) / (self.area / self.hours)
        # Further variables: what the area is short of or over by, and the peak.
        cost = np.concatenate([np.zeros(n), [HEAVY, 1.0]])
        rows = [
            np.column_stack([peaks, np.zeros(len(peaks)), -np.ones(len(peaks))]),
            np.concatenate([-area, [-1.0, 0.0]])[None, :],
            np.concatenate([area, [-1.0, 0.0]])[None, :],
        ]
        limits = np.concatenate([np.zeros(len(peaks)), [-1.0 + NEAR / 2.0, 1.0 + NEAR / 2.0]])
        if np.isfinite(most):
            rows.append(np.concatenate([lengths, [0.0, 0.0]])[None, :])
            limits = np.append(limits, most)
        bounds = [(0.0, None if np.isinf(top) else top) for top in highest]
        solved = linprog(
            cost, A_ub=np.vstack(rows), b_ub=limits, bounds=[*bounds, (0.0, None), (0.0, None)],
            method="highs",
        )  # fmt: skip
        if solved.x is None:
            return np.zeros(n)
        found: Floats = np.clip(solved.x[:n], 0.0, highest)
        return found

    @lazy
    def _weights(self) -> Floats:
        return _trapezoid(self.at.size)
