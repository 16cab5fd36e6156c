"""Times that are read: rows that nobody can write to, the same one for the same times."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

KEPT = 32
"""Timetables that are kept, those of the last calls."""
LONGEST = 1 << 17
"""Times in the longest one that is kept."""
MADE = 64
"""Things that are made of one timetable and kept with it."""


class Timetable:
    """Times [h] that are known again by their bits, and what was made of them."""

    def __init__(self, times: Floats) -> None:
        self.row = times
        """(T,) times."""
        self._bits: bytearray | None = None
        """What they are kept in, once they are: it is compared in one go."""
        self._made: dict[Hashable, Any] = {}

    def __hash__(self) -> int:
        row = self.row
        return hash((row.size, row.item(0), row.item(-1))) if row.size else 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Timetable):
            return NotImplemented
        if self.row is other.row:
            return True
        kept, asked = (other, self) if self._bits is None else (self, other)
        bits = kept._bits or bytearray(kept.row)
        return bits == asked.row.data

    def own(self) -> Floats:
        """Return the times as a row without gaps that nobody can write to; copied once."""
        if self._bits is None:
            self._bits = bytearray(self.row)
            self.row = np.frombuffer(memoryview(self._bits).toreadonly())
        return self.row

    @lazy
    def ascends(self) -> bool:
        """Whether no time is before the one before it; one that is no number is."""
        return bool((self.row[1:] >= self.row[:-1]).all())

    def once(self, make: Callable[..., Any], *of: Hashable) -> Any:
        """What a function makes of the row and ``of``, made once while the times are kept.

        Nobody writes to what comes back.
        """
        if self._bits is None:
            return make(self.row, *of)
        key = make, *of
        found = self._made.get(key, self)
        if found is self:
            found = make(self.row, *of)
            if len(self._made) >= MADE:
                self._made.clear()
            self._made[key] = found
        return found


def timetable(times: Floats) -> Timetable:
    """Return the timetable of some times (T,), the one that is kept if they are the same.

    Too many times have one that keeps neither them nor what is made of them.
    """
    last = _last[0]
    if times is last.row:
        return last
    asked = Timetable(np.ascontiguousarray(times))
    if times.size <= LONGEST:
        _last[0] = kept = _kept(asked)
        return kept
    asked.row = read_only(asked.row)
    return asked


@lru_cache(maxsize=KEPT)
def _kept(asked: Timetable) -> Timetable:
    asked.own()
    return asked


_last = [_kept(Timetable(np.empty(0)))]
"""The one that was asked for last, of those that are kept."""


def read_only(times: Floats) -> Floats:
    """Return the same times, not to be written to: kernels are compiled for such."""
    if not times.flags.writeable:
        return times
    row = times.view()
    row.flags.writeable = False
    return row
