"""What a paper reports besides its parameters, and how to read the same figure from a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ketapk.errors import InputError

if TYPE_CHECKING:
    from ketapk.model.parameters import Grade
    from ketapk.model.routes import Values
    from ketapk.patients import Cohort

Simulator = Callable[..., Any]
"""``run = simulator(plan, cohort=None, rng=None, times=None)``, handed in by who verifies."""
Reading = Callable[[Any], float]
"""Reads a number from profiles."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """A number that can be read from a simulated plan.

    Examples
    --------
    >>> str(Cmax("84 mg spravato", "esketamine"))
    '84 mg spravato: Cmax of esketamine'
    """

    plan: str
    what: str
    read: Reading
    """Gets the profiles."""
    times_h: tuple[float, ...] | None = None
    cohort: Cohort | None = None
    """Who; 70 kg and 40 years where the source does not say otherwise."""
    effect: str | None = None
    """Effect site to attach, a name of the catalogue of effects."""
    seed: int | None = None
    """Where it is read over many people: the seed with which they are drawn."""
    reference: str | None = None
    """A second plan, whose reading the first is divided by."""

    def __call__(self, simulator: Simulator) -> float:
        """Read the number from this plan, simulated."""
        options = {
            "cohort": self.cohort,
            "rng": self.seed,
            "times": self.times_h,
            "effect": self.effect,
        }
        value = self.read(simulator(self.plan, **options))
        if self.reference is None:
            return value
        return value / self.read(simulator(self.reference, **options))

    def __str__(self) -> str:
        return f"{self.plan}: {self.what}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Derived:
    """A number that follows from the parameters of the typical person alone."""

    what: str
    read: Callable[[Values], float]
    plan: str = "-"
    cohort: Cohort | None = None

    def __str__(self) -> str:
        return self.what


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A published figure, to be reproduced."""

    what: str
    measure: Measure | Derived
    published: float | tuple[float, float]
    """A figure, or the range in which it lies."""
    unit: str
    where: str
    grade: Grade
    tolerance: float = 0.0
    """Relative difference allowed from a figure; a range needs none."""
    reproduces: bool = True
    note: str = ""
    """Why it does not reproduce, or how it is to be read."""

    def __post_init__(self) -> None:
        if isinstance(self.published, float | int) and self.tolerance <= 0.0:
            raise InputError(f"The check {self.what!r} of a figure needs a tolerance.")
        if not self.reproduces and not self.note:
            raise InputError(f"The check {self.what!r} does not reproduce and has to say why.")

    def agrees(self, simulated: float) -> bool:
        """Whether a simulated value is within the tolerance, or within the range."""
        if isinstance(self.published, tuple):
            return self.published[0] <= simulated <= self.published[1]
        return abs(self.difference(simulated)) <= self.tolerance

    def difference(self, simulated: float) -> float:
        """Relative difference from the figure; from the nearer end of a range, 0 inside."""
        if not isinstance(self.published, tuple):
            return simulated / self.published - 1.0
        low, high = self.published
        if low <= simulated <= high:
            return 0.0
        return simulated / (low if simulated < low else high) - 1.0


def Cmax(plan: str, analyte: str, **who: Any) -> Measure:
    """Highest concentration [ng/mL]."""
    return Measure(
        plan=plan,
        what=f"Cmax of {analyte}",
        read=lambda run: float(run.exposure(analyte)["Cmax"].median()),
        **who,
    )


def Tmax(plan: str, analyte: str, *, per_h: float = 1.0, site: str = "plasma") -> Measure:
    """Time of the highest concentration, in ``per_h`` parts of an hour."""
    return Measure(
        plan=plan,
        what=f"Tmax of {analyte}",
        read=lambda run: float(run.exposure(analyte, site=site)["Tmax"].median()) * per_h,
    )


def level(plan: str, analyte: str, at_h: float, *, per_ng: float = 1.0, **who: Any) -> Measure:
    """Concentration at a time, in ``per_ng`` per ng/mL."""
    return Measure(
        plan=plan,
        what=f"{analyte} at {at_h:g} h",
        times_h=(0.0, at_h),
        read=lambda run: float(run.concentration(analyte)[0, -1]) * per_ng,
        **who,
    )


def AUC(plan: str, analyte: str, until_h: float | None = None, *, per_h: float = 1.0) -> Measure:
    """Area under the curve to a time or to infinity, [ng h/mL] or in parts of an hour."""
    column = "AUC_inf" if until_h is None else "AUC_last"
    return Measure(
        plan=plan,
        what=f"AUC of {analyte}" + ("" if until_h is None else f" to {until_h:g} h"),
        times_h=None if until_h is None else (0.0, until_h),
        read=lambda run: float(run.exposure(analyte)[column].median()) * per_h,
    )


def half_life(plan: str, analyte: str) -> Measure:
    """Terminal half-life [h]."""
    return Measure(
        plan=plan,
        what=f"terminal half-life of {analyte}",
        read=lambda run: float(run.exposure(analyte)["t_half"].median()),
    )


def bioavailability(plan: str, analyte: str, by_vein: str) -> Measure:
    """AUC over that of the same milligrams by vein [1]."""
    return Measure(
        plan=plan,
        what=f"F of {analyte}",
        read=lambda run: float(run.exposure(analyte)["AUC_inf"].median()),
        reference=by_vein,
    )


def share_above(plan: str, analyte: str, at_h: float, ng_per_ml: float, **who: Any) -> Measure:
    """Share of people above a concentration at a time [1]."""
    return Measure(
        plan=plan,
        what=f"share with {analyte} above {ng_per_ml:g} ng/mL at {at_h:g} h",
        times_h=(0.0, at_h),
        read=lambda run: float((run.concentration(analyte)[:, -1] > ng_per_ml).mean()),
        **who,
    )
