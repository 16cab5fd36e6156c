"""A solved schedule: the state of every subject at any time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from ketapk.accuracy import Tolerance
from ketapk.errors import InputError
from ketapk.kernels import status
from ketapk.kernels.arrays import SystemArrays
from ketapk.kernels.batch import in_chunks
from ketapk.model.sparse import Sparse
from ketapk.model.system import System
from ketapk.room import room
from ketapk.timetable import read_only

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from ketapk.schedule import Schedule

    Floats = NDArray[np.float64]

Method = Literal["auto", "exact", "explicit", "stiff"]
FOR_EVER = 1e9
"""Time after which nothing moves any more [h]."""
ROWS = 256
"""Segments in one call of a kernel that climbs them."""
METHODS: tuple[Method, ...] = ("auto", "exact", "explicit", "stiff")


@dataclass(frozen=True, kw_only=True)
class Stats:
    """What ran."""

    method: str
    """"exact", "explicit", "stiff", or "explicit, then stiff"."""
    steps: int
    """Accepted steps of all subjects; 0 for the exact method."""
    rejected: int
    error_estimate: float
    """Largest sum of weighted local error estimates; 0 for the exact method, whose error is
    rounding alone."""
    by_modes: int = 0
    """Subjects whose curve was read as a sum of exponentials, without the states."""
    in_lanes: int = 0
    """Subjects whose curve came from steps that many subjects take abreast, without the rest."""

    @staticmethod
    def of(counts: Floats) -> Stats:
        """Sum up counts (N, 5) of an ODE method, as ``kernels.stepping`` names them."""
        explicit, stiff = bool(counts[:, 2].any()), bool(counts[:, 3].any())
        names = [name for name, ran in (("explicit", explicit), ("stiff", stiff)) if ran]
        return Stats(
            method=", then ".join(names) or "explicit",
            steps=int(counts[:, 0].sum()),
            rejected=int(counts[:, 1].sum()),
            error_estimate=float(counts[:, 4].max(initial=0.0)),
        )


EXACT = Stats(method="exact", steps=0, rejected=0, error_estimate=0.0)
"""Nothing was stepped."""


@dataclass(frozen=True, kw_only=True)
class Solution:
    """States at the start of every segment, from which any other time is reached."""

    system: System
    schedule: Schedule
    method: Method
    tolerance: Tolerance
    state: Floats
    """(G, S) state at the start of each segment, jump included [mg]."""
    outcome: NDArray[np.int64]
    """(N,) status of each subject on the way to its last segment."""
    counts: Floats
    """(N, 5) steps, rejected, explicit runs, stiff runs, error estimate on that way."""
    worst: NDArray[np.int64]
    """(N,) status of each subject, readings included."""
    most: Floats
    """(N, 5) as ``counts``, with the longest reading so far."""
    threads: int | None = None
    chunk: int | None = None
    _arrays: SystemArrays = field(repr=False)

    @property
    def n_subjects(self) -> int:
        """Number of subjects, N."""
        return int(self.outcome.size)

    @property
    def stats(self) -> Stats:
        """What ran, over all subjects."""
        if self.method == "exact":
            return EXACT
        return Stats.of(self.most)

    def part(self, lo: int, hi: int) -> Solution:
        """Return the solution of subjects ``lo`` to ``hi`` alone; nothing is copied."""
        arrays = self.schedule.arrays
        begin, end = int(arrays.first[lo]), int(arrays.first[hi])
        own = {
            name: getattr(arrays, name)[begin:end]
            for name in ("start", "end", "row", "rate", "jump", "action", "cycle")
        }
        fewer = arrays._replace(first=arrays.first[lo : hi + 1] - begin, **own)
        return replace(
            self,
            schedule=replace(self.schedule, arrays=fewer),
            state=self.state[begin:end],
            outcome=self.outcome[lo:hi],
            counts=self.counts[lo:hi],
            worst=self.worst[lo:hi],
            most=self.most[lo:hi],
        )

    def seen_by(self, output: int) -> Solution:
        """Return the solution with the states that an output depends on; all else is one place.

        The output becomes the only one. A solution by an ODE method, whose steps depend on all
        states, is returned as it is.
        """
        if self.method != "exact":
            return self
        system, arrays = self.system, self.schedule.arrays
        seen = system.upstream(output)
        keep = [*seen, system.n_dynamic + output]
        inside = sum(i < system.n_mass for i in seen)
        rest = np.setdiff1d(np.arange(system.n_mass), seen)

        def narrow(full: Floats) -> Floats:
            """States kept, with the sum of all others where they go."""
            elsewhere = full[..., rest].sum(axis=-1)[..., None]
            kept = full[..., keep]
            whole = np.concatenate([kept[..., :inside], elsewhere, kept[..., inside:]], axis=-1)
            return np.ascontiguousarray(whole)

        A = np.zeros((system.n_rows, len(keep) + 1, len(keep) + 1))
        own = np.delete(np.arange(len(keep) + 1), inside)
        A[:, own[:, None], own] = system.A[:, np.array(keep)[:, None], keep]
        A[:, inside, own] = system.A[:, rest][:, :, keep].sum(axis=1)
        smaller = System(
            compartments=tuple(system.states[i] for i in seen[:inside]),
            waiting=(),
            losses=("elsewhere",),
            effects=tuple(system.states[i] for i in seen[inside:]),
            outputs=(system.outputs[output],),
            counters=(),
            rates=Sparse.of(A),
            reads=Sparse.of(narrow(system.observe[:, output : output + 1])),
            sat_src=system.sat_src,
            sat_dst=system.sat_dst,
            Vmax=system.Vmax,
            KmX=system.KmX,
            drift=system.drift,
            fates=(),
        )
        fewer = arrays._replace(rate=narrow(arrays.rate), jump=narrow(arrays.jump))
        return replace(
            self,
            system=smaller,
            schedule=replace(self.schedule, arrays=fewer),
            state=narrow(self.state),
            _arrays=_arrays_of(smaller),
        )

    def with_second_integral(self) -> Solution:
        """Return what `seen_by` gave with one more state: the integral of the area, by segment."""
        S = self.system.n_states
        A = np.zeros((self.system.n_rows, S + 1, S + 1))
        A[:, :S, :S] = self.system.A
        A[:, S, S - 1] = 1.0
        state = np.concatenate([self.state, np.zeros((len(self.state), 1))], axis=1)
        state[:, S - 1] = np.where(np.isnan(self.state[:, 0]), np.nan, 0.0)
        nothing = np.zeros((len(self.state), 1))
        arrays = self.schedule.arrays
        more = arrays._replace(
            rate=np.concatenate([arrays.rate, nothing], axis=1),
            jump=np.concatenate([arrays.jump, nothing], axis=1),
        )
        system = replace(self.system, rates=Sparse.of(A))
        return replace(
            self,
            system=system,
            schedule=replace(self.schedule, arrays=more),
            state=state,
            _arrays=_arrays_of(system),
        )

    def at(
        self, times_h: ArrayLike, *, side: str = "after", keep: Sequence[int] | None = None
    ) -> Floats:
        """States at ascending times, (N, T, Q) [mg].

        Parameters
        ----------
        times_h : (T,) array_like
            Times, shared by all subjects [h].
        side : {"after", "before"}
            Whether a time at an event sees the state after or before it.
        keep : sequence of int, optional
            States to return; all of them by default.
        """
        times = np.ascontiguousarray(np.atleast_1d(np.asarray(times_h, dtype=np.float64)))
        n, T = self.n_subjects, times.size
        rows = np.arange(self.system.n_states) if keep is None else np.asarray(keep)
        spans = np.zeros((n, 3), dtype=np.int64)
        spans[:, 1] = T
        spans[:, 2] = np.arange(n) * T
        flat = self.at_spans(times, spans, side=side, keep=rows)
        states: Floats = flat.reshape(n, T, rows.size)
        return states

    def of(self, subjects: NDArray[np.int64], times: Floats, *, side: str = "after") -> Floats:
        """States of some subjects at one time each, (Q, S), in any order."""
        order = np.lexsort((times, subjects))
        ranked = np.ascontiguousarray(times[order])
        lo = np.searchsorted(subjects[order], np.arange(self.n_subjects), side="left")
        hi = np.searchsorted(subjects[order], np.arange(self.n_subjects), side="right")
        spans = np.stack([lo, hi, lo], axis=1).astype(np.int64)
        everything = np.arange(self.system.n_states)
        states = np.empty((times.size, everything.size))
        states[order] = self.at_spans(ranked, spans, side=side, keep=everything)
        return states

    def ladder(
        self,
        segments: NDArray[np.int64],
        first: Floats,
        counts: NDArray[np.int64],
        per_octave: int,
        out: Floats,
    ) -> None:
        """Write the states of exact segments (Q,) at geometrically growing times into (Q, K, S).

        Rung k of a row, up to ``counts``, is ``first * 2 ** (k / per_octave)`` after the start; it
        stands in place 1 + k.
        """
        from ketapk.kernels.linear import ladder

        def work(lo: int, hi: int) -> None:
            ladder(
                self._arrays, self.schedule.arrays, self.state, segments, first, counts,
                per_octave, lo, hi, out,
            )  # fmt: skip

        in_chunks(work, segments.size, chunk=self.chunk or ROWS, threads=self.threads)

    def final(self) -> Floats:
        """States after everything has left, (N, S) [mg]; infinite where input never ends.

        Linear systems are exact. A saturable one is followed until its saturable flows run at
        less than a billionth of their half-saturation and is linear from there; one whose rates
        drift, until a trillionth of its last content is left.
        """
        from ketapk.kernels.linear import tails

        last = self.schedule.arrays.first[1:] - 1
        state = self.state[last].copy()
        rows = self.schedule.arrays.row[last]
        settled = self.schedule.arrays.start[last].copy()
        endless = np.any(self.schedule.arrays.rate[last] != 0.0, axis=1)
        if not self.system.linear:
            state, settled = self._until_linear()
        A = self.system.rates_at(rows, settled).copy()
        if not self.system.superposes:
            src, dst = self.system.sat_src, self.system.sat_dst
            for m in range(src.size):
                k = self.system.Vmax[rows, m] / self.system.KmX[rows, m]
                A[:, dst[m], src[m]] += k
                A[:, src[m], src[m]] -= k
        out = np.full_like(state, np.nan)
        outcome = self.outcome.copy()
        n_compartments, n_mass = len(self.system.compartments), self.system.n_mass
        tails(A, n_compartments, n_mass, self.system.n_dynamic, state, outcome, out)
        trapped = (outcome == status.SINGULAR) & (self.outcome == status.OK)
        out[trapped | endless] = np.inf
        kept = np.flatnonzero(trapped & ~endless)
        if kept.size and self.system.linear:
            out[kept] = self._at_rest(kept)
        final: Floats = out
        return final

    def _at_rest(self, subjects: NDArray[np.int64]) -> Floats:
        """States of subjects in whom something never leaves, once nothing moves any more (Q, S).

        Integrals of what stays are infinite.
        """
        last = self.schedule.arrays.first[1:][subjects] - 1
        begin = self.schedule.arrays.start[last]
        state = self.of(subjects, begin + FOR_EVER)
        rows = self.schedule.arrays.row[last]
        n = self.system.n_dynamic
        stays = np.einsum("qps,qs->qp", self.system.observe[rows], state) > 0.0
        integrals = slice(n, n + len(self.system.outputs))
        state[:, integrals] = np.where(stays, np.inf, state[:, integrals])
        return state

    def _until_linear(self) -> tuple[Floats, Floats]:
        """States (N, S) at times (N,) from which on nothing saturates or drifts any more."""
        arrays = self.schedule.arrays
        last = arrays.first[1:] - 1
        horizon = np.maximum(arrays.start[last], 1.0)
        src = self.system.sat_src
        half = self.system.KmX[arrays.row[last]]
        everyone = np.arange(self.n_subjects)
        state = self.state[last]
        n = len(self.system.compartments)
        little = 1e-12 * np.sum(np.abs(state[:, :n]), axis=1)
        for _ in range(40):
            busy = np.any(state[:, src] > 1e-9 * half, axis=1)
            if self.system.drift.size:
                busy |= np.sum(np.abs(state[:, :n]), axis=1) > little
            if not np.any(busy):
                break
            horizon = np.where(busy, 2.0 * horizon, horizon)
            state = self.of(everyone, horizon)
        return state, horizon

    def at_spans(
        self, times: Floats, spans: NDArray[np.int64], *, side: str, keep: NDArray[np.int64]
    ) -> Floats:
        """States at times of each subject's own: rows as ``spans`` (N, 3) lays them out."""
        if side not in ("after", "before"):
            raise InputError(f"side={side!r} is not known; write 'after' or 'before'.")
        total = int(np.max(spans[:, 2] + spans[:, 1] - spans[:, 0], initial=0))
        out = room(total, keep.size)
        out.fill(np.nan)
        times = read_only(times)
        before = side == "before"
        schedule = self.schedule.arrays
        rows = keep.astype(np.int64)
        # Every reading starts from what `solve` left, so that none depends on those before it.
        outcome, counts = self.outcome.copy(), self.counts.copy()
        if self.method == "exact":
            from ketapk.kernels.linear import samples

            def work(lo: int, hi: int) -> None:
                samples(
                    self._arrays, schedule, self.state, lo, hi, times, spans, before, rows, out,
                    outcome,
                )  # fmt: skip
        else:
            from ketapk.kernels.nonlinear import METHOD_CODES
            from ketapk.kernels.nonlinear import samples as ode_samples

            code = METHOD_CODES[self.method]
            limits = self.tolerance

            def work(lo: int, hi: int) -> None:
                ode_samples(
                    self._arrays, schedule, self.state, lo, hi, times, spans, before, rows, out,
                    outcome, counts, code, limits.rtol, limits.atol, limits.max_steps,
                )  # fmt: skip

        in_chunks(work, self.n_subjects, chunk=self.chunk, threads=self.threads)
        if before:
            _nothing_before_the_start(times, spans, out)
        np.maximum(self.worst, outcome, out=self.worst)
        np.maximum(self.most, counts, out=self.most)
        return out


