"""The exposure of a run in the units of the field: ng/mL, hours, levels as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import InputError
from ketapk.exposure.curve import Curve
from ketapk.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Regimen
    from ketapk.solution import Solution

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Exposure:
    """What one analyte at one site does over time, read from the solution and never from a grid.

    Every property has one value per patient, (N,).

    Parameters
    ----------
    solution : Solution
        What was solved.
    plan : Regimen
        What was given.
    analyte : str
        Whose concentration.
    site : {"plasma", "effect"}
        Where.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> from ketapk.simulation import simulate
    >>> run = simulate("0.5 mg/kg iv over 40 min", "kamp2020", Patient(weight_kg=70))
    >>> ketamine = run.curve("ketamine")
    >>> round(float(ketamine.level("40 min")[0]))
    253
    >>> round(float(ketamine.falls(by="50 %")[0]) * 60, 1)  # minutes after the end
    8.7
    """

    solution: Solution
    plan: Regimen
    analyte: str
    site: str = "plasma"

    @lazy
    def _curve(self) -> Curve:
        return Curve(self.solution, self.solution.system.output_index(self.analyte, self.site))

    @property
    def Cmax(self) -> Floats:
        """Highest concentration [ng/mL]."""
        return self._ng(self._curve.peak[0])

    @property
    def Tmax(self) -> Floats:
        """First time of the highest concentration [h]."""
        return self._curve.peak[1]

    @property
    def AUC_inf(self) -> Floats:
        """Area under the curve to infinity [ng h/mL]."""
        return self._ng(self._curve.AUC_inf)

    @property
    def t_half(self) -> Floats:
        """Terminal half-life [h]."""
        return self._curve.t_half

    @property
    def half_lives(self) -> list[Floats]:
        """Half-lives of every phase, longest first [h]."""
        return self._curve.half_lives

    @property
    def MRT(self) -> Floats:
        """Mean residence time since the start, first moment over area [h]."""
        return self._curve.MRT

    def level(self, at: Any, *, side: str = "after") -> Floats:
        """Concentration at a time with its unit [ng/mL]; ``side="before"`` gives the trough."""
        time = float(units.time_h(at, "at"))
        return self._ng(self._curve.at(np.array([time]), side=side)[:, 0])

    def peak_within(self, start_h: float, end_h: float) -> Floats:
        """Highest concentration between two times [h], ends included [ng/mL]."""
        return self._ng(self._curve.peak_within(start_h, end_h))

    def levels_before(self, times_h: Sequence[float]) -> Floats:
        """Concentration just before each of some times (T,) [h] in their order, (N, T) [ng/mL]."""
        return self._ng(self._curve.at(np.asarray(times_h, dtype=float), side="before"))

    def areas(self, bounds: Sequence[tuple[float, float]]) -> Floats:
        """Area under the curve over each of some intervals (T,) [h], (N, T) [ng h/mL]."""
        moments, which = np.unique(np.array(bounds, dtype=float), return_inverse=True)
        upto = self._curve.areas_upto(moments)[:, which.reshape(-1, 2)]
        return self._ng(upto[..., 1] - upto[..., 0])

    def troughs(self) -> Floats:
        """Concentration just before every dose, additional ones written out, (N, D) [ng/mL]."""
        times = np.unique([float(dose.time) for dose in self.plan.expand().doses])
        return self._ng(self._curve.at(times, side="before"))

    def AUC(self, until: Any, *, start: Any = 0) -> Floats:
        """Area under the curve over an interval with units [ng h/mL]."""
        begin, end = float(units.time_h(start, "start")), float(units.time_h(until, "until"))
        if end <= begin:
            raise InputError(f"until={until!r} is not after start={start!r}; write a later time.")
        return self._ng(self._curve.AUC(end, begin))

    def onset(self, level: str) -> Floats:
        """First time at or above a level [h]; NaN for who never reaches it."""
        return self._curve.above(self._level(level))[0]

    def chance(self, level: str, *, by: Any = None) -> float:
        """Share of patients who reach a level, by a time with its unit or ever [1]."""
        first = self.onset(level)
        limit = np.inf if by is None else float(units.time_h(by, "by"))
        return float(np.mean(first <= limit))

    def time_above(self, level: str) -> Floats:
        """Total time at or above a level [h]."""
        return self._curve.above(self._level(level))[1]

    def intervals_above(self, level: str) -> pl.DataFrame:
        """Stretches of time at or above a level: ``id``, ``start_h``, ``end_h``."""
        import polars as pl

        who, start, stop = self._curve.intervals_above(self._level(level))
        return pl.DataFrame({"id": who, "start_h": start, "end_h": stop})

    def falls(self, *, by: str | None = None, to: str | None = None, after: Any = None) -> Floats:
        """Time until the curve has fallen by a percentage, or to a level [h].

        Parameters
        ----------
        by : str, optional
            Percentage of the concentration at ``after``, such as "50 %".
        to : str, optional
            Level with its unit, such as "70 ng/mL"; this or ``by``.
        after : str, optional
            From when the time counts; the end of the last dose by default.

        Returns
        -------
        (N,) ndarray
            0 where the curve is below already; infinite where it never falls so far.
        """
        if (by is None) == (to is None):
            raise InputError("Say either by='50 %' or to='70 ng/mL'.")
        begin = float(self.plan.end if after is None else units.time_h(after, "after"))
        if to is not None:
            target: Any = self._level(to)
        else:
            share = units.percentage(str(by), "by")
            now = self._curve.at(np.array([begin]), side="before")[:, 0]
            target = now * (1.0 - share)
        return self._curve.falls_to(target, begin) - begin

    def washout(
        self, level: str, *, after_h: float | None = None, until_h: float = np.inf
    ) -> Floats:
        """Time until the curve is below a level for good [h].

        Parameters
        ----------
        level : str
            Level with its unit, such as "70 ng/mL".
        after_h : float, optional
            From when the time counts [h]; the end of the last dose by default.
        until_h : float
            When it ends, such as the next session [h]: what is above then was not below for good.

        Returns
        -------
        (N,) ndarray
            0 where the curve is below by then, or always; infinite where it never stays below.
        """
        begin = float(self.plan.end) if after_h is None else after_h
        who, start, stop = self._curve.intervals_above(self._level(level))
        hours = np.zeros(self.solution.n_subjects)
        inside = (start < until_h) & (stop > begin)
        late = np.where(stop >= until_h, np.inf, stop - begin)
        np.maximum.at(hours, who[inside], late[inside])
        hours[self.solution.outcome != 0] = np.nan
        return hours

    def _level(self, text: str) -> float:
        return units.concentration_mg_per_l(text, self.analyte)

    def _ng(self, mg_per_l: Floats) -> Floats:
        result: Floats = units.mg_per_l_to_ng_per_ml(mg_per_l)
        return result
