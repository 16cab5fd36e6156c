"""A plan gone otherwise: both branches, and their difference from where they part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ketapk.branches import branching
from ketapk.summary import row
from ketapk.web.axis import axis
from ketapk.web.limits import check_plan
from ketapk.web.models import one_model
from ketapk.web.numbers import short
from ketapk.web.plans import chosen
from ketapk.web.refusal import at
from ketapk.web.sight import fading

if TYPE_CHECKING:
    from ketapk.web.questions import WhatIf


def what_if(asked: WhatIf) -> dict[str, Any]:
    """Return both branches of a plan as `kp.what_if` has them, at times that show them."""
    scenario, options = asked.scenario, asked.options
    one = chosen(scenario, options.plan)
    with one.place():
        model = one_model(one.plan, one.who, scenario)
    with at("options.changes"):
        found = branching.what_if(
            one.plan,
            options.changes,
            model,
            one.who,
            analyte=options.analyte,
            within=options.within,
            allow_implausible=scenario.allow_implausible,
        )
        check_plan(found.changed.plan)
    runs = {"planned": found.planned, "changed": found.changed}
    measured = [run.exposure_columns(found.analyte) for run in runs.values()]
    until_h = options.until_h or fading(runs.values(), max(float(m["t_half"][0]) for m in measured))
    times = axis(runs.values(), [float(m["Tmax"][0]) for m in measured], until_h, options.points)
    planned, changed = (
        run.at_times(times).concentration(found.analyte)[0] for run in runs.values()
    )
    return {
        "name": one.name,
        "plan": str(found.planned.plan),
        "changes": [str(change) for change in found.changes],
        "changed_plan": str(found.changed.plan),
        "model": found.planned.model.name,
        "grade": found.planned.model.grade,
        "analyte": found.analyte,
        "parts_at_h": None if found.parts_at is None else float(found.parts_at),
        "largest": float(found.largest[0]),
        "largest_at_h": float(found.largest_at_h[0]),
        "area": float(found.area[0]),
        "area_between": float(found.area_between[0]),
        "agree_at_h": float(found.agree_at_h[0]),
        "account": found.account,
        "agreement": found.agreement,
        "until_h": until_h,
        "times_h": times.tolist(),
        "planned": short(planned),
        "changed": short(changed),
        "difference": short(changed - planned),
        "table": [row(r) for r in found.table.to_dicts()],
        "findings": [row(r) for r in found.findings.to_dicts()],
        "warnings": found.warnings,
        "basis": found.basis,
    }
