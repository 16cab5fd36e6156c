"""Where every milligram of a plan is over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError, nearest
from ketapk.web.axis import axis, end_of
from ketapk.web.models import one_run
from ketapk.web.numbers import short
from ketapk.web.plans import read_plan, who_of
from ketapk.web.refusal import at

if TYPE_CHECKING:
    from ketapk.scenario import Scenario
    from ketapk.web.questions import Ledger

NOTHING = 1e-12
"""Share of the dose below which a place never held anything."""


def ledger(asked: Ledger) -> dict[str, Any]:
    """Return the amounts of a plan by place, which sum to the dose given so far."""
    scenario, options = asked.scenario, asked.options
    who = who_of(scenario)
    name = named(scenario, options.plan)
    with at(f"plans.{name}"):
        plan = read_plan(scenario.plans[name])
        run = one_run(plan, who, scenario)
    found = run.exposure_columns()
    until_h = options.until_h or end_of({name: run}, float(found["t_half"][0]))
    times = axis([run], [float(found["Tmax"][0])], until_h, options.points)
    later = run.at_times(times)
    amounts = later.amounts[0]
    total = plan.total_mg(who.dosing_kg)
    fates = run.solution.system.fates
    return {
        "name": name,
        "sentence": str(plan),
        "model": run.model.name,
        "grade": run.model.grade,
        "until_h": until_h,
        "times_h": times.tolist(),
        "places": [
            {"place": place, "fate": fate, "mg": short(mg)}
            for place, fate, mg in zip(later.sites, fates, amounts.T, strict=True)
            if np.any(np.abs(mg) > NOTHING * total)
        ],
        "total_mg": total,
        "warnings": run.warnings,
    }


def named(scenario: Scenario, name: str | None) -> str:
    """Return the name of the plan that is asked for; the first by default."""
    if name is None:
        return next(iter(scenario.plans))
    if name not in scenario.plans:
        with at("options.plan"):
            raise InputError(
                f"There is no plan {name!r}; there is {', '.join(scenario.plans)}."
                f"{nearest(name, scenario.plans)}"
            )
    return name
