"""The course of a plan: a model, people and doses, carried to a solution, whole or by parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import lanes, spectrum
from ketapk.collection import collect
from ketapk.kernels.status import OK
from ketapk.lazy import lazy
from ketapk.schedule import assemble, breakpoints
from ketapk.solution import EXACT, Method, Solution, Stats, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.accuracy import Tolerance
    from ketapk.dosing.regimen import Regimen
    from ketapk.lowering import Lowering, Part
    from ketapk.model.body import Body
    from ketapk.model.model import Model
    from ketapk.model.routes import Values
    from ketapk.model.system import System
    from ketapk.patients import Cohort
    from ketapk.schedule import Schedule

    Floats = NDArray[np.float64]


NOBODY = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Course:
    """What is to be solved, so that it can be solved again: by parts, or with other values."""

    plan: Regimen
    model: Model
    cohort: Cohort
    values: Values
    """Parameter values by name, typical or drawn."""
    samples: Floats
    """Times that will be read [h]."""
    ke0: float | None = None
    """Rate constant of an attached effect site [1/h]."""
    method: Method = "auto"
    tolerance: Tolerance
    threads: int | None = None
    chunk: int | None = None

    @lazy
    def system(self) -> System:
        """The compartments that the plan's routes need; drifting rates count from its start."""
        body, doses = self._body, self.plan.doses
        if body is None:
            system = self.model.system(self.values, self.plan.routes, ke0=self.ke0)
        else:
            system = body.system
        drifts = system.drift.size and doses
        return system.since(float(doses[0].time)) if drifts else system

    @lazy
    def _body(self) -> Body | None:
        """What the model keeps of one person."""
        one = len(self.cohort) == 1
        return self.model.body(self.values, self.plan.routes, ke0=self.ke0) if one else None

    @lazy
    def _lowering(self) -> Lowering:
        body = self._body
        if body is None or body.system is not self.system:
            return self._collected()
        return body.lowering(self.plan, self.cohort.dosing_kg.item(0), self._collected)

    def _collected(self) -> Lowering:
        """What enters, asked of the routes dose by dose."""
        values = self.values
        ways = {name: self.model.route(name).inputs for name in self.plan.routes}
        return collect(
            self.plan,
            self.system,
            lambda dose: ways[dose.route](dose, values),
            self.cohort.dosing_kg,
        )

    @lazy
    def _schedule(self) -> Schedule:
        """When what enters, all of it."""
        return assemble(self._lowering, self.samples)

    @lazy
    def solution(self) -> Solution:
        """All of it."""
        return self._solved(self._schedule)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every dose by every absorption site, in the order in which they were given."""
        return tuple(dict.fromkeys(flow.part for flow in self._lowering.sources))

    @property
    def solved(self) -> bool:
        """Whether the whole solution is there already."""
        return "solution" in self.__dict__

    @property
    def events(self) -> Floats:
        """Times at which something begins or ends in anybody, ascending [h]."""
        return np.unique(breakpoints(self._lowering, self.samples))

    def curve(
        self, output: int, times_h: Floats, *, side: str = "after", factor: float = 1.0
    ) -> Floats:
        """Concentration of an output at ascending times, (N, T) [mg/L], times ``factor``.

        Where all subjects share the plan's times, by modes if the system is linear, whoever loses
        digits there by the exponential of the whole matrix, and with many subjects abreast if it
        is saturable; whoever fails there, and everybody else, is read from the solution. By modes
        or not, curves agree to 1e-12 of the largest concentration, and abreast or not, as closely
        as the tolerance asks for.
        """
        curves, left = self._at_once(output, times_h, side, factor)
        if curves is None:
            return self._from_solution(output, times_h, side, factor)
        if left.size:
            some = self.of(left)
            curves[left] = some._from_solution(output, times_h, side, factor)
            self.note(left, some)
        return curves

    def _at_once(
        self, output: int, times_h: Floats, side: str, factor: float
    ) -> tuple[Floats | None, NDArray[np.int64]]:
        """Curves as in `curve` that need no solution, None if none are; and whom they lack."""
        if side not in ("after", "before"):
            return None, NOBODY
        how: Any = {
            "before": side == "before",
            "factor": factor,
            "threads": self.threads,
            "chunk": self.chunk,
        }
        what = self.system, self._lowering, output, times_h
        if self.method in ("auto", "exact"):
            by_modes = spectrum.curves(*what, **how, known=self._modes)
            if by_modes is not None:
                curves, done = by_modes
                self._by_modes[output] = count = int(np.count_nonzero(done))
                if count == done.size:
                    return curves, NOBODY
                left = np.flatnonzero(~done)
                whole = spectrum.whole_curves(*what, left, curves, **how, known=self._modes)
                return curves, left[~whole]
        if self.method in ("auto", "stiff"):
            abreast = lanes.curves(*what, **how, tolerance=self.tolerance)
            if abreast is not None:
                curves, done, counts = abreast
                self._in_lanes[output] = int(np.count_nonzero(done)), counts[done]
                return curves, np.flatnonzero(~done)
        return None, NOBODY

    def landmarks(
        self, output: int, until_h: float, levels: Floats
    ) -> tuple[Floats, NDArray[np.bool_]] | None:
        """Peaks, areas, half-lives and crossings by modes, and for whom they hold.

        Parameters
        ----------
        output : int
            Position of the output.
        until_h : float
            End of the first area [h].
        levels : (L,) array
            Concentrations [mg/L].

        Returns
        -------
        tuple of (N, 5 + 2 L) ndarray and (N,) ndarray of bool, or None
            Peak [mg/L], its first time [h], areas to ``until_h`` and to infinity [mg h/L],
            half-life [h]; first time at and time above every level [h]. None where no subject has
            modes.
        """
        if self.method not in ("auto", "exact"):
            return None
        found = spectrum.landmarks(
            self.system,
            self._lowering,
            output,
            self.samples,
            until=until_h,
            heights=levels,
            threads=self.threads,
            chunk=self.chunk,
            known=self._modes,
        )
        if found is not None:
            by_modes = int(np.count_nonzero(found[1]))
            self._by_modes[output] = min(self._by_modes.get(output, by_modes), by_modes)
        return found

    def superposes(self, output: int, times_h: Floats) -> bool:
        """Whether all curves of an output are sums of modes, so that nobody fails on the way.

        Some of them may still lose digits, and come from the solution once they are read.
        """
        if self.method not in ("auto", "exact"):
            return False
        everybody = spectrum.all_moded(
            self.system,
            self._lowering,
            output,
            times_h,
            self._modes,
            self.threads,
            self.chunk,
        )
        if everybody:
            self._by_modes.setdefault(output, len(self.cohort))
        return everybody

    def _from_solution(self, output: int, times_h: Floats, side: str, factor: float) -> Floats:
        """Concentration as in `curve`, from the states of the solution."""
        seen = self.solution.seen_by(output)
        system, arrays = seen.system, seen.schedule.arrays
        per_mg = system.observe[:, 0 if seen is not self.solution else output, :]
        keep = np.flatnonzero(np.any(per_mg != 0.0, axis=0))
        own = factor * per_mg[arrays.row[arrays.first[:-1]]][:, keep]
        states = seen.at(times_h, side=side, keep=keep.tolist())
        curves: Floats = np.einsum("ntk,nk->nt", states, own)
        # Without what errors of a step left below 0; what is no number stays so.
        return np.maximum(curves, 0.0, out=curves)

    @lazy
    def _outcome(self) -> NDArray[np.int64]:
        """(N,) status of each subject, as far as curves were read without the whole solution."""
        return np.full(len(self.cohort), OK, dtype=np.int64)

    def note(self, subjects: NDArray[np.int64], some: Course) -> None:
        """Take over how some subjects, whose course was solved apart, came out."""
        self._outcome[subjects] = np.maximum(self._outcome[subjects], some.solution.worst)

    @lazy
    def _modes(self) -> dict[int, spectrum.Modes]:
        """Modes of all subjects, by output; one person's are those of the plan before."""
        body, intake = self._body, self._lowering.intake
        if body is None or body.system is not self.system or not intake.sound:
            return {}
        modes: dict[int, spectrum.Modes] = body.modes.setdefault(intake.states, {})
        return modes

    @lazy
    def _by_modes(self) -> dict[int, int]:
        """Subjects of whom everything that was read was a sum of modes, by output."""
        return {}

    @lazy
    def _in_lanes(self) -> dict[int, tuple[int, Floats]]:
        """How many subjects' curves came from steps taken abreast, and their counts, by output."""
        return {}

    @property
    def outcome(self) -> NDArray[np.int64]:
        """(N,) status of each subject."""
        return np.maximum(self._outcome, self.solution.worst) if self.solved else self._outcome

    @property
    def stats(self) -> Stats:
        """What ran."""
        by_modes = max(self._by_modes.values(), default=0)
        in_lanes, counts = max(
            self._in_lanes.values(), key=lambda found: found[0], default=(0, None)
        )
        if self.solved or not (self._by_modes or self._in_lanes):
            stats = self.solution.stats
        elif counts is not None:
            stats = Stats.of(counts)
        else:
            stats = EXACT
        return replace(stats, by_modes=by_modes, in_lanes=in_lanes)

    def of(self, subjects: NDArray[np.int64]) -> Course:
        """Return the course of some subjects alone; nothing of the model is asked again."""
        values = {
            name: np.asarray(value)[subjects] if np.ndim(value) else value
            for name, value in self.values.items()
        }
        other = replace(self, cohort=self.cohort[subjects], values=values)
        other.__dict__["_body"] = None
        other.__dict__["system"] = self.system.of(subjects)
        other.__dict__["_lowering"] = self._lowering.of(other.system, subjects)
        return other

    def part(self, part: Part) -> Solution:
        """What one part does alone; in a model without saturation the parts add up to the whole."""
        return self._solved(assemble(self._lowering, self.samples, only=part))

    def varied(self, values: Values) -> Course:
        """Return the same course with other values."""
        return replace(self, values=values)

    def _solved(self, schedule: Schedule) -> Solution:
        return solve(
            self.system,
            schedule,
            method=self.method,
            tolerance=self.tolerance,
            threads=self.threads,
            chunk=self.chunk,
        )
