"""Where every milligram of a plan is over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.web.axis import axis
from ketapk.web.models import one_run
from ketapk.web.numbers import short
from ketapk.web.plans import chosen
from ketapk.web.sight import fading

if TYPE_CHECKING:
    from ketapk.web.questions import Ledger

NOTHING = 1e-12
"""Share of the dose below which a place never held anything."""


def ledger(asked: Ledger) -> dict[str, Any]:
    """Return the amounts of a plan by place, which sum to the dose given so far."""
    options = asked.options
    one = chosen(asked.scenario, options.plan)
    with one.place():
        run = one_run(one.plan, one.who, asked.scenario)
    found = run.exposure_columns()
    until_h = options.until_h or fading([run], float(found["t_half"][0]))
    times = axis([run], [float(found["Tmax"][0])], until_h, options.points)
    later = run.at_times(times)
    amounts = later.amounts[0]
    total = one.plan.total_mg(one.who.dosing_kg)
    fates = run.solution.system.fates
    return {
        "name": one.name,
        "sentence": str(one.plan),
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
