"""What a nurse may do: when the rate may change, in which steps, and how much may be given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.design.limits import read_limits
from ketapk.design.stretches import BOLUS_STEP, Stretch
from ketapk.dosing.constructors import read_amount
from ketapk.errors import InputError
from ketapk.units import ML_PER_L

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.dosing.pump import Pump

    Floats = NDArray[np.float64]

MOST_CHANGES = 8
"""More changes than this are for a pump that computes: a choice."""
MOST_SLOTS = 2000
"""Most slots of a schedule: finer ones are no round times."""


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Limits of a schedule, whose variables are a bolus and a rate for each stretch.

    Variables are counted in steps: of `BOLUS_STEP` for the bolus, of the pump for a rate.
    """

    grid: Fraction
    """Change times are multiples of it [h]."""
    count: int
    """Slots until the end of the schedule."""
    least: int
    """Slots between two changes, at least."""
    changes: int
    """Most changes of the rate after the start."""
    pump: Pump
    most_bolus: float
    """Highest bolus [mg]; 0 for none."""
    most_rate: float
    """Highest rate [mg/h]."""
    most_drug: float
    """Cumulative dose [mg]."""

    @property
    def end(self) -> Fraction:
        """When the schedule ends [h]."""
        return self.grid * self.count

    @property
    def room(self) -> int:
        """Most changes for which there is room."""
        return min(self.changes, self.count // self.least - 1)

    def steps(self, n: int) -> Floats:
        """One step of each variable (n,), the bolus first [mg], [mg/h]."""
        bolus = units.expect(BOLUS_STEP, "bolus", "volume").exact * self.pump.mg_per_l
        return np.array([float(bolus), *[float(self.pump.step_mg_per_h)] * (n - 1)])

    def highest(self, n: int) -> Floats:
        """Most of each variable (n,), the bolus first [mg], [mg/h]."""
        return np.array([self.most_bolus, *[self.most_rate] * (n - 1)])

    def lengths(self, changes: tuple[int, ...]) -> Floats:
        """What one unit of each variable gives: 1 for the bolus, else hours of its stretch."""
        edges = np.array([0, *changes, self.count])
        return np.array([1.0, *(np.diff(edges) * float(self.grid))])

    def stretches(self, changes: tuple[int, ...], steps: tuple[int, ...]) -> tuple[Stretch, ...]:
        """The schedule as a pump runs it, exact."""
        edges = [self.grid * slot for slot in (0, *changes, self.count)]
        bolus = steps[0] * units.expect(BOLUS_STEP, "bolus", "volume").exact * ML_PER_L
        flow = self.pump.step_mg_per_h * ML_PER_L / self.pump.mg_per_l
        found = [
            Stretch(
                start=edges[j],
                end=edges[j + 1],
                bolus=bolus if j == 0 else Fraction(0),
                flow=steps[1 + j] * flow,
            )
            for j in range(len(edges) - 1)
        ]
        last = Stretch(start=edges[-1], end=edges[-1], bolus=Fraction(0), flow=Fraction(0))
        return (*found, last)


def read_slots(
    *,
    pump: Pump,
    changes: Any,
    bolus: Any,
    until: Fraction,
    grid: Any,
    shortest: Any,
    max_rate: Any,
    max_dose: Any,
    lightest_kg: float,
) -> Slots:
    """Read the limits of a schedule.

    Parameters
    ----------
    pump : Pump
        What it can run.
    changes : int
        Most changes of the rate after the start.
    bolus : bool or str
        Whether one is allowed, or the highest, such as "20 mg" or "0.3 mg/kg".
    until : Fraction
        When the schedule ends [h].
    grid, shortest : str
        Change times are multiples of the first; two are at least the second apart.
    max_rate, max_dose : str, optional
        Highest rate, and cumulative dose.
    lightest_kg : float
        Body weight of the lightest, for limits per kg [kg].

    Raises
    ------
    InputError
        If something is impossible, with what to write.
    """
    if (
        isinstance(changes, bool)
        or not isinstance(changes, int)
        or not 0 <= changes <= MOST_CHANGES
    ):
        raise InputError(
            f"changes={changes!r} is not possible; write a whole number from 0 to {MOST_CHANGES}."
        )
    slot = units.duration_h(grid, "grid")
    count = until / slot
    if count.denominator != 1:
        raise InputError(
            f"until={units.format_time(until)} is no multiple of grid={units.format_time(slot)}; "
            f"write one that is, or another grid."
        )
    if count > MOST_SLOTS:
        raise InputError(
            f"grid={units.format_time(slot)} makes {count} slots until {units.format_time(until)}, "
            f"and {MOST_SLOTS} are the most; write a longer grid."
        )
    apart = Fraction(0) if shortest is None else units.duration_h(shortest, "shortest")
    least = max(1, math.ceil(max(apart, pump.min_interval_h) / slot))
    if least > count:
        raise InputError(
            f"The shortest time between two changes, {units.format_time(slot * least)}, is longer "
            f"than the schedule, {units.format_time(until)}; write a later end."
        )
    limits = read_limits(slot * least, max_rate, pump, lightest_kg)
    return Slots(
        grid=slot,
        count=int(count),
        least=least,
        changes=changes,
        pump=pump,
        most_bolus=_bolus(bolus, lightest_kg),
        most_rate=limits.highest,
        most_drug=math.inf if max_dose is None else _amount(max_dose, "max_dose", lightest_kg),
    )


def _bolus(bolus: Any, lightest_kg: float) -> float:
    """Highest bolus [mg]."""
    if bolus is True:
        return math.inf
    if bolus is False or bolus is None:
        return 0.0
    if not isinstance(bolus, str):
        raise InputError(f"bolus={bolus!r} is not understood; write True, False or '20 mg'.")
    return _amount(bolus, "bolus", lightest_kg)


def _amount(text: str, name: str, lightest_kg: float) -> float:
    """An amount of base [mg]; one per kg for the lightest, so that it holds for all."""
    mg, per_kg = read_amount(text, name)
    return mg * lightest_kg if per_kg else mg
