"""Curves of plans: every model asked for, band, ribbon, measures, infusion track, difference."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import KetapkError
from ketapk.patients.mismatch import mismatch
from ketapk.simulation import cohort_of
from ketapk.web.axis import axis
from ketapk.web.crowd import ribbons
from ketapk.web.difference import difference
from ketapk.web.models import Answer, Wanted
from ketapk.web.numbers import BAND_DIGITS, short
from ketapk.web.plans import who_of
from ketapk.web.refusal import Problem, at, problem_of, said
from ketapk.web.sight import end_of
from ketapk.web.worked import Worked, worked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.patients import Patient
    from ketapk.profiles import Profiles
    from ketapk.scenario import Scenario
    from ketapk.web.questions import CurveOptions, Curves

    Floats = NDArray[np.float64]


def curves(asked: Curves) -> dict[str, Any]:
    """Return the curves of every plan at the same times, or why it has none."""
    begun = perf_counter()
    scenario, options = asked.scenario, asked.options
    who = who_of(scenario)
    with at("level"):
        level = units.concentration_mg_per_l(scenario.level, "ketamine")
    wanted = Wanted.of(scenario, options)
    found: dict[str, Worked | Problem] = {}
    for name, text in scenario.plans.items():
        try:
            found[name] = worked(text, who, wanted)
        except KetapkError as error:
            found[name] = problem_of(error, f"plans.{name}")
    shown = {name: one for name, one in found.items() if isinstance(one, Worked)}
    runs = [run for one in shown.values() for run in one.answer.runs.values()]
    peaks = [t for one in shown.values() for t in one.told("Tmax_h")]
    if runs:
        until_h = options.until_h or end_of([one.sight for one in shown.values()])
        times = axis(runs, peaks, until_h, options.points)
    else:
        until_h = options.until_h or 1.0
        times = np.array([0.0, until_h])
    drawn = {name: one.answer.at_times(times) for name, one in shown.items()}
    return {
        "until_h": until_h,
        "times_h": times.tolist(),
        "level": scenario.level,
        "level_ng_per_ml": units.mg_per_l_to_ng_per_ml(level),
        "plans": [
            {"name": name, "error": said(one)}
            if isinstance(one, Problem)
            else _plan(scenario, name, one, drawn[name], who, options)
            for name, one in found.items()
        ],
        "mismatch": mismatch(cohort_of(who)),
        "difference": difference(drawn),
        "took_ms": units.ms(perf_counter() - begun),
    }


def _plan(
    scenario: Scenario,
    name: str,
    shown: Worked,
    answer: Answer,
    who: Patient,
    options: CurveOptions,
) -> dict[str, Any]:
    wanted = Wanted.of(scenario, options)
    spreads = {model: _Spread.of(run, wanted) for model, run in answer.runs.items()}
    until_h = float(next(iter(answer.runs.values())).times_h[-1])
    crowds = (
        ribbons(
            scenario.plans[name], who, wanted,
            people=options.ribbon, seed=options.seed, until_h=until_h,
        )
        if options.ribbon
        else {}
    )  # fmt: skip
    return {
        "name": name,
        "sentence": str(answer.plan),
        "total_mg": answer.plan.total_mg(who.dosing_kg),
        "runs": [
            {
                "model": model,
                "grade": run.model.grade,
                "status": run.model.status,
                "site": run.model.sampling_site,
                "parent": run.model.parent,
                "borrowed": any(run.model.routes[r].borrowed for r in run.plan.routes),
                "curves": {a: short(c) for a, c in spreads[model].curves.items()},
                "range": spreads[model].range,
                "effect": answer.effects(model) if options.effect_site else None,
                "ribbon": crowds.get(model),
                "measures": shown.measures[model],
                "outside": run.model.population.outside(run.cohort),
                "failed": next(iter(run.failed.values()), None),
            }
            for model, run in answer.runs.items()
        ],
        "band": _band(list(spreads.values())),
        "excluded": [{"model": model, "why": why} for model, why in answer.reasons.items()],
        **_track(answer, who),
        "warnings": answer.warnings,
        "error": None,
    }


@dataclass(frozen=True, kw_only=True)
class _Spread:
    """Curves of one run, with the range of its borrowed routes."""

    curves: dict[str, Floats]
    ranges: dict[str, tuple[Floats, Floats]]
    parent: str

    @classmethod
    def of(cls, run: Profiles, wanted: Wanted) -> _Spread:
        analytes = wanted.analytes(run)
        return cls(
            curves={a: run.concentration(a)[0] for a in analytes},
            ranges={
                a: (low[0], high[0])
                for a in analytes
                if (found := run.route_range(a)) is not None
                for low, high in (found,)
            },
            parent=run.model.parent,
        )

    @property
    def range(self) -> dict[str, Any] | None:
        return {
            analyte: {"low": short(low, BAND_DIGITS), "high": short(high, BAND_DIGITS)}
            for analyte, (low, high) in self.ranges.items()
        } or None

    @property
    def widest(self) -> tuple[Floats, Floats]:
        return self.ranges.get(self.parent, (self.curves[self.parent],) * 2)


def _band(spreads: list[_Spread]) -> dict[str, Any] | None:
    """Lowest and highest curve of all models, as `Ensemble.band` has them; None of one."""
    if len(spreads) < 2:
        return None
    low, high = zip(*(spread.widest for spread in spreads), strict=True)
    return {
        "low": short(np.minimum.reduce(low), BAND_DIGITS),
        "high": short(np.maximum.reduce(high), BAND_DIGITS),
    }


def _track(answer: Answer, who: Patient) -> dict[str, Any]:
    """What is given when: infusions with their rates, and doses at once."""
    infusions, boluses = [], []
    for dose in answer.plan.expand().doses:
        start, hours, mg = float(dose.time), float(dose.hours), float(dose.amount_mg(who.dosing_kg))
        if hours:
            infusions.append(
                {
                    "start_h": start,
                    "end_h": start + hours,
                    "mg_per_h": mg / hours,
                    "route": dose.route,
                }
            )
        else:
            boluses.append({"time_h": start, "mg": mg, "route": dose.route})
    return {"infusion": infusions, "boluses": boluses}
