"""Which models answer a plan, as a scenario and the options beside it ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ketapk.eligibility import default_model
from ketapk.ensemble import simulate_models
from ketapk.errors import ImplausibleError, PlanError
from ketapk.library.catalogue import load_model
from ketapk.library.composition import with_routes
from ketapk.library.effects import EFFECTS
from ketapk.simulation import cohort_of, simulate
from ketapk.web.numbers import short
from ketapk.web.refusal import at

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Regimen
    from ketapk.model.model import Model
    from ketapk.patients import Patient
    from ketapk.profiles import Profiles
    from ketapk.scenario import Scenario
    from ketapk.web.questions import CurveOptions


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What beside a plan and a person decides who answers, and what is told of it."""

    models: tuple[str, ...]
    all_models: bool
    borrow: bool
    metabolite: bool
    level: str
    allow_implausible: bool

    @classmethod
    def of(cls, scenario: Scenario, options: CurveOptions) -> Wanted:
        """Take what counts from the body of a request."""
        return cls(
            models=tuple(scenario.models),
            all_models=options.all_models,
            borrow=options.borrow,
            metabolite=options.metabolite,
            level=scenario.level,
            allow_implausible=scenario.allow_implausible,
        )

    def analytes(self, run: Profiles) -> tuple[str, ...]:
        """Analytes of a run that are told."""
        return run.analytes if self.metabolite else run.analytes[:1]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One plan in the models that answer it."""

    plan: Regimen
    who: Patient
    runs: Mapping[str, Profiles]
    reasons: Mapping[str, str]
    """Why a model does not answer."""
    allow_implausible: bool

    @property
    def warnings(self) -> list[str]:
        """Everything a reader should know, each once."""
        return list(dict.fromkeys(w for run in self.runs.values() for w in run.warnings))

    def at_times(self, times_h: NDArray[np.float64]) -> Answer:
        """Return the same runs at other times (T,) [h]."""
        return replace(self, runs={m: run.at_times(times_h) for m, run in self.runs.items()})

    def effects(self, model: str) -> list[dict[str, Any]]:
        """Curves (T,) [ng/mL] at the effect sites whose ke0 was published with a model."""
        run = self.runs[model]
        found = []
        for effect in EFFECTS:
            if not (effect.has_site and effect.matches(run.model)):
                continue
            attached = simulate(
                self.plan,
                run.model,
                self.who,
                times=run.times_h,
                effect=effect.name,
                allow_implausible=self.allow_implausible,
            )
            found.append(
                {
                    "name": effect.name,
                    "effect": effect.effect,
                    "source": effect.source,
                    "grade": effect.grade,
                    "curve": short(attached.concentration(run.model.parent, site="effect")[0]),
                }
            )
        return found


def answers(plan: Regimen, who: Patient, wanted: Wanted) -> Answer:
    """Simulate a plan in the models that are named, in all that are eligible, or in one.

    Raises
    ------
    PlanError
        If no model answers, with the reason of each; an ImplausibleError if one of them would
        answer where implausible doses are allowed.
    """
    how: dict[str, Any] = {
        "allow_implausible": wanted.allow_implausible,
        # What is read is asked for later, so no time is spent on times that tell.
        "times": (0.0,),
    }
    runs: dict[str, Profiles] = {}
    reasons: dict[str, str] = {}
    kind = PlanError
    if wanted.models:
        for name in wanted.models:
            with at("models"):
                model = load_model(name)
            try:
                if wanted.borrow:
                    model = with_routes(name, plan.routes)
                runs[model.name] = simulate(plan, model, who, **how)
            except PlanError as refusal:
                reasons[name] = str(refusal)
                kind = ImplausibleError if isinstance(refusal, ImplausibleError) else kind
        if not runs:
            raise kind(" ".join(dict.fromkeys(reasons.values())))
    elif wanted.all_models:
        ensemble = simulate_models(plan, who, borrow=wanted.borrow, **how)
        runs, reasons = dict(ensemble.runs), dict(ensemble.reasons)
    else:
        model = default_model(plan, cohort_of(who))
        runs[model.name] = simulate(plan, model, who, **how)
    return Answer(
        plan=plan,
        who=who,
        runs=runs,
        reasons=reasons,
        allow_implausible=wanted.allow_implausible,
    )


def one_model(plan: Regimen, who: Patient, scenario: Scenario) -> Model:
    """Return the first model that is named, or the one that `compare` chooses for a plan."""
    if not scenario.models:
        return default_model(plan, cohort_of(who))
    with at("models"):
        load_model(scenario.models[0])
    return with_routes(scenario.models[0], plan.routes)


def one_run(plan: Regimen, who: Patient, scenario: Scenario) -> Profiles:
    """Simulate a plan in the first model that is named, or in the one that `compare` chooses."""
    return simulate(
        plan,
        one_model(plan, who, scenario),
        who,
        times=(0.0,),
        allow_implausible=scenario.allow_implausible,
    )
