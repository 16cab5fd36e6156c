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
HELD = 0.05
"""Share of a target by which a level that has reached it may leave it and still counts as held: a
choice, that within which an effect site is held through the plasma."""


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
    def dosing_kg(self) -> float:
        """Weight that rates per kg go by [kg]."""
        return float(self.run.cohort.dosing_kg[0])

    @property
    def total_mg(self) -> float:
        """Drug that holding the target takes, without what was given before [mg]."""
        return sum(float(i.end - i.start) * i.mg_per_h for i in self.intervals)

    @cached_property
    def table(self) -> pl.DataFrame:
        """A row per interval.

        Columns ``start_h``, ``end_h``, ``mg_per_h``, ``mg_per_kg_h`` (by the weight that the
        patient is dosed by), ``ml_per_h`` (with a pump),
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
            "mg_per_kg_h": [rate / self.dosing_kg for rate in rates],
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

        Columns ``start_h``, ``end_h``, ``target_ng_per_ml``, ``reached`` (within 1 %, and from then
        on within 5 % until the next target; nothing for a target of 0), ``reached_h`` (when first
        within 1 %), ``worst_ng_per_ml`` (furthest from the target after that), ``worst_h``,
        ``closest_ng_per_ml`` (at the end of an interval), ``closest_h``.
        """
        import polars as pl

        rows = [self._arrival(target) for target in self.targets]
        return pl.DataFrame(rows, infer_schema_length=None)

    @property
    def reached(self) -> bool:
        """Whether every target is reached within 1 %, and held within 5 % until the next one."""
        return self.shortfall.is_empty()

    @property
    def shortfall(self) -> pl.DataFrame:
        """The rows of ``arrivals`` whose target is not reached, or not held from then on."""
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

        pump = self.control.limits.pump
        steps = [(float(t.start), float(t.end), _ng(t.mg_per_l)) for t in self.targets]
        rates = [(float(i.start), float(i.end), i.mg_per_h) for i in self.intervals]
        return draw_held(
            self.run,
            self.site,
            steps,
            rates,
            pump=None if pump is None else pump.concentration,
            ax=ax,
        )

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
            "worst_ng_per_ml": None,
            "worst_h": None,
            "closest_ng_per_ml": _ng(float(levels[closest])),
            "closest_h": float(times[closest]),
        }
        if wanted > 0.0:
            row |= self._stay(own, wanted)
        return row

    def _stay(self, own: list[Interval], wanted: float) -> dict[str, Any]:
        """When the intervals of a target first bring it, and how far the level goes from there."""
        begin, end = float(own[0].start), float(own[-1].end - own[0].start)
        curve = self.control.responses.course(
            self._output, own[0].state, [(i.mg_per_h, i.end - i.start) for i in own]
        )
        first = self._level(own[0].state)
        if first > (1.0 + NEAR) * wanted:
            arrival = float(curve.falls_to((1.0 + NEAR) * wanted, 0.0)[0])
        elif first < (1.0 - NEAR) * wanted:
            arrival = float(curve.above((1.0 - NEAR) * wanted)[0][0])
        else:
            arrival = 0.0
        if not arrival <= end:
            return {"reached": False}
        extremes = [curve.extreme_within(arrival, end, sign) for sign in (1.0, -1.0)]
        level, when = max(((float(c[0]), float(t[0])) for c, t in extremes),
                          key=lambda found: abs(found[0] - wanted))  # fmt: skip
        return {
            "reached": abs(level - wanted) <= HELD * wanted,
            "reached_h": begin + arrival,
            "worst_ng_per_ml": _ng(level),
            "worst_h": begin + when,
        }

    def _missed(self, row: dict[str, Any]) -> str:
        """What kept a target from being reached, or held."""
        target, arrived = row["target_ng_per_ml"], row["reached_h"]
        which = f"The target of {units.fmt(target)} ng/mL from {units.fmt(row['start_h'])} h"
        if arrived is None:
            level, when = row["closest_ng_per_ml"], row["closest_h"]
            what, how = "is not reached", "is the closest"
        else:
            level, when = row["worst_ng_per_ml"], row["worst_h"]
            what = f"is reached at {units.fmt(arrived)} h, but not held"
            how = "is the furthest from it after that"
        return (
            f"{which} {what}: {units.fmt(level)} ng/mL at {units.fmt(when)} h {how}; "
            f"{self._reason(row, above=level > target)}."
        )

    def _reason(self, row: dict[str, Any], *, above: bool) -> str:
        """Which limit kept the level away from a target."""
        limits = self.control.limits
        own = [i for i in self.intervals if row["start_h"] <= i.start < row["end_h"]]
        if not above and any(i.mg_per_h >= limits.highest for i in own):
            return f"the highest rate is {units.fmt(limits.highest)} mg/h"
        gain = _ng(self.control.responses.gain(self.control.plasma, limits.step))
        if limits.coarseness * gain > NEAR * row["target_ng_per_ml"]:
            return limits.too_coarse
        if above and row["reached_h"] is None:
            return "nothing is given while it is higher"
        return "a longer time, or shorter steps, would bring it nearer"

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
