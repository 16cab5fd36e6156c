"""Exposure from a solved model: peaks, crossings and areas of the solution, not of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.solution import Solution

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NODES = 48
"""Places in every segment between which a peak or a crossing is looked for."""
CLOSE: Any = {"xrtol": 1e-13, "xatol": 1e-15}
"""How closely a peak or a crossing is found [1], [h]."""
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

    @cached_property
    def lambda_z(self) -> Floats:
        """Terminal rate constant that the output sees, (N,) [1/h]."""
        system = self.solution.system
        last = self.solution.schedule.arrays.first[1:] - 1
        rows = self.solution.schedule.arrays.row[last]
        source = int(np.argmax(np.any(system.observe[:, self.output, :] > 0.0, axis=0)))
        n = len(system.compartments)
        began = np.zeros(system.n_rows)
        np.maximum.at(began, rows, self.solution.schedule.arrays.start[last])
        A = system.rates_at(np.arange(system.n_rows), began).copy()
        for m, (src, dst) in enumerate(zip(system.sat_src, system.sat_dst, strict=True)):
            k = system.Vmax[:, m] / system.KmX[:, m]
            A[:, dst, src] += k
            A[:, src, src] -= k
        feeds = np.any(A != 0.0, axis=0)
        upstream = {source}
        while True:
            more = {j for i in upstream for j in range(system.n_dynamic) if feeds[i, j]} - upstream
            if not more:
                break
            upstream |= more
        inside = np.array(sorted(i for i in upstream if i < n or i >= system.n_mass))
        block = A[np.ix_(np.arange(system.n_rows), inside, inside)]
        slowest = np.full(system.n_rows, np.nan)
        fine = np.all(np.isfinite(block), axis=(1, 2))
        if np.any(fine):
            slowest[fine] = np.min(np.abs(np.linalg.eigvals(block[fine]).real), axis=1)
        result: Floats = slowest[rows]
        return result

    @cached_property
    def _segments(self) -> tuple[Ints, Ints, Floats, Floats]:
        """Subject, segment, start and end of every segment that has a length."""
        arrays = self.solution.schedule.arrays
        subject = np.repeat(np.arange(arrays.first.size - 1), np.diff(arrays.first))
        end = arrays.end.copy()
        last = arrays.first[1:] - 1
        with np.errstate(divide="ignore"):
            span = np.minimum(SETTLED / self.lambda_z, 1e9)
        end[last] = arrays.start[last] + span
        fine = self.solution.outcome[subject] == 0
        segment = np.flatnonzero((end > arrays.start) & fine)
        return subject[segment], segment, arrays.start[segment], end[segment]

    def _read(self, states: Floats, times: Floats, segment: Ints) -> tuple[Floats, Floats]:
        """Concentration [mg/L] and slope [mg/L/h] of states (Q, S) at times within segments."""
        system, arrays = self.solution.system, self.solution.schedule.arrays
        row = arrays.row[segment]
        observe = system.observe[row, self.output]
        change = np.einsum("qij,qj->qi", system.rates_at(row, times), states) + arrays.rate[segment]
        for m, (src, dst) in enumerate(zip(system.sat_src, system.sat_dst, strict=True)):
            flow = system.Vmax[row, m] * states[:, src] / (system.KmX[row, m] + states[:, src])
            change[:, src] -= flow
            change[:, dst] += flow
        return np.sum(observe * states, axis=1), np.sum(observe * change, axis=1)

    def value(self, times: Floats, subject: Ints, segment: Ints) -> Floats:
        """Concentration [mg/L] of subjects (Q,) at times (Q,) within the given segments."""
        return self._read(self.solution.of(subject, times, side="before"), times, segment)[0]

    def slope(self, times: Floats, subject: Ints, segment: Ints) -> Floats:
        """Slope of the concentration [mg/L/h] of subjects (Q,) at times (Q,)."""
        return self._read(self.solution.of(subject, times, side="before"), times, segment)[1]

    @cached_property
    def _nodes(self) -> tuple[Floats, Floats, Floats]:
        """Times, values and slopes at the nodes of every segment, (Q, NODES + 1)."""
        subject, segment, start, end = self._segments
        rates = -np.einsum("rii->ri", self.solution.system.A).min(axis=1)
        fastest = rates[self.solution.schedule.arrays.row[segment]]
        length = end - start
        first = np.minimum(0.02 / np.maximum(fastest, 1e-12), 0.02 * length)
        exponent = np.linspace(0.0, 1.0, NODES)
        offset = first[:, None] * (length / first)[:, None] ** exponent
        times = start[:, None] + np.concatenate([np.zeros((start.size, 1)), offset], axis=1)
        times[:, -1] = end
        values, slopes = np.empty_like(times), np.empty_like(times)
        values[:, 0], slopes[:, 0] = self._read(self.solution.state[segment], start, segment)
        many = times[:, 1:].ravel()
        states = self.solution.of(np.repeat(subject, NODES), many, side="before")
        value, slope = self._read(states, many, np.repeat(segment, NODES))
        values[:, 1:], slopes[:, 1:] = value.reshape(-1, NODES), slope.reshape(-1, NODES)
        return times, values, slopes

    def _tops(self) -> tuple[Ints, Ints, Floats]:
        """Where a node interval holds a top: segment position, interval, and its height bound."""
        times, values, slopes = self._nodes
        where = (slopes[:, :-1] > 0.0) & (slopes[:, 1:] < 0.0)
        q, k = np.nonzero(where)
        a, b = slopes[q, k], slopes[q, k + 1]
        width = times[q, k + 1] - times[q, k]
        # Two tangents meet above a concave top.
        meet = (values[q, k + 1] - values[q, k] - b * width) / (a - b)
        bound = values[q, k] + a * np.clip(meet, 0.0, width)
        return q, k, bound

    def _refine_tops(self, q: Ints, k: Ints) -> tuple[Floats, Floats]:
        """Time and value of the tops in node intervals."""
        from scipy.optimize.elementwise import find_root

        times = self._nodes[0]
        subject, segment, _, _ = self._segments
        slope: Any = self.slope
        root = find_root(
            slope,
            (times[q, k], times[q, k + 1]),
            args=(subject[q], segment[q]),
            tolerances=CLOSE,
        ).x
        return root, self.value(root, subject[q], segment[q])

    @cached_property
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
        q, k, bound = self._tops()
        worth = bound >= highest[subject[q]]
        if np.any(worth):
            q, k = q[worth], k[worth]
            candidates.append((subject[q], *self._refine_tops(q, k)))
        who, when, what = (np.concatenate(part) for part in zip(*candidates, strict=True))
        order = np.lexsort((when, -what, who))
        first = np.unique(who[order], return_index=True)[1]
        Cmax[who[order][first]] = what[order][first]
        Tmax[who[order][first]] = when[order][first]
        return Cmax, Tmax

    def above(self, level: float) -> tuple[Floats, Floats]:
        """First time at or above a level and total time above it, (N,) [h]; NaN if never.

        Parameters
        ----------
        level : float
            Concentration [mg/L].
        """
        from scipy.optimize.elementwise import find_root

        times, values, _ = self._nodes
        subject, segment, _, _ = self._segments
        q, k, bound = self._tops()
        low = np.maximum(values[q, k], values[q, k + 1]) < level
        q, k = q[low & (bound >= level)], k[low & (bound >= level)]
        pieces = [(self._intervals(slice(None)))]
        if q.size:
            top_time, top_value = self._refine_tops(q, k)
            pieces.append((q, times[q, k], top_time, values[q, k], top_value))
            pieces.append((q, top_time, times[q, k + 1], top_value, values[q, k + 1]))
        q, a, b, fa, fb = (np.concatenate(part) for part in zip(*pieces, strict=True))
        crossing = (fa >= level) != (fb >= level)
        duration = np.where((fa >= level) & (fb >= level), b - a, 0.0)
        onset = np.where(fa >= level, a, np.inf)
        if np.any(crossing):
            x = q[crossing]
            excess: Any = lambda t, n, g: self.value(t, n, g) - level  # noqa: E731
            root = find_root(
                excess,
                (a[crossing], b[crossing]),
                args=(subject[x], segment[x]),
                tolerances=CLOSE,
            ).x
            rising = fb[crossing] >= level
            duration[crossing] = np.where(rising, b[crossing] - root, root - a[crossing])
            onset[crossing] = np.where(rising, root, a[crossing])
        n = self.solution.n_subjects
        total, first = np.zeros(n), np.full(n, np.inf)
        np.add.at(total, subject[q], duration)
        np.minimum.at(first, subject[q], onset)
        failed = self.solution.outcome != 0
        total[failed] = np.nan
        first[failed | np.isinf(first)] = np.nan
        return first, total

    def _intervals(self, which: slice) -> tuple[Ints, Floats, Floats, Floats, Floats]:
        """Every node interval: segment position, both times, both values."""
        times, values, _ = self._nodes
        q = np.repeat(np.arange(times.shape[0]), NODES)[which]
        return (
            q,
            times[:, :-1].ravel(),
            times[:, 1:].ravel(),
            values[:, :-1].ravel(),
            values[:, 1:].ravel(),
        )

    @property
    def t_half(self) -> Floats:
        """Terminal half-life, (N,) [h]."""
        half: Floats = np.log(2.0) / self.lambda_z
        return half

    @cached_property
    def AUC_inf(self) -> Floats:
        """Area under the curve to infinity, (N,) [mg h/L]."""
        system = self.solution.system
        area: Floats = self.solution.final()[:, system.n_dynamic + self.output]
        return area

    def AUC(self, until_h: float) -> Floats:
        """Area under the curve from the start to a time, (N,) [mg h/L]."""
        keep = [self.solution.system.n_dynamic + self.output]
        area: Floats = self.solution.at([until_h], keep=keep)[:, 0, 0]
        return area
