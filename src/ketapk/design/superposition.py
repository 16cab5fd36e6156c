"""Concentrations of many people under any schedule, as sums of shifted unit responses."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.design.person import quietly
from ketapk.dosing.regimen import Dose, Regimen
from ketapk.errors import PlanError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.design.slots import Slots
    from ketapk.model.model import Model
    from ketapk.patients import Cohort

    Floats = NDArray[np.float64]

FINE_H = Fraction(1, 60)
"""Longest time between two points of the search for one person [h]: a choice; what is reported does
not depend on it."""
MOST_POINTS = 600
"""Most points of the search for one person."""
MANY = 20
"""People from whom on the search looks at slots and not between them."""


@dataclass(frozen=True, kw_only=True)
class Superposition:
    """Unit responses of N people at even times, from which any schedule is added up.

    Parameters
    ----------
    slots : Slots
        When rates may change.
    per_slot : int
        Points per slot.
    bolus : (N, T) ndarray
        Concentration after 1 mg at once [mg/L].
    step : (N, T) ndarray
        Concentration while 1 mg/h is given from the start on [mg/L].
    """

    slots: Slots
    per_slot: int
    bolus: Floats
    step: Floats
    _kept: dict[int, Floats] = field(default_factory=dict, repr=False)

    @property
    def times_h(self) -> Floats:
        """Times (T,) [h]."""
        return np.arange(self.step.shape[1]) * float(self.slots.grid) / self.per_slot

    def units(self, changes: tuple[int, ...], at: NDArray[np.int64]) -> Floats:
        """Concentration [mg/L] of every variable's unit at some points: (N, P, n)."""
        edges = (0, *changes, self.slots.count)
        shifted = [self._shifted(slot)[:, at] for slot in edges]
        rates = [a - b for a, b in pairwise(shifted)]
        return np.stack([self.bolus[:, at], *rates], axis=2)

    def _shifted(self, slot: int) -> Floats:
        """The response to a step that begins in a slot, (N, T)."""
        if slot not in self._kept:
            late = slot * self.per_slot
            shifted = np.zeros_like(self.step)
            shifted[:, late:] = self.step[:, : self.step.shape[1] - late]
            self._kept[slot] = shifted
        return self._kept[slot]


def superposition(
    slots: Slots,
    model: Model,
    people: Cohort,
    edges: tuple[Fraction, ...],
    site: str,
    drug: str,
    how: dict[str, Any],
) -> Superposition:
    """Solve the unit responses of people.

    Parameters
    ----------
    slots : Slots
        When rates may change.
    model : Model
        A linear model with an intravenous route.
    people : Cohort
        Who, N of them.
    edges : tuple of Fraction
        Times that the aim names [h].
    site : {"plasma", "effect"}
        Where the concentration is read.
    drug : {"racemic", "S", "R"}
        Form of the drug.
    how : dict
        Further arguments of `simulate`.

    Raises
    ------
    PlanError
        If responses do not add up.
    """
    horizon = max(*edges, slots.end)
    per_slot = _per_slot(slots, edges, horizon, len(people))
    points = math.ceil(horizon / slots.grid * per_slot) + 1
    times = np.arange(points) * float(slots.grid) / per_slot
    hours = 2 * horizon
    one = Regimen.of(Dose(route="iv", amt=1.0, drug=drug))
    run = quietly(one, model, people, times=times, **how)
    system = run.course.system
    output = system.output_index(model.parent, site)
    if not system.superposes:
        raise PlanError(
            f"{model.name} has a saturable flow, so that responses do not add up; design a "
            f"schedule in a linear model."
        )
    seen = list(system.upstream(output))
    if system.drift.size and system.drift[:, seen][:, :, seen].any():
        raise PlanError(
            f"{model.name} has a clearance of {model.parent} that grows with time, so that "
            f"responses depend on when they begin; design a schedule in a model with constant ones."
        )
    steady = Regimen.of(Dose(route="iv", amt=float(hours), rate=1.0, drug=drug))
    slow = quietly(steady, model, people, times=times, **how)
    return Superposition(
        slots=slots,
        per_slot=per_slot,
        bolus=run.course.curve(output, times),
        step=slow.course.curve(output, times),
    )


def _per_slot(slots: Slots, edges: tuple[Fraction, ...], horizon: Fraction, people: int) -> int:
    """Points per slot: so many that the times of the aim are points, as far as these are few."""
    fine = math.ceil(slots.grid / FINE_H) if people <= MANY else 1
    fine = max(1, min(fine, int(MOST_POINTS * slots.grid / horizon)))
    need = math.lcm(*((edge / slots.grid).denominator for edge in edges))
    fitting = need * max(1, round(fine / need))
    return fitting if horizon / slots.grid * fitting <= MOST_POINTS else fine
