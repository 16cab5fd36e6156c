"""A designed schedule: what is run on the pump, what comes of it, what else was possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketapk import units
from ketapk.basis import basis
from ketapk.design.aims import AreaAim
from ketapk.design.chances import ChanceAim
from ketapk.design.judged import chance_table
from ketapk.lazy import lazy

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes

    from ketapk.design.asked import Aim
    from ketapk.design.judged import Deviation
    from ketapk.design.sheet import RunningSheet
    from ketapk.dosing.regimen import Regimen
    from ketapk.profiles import Profiles


@dataclass(frozen=True, kw_only=True, repr=False)
class Designed:
    """The best schedule that was found, or one of its alternatives.

    Parameters
    ----------
    aim : LevelAim, WindowAim, AreaAim or ChanceAim
        What was wanted.
    run : Profiles
        The rounded schedule, simulated.
    sheet : RunningSheet
        What is set on the pump.
    deviation : Deviation
        How far it is from the aim, exact over time.
    site : {"plasma", "effect"}
        Where the aim holds.
    alternatives : tuple of Designed
        The next best that differ in the number of changes, in having a bolus, or in a change time
        by more than one step of the grid.
    obstacles : tuple of str
        What stands in the way of an aim that is not met.

    Examples
    --------
    >>> from ketapk.design.nurse import design_schedule
    >>> from ketapk.dosing.pump import Pump
    >>> from ketapk.patients import Patient
    >>> best = design_schedule(
    ...     "100 ng/mL until 1 h", "kamp2020", Patient(weight_kg=70),
    ...     pump=Pump(concentration="10 mg/mL"), changes=1,
    ... )
    >>> print(best.plan)
    63 mg/h iv for 5 min; 19 mg/h iv for 55 min at 5 min
    """

    aim: Aim
    run: Profiles
    sheet: RunningSheet
    deviation: Deviation
    site: str
    alternatives: tuple[Designed, ...] = ()
    obstacles: tuple[str, ...] = ()

    @property
    def plan(self) -> Regimen:
        """The schedule as the pump runs it."""
        return self.run.plan

    @property
    def total_mg(self) -> float:
        """Drug in all [mg]."""
        return self.sheet.total_mg

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None for a level, which is only come near to."""
        return self.deviation.met

    @lazy
    def chances(self) -> pl.DataFrame:
        """A row per stated chance; none for other aims.

        Columns ``chance``, ``required`` and ``reached`` (shares of people, as worded), ``people``
        (how many make ``reached``), ``met``, and ``margin``: how far, as a share of the level, the
        person who decides the chance stays on the wanted side.
        """
        stated = self.aim.chances if isinstance(self.aim, ChanceAim) else ()
        return chance_table(self.run, stated, self.site)

    @lazy
    def table(self) -> pl.DataFrame:
        """A row for the schedule and each of its alternatives, the best first.

        Columns ``rank``, ``plan``, ``changes``, ``total_mg``, ``worst`` (share outside, or off),
        ``mean`` (root mean square, for a level), ``lowest_ng_per_ml`` and ``highest_ng_per_ml``
        (within the time of the aim), ``met``.
        """
        import polars as pl

        rows = [
            {
                "rank": rank,
                "plan": str(one.plan),
                "changes": len({d.time for d in one.plan.doses if d.hours and d.time > 0}),
                "total_mg": one.total_mg,
                "worst": one.deviation.worst,
                "mean": one.deviation.mean,
                "lowest_ng_per_ml": one.deviation.lowest,
                "highest_ng_per_ml": one.deviation.highest,
                "met": one.met,
            }
            for rank, one in enumerate((self, *self.alternatives), start=1)
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    @lazy
    def warnings(self) -> tuple[str, ...]:
        """Everything a reader should know: a missed aim, why, the pump, and of the simulation."""
        missed = () if self.met is not False else (self._missed(), *self.obstacles)
        return (*missed, *self.sheet.warnings, *self.run.warnings)

    @property
    def basis(self) -> str:
        """What this rests on: the model, its grade, and that it is no recommendation."""
        return basis([self.run.model])

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw concentrations, the aim and the rates; needs the extra ``plot``.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib Axes
        """
        from ketapk.plot.designed import draw_designed

        rates = [
            (float(d.time), float(d.time + d.hours), d.amt / float(d.hours))
            for d in self.plan.doses
            if d.hours
        ]
        return draw_designed(self.run, self.site, self._limits(), rates, ax=ax)

    def _limits(self) -> list[tuple[float, float, float, str]]:
        """Levels that are wanted: start and end [h], level [ng/mL], and in words."""
        aim, name = self.aim, self.run.model.parent
        ever = float(self.run.times_h[-1])
        if isinstance(aim, ChanceAim):
            return [
                (
                    float(c.start_h),
                    ever if c.end_h is None else float(c.end_h),
                    _ng(c.mg_per_l(name)),
                    f"{c.bound} {c.share} {c.side}",
                )
                for c in aim.chances
            ]
        if isinstance(aim, AreaAim):
            return []
        levels = aim.mg_per_l(name)
        both = (levels,) if isinstance(levels, float) else levels
        words = ("level",) if len(both) == 1 else ("window", "_window")
        return [
            (float(aim.start_h), float(aim.end_h), _ng(level), word)
            for level, word in zip(both, words, strict=True)
        ]

    def _missed(self) -> str:
        """How close it comes."""
        short = [
            f"'{row['chance']}': {units.fmt(100.0 * row['reached'])} %"
            for row in self.chances.to_dicts()
            if not row["met"]
        ]
        closest = "; ".join(short) if short else str(self.deviation)
        return f"The aim, {self.aim}, is not met; the closest is {closest}."

    def __repr__(self) -> str:
        who = len(self.run.cohort)
        people = f"{who} people" if who > 1 else f"{units.fmt(self.sheet.weight_kg)} kg"
        said = [
            f"  {row['chance']}: {units.fmt(100.0 * row['reached'])} %"
            for row in self.chances.to_dicts()
        ]
        lines = [
            f"<Designed: {self.aim}, {self.run.model.name}, {people}",
            f"  {self.plan}",
            f"  {units.fmt(self.total_mg)} mg in all; {self.deviation}",
            *said,
            *(f"  or: {one.plan} ({one.deviation})" for one in self.alternatives),
            *(f"  warning: {warning}" for warning in self.warnings),
            f"  {self.basis}>",
        ]
        return "\n".join(lines)


def _ng(mg_per_l: float) -> float:
    return float(units.mg_per_l_to_ng_per_ml(mg_per_l))
