"""Accumulation: what repeated doses build up to, dose by dose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.dosing.regimen import Regimen
from ketapk.dosing.sentence import parse
from ketapk.errors import PlanError
from ketapk.simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl
    from numpy.typing import NDArray

    from ketapk.exposure.measures import Exposure
    from ketapk.model.model import Model
    from ketapk.patients import Cohort, Patient

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """What a concentration does from one start to the next, for every person (N,)."""

    number: int
    """From 1."""
    start_h: float
    end_h: float
    before: Floats
    """Concentration just before the start [ng/mL]."""
    peak: Floats
    """Highest concentration within it [ng/mL]."""
    area: Floats
    """Area over it [ng h/mL]."""


def intervals(curve: Exposure, bounds: Iterable[tuple[float, float]]) -> list[Interval]:
    """Follow a curve from start to end [h] of each interval."""
    found = list(bounds)
    before = curve.levels_before([start for start, _ in found])
    areas = curve.areas(found)
    return [
        Interval(
            number, start, end, before[:, number - 1], curve.peak_within(start, end),
            areas[:, number - 1],
        )
        for number, (start, end) in enumerate(found, 1)
    ]  # fmt: skip


def accumulation(
    plan: Regimen | str,
    model: Model | str,
    patient: Patient | Cohort,
    *,
    every: Any,
    times: int,
    analyte: str | None = None,
) -> pl.DataFrame:
    """Follow a plan that is repeated: each interval, and its share of the steady state.

    Parameters
    ----------
    plan : Regimen or str
        What is given once.
    model : Model or str
        A model whose doses add up.
    patient : Patient or Cohort
        Who; of a cohort the median is given.
    every : str
        Interval with its unit.
    times : int
        How often.
    analyte : str, optional
        The dosed one by default.

    Returns
    -------
    polars.DataFrame
        One row an interval: ``dose``, ``Ctrough`` just before it and ``Cmax`` within it [ng/mL],
        ``AUC_tau`` [ng h/mL], ``accumulation`` (over the first interval) and ``of steady state``
        (over the area of one dose to infinity, which is the interval's at steady state) [1].

    Raises
    ------
    PlanError
        If the model is saturable, so that a steady state is not a multiple of one dose.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> table = accumulation("0.5 mg/kg iv over 40 min", "kamp2020", Patient(weight_kg=70),
    ...                      every="4 h", times=3)
    >>> [round(share, 2) for share in table["of steady state"]]
    [0.73, 0.89, 0.96]
    """
    import polars as pl

    once = parse(plan) if isinstance(plan, str) else plan
    run = simulate(once.repeat(every=every, times=times), model, patient, times=[0.0])
    if not run.solution.system.superposes:
        raise PlanError(f"{run.model.name} is saturable: its doses do not add up.")
    single = simulate(once, model, patient, times=[0.0]).curve(analyte).AUC_inf
    step = float(units.duration_h(every, "every"))
    begin = float(once.doses[0].time)
    bounds = [(begin + k * step, begin + (k + 1) * step) for k in range(times)]
    found = intervals(run.curve(analyte), bounds)
    return pl.DataFrame(
        [
            {
                "dose": own.number,
                "Ctrough": middle(own.before),
                "Cmax": middle(own.peak),
                "AUC_tau": middle(own.area),
                "accumulation": middle(own.area / found[0].area),
                "of steady state": middle(own.area / single),
            }
            for own in found
        ]
    )


def middle(values: Any) -> float:
    """Median of the people in whom there is a value."""
    return float(np.nanmedian(values))
