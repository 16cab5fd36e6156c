"""What comes out of a simulation: concentrations, amounts, exposure, frames, figures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import PlanError
from ketapk.kernels.status import OK, SENTENCE
from ketapk.notice import NOTICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ketapk.course import Course
    from ketapk.dosing.regimen import Regimen
    from ketapk.exposure.measures import Exposure
    from ketapk.library.effects import Effect
    from ketapk.model.model import Model
    from ketapk.model.routes import Values
    from ketapk.patients import Cohort
    from ketapk.solution import Solution, Stats

    Floats = NDArray[np.float64]

CHUNK = 1024
"""Patients whose exposure is searched at once, which bounds the memory it takes."""
EVEN = 400
"""Even steps of a smooth curve."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Profiles:
    """Simulated profiles of N patients at T times.

    Parameters
    ----------
    times_h : (T,) ndarray
        Times [h].
    course : Course
        What was simulated: ``model``, ``plan``, ``cohort``, ``values``, and the ``solution``, which
        any other time can be read from.
    effect : Effect, optional
        The effect whose site is attached.
    warnings : tuple of str
        Everything a reader should know: implausible doses, people outside the studied range,
        borrowed routes, patients that failed.
    """

    times_h: Floats
    course: Course
    effect: Effect | None = None
    warnings: tuple[str, ...] = ()
    _cache: dict[Any, Any] = field(default_factory=dict)

    @property
    def solution(self) -> Solution:
        """The solved schedule."""
        return self.course.solution

    @property
    def model(self) -> Model:
        """The model."""
        return self.course.model

    @property
    def plan(self) -> Regimen:
        """What was given."""
        return self.course.plan

    @property
    def cohort(self) -> Cohort:
        """Who."""
        return self.course.cohort

    @property
    def values(self) -> Values:
        """Parameter values of the cohort by name, typical or drawn."""
        return self.course.values

    @property
    def analytes(self) -> tuple[str, ...]:
        """Names of the analytes that can be read in plasma."""
        return tuple(o.analyte for o in self.course.system.outputs if o.site == "plasma")

    @property
    def sites(self) -> tuple[str, ...]:
        """Names of the places that `amounts` counts, K of them."""
        return self.course.system.sites

    def concentration(self, analyte: str, *, site: str = "plasma", side: str = "after") -> Floats:
        """Concentration of an analyte, (N, T) [ng/mL].

        Parameters
        ----------
        analyte : str
            One of ``analytes``.
        site : {"plasma", "effect"}
            Where it is read; an effect site only where the model has its own.
        side : {"after", "before"}
            Whether a sample at a dose sees the state after it or before it (the trough).

        Returns
        -------
        (N, T) ndarray
            NaN for a patient that failed.

        Raises
        ------
        InputError
            If the model has no such analyte or site.
        """
        key = ("concentration", analyte, site, side)
        if key not in self._cache:
            output = self.course.system.output_index(analyte, site)
            ng_per_ml = units.mg_per_l_to_ng_per_ml(1.0)
            self._cache[key] = self.course.curve(output, self.times_h, side=side, factor=ng_per_ml)
        result: Floats = self._cache[key]
        return result

    def measured(self, analyte: str | None = None, *, rng: Any) -> Floats:
        """Concentration as it might be measured: with the residual error that the model publishes.

        Parameters
        ----------
        analyte : str, optional
            One of ``analytes``; the dosed one by default.
        rng : int, SeedSequence, Generator or Draws
            Where the numbers come from; they belong to a person and a time, whatever the others.

        Returns
        -------
        (N, T) ndarray
            [ng/mL]; may be negative where the published error is.

        Raises
        ------
        PlanError
            If the model publishes no residual error of the analyte.

        Examples
        --------
        >>> from ketapk.patients import Patient
        >>> from ketapk.simulation import simulate
        >>> me = Patient(weight_kg=70)
        >>> run = simulate("25 mg esketamine iv bolus", "otto2021", me, times=[1])
        >>> bool(run.measured(rng=1) != run.concentration("esketamine"))
        True
        """
        from ketapk.draws import Draws
        from ketapk.model.residual import measured

        name = analyte or self.model.parent
        draws = Draws.of(rng).named("residual")
        subjects = self.cohort.subject

        def noise(effect: str) -> Floats:
            times = self.times_h.tolist()
            return np.stack([draws.normal(f"{effect} at {t!r} h", subjects) for t in times], axis=1)

        return measured(self.concentration(name), name, self.model.residuals, noise)

    @property
    def amounts(self) -> Floats:
        """Amount at every one of ``sites``, (N, T, K) [mg]; it sums to the dose given so far."""
        if "amounts" not in self._cache:
            keep = list(range(self.solution.system.n_mass))
            self._cache["amounts"] = self.solution.at(self.times_h, keep=keep)
        result: Floats = self._cache["amounts"]
        return result

    def ledger(self, at: Any = None, *, apart: bool = True) -> pl.DataFrame:
        """Where every milligram is, by dose and by absorption site.

        Parameters
        ----------
        at : str or sequence of str, optional
            Times with units, such as "40 min"; by default after everything has left.
        apart : bool
            Whether every dose and site has rows of its own; a saturable model has only the whole.

        Returns
        -------
        polars.DataFrame
            Columns ``id``, ``time_h``, ``dose``, ``site``, ``place``, ``fate``, ``mg``; the rows of
            a patient and a time sum to the dose given so far. Metabolites are in milligrams of
            the dosed drug.

        Raises
        ------
        PlanError
            If a saturable model is to be taken apart.

        Examples
        --------
        >>> from ketapk.patients import Patient
        >>> from ketapk.simulation import simulate
        >>> run = simulate("84 mg esketamine oral", "perez_ruixo2021", Patient(weight_kg=70))
        >>> round(run.ledger("1 h")["mg"].sum(), 9)
        84.0
        """
        from ketapk.ledger import ledger

        return ledger(self.course, at, apart=apart)

    def contributions(
        self, analyte: str | None = None, *, site: str = "plasma"
    ) -> dict[str, Floats]:
        """Take a curve apart: what each dose by each absorption site adds to it.

        Parameters
        ----------
        analyte : str, optional
            One of ``analytes``; the dosed one by default.
        site : {"plasma", "effect"}
            Where it is read.

        Returns
        -------
        dict of str to (N, T) ndarray
            Concentrations [ng/mL] by a label such as "dose 1, nose"; they sum to the curve.

        Raises
        ------
        PlanError
            If the model is saturable, so that doses do not add up.
        """
        from ketapk.ledger import curves

        parts = curves(self.course, analyte or self.model.parent, self.times_h, site)
        return {
            f"dose {part.dose}, {part.site}": units.mg_per_l_to_ng_per_ml(curve)
            for part, curve in parts.items()
        }

    def route_range(
        self, analyte: str | None = None, *, site: str = "plasma"
    ) -> tuple[Floats, Floats] | None:
        """Lowest and highest curve over the plausible ranges of the borrowed routes.

        Parameters
        ----------
        analyte : str, optional
            One of ``analytes``; the dosed one by default.
        site : {"plasma", "effect"}
            Where it is read.

        Returns
        -------
        tuple of (N, T) ndarray, or None
            Envelope over the ends of all ranges and the curve itself [ng/mL]; None where no
            borrowed route has a range.
        """
        from ketapk.library.composition import corners

        name = analyte or self.model.parent
        curves = [self.concentration(name, site=site)]
        for values in corners(self.model, self.plan.routes, self.values):
            other = replace(self, course=self.course.varied(values), _cache={})
            curves.append(other.concentration(name, site=site))
        if len(curves) == 1:
            return None
        return np.minimum.reduce(curves), np.maximum.reduce(curves)

    def occupancy(self) -> Floats:
        """Share of NMDA receptors taken, (N, T) [1]: an illustration, from Ki of rat cortex.

        Ketamine and norketamine compete; unbound fractions are those published for plasma.

        Returns
        -------
        (N, T) ndarray
            Between 0 and 1.

        Raises
        ------
        PlanError
            If the plan gives several forms, or one without a published unbound fraction.
        """
        from ketapk.occupancy import occupancy

        if len(self.plan.drugs) != 1:
            raise PlanError("Occupancy needs a plan with one form of the drug.")
        curves = {analyte: self.concentration(analyte) for analyte in self.analytes}
        return occupancy(self.model, self.plan.drugs[0], curves)

    @property
    def stats(self) -> Stats:
        """Method that ran, steps and error estimate."""
        return self.course.stats

    @property
    def failed(self) -> dict[int, str]:
        """Patients that failed, by position, with a sentence each."""
        outcome = self.course.outcome
        if (outcome == OK).all():
            return {}
        return {int(n): SENTENCE[int(outcome[n])] for n in np.flatnonzero(outcome != OK)}

    def curve(self, analyte: str | None = None, *, site: str = "plasma") -> Exposure:
        """Return the exposure of one analyte, to be asked for levels, areas, onset, washout.

        Parameters
        ----------
        analyte : str, optional
            One of ``analytes``; the dosed one by default.
        site : {"plasma", "effect"}
            Where it is read.

        Returns
        -------
        Exposure
        """
        from ketapk.exposure.measures import Exposure

        name = analyte or self.model.parent
        self.course.system.output_index(name, site)
        return Exposure(self.solution, self.plan, name, site)

    def metabolite_ratio(self) -> Floats:
        """Area of the first metabolite over that of the dosed analyte, to infinity, (N,) [1]."""
        if self.model.metabolite is None:
            raise PlanError(f"{self.model.name} follows no metabolite.")
        return self.curve(self.model.metabolite).AUC_inf / self.curve().AUC_inf

    def bioavailability(self) -> Floats:
        """Share of the dose that reaches the blood, (N,): AUC over that of the same by vein [1].

        1 for an intravenous plan; NaN where the model has no intravenous route.
        """
        from ketapk.dosing.regimen import Dose, Regimen

        if self.plan.routes == ("iv",):
            return np.ones(len(self.cohort))
        if "iv" not in self.model.routes:
            return np.full(len(self.cohort), np.nan)
        by_vein = Regimen.of(
            *(
                Dose(route="iv", amt=dose.amt, per_kg=dose.per_kg, drug=dose.drug)
                for dose in self.plan.expand().doses
            )
        )
        other = replace(self, course=replace(self.course, plan=by_vein), _cache={})
        ratio: Floats = self.curve().AUC_inf / other.curve().AUC_inf
        return ratio

    def exposure(
        self, analyte: str | None = None, *, site: str = "plasma", above: tuple[str, ...] | str = ()
    ) -> pl.DataFrame:
        """Cmax, Tmax, AUC, half-life and times above levels, from the solution itself.

        Parameters
        ----------
        analyte : str, optional
            One of ``analytes``; the dosed one by default.
        site : {"plasma", "effect"}
            Where it is read.
        above : str or tuple of str
            Levels with units, such as "70 ng/mL".

        Returns
        -------
        polars.DataFrame
            A row per patient: ``id``, ``Cmax`` [ng/mL], ``Tmax`` [h], ``AUC_last`` (to the last
            of ``times_h``) and ``AUC_inf`` [ng h/mL], ``t_half`` [h], and for each level the first
            time at it and the time above it [h].
        """
        import polars as pl

        return pl.DataFrame(self.exposure_columns(analyte, site=site, above=above))

    def exposure_columns(
        self, analyte: str | None = None, *, site: str = "plasma", above: tuple[str, ...] | str = ()
    ) -> dict[str, Any]:
        """Return the columns of `exposure` as arrays (N,), without loading a library of frames.

        Parameters
        ----------
        analyte, site, above
            As in `exposure`.

        Returns
        -------
        dict of str to (N,) ndarray
        """
        name = analyte or self.model.parent
        output = self.course.system.output_index(name, site)
        texts = (above,) if isinstance(above, str) else above
        levels = {text: units.concentration_mg_per_l(text, name) for text in texts}
        heights = np.array(list(levels.values()))
        found = self.course.landmarks(output, float(self.times_h[-1]), heights)
        if found is None or not found[1].any():
            rows = self._exposure_of(output, heights)
        else:
            rows, done = found
            left = np.flatnonzero(~done)
            if left.size:
                some = replace(self, course=self.course.of(left), _cache={})
                rows[left] = some._exposure_of(output, heights)
                self.course.note(left, some.course)
        names = ["Cmax", "Tmax", "AUC_last", "AUC_inf", "t_half"]
        names += [f"time {what} {text}" for text in levels for what in ("to", "above")]
        columns = dict(zip(names, rows.T, strict=True))
        for name in ("Cmax", "AUC_last", "AUC_inf"):
            columns[name] = units.mg_per_l_to_ng_per_ml(columns[name])
        return {"id": np.arange(len(self.cohort)), **columns}

    def _exposure_of(self, output: int, heights: Floats) -> Floats:
        """Exposure (N, 5 + 2 L) as `Course.landmarks` gives it, from the solution."""
        from ketapk.exposure import Curve

        n, until = len(self.cohort), float(self.times_h[-1])
        rows = np.empty((n, 5 + 2 * heights.size))
        for lo in range(0, n, CHUNK):
            hi = min(lo + CHUNK, n)
            curve = Curve(self.solution.part(lo, hi), output)
            columns = [*curve.peak, curve.AUC(until), curve.AUC_inf, curve.t_half]
            for height in heights.tolist():
                columns += curve.above(height)
            rows[lo:hi] = np.stack(columns, axis=1)
        return rows

    def at_times(self, times_h: Floats) -> Profiles:
        """Return the same curves at other times [h]."""
        return replace(self, times_h=times_h, _cache={})

    def level(self, analyte: str, at_h: float) -> float:
        """Concentration of the first patient at one time [ng/mL], exact and not from the grid."""
        return float(self.at_times(np.array([at_h])).concentration(analyte)[0, 0])

    def area(self, analyte: str, until_h: float) -> float:
        """Area under the curve of the first patient from 0 to a time [ng h/mL], exact."""
        from ketapk.exposure import Curve

        curve = Curve(self.solution.part(0, 1), self.course.system.output_index(analyte))
        return float(units.mg_per_l_to_ng_per_ml(curve.AUC(until_h)[0]))

    def to_frame(self) -> pl.DataFrame:
        """Tidy table: ``id``, ``time_h``, ``analyte``, ``ng_per_ml``.

        An attached effect site is an analyte of its own, marked where its ke0 is unmatched.
        """
        import polars as pl

        n, T = len(self.cohort), self.times_h.size
        parts = [
            pl.DataFrame(
                {
                    "id": np.repeat(np.arange(n), T),
                    "time_h": np.tile(self.times_h, n),
                    "analyte": [label] * (n * T),
                    "ng_per_ml": self.concentration(analyte, site=site).ravel(),
                }
            )
            for label, (analyte, site) in self.readings().items()
        ]
        return pl.concat(parts)

    def readings(self) -> dict[str, tuple[str, str]]:
        """What can be read, by the name it has in tables: analyte and site of each."""
        found = {analyte: (analyte, "plasma") for analyte in self.analytes}
        if self.effect is not None:
            mark = "" if self.effect.matches(self.model) else ", UNMATCHED ke0"
            label = f"{self.model.parent}, effect site ({self.effect.name}{mark})"
            found[label] = (self.model.parent, "effect")
        return found

    def plot(self, *, ax: Axes | None = None, log: bool = False, bands: Sequence[str] = ()) -> Axes:
        """Draw the curves of every analyte; needs the extra ``plot``.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure by default.
        log : bool
            Whether concentrations are on a logarithmic axis.
        bands : sequence of str
            Effects whose bands are shaded, names of ``list_effects()``.

        Returns
        -------
        matplotlib Axes
        """
        from ketapk.plot import draw_profiles

        return draw_profiles(self.smooth(), ax=ax, log=log, bands=bands)

    def plot_ledger(self, *, until: Any = None, ax: Axes | None = None) -> Axes:
        """Draw where every milligram is over time; needs the extra ``plot``.

        Parameters
        ----------
        until : str, optional
            End of the time axis with its unit.
        ax : matplotlib Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib Axes
        """
        from ketapk.plot import draw_ledger

        end = None if until is None else float(units.duration_h(until, "until"))
        return draw_ledger(self, until_h=end, ax=ax)

    def plot_card(self, *, level: str = "70 ng/mL") -> Figure:
        """Draw a one-page card: curve, fates, numbers, sources; needs the extra ``plot``.

        Parameters
        ----------
        level : str
            Level whose onset and duration are given.

        Returns
        -------
        matplotlib Figure
        """
        from ketapk.plot import draw_card

        return draw_card(self, level=level)

    def smooth(self) -> Profiles:
        """Return the same curves at more times, up to the same end, so that lines look right."""
        from ketapk.grid import telling_times

        last = self.times_h[-1]
        if last == 0.0:
            return self
        fine = telling_times(self.course)
        even = np.linspace(0.0, last, EVEN + 1)
        times = np.union1d(np.concatenate([fine[fine <= last], even]), self.times_h)
        return self.at_times(times)

    def cite(self) -> str:
        """Sources of everything that the result rests on."""
        return self.model.cite()

    def __repr__(self) -> str:
        lines = [
            f"<Profiles of {len(self.cohort)} patient(s) at {self.times_h.size} times, "
            f"{self.model.name} (grade {self.model.grade}), {self.stats.method}>",
            *(f"  warning: {warning}" for warning in self.warnings),
            f"  {NOTICE}",
        ]
        return "\n".join(lines)
