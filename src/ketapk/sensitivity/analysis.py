"""How much each parameter and dose matters to measures of exposure, one at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.basis import basis
from ketapk.dosing.regimen import Dose, Regimen
from ketapk.errors import InputError, PlanError
from ketapk.sensitivity.gradient import gradient
from ketapk.sensitivity.measure import Measure, measure_of
from ketapk.sensitivity.ranges import CHANGE, Range, around, range_of
from ketapk.sensitivity.step import DOSE
from ketapk.sensitivity.tangents import solved
from ketapk.simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ketapk.course import Course
    from ketapk.model.model import Model
    from ketapk.patients import Cohort, Patient
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

MOST_DOSES = 20
"""Doses up to which each has a row."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Sensitivity:
    """What measures of exposure depend on, and how much."""

    run: Profiles
    """The simulation at the values around which everything is varied."""
    analyte: str
    site: str
    measures: tuple[str, ...]
    table: pl.DataFrame
    """A row for each measure and parameter or dose, the widest of a measure first: ``measure``,
    ``unit``, ``figure`` (the measure), ``by`` (what is varied), ``at`` (its value, per hour and
    litre, or mg), ``derivative`` (of the measure by it), ``elasticity`` (per cent of the measure
    per per cent of it), ``low``, ``high`` (where it is varied to), ``figure_low``, ``figure_high``
    (what the measure is there) and ``range`` (why so far)."""
    warnings: tuple[str, ...]

    @property
    def basis(self) -> str:
        """What it rests on, and what it is not."""
        return basis([self.run.model])

    def tornado(
        self, measure: str | None = None, *, most: int = 12, ax: Axes | None = None
    ) -> Axes:
        """Draw how far a measure goes as each parameter or dose is varied alone.

        Parameters
        ----------
        measure : str, optional
            One of ``measures``; the first by default.
        most : int
            How many bars, the widest first.
        ax : matplotlib Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib Axes
        """
        from ketapk.plot import draw_tornado

        chosen = self.measures[0] if measure is None else measure
        if chosen not in self.measures:
            raise InputError(
                f"The measure {chosen!r} is not in it; there is {', '.join(self.measures)}."
            )
        return draw_tornado(self, chosen, most=most, ax=ax)

    def __repr__(self) -> str:
        lines = [f"<Sensitivity of {self.analyte}, {self.run.plan} ({self.run.model.name})"]
        for measure in self.measures:
            rows = self.table.filter(self.table["measure"] == measure).to_dicts()
            lead = ", ".join(
                f"{row['by']} {units.fmt(row['figure_low'])} to {units.fmt(row['figure_high'])}"
                for row in rows[:3]
                if _moves(row)
            )
            figure = rows[0] if rows else None
            said = f"{units.fmt(figure['figure'])} {figure['unit']}; {lead}" if figure else "none"
            lines.append(f"  {measure}: {said}")
        lines += [f"  warning: {warning}" for warning in self.warnings]
        return "\n".join([*lines, f"  {self.basis}>"])


