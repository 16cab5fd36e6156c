"""The same drug by other routes: the same milligrams at once, or what matches the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.comparison import Comparison
from ketapk.dosing.constructors import nasal_spray
from ketapk.dosing.regimen import DEVICE_MG, ROUTES, Dose, Regimen
from ketapk.equivalence import equivalent_dose
from ketapk.errors import InputError, KetapkError, PlanError
from ketapk.library.composition import with_routes
from ketapk.simulation import simulate
from ketapk.summary import row as finite
from ketapk.web.axis import axis
from ketapk.web.models import one_run
from ketapk.web.numbers import short
from ketapk.web.plans import chosen
from ketapk.web.refusal import at, problem_of, said
from ketapk.web.sight import fading

if TYPE_CHECKING:
    from ketapk.patients import Patient
    from ketapk.profiles import Profiles
    from ketapk.scenario import Scenario
    from ketapk.web.questions import Routes

DEVICES = (1, 2, 3)
"""Of a session in the label."""


def routes(asked: Routes) -> dict[str, Any]:
    """Return what each route makes of a plan's milligrams, or of what matches it."""
    scenario, options = asked.scenario, asked.options
    one = chosen(scenario, options.plan)
    with at("level"):
        units.concentration_mg_per_l(scenario.level, "ketamine")
    with one.place():
        given = one_run(one.plan, one.who, scenario)
        if len(one.plan.drugs) != 1:
            raise InputError("The plan gives several forms of the drug; compare routes of one.")
    runs: dict[str, Profiles] = {}
    unmatched: dict[str, str] = {}
    errors: dict[str, Any] = {}
    for route in dict.fromkeys(options.routes):
        try:
            runs[route], unmatched[route] = _by(route, options.match, given, one.who, scenario)
        except KetapkError as error:
            errors[route] = said(problem_of(error, f"options.routes.{route}"))
    shown = Comparison(runs=runs or {one.name: given}, level=scenario.level)
    rows = {line["plan"]: line for line in shown.table.to_dicts()}
    first_pass = {line["plan"]: line for line in shown.first_pass.to_dicts()}
    halves = [float(run.exposure_columns()["t_half"][0]) for run in shown.runs.values()]
    until_h = options.until_h or fading(
        shown.runs.values(), max(h for h in halves if np.isfinite(h))
    )
    peaks = [line["Tmax [min]"] / units.MINUTES_PER_HOUR for line in rows.values()]
    times = axis(shown.runs.values(), peaks, until_h, options.points)
    return {
        "plan": str(one.plan),
        "model": given.model.name.partition("+")[0],
        "match": options.match,
        "level": scenario.level,
        "until_h": until_h,
        "times_h": times.tolist(),
        "rows": [
            {"route": route, "error": errors[route]}
            if route in errors
            else {
                **_row(route, runs[route].at_times(times), rows[route], first_pass[route]),
                "unmatched": unmatched[route] or None,
            }
            for route in dict.fromkeys(options.routes)
        ],
        "warnings": shown.warnings,
    }


def _by(
    route: str, match: str, given: Profiles, who: Patient, scenario: Scenario
) -> tuple[Profiles, str]:
    """The run of one dose by a route, and why it does not match; by the plan's own, the plan."""
    if route not in ROUTES or route == "depot":
        known = ", ".join(name for name in ROUTES if name != "depot")
        raise InputError(f"The route {route!r} is not known; write one of {known}.")
    base = given.model.name.partition("+")[0]
    model = with_routes(base, dict.fromkeys((*given.plan.routes, route)))
    if given.plan.routes == (route,):
        return given, ""
    if match == "milligrams":
        one = _single(route, given.plan.total_mg(who.dosing_kg), given.plan.drugs[0])
        run = simulate(one, model, who, times=(0.0,), allow_implausible=scenario.allow_implausible)
        return run, ""
    found = equivalent_dose(
        given.plan,
        route,
        match="AUC" if match == "AUC" else "Cmax",
        patient=who,
        model=model,
        level=scenario.level,
    )
    return found.found, found.unmatched


def _single(route: str, mg: float, drug: str) -> Regimen:
    """The milligrams at once; of the device, as many as hold them."""
    if route != "nasal_spray":
        return Regimen.of(Dose(route=route, amt=mg, drug=drug))
    count = next((n for n in DEVICES if abs(n * DEVICE_MG - mg) < 1e-9 * mg), None)
    if drug != "S" or count is None:
        held = ", ".join(f"{n * DEVICE_MG:g}" for n in DEVICES)
        raise PlanError(f"The device gives {held} mg of esketamine and nothing else.")
    return nasal_spray(devices=count)


def _row(
    route: str, run: Profiles, told: dict[str, Any], first_pass: dict[str, Any]
) -> dict[str, Any]:
    onset = next(value for what, value in told.items() if what.startswith("time to "))
    curves = {analyte: short(run.concentration(analyte)[0]) for analyte in run.analytes}
    return {
        "route": route,
        "sentence": str(run.plan),
        "mg": told["dose [mg]"],
        "model": told["model"],
        "grade": told["grade"],
        "onset_min": onset,
        "Cmax": told["Cmax [ng/mL]"],
        "Tmax_min": told["Tmax [min]"],
        "AUC": told["AUC [ng h/mL]"],
        "F": told["F"],
        "ratio": told["norketamine:ketamine"],
        "first_pass": finite({k: v for k, v in first_pass.items() if k != "plan"}),
        "parent": run.model.parent,
        "curves": curves,
        "error": None,
    }
