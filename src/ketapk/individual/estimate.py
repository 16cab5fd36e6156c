"""The door to a person's own curve: doses and levels in, an individual out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError
from ketapk.individual.curves import is_exact
from ketapk.individual.forecast import Forecast
from ketapk.individual.individual import Individual
from ketapk.individual.levels import HOW, read_levels
from ketapk.individual.mode import mode_of
from ketapk.individual.prior import prior_of
from ketapk.individual.sample import sample_of
from ketapk.individual.screening import posterior_of
from ketapk.simulation import simulate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ketapk.dosing.regimen import Regimen
    from ketapk.model.model import Model
    from ketapk.patients import Cohort, Patient

DRAWS = 2000
"""People drawn where sampling is asked for."""
FINER = 1e-10
"""Relative tolerance of solutions whose derivatives are differences."""


def individualise(
    model: Model | str,
    doses: Regimen | str,
    levels: Any,
    patient: Patient | Cohort | None = None,
    *,
    replicates: bool = False,
    rng: Any = None,
    draws: int = DRAWS,
    times: ArrayLike | None = None,
    allow_implausible: bool = False,
) -> Individual:
    """Estimate a person's own parameters from measured levels: the most probable ones.

    Parameters
    ----------
    model : Model or str
        A model with published variability between people and residual error, or its name.
    doses : Regimen or str
        What was given, with its times, or a sentence that says it.
    levels : mapping, sequence of Level, str, path or polars.DataFrame
        What was measured: ``{"40 min": "180 ng/mL", "8 h": "<5 ng/mL"}``; of other analytes
        ``{"2 h": {"noresketamine": "60 ng/mL"}}``; a list of ``kp.Level``; a sentence; a CSV file
        or a frame with the columns ``time_h`` and ``ng_per_ml``.
    patient : Patient or Cohort, optional
        One person; may be left out only where neither doses nor model depend on the person.
    replicates : bool
        Accept several levels of one analyte at one time, each measured on its own.
    rng : int, SeedSequence, Generator or Draws, optional
        Draw people who agree with the levels, by importance resampling, and take intervals and
        bands from them; by default these come from the curvature.
    draws : int
        How many people are drawn.
    times : (T,) array_like, optional
        Ascending times of the curves [h]; by default a grid that shows every peak.
    allow_implausible : bool
        Accept doses more than ten times outside what has been studied.

    Returns
    -------
    Individual
        With ``.table``, ``.levels``, ``.run``, ``.forecast``, ``.predict(plan)``, ``.plot()``,
        ``.basis``, ``.warnings``.

    Raises
    ------
    InputError
        If a level cannot be read, or cannot be: of the wrong unit, before the first dose, twice.
    PlanError
        If the model publishes no variability or no residual error of an analyte, or cannot answer
        the plan.
    NumericalError
        If the levels have no finite likelihood.

    Notes
    -----
    Minimised is minus the logarithm of the density of the random effects given the levels, both
    normal: the published covariance between people, and the published residual error with the
    variance that belongs to the predicted level. A level below quantification counts by the chance
    of being below (Beal 2001, M3). Uncertainty is that of the person, given the model: the model's
    own parameters count as known.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> me = Patient(weight_kg=70)
    >>> plan = "25 mg esketamine iv over 40 min"
    >>> levels = {"40 min": "140 ng/mL", "2 h": "55 ng/mL", "4 h": "26 ng/mL"}
    >>> found = individualise("otto2021", plan, levels, me)
    >>> [round(float(value), 1) for value in found.table["estimate"][:2]]
    [115.9, 79.6]
    >>> [round(float(value), 1) for value in found.table["typical"][:2]]
    [133.0, 95.2]
    """
    read = read_levels(levels)
    if not read and not _is_empty(levels):
        raise InputError(f"There are no levels in {levels!r}; {HOW}.")
    typical = simulate(doses, model, patient, times=times, allow_implausible=allow_implausible)
    if len(typical.cohort) != 1:
        raise InputError(
            f"Levels are of one person and {len(typical.cohort)} were given; choose one."
        )
    prior = prior_of(typical.course)
    course = _at_levels(typical.course, read)
    posterior = posterior_of(course, prior, read, replicates=replicates)
    mode = mode_of(posterior)
    sample = None if rng is None else sample_of(posterior, mode, rng=rng, draws=draws)
    return Individual(
        posterior=posterior,
        given=read,
        mode=mode,
        sample=sample,
        forecast=Forecast(typical=typical, prior=prior, mode=mode, sample=sample),
        gradient="exact" if is_exact(course) else "differences",
    )


def _is_empty(levels: Any) -> bool:
    """Whether no levels were meant: the estimate is then the typical person."""
    return hasattr(levels, "__len__") and len(levels) == 0 and not isinstance(levels, str)


def _at_levels(course: Any, levels: Any) -> Any:
    """The same course, to be read when levels were drawn."""
    from dataclasses import replace

    times = np.unique([float(level.time_h) for level in levels]) if levels else np.empty(0)
    fine = (
        course
        if is_exact(course)
        else replace(
            course, tolerance=replace(course.tolerance, rtol=min(course.tolerance.rtol, FINER))
        )
    )
    return replace(fine, samples=times)
