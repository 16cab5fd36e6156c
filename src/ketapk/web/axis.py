"""Times at which curves are read, the same for all: even, with every corner and every peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.web.limits import LONGEST_H, MOST_TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

SPANS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 96, 120)
"""Ends of an axis [h], so that it rests while a dose is dragged; above them whole weeks."""
WEEK_H = 168.0
COARSE = 240
"""Even steps in which the end of an axis is looked for."""
SEEN = 0.1
"""Share of the highest level below which the rest of a curve is left out."""
HALVES = 5.0
"""Half-lives after the last dose within which any curve falls to a tenth of its peak."""
JUST_BEFORE = 1e-9
"""Share of the axis by which a corner is also read before it."""
DENSE = 20
"""Steps after a corner, ever longer."""
MOST_CORNERS = 50
FINE, FINER = 3, 4
"""Even steps after a corner that are parted, and into how many."""


def end_of(runs: Mapping[str, Profiles], slowest_h: float) -> float:
    """Return a round time [h] by which all has been given and no curve is above a tenth.

    Parameters
    ----------
    runs : mapping of str to Profiles
        What is to be shown.
    slowest_h : float
        The longest half-life [h].

    Returns
    -------
    float
    """
    given = max(float(run.plan.end) for run in runs.values())
    late = float(np.clip(HALVES * slowest_h, 1.0, WEEK_H)) if np.isfinite(slowest_h) else WEEK_H
    coarse = np.linspace(0.0, given + late, COARSE + 1)
    curves = np.array([r.at_times(coarse).concentration(r.model.parent)[0] for r in runs.values()])
    if not np.isfinite(curves).any():
        return float(SPANS[0])
    highest = np.nanmax(curves)
    seen = np.flatnonzero(np.any(curves >= SEEN * highest, axis=0))
    wanted = max(float(coarse[seen[-1]]), given)
    for span in SPANS:
        if wanted <= span:
            return float(span)
    return min(float(np.ceil(wanted / WEEK_H)) * WEEK_H, LONGEST_H)


def axis(runs: Iterable[Profiles], peaks_h: Iterable[float], until_h: float, points: int) -> Floats:
    """Return ascending times (T,) [h] that show every curve of all runs.

    Parameters
    ----------
    runs : iterable of Profiles
        What is to be shown.
    peaks_h : iterable of float
        Times of their peaks; those that are no number are left out.
    until_h : float
        End of the axis.
    points : int
        Even steps.

    Returns
    -------
    (T,) ndarray
        At most ``MOST_TIMES``.
    """
    even = np.linspace(0.0, until_h, points + 1)
    peaks = np.unique([t for t in peaks_h if 0.0 < t < until_h])
    corners = np.unique(np.concatenate([run.course.events for run in runs]))
    corners = corners[corners < until_h]
    room = MOST_TIMES - even.size
    peaks = peaks[: room // 2]
    corners = corners[: (room - peaks.size) // 2]
    before = corners[corners > 0.0] - JUST_BEFORE * until_h
    steps = (room - peaks.size - before.size) // max(corners.size, 1) - 1
    gaps = np.diff(np.append(corners, until_h))
    shape = np.concatenate(
        [[0.0], np.geomspace(1e-3, 0.8, DENSE)[DENSE - max(min(steps, DENSE), 0) :]]
    )
    dense = (corners[:, None] + np.minimum(gaps, 2.0)[:, None] * shape).ravel()
    times = np.unique(np.concatenate([even, dense, before, peaks]))
    return times[(times >= 0.0) & (times <= until_h)]


def from_corner_to_corner(corners_h: Floats, until_h: float, steps: int) -> Floats:
    """Return ascending times (T,) [h], even between any two corners and finer after each.

    Whoever reads many people at them has few even stretches to begin, and no time by itself.

    Parameters
    ----------
    corners_h : array
        Ascending times at which something begins or ends [h]; beyond ``MOST_CORNERS`` they are
        no longer looked at.
    until_h : float
        End of the axis [h].
    steps : int
        Even steps of the whole axis, about.

    Returns
    -------
    (T,) ndarray
        From 0 to the end, with every corner and the moment before it.
    """
    inside = corners_h[(corners_h > 0.0) & (corners_h < until_h)][:MOST_CORNERS]
    begins = np.append(0.0, inside)
    ends = np.append(inside - JUST_BEFORE * until_h, until_h)
    told = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        many = max(int(np.ceil((end - begin) / until_h * steps)), FINE)
        turn = begin + (end - begin) * FINE / many
        told.append(np.linspace(begin, turn, FINE * FINER, endpoint=False))
        told.append(np.linspace(turn, end, many - FINE + 1))
    return np.unique(np.concatenate(told))
