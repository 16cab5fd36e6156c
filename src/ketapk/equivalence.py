"""The dose by another route with the same AUC, the same peak, or the same time above a level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ketapk import units
from ketapk.comparison import LEVEL, Comparison
from ketapk.dosing.regimen import DEVICE_MG, ROUTES, Dose, Regimen
from ketapk.dosing.sentence import parse
from ketapk.eligibility import default_model
from ketapk.errors import InputError, PlanError
from ketapk.model.model import Model
from ketapk.simulation import cohort_of, simulate

if TYPE_CHECKING:
    import polars as pl

    from ketapk.patients import Cohort, Patient
    from ketapk.profiles import Profiles

Match = Literal["AUC", "Cmax", "time above"]
MATCHES: tuple[Match, ...] = ("AUC", "Cmax", "time above")
SAME = 1e-6
"""Relative difference up to which a figure counts as matched."""
TRIED_MG = (1e-3, 1e5)
"""Doses between which an equivalent one is looked for [mg]."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Equivalence:
    """An equivalent dose, what it matches, and what it cannot."""

    match: Match
    analyte: str
    level: str
    given: Profiles
    found: Profiles

    @property
    def plan(self) -> Regimen:
        """The equivalent plan."""
        return self.found.plan

    @property
    def dose_mg(self) -> float:
        """The equivalent dose [mg]."""
        return self.found.plan.total_mg(float(self.found.cohort.dosing_kg[0]))

    @property
    def table(self) -> pl.DataFrame:
        """What both doses do, the ratio of the second to the first, and whether it was matched.

        Medians of a cohort; times in hours, concentrations in ng/mL.
        """
        import polars as pl

        rows = []
        ours, theirs = (
            _measures(run, self.analyte, self.level) for run in (self.given, self.found)
        )
        for what, value in ours.items():
            other = theirs.get(what)
            if value is None or other is None:
                continue
            rows.append(
                {
                    "what": what,
                    "given": value,
                    "equivalent": other,
                    "ratio": other / value if value else None,
                    "matched": (
                        what.partition(" [")[0] == self._what
                        and bool(value)
                        and abs(other / value - 1.0) < SAME
                    ),
                }
            )
        return pl.DataFrame(rows, infer_schema_length=None)

    @property
    def _what(self) -> str:
        return f"time above {self.level}" if self.match == "time above" else self.match

    @property
    def comparison(self) -> Comparison:
        """Both side by side, to be drawn."""
        return Comparison(
            runs={str(self.given.plan): self.given, str(self.found.plan): self.found},
            level=self.level,
        )

    @property
    def unmatched(self) -> str:
        """Say that whole devices come only near what was to be matched; nothing of a match."""
        given, found = (
            _reading(run, self.match, self.analyte, self.level) for run in (self.given, self.found)
        )
        if self.plan.routes != ("nasal_spray",) or abs(found / given - 1.0) < SAME:
            return ""
        return (
            f"Not matched: a device holds {DEVICE_MG:g} mg and nothing between; "
            f"{self.dose_mg:g} mg come nearest, with {units.fmt(found / given)} times the "
            f"{self._what} of {self.given.plan}."
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything a reader should know, each once."""
        return (*filter(None, (self.unmatched,)), *self.comparison.warnings)

    def __repr__(self) -> str:
        return (
            f"<{self.plan} has the {self._what} of {self.given.plan} "
            f"({self.found.model.name})>\n{self.table}"
        )


def equivalent_dose(
    plan: Regimen | str,
    route: str,
    *,
    match: Match = "AUC",
    analyte: str | None = None,
    patient: Patient | Cohort,
    model: Model | str | None = None,
    level: str = LEVEL,
    drug: str | None = None,
    form: str = "",
) -> Equivalence:
    """Find the single dose by another route that matches a plan in one respect.

    Parameters
    ----------
    plan : Regimen or str
        What is to be matched.
    route : str
        Route of the equivalent dose, such as "im"; "nasal_spray" gives the nearest whole devices.
    match : {"AUC", "Cmax", "time above"}
        What is to be the same: area to infinity, peak, or time above ``level``; in the median of a
        cohort.
    analyte : str, optional
        Whose; the dosed one by default.
    patient : Patient or Cohort
        Who.
    model : Model or str, optional
        One model with both routes; by default the first in the library that has or can borrow
        them, so that both doses meet the same disposition.
    level : str
        Level for "time above", and for the table.
    drug : {"racemic", "S", "R"}, optional
        Form of the equivalent dose; that of the plan by default.
    form : str, optional
        Formulation, where the route has several.

    Returns
    -------
    Equivalence
        With ``.dose_mg``, ``.plan`` and ``.table`` of what it matches and what it cannot.

    Raises
    ------
    InputError
        If the route or what to match is not known.
    PlanError
        If no model takes both, or no dose matches.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> same = equivalent_dose("35 mg iv over 40 min", "im", patient=Patient(weight_kg=70))
    >>> round(same.dose_mg, 1)
    37.6
    """
    if match not in MATCHES:
        raise InputError(f"match={match!r} is not known; write one of {', '.join(MATCHES)}.")
    if route not in ROUTES:
        raise InputError(f"The route {route!r} is not known; write one of {', '.join(ROUTES)}.")
    regimen = parse(plan) if isinstance(plan, str) else plan
    if drug is None and len(regimen.drugs) != 1:
        raise InputError("The plan gives several forms of the drug; choose one, racemic, S or R.")
    device = route == "nasal_spray"
    form_of_drug = "S" if device else (drug or regimen.drugs[0])
    one = _dose(route, DEVICE_MG if device else 1.0, form_of_drug, form)
    chosen = model if model is not None else default_model(regimen + one, cohort_of(patient))
    given = simulate(regimen, chosen, patient)
    name = analyte or given.model.parent
    target = _reading(given, match, name, level)
    if not target > 0.0:
        raise PlanError(
            f"{regimen} has no {match} of {name} to be matched"
            + (f": it never reaches {level}." if match == "time above" else ".")
        )

    def read(mg: float) -> float:
        return _reading(_single(given, _dose(route, mg, form_of_drug, form)), match, name, level)

    if device:
        mg = min((DEVICE_MG * n for n in (1, 2, 3)), key=lambda m: abs(np.log(read(m) / target)))
    else:
        # Twelve digits: more would print a rounding error as a dose.
        mg = float(f"{_solved(given, one, target, match, read):.12g}")
    plan_found = _dose(route, mg, form_of_drug, form)
    found = simulate(plan_found, given.model, patient, allow_implausible=True)
    return Equivalence(match=match, analyte=name, level=level, given=given, found=found)


def _solved(given: Profiles, one: Regimen, target: float, match: Match, read: Any) -> float:
    """Dose at which the reading is the target: by proportion where the model is linear."""
    if match != "time above" and given.solution.system.superposes and not given.failed:
        return target / float(read(1.0))
    from scipy.optimize import brentq

    low, high = (np.log(mg) for mg in TRIED_MG)
    if not read(np.exp(low)) < target <= read(np.exp(high)):
        raise PlanError(
            f"No dose between {TRIED_MG[0]:g} and {TRIED_MG[1]:g} mg by the route "
            f"{one.routes[0]!r} has that {match}."
        )
    return float(np.exp(brentq(lambda x: read(np.exp(x)) - target, low, high, xtol=1e-12)))


def _dose(route: str, mg: float, drug: str, form: str) -> Regimen:
    if route != "nasal_spray":
        return Regimen.of(Dose(route=route, amt=mg, drug=drug, form=form))
    from ketapk.dosing.constructors import nasal_spray

    return nasal_spray(devices=round(mg / DEVICE_MG))


def _single(given: Profiles, plan: Regimen) -> Profiles:
    """The same people with another plan; values stay those that were drawn or typical."""
    return replace(given, course=replace(given.course, plan=plan), _cache={})


def _reading(run: Profiles, match: Match, analyte: str, level: str) -> float:
    curve = run.curve(analyte)
    if match == "AUC":
        return float(np.median(curve.AUC_inf))
    if match == "Cmax":
        return float(np.median(curve.Cmax))
    return float(np.median(curve.time_above(level)))


def _measures(run: Profiles, analyte: str, level: str) -> dict[str, float | None]:
    """Everything that two doses may or may not share."""
    curve = run.curve(analyte)
    found: dict[str, Any] = {
        "dose [mg]": run.plan.total_mg(float(run.cohort.dosing_kg[0])),
        "AUC [ng h/mL]": curve.AUC_inf,
        "Cmax [ng/mL]": curve.Cmax,
        "Tmax [min]": curve.Tmax * units.MINUTES_PER_HOUR,
        f"onset of {level} [min]": curve.onset(level) * units.MINUTES_PER_HOUR,
        f"time above {level} [min]": curve.time_above(level) * units.MINUTES_PER_HOUR,
        "F": run.bioavailability(),
    }
    if run.model.metabolite is not None:
        found["norketamine:ketamine"] = run.metabolite_ratio()
        found["Cmax of norketamine [ng/mL]"] = run.curve(run.model.metabolite).Cmax
    medians = {what: float(np.median(value)) for what, value in found.items()}
    return {what: value if np.isfinite(value) else None for what, value in medians.items()}
