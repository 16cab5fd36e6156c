"""The concentration that a response follows, in plasma or at a site of its own, at any time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ketapk.collection import collect
from ketapk.model.sparse import Sparse
from ketapk.schedule import assemble
from ketapk.solution import Solution, solve
from ketapk.timetable import read_only

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ketapk.model.system import System
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]


def layout(times: Floats, n: int) -> tuple[Floats, NDArray[np.int64]]:
    """Times (T,) of all, or (N, T) of each patient's own, as flat times and spans (N, 3)."""
    spans = np.zeros((n, 3), dtype=np.int64)
    T = times.shape[-1]
    spans[:, 2] = np.arange(n) * T
    if times.ndim == 2:
        spans[:, 0] = spans[:, 2]
    spans[:, 1] = spans[:, 0] + T
    return read_only(np.ascontiguousarray(times.ravel())), spans


@dataclass(frozen=True, kw_only=True)
class Drive:
    """A concentration of a solution, or of a site that follows it."""

    solution: Solution
    per_mg: Floats
    """(N, S) concentration [mg/L] per amount [mg]."""

    def starts(self, which: NDArray[np.bool_] | None = None) -> Floats:
        """Starts of the segments of each patient, or of some (G,), (N, E) [h].

        Who has fewer than others has the start of the schedule in the place of the rest.
        """
        arrays = self.solution.schedule.arrays
        owner = np.repeat(np.arange(self.solution.n_subjects), np.diff(arrays.first))
        chosen = np.arange(owner.size) if which is None else np.flatnonzero(which)
        counts = np.bincount(owner[chosen], minlength=self.solution.n_subjects)
        found = np.zeros((counts.size, int(counts.max(initial=0))))
        rank = np.arange(chosen.size) - np.repeat(np.cumsum(counts) - counts, counts)
        found[owner[chosen], rank] = arrays.start[chosen]
        return found

    def at(self, times: Floats, *, side: str = "after") -> Floats:
        """Concentration at times (T,), or (N, T) of each patient's own, (N, T) [mg/L]."""
        n = self.solution.n_subjects
        keep = np.flatnonzero(np.any(self.per_mg != 0.0, axis=0))
        flat, spans = layout(times, n)
        states = self.solution.at_spans(flat, spans, side=side, keep=keep)
        read = np.einsum("ntk,nk->nt", states.reshape(n, -1, keep.size), self.per_mg[:, keep])
        # Rounding of the exponential may leave less than nothing.
        concentration: Floats = np.maximum(read, 0.0)
        return concentration


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a response is attached to: an analyte of a run, at a site."""

    run: Profiles
    analyte: str
    site: str
    samples: Floats
    """Times that will be read [h]."""

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.run.cohort)

    def drives(self, *rates: Floats | None) -> tuple[Drive, ...]:
        """What responses follow: the concentration itself, or sites of rates (N,) [1/h].

        Such a site follows plasma and is a compartment of the solved system, so that a linear one
        stays exact and a steady state is also the site's.
        """
        system = self.run.solution.system
        output = system.output_index(self.analyte, self.site)
        sites = [rate for rate in rates if rate is not None]
        if not sites:
            plain = Drive(
                solution=self.run.solution, per_mg=self._rows(system.observe[:, output, :])
            )
            return (plain,) * len(rates)
        first = system.n_dynamic
        plasma = system.output_index(self.analyte, "plasma")
        solution = self._solved(with_sites(system, plasma, sites))
        observe = self._rows(solution.system.observe[:, output, :])
        found = []
        for rate in rates:
            per_mg = observe
            if rate is not None:
                per_mg = np.zeros_like(observe)
                per_mg[:, first] = 1.0
                first += 1
            found.append(Drive(solution=solution, per_mg=per_mg))
        return tuple(found)

    def _rows(self, values: Floats) -> Floats:
        """Values of system rows (R, S) by patient, (N, S)."""
        return np.broadcast_to(values, (self.n, values.shape[1]))

    def _solved(self, system: System) -> Solution:
        course = self.run.course
        lowering = collect(
            course.plan,
            system,
            lambda dose: course.model.inputs(dose, course.values),
            course.cohort.dosing_kg,
        )
        return solve(
            system,
            assemble(lowering, self.samples),
            method=course.method,
            tolerance=course.tolerance,
            threads=course.threads,
            chunk=course.chunk,
        )


def with_sites(system: System, output: int, rates: Sequence[Floats]) -> System:
    """Return the system with sites that follow one of its outputs, each with its rate [1/h].

    Their states come after its effect sites and hold concentrations [mg/L].
    """
    at, count = system.n_dynamic, len(rates)
    rows = system.n_rows
    if rows == 1 and any(np.ptp(rate) > 0.0 for rate in rates):
        rows = rates[0].size
    places = [at] * count
    A = np.insert(np.insert(system.A, places, 0.0, axis=1), places, 0.0, axis=2)
    A = np.repeat(A, rows // system.n_rows, axis=0)
    observe = np.insert(system.observe, places, 0.0, axis=2)
    observe = np.repeat(observe, rows // system.n_rows, axis=0)
    for s, rate in enumerate(rates):
        each = rate[:rows]
        A[:, at + s, :] = each[:, None] * observe[:, output, :]
        A[:, at + s, at + s] -= each
    drift = system.drift
    if drift.size:
        drift = np.insert(np.insert(drift, places, 0.0, axis=1), places, 0.0, axis=2)
        drift = np.repeat(drift, rows // system.n_rows, axis=0)
    names = tuple(f"site {s + 1} of the response" for s in range(count))
    return replace(
        system,
        effects=system.effects + names,
        rates=Sparse.of(A),
        reads=Sparse.of(observe),
        drift=drift,
        Vmax=np.repeat(system.Vmax, rows // system.n_rows, axis=0),
        KmX=np.repeat(system.KmX, rows // system.n_rows, axis=0),
    )
