"""Tolerance to an effect, by a moderator that follows the concentration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError, nearest
from ketapk.response.direct import DirectCurve, Emax
from ketapk.response.quantities import concentrations, full, rates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.response.drive import Drive, Source

    Floats = NDArray[np.float64]

KINDS = ("lowers Emax", "raises EC50")


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """An Emax effect that wears off while the drug is there.

    A moderator follows plasma, ``dM/dt = ktol (C - M)``. It "lowers Emax", as ``Emax / (1 + M /
    M50)``, which is the non-competitive antagonist of Porchet 1988 (J Pharmacol Exp Ther
    244:231-236), or "raises EC50", as ``EC50 (1 + M / M50)``, the competitive one.

    Parameters
    ----------
    response : Emax
        The effect without tolerance.
    kind : {"lowers Emax", "raises EC50"}
        What the moderator does.
    ktol : str, list of str, or tuple of array_like and str
        Rate at which tolerance comes and goes, "0.5 1/h".
    M50 : str, list of str, or tuple of array_like and str
        Moderator that halves Emax or doubles EC50; a concentration, "50 ng/mL".

    Raises
    ------
    InputError
        If a number is impossible or has no unit, or a word is not known.

    Examples
    --------
    >>> effect = Emax(E0=0, Emax=100, EC50="100 ng/mL")
    >>> Tolerance(response=effect, kind="lowers Emax", ktol="0.5 1/h", M50="50 ng/mL").ktol
    '0.5 1/h'
    """

    response: Emax
    kind: str
    ktol: Any
    M50: Any

    def __post_init__(self) -> None:
        if not isinstance(self.response, Emax):
            raise InputError(
                f"Tolerance wears off an Emax effect, and got {type(self.response).__name__}; for "
                f"a response that is made and lost use Feedback."
            )
        if self.kind not in KINDS:
            raise InputError(
                f"kind={self.kind!r} is not known; write one of {', '.join(map(repr, KINDS))}."
                f"{nearest(str(self.kind), KINDS)}"
            )
        rates("ktol", self.ktol)
        concentrations("M50", self.M50)

    def check(self, source: Source, *, allow_unmatched_ke0: bool) -> list[str]:
        """Refuse what does not belong together; return what a reader should know."""
        return self.response.check(source, allow_unmatched_ke0=allow_unmatched_ke0)

    def curve(self, source: Source) -> ToleratedCurve:
        """Effect of one analyte of a run, at any time."""
        n, ke0 = source.n, self.response.ke0
        drive, moderator = source.drives(
            None if ke0 is None else full("ke0", rates("ke0", ke0), n),
            full("ktol", rates("ktol", self.ktol), n),
        )
        return ToleratedCurve(
            effect=self.response.on(drive, source),
            moderator=moderator,
            M50=full("M50", concentrations("M50", self.M50, source.analyte), n),
            raises=self.kind == "raises EC50",
        )


@dataclass(frozen=True, kw_only=True)
class ToleratedCurve:
    """An effect of N patients under tolerance, as a function of time."""

    effect: DirectCurve
    moderator: Drive
    M50: Floats
    """(N,) [mg/L]."""
    raises: bool

    @property
    def drive(self) -> Drive:
        """Concentration that has the effect."""
        return self.effect.drive

    @property
    def baseline(self) -> Floats:
        """Effect without drug, (N,)."""
        return self.effect.baseline

    @property
    def jumps(self) -> Floats:
        """Times at which the effect may jump, (N, E) [h]: the events of the plan."""
        return self.effect.jumps

    def at(self, times: Floats, *, side: str = "after") -> Floats:
        """Effect at times (T,), or (N, T) of each patient's own, (N, T)."""
        against = 1.0 + self.moderator.at(times, side=side) / self.M50[:, None]
        half, largest = self.effect.half[:, None], self.effect.largest[:, None]
        if self.raises:
            half = half * against
        else:
            largest = largest / against
        return self.effect.of(self.drive.at(times, side=side), half, largest)
