"""Which published difference between people makes a measure of exposure vary, and how much of it.

Variance-based indices by Saltelli's estimators on Sobol points, as ``scipy.stats.sobol_indices``
has them (Saltelli et al., Comput Phys Commun 2010;181(2):259-270, doi:10.1016/j.cpc.2009.09.018).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.basis import basis
from ketapk.errors import InputError, PlanError, nearest
from ketapk.model.variability import factor
from ketapk.sensitivity.measure import Measure, measure_of
from ketapk.simulation import simulate

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from ketapk.course import Course
    from ketapk.dosing.regimen import Regimen
    from ketapk.model.model import Model
    from ketapk.model.routes import Values
    from ketapk.patients import Cohort, Patient
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]
    Draw = Callable[[Floats], dict[str, Any]]

POINTS = 1024
"""Base points of the estimators; a power of two."""
CONFIDENCE = 0.95
RESAMPLES = 200
"""Bootstrap samples of the confidence intervals."""
SAME = 1e-9
"""Relative difference below which a measure is the same."""
ENDS = ("", "_low", "_high")
PEOPLE = 4096
"""People whose measure is read at once, which bounds the memory it takes."""


@dataclass(frozen=True, kw_only=True, repr=False)
class VarianceShares:
    """How much of the variance of a measure each difference between people explains."""

    run: Profiles
    """The simulation of the typical person."""
    analyte: str
    measure: str
    table: pl.DataFrame
    """A row for each, the largest first: ``by``, ``first`` (share that it explains alone),
    ``first_low``, ``first_high``, ``total`` (share that goes with it, what it does together with
    others included), ``total_low``, ``total_high`` (95 % intervals by bootstrap)."""
    mean: float
    """Of the measure over people, in its unit."""
    sd: float
    unit: str
    n: int
    """Base points; the model was run ``n`` times the number of rows and two."""
    said: str
    """What was varied, and how."""
    warnings: tuple[str, ...]

    @property
    def basis(self) -> str:
        """What it rests on, and what it is not."""
        return basis([self.run.model])

    def __repr__(self) -> str:
        rows = ", ".join(f"{row['by']} {row['total']:.2f}" for row in self.table.head(5).to_dicts())
        lines = [
            f"<Variance of {self.measure} of {self.analyte}, {self.run.plan} "
            f"({self.run.model.name})",
            f"  {units.fmt(self.mean)} {self.unit}, SD {units.fmt(self.sd)}; total shares: {rows}",
            f"  {self.said}",
            *(f"  warning: {warning}" for warning in self.warnings),
            f"  {self.basis}>",
        ]
        return "\n".join(lines)


def variance_shares(
    plan: Regimen | str,
    model: Model | str,
    patient: Patient | Cohort | None = None,
    measure: str = "Cmax",
    *,
    n: int = POINTS,
    rng: np.random.Generator | int | None = None,
    ranges: Mapping[str, str] | None = None,
    analyte: str | None = None,
    site: str = "plasma",
) -> VarianceShares:
    """Share out the variance of a measure among the differences between people.

    Parameters
    ----------
    plan : Regimen or str
        Doses, or a sentence that says them.
    model : Model or str
        A model that publishes variability between people, unless ``ranges`` are given; or its name.
    patient : Patient or Cohort, optional
        One person, who is typical.
    measure : str
        As in `sensitivities`.
    n : int
        Base points, a power of two; the model is run about n times the number of effects.
    rng : Generator or int, optional
        For the scrambling of the points and the bootstrap.
    ranges : mapping of str to str, optional
        Parameters that are uniform within so much of their value either way, ``{"CL": "20 %"}``,
        instead of the published variability.
    analyte : str, optional
        Whose; the dosed one by default.
    site : {"plasma", "effect"}
        Where it is read.

    Returns
    -------
    VarianceShares
        With ``.table``, ``.basis``, ``.warnings``.

    Raises
    ------
    InputError
        If an argument is not possible, or the measure does not exist in somebody.
    PlanError
        If the model publishes no variability and no ranges are given.

    Notes
    -----
    The indices need effects that are independent. Where the model publishes correlations, effects
    are whitened in the order of the model: a row "V1 | CL" is what is left of V1 once CL is known.
    Another order would share out the same variance differently.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> found = variance_shares(
    ...     "25 mg esketamine iv bolus", "otto2021", Patient(weight_kg=70), "AUC_inf", n=256, rng=1)
    >>> found.table["by"][0]
    'CL | V1'
    """
    import polars as pl
    from scipy.stats import norm, uniform

    if isinstance(n, bool) or not isinstance(n, int) or n < 2 or n & (n - 1):
        raise InputError(f"n={n!r} is not possible; write a power of two, such as 1024.")
    run = simulate(plan, model, patient)
    if len(run.cohort) != 1:
        raise InputError(
            f"Shares are of people around one typical person and {len(run.cohort)} were given; "
            f"choose one."
        )
    whose = analyte or run.model.parent
    output = run.course.system.output_index(whose, site)
    chosen = measure_of(measure, whose)
    values = run.course.values
    names, draw, said = (
        _published(run.model, values) if ranges is None else _stated(run.model, values, ranges)
    )
    one: Any = norm() if ranges is None else uniform(loc=-1.0, scale=2.0)

    def figures(points: Floats) -> Floats:
        found = _figures(run.course, draw(points), points.shape[1], output, chosen)
        if not np.isfinite(found).all():
            raise InputError(
                f"{measure} does not exist in {np.mean(~np.isfinite(found)):.1%} of the people; "
                f"choose a measure that everybody has, such as Cmax."
            )
        return found

    matters = _matters(figures, one, len(names))
    if not matters.any():
        raise InputError(
            f"{measure} is the same in everybody, so that there is nothing to share out; choose "
            f"another measure."
        )
    split, people = _indices(figures, one, matters, n, np.random.default_rng(rng))
    people = people * chosen.factor
    columns: dict[str, Any] = {"by": [n for n, ours in zip(names, matters, strict=True) if ours]}
    return VarianceShares(
        run=run,
        analyte=whose,
        measure=chosen.name,
        table=pl.DataFrame(columns | split).sort("total", descending=True),
        mean=float(people.mean()),
        sd=float(people.std()),
        unit=chosen.unit,
        n=n,
        said=said,
        warnings=run.warnings,
    )


def _indices(
    figures: Callable[[Floats], Floats],
    one: Any,
    matters: NDArray[np.bool_],
    n: int,
    rng: np.random.Generator,
) -> tuple[dict[str, Floats], Floats]:
    """Indices of the effects that matter with their intervals, and the measure of n people."""
    from scipy.stats import qmc, sobol_indices

    d = int(matters.sum())
    both = one.ppf(qmc.Sobol(2 * d, rng=rng).random(n)).T
    first, second = both[:d], both[d:]

    def read(points: Floats) -> Floats:
        everything = np.zeros((matters.size, points.shape[1]))
        everything[matters] = points
        return figures(everything)

    ones, others = read(first), read(second)
    if d == 1:
        # What differs alone explains it all.
        return {f"{o}{end}": np.ones(1) for o in ("first", "total") for end in ENDS}, ones
    mixed = np.repeat(first[None], d, axis=0)
    mixed[np.arange(d), np.arange(d)] = second
    mixtures = read(np.concatenate(list(mixed), axis=1)).reshape(d, n)

    def shares(which: Any) -> tuple[Floats, Floats]:
        # Copied, because SciPy centres what it is given.
        found = sobol_indices(
            func={
                "f_A": ones[None, which].copy(),
                "f_B": others[None, which].copy(),
                "f_AB": mixtures[:, None, which].copy(),
            },
            n=n,
        )
        return np.ravel(found.first_order), np.ravel(found.total_order)

    again = [shares(rng.integers(0, n, n)) for _ in range(RESAMPLES)]
    tails = (0.5 - 0.5 * CONFIDENCE, 0.5 + 0.5 * CONFIDENCE)
    columns: dict[str, Floats] = {}
    for k, (order, middle) in enumerate(zip(("first", "total"), shares(np.arange(n)), strict=True)):
        low, high = np.quantile([sample[k] for sample in again], tails, axis=0)
        columns |= dict(zip((f"{order}{end}" for end in ENDS), (middle, low, high), strict=True))
    return columns, ones


def _matters(figures: Callable[[Floats], Floats], one: Any, count: int) -> NDArray[np.bool_]:
    """Whether a measure depends on each of so many effects: at a few points, moved one by one."""
    quantiles = np.random.default_rng(0).uniform(0.05, 0.95, (2, count, 4))
    here, there = one.ppf(quantiles)
    base = figures(here)
    found = np.zeros(count, dtype=bool)
    for k in range(count):
        moved = here.copy()
        moved[k] = there[k]
        found[k] = bool((np.abs(figures(moved) - base) > SAME * np.abs(base)).any())
    return found


def _published(model: Model, values: Values) -> tuple[tuple[str, ...], Draw, str]:
    """Names of independent effects, what they do to the values, and how that is said."""
    effects = [effect for effect in model.variability if effect.level == "between people"]
    if not effects:
        raise PlanError(
            f"{model.name} publishes no variability between people; state ranges, such as "
            f"ranges={{{model.parameters[0].name if model.parameters else 'CL'!r}: '20 %'}}."
        )
    root = factor(effects, model.correlations)
    names = []
    for i, effect in enumerate(effects):
        known = [effects[j].parameter for j in np.flatnonzero(root[i, :i])]
        names.append(" | ".join((effect.parameter, *known)))

    def draw(points: Floats) -> dict[str, Any]:
        drawn: dict[str, Any] = {}
        for effect, shift in zip(effects, root @ points, strict=True):
            typical = np.asarray(values[effect.parameter], dtype=float)
            if effect.scale == "SD on the logit scale":
                odds = typical / (1.0 - typical) * np.exp(shift)
                drawn[effect.parameter] = odds / (1.0 + odds)
            else:
                drawn[effect.parameter] = typical * np.exp(shift)
        return drawn

    mixed = any("|" in name for name in names)
    return (
        tuple(names),
        draw,
        (
            "Published variability between people"
            + ("; 'a | b' is what is left of a once b is known." if mixed else ".")
        ),
    )


def _stated(
    model: Model, values: Values, ranges: Mapping[str, str]
) -> tuple[tuple[str, ...], Draw, str]:
    """As `_published`, of parameters that are uniform within a share of their value."""
    if len(ranges) < 1:
        raise InputError("ranges is empty; write such as ranges={'CL': '20 %'}.")
    shares: dict[str, float] = {}
    for name, text in ranges.items():
        if name not in values:
            raise InputError(
                f"{model.name} has no parameter {name!r}; it has {', '.join(values)}."
                f"{nearest(name, values)}"
            )
        shares[name] = units.percentage(text, f"ranges[{name!r}]")

    def draw(points: Floats) -> dict[str, Any]:
        return {
            name: np.asarray(values[name], dtype=float) * (1.0 + share * point)
            for (name, share), point in zip(shares.items(), points, strict=True)
        }

    said = ", ".join(f"{name} within {text}" for name, text in ranges.items())
    return tuple(shares), draw, f"Stated ranges, uniform: {said}."


def _figures(
    course: Course, drawn: Mapping[str, Floats], people: int, output: int, measure: Measure
) -> Floats:
    """Measure of people with drawn values, (people,)."""
    found = np.empty(people)
    for lo in range(0, people, PEOPLE):
        hi = min(lo + PEOPLE, people)
        values = {
            name: np.repeat(value, hi - lo) if np.ndim(value) else value
            for name, value in course.values.items()
        }
        values.update({name: value[lo:hi] for name, value in drawn.items()})
        everybody = course.cohort[np.zeros(hi - lo, dtype=np.int64)]
        some = replace(course, cohort=everybody, values=values)
        found[lo:hi] = measure.read(some, output)
    return found
