"""One person in one model: the responses to a rate, and where the drug is when it begins."""

from __future__ import annotations

import warnings as python_warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.design.responses import Responses
from ketapk.dosing.constructors import infusion
from ketapk.errors import InputError, KetapkWarning, PlanError
from ketapk.simulation import simulate

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Regimen
    from ketapk.model.model import Model
    from ketapk.patients import Cohort
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]


def quietly(plan: Regimen, model: Model, person: Cohort, **how: Any) -> Profiles:
    """Simulate without Python warnings: short intervals look implausible one by one."""
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore", KetapkWarning)
        return simulate(plan, model, person, **how)


def responses_of(
    before: Regimen, model: Model, person: Cohort, start: Fraction, drug: str, how: dict[str, Any]
) -> tuple[Responses, Floats]:
    """Responses of a person, and the state at the start after what was given before."""
    if "iv" in model.routes and not model.system(model.values(person), ("iv",)).superposes:
        raise PlanError(
            f"{model.name} has a saturable flow, so that responses do not add up; hold a target in "
            f"a linear model."
        )
    one = infusion("1 mg/h", over="1 h", at=start, drug=drug)
    course = quietly(before + one, model, person, times=[0.0], **how).course
    system = course.system
    arrays = course.solution.schedule.arrays
    later = np.flatnonzero(arrays.start >= float(start))
    # The last segment at the start itself is the infusion's own; after it nothing may change.
    during = later[arrays.end[later] > arrays.start[later]]
    if len(during) != 2 or arrays.rate[during[1]].any() or arrays.jump[during[1]].any():
        raise PlanError(
            f"At {units.format_time(start)} something that was given before is still to enter, or "
            f"the intravenous route of {model.name} has a delay; start later."
        )
    if system.drift.size:
        seen = np.unique([i for p in range(len(system.outputs)) for i in _parent_states(course, p)])
        if system.drift[:, seen][:, :, seen].any():
            raise PlanError(
                f"{model.name} has a clearance of {model.parent} that grows with time, so that "
                f"responses depend on when they begin; hold a target in a model with constant ones."
            )
        # What drifts comes after the dosed analyte, and nothing of it is read here.
        system = replace(system, drift=np.zeros((0, 0, 0)))
    state = course.solution.at([float(start)])[0, 0]
    return Responses(system=system, into=arrays.rate[during[0]]), state


def _parent_states(course: Any, output: int) -> tuple[int, ...]:
    """States that an output depends on, if it is one of the dosed analyte."""
    system = course.system
    if system.outputs[output].analyte != course.model.parent:
        return ()
    found: tuple[int, ...] = system.upstream(output)
    return found


def effect_index(model: Model, responses: Responses) -> int:
    """Position of the effect site, or what to write to have one."""
    for position, output in enumerate(responses.system.outputs):
        if output.site == "effect" and output.analyte == model.parent:
            return position
    from ketapk.library.effects import EFFECTS

    matching = [e.name for e in EFFECTS if e.has_site and e.matches(model)]
    known = matching or [e.name for e in EFFECTS if e.has_site]
    whose = f"estimated with {model.name}" if matching else f"none was estimated with {model.name}"
    raise InputError(
        f"An effect site belongs to an effect, and none is chosen; choose one of "
        f"{', '.join(known)} ({whose})."
    )
