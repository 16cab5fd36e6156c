"""Accumulation: what repeated doses build up to, dose by dose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.dosing.regimen import Regimen
from ketapk.dosing.sentence import parse
from ketapk.errors import PlanError
from ketapk.simulation import simulate

if TYPE_CHECKING:
    import polars as pl

    from ketapk.model.model import Model
    from ketapk.patients import Cohort, Patient


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
    curve = run.curve(analyte)
    begin = float(once.doses[0].time)
    first = None
    rows = []
    for number in range(times):
        start, end = begin + number * step, begin + (number + 1) * step
        area = curve.AUC(f"{end!r} h", start=f"{start!r} h")
        first = area if first is None else first
        rows.append(
            {
                "dose": number + 1,
                "Ctrough": _middle(curve.level(f"{start!r} h", side="before")),
                "Cmax": _middle(curve.peak_within(start, end)),
                "AUC_tau": _middle(area),
                "accumulation": _middle(area / first),
                "of steady state": _middle(area / single),
            }
        )
    return pl.DataFrame(rows)


def _middle(values: Any) -> float:
    return float(np.nanmedian(values))
