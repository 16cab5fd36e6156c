"""A virtual trial: designed, run chunk by chunk anywhere, gathered in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketapk.dosing.regimen import Regimen
from ketapk.draws import Sampling
from ketapk.errors import InputError
from ketapk.model.model import Model
from ketapk.patients import Cohort, Demography, Patient
from ketapk.population.arguments import check_means, checked_design, checked_plan, pairs, texts
from ketapk.population.outcome import Trial
from ketapk.population.progress import Show
from ketapk.population.running import Executor, run

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

CHUNK = 2_000
"""People in one chunk."""


def trial(
    plans: Mapping[str, Regimen | str] | Regimen | str,
    model: Model | str | Mapping[str, Model | str],
    who: Cohort | Patient | int,
    *,
    rng: Any,
    times: ArrayLike | None = None,
    analytes: Sequence[str] | None = None,
    levels: Sequence[str] | str = (),
    windows: Sequence[tuple[str, str]] = (),
    vary: bool = True,
    residual: bool = False,
    demography: Demography | None = None,
    sampling: Sampling = "random",
    executor: Executor | None = None,
    directory: str | Path | None = None,
    chunk: int = CHUNK,
    threads: int | None = None,
    progress: Show = "auto",
    allow_implausible: bool = False,
) -> Trial:
    """Give plans to many people who differ as published, and summarise what happens to them.

    Every plan is given to the same people: what is drawn for a person does not depend on the plan,
    so differences between plans are differences within people.

    Parameters
    ----------
    plans : mapping, Regimen or str
        Plans by name; one plan is called "plan".
    model : Model, str or mapping
        A model for all plans, or one for each.
    who : Cohort, Patient or int
        People, or how many to draw from ``demography``.
    rng : int, SeedSequence, Generator or Draws
        Where all random numbers come from.
    times : (T,) array_like, optional
        Ascending times of the curves [h]; by default those that show a typical person.
    analytes : sequence of str, optional
        What is followed; the dosed analyte of every model by default.
    levels : sequence of str
        Levels such as "70 ng/mL": time above each, and the share of people above over time.
    windows : sequence of pairs of str
        Windows such as ``("70 ng/mL", "200 ng/mL")``: the share of people inside over time.
    vary : bool
        Whether people differ as the model publishes; False for typical people of each weight.
    residual : bool
        Whether the curves carry the published residual error, as levels that are measured do.
    demography : Demography, optional
        Whom to draw where ``who`` is a number; adults of 20 to 80 years by default.
    sampling : {"random", "sobol"}
        Independent numbers, or scrambled Sobol points over people and parameters.
    executor : concurrent.futures.Executor, optional
        Where chunks run; here, one after the other, by default.
    directory : path, optional
        Where finished chunks are kept, so that a run that stopped goes on from there.
    chunk : int
        People in one chunk.
    threads : int, optional
        Threads of each chunk; all of this machine's by default, one under an executor.
    progress : {"auto", "bar", "lines", "quiet"}
        A bar on a terminal, lines in a log, or nothing.
    allow_implausible : bool
        Accept doses more than ten times outside what has been studied.

    Returns
    -------
    Trial

    Raises
    ------
    InputError
        If an argument is wrong, or the directory holds another run.
    PlanError
        If a model cannot answer its plan, or publishes no variability.

    Notes
    -----
    Quantiles of curves are exact while all values fit (20 million); beyond, they come from a sketch
    within 0.5 % of the value, and the result says so. Measures of exposure are kept one by one up
    to 40 million. The results depend on the seed and the chunk size, and on nothing else: not on
    threads, executor, or whether the run was interrupted.

    Examples
    --------
    >>> found = trial("25 mg esketamine iv over 40 min", "otto2021", 200, rng=1, progress="quiet")
    >>> round(found.exposure().filter(measure="Cmax")["p50"][0])
    101
    """
    named = dict(plans) if isinstance(plans, Mapping) else {"plan": plans}
    if not named:
        raise InputError(
            "There is no plan; give at least one, such as '25 mg esketamine iv bolus'."
        )
    check_means(executor, directory, threads)
    design = checked_design(
        {name: checked_plan(name, plan) for name, plan in named.items()},
        model,
        who,
        rng,
        times,
        analytes,
        texts("levels", levels),
        pairs(windows),
        vary,
        residual,
        demography,
        sampling,
        chunk,
        allow_implausible,
    )
    return run(design, executor=executor, directory=directory, threads=threads, show=progress)
