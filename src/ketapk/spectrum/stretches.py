"""Even stretches of the times that are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.kernels.curves import Stretches
    from ketapk.spectrum.shared import Shared
    from ketapk.timetable import Timetable

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MANY = 4096
"""Times of which it is first seen whether they are even in every segment."""
LONGEST = 2048
"""Times in one even stretch, after which it starts anew so that rounding cannot pile up."""
ROUNDING = 8.0
"""Units in the last place by which an even grid may miss its times."""
HALF_PLACE = 0.5 * float(np.finfo(np.float64).eps)
"""Least relative size of a unit in the last place [1]."""


def stretches(table: Timetable, shared: Shared, *, before: bool) -> Stretches:
    """Return the even stretches of the times in the segments of a plan."""
    start, few = shared.start.tobytes(), table.row.size <= MANY
    found: Stretches | None = table.once(_stretches if few else _long_stretches, start, before)
    # Of many times that are not even, what is found is as large as they are, and is not kept.
    return _stretches(table.row, start, before) if found is None else found


def _long_stretches(times: Floats, starts: bytes, before: bool) -> Stretches | None:
    """As `stretches`, of many times that are even in every segment, else None: one look at each."""
    from ketapk.kernels.curves import Stretches
    from ketapk.kernels.even import even_stretches

    start = np.frombuffer(starts)
    side: Literal["left", "right"] = "right" if before else "left"
    cuts = np.append(times.searchsorted(start, side=side), times.size)
    cuts[0] = 0
    room = times.size // LONGEST + 2 * cuts.size
    size, step = np.empty(room, dtype=np.int64), np.empty(room)
    found = even_stretches(times, cuts, LONGEST, ROUNDING * HALF_PLACE, size, step)
    if found < 0:
        return None
    size, step = size[:found], step[:found]
    first = size.cumsum() - size
    segment = cuts[:-1].searchsorted(first, side="right") - 1
    return Stretches(first, size, times[first], step, segment)


def _stretches(times: Floats, starts: bytes, before: bool) -> Stretches:
    """As `stretches`, of segments that begin at ``starts``."""
    from ketapk.kernels.curves import Stretches

    start = np.frombuffer(starts)
    side: Literal["left", "right"] = "left" if before else "right"
    segment = np.maximum(np.searchsorted(start, times, side=side) - 1, 0)
    begins = np.append(True, np.diff(segment) != 0)
    begins[2:] |= np.abs(np.diff(times, 2)) > ROUNDING * np.spacing(times[2:])
    first, size, steps = _even(begins, times)
    # Steps that grow ever so slowly look even one by one, and are not.
    place = np.arange(times.size) - np.repeat(first, size)
    off = times - np.repeat(times[first], size) - place * np.repeat(steps, size)
    uneven = np.abs(off) > ROUNDING * np.spacing(times)
    if uneven.any():
        begins |= np.repeat(np.bitwise_or.reduceat(uneven, first), size)
    # Two times are always even, and better apart: each loses digits of its own.
    begins[first[size == 2] + 1] = True
    first, size, steps = _even(begins, times)
    return Stretches(first, size, times[first], steps, segment[first].astype(np.int64))


def _even(begins: NDArray[np.bool_], times: Floats) -> tuple[Ints, Ints, Floats]:
    """First time, number and step [h] of stretches that begin at some times."""
    first = _cut(np.flatnonzero(begins), times.size)
    size = np.diff(np.append(first, times.size))
    steps = (times[first + size - 1] - times[first]) / np.maximum(size - 1, 1)
    return first, size, steps


def _cut(first: Ints, total: int) -> Ints:
    """Cut stretches that are too long, so that each starts anew."""
    size = np.diff(np.append(first, total))
    parts = -(-size // LONGEST)
    offset = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    cut: Ints = np.repeat(first, parts) + offset * LONGEST
    return cut
