"""Times at which curves are read, the same for all: even, with every corner and every peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.web.limits import MOST_TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

JUST_BEFORE = 1e-9
"""Share of the axis by which a corner is also read before it."""
DENSE = 20
"""Steps after a corner, ever longer."""
MOST_CORNERS = 50
FINE, FINER = 3, 4
"""Even steps after a corner that are parted, and into how many."""


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
        many = max(int(np.ceil((end - begin) / until_h * steps)), FINE + 1)
        turn = begin + (end - begin) * FINE / many
        told.append(np.linspace(begin, turn, FINE * FINER, endpoint=False))
        told.append(np.linspace(turn, end, many - FINE + 1))
    return np.unique(np.concatenate(told))
