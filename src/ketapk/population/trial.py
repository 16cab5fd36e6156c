"""A virtual trial: designed, run chunk by chunk anywhere, gathered in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ketapk import units
from ketapk.dosing.regimen import Regimen
from ketapk.dosing.sentence import parse
from ketapk.draws import Draws, Sampling
from ketapk.errors import InputError, PlanError
from ketapk.grid import checked_times, telling_times
from ketapk.library.catalogue import load_model
from ketapk.model.model import Model
from ketapk.patients import Cohort, Demography, Patient
from ketapk.patients.demography import EFFECTS
from ketapk.population.chunk import Chunk, run_chunk, run_packed
from ketapk.population.design import Design
from ketapk.population.outcome import Gathering, Trial
from ketapk.population.progress import Report, Show, progress
from ketapk.population.store import prepare, read_chunk, write_chunk
from ketapk.simulation import simulate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

CHUNK = 2_000
"""People in one chunk."""
KEPT = 20_000_000
"""Values of curves up to which all are kept and quantiles are exact (160 MB)."""
LONG_H = 8.0
"""Plans that go on for longer [h] are shown at even times, others ever more sparsely."""
EVEN, OCTAVE = 480, 30
"""Even steps of a long plan; steps of a short one while the time doubles, the first hour being
one of them."""
IN_FLIGHT = 32
"""Chunks that an executor is given ahead."""


class Executor(Protocol):
    """Anything with the interface of ``concurrent.futures``."""

    def submit(self, function: Any, /, *args: Any) -> Any:
        """Start a call somewhere; returns a future."""


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
    _check_means(executor, directory, threads)
    design = _design(
        {name: _plan(name, plan) for name, plan in named.items()},
        model,
        who,
        rng,
        times,
        analytes,
        _texts("levels", levels),
        _pairs(windows),
        vary,
        residual,
        demography,
        sampling,
        chunk,
        allow_implausible,
    )
    return run(design, executor=executor, directory=directory, threads=threads, show=progress)


def run(
    design: Design,
    *,
    executor: Executor | None,
    directory: str | Path | None,
    threads: int | None,
    show: Show,
) -> Trial:
    """Run the chunks of a design that are not done, and gather all of them in order."""
    done = set() if directory is None else prepare(directory, design)
    gathering = Gathering(design)
    with progress(show, "Trial", design.n, len(done) * design.chunk) as report:
        for chunk in _chunks(design, done, executor, directory, threads, report):
            gathering.add(chunk)
    return gathering.result()


def _chunks(
    design: Design,
    done: set[int],
    executor: Executor | None,
    directory: str | Path | None,
    threads: int | None,
    report: Report,
) -> Iterator[Chunk]:
    """Every chunk in order, from the directory or fresh."""
    fresh: Iterator[Chunk | int]
    if executor is None:
        fresh = _here(design, done, directory, threads)
    else:
        fresh = _elsewhere(design, done, executor, directory, threads or 1)
    for number in range(design.n_chunks):
        if number in done:
            chunk = read_chunk(str(directory), number, design)
        else:
            made = next(fresh)
            chunk = made if isinstance(made, Chunk) else read_chunk(str(directory), number, design)
        report(min((number + 1) * design.chunk, design.n))
        yield chunk


def _here(
    design: Design, done: set[int], directory: str | Path | None, threads: int | None
) -> Iterator[Chunk]:
    for number in _missing(design, done):
        chunk = run_chunk(design, number, threads)
        if directory is not None:
            write_chunk(directory, chunk)
        yield chunk


def _elsewhere(
    design: Design,
    done: set[int],
    executor: Executor,
    directory: str | Path | None,
    threads: int,
) -> Iterator[Chunk | int]:
    """Chunks in order, some of them ahead; what is pending is cancelled if anything goes wrong."""
    data = design.packed()
    folder = None if directory is None else str(Path(directory).resolve())
    waiting: dict[int, Any] = {}
    ahead = _missing(design, done)
    try:
        for number in _missing(design, done):
            while len(waiting) < IN_FLIGHT and (following := next(ahead, None)) is not None:
                waiting[following] = executor.submit(run_packed, data, following, threads, folder)
            yield waiting.pop(number).result()
    finally:
        for future in waiting.values():
            with suppress(Exception):
                future.cancel()


def _missing(design: Design, done: set[int]) -> Iterator[int]:
    return (number for number in range(design.n_chunks) if number not in done)


def _check_means(executor: Any, directory: Any, threads: Any) -> None:
    """Refuse what chunks could not run with."""
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise InputError(
            f"executor={executor!r} has no submit(); give one of concurrent.futures, or "
            f"client.get_executor() of Dask."
        )
    if isinstance(executor, ProcessPoolExecutor):
        context = getattr(executor, "_mp_context", None)
        if context is not None and context.get_start_method() == "fork":
            raise InputError(
                "This pool forks its processes, and a fork of a process with threads may wait for "
                "ever; make it with mp_context=multiprocessing.get_context('spawn')."
            )
    if directory is not None and not isinstance(directory, (str, Path)):
        raise InputError(f"directory={directory!r} is no path; write directory='run'.")
    counts = threads is None or (isinstance(threads, int) and not isinstance(threads, bool))
    if not counts or (threads is not None and threads < 1):
        raise InputError(f"threads={threads!r} is not a count; write a whole number from 1.")


def _texts(name: str, given: Any) -> tuple[str, ...]:
    """One text or several."""
    found = (given,) if isinstance(given, str) else given
    if not isinstance(found, Sequence) or not all(isinstance(text, str) for text in found):
        raise InputError(
            f"{name}={given!r} are no texts; write them in a tuple, such as ('70 ng/mL',)."
        )
    return tuple(found)


def _pairs(given: Any) -> tuple[tuple[str, str], ...]:
    """Windows, each with its lower and its upper level."""
    found = given
    if isinstance(given, Sequence) and len(given) == 2 and all(isinstance(t, str) for t in given):
        found = (tuple(given),)
    good = isinstance(found, Sequence) and all(
        isinstance(pair, (tuple, list)) and len(pair) == 2 and all(isinstance(t, str) for t in pair)
        for pair in found
    )
    if not good or isinstance(found, str):
        raise InputError(
            f"windows={given!r} are no windows; write windows=(('50 ng/mL', '150 ng/mL'),)."
        )
    return tuple((pair[0], pair[1]) for pair in found)


def _plan(name: str, plan: Any) -> Regimen:
    plan = parse(plan) if isinstance(plan, str) else plan
    if not isinstance(plan, Regimen) or not plan.doses:
        raise InputError(f"The plan {name!r} is no plan with doses; write a sentence or a Regimen.")
    return plan


def _design(
    plans: dict[str, Regimen], model: Any, who: Any, rng: Any, times: Any,
    analytes: Sequence[str] | None, levels: tuple[str, ...],
    windows: tuple[tuple[str, str], ...], vary: bool, residual: bool,
    demography: Demography | None, sampling: Sampling, chunk: int, allow_implausible: bool,
) -> Design:  # fmt: skip
    """Check every argument and put the design together."""
    given = model if isinstance(model, Mapping) else dict.fromkeys(plans, model)
    if set(given) != set(plans):
        raise InputError(
            f"model names {', '.join(map(str, given))} and the plans are {', '.join(plans)}; give "
            f"a model for each."
        )
    models = {name: load_model(m) if isinstance(m, str) else m for name, m in given.items()}
    for name, found in models.items():
        if vary and not any(v.level == "between people" for v in found.variability):
            raise PlanError(
                f"{found.name} publishes no variability between people, so the trial of {name!r} "
                f"would be of typical people; say vary=False if that is meant."
            )
    followed = {name: _followed(m, analytes) for name, m in models.items()}
    if residual:
        for name, m in models.items():
            for analyte in followed[name]:
                if not any(r.analyte == analyte for r in m.residuals):
                    raise PlanError(
                        f"{m.name} publishes no residual error of {analyte}; leave residual out."
                    )
    for text in (*levels, *(edge for window in windows for edge in window)):
        units.concentration_mg_per_l(text)
    for low, high in windows:
        if not units.concentration_mg_per_l(low) < units.concentration_mg_per_l(high):
            raise InputError(
                f"The window from {low!r} to {high!r} is empty; write the lower first."
            )
    if demography is not None and not isinstance(demography, Demography):
        raise InputError(
            f"demography={demography!r} is none; write kp.Demography(age_y=(20, 80), women=0.5)."
        )
    if isinstance(chunk, bool) or not isinstance(chunk, int) or chunk < 1:
        raise InputError(f"chunk={chunk!r} is not a count; write a whole number from 1.")
    people, n = _people(who, demography)
    effects = EFFECTS + tuple(
        dict.fromkeys(v.parameter for m in models.values() for v in m.variability)
    )
    draws = Draws.of(rng, sampling=sampling, effects=effects)
    grid = _times(plans, models, times, allow_implausible)
    curves = sum(len(found) for found in followed.values())
    return Design(
        plans=plans,
        models=models,
        people=people,
        n=n,
        times_h=grid,
        draws=draws,
        vary=vary,
        residual=residual,
        analytes=followed,
        levels=levels,
        windows=windows,
        exact=n * grid.size * curves <= KEPT,
        chunk=chunk,
        allow_implausible=allow_implausible,
    )


def _followed(model: Model, analytes: Sequence[str] | None) -> tuple[str, ...]:
    if analytes is None:
        return (model.parent,)
    wanted = _texts("analytes", analytes)
    missing = [name for name in wanted if name not in model.analytes]
    if missing or not wanted:
        raise InputError(
            f"{model.name} follows {', '.join(model.analytes)}, not {', '.join(missing) or 'none'}."
        )
    return wanted


def _people(who: Any, demography: Demography | None) -> tuple[Cohort | Demography, int]:
    if isinstance(who, Patient):
        who = Cohort.of(who)
    if isinstance(who, Cohort):
        if demography is not None:
            raise InputError(
                "The people are given, so demography has nothing to draw; leave it out."
            )
        return who, len(who)
    if isinstance(who, bool) or not isinstance(who, (int, np.integer)) or who < 1:
        raise InputError(f"who={who!r} is nobody; give a Cohort, or how many people to draw.")
    return demography or Demography(), int(who)


def _times(
    plans: dict[str, Regimen], models: dict[str, Model], times: Any, allow_implausible: bool
) -> Any:
    """Times asked for, or those that show a typical person under every plan."""
    import warnings

    if times is not None:
        return checked_times(times)
    found = []
    for name, plan in plans.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            one = simulate(
                plan, models[name], Patient(weight_kg=70.0), times=[0.0],
                allow_implausible=allow_implausible,
            )  # fmt: skip
        found.append(telling_times(one.solution)[-1])
    last, given = max(found), max(float(plan.end) for plan in plans.values())
    if given > LONG_H:
        return np.linspace(0.0, last, EVEN + 1)
    edges = [0.0, *(2.0**k for k in range(32) if 2.0**k < last), last]
    steps = [np.linspace(a, b, OCTAVE, endpoint=False) for a, b in pairwise(edges)]
    return np.append(np.concatenate(steps), last)
