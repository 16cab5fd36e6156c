"""What holding a target takes, and how near it comes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.basis import basis

if TYPE_CHECKING:
    from fractions import Fraction

    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ketapk.design.control import Control
    from ketapk.design.targets import Target
    from ketapk.dosing.regimen import Regimen
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

NEAR = 0.01
"""Share of a target within which it counts as reached: a choice."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """One constant rate, and what it leads to."""

    start: Fraction
    """[h]"""
    end: Fraction
    """[h]"""
    mg_per_h: float
    target: float
    """[mg/L]"""
    state: Floats
    """Where the drug is at the start, (S,) [mg]."""
    after: Floats
    """Where it is at the end, (S,) [mg]."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Held:
    """An infusion that holds a target in one person.

    Parameters
    ----------
    run : Profiles
        The plan, simulated.
    site : {"plasma", "effect"}
        Where the target holds.
    targets : tuple of Target
        What was wanted.
    intervals : tuple of Interval
        What is given.
    control : Control
        Rules and limits by which it was found.

    Examples
    --------
    >>> from ketapk.design.hold import hold
    >>> from ketapk.patients import Patient
    >>> held = hold("100 ng/mL", "kamp2020", Patient(weight_kg=70), until="1 h", step="5 min")
    >>> held.reached, round(held.total_mg, 1)
    (True, 21.8)
    """

    run: Profiles
    site: str
    targets: tuple[Target, ...]
    intervals: tuple[Interval, ...]
    control: Control

    @property
    def plan(self) -> Regimen:
        """What was given before with the infusions that hold the target."""
        return self.run.plan

    @property
    def weight_kg(self) -> float:
        """Body weight [kg]."""
        return float(self.run.cohort.weight_kg[0])

    @property
    def total_mg(self) -> float:
        """Drug that holding the target takes, without what was given before [mg]."""
        return sum(float(i.end - i.start) * i.mg_per_h for i in self.intervals)

    @cached_property
    def table(self) -> pl.DataFrame:
        """A row per interval.

        Columns ``start_h``, ``end_h``, ``mg_per_h``, ``mg_per_kg_h``, ``ml_per_h`` (with a pump),
        ``target_ng_per_ml``, and the concentration at its end: ``ng_per_ml`` where the target holds
        and, for an effect site, ``plasma_ng_per_ml``.
        """
        import polars as pl

        pump = self.control.limits.pump
        rates = [i.mg_per_h for i in self.intervals]
        columns: dict[str, Any] = {
            "start_h": [float(i.start) for i in self.intervals],
            "end_h": [float(i.end) for i in self.intervals],
            "mg_per_h": rates,
            "mg_per_kg_h": [rate / float(self.run.cohort.dosing_kg[0]) for rate in rates],
        }
        if pump is not None:
            columns["ml_per_h"] = [pump.ml_per_h(rate) for rate in rates]
        columns["target_ng_per_ml"] = [_ng(i.target) for i in self.intervals]
        columns["ng_per_ml"] = [_ng(self._level(i.after)) for i in self.intervals]
        if self.site == "effect":
            level, plasma = self.control.responses.level, self.control.plasma
            columns["plasma_ng_per_ml"] = [_ng(level(plasma, i.after)) for i in self.intervals]
        return pl.DataFrame(columns)

    @cached_property
    def arrivals(self) -> pl.DataFrame:
        """How every target is met.

        Columns ``start_h``, ``end_h``, ``target_ng_per_ml``, ``reached`` (within 1 %; nothing for a
        target of 0), ``reached_h`` (when first), ``closest_ng_per_ml`` (at the end of an interval),
        ``closest_h``.
        """
        import polars as pl

        rows = [self._arrival(target) for target in self.targets]
        return pl.DataFrame(rows, infer_schema_length=None)

    @property
    def reached(self) -> bool:
        """Whether every target is reached, within 1 %."""
        return self.shortfall.is_empty()

    @property
    def shortfall(self) -> pl.DataFrame:
        """The rows of ``arrivals`` whose target is not reached: how close it comes, and when."""
        table = self.arrivals
        return table.filter(table["reached"].eq_missing(False))

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Everything a reader should know: missed targets, limits, and of the simulation."""
        missed = [self._missed(row) for row in self.shortfall.to_dicts()]
        return (*missed, *self._syringe(), *self.run.warnings)

    @property
    def basis(self) -> str:
        """What this rests on: the model, its grade, and that it is no recommendation."""
        return basis([self.run.model])

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw concentrations, targets and rates; needs the extra ``plot``.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib Axes
        """
        from ketapk.plot.held import draw_held

        steps = [(float(t.start), float(t.end), _ng(t.mg_per_l)) for t in self.targets]
        rates = [(float(i.start), float(i.end), i.mg_per_h) for i in self.intervals]
        return draw_held(self.run, self.site, steps, rates, ax=ax)

    @property
    def _output(self) -> int:
        return self.control.plasma if self.control.effect is None else self.control.effect

    def _level(self, state: Floats) -> float:
        """Concentration in a state, where the target holds [mg/L]."""
        return self.control.responses.level(self._output, state)

    def _arrival(self, target: Target) -> dict[str, Any]:
        """How one target is met."""
        own = [i for i in self.intervals if target.start <= i.start < target.end]
        wanted = target.mg_per_l
        times = [own[0].start, *(i.end for i in own)]
        levels = np.array([self._level(own[0].state), *(self._level(i.after) for i in own)])
        off = np.abs(levels - wanted)
        closest = int(np.argmin(off))
        row: dict[str, Any] = {
            "start_h": float(target.start),
            "end_h": float(target.end),
            "target_ng_per_ml": _ng(wanted),
            "reached": None,
            "reached_h": None,
            "closest_ng_per_ml": _ng(float(levels[closest])),
            "closest_h": float(times[closest]),
        }
        if wanted > 0.0:
            near = np.flatnonzero(off <= NEAR * wanted)
            row["reached"] = bool(near.size)
            if near.size:
                first = int(near[0])
                row["reached_h"] = float(times[0])
                if first > 0:
                    row["reached_h"] = self._entered(own[first - 1], float(levels[first - 1]))
        return row

    def _entered(self, interval: Interval, before: float) -> float:
        """When within an interval the concentration comes within 1 % of its target [h]."""
        curve = self.control.responses.curve(
            self._output, interval.state, interval.mg_per_h, interval.end - interval.start
        )
        if before < interval.target:
            hours = curve.above((1.0 - NEAR) * interval.target)[0][0]
        else:
            hours = curve.falls_to((1.0 + NEAR) * interval.target, 0.0)[0]
        return float(interval.start) + float(hours)

    def _missed(self, row: dict[str, Any]) -> str:
        """What kept a target from being reached."""
        target, closest = row["target_ng_per_ml"], row["closest_ng_per_ml"]
        highest = self.control.limits.highest
        if closest > target:
            why = "nothing is given while it is higher"
        elif np.isfinite(highest):
            why = f"the highest rate is {units.fmt(highest)} mg/h"
        else:
            why = "a longer time, or shorter steps, would bring it nearer"
        return (
            f"The target of {units.fmt(target)} ng/mL from {units.fmt(row['start_h'])} h is not "
            f"reached: {units.fmt(closest)} ng/mL at {units.fmt(row['closest_h'])} h is the "
            f"closest; {why}."
        )

    def _syringe(self) -> list[str]:
        """Whether the syringe holds what is given."""
        pump = self.control.limits.pump
        if pump is None or pump.volume_ml is None:
            return []
        needed = pump.ml(self.total_mg)
        if needed <= pump.volume_ml:
            return []
        return [
            f"It takes {units.fmt(needed)} mL and the syringe holds {units.fmt(pump.volume_ml)} mL."
        ]

    def _overshoot(self) -> str:
        """How high the plasma goes for the effect site."""
        if self.site == "plasma":
            return ""
        peak = float(self.run.curve().Cmax[0])
        return f"; the plasma goes up to {units.fmt(peak)} ng/mL"

    def __repr__(self) -> str:
        wanted = ", then ".join(f"{units.fmt(_ng(t.mg_per_l))} ng/mL" for t in self.targets)
        highest = max(i.mg_per_h for i in self.intervals)
        lines = [
            f"<Held: {wanted} in {'plasma' if self.site == 'plasma' else 'the effect site'}, "
            f"{self.run.model.name}, {units.fmt(self.weight_kg)} kg: {len(self.intervals)} "
            f"intervals from {units.fmt(float(self.intervals[0].start))} to "
            f"{units.fmt(float(self.intervals[-1].end))} h, {units.fmt(self.total_mg)} mg in all, "
            f"at most {units.fmt(highest)} mg/h{self._overshoot()}",
            *(f"  warning: {warning}" for warning in self.warnings),
            f"  {self.basis}>",
        ]
        return "\n".join(lines)


def _ng(mg_per_l: float) -> float:
    return float(units.mg_per_l_to_ng_per_ml(mg_per_l))
