"""The difference of two curves, searched as one curve is: its extremes, areas and crossings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.exposure.curve import CLOSE, Curve
from ketapk.exposure.roots import find_root
from ketapk.lazy import lazy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """Stretches of time on each of which a difference rises or falls and nothing else, (Q,)."""

    subject: Ints
    start: Floats
    """[h]"""
    end: Floats
    """[h]"""
    at_start: Floats
    """Difference just after the start [mg/L]."""
    at_end: Floats
    """Difference just before the end [mg/L]."""
    segments: tuple[Ints, Ints]
    """Segment of each curve."""

    def of(self, some: Ints | NDArray[np.bool_]) -> Pieces:
        """Return some of them."""
        one, other = self.segments
        return Pieces(
            self.subject[some], self.start[some], self.end[some], self.at_start[some],
            self.at_end[some], (one[some], other[some]),
        )  # fmt: skip

    def split(self, some: Ints, when: Floats, what: Floats) -> Pieces:
        """Return them with some split in two, at times at which the difference is known."""
        inner = self.of(some)
        rest = self.of(np.setdiff1d(np.arange(self.subject.size), some))
        one, other = inner.segments
        halves = (
            rest,
            Pieces(inner.subject, inner.start, when, inner.at_start, what, (one, other)),
            Pieces(inner.subject, when, inner.end, what, inner.at_end, (one, other)),
        )
        return Pieces(
            subject=np.concatenate([part.subject for part in halves]),
            start=np.concatenate([part.start for part in halves]),
            end=np.concatenate([part.end for part in halves]),
            at_start=np.concatenate([part.at_start for part in halves]),
            at_end=np.concatenate([part.at_end for part in halves]),
            segments=(
                np.concatenate([part.segments[0] for part in halves]),
                np.concatenate([part.segments[1] for part in halves]),
            ),
        )


@dataclass(frozen=True)
class Difference:
    """A second curve less a first one of the same people, as a function of time.

    Parameters
    ----------
    first, second : Curve
        Of the same N subjects.
    since_h : float
        Time up to which the two are the same [h].
    """

    first: Curve
    second: Curve
    since_h: float = 0.0

    def at(self, times_h: Floats, *, side: str = "after") -> Floats:
        """Difference at ascending times, (N, T) [mg/L]; ``side`` as in `Solution.at`."""
        return self.second.at(times_h, side=side) - self.first.at(times_h, side=side)

    @lazy
    def extreme(self) -> tuple[Floats, Floats]:
        """Largest difference, with its sign, and the first time of it, (N,) [mg/L], [h]."""
        pieces = self._pieces
        who = np.tile(pieces.subject, 2)
        when = np.concatenate([pieces.start, pieces.end])
        what = np.concatenate([pieces.at_start, pieces.at_end])
        order = np.lexsort((when, -np.abs(what), who))
        subjects, first = np.unique(who[order], return_index=True)
        value, time = self._unknown(), self._unknown()
        value[subjects], time[subjects] = what[order][first], when[order][first]
        return value, time

    @property
    def area(self) -> Floats:
        """Area of the second curve less that of the first, to infinity, (N,) [mg h/L]."""
        area: Floats = self.second.AUC_inf - self.first.AUC_inf
        return area

    @lazy
    def area_between(self) -> Floats:
        """Area between the two curves, whichever is above, (N,) [mg h/L]."""
        pieces = self._pieces
        cross = np.flatnonzero(np.sign(pieces.at_start) * np.sign(pieces.at_end) < 0)
        zero = self._root(pieces.of(cross), np.zeros(cross.size))
        pieces = pieces.split(cross, zero, np.zeros(cross.size))
        there, back = (
            self.second.area_at(t, pieces.subject) - self.first.area_at(t, pieces.subject)
            for t in (pieces.start, pieces.end)
        )
        area = self._unknown()
        area[np.unique(pieces.subject)] = 0.0
        np.add.at(area, pieces.subject, np.abs(back - there))
        return area

    def agrees_from(self, height: Floats) -> Floats:
        """Time from which on the difference never exceeds a height (N,) [mg/L], (N,) [h].

        The start of the difference where it never does.
        """
        pieces = self._pieces
        limit = height[pieces.subject]
        time = self._unknown()
        time[np.unique(pieces.subject)] = self.since_h
        still = np.abs(pieces.at_end) > limit
        np.maximum.at(time, pieces.subject[still], pieces.end[still])
        back = np.flatnonzero((np.abs(pieces.at_start) > limit) & ~still)
        some = pieces.of(back)
        root = self._root(some, np.sign(some.at_start) * limit[back])
        np.maximum.at(time, some.subject, root)
        return time

    def _unknown(self) -> Floats:
        return np.full(self.first.solution.n_subjects, np.nan)

    @lazy
    def _pieces(self) -> Pieces:
        """The time since the two differ, parted at the nodes of both and at every extreme."""
        nodes = np.concatenate(
            [np.stack(curve.nodes).astype(np.float64) for curve in (self.first, self.second)],
            axis=1,
        )
        begin = np.arange(self.first.solution.n_subjects)
        nodes = np.concatenate([nodes, [begin, np.full(begin.size, self.since_h)]], axis=1)
        who, when = np.unique(nodes[:, nodes[1] >= self.since_h], axis=1)
        fine = self.first.solution.outcome + self.second.solution.outcome == 0
        subject = who[:-1].astype(np.int64)
        inside = (who[:-1] == who[1:]) & fine[subject]
        subject, start, end = subject[inside], when[:-1][inside], when[1:][inside]
        segments = (
            self.first.segment_at(start, subject),
            self.second.segment_at(start, subject),
        )
        pieces = Pieces(
            subject, start, end,
            self._value(start, subject, *segments), self._value(end, subject, *segments), segments,
        )  # fmt: skip
        rise = self._slope(start, subject, *segments) * self._slope(end, subject, *segments)
        turn = np.flatnonzero(rise < 0.0)
        some = pieces.of(turn)
        top = find_root(self._slope, some.start, some.end, (some.subject, *some.segments), **CLOSE)
        return pieces.split(turn, top, self._value(top, some.subject, *some.segments))

    def _root(self, pieces: Pieces, height: Floats) -> Floats:
        """Time at which the difference is at a height (Q,) within each piece."""

        def excess(times: Floats, subject: Ints, one: Ints, other: Ints, level: Floats) -> Floats:
            return self._value(times, subject, one, other) - level

        where = (pieces.subject, *pieces.segments, height)
        return find_root(excess, pieces.start, pieces.end, where, **CLOSE)

    def _value(self, times: Floats, subject: Ints, one: Ints, other: Ints) -> Floats:
        return self.second.value(times, subject, other) - self.first.value(times, subject, one)

    def _slope(self, times: Floats, subject: Ints, one: Ints, other: Ints) -> Floats:
        return self.second.slope(times, subject, other) - self.first.slope(times, subject, one)
