"""Levels that cannot be what they are said to be, found before anything is estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk import units
from ketapk.errors import InputError
from ketapk.individual.error import errors_of
from ketapk.individual.posterior import Posterior, Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ketapk.course import Course
    from ketapk.individual.levels import Level
    from ketapk.individual.prior import Prior

    Floats = NDArray[np.float64]

UNLIKELY = 4.0
"""Standard deviations, between people and of the residual error, beyond which a level is not
plausible: a choice."""
NOTHING = 1e-12
"""Share of the highest predicted level below which nothing is there."""


def posterior_of(
    course: Course, prior: Prior, levels: Sequence[Level], *, replicates: bool
) -> Posterior:
    """Check levels and put them beside a course.

    Raises
    ------
    InputError
        If a level cannot be: of what the model does not follow, listed twice, before the first
        dose, undecided beside a dose, or in another unit.
    PlanError
        If the model publishes no residual error of an analyte.
    """
    parent = course.model.parent
    analytes = [level.analyte or parent for level in levels]
    output = [course.system.output_index(analyte) for analyte in analytes]
    _refuse_twice(levels, analytes, replicates=replicates)
    errors = errors_of(
        course.model,
        course.plan,
        analytes,
        np.array([level.ng_per_ml(a) for level, a in zip(levels, analytes, strict=True)]),
        np.array([level.value is None for level in levels], dtype=bool),
    )
    _refuse_before(course, levels)
    posterior = Posterior(
        course=course, prior=prior, errors=errors, readings=_readings(levels, output)
    )
    _refuse_undecided(posterior, levels)
    _refuse_unit(posterior, levels, analytes)
    return posterior


def _readings(levels: Sequence[Level], output: Sequence[int]) -> tuple[Reading, ...]:
    sides = ["before" if level.trough else "after" for level in levels]
    times = np.array([float(level.time_h) for level in levels])
    found = []
    kinds = list(zip(output, sides, strict=True))
    for kind in dict.fromkeys(kinds):
        which = np.array([k for k, own in enumerate(kinds) if own == kind])
        different, place = np.unique(times[which], return_inverse=True)
        found.append(
            Reading(output=kind[0], side=kind[1], times_h=different, which=which, place=place)
        )
    return tuple(found)


def _refuse_twice(levels: Sequence[Level], analytes: Sequence[str], *, replicates: bool) -> None:
    seen: dict[tuple[object, ...], Level] = {}
    for level, analyte in zip(levels, analytes, strict=True):
        key = level.time_h, analyte, bool(level.trough)
        other = seen.setdefault(key, level)
        if other is level or replicates:
            continue
        if (other.value is None, other.ng_per_ml(analyte)) == (
            level.value is None,
            level.ng_per_ml(analyte),
        ):
            raise InputError(
                f"The level {level} is listed twice; leave one out, or, if it was measured twice, "
                f"say replicates=True."
            )
        raise InputError(
            f"There are two levels of {analyte} at {level.time}, {_said(other)} and "
            f"{_said(level)}; correct a time, or, if it was measured twice, say replicates=True."
        )


def _said(level: Level) -> str:
    return f"<{level.said}" if level.value is None else str(level.said)


def _refuse_before(course: Course, levels: Sequence[Level]) -> None:
    first = min(dose.time for dose in course.plan.expand().doses)
    steady = course.plan.steady
    for level in levels:
        at_start = level.time_h == first and level.trough and not steady
        if level.time_h < first or at_start:
            raise InputError(
                f"The level {level} was drawn before the first dose "
                f"({units.format_time(first)}), when nothing was there; leave it out, count its "
                f"time from the same start as the plan, or put earlier doses into the plan."
            )


def _refuse_undecided(posterior: Posterior, levels: Sequence[Level]) -> None:
    """Refuse a level at a jump that does not say on which side it is."""
    typical = np.zeros((1, len(posterior.prior.names)))
    after = posterior.predicted(typical)[0]
    flipped = [
        Reading(output=r.output, side="before", times_h=r.times_h, which=r.which, place=r.place)
        for r in posterior.readings
    ]
    before = Posterior(
        course=posterior.course,
        prior=posterior.prior,
        errors=posterior.errors,
        readings=tuple(flipped),
    ).predicted(typical)[0]
    top = float(np.max(np.maximum(after, before), initial=0.0))
    for k, level in enumerate(levels):
        if level.trough is None and abs(after[k] - before[k]) > 1e-6 * top:
            raise InputError(
                f"The level {level} stands at the moment of a dose, where the curve jumps from "
                f"{units.fmt(before[k])} to {units.fmt(after[k])} ng/mL; say '{level.time} "
                f"trough' (or trough=True) if it was drawn just before, trough=False if just after."
            )
    for k, level in enumerate(levels):
        if level.value is not None and after[k] <= NOTHING * top:
            raise InputError(
                f"The level {level} cannot be: under {posterior.course.model.name} nothing is "
                f"there at that time; correct the time, or write '<5 ng/mL' with the limit."
            )


def _refuse_unit(posterior: Posterior, levels: Sequence[Level], analytes: Sequence[str]) -> None:
    """Refuse a level that is implausible as it stands and plausible a thousand times off."""
    typical = np.zeros((1, len(posterior.prior.names)))
    true, slopes = posterior.linearised(typical)
    errors = posterior.errors
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = slopes[0] / true[0][:, None]
        spread = np.sqrt(
            np.sum((relative @ posterior.prior.factor) ** 2, axis=1)
            + (errors.sd(true[0]) / true[0]) ** 2
        )
        off = np.log(errors.level / true[0])
    thousand = np.log(units.mg_per_l_to_ng_per_ml(1.0))
    for k, level in enumerate(levels):
        # A limit may be as high as it likes: then the level says little.
        far = abs(off[k]) > UNLIKELY * spread[k] and not (level.value is None and off[k] > 0.0)
        shifted = off[k] - np.sign(off[k]) * thousand
        if far and abs(shifted) < min(abs(off[k]), UNLIKELY * spread[k]):
            raise InputError(
                f"The level {level} is a factor of {units.fmt(float(np.exp(abs(off[k]))), 2)} "
                f"{'above' if off[k] > 0 else 'below'} what {posterior.course.model.name} predicts "
                f"for the typical person ({units.fmt(float(true[0][k]))} ng/mL), far beyond how "
                f"people differ; "
                f"{units.a_thousandfold(level.said, up=bool(off[k] < 0.0))} would fit."
            )