def _nothing_before_the_start(times: Floats, spans: NDArray[np.int64], out: Floats) -> None:
    """Empty the readings just before time 0, whatever is given there."""
    if not (times <= 0.0).any():
        return
    for offset in range(int(np.max(spans[:, 1] - spans[:, 0], initial=0))):
        inside = spans[:, 0] + offset < spans[:, 1]
        inside[inside] = times[spans[inside, 0] + offset] <= 0.0
        if not np.any(inside):
            return
        rows = spans[inside, 2] + offset
        out[rows] = np.where(np.isnan(out[rows]), np.nan, 0.0)


def _arrays_of(system: System) -> SystemArrays:
    """What the kernels read of a system."""
    return SystemArrays(
        A=system.A,
        sat_src=system.sat_src,
        sat_dst=system.sat_dst,
        Vmax=system.Vmax,
        KmX=system.KmX,
        drift=system.drift,
        n_compartments=len(system.compartments),
        n_mass=system.n_mass,
        n_dynamic=system.n_dynamic,
    )


def solve(
    system: System,
    schedule: Schedule,
    *,
    method: Method = "auto",
    tolerance: Tolerance | None = None,
    threads: int | None = None,
    chunk: int | None = None,
) -> Solution:
    """Carry every subject through its schedule.

    Linear systems are exact unless an ODE method is named; saturable ones go through the ODE
    kernel. A subject that fails has its status in ``outcome`` and NaN everywhere.
    """
    if method not in METHODS:
        raise InputError(f"method={method!r} is not known; write one of {', '.join(METHODS)}.")
    if method == "exact" and not system.linear:
        raise InputError(
            "method='exact' needs a linear model and this one has a saturable flow; use 'auto'."
        )
    chosen: Method = "exact" if method == "auto" and system.linear else method
    limits = tolerance or Tolerance()
    arrays = _arrays_of(system)
    n = schedule.n_subjects
    state = np.full((schedule.arrays.start.size, system.n_states), np.nan)
    outcome = np.full(n, status.NOT_RUN, dtype=np.int64)
    counts = np.zeros((n, 5))
    if chosen == "exact":
        from ketapk.kernels.linear import boundaries

        def work(lo: int, hi: int) -> None:
            boundaries(arrays, schedule.arrays, lo, hi, state, outcome)
    else:
        from ketapk.kernels.nonlinear import METHOD_CODES
        from ketapk.kernels.nonlinear import boundaries as ode_boundaries

        code = METHOD_CODES[chosen]

        def work(lo: int, hi: int) -> None:
            ode_boundaries(
                arrays, schedule.arrays, lo, hi, state, outcome, counts, code,
                limits.rtol, limits.atol, limits.max_steps,
            )  # fmt: skip

    in_chunks(work, n, chunk=chunk, threads=threads)
    return Solution(
        system=system,
        schedule=schedule,
        method=chosen,
        tolerance=limits,
        state=state,
        outcome=outcome,
        counts=counts,
        worst=outcome.copy(),
        most=counts.copy(),
        threads=threads,
        chunk=chunk,
        _arrays=arrays,
    )
