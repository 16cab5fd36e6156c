"""What a pump allows: how fast, in which steps, how often."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ketapk import units
from ketapk.errors import InputError

if TYPE_CHECKING:
    from ketapk.dosing.pump import Pump, Way

STEP = "10 s"
"""Time between two rates where none is said: that of the R package tci (`dtm`, version 0.2.1)."""
SECOND = units.time_h("1 s", "second")
"""What a pump's clock counts in: a wait ends at the next one [h]; a choice."""
TICK = Fraction(1, 10**6)
"""Time below which nothing is an interval of its own [h]: a choice."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Rates that can be given, and for how long each."""

    step: Fraction
    """Time between two rates [h]."""
    highest: float = math.inf
    """Highest rate [mg/h]."""
    least: Fraction = TICK
    """Shortest time between two changes [h]."""
    pump: Pump | None = None

    @property
    def coarseness(self) -> float:
        """How far a rounded rate may be from the wanted one [mg/h]."""
        return 0.0 if self.pump is None else float(self.pump.step_mg_per_h / 2)

    @property
    def too_coarse(self) -> str:
        """Say what one step of the pump is, and how to have finer ones."""
        step = 0.0 if self.pump is None else float(self.pump.step_mg_per_h)
        return f"one step of the pump is {units.fmt(step)} mg/h; a thinner syringe has finer steps"

    def rate(self, wanted: float, way: Way) -> float:
        """Rate [mg/h] that is given where another is wanted, which may be negative."""
        limited = min(max(wanted, 0.0), self.highest)
        return limited if self.pump is None else self.pump.rounded(limited, way)

    def span(self, left: Fraction) -> Fraction:
        """Length [h] of an interval at one rate while a time [h] is left of a target.

        No last interval is shorter than half a step, or than the pump allows.
        """
        rest = left - self.step
        return left if rest < max(self.least, self.step / 2) else self.step

    def wait(self, hours: float, left: Fraction) -> Fraction:
        """Length [h] of a wait of so many hours, or all that is left where it is longer."""
        if not hours < left - self.least:
            return left
        wait = max(Fraction(hours), self.least)
        if self.pump is not None:
            wait = math.ceil(wait / SECOND) * SECOND
        return left if left - wait < self.least else wait


def read_limits(step: Any, max_rate: Any, pump: Pump | None, weight_kg: float) -> Limits:
    """Read how fast, and how often, a rate may change.

    Parameters
    ----------
    step : str, optional
        Time between two rates; that of the pump, or `STEP`, by default.
    max_rate : str, optional
        Such as "100 mg/h", "1 mg/kg/h", or "1200 mL/h" of a pump.
    pump : Pump, optional
        What it can run.
    weight_kg : float
        Body weight [kg].

    Raises
    ------
    InputError
        If the step is shorter than the pump allows, or a flow is given without a pump.
    """
    least = TICK if pump is None else max(TICK, pump.min_interval_h)
    if step is None:
        length = max(least, units.duration_h(STEP, "step"))
    else:
        length = units.duration_h(step, "step")
    if length < least:
        said = "" if pump is None or pump.min_interval is None else f", {pump.min_interval}"
        raise InputError(
            f"step={step!r} is shorter than the shortest time between two changes{said}; write a "
            f"longer step."
        )
    highest = math.inf if pump is None else pump.max_mg_per_h
    if max_rate is not None:
        highest = min(highest, _highest(max_rate, pump, weight_kg))
    return Limits(step=length, highest=highest, least=least, pump=pump)


def _highest(max_rate: Any, pump: Pump | None, weight_kg: float) -> float:
    """Highest rate [mg/h] that is allowed, in whole steps of the pump."""
    found = units.expect(max_rate, "max_rate", "rate", "rate per kg", "flow")
    if found.exact <= 0:
        raise InputError(f"max_rate={max_rate!r} is not possible; write a positive rate.")
    if found.kind == "flow":
        if pump is None:
            raise InputError(
                f"max_rate={max_rate!r} is a flow and there is no pump to say what is in the "
                f"syringe; add its strength, such as '10 mg/mL', or write a rate in mg/h."
            )
        rate = float(found.exact * pump.mg_per_l)
    else:
        rate = found.value * (weight_kg if found.per_kg else 1.0)
    allowed = rate if pump is None else pump.rounded(rate, "down")
    if allowed == 0.0 and pump is not None:
        raise InputError(
            f"max_rate={max_rate!r} is below one step of the pump, {pump.resolution}; write a "
            f"higher rate."
        )
    return allowed
