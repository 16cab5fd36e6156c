"""Doses that remember their number in the plan as it was meant, whatever becomes of them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from ketapk.dosing.regimen import Dose, Regimen, exact


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbered(Dose):
    """A dose with its number in the plan as it was meant; its parts and copies keep it."""

    number: int = 0


def numbered(plan: Regimen) -> Regimen:
    """Number the doses of a plan from 1 in the order of their times; those that are stay so."""
    plan = plan.expand()
    if all(isinstance(dose, Numbered) for dose in plan.doses):
        return plan
    numbers = {id(dose): number for number, dose in enumerate(plan.doses, 1)}
    return Regimen.of(
        *(
            Numbered(**_given(event), number=numbers[id(event)])
            if isinstance(event, Dose)
            else event
            for event in plan.events
        )
    )


def plain(plan: Regimen) -> Regimen:
    """Return the plan with doses that remember nothing."""
    return Regimen.of(
        *(Dose(**_given(event)) if isinstance(event, Numbered) else event for event in plan.events)
    )


def rounded(plan: Regimen) -> Regimen:
    """Return a plan with amounts and rates in four figures, and the same times: to be read."""
    return Regimen.of(
        *(_in_figures(event) if isinstance(event, Dose) else event for event in plan.events)
    )


def _in_figures(dose: Dose) -> Dose:
    if dose.rate is None or not dose.amt:
        return replace(dose, amt=_figures(dose.amt))
    rate = _figures(dose.rate)
    return replace(dose, amt=float(exact(rate) * dose.hours), rate=rate)


def _figures(value: float) -> float:
    return float(f"{value:.4g}")


def _given(dose: Dose) -> dict[str, Any]:
    return {field.name: getattr(dose, field.name) for field in fields(Dose)}
