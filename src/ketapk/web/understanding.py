"""How plans are understood, dose by dose, in every unit people think in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ketapk import units
from ketapk.dosing.regimen import Dose
from ketapk.dosing.wording import explain, strength_mg_per_ml
from ketapk.web.plans import plans_of, who_of
from ketapk.web.refusal import Problem, at, said

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Regimen
    from ketapk.patients import Patient
    from ketapk.web.questions import Understanding


def understanding(asked: Understanding) -> dict[str, Any]:
    """Return every plan as it was understood, or why it was not."""
    who = who_of(asked.scenario)
    with at("vial"):
        strength = None if asked.vial is None else strength_mg_per_ml(asked.vial)
    return {
        "plans": [
            {"name": name, "error": said(plan)}
            if isinstance(plan, Problem)
            else _understood(name, plan, who, asked.vial, strength)
            for name, plan in plans_of(asked.scenario)
        ]
    }


def _understood(
    name: str, plan: Regimen, who: Patient, vial: str | None, strength: float | None
) -> dict[str, Any]:
    from ketapk.linting.linting import lint

    found = lint(plan, who).findings
    return {
        "name": name,
        "sentence": str(plan),
        "lines": explain(plan, who.dosing_kg, vial=vial),
        "doses": [_dose(dose, who.dosing_kg, strength) for dose in plan.doses],
        "total_mg": plan.total_mg(who.dosing_kg),
        "findings": [
            {
                field: getattr(finding, field)
                for field in ("rule", "severity", "text", "dose", "source", "how_to_silence")
            }
            for finding in found
        ],
        "error": None,
    }


def _dose(dose: Dose, weight_kg: float, mg_per_ml: float | None) -> dict[str, Any]:
    """One dose; rates are null where it does not run, volumes where no strength is given."""
    mg, hours = float(dose.amount_mg(weight_kg)), float(dose.hours)
    rate = mg / hours if hours else None
    ml = None if mg_per_ml is None or dose.device else mg / mg_per_ml
    return {
        "route": dose.route,
        "drug": dose.drug,
        "form": dose.form,
        "time_h": float(dose.time),
        "dur_h": hours,
        "amount": dose.amt,
        "unit": "mg/kg" if dose.per_kg else "mg",
        "every_h": None if dose.ii is None else float(dose.ii),
        "times": 1 + dose.addl,
        "device": dose.device,
        "mg": mg,
        "mg_per_kg": mg / weight_kg,
        "mg_per_h": rate,
        "mg_per_kg_h": None if rate is None else rate / weight_kg,
        "mcg_per_kg_min": None if rate is None else units.mcg_per_min(rate / weight_kg),
        "mL": ml,
        "mL_per_h": None if ml is None or not hours else ml / hours,
    }
