"""Carry-over: what a session finds left of the sessions before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.basis import basis
from ketapk.dosing.regimen import Regimen
from ketapk.dosing.sentence import parse
from ketapk.dosing.sessions import session_starts, sessions
from ketapk.draws import Draws
from ketapk.errors import InputError, PlanError
from ketapk.panel import Models, panel
from ketapk.repetition import Interval, intervals, middle
from ketapk.simulation import cohort_of, simulate

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ketapk.exposure.measures import Exposure
    from ketapk.patients import Cohort, Patient
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

LEVELS = ("5 ng/mL", "1 ng/mL")
"""Levels whose washout is timed if none is named: a choice, near what assays can still measure."""

MOST_SESSIONS = 500
"""Most sessions of a course, nearly five years of two a week: a choice, the work grows faster."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CarryOver:
    """Repeated sessions in one model or several: what is left just before each.

    Parameters
    ----------
    once : Regimen
        One session.
    starts : tuple of Fraction
        When the sessions begin [h].
    runs : mapping
        The whole course by model.
    reasons : mapping
        Why each excluded model was left out.
    levels : tuple of str
        Levels whose washout is timed.
    table : polars.DataFrame
        One row a model, analyte and session: ``model``, ``analyte``, ``session``, ``start_h``;
        ``before`` with ``before_low``, ``before_high`` (just before the session; 5th and 95th
        percentile of a cohort) and ``peak`` within it [ng/mL]; ``of_peak``, what is left over the
        peak of the session before [1]; ``accumulation``, the area over the shortest interval after
        the start, over that after the first [1].
    washout : polars.DataFrame
        One row a model, analyte, session and level: ``after_h``, from the end of the session's
        last dose until the concentration is below for good [h], 0 where it is by then; null where
        the next session comes first.
    warnings : tuple of str
        Everything a reader should know, each once.
    """

    once: Regimen
    starts: tuple[Fraction, ...]
    runs: Mapping[str, Profiles]
    reasons: Mapping[str, str]
    levels: tuple[str, ...]
    table: pl.DataFrame
    washout: pl.DataFrame
    warnings: tuple[str, ...]

    @property
    def basis(self) -> str:
        """Which models and grades it rests on, and that it is no recommendation."""
        return basis(run.model for run in self.runs.values())

    @property
    def last(self) -> pl.DataFrame:
        """The last session alone, in which most is left."""
        found: pl.DataFrame = self.table.filter(self.table["session"] == len(self.starts))
        return found

    def plot(self) -> Figure:
        """Draw the course on a logarithmic axis, a panel an analyte; needs the extra ``plot``."""
        from ketapk.plot import draw_carry_over

        return draw_carry_over(self)

    def __repr__(self) -> str:
        out = [f"  not {name}: {reason}" for name, reason in self.reasons.items()]
        said = [f"  warning: {warning}" for warning in self.warnings]
        start = f"<{len(self.starts)} sessions of {self.once}; the last:>"
        return "\n".join((start, str(self.last), *out, *said, f"  {self.basis}"))


