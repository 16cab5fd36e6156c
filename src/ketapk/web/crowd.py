"""People drawn around a patient, kept while a plan is dragged, and the ribbon between them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.draws import Draws
from ketapk.library.catalogue import load_model
from ketapk.patients import Cohort
from ketapk.web.numbers import BAND_DIGITS, short

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.model.routes import Values
    from ketapk.patients import Patient
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)
KEPT = 64
"""Drawn crowds that are kept."""


@lru_cache(maxsize=KEPT)
def _drawn(model: str, who: Patient, people: int, seed: int) -> tuple[Cohort, Values]:
    """Draw people such as a patient with the published variability; nobody writes to them."""
    crowd = Cohort.of(who, people)
    return crowd, load_model(model).values(crowd, Draws.of(seed))


def why_no_ribbon(run: Profiles) -> str | None:
    """Say why people cannot be drawn for a run; None if they can."""
    if run.model.variability:
        return None
    return f"{run.model.name} publishes no variability between people"


def ribbon(
    run: Profiles, who: Patient, analyte: str, times: Floats, *, people: int, seed: int
) -> dict[str, list[float]]:
    """Return percentiles (T,) of drawn people at each time [ng/mL], by name: p5 to p95."""
    group = crowd_of(run, who, people, seed)
    curves = group.at_times(times).concentration(analyte)
    # Who failed is no number, and is left out.
    whole = curves[np.isfinite(curves).all(axis=1)]
    ranked = np.sort(whole, axis=0)
    return {
        f"p{p:g}": short(level, BAND_DIGITS)
        for p, level in zip(PERCENTILES, _at(ranked), strict=True)
    }


def crowd_of(run: Profiles, who: Patient, people: int, seed: int) -> Profiles:
    """Return the run of drawn people instead of the typical one."""
    cohort, values = _drawn(run.model.name, who, people, seed)
    course = replace(run.course, cohort=cohort, values=values)
    return replace(run, course=course, _cache={})


def _at(ranked: Floats) -> Any:
    """Percentiles of sorted rows (N, T), between neighbours as ``numpy.percentile`` has them."""
    n = ranked.shape[0]
    if n == 0:
        return [np.full(ranked.shape[1], np.nan)] * len(PERCENTILES)
    place = np.array(PERCENTILES) / 100.0 * (n - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, n - 1)
    share = (place - low)[:, None]
    return ranked[low] + share * (ranked[high] - ranked[low])
