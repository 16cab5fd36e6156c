"""Arguments of a trial, checked, and made into its design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ketapk import units
from ketapk.dosing.regimen import Regimen
from ketapk.dosing.sentence import parse
from ketapk.draws import Draws, Sampling
from ketapk.errors import InputError, PlanError
from ketapk.grid import checked_times, telling_times
from ketapk.library.catalogue import load_model
from ketapk.model.model import Model
from ketapk.patients import Cohort, Demography, Patient
from ketapk.patients.demography import EFFECTS
from ketapk.population.design import Design
from ketapk.simulation import simulate

KEPT = 20_000_000
"""Values of curves up to which all are kept and quantiles are exact (160 MB)."""
LONG_H = 8.0
"""Plans that go on for longer [h] are shown at even times, others ever more sparsely."""
EVEN, OCTAVE = 480, 30
"""Even steps of a long plan; steps of a short one while the time doubles, the first hour being
one of them."""


def check_means(executor: Any, directory: Any, threads: Any) -> None:
    """Refuse what chunks could not run with."""
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise InputError(
            f"executor={executor!r} has no submit(); give one of concurrent.futures, or "
            f"client.get_executor() of Dask."
        )
    if isinstance(executor, ProcessPoolExecutor):
        context = getattr(executor, "_mp_context", None)
        if context is not None and context.get_start_method() == "fork":
            raise InputError(
                "This pool forks its processes, and a fork of a process with threads may wait for "
                "ever; make it with mp_context=multiprocessing.get_context('spawn')."
            )
    if directory is not None and not isinstance(directory, (str, Path)):
        raise InputError(f"directory={directory!r} is no path; write directory='run'.")
    counts = threads is None or (isinstance(threads, int) and not isinstance(threads, bool))
    if not counts or (threads is not None and threads < 1):
        raise InputError(f"threads={threads!r} is not a count; write a whole number from 1.")


def texts(name: str, given: Any) -> tuple[str, ...]:
    """One text or several."""
    found = (given,) if isinstance(given, str) else given
    if not isinstance(found, Sequence) or not all(isinstance(text, str) for text in found):
        raise InputError(
            f"{name}={given!r} are no texts; write them in a tuple, such as ('70 ng/mL',)."
        )
    return tuple(found)


def pairs(given: Any) -> tuple[tuple[str, str], ...]:
    """Windows, each with its lower and its upper level."""
    found = given
    if isinstance(given, Sequence) and len(given) == 2 and all(isinstance(t, str) for t in given):
        found = (tuple(given),)
    good = isinstance(found, Sequence) and all(
        isinstance(pair, (tuple, list)) and len(pair) == 2 and all(isinstance(t, str) for t in pair)
        for pair in found
    )
    if not good or isinstance(found, str):
        raise InputError(
            f"windows={given!r} are no windows; write windows=(('50 ng/mL', '150 ng/mL'),)."
        )
    return tuple((pair[0], pair[1]) for pair in found)


def checked_plan(name: str, plan: Any) -> Regimen:
    """Return a plan with doses, from a sentence or as it is."""
    plan = parse(plan) if isinstance(plan, str) else plan
    if not isinstance(plan, Regimen) or not plan.doses:
        raise InputError(f"The plan {name!r} is no plan with doses; write a sentence or a Regimen.")
    return plan


def checked_design(
    plans: dict[str, Regimen], model: Any, who: Any, rng: Any, times: Any,
    analytes: Sequence[str] | None, levels: tuple[str, ...],
    windows: tuple[tuple[str, str], ...], vary: bool, residual: bool,
    demography: Demography | None, sampling: Sampling, chunk: int, allow_implausible: bool,
) -> Design:  # fmt: skip
    """Check every argument and put the design together."""
    given = model if isinstance(model, Mapping) else dict.fromkeys(plans, model)
    if set(given) != set(plans):
        raise InputError(
            f"model names {', '.join(map(str, given))} and the plans are {', '.join(plans)}; give "
            f"a model for each."
        )
    models = {name: load_model(m) if isinstance(m, str) else m for name, m in given.items()}
    for name, found in models.items():
        if vary and not any(v.level == "between people" for v in found.variability):
            raise PlanError(
                f"{found.name} publishes no variability between people, so the trial of {name!r} "
                f"would be of typical people; say vary=False if that is meant."
            )
    followed = {name: _followed(m, analytes) for name, m in models.items()}
    if residual:
        for name, m in models.items():
            for analyte in followed[name]:
                if not any(r.analyte == analyte for r in m.residuals):
                    raise PlanError(
                        f"{m.name} publishes no residual error of {analyte}; leave residual out."
                    )
    for text in (*levels, *(edge for window in windows for edge in window)):
        units.concentration_mg_per_l(text)
    for low, high in windows:
        if not units.concentration_mg_per_l(low) < units.concentration_mg_per_l(high):
            raise InputError(
                f"The window from {low!r} to {high!r} is empty; write the lower first."
            )
    if demography is not None and not isinstance(demography, Demography):
        raise InputError(
            f"demography={demography!r} is none; write kp.Demography(age_y=(20, 80), women=0.5)."
        )
    if isinstance(chunk, bool) or not isinstance(chunk, int) or chunk < 1:
        raise InputError(f"chunk={chunk!r} is not a count; write a whole number from 1.")
    people, n = _people(who, demography)
    effects = EFFECTS + tuple(
        dict.fromkeys(v.parameter for m in models.values() for v in m.variability)
    )
    draws = Draws.of(rng, sampling=sampling, effects=effects)
    grid = _times(plans, models, times, allow_implausible)
    curves = sum(len(found) for found in followed.values())
    return Design(
        plans=plans,
        models=models,
        people=people,
        n=n,
        times_h=grid,
        draws=draws,
        vary=vary,
        residual=residual,
        analytes=followed,
        levels=levels,
        windows=windows,
        exact=n * grid.size * curves <= KEPT,
        chunk=chunk,
        allow_implausible=allow_implausible,
    )


def _followed(model: Model, analytes: Sequence[str] | None) -> tuple[str, ...]:
    if analytes is None:
        return (model.parent,)
    wanted = texts("analytes", analytes)
    missing = [name for name in wanted if name not in model.analytes]
    if missing or not wanted:
        raise InputError(
            f"{model.name} follows {', '.join(model.analytes)}, not {', '.join(missing) or 'none'}."
        )
    return wanted


def _people(who: Any, demography: Demography | None) -> tuple[Cohort | Demography, int]:
    if isinstance(who, Patient):
        who = Cohort.of(who)
    if isinstance(who, Cohort):
        if demography is not None:
            raise InputError(
                "The people are given, so demography has nothing to draw; leave it out."
            )
        return who, len(who)
    if isinstance(who, bool) or not isinstance(who, (int, np.integer)) or who < 1:
        raise InputError(f"who={who!r} is nobody; give a Cohort, or how many people to draw.")
    return demography or Demography(), int(who)


def _times(
    plans: dict[str, Regimen], models: dict[str, Model], times: Any, allow_implausible: bool
) -> Any:
    """Times asked for, or those that show a typical person under every plan."""
    import warnings

    if times is not None:
        return checked_times(times)
    found = []
    for name, plan in plans.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            one = simulate(
                plan, models[name], Patient(weight_kg=70.0), times=[0.0],
                allow_implausible=allow_implausible,
            )  # fmt: skip
        found.append(telling_times(one.course)[-1])
    last, given = max(found), max(float(plan.end) for plan in plans.values())
    if given > LONG_H:
        return np.linspace(0.0, last, EVEN + 1)
    edges = [0.0, *(2.0**k for k in range(32) if 2.0**k < last), last]
    steps = [np.linspace(a, b, OCTAVE, endpoint=False) for a, b in pairwise(edges)]
    return np.append(np.concatenate(steps), last)