def carry_over(
    plan: Regimen | str,
    models: Models,
    patient: Patient | Cohort,
    *,
    every: Any = "3.5 d",
    times: int = 8,
    levels: str | Sequence[str] = LEVELS,
    rng: Any = None,
    intensive_care: bool = False,
    allow_implausible: bool = False,
) -> CarryOver:
    """Follow repeated sessions: what is left just before the next, and until when.

    Parameters
    ----------
    plan : Regimen or str
        One session.
    models : Model, str, sequence of these, or None
        Models; None for all that are eligible for the patient.
    patient : Patient or Cohort
        Who; of a cohort the median is given, with the 5th and 95th percentile.
    every : str
        Interval from start to start, such as "3.5 d", or days of the week, such as "Mon, Thu".
    times : int
        How many sessions.
    levels : str or sequence of str
        Levels whose washout is timed.
    rng : int, SeedSequence, Generator or Draws, optional
        Draw people as each model publishes.
    intensive_care : bool
        Whether the patient is in intensive care, where other models are eligible.
    allow_implausible : bool
        Accept doses more than ten times outside what has been studied.

    Returns
    -------
    CarryOver
        With ``.table``, ``.washout``, ``.plot()`` and ``.basis``, for the dosed drug and its
        metabolites.

    Raises
    ------
    InputError
        If the interval, a day or a level is not understood, or there are more than 500 sessions.
    PlanError
        If a session is longer than the interval or begins with a steady state, or no model can
        answer.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> left = carry_over("84 mg spravato", "perez_ruixo2021", Patient(weight_kg=70), times=3)
    >>> [round(value, 2) for value in left.table.filter(analyte="esketamine")["before"]]
    [0.0, 0.05, 0.05]
    """
    import polars as pl

    once = parse(plan) if isinstance(plan, str) else plan
    starts, levels = session_starts(every, times), units.several(levels)
    if not isinstance(once, Regimen) or not once.doses:
        raise InputError("There is no session; give doses, or a sentence such as '84 mg spravato'.")
    if len(starts) > MOST_SESSIONS:
        raise InputError(
            f"times={times} is more sessions than are followed one by one; write at most "
            f"{MOST_SESSIONS}."
        )
    if once.steady:
        raise PlanError(
            f"{once} begins with a steady state, so that no session is the first; write its doses "
            f"out."
        )
    steps = [later - sooner for sooner, later in pairwise(starts)]
    shortest = min(steps, default=None)
    if shortest is not None and once.end >= shortest:
        raise PlanError(
            f"A session of {once} has not ended when the next begins, {every} later; write a "
            f"longer interval."
        )
    course = sessions(once, starts)
    cohort = cohort_of(patient)
    draws = None if rng is None else Draws.of(rng)
    asked = panel(models, lambda _: course, cohort, intensive_care=intensive_care)
    runs, rows, washed, said = {}, [], [], []
    for model in asked.models.values():
        own, known = asked.draws(model, draws)
        run = simulate(course, model, cohort, rng=own, allow_implausible=allow_implausible)
        runs[model.name] = run
        said += [*run.warnings, *known]
        for analyte in run.analytes:
            curve = run.curve(analyte)
            name = {"model": model.name, "analyte": analyte}
            rows += [{**name, **row} for row in _rows(curve, starts, shortest)]
            washed += [{**name, **row} for row in _washout(curve, once, starts, levels)]
    return CarryOver(
        once=once,
        starts=starts,
        runs=runs,
        reasons=asked.reasons,
        levels=levels,
        table=pl.DataFrame(rows),
        washout=pl.DataFrame(washed, infer_schema_length=None),
        warnings=tuple(dict.fromkeys(said)),
    )


def _rows(
    curve: Exposure, starts: tuple[Fraction, ...], shortest: Fraction | None
) -> list[dict[str, Any]]:
    """One row a session."""
    last = starts[-1] + (shortest or starts[-1] + 1)
    bounds = [(float(a), float(b)) for a, b in zip(starts, (*starts[1:], last), strict=True)]
    found = intervals(curve, bounds)
    step = bounds[-1][1] - bounds[-1][0]
    areas = curve.areas([(a, a + step) for a, _ in bounds])
    rows = []
    for own, area, earlier in zip(found, areas.T, (None, *found[:-1]), strict=True):
        low, high = np.nanpercentile(own.before, (5.0, 95.0))
        rows.append(
            {
                "session": own.number,
                "start_h": own.start_h,
                "before": middle(own.before),
                "before_low": float(low),
                "before_high": float(high),
                "peak": middle(own.peak),
                "of_peak": 0.0 if earlier is None else _share(own, earlier),
                "accumulation": middle(area / areas[:, 0]),
            }
        )
    return rows


def _share(own: Interval, earlier: Interval) -> float:
    return middle(own.before / earlier.peak)


def _washout(
    curve: Exposure, once: Regimen, starts: tuple[Fraction, ...], levels: Sequence[str]
) -> list[dict[str, Any]]:
    """One row a session and level."""
    rows = []
    for level in levels:
        for number, (start, following) in enumerate(
            zip(starts, (*starts[1:], None), strict=True), 1
        ):
            until = np.inf if following is None else float(following)
            hours = curve.washout(level, after_h=float(start + once.end), until_h=until)
            value = float(np.nanpercentile(hours, 50.0, method="inverted_cdf"))
            rows.append(
                {
                    "session": number,
                    "level": level,
                    "after_h": value if np.isfinite(value) else None,
                }
            )
    return rows