def sensitivities(
    plan: Regimen | str,
    model: Model | str,
    patient: Patient | Cohort | None = None,
    measures: str | Sequence[str] = ("Cmax", "AUC_inf"),
    *,
    parameters: Sequence[str] | None = None,
    doses: bool = True,
    change: str = CHANGE,
    analyte: str | None = None,
    site: str = "plasma",
) -> Sensitivity:
    """Say how measures of exposure depend on each parameter and dose: exact derivatives, and ends.

    Parameters
    ----------
    plan : Regimen or str
        Doses, or a sentence that says them.
    model : Model or str
        A model whose rates are constant, or its name.
    patient : Patient or Cohort, optional
        One person.
    measures : str or sequence of str
        "Cmax", "Tmax", "AUC_inf", "t_half", "AUC to 24 h", "level at 1 h", "time to 70 ng/mL",
        "time above 70 ng/mL".
    parameters : sequence of str, optional
        Names of parameters; by default all that anything depends on.
    doses : bool
        Whether the amount of each dose has a row; a device holds what it holds and has none.
    change : str
        How far what has no published variability is varied either way: a choice.
    analyte : str, optional
        Whose; the dosed one by default.
    site : {"plasma", "effect"}
        Where it is read.

    Returns
    -------
    Sensitivity
        With ``.table``, ``.tornado()``, ``.basis``, ``.warnings``.

    Raises
    ------
    InputError
        If a measure or parameter is not known, or several people are given.
    PlanError
        If the model has no exact derivatives, or the plan begins with a steady state.

    Notes
    -----
    Derivatives are those of the solution, not differences. Ends are simulated again. Published
    variability is covered from the 5th to the 95th percentile of people, a borrowed route over its
    plausible range; both, like ``change``, are choices of how far to look.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> found = sensitivities("35 mg iv bolus", "domino", Patient(weight_kg=70), "AUC_inf")
    >>> rows = {row["by"]: row["elasticity"] for row in found.table.to_dicts()}
    >>> round(rows["dose 1"], 9), round(rows["CL"], 9)
    (1.0, -1.0)
    """
    import polars as pl

    texts = (measures,) if isinstance(measures, str) else tuple(measures)
    if not texts:
        raise InputError("Give at least one measure, such as 'Cmax'.")
    share = units.percentage(change, "change")
    run = simulate(plan, model, patient)
    if len(run.cohort) != 1:
        raise InputError(
            f"Sensitivity is of one person and {len(run.cohort)} were given; choose one, or use "
            f"kp.variance_shares for a population."
        )
    if not run.course.system.linear:
        raise PlanError(
            f"{run.model.name} has rates that saturate or drift, and the derivatives of peaks and "
            f"times need constant ones; use kp.variance_shares, which needs no derivatives."
        )
    whose = analyte or run.model.parent
    output = run.course.system.output_index(whose, site)
    wanted = [measure_of(text, whose) for text in dict.fromkeys(texts)]
    names = _factors(run.course, parameters, doses=doses)
    if not names:
        raise InputError("Nothing is varied; name a parameter, or let doses=True.")
    tangents = solved(run.course, names, np.empty(0), output)
    courses, ranges = _ends(run.course, names, share, change)
    rows: list[dict[str, Any]] = []
    for measure in wanted:
        figure, slopes = gradient(tangents, run.plan, measure)
        ends = [measure.read(course, output) for course in courses]
        ours = _rows(run.course, names, ranges, measure, figure[0], slopes[0], np.concatenate(ends))
        rows += sorted(ours, key=_width, reverse=True)
    if parameters is None:
        matters = {row["by"] for row in rows if _moves(row)}
        rows = [row for row in rows if row["by"] in matters]
    return Sensitivity(
        run=run,
        analyte=whose,
        site=site,
        measures=tuple(measure.name for measure in wanted),
        table=pl.DataFrame(rows, infer_schema_length=None),
        warnings=(*run.warnings, *_doubts(rows)),
    )


def _factors(course: Course, parameters: Sequence[str] | None, *, doses: bool) -> list[str]:
    """Names of what is varied."""
    if parameters is None:
        names = [name for name, value in course.values.items() if _is_number(value)]
    else:
        names = [parameters] if isinstance(parameters, str) else list(parameters)
    if not doses:
        return names
    given = course.plan.expand().doses
    if len(given) > MOST_DOSES:
        raise PlanError(
            f"The plan has {len(given)} doses, and each would have a row; say doses=False."
        )
    return names + [f"{DOSE}{k}" for k, dose in enumerate(given, 1) if not dose.device]


def _is_number(value: Any) -> bool:
    return bool(np.issubdtype(np.asarray(value).dtype, np.floating))


def _at(course: Course, name: str) -> float:
    """Value of a parameter of one person, or mg of a dose."""
    if name in course.values:
        return float(np.ravel(course.values[name])[0])
    dose = course.plan.expand().doses[int(name.removeprefix(DOSE)) - 1]
    return float(dose.amount_mg(float(course.cohort.dosing_kg[0])))


