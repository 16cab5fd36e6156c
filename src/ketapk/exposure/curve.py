"""Exposure from a solved model: peaks, crossings and areas of the solution, not of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.exposure.roots import find_root
from ketapk.lazy import lazy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.solution import Solution

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PER_OCTAVE = 3
"""Nodes of a segment while the time since its start doubles, between which a peak or a crossing is
looked for."""
BEGINNING = 0.02
"""First node of a segment, in its fastest time constants or in its lengths, whichever is less."""
CLOSE = {"xrtol": 1e-13, "xatol": 1e-15}
"""How closely a peak or a crossing is found [1], [h]."""
FOR_EVER = 1e9
"""Time after the last event up to which a curve that never falls is looked at [h]."""
SETTLED = 60.0
"""Terminal time constants after the last event at which a curve counts as over."""


@dataclass(frozen=True)
class Curve:
    """One concentration of a solution, as a function of time that can be searched.

    Parameters
    ----------
    solution : Solution
        What was solved.
    output : int
        Position of the output in the system.
    """

    solution: Solution
    output: int

    @lazy
    def _seen(self) -> Solution:
        """The solution with what the output depends on, and nothing else."""
        return self.solution.seen_by(self.output)

    @property
    def _out(self) -> int:
        """Position of the output in it."""
        return 0 if self._seen is not self.solution else self.output

    @lazy
    def lambda_z(self) -> Floats:
        """Terminal rate constant that the output sees, (N,) [1/h]."""
        blocks, which = self._upstream
        slowest = np.full(blocks.shape[0], np.nan)
        fine = np.all(np.isfinite(blocks), axis=(1, 2))
        if np.any(fine):
            slowest[fine] = np.min(np.abs(np.linalg.eigvals(blocks[fine]).real), axis=1)
        result: Floats = slowest[which]
        return result

    @lazy
    def _upstream(self) -> tuple[Floats, Ints]:
        """Rate constants at the end among the compartments that feed the output.

        Returns (B, I, I) different ones [1/h], and which of them each subject has, (N,).
        """
        system, arrays = self.solution.system, self.solution.schedule.arrays
        last = self._last
        ends = np.stack([arrays.row[last], arrays.start[last] * (system.drift.size > 0)], axis=1)
        different, which = np.unique(ends, axis=0, return_inverse=True)
        rows = different[:, 0].astype(np.int64)
        A = system.rates_at(rows, different[:, 1]).copy()
        for m, (src, dst) in enumerate(zip(system.sat_src, system.sat_dst, strict=True)):
            k = system.Vmax[rows, m] / system.KmX[rows, m]
            A[:, dst, src] += k
            A[:, src, src] -= k
        inside = np.array(system.upstream(self.output))
        return A[np.ix_(np.arange(rows.size), inside, inside)], which.ravel()

    @lazy
    def _segments(self) -> tuple[Ints, Ints, Floats, Floats]:
        """Subject, segment, start and end of every segment that has a length."""
        arrays = self.solution.schedule.arrays
        subject = np.repeat(np.arange(arrays.first.size - 1), np.diff(arrays.first))
        end = arrays.end.copy()
        last = arrays.first[1:] - 1
        blocks, which = self._upstream
        with np.errstate(divide="ignore", invalid="ignore"):
            stays = -1.0 / np.einsum("bii->bi", blocks)
            # Equal rates in a row outlast the slowest of them: a chain passes on all it holds.
            passing = 2.0 * np.sum(np.where(np.isfinite(stays), stays, 0.0), axis=1)
            span = np.fmin(SETTLED / self.lambda_z + passing[which], FOR_EVER)
        end[last] = arrays.start[last] + span
        fine = self.solution.outcome[subject] == 0
        segment = np.flatnonzero((end > arrays.start) & fine)
        return subject[segment], segment, arrays.start[segment], end[segment]

    def _read(self, states: Floats, times: Floats, segment: Ints) -> tuple[Floats, Floats]:
        """Concentration [mg/L] and slope [mg/L/h] of states (Q, S) at times within segments."""
        system, arrays = self._seen.system, self._seen.schedule.arrays
        row = arrays.row[segment]
        observe = system.observe[row, self._out]
        value: Floats = np.einsum("qs,qs->q", observe, states)
        if system.linear:
            slope = np.einsum("qs,qs->q", self._pull[row], states)
            return value, slope + np.einsum("qs,qs->q", observe, arrays.rate[segment])
        change = np.einsum("qij,qj->qi", system.rates_at(row, times), states) + arrays.rate[segment]
        for m, (src, dst) in enumerate(zip(system.sat_src, system.sat_dst, strict=True)):
            flow = system.Vmax[row, m] * states[:, src] / (system.KmX[row, m] + states[:, src])
            change[:, src] -= flow
            change[:, dst] += flow
        return value, np.einsum("qs,qs->q", observe, change)

    @lazy
    def _pull(self) -> Floats:
        """Slope of the concentration per state, (R, S) [1/L/h]."""
        system = self._seen.system
        pull: Floats = np.einsum("ri,rij->rj", system.observe[:, self._out], system.A)
        return pull

    def value(self, times: Floats, subject: Ints, segment: Ints) -> Floats:
        """Concentration [mg/L] of subjects (Q,) at times (Q,) within the given segments."""
        return self._read(self._states(times, subject, segment), times, segment)[0]

    def slope(self, times: Floats, subject: Ints, segment: Ints) -> Floats:
        """Slope of the concentration [mg/L/h] of subjects (Q,) at times (Q,)."""
        return self._read(self._states(times, subject, segment), times, segment)[1]

    @property
    def nodes(self) -> tuple[Ints, Floats]:
        """Subject and time [h] of every node, (Q,) each, between which the curve is searched."""
        times = self._nodes[0]
        return np.repeat(self._segments[0], times.shape[1]), times.ravel()

    def segment_at(self, times: Floats, subject: Ints) -> Ints:
        """Segment in which each of some subjects (Q,) is just after a time (Q,) [h]."""
        arrays = self.solution.schedule.arrays
        segment = np.empty(times.size, dtype=np.int64)
        for n in np.unique(subject):
            lo, hi = arrays.first[n], arrays.first[n + 1]
            own = subject == n
            at = np.searchsorted(arrays.start[lo:hi], times[own], side="right") - 1
            segment[own] = lo + np.maximum(at, 0)
        return segment

    def area_at(self, times: Floats, subject: Ints) -> Floats:
        """Area up to a time (Q,) [h] of each of some subjects (Q,) [mg h/L]."""
        area: Floats = self._seen.of(subject, times)[:, self._seen.system.n_dynamic + self._out]
        return area

    def _states(self, times: Floats, subject: Ints, segment: Ints) -> Floats:
        """States (Q, S) at times within the given segments, jumps at their start included."""
        start = np.nextafter(self._seen.schedule.arrays.start[segment], np.inf)
        return self._seen.of(subject, np.maximum(times, start), side="before")

    @lazy
    def _nodes(self) -> tuple[Floats, Floats, Floats]:
        """Times, values and slopes at the nodes of every segment, (Q, K).

        Nodes grow geometrically from the start of a segment; those that a short one does not need
        lie at its end.
        """
        subject, segment, start, end = self._segments
        rates = -np.einsum("rii->ri", self.solution.system.A).min(axis=1)
        fastest = rates[self.solution.schedule.arrays.row[segment]]
        length = end - start
        first = BEGINNING * np.minimum(1.0 / np.maximum(fastest, 1e-12), length)
        counts = np.ceil(PER_OCTAVE * np.log2(length / first)).astype(np.int64)
        rungs = int(counts.max(initial=1))
        grown = start[:, None] + first[:, None] * 2.0 ** (np.arange(rungs) / PER_OCTAVE)
        inside = (np.arange(rungs) < counts[:, None]) & (grown < end[:, None])
        times = np.column_stack([start, np.where(inside, grown, end[:, None]), end])
        at_end = self._seen.of(subject, end, side="before")
        states = np.repeat(at_end[:, None, :], rungs + 2, axis=1)
        states[:, 0] = self._seen.state[segment]
        self._climb(segment, first, np.sum(inside, axis=1), times, subject, states)
        S = states.shape[2]
        value, slope = self._read(
            states.reshape(-1, S), times.ravel(), np.repeat(segment, rungs + 2)
        )
        return times, value.reshape(times.shape), slope.reshape(times.shape)

    def _climb(
        self, segment: Ints, first: Floats, counts: Ints, times: Floats, subject: Ints, out: Floats
    ) -> None:
        """Write the states at the nodes between start and end into ``out`` (Q, K, S)."""
        if self._seen.method == "exact":
            self._seen.ladder(segment, first, counts, PER_OCTAVE, out)
            return
        q, k = np.nonzero(np.arange(out.shape[1] - 2) < counts[:, None])
        out[q, k + 1] = self._seen.of(subject[q], times[q, k + 1], side="before")

    def _turns(self, sign: float) -> tuple[Ints, Ints, Floats]:
        """Where a node interval holds a top (``sign`` 1) or a valley (-1), and its bound.

        Returns the segment position, the interval, and a height that a top does not exceed (that a
        valley does not undercut): two tangents meet beyond the curve.
        """
        times, values, slopes = self._nodes
        q, k = np.nonzero((sign * slopes[:, :-1] > 0.0) & (sign * slopes[:, 1:] < 0.0))
        a, b = slopes[q, k], slopes[q, k + 1]
        width = times[q, k + 1] - times[q, k]
        meet = (values[q, k + 1] - values[q, k] - b * width) / (a - b)
        return q, k, values[q, k] + a * np.clip(meet, 0.0, width)

    def _refine(self, q: Ints, k: Ints) -> tuple[Floats, Floats]:
        """Time and value of the tops or valleys in node intervals."""
        times = self._nodes[0]
        subject, segment, _, _ = self._segments
        root = find_root(
            self.slope, times[q, k], times[q, k + 1], (subject[q], segment[q]), **CLOSE
        )
        return root, self.value(root, subject[q], segment[q])

    @lazy
    def peak(self) -> tuple[Floats, Floats]:
        """Highest concentration and the first time at which it is reached, (N,) [mg/L], [h]."""
        n = self.solution.n_subjects
        times, values, _ = self._nodes
        subject = self._segments[0]
        Cmax, Tmax = np.full(n, np.nan), np.full(n, np.nan)
        best = np.argmax(values, axis=1)
        here = np.arange(best.size)
        candidates = [(subject, times[here, best], values[here, best])]
        highest = np.full(n, -np.inf)
        np.maximum.at(highest, subject, values[here, best])
        q, k, bound = self._turns(1.0)
        worth = bound >= highest[subject[q]]
        if np.any(worth):
            q, k = q[worth], k[worth]
            candidates.append((subject[q], *self._refine(q, k)))
        who, when, what = (np.concatenate(part) for part in zip(*candidates, strict=True))
        order = np.lexsort((when, -what, who))
        first = np.unique(who[order], return_index=True)[1]
        Cmax[who[order][first]] = what[order][first]
        Tmax[who[order][first]] = when[order][first]
        return Cmax, Tmax

    def peak_within(self, start_h: float, end_h: float) -> Floats:
        """Highest concentration between two times, ends included, (N,) [mg/L]."""
        return self.extreme_within(start_h, end_h, 1.0)[0]

    def extreme_within(self, start_h: float, end_h: float, sign: float) -> tuple[Floats, Floats]:
        """Highest (``sign`` 1) or lowest (-1) concentration between two times, and when.

        Ends are included; an end of infinity is the time at which a curve counts as over.

        Returns
        -------
        (N,) ndarray, (N,) ndarray
            [mg/L], [h].
        """
        times, values, _ = self._nodes
        subject = self._segments[0]
        last = end_h if np.isfinite(end_h) else float(times.max())
        ends = np.array([start_h, last])
        first, final = self.at(ends)[:, 0], self.at(ends, side="before")[:, 1]
        everybody = np.arange(first.size)
        q, k, bound = self._turns(sign)
        near = (times[q, k + 1] > start_h) & (times[q, k] < end_h)
        at_ends = np.maximum(sign * first, sign * final)
        near &= sign * bound > at_ends[subject[q]]
        when, what = self._refine(q[near], k[near]) if np.any(near) else (np.empty(0), np.empty(0))
        fits = (when >= start_h) & (when < end_h)
        # A node at the start may be the end of the segment before it, which a dose there ends.
        inside = (times > start_h) & (times < end_h)
        row, column = np.nonzero(inside)
        who = np.concatenate([everybody, everybody, subject[row], subject[q[near][fits]]])
        level = np.concatenate([first, final, values[row, column], what[fits]])
        moment = np.concatenate(
            [
                np.full(first.size, start_h),
                np.full(first.size, last),
                times[row, column],
                when[fits],
            ]
        )
        order = np.lexsort((moment, -sign * level, who))
        chosen = order[np.unique(who[order], return_index=True)[1]]
        return level[chosen], moment[chosen]

    def intervals_above(self, level: float | Floats) -> tuple[Ints, Floats, Floats]:
        """Stretches of time at or above a level, in the order of subjects and times.

        Parameters
        ----------
        level : float or (N,) ndarray
            Concentration [mg/L].

        Returns
        -------
        (K,) ndarray of int, (K,) ndarray, (K,) ndarray
            Subject, start and end [h] of each stretch.
        """
        q, a, b, fa, fb = self._pieces(level)
        subject = self._segments[0]
        wanted = np.broadcast_to(np.asarray(level, dtype=float), (self.solution.n_subjects,))
        limit = wanted[subject[q]]
        high = (fa >= limit) | (fb >= limit)
        q, limit = q[high], limit[high]
        a, b, fa, fb = a[high], b[high], fa[high], fb[high]
        crossing = (fa >= limit) != (fb >= limit)
        start, stop = a.copy(), b.copy()
        if np.any(crossing):
            root = self._crossings(q[crossing], a[crossing], b[crossing], limit[crossing])
            rising = fb[crossing] >= limit[crossing]
            start[crossing] = np.where(rising, root, a[crossing])
            stop[crossing] = np.where(rising, b[crossing], root)
        who = subject[q]
        if who.size == 0:
            return who, start, stop
        # What is still above at the end of all times stays there.
        stop = np.where(stop >= self._endless[who], np.inf, stop)
        order = np.lexsort((stop, start, who))
        who, start, stop = who[order], start[order], stop[order]
        fresh = np.ones(who.size, dtype=bool)
        fresh[1:] = (who[1:] != who[:-1]) | (start[1:] > stop[:-1])
        first = np.flatnonzero(fresh)
        last = np.append(first[1:], who.size) - 1
        return who[first], start[first], stop[last]

    def above(self, level: float | Floats) -> tuple[Floats, Floats]:
        """First time at or above a level and total time above it, (N,) [h]; NaN if never.

        Parameters
        ----------
        level : float or (N,) ndarray
            Concentration [mg/L].
        """
        who, start, stop = self.intervals_above(level)
        n = self.solution.n_subjects
        total, first = np.zeros(n), np.full(n, np.inf)
        np.add.at(total, who, stop - start)
        np.minimum.at(first, who, start)
        failed = self.solution.outcome != 0
        total[failed] = np.nan
        first[failed | np.isinf(first)] = np.nan
        return first, total

    def falls_to(self, level: float | Floats, after_h: float) -> Floats:
        """First time from ``after_h`` [h] on at which the curve is at or below a level, (N,) [h].

        Parameters
        ----------
        level : float or (N,) ndarray
            Concentration [mg/L].
        after_h : float
            When to begin, such as the end of an infusion.
        """
        who, start, stop = self.intervals_above(level)
        time = np.full(self.solution.n_subjects, after_h)
        inside = (start <= after_h) & (stop > after_h)
        time[who[inside]] = stop[inside]
        time[(self.solution.outcome != 0) | np.isnan(level)] = np.nan
        return time

    @lazy
    def _endless(self) -> Floats:
        """Time at which a curve that never falls is given up, (N,) [h]."""
        begin: Floats = self.solution.schedule.arrays.start[self._last]
        return (begin + FOR_EVER) * (1.0 - 1e-12)

    @lazy
    def _last(self) -> Ints:
        """Last segment of every subject."""
        last: Ints = self.solution.schedule.arrays.first[1:] - 1
        return last

    def _crossings(self, q: Ints, a: Floats, b: Floats, level: Floats) -> Floats:
        """Times at which the curve crosses a level within node intervals."""
        subject, segment, _, _ = self._segments

        def excess(times: Floats, subject: Ints, segment: Ints, level: Floats) -> Floats:
            return self.value(times, subject, segment) - level

        return find_root(excess, a, b, (subject[q], segment[q], level), **CLOSE)

    def _pieces(self, level: float | Floats) -> tuple[Ints, Floats, Floats, Floats, Floats]:
        """Node intervals, split at every top and valley that may cross a level.

        Returns segment position, both times, both values; each piece crosses the level at most
        once.
        """
        times, values, _ = self._nodes
        subject = self._segments[0]
        limit = np.broadcast_to(np.asarray(level, dtype=float), (self.solution.n_subjects,))
        limit = limit[subject]
        whole = np.diff(times, axis=1) > 0.0
        split = []
        for sign in (1.0, -1.0):
            q, k, bound = self._turns(sign)
            outer = np.maximum(sign * values[q, k], sign * values[q, k + 1])
            worth = (outer < sign * limit[q]) & (sign * bound >= sign * limit[q])
            q, k = q[worth], k[worth]
            if q.size == 0:
                continue
            when, what = self._refine(q, k)
            whole[q, k] = False
            split.append((q, times[q, k], when, values[q, k], what))
            split.append((q, when, times[q, k + 1], what, values[q, k + 1]))
        q, k = np.nonzero(whole)
        rest = (q, times[q, k], times[q, k + 1], values[q, k], values[q, k + 1])
        found = [np.concatenate(part) for part in zip(rest, *split, strict=True)]
        return found[0], found[1], found[2], found[3], found[4]

    @property
    def t_half(self) -> Floats:
        """Terminal half-life, (N,) [h]."""
        with np.errstate(divide="ignore"):
            half: Floats = np.log(2.0) / self.lambda_z
        return half

    @lazy
    def AUC_inf(self) -> Floats:
        """Area under the curve to infinity, (N,) [mg h/L]."""
        system = self.solution.system
        area: Floats = self.solution.final()[:, system.n_dynamic + self.output]
        return area

    def areas_upto(self, times_h: Floats) -> Floats:
        """Area under the curve up to ascending times, (N, T) [mg h/L]."""
        keep = [self._seen.system.n_dynamic + self._out]
        areas: Floats = self._seen.at(times_h, keep=keep)[..., 0]
        return areas

    def AUC(self, until_h: float, from_h: float = 0.0) -> Floats:
        """Area under the curve from one time to another, (N,) [mg h/L]."""
        keep = [self._seen.system.n_dynamic + self._out]
        areas = self._seen.at([from_h, until_h], keep=keep)[..., 0]
        area: Floats = areas[:, 1] - areas[:, 0] if from_h > 0.0 else areas[:, 1]
        return area

    def at(self, times_h: Floats, *, side: str = "after") -> Floats:
        """Concentration at ascending times, (N, T) [mg/L]; ``side`` as in `Solution.at`."""
        system, arrays = self._seen.system, self._seen.schedule.arrays
        states = self._seen.at(times_h, side=side)
        values = np.empty(states.shape[:2])
        for n, (lo, hi) in enumerate(zip(arrays.first[:-1], arrays.first[1:], strict=True)):
            how: Any = "right" if side == "after" else "left"
            segment = np.maximum(np.searchsorted(arrays.start[lo:hi], times_h, side=how) - 1, 0)
            observe = system.observe[arrays.row[lo:hi][segment], self._out]
            values[n] = np.sum(observe * states[n], axis=1)
        return values

    @lazy
    def MRT(self) -> Floats:
        """Mean residence time, first moment over area, (N,) [h].

        The first moment is the integral of what is left of the area: of an exact solution one more
        integral in every segment and two linear solves after the last, else by quadrature.
        """
        left = self._left_exact() if self._seen.method == "exact" else self._left_by_quadrature()
        with np.errstate(invalid="ignore"):
            result: Floats = np.where(np.isinf(self.AUC_inf), np.inf, left / self.AUC_inf)
        return result

    def _left_exact(self) -> Floats:
        """Integral over time of the area that is still to come, (N,) [mg h2/L]."""
        seen, arrays = self._seen, self._seen.schedule.arrays
        twice = seen.with_second_integral()
        subject = np.repeat(np.arange(seen.n_subjects), np.diff(arrays.first))
        inner = np.flatnonzero((arrays.end > arrays.start) & np.isfinite(arrays.end))
        length = arrays.end[inner] - arrays.start[inner]
        so_far = seen.state[inner, seen.system.n_dynamic + self._out]
        gained = twice.of(subject[inner], arrays.end[inner], side="before")[:, -1]
        total = np.zeros(seen.n_subjects)
        to_come = self.AUC_inf[subject[inner]] - so_far
        np.add.at(total, subject[inner], length * to_come - gained)
        blocks, which = self._upstream
        inside = np.delete(np.arange(seen.system.n_dynamic), self._elsewhere)
        x = seen.state[self._last][:, inside]
        with np.errstate(all="ignore"):
            try:
                area = -np.linalg.solve(blocks[which], x[..., None])
                left = -np.linalg.solve(blocks[which], area)[..., 0]
            except np.linalg.LinAlgError:
                left = np.full_like(x, np.inf)
            observe = seen.system.observe[arrays.row[self._last], self._out][:, inside]
            total += np.sum(observe * left, axis=1)
        return np.where(np.isfinite(self.AUC_inf), total, np.inf)

    @property
    def _elsewhere(self) -> int:
        """Position of the place where all is that the output does not see."""
        return len(self._seen.system.compartments)

    def _left_by_quadrature(self) -> Floats:
        """Integral as in `_left_exact`, by Gauss-Legendre between the nodes."""
        times, _, _ = self._nodes
        subject = self._segments[0]
        x, w = np.polynomial.legendre.leggauss(10)
        width = np.diff(times, axis=1)
        at = times[:, :-1, None] + 0.5 * width[..., None] * (x + 1.0)
        keep = self._seen.system.n_dynamic + self._out
        many = np.repeat(subject, at[0].size)
        area = self._seen.of(many, at.ravel(), side="before")[:, keep].reshape(at.shape)
        left = self.AUC_inf[subject][:, None, None] - area
        moment = np.zeros(self.solution.n_subjects)
        np.add.at(moment, subject, np.sum(0.5 * width * np.sum(left * w, axis=2), axis=1))
        return moment

    @lazy
    def half_lives(self) -> list[Floats]:
        """Half-lives of every phase that the output sees, for each subject, longest first [h]."""
        blocks, which = self._upstream
        rates = [np.sort(np.abs(np.linalg.eigvals(block).real)) for block in blocks]
        halves = [np.log(2.0) / rate[rate > 0.0] for rate in rates]
        return [halves[b] for b in which]
