"""A dose that was worked out for another weight than the person's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from ketapk import units
from ketapk.dosing.regimen import Dose, Regimen
from ketapk.errors import InputError, PlanError
from ketapk.patients.people import LIMITS
from ketapk.patients.scalars import check_name

if TYPE_CHECKING:
    from ketapk.patients import Cohort


@dataclass(frozen=True, kw_only=True)
class OtherWeight:
    """Doses per kg are worked out for another weight; the body stays as it is.

    Parameters
    ----------
    weight : str
        A weight such as "50 kg", or one by name, such as "lean"; `list_weight_scalars` names them
        with their sources.

    Examples
    --------
    >>> from ketapk.dosing.sentence import parse
    >>> from ketapk.patients import Cohort
    >>> plan = parse("0.5 mg/kg iv over 40 min")
    >>> print(OtherWeight(weight="50 kg").of(plan, Cohort(weight_kg=70)))
    25 mg iv over 40 min
    """

    weight: str

    def __post_init__(self) -> None:
        if not _named(self.weight):
            _kg(self.weight)

    def of(self, plan: Regimen, cohort: Cohort) -> Regimen:
        """Return what becomes of a plan."""
        per_kg = [dose for dose in plan.doses if dose.per_kg]
        if not per_kg:
            raise InputError(
                f"No dose of {plan} is per kg, so that another weight changes nothing; write doses "
                f"such as '0.5 mg/kg'."
            )
        weight = _of_all(cohort, self.weight) if _named(self.weight) else _kg(self.weight)
        if all(own == float(weight) for own in cohort.dosing_kg.tolist()):
            return plan
        events = [
            _worked_out(event, weight) if isinstance(event, Dose) and event.per_kg else event
            for event in plan.events
        ]
        return Regimen.of(*events)

    def __str__(self) -> str:
        return f"weight {self.weight}"


def _worked_out(dose: Dose, weight_kg: Fraction) -> Dose:
    """The dose in mg."""
    rate = None if dose.rate is None else float(Fraction(dose.rate) * weight_kg)
    return replace(dose, amt=float(Fraction(dose.amt) * weight_kg), rate=rate, per_kg=False)


def _named(weight: str) -> bool:
    """Whether it is a weight by name."""
    return isinstance(weight, str) and not any(sign.isdigit() for sign in weight)


def _of_all(cohort: Cohort, name: str) -> Fraction:
    """The weight of that name, where everybody has the same."""
    check_name(name)
    weights = set(cohort.dosed_by(name).dosing_kg.tolist())
    if len(weights) > 1:
        raise PlanError(
            f"The {name} weight differs between the people, so that no one plan says their doses; "
            f"ask about one person at a time."
        )
    return Fraction(weights.pop())


def _kg(text: str) -> Fraction:
    value, dimension = units.parameter(text, "weight")
    if dimension != units.Dimension.of("kg") or value <= 0:
        raise InputError(f"weight={text!r} is no weight of a body; write one such as '50 kg'.")
    low, high, _ = LIMITS["weight_kg"]
    if not low <= value <= high:
        raise InputError(
            f"weight={text!r} is no weight of a body; write one from {low:g} to {high:g} kg."
        )
    return Fraction(value)
