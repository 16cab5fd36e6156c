"""What holding a target takes, and how near it comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.basis import basis
from ketapk.design.arrivals import arrival, missed
from ketapk.lazy import lazy

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ketapk.design.arrivals import Interval
    from ketapk.design.control import Control
    from ketapk.design.targets import Target
    from ketapk.dosing.regimen import Regimen
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]


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

    @lazy
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

    @lazy
    def arrivals(self) -> pl.DataFrame:
        """How every target is met.

        Columns ``start_h``, ``end_h``, ``target_ng_per_ml``, ``reached`` (within 1 %, and from then
        on within 5 % until the next target; nothing for a target of 0), ``reached_h`` (when first
        within 1 %), ``worst_ng_per_ml`` (furthest from the target after that), ``worst_h``,
        ``closest_ng_per_ml`` (at the end of an interval), ``closest_h``.
        """
        import polars as pl

        rows = [arrival(target, self.intervals, self.control) for target in self.targets]
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

    @lazy
    def warnings(self) -> tuple[str, ...]:
        """Everything a reader should know: missed targets, limits, and of the simulation."""
        short = [missed(row, self.intervals, self.control) for row in self.shortfall.to_dicts()]
        return (*short, *self._syringe(), *self.run.warnings)

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

    def _level(self, state: Floats) -> float:
        """Concentration in a state, where the target holds [mg/L]."""
        return self.control.responses.level(self.control.output, state)

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
