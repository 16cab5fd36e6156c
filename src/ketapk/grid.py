"""Times that are read: those asked for, even ones, and those that show a plan.

A plan is shown by every event, every rise and every peak.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import InputError
from ketapk.timetable import timetable

if TYPE_CHECKING:
    from fractions import Fraction

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
LONGEST = 10_000_000
"""Even times that are made at most."""
EXACT = 1 << 53
"""Whole numbers below it are floats."""


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


def every(step: Any, *, until: Any) -> Floats:
    """Return even times from 0 on, such as every minute of a week.

    Nobody can write to them, and the same ones come back for the same arguments, so that
    `simulate` knows long ones again without looking at each.

    Parameters
    ----------
    step : str
        Distance of two times, such as "1 min".
    until : str
        The last time, or more, such as "7 d".

    Returns
    -------
    (T,) ndarray
        Hours, each rounded once.

    Raises
    ------
    InputError
        If the step is nothing or longer than all, or the times are too many.

    Examples
    --------
    >>> every("30 min", until="2 h").tolist()
    [0.0, 0.5, 1.0, 1.5, 2.0]
    """
    apart, last = units.time_h(step, "step"), units.time_h(until, "until")
    if apart == 0:
        raise InputError(f"step={step!r} is no time at all; write a positive one, such as '1 min'.")
    if apart > last:
        raise InputError(
            f"every {step} until {until} has no time but 0; write a step that is not longer than "
            f"the time until the end."
        )
    if last // apart >= LONGEST:
        raise InputError(
            f"every {step} until {until} would be more than {LONGEST:,} times; write a longer "
            f"step, or a shorter time."
        )
    return _even(apart, int(last // apart))


@lru_cache(maxsize=4)
def _even(step_h: Fraction, last: int) -> Floats:
    """Whole multiples of a step, from none to ``last``, that nobody can write to."""
    over, under = step_h.numerator, step_h.denominator
    if last * over < EXACT and under < EXACT:
        times = np.arange(last + 1) * over / under
    else:
        times = np.array([float(k * step_h) for k in range(last + 1)])
    return timetable(times).own()


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
