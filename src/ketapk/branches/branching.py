"""The difference of two branches of a plan, from the moment they part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.basis import basis
from ketapk.branches.numbered import numbered, plain, rounded
from ketapk.branches.parting import parting
from ketapk.branches.sentence import change
from ketapk.dosing.sentence import parse
from ketapk.draws import Draws
from ketapk.errors import InputError
from ketapk.exposure.curve import Curve
from ketapk.exposure.difference import Difference
from ketapk.percentiles import percentiles
from ketapk.simulation import cohort_of, simulate

if TYPE_CHECKING:
    from fractions import Fraction

    import polars as pl
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ketapk.branches.change import Change
    from ketapk.dosing.regimen import Regimen
    from ketapk.model.model import Model
    from ketapk.patients import Cohort, Patient
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

WITHIN = "5 %"
"""Share of the planned peak within which two branches count as agreeing again: a choice."""
ROUNDING = 1e-12
"""Share below which a difference is one of rounding, and counts as none."""


@dataclass(frozen=True, kw_only=True, repr=False)
class WhatIf:
    """A plan as it was meant, the same plan with changes, and how far apart they come.

    Parameters
    ----------
    planned, changed : Profiles
        Both runs, of the same N people at the same T times.
    changes : tuple
        What was changed, in the order in which it was.
    parts_at : Fraction, optional
        Moment at which what is given begins to differ [h]; None if nothing does.
    analyte, site : str
        Whose concentrations are compared, and where.
    within : str
        Share of the planned peak within which the branches agree.
    """

    planned: Profiles
    changed: Profiles
    changes: tuple[Change, ...]
    parts_at: Fraction | None
    analyte: str
    site: str = "plasma"
    within: str = WITHIN
    _cache: dict[str, Any] = field(default_factory=dict)

    @property
    def times_h(self) -> Floats:
        """Times of both runs, (T,) [h]."""
        return self.planned.times_h

    @property
    def difference(self) -> Floats:
        """Changed less planned concentration, (N, T) [ng/mL]."""
        after, before = (
            run.concentration(self.analyte, site=self.site) for run in (self.changed, self.planned)
        )
        found: Floats = after - before
        return found

    @property
    def largest(self) -> Floats:
        """Largest difference, negative where the changed branch is below, (N,) [ng/mL]."""
        return self._ng(self._exact.extreme[0])

    @property
    def largest_at_h(self) -> Floats:
        """First time of the largest difference, (N,) [h]."""
        return self._exact.extreme[1]

    @property
    def area(self) -> Floats:
        """Area of the changed branch less that of the planned one, (N,) [ng h/mL]."""
        return _but_rounding(self._ng(self._exact.area), self._ng(self._exact.first.AUC_inf))

    @property
    def area_between(self) -> Floats:
        """Area between the branches, whichever is above, (N,) [ng h/mL]."""
        return self._ng(self._exact.area_between)

    @property
    def agree_at_h(self) -> Floats:
        """Time from which on the branches stay within ``within`` of the planned peak, (N,) [h].

        The moment they part for who is `never_apart`.
        """
        if "agree" not in self._cache:
            self._cache["agree"] = self._exact.agrees_from(self._near)
        found: Floats = self._cache["agree"]
        return found

    @property
    def never_apart(self) -> NDArray[np.bool_]:
        """Who never differs by more than ``within`` of the planned peak, (N,)."""
        return np.abs(self._exact.extreme[0]) <= self._near

    @property
    def agreement(self) -> str:
        """Whether and from when the branches agree again, in a sentence."""
        known = ~np.isnan(self.agree_at_h)
        never, people = int(np.sum(self.never_apart[known])), int(np.sum(known))
        if not people:
            return "Nobody's branches can be compared."
        most = units.fmt(float(np.max(np.abs(self.largest[known]))), 3)
        share = f"{self.within} of the planned peak"
        if never == people:
            return f"The branches never differ by more than {share}; at most by {most} ng/mL."
        again = self.agree_at_h[known & ~self.never_apart]
        when = f"{units.fmt(_middle(again), 3)} h" if np.isfinite(_middle(again)) else "no time"
        apart = f"The branches differ by up to {most} ng/mL, and by at most {share} from {when} on"
        if people == 1:
            return f"{apart}."
        few = f"{never} of {people} people never differ by more than {share}. " if never else ""
        return f"{few}{apart}, median of {'the others' if never else 'the people'}."

    @property
    def given_mg(self) -> tuple[Floats, Floats]:
        """What is given in all as planned and as changed, (N,) each [mg]."""
        planned, changed = (_given(run) for run in (self.planned, self.changed))
        return planned, changed

    @property
    def becomes(self) -> str:
        """The changed plan in words, amounts and rates in four figures."""
        return str(rounded(self.changed.plan))

    @property
    def account(self) -> str:
        """What both branches give, in a sentence: nothing is lost silently."""
        planned, changed = (float(np.median(mg)) for mg in self.given_mg)
        people = ", median of the people" if len(self.planned.cohort) > 1 else ""
        more = changed - planned
        if abs(more) <= ROUNDING * planned:
            return f"Both branches give {units.fmt(planned)} mg{people}; no milligram differs."
        return (
            f"Planned: {units.fmt(planned, 4)} mg. Given: {units.fmt(changed, 4)} mg, "
            f"{units.fmt(abs(more), 4)} mg {'more' if more > 0 else 'less'}{people}."
        )

    @property
    def table(self) -> pl.DataFrame:
        """What both branches do: ``what``, ``planned``, ``changed``, ``difference``.

        Medians of a cohort; concentrations in ng/mL, times in hours.
        """
        import polars as pl

        runs = (self.planned, self.changed)
        measured = [run.exposure_columns(self.analyte, site=self.site) for run in runs]
        rows = [("given [mg]", *self.given_mg)]
        for what, key in (
            ("Cmax [ng/mL]", "Cmax"),
            ("Tmax [h]", "Tmax"),
            ("AUC [ng h/mL]", "AUC_inf"),
        ):
            rows.append((what, *(m[key] for m in measured)))
        return pl.DataFrame(
            [
                {
                    "what": what,
                    "planned": _middle(before),
                    "changed": _middle(after),
                    "difference": _middle(_but_rounding(after - before, before)),
                }
                for what, before, after in rows
            ]
        )

    @property
    def findings(self) -> pl.DataFrame:
        """How far apart the branches come: ``what``, ``value``, ``low``, ``high``.

        Medians, with the 5th and 95th percentile of a cohort; the time from which on branches agree
        again is of those who come further apart.
        """
        import polars as pl

        start = None if self.parts_at is None else float(self.parts_at)
        found = {
            "parts at [h]": np.array([np.nan if start is None else start]),
            "largest difference [ng/mL]": self.largest,
            "at [h]": self.largest_at_h,
            "difference of area [ng h/mL]": self.area,
            "area between [ng h/mL]": self.area_between,
        }
        near, never = f"{self.within} of the planned peak", self.never_apart
        if never.any():
            found[f"never differ by more than {near} [people]"] = np.array([float(never.sum())])
        if not never.all():
            found[f"within {near} from [h]"] = np.where(never, np.nan, self.agree_at_h)
        rows = []
        for what, values in found.items():
            known = bool(np.any(~np.isnan(values)))
            low, middle, high = percentiles(values) if known else (None,) * 3
            rows.append({"what": what, "value": middle, "low": low, "high": high})
        return pl.DataFrame(rows)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything a reader should know, each once."""
        return tuple(dict.fromkeys((*self.planned.warnings, *self.changed.warnings)))

    @property
    def basis(self) -> str:
        """Which model and grade it rests on, and that it is no recommendation."""
        return basis([self.planned.model])

    def to_frame(self) -> pl.DataFrame:
        """Tidy table: ``id``, ``time_h``, ``planned``, ``changed``, ``difference`` [ng/mL]."""
        import polars as pl

        planned, changed = (
            run.concentration(self.analyte, site=self.site) for run in (self.planned, self.changed)
        )
        return pl.DataFrame(
            {
                "id": np.repeat(np.arange(planned.shape[0]), self.times_h.size),
                "time_h": np.tile(self.times_h, planned.shape[0]),
                "planned": planned.ravel(),
                "changed": changed.ravel(),
                "difference": (changed - planned).ravel(),
            }
        )

    def plot(self) -> Figure:
        """Draw both branches, and below them the difference; needs the extra ``plot``."""
        from ketapk.plot import draw_branches

        return draw_branches(self)

    @property
    def _exact(self) -> Difference:
        if "difference" not in self._cache:
            output = self.planned.solution.system.output_index(self.analyte, self.site)
            first, second = (Curve(run.solution, output) for run in (self.planned, self.changed))
            since = 0.0 if self.parts_at is None else float(self.parts_at)
            self._cache["difference"] = Difference(first, second, since)
        found: Difference = self._cache["difference"]
        return found

    @property
    def _near(self) -> Floats:
        """Difference up to which branches agree, (N,) [mg/L]."""
        near: Floats = units.percentage(self.within, "within") * self._exact.first.peak[0]
        return near

    def _ng(self, mg_per_l: Floats) -> Floats:
        found: Floats = units.mg_per_l_to_ng_per_ml(mg_per_l)
        return found

    def __repr__(self) -> str:
        said = "; ".join(str(change) for change in self.changes)
        lines = [
            f"<{self.planned.plan}: what if {said}>",
            f"  becomes {self.becomes}",
            f"  {self.account}",
            f"  {self.agreement}",
            str(self.table),
            str(self.findings),
            *(f"  warning: {warning}" for warning in self.warnings),
            f"  {self.basis}",
        ]
        return "\n".join(lines)


