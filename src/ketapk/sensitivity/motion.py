"""What enters a system beside its derivative: doses, and how they move with what is stepped.

A flow into a state that grows with a parameter is a flow into the derivative. One that starts later
is a jump there: at a time that moves by ``dt``, an input that jumps from ``r`` to ``r'`` leaves
``(r - r') dt``, and an amount ``a`` given at once leaves ``-A a dt``, because what has waited has
not moved on. So derivatives of lags, durations, fractions and amounts are flows like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.collection import Collector, site_of
from ketapk.dosing.regimen import Reset
from ketapk.errors import PlanError
from ketapk.kernels.arrays import RESET
from ketapk.lowering import Flow, Intake
from ketapk.sensitivity.step import real, slope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ketapk.collection import Given
    from ketapk.course import Course
    from ketapk.lowering import Part
    from ketapk.model.routes import Input
    from ketapk.sensitivity.augmented import Augmented
    from ketapk.sensitivity.step import Steps

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Moving:
    """One input of one dose in R rows, with its derivative per relative change; (R,) or (1,)."""

    amount: Floats
    """What enters [mg]."""
    more: Floats
    """How it grows."""
    start: Floats
    """When it begins [h]."""
    later: Floats
    """How the beginning moves."""
    dur: Floats
    """How long it lasts [h]."""
    longer: Floats
    """How that grows."""


def entering(course: Course, steps: Steps, augmented: Augmented) -> Intake:
    """Flows of a plan into a system beside its derivative, for every row.

    Raises
    ------
    PlanError
        If the plan begins with a steady state, or times move while rates drift.
    """
    weight = steps.spread(course.cohort.dosing_kg)
    collector = Collector(augmented.system.states, weight)
    stepped = course.system
    number = 0
    inputs: dict[Any, tuple[Input, ...]] = {}
    for event in course.plan.in_effect:
        if isinstance(event, Reset):
            collector.restart(float(event.time), RESET)
            continue
        if event.ss:
            raise PlanError(
                "Derivatives of a plan that begins with a steady state are not worked out; write "
                "the doses out."
            )
        number += 1
        given = collector.given_by(event)
        kind = (event.route, event.drug, event.form, event.device)
        if kind not in inputs:
            inputs[kind] = course.model.inputs(event, steps.values)
        collector.next_dose()
        for route_input in inputs[kind]:
            place = augmented.place(stepped.index(route_input.to))
            if place is not None:
                moving = _moving(given, route_input, steps.of_dose(number))
                part = collector.part(site_of(route_input))
                collector.flows += _flows(moving, place, augmented, part)
    return collector.intake()


def _moving(given: Given, route_input: Input, of_dose: Floats) -> Moving:
    """One input of a dose, and how it moves where a parameter or this dose is stepped.

    More of a dose that runs is a faster one: its times stay.
    """
    share, more_share = real(route_input.fraction), slope(route_input.fraction)
    amount = given.amount * share
    more = given.amount * more_share + of_dose * share
    none = np.zeros(1)
    if given.rate is not None:
        dur, longer = amount / given.rate, given.amount * more_share / given.rate
    elif given.dur is not None:
        dur, longer = given.dur, none
    elif route_input.rate is not None:
        pace, faster = real(route_input.rate), slope(route_input.rate)
        dur = amount / pace
        longer = (more - dur * faster) / pace
    else:
        dur, longer = real(route_input.dur), slope(route_input.dur)
    return Moving(
        amount=amount,
        more=more,
        start=given.time + real(route_input.lag),
        later=slope(route_input.lag),
        dur=dur,
        longer=longer,
    )


def _flows(moving: Moving, place: int, augmented: Augmented, part: Part) -> Iterator[Flow]:
    """Flows of one input into a state, and into derivatives."""
    begin, end = moving.start, moving.start + moving.dur
    at_once = moving.dur <= 0.0
    pace = np.where(at_once, 0.0, moving.amount / np.where(at_once, 1.0, moving.dur))
    here, tangent = int(augmented.at[place]), int(augmented.tangent[place])
    yield Flow(begin, end, moving.amount, here, part)
    more = moving.more - pace * moving.longer
    if more.any():
        yield Flow(begin, end, more, tangent, part)
    # What is given at once and begins to last is spread behind its time: late by half as long.
    late = moving.amount * (moving.later + 0.5 * moving.longer) * at_once
    if late.any():
        if augmented.system.drift.size:
            raise PlanError(
                "Derivatives by a lag of what is given at once are not worked out where rates "
                "drift; leave that parameter out."
            )
        for k in np.flatnonzero(augmented.A[:, :, place].any(axis=0)):
            moved_on = late * augmented.A[:, k, place]
            yield Flow(begin, begin, -moved_on, int(augmented.tangent[k]), part)
    for time, shift in ((begin, -moving.later), (end, moving.later + moving.longer)):
        jump = pace * shift
        if jump.any():
            yield Flow(time, time, jump, tangent, part)