def _ends(
    course: Course, names: Sequence[str], share: float, given: str
) -> tuple[list[Course], list[Range]]:
    """Courses at the ends of all ranges, two people for each name in its order; and the ranges."""
    ranges = [
        range_of(course.model, name, _at(course, name), share, given)
        if name in course.values
        else around(_at(course, name), share, given)
        for name in names
    ]
    varied = [(name, r) for name, r in zip(names, ranges, strict=True) if name in course.values]
    rows = 2 * len(varied)
    values = {
        name: np.repeat(value, rows) if np.ndim(value) else value
        for name, value in course.values.items()
    }
    for p, (name, r) in enumerate(varied):
        each = np.full(rows, _at(course, name))
        each[2 * p : 2 * p + 2] = r.low, r.high
        values[name] = each
    everybody = np.zeros(rows, dtype=np.int64)
    courses = [replace(course, cohort=course.cohort[everybody], values=values)] if rows else []
    for name, r in zip(names, ranges, strict=True):
        if name not in course.values:
            courses += [
                replace(course, plan=_scaled(course.plan, name, end / _at(course, name)))
                for end in (r.low, r.high)
            ]
    return courses, ranges


def _scaled(plan: Regimen, name: str, factor: float) -> Regimen:
    """The plan with more or less of one dose, at the same times."""
    number = int(name.removeprefix(DOSE))
    events: list[Any] = []
    for event in plan.in_effect:
        if isinstance(event, Dose):
            number -= 1
            if number == 0:
                rate = None if event.rate is None else event.rate * factor
                events.append(replace(event, amt=event.amt * factor, rate=rate))
                continue
        events.append(event)
    return Regimen(tuple(events))


def _rows(
    course: Course,
    names: Sequence[str],
    ranges: Sequence[Range],
    measure: Measure,
    figure: float,
    slopes: Floats,
    ends: Floats,
) -> list[dict[str, Any]]:
    found = []
    for p, (name, r) in enumerate(zip(names, ranges, strict=True)):
        at, slope = _at(course, name), float(slopes[p])
        found.append(
            {
                "measure": measure.name,
                "unit": measure.unit,
                "figure": figure * measure.factor,
                "by": name,
                "at": at,
                "derivative": slope * measure.factor,
                "elasticity": slope * at / figure if figure else np.nan,
                "low": r.low,
                "high": r.high,
                "figure_low": float(ends[2 * p]) * measure.factor,
                "figure_high": float(ends[2 * p + 1]) * measure.factor,
                "range": r.said,
            }
        )
    return found


def _width(row: dict[str, Any]) -> float:
    """How far a measure goes, for the order of rows; unknown ones come last."""
    width = abs(row["figure_high"] - row["figure_low"])
    return width if np.isfinite(width) else -1.0


def _moves(row: dict[str, Any]) -> bool:
    """Whether a measure depends on it at all, beyond rounding."""
    small = 1e-12 * abs(row["figure"])
    moved = (row["derivative"] * row["at"], *(row[e] - row["figure"] for e in ENDS))
    return not all(abs(change) <= small for change in moved)


ENDS = ("figure_low", "figure_high")


def _doubts(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Say which measures do not exist, or have no derivative."""
    said = []
    for name in dict.fromkeys(row["measure"] for row in rows):
        ours = [row for row in rows if row["measure"] == name]
        if not np.isfinite(ours[0]["figure"]):
            said.append(f"{name} does not exist for this plan.")
            continue
        missing = [row["by"] for row in ours if not np.isfinite(row["derivative"])]
        if missing:
            said.append(f"{name} has no derivative by {', '.join(missing)}.")
        gone = [row["by"] for row in ours if not all(np.isfinite(row[e]) for e in ENDS)]
        if gone:
            said.append(f"{name} does not exist at an end of the range of {', '.join(gone)}.")
    return said
