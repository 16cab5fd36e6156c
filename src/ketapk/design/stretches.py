"""What a pump does between two changes, and which of a plan it can do."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ketapk import units
from ketapk.dosing.regimen import Dose, Regimen, exact
from ketapk.errors import PlanError
from ketapk.units import ML_PER_L

if TYPE_CHECKING:
    from ketapk.dosing.pump import Pump

BOLUS_STEP = "0.1 mL"
"""Step of a bolus that is drawn from the syringe by hand: a choice."""
SAME = 1e-9
"""Relative difference up to which the pump gives what the plan says."""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A bolus, then one flow until the next stretch."""

    start: Fraction
    """[h]"""
    end: Fraction
    """[h]"""
    bolus: Fraction
    """[mL]"""
    flow: Fraction
    """[mL/h]"""


def as_run(stretches: tuple[Stretch, ...], pump: Pump, drug: str) -> Regimen:
    """Doses [mg] that a pump gives in some stretches; neighbours at one flow are one."""
    doses: list[Dose] = []
    begin: Fraction | None = None
    for here, later in zip(stretches, (*stretches[1:], None), strict=True):
        mg = here.bolus * pump.mg_per_l / ML_PER_L
        if mg:
            doses.append(Dose(route="iv", amt=float(mg), drug=drug, time=here.start))
        begin = here.start if begin is None else begin
        joined = later is not None and later.flow == here.flow and later.start == here.end
        if not joined:
            rate = here.flow * pump.mg_per_l / ML_PER_L
            if rate:
                amount = float(rate * (here.end - begin))
                doses.append(Dose(route="iv", amt=amount, rate=float(rate), drug=drug, time=begin))
            begin = None
    return Regimen.of(*doses)


def intravenous(plan: Regimen) -> tuple[Dose, ...]:
    """Doses, written out, if a pump can give all of them."""
    events = plan.expand().events
    if len(plan.doses) != len(plan.events):
        raise PlanError("A sheet cannot empty a body; write the plan without resets.")
    doses = tuple(event for event in events if isinstance(event, Dose))
    for dose in doses:
        if dose.route != "iv":
            raise PlanError(
                f"A pump gives intravenous doses and the plan has the route {dose.route!r}; write "
                f"a sheet for the intravenous part alone."
            )
        if dose.ss or dose.modelled is not None:
            raise PlanError(
                "A steady state, or a rate that the model gives, has no beginning on a sheet; "
                "write the doses out."
            )
    if len(plan.drugs) != 1:
        raise PlanError("The plan has several forms of the drug; write a sheet for each syringe.")
    return doses


def stretches_of(
    doses: tuple[Dose, ...], pump: Pump, weight_kg: float
) -> tuple[tuple[Stretch, ...], tuple[str, ...]]:
    """What a pump does between any two times at which something changes, and what it cannot."""
    weight = exact(weight_kg)
    edges = sorted({t for dose in doses for t in (dose.time, dose.time + dose.hours)})
    found, notes = [], []
    bolus_step = units.expect(BOLUS_STEP, "bolus", "volume").exact * ML_PER_L
    for start, end in zip(edges, (*edges[1:], edges[-1]), strict=True):
        rate = bolus = Fraction(0)
        for dose in doses:
            amount = exact(dose.amt) * (weight if dose.per_kg else 1)
            if not dose.hours:
                bolus += amount if dose.time == start else 0
            elif dose.time <= start < dose.time + dose.hours:
                kept = None if dose.rate is None else exact(dose.rate)
                rate += (
                    amount / dose.hours if kept is None else kept * (weight if dose.per_kg else 1)
                )
        ml = bolus * ML_PER_L / pump.mg_per_l
        drawn = round(ml / bolus_step) * bolus_step
        if ml and not drawn:
            notes.append(f"A bolus of {units.fmt(float(ml))} mL is less than half of {BOLUS_STEP}.")
        steps = round(pump.rounded(float(rate)) / float(pump.step_mg_per_h))
        flow = steps * pump.step_mg_per_h * ML_PER_L / pump.mg_per_l
        asked = pump.ml_per_h(float(rate))
        if rate > 0 and not steps:
            notes.append(
                f"A rate of {units.fmt(asked)} mL/h from {units.format_time(start)} is less than "
                f"half of {pump.resolution}, so that nothing runs; use a weaker syringe."
            )
        elif float(rate) > pump.max_mg_per_h * (1.0 + SAME):
            notes.append(
                f"A rate of {units.fmt(asked, 4)} mL/h from {units.format_time(start)} is beyond "
                f"the pump, {pump.max_rate}; use a stronger syringe."
            )
        if end > start and end - start < pump.min_interval_h:
            notes.append(
                f"The rate changes after {units.format_time(end - start)} at "
                f"{units.format_time(end)} and the pump allows it every {pump.min_interval}."
            )
        found.append(Stretch(start=start, end=end, bolus=Fraction(drawn), flow=flow))
    return tuple(found), tuple(notes)
