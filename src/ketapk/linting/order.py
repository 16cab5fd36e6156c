"""What is looked at: a plan for some people, with the model or pump where it is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from ketapk import units
from ketapk.dosing.regimen import Regimen
from ketapk.dosing.stretches import stretches
from ketapk.lazy import lazy
from ketapk.library.plausible import Outside, outsides
from ketapk.patients import span

if TYPE_CHECKING:
    from ketapk.dosing.pump import Pump
    from ketapk.dosing.regimen import Dose
    from ketapk.model.model import Model
    from ketapk.patients import Cohort


@dataclass(frozen=True)
class Order:
    """A plan for some people."""

    plan: Regimen
    cohort: Cohort
    model: Model | None = None
    pump: Pump | None = None

    @lazy
    def doses(self) -> tuple[Dose, ...]:
        """Doses that differ in more than their time, each once."""
        found: dict[Dose, Dose] = {}
        for dose in self.plan.doses:
            found.setdefault(bare(dose), dose)
        return tuple(found.values())

    def stretch_h(self, dose: Dose) -> float:
        """How long something runs without a pause where a dose does; the shortest time [h]."""
        return self._stretches.get(bare(dose), 0.0)

    @lazy
    def _stretches(self) -> dict[Dose, float]:
        found: dict[Dose, float] = {}
        for stretch in (s for route in self.plan.routes for s in stretches(self.plan, route)):
            for dose in stretch.doses:
                key = bare(dose)
                found[key] = min(found.get(key, inf), stretch.hours)
        return found

    @lazy
    def outsides(self) -> tuple[Outside, ...]:
        """What is outside what has been studied; what differs in its time alone, once."""
        found: dict[tuple[Dose, ...], Outside] = {}
        for one in outsides(self.plan, self.weights_kg):
            found.setdefault((*map(bare, one.doses),), one)
        return tuple(found.values())

    @lazy
    def weights_kg(self) -> tuple[float, float]:
        """Body weights of those who are furthest out [kg]."""
        return span(self.cohort.weight_kg)

    @lazy
    def furthest(self) -> tuple[tuple[float, float], ...]:
        """Total and dosing weight [kg] of the lightest and the heaviest, each once."""
        ends = (int(np.argmin(self.cohort.weight_kg)), int(np.argmax(self.cohort.weight_kg)))
        pairs = ((float(self.cohort.weight_kg[k]), float(self.cohort.dosing_kg[k])) for k in ends)
        return tuple(dict.fromkeys(pairs))

    def whom(self, kg: float) -> str:
        """Say of which body weight something is; nothing where there is but one."""
        lightest, heaviest = self.weights_kg
        return "" if lightest == heaviest else f" at {units.fmt(kg)} kg"


def bare(dose: Dose) -> Dose:
    """The dose without its time and its repetitions."""
    return replace(dose, time=Fraction(0), addl=0, ii=dose.ii if dose.ss else None)


def words(dose: Dose) -> str:
    """The dose as a sentence, without its time and its repetitions."""
    return str(Regimen.of(bare(dose)))


def rate_mg_per_h(dose: Dose, kg: float) -> float | None:
    """Rate of an infusion [mg/h]; None of a dose at once."""
    if dose.rate is not None:
        return dose.rate * (kg if dose.per_kg else 1.0)
    if dose.dur is not None:
        return float(dose.amount_mg(kg)) / float(dose.dur)
    return None
