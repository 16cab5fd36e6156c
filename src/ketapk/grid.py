"""Times that show a plan: every event, every rise, every peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.errors import InputError
from ketapk.timetable import timetable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ketapk.course import Course

    Floats = NDArray[np.float64]

EVEN = 240
"""Even steps over the whole span."""
AFTER_EVENT = 24
"""Denser steps after every event."""
MOST = 20_000
SHOWN = 8
"""Subjects whose own events and peaks are among the times."""


def checked_times(times: ArrayLike) -> Floats:
    """Return times [h] as an array, or say what is wrong with them."""
    try:
        array = np.array(times, dtype=np.float64, ndmin=1, copy=None)
    except (TypeError, ValueError):
        raise InputError(
            f"times={times!r} are not numbers; give hours, e.g. times=[0, 0.5, 1]."
        ) from None
    if array.ndim != 1 or array.size == 0:
        raise InputError("times must be a list of at least one time in hours, e.g. [0, 0.5, 1].")
    table = timetable(array)
    # Of one's own, so that what is checked here stays as it is.
    array = table.own()
    if table.ascends and array[0] >= 0.0 and array[-1] < np.inf:
        return array
    if not np.isfinite(array).all() or (array < 0.0).any():
        raise InputError("times must be finite and not negative; they are hours after the start.")
    if (array[1:] < array[:-1]).any():
        raise InputError("times must ascend; sort them, e.g. with numpy.sort.")
    return array


def telling_times(course: Course) -> Floats:
    """Times [h] from the start until little is left, dense where the curves move.

    Events and the peaks of the first subjects are among them, so that nothing is cut off.
    """
    n = len(course.cohort)
    # Reading exact curves leaves nothing behind, so the course itself will do.
    itself = n <= SHOWN and (course.system.linear or course.solved)
    few = course if itself else course.of(np.arange(min(n, SHOWN)))
    events = few.events
    peaks, halves = np.concatenate(
        [_peaks_and_halves(few, output) for output in range(len(few.system.outputs))], axis=1
    )
    slowest = np.max(halves[np.isfinite(halves)], initial=0.0)
    last = float(events[-1])
    span = last + float(np.clip(4.0 * slowest, 1.0, 24.0 * 7.0))
    gaps = np.diff(np.append(events, span))
    steps = np.concatenate([[0.0], np.geomspace(1e-3, 0.9, AFTER_EVENT)])
    if events.size * AFTER_EVENT > MOST:
        steps = steps[:1]
    dense = (events[:, None] + np.minimum(gaps, 2.0)[:, None] * steps).ravel()
    times = np.concatenate([np.linspace(0.0, span, EVEN + 1), dense, peaks[np.isfinite(peaks)]])
    return np.unique(times)


def _peaks_and_halves(course: Course, output: int) -> Floats:
    """Times of the peaks and terminal half-lives of an output, (2, N) [h]."""
    found = course.landmarks(output, 0.0, np.empty(0))
    if found is not None and found[1].all():
        return found[0][:, [1, 4]].T
    from ketapk.exposure import Curve

    curve = Curve(course.solution, output)
    return np.stack([curve.peak[1], curve.t_half])
