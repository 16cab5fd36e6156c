"""Turnover: the drug adds to production or loss in proportion to its concentration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError, nearest
from ketapk.response.balance import (
    Balance,
    BalanceCurve,
    balance_curve,
    baseline_and_loss,
    check_turnover,
)
from ketapk.response.quantities import concentrations, full

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ketapk.response.drive import Source

PLACES = ("production", "loss")


@dataclass(frozen=True, kw_only=True)
class Turnover:
    """A response whose production or loss the drug raises without limit.

    ``dR/dt = kin - kout R``, where the drug multiplies ``kin`` or ``kout`` by ``1 + C /
    doubles_at``. On the loss it is the turnover of a target that the drug removes or inactivates
    for good, with the second-order rate constant ``kout / doubles_at`` (Felmlee, Morris & Mager,
    Methods Mol Biol 2012;929:583-600, on irreversible effects). Without drug R stays at
    ``kin / kout``.

    Parameters
    ----------
    raises : {"production", "loss"}
        What the drug adds to.
    kout : str, list of str, or tuple of array_like and str
        Rate of loss, "0.1 1/h".
    doubles_at : str, list of str, or tuple of array_like and str
        Concentration at which production or loss is twice what it is without drug, "100 ng/mL".
    kin : str, list of str, or tuple of array_like and str, optional
        Production in units of the response per time, "5 1/h"; this or ``baseline``.
    baseline : float or (N,) array_like, optional
        Response without drug, in its own unit.

    Raises
    ------
    InputError
        If a number is missing, impossible or has no unit, or a word is not known.

    Examples
    --------
    >>> Turnover(raises="loss", baseline=100, kout="0.02 1/h", doubles_at="50 ng/mL").raises
    'loss'
    """

    raises: str
    kout: Any
    doubles_at: Any
    kin: Any = None
    baseline: ArrayLike | None = None

    def __post_init__(self) -> None:
        if self.raises not in PLACES:
            raise InputError(
                f"raises={self.raises!r} is not known; write one of "
                f"{', '.join(map(repr, PLACES))}.{nearest(str(self.raises), PLACES)}"
            )
        check_turnover(self.kin, self.baseline, self.kout)
        concentrations("doubles_at", self.doubles_at)

    def balance(self, source: Source) -> Balance:
        """Numbers of the patients of a run."""
        n = source.n
        baseline, kout = baseline_and_loss(self.kin, self.baseline, self.kout, n)
        doubles = concentrations("doubles_at", self.doubles_at, source.analyte)
        return Balance(
            baseline=baseline,
            kout=kout,
            half=full("doubles_at", doubles, n),
            on_loss=self.raises == "loss",
            size=np.ones(n),
            gamma=np.ones(n),
            proportional=True,
        )

    def curve(self, source: Source, *, rtol: float, max_steps: int) -> BalanceCurve:
        """Response to one analyte of a run, at any time."""
        return balance_curve(self, source, rtol=rtol, max_steps=max_steps)