def what_if(
    plan: Regimen | str,
    changes: Change | str | Sequence[Change | str],
    model: Model | str,
    patient: Patient | Cohort,
    *,
    analyte: str | None = None,
    within: str = WITHIN,
    rng: Any = None,
    allow_implausible: bool = False,
) -> WhatIf:
    """Compare a plan with the same plan gone otherwise, from the moment they part.

    Parameters
    ----------
    plan : Regimen or str
        What was planned.
    changes : change, str or sequence of these
        What went otherwise, one after the other: `PumpStop`, `Late`, `Skipped`, `Doubled`,
        `OtherRate`, `OtherWeight`, or sentences such as "pump stops at 20 min for 10 min". Doses
        are counted as planned, before any change.
    model : Model or str
        A model, or its name.
    patient : Patient or Cohort
        Who.
    analyte : str, optional
        Whose concentrations are compared; the dosed one by default.
    within : str
        Share of the planned peak within which the branches count as agreeing again.
    rng : int, SeedSequence, Generator or Draws, optional
        Draw people as the model publishes; both branches meet the same people.
    allow_implausible : bool
        Accept doses more than ten times outside what has been studied.

    Returns
    -------
    WhatIf
        With ``.parts_at``, ``.difference``, ``.largest``, ``.area``, ``.agree_at_h``,
        ``.agreement``, ``.account``, ``.table``, ``.plot()``, ``.basis``.

    Raises
    ------
    InputError
        If a change does not fit the plan, or is not understood.
    PlanError
        If the model cannot answer the plan, before or after the changes.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> stopped = what_if("0.5 mg/kg iv over 40 min", "pump stops at 20 min for 10 min",
    ...                   "kamp2020", Patient(weight_kg=70))
    >>> stopped.account
    'Both branches give 35 mg; no milligram differs.'
    >>> round(float(stopped.largest[0])), round(float(stopped.largest_at_h[0]) * 60)
    (-155, 30)
    """
    units.percentage(within, "within")
    regimen = parse(plan) if isinstance(plan, str) else plan
    given = [changes] if isinstance(changes, str) or not isinstance(changes, Sequence) else changes
    if not given:
        raise InputError("There is no change; write one, such as 'dose 1 late by 15 min'.")
    asked = tuple(_change(one) for one in given)
    cohort = cohort_of(patient)
    draws = None if rng is None else Draws.of(rng)
    options: dict[str, Any] = {"rng": draws, "allow_implausible": allow_implausible}
    planned = simulate(regimen, model, cohort, **options)
    # Doses are counted as planned, whatever a change before did to them.
    other = planned.plan if planned.plan.steady or len(asked) == 1 else numbered(planned.plan)
    for one in asked:
        other = one.of(other, cohort)
    changed = simulate(plain(other), planned.model, cohort, **options)
    times = np.union1d(planned.times_h, changed.times_h)
    name = analyte or planned.model.parent
    planned.course.system.output_index(name, "plasma")
    return WhatIf(
        planned=planned.at_times(times),
        changed=changed.at_times(times),
        changes=asked,
        parts_at=parting(planned.plan, changed.plan),
        analyte=name,
        within=within,
    )


def _change(given: Any) -> Change:
    if isinstance(given, str):
        return change(given)
    if not callable(getattr(given, "of", None)):
        raise InputError(
            f"{given!r} is no change; write one such as kp.PumpStop(at='20 min', lasting='10 min')."
        )
    found: Change = given
    return found


def _given(run: Profiles) -> Floats:
    """All that a plan gives to each person, (N,) [mg]."""
    doses = [dose.amount_mg(run.cohort.dosing_kg) * (1 + dose.addl) for dose in run.plan.doses]
    return np.broadcast_to(np.sum(np.broadcast_arrays(*doses), axis=0), (len(run.cohort),))


def _middle(values: Floats) -> float:
    return float(np.nanmedian(values))


def _but_rounding(difference: Floats, of: Floats) -> Floats:
    """The difference (N,) from some values (N,), 0 where it is one of rounding."""
    return np.where(np.abs(difference) <= ROUNDING * np.abs(of), 0.0, difference)
