"""Schedules: a level that is held, the sheet for the pump, and how fast levels fall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ketapk import units
from ketapk.dosing.pump import Pump
from ketapk.eligibility import default_model
from ketapk.errors import InputError
from ketapk.library.catalogue import load_model
from ketapk.simulation import cohort_of
from ketapk.summary import row
from ketapk.web.axis import axis
from ketapk.web.limits import check_intervals, check_syringes
from ketapk.web.numbers import short
from ketapk.web.plans import chosen, read_plan, who_of
from ketapk.web.refusal import at

if TYPE_CHECKING:
    from ketapk.model.model import Model
    from ketapk.patients import Patient
    from ketapk.scenario import Scenario
    from ketapk.web.questions import Decrement, Hold, Sheet

POINTS = 240
"""Even steps of the curve that is held."""
LIKE = "10 mg/h iv for 1 h"
"""An infusion, by which a model is chosen where none is named."""


def hold(asked: Hold) -> dict[str, Any]:
    """Return the infusion that brings a level to a target and holds it."""
    from ketapk.design.hold import hold as held_at

    scenario, options = asked.scenario, asked.options
    who = who_of(scenario)
    model = _model(scenario, who)
    pump = _pump(options.vial, options.volume)
    with at("options"):
        check_intervals(units.duration_h(options.until, "until"), options.step)
        held = held_at(
            options.target,
            model,
            who,
            site=options.site,
            until=options.until,
            step=options.step,
            max_rate=options.max_rate,
            pump=pump,
            effect=options.effect,
            allow_implausible=scenario.allow_implausible,
        )
    run = held.run
    until_h = float(units.time_h(options.until, "until"))
    times = axis([run], [], until_h, POINTS)
    later = run.at_times(times)
    sites = ["plasma", *(["effect"] if options.site == "effect" else [])]
    return {
        "plan": str(held.plan),
        "model": model.name,
        "grade": model.grade,
        "parent": model.parent,
        "site": held.site,
        "total_mg": held.total_mg,
        "intervals": [row(line) for line in held.table.to_dicts()],
        "arrivals": [row(line) for line in held.arrivals.to_dicts()],
        "reached": held.reached,
        "shortfall": [row(line) for line in held.shortfall.to_dicts()],
        "sheet": _lines(held.plan, pump, who, options.start) if pump else None,
        "times_h": times.tolist(),
        "curves": {site: short(later.concentration(model.parent, site=site)[0]) for site in sites},
        "warnings": held.warnings,
        "basis": held.basis,
    }


def sheet(asked: Sheet) -> dict[str, Any]:
    """Return what is set on the pump for a plan, at which time."""
    options = asked.options
    one = chosen(asked.scenario, options.plan)
    pump = _pump(options.vial, options.volume)
    if pump is None:
        with at("options.vial"):
            raise InputError("A sheet needs the strength in the syringe, such as '10 mg/mL'.")
    with one.place():
        return {"name": one.name, **_lines(one.plan, pump, one.who, options.start)}


def _lines(plan: Any, pump: Pump, who: Patient, start: str | None) -> dict[str, Any]:
    from ketapk.design.sheet import running_sheet

    check_syringes(plan, pump, who.dosing_kg)
    found = running_sheet(plan, pump, who, start=start)
    return {
        "sentence": str(plan),
        "runs": str(found.plan),
        "lines": [row(line) for line in found.table.to_dicts()],
        "total_mL": found.total_ml,
        "total_mg": found.total_mg,
        "changes_h": found.changes_h,
        "warnings": found.warnings,
        "basis": found.basis,
    }


def decrement(asked: Decrement) -> dict[str, Any]:
    """Return how long levels take to fall, against the length of an infusion."""
    from ketapk.decrement import decrement_times

    scenario, options = asked.scenario, asked.options
    who = who_of(scenario)
    for name in scenario.models:
        with at("models"):
            load_model(name)
    with at("options"):
        found = decrement_times(
            scenario.models or None,
            who,
            rate=options.rate,
            lengths=options.lengths,
            by=options.by,
            below=options.below,
        )
    return {
        "rate": options.rate,
        "rows": [row(line) for line in found.table.to_dicts()],
        "spread": [row(line) for line in found.spread.to_dicts()],
        "excluded": [{"model": model, "why": why} for model, why in found.reasons.items()],
        "warnings": found.warnings,
        "basis": found.basis,
    }


def _model(scenario: Scenario, who: Patient) -> Model:
    with at("models"):
        if scenario.models:
            return load_model(scenario.models[0])
        return default_model(read_plan(LIKE), cohort_of(who))


def _pump(vial: str | None, volume: str | None) -> Pump | None:
    with at("options.vial"):
        return None if vial is None else Pump(concentration=vial, volume=volume)
