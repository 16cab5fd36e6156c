"""The course of a plan: a model, people and doses, carried to a solution, whole or by parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ketapk.lowering import Lowering, Part
from ketapk.schedule import assemble, collect
from ketapk.solution import Method, Solution, Tolerance, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Regimen
    from ketapk.model.model import Model
    from ketapk.model.routes import Values
    from ketapk.model.system import System
    from ketapk.patients import Cohort

    Floats = NDArray[np.float64]


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

    @cached_property
    def system(self) -> System:
        """The compartments that the plan's routes need; drifting rates count from its start."""
        system = self.model.system(self.values, self.plan.routes, ke0=self.ke0)
        doses = self.plan.doses
        return system.since(float(doses[0].time)) if doses else system

    @cached_property
    def _lowering(self) -> Lowering:
        return collect(
            self.plan,
            self.system,
            lambda dose: self.model.inputs(dose, self.values),
            self.cohort.weight_kg,
        )

    @cached_property
    def solution(self) -> Solution:
        """All of it."""
        return self._solved(None)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every dose by every absorption site, in the order in which they were given."""
        return tuple(dict.fromkeys(flow.part for flow in self._lowering.sources))

    def part(self, part: Part) -> Solution:
        """What one part does alone; in a model without saturation the parts add up to the whole."""
        return self._solved(part)

    def varied(self, values: Values) -> Course:
        """Return the same course with other values."""
        return replace(self, values=values)

    def _solved(self, only: Part | None) -> Solution:
        schedule = assemble(self._lowering, self.samples, only=only)
        return solve(
            self.system,
            schedule,
            method=self.method,
            tolerance=self.tolerance,
            threads=self.threads,
            chunk=self.chunk,
        )
