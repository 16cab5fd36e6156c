"""People drawn around a patient, kept while a plan is dragged, and the ribbon between them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.draws import Draws
from ketapk.library.catalogue import load_model
from ketapk.patients import Cohort
from ketapk.web.axis import from_corner_to_corner
from ketapk.web.numbers import BAND_DIGITS, short
from ketapk.web.worked import worked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.model.routes import Values
    from ketapk.patients import Patient
    from ketapk.profiles import Profiles
    from ketapk.web.models import Wanted

    Floats = NDArray[np.float64]

PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)
RIBBON_STEPS = 100
"""Even steps at which a ribbon is read, about."""
KEPT = 64
"""Drawn crowds, and ribbons, that are kept."""


@lru_cache(maxsize=KEPT)
def _drawn(model: str, who: Patient, people: int, seed: int) -> tuple[Cohort, Values]:
    """Draw people such as a patient with the published variability; nobody writes to them."""
    crowd = Cohort.of(who, people)
    return crowd, load_model(model).values(crowd, Draws.of(seed))


@lru_cache(maxsize=KEPT)
def ribbons(
    text: str, who: Patient, wanted: Wanted, *, people: int, seed: int, until_h: float
) -> dict[str, dict[str, Any]]:
    """Return the ribbon of a plan's first model with variability, and why those before have none.

    Parameters
    ----------
    text, who, wanted
        As in `worked`.
    people, seed : int
        How many are drawn around the patient, and from which seed.
    until_h : float
        End of the axis [h].

    Returns
    -------
    dict of str to dict
        By model: ``why_not``, or ``times_h`` [h], those of the plan alone, and the percentiles of
        the dosed drug at them [ng/mL].
    """
    plan = worked(text, who, wanted)
    told: dict[str, dict[str, Any]] = {}
    for model, run in plan.answer.runs.items():
        if run.model.variability:
            told[model] = _ribbon(run, crowd_of(run, who, people, seed), until_h)
            break
        told[model] = {"why_not": f"{model} publishes no variability between people"}
    return told


def _ribbon(run: Profiles, crowd: Profiles, until_h: float) -> dict[str, Any]:
    """Percentiles (T,) of drawn people at times that show every corner [ng/mL], p5 to p95."""
    times = from_corner_to_corner(run.course.events, until_h, RIBBON_STEPS)
    curves = crowd.at_times(times).concentration(run.model.parent)
    # Who failed is no number, and is left out; a row of all people is sorted faster than a column.
    ranked = np.sort(np.ascontiguousarray(curves[np.isfinite(curves).all(axis=1)].T), axis=1)
    levels = zip(PERCENTILES, _at(ranked), strict=True)
    return {
        "times_h": times.tolist(),
        run.model.parent: {f"p{p:g}": short(level, BAND_DIGITS) for p, level in levels},
    }


def crowd_of(run: Profiles, who: Patient, people: int, seed: int) -> Profiles:
    """Return the run of drawn people instead of the typical one."""
    cohort, values = _drawn(run.model.name, who, people, seed)
    course = replace(run.course, cohort=cohort, values=values)
    return replace(run, course=course, _cache={})


def _at(ranked: Floats) -> Any:
    """Percentiles of sorted rows (T, N), between neighbours as ``numpy.percentile`` has them."""
    n = ranked.shape[1]
    if n == 0:
        return [np.full(ranked.shape[0], np.nan)] * len(PERCENTILES)
    place = np.array(PERCENTILES) / 100.0 * (n - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, n - 1)
    below = ranked[:, low]
    return (below + (place - low) * (ranked[:, high] - below)).T
