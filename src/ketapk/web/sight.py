"""How long curves are worth seeing: the end of their axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.web.limits import LONGEST_H

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

SPANS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 96, 120)
"""Ends of an axis [h], so that it rests while a dose is dragged; above them whole weeks."""
WEEK_H = 168.0
COARSE = 240
"""Even steps in which the end of an axis is looked for."""
SEEN = 0.1
"""Share of the highest level below which the rest of a curve is left out."""
HALVES = 5.0
"""Half-lives after the last dose within which any curve falls to a tenth of its peak."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sight:
    """The highest of some curves at times from the first dose to where all have faded."""

    given_h: float
    """When all has been given [h]."""
    times_h: Floats
    """(C,)"""
    highest: Floats
    """(C,) [ng/mL]; no number where no curve has one."""

    @classmethod
    def of(cls, runs: Collection[Profiles]) -> Sight:
        """Look at the dosed drug of runs that are read at the same times."""
        curves = [run.concentration(run.model.parent)[0] for run in runs]
        times = next(iter(runs)).times_h
        return cls(given_h=given(runs), times_h=times, highest=np.fmax.reduce(curves))


def given(runs: Iterable[Profiles]) -> float:
    """Return when all has been given [h]."""
    return max(float(run.plan.end) for run in runs)


def coarse(given_h: float, slowest_h: float) -> Floats:
    """Return even times [h] by the last of which any curve is below a tenth of its peak.

    Parameters
    ----------
    given_h : float
        When all has been given [h].
    slowest_h : float
        The longest half-life [h].
    """
    late = float(np.clip(HALVES * slowest_h, 1.0, WEEK_H)) if np.isfinite(slowest_h) else WEEK_H
    return np.linspace(0.0, given_h + late, COARSE + 1)


def end_of(seen: Collection[Sight]) -> float:
    """Return a round time [h] by which all has been given and no curve is above a tenth."""
    highest = np.fmax.reduce([np.fmax.reduce(one.highest) for one in seen])
    if not np.isfinite(highest):
        return float(SPANS[0])
    wanted = 0.0
    for one in seen:
        above = one.times_h[one.highest >= SEEN * highest]
        wanted = max(wanted, one.given_h, float(above[-1]) if above.size else 0.0)
    for span in SPANS:
        if wanted <= span:
            return float(span)
    return min(float(np.ceil(wanted / WEEK_H)) * WEEK_H, LONGEST_H)


def fading(runs: Collection[Profiles], slowest_h: float) -> float:
    """Return the end of an axis [h] for runs of which nothing was read yet, as `end_of` has it."""
    times = coarse(given(runs), slowest_h)
    return end_of([Sight.of([run.at_times(times) for run in runs])])
