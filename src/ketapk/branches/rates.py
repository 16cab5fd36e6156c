"""Another rate for what is left of an infusion."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from ketapk.dosing.regimen import SHORTEST, Dose, exact
from ketapk.errors import PlanError

if TYPE_CHECKING:
    from ketapk.patients import Cohort
    from ketapk.units import Quantity


def from_then_on(rest: Dose, rate: Quantity, cohort: Cohort, *, keeps_amount: bool) -> Dose:
    """Run the rest of an infusion at another rate.

    Parameters
    ----------
    rest : Dose
        What is left of the infusion.
    rate : Quantity
        A positive rate, absolute or per kg.
    cohort : Cohort
        Who, where the amount is per kg and the rate is not, or the other way round.
    keeps_amount : bool
        Whether the amount stays and the time changes, else the time stays.

    Returns
    -------
    Dose

    Raises
    ------
    PlanError
        If the time would differ between people.
    """
    if not keeps_amount:
        amount = float(rate.exact * rest.hours)
        return replace(rest, amt=amount, per_kg=rate.per_kg, rate=rate.value, dur=None)
    planned = Fraction(rest.amt)
    if rest.per_kg != rate.per_kg:
        weight = only_weight(cohort)
        planned = planned * weight if rest.per_kg else planned / weight
    hours = (planned / rate.exact).limit_denominator(SHORTEST)
    return replace(rest, dur=hours, rate=None)


def is_rate_of(dose: Dose, rate: Quantity, cohort: Cohort) -> bool:
    """Whether an infusion runs at a rate already, in everybody: 70 mg/h is 1 mg/kg/h at 70 kg."""
    own = exact(dose.amt) / dose.hours if dose.rate is None else exact(dose.rate)
    return all(
        own * (exact(kg) if dose.per_kg else 1) == rate.of_body(kg)
        for kg in np.unique(cohort.dosing_kg).tolist()
    )


def only_weight(cohort: Cohort) -> Fraction:
    """Weight of everybody [kg], or a refusal where weights differ."""
    weights = np.unique(cohort.dosing_kg)
    if weights.size > 1:
        raise PlanError(
            "The change would be another one for every weight, and the people differ in theirs; "
            "ask about one person at a time."
        )
    return Fraction(float(weights[0]))
