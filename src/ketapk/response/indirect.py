"""Indirect responses: the drug inhibits or stimulates what makes or removes a response."""

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
from ketapk.response.quantities import concentrations, full, numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ketapk.response.drive import Source

KINDS = ("inhibits production", "inhibits loss", "stimulates production", "stimulates loss")


@dataclass(frozen=True, kw_only=True)
class IndirectResponse:
    """One of the four indirect responses of Dayneka, Garg & Jusko 1993.

    ``dR/dt = kin - kout R``, where the drug multiplies ``kin`` (production) or ``kout`` (loss) by
    ``1 - Imax C**gamma / (IC50**gamma + C**gamma)`` (inhibits) or by ``1 + Emax C**gamma /
    (EC50**gamma + C**gamma)`` (stimulates); J Pharmacokinet Biopharm 21:457-478, where Emax and
    EC50 are Smax and SC50. Without drug R stays at ``kin / kout``.

    Parameters
    ----------
    kind : {"inhibits production", "inhibits loss", "stimulates production", "stimulates loss"}
        What the drug does.
    kout : str, list of str, or tuple of array_like and str
        Rate of loss, "0.1 1/h".
    kin : str, list of str, or tuple of array_like and str, optional
        Production in units of the response per time, "5 1/h"; this or ``baseline``.
    baseline : float or (N,) array_like, optional
        Response without drug, in its own unit.
    Imax : float or (N,) array_like, optional
        Largest inhibition, above 0 and at most 1; with ``IC50``.
    IC50, EC50 : str, list of str, or tuple of array_like and str, optional
        Concentration of half the largest inhibition or stimulation, "100 ng/mL".
    Emax : float or (N,) array_like, optional
        Largest stimulation as a multiple, above 0; with ``EC50``.
    gamma : float or (N,) array_like
        Steepness [1].

    Raises
    ------
    InputError
        If a number is missing, impossible or has no unit, or the kind is not known.

    Examples
    --------
    >>> IndirectResponse(
    ...     kind="inhibits loss", baseline=10, kout="0.5 1/h", Imax=0.9, IC50="100 ng/mL"
    ... ).kind
    'inhibits loss'
    """

    kind: str
    kout: Any
    kin: Any = None
    baseline: ArrayLike | None = None
    Imax: ArrayLike | None = None
    IC50: Any = None
    Emax: ArrayLike | None = None
    EC50: Any = None
    gamma: ArrayLike = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(
                f"kind={self.kind!r} is not known; write one of {', '.join(map(repr, KINDS))}."
                f"{nearest(str(self.kind), KINDS)}"
            )
        check_turnover(self.kin, self.baseline, self.kout)
        given = {
            name for name in ("Imax", "IC50", "Emax", "EC50") if getattr(self, name) is not None
        }
        wanted = {"Imax", "IC50"} if self._inhibits else {"Emax", "EC50"}
        if given != wanted:
            raise InputError(
                f"A response of the kind {self.kind!r} needs {' and '.join(sorted(wanted))}, and "
                f"got {' and '.join(sorted(given)) or 'neither'}."
            )
        if self._inhibits:
            numbers("Imax", self.Imax, above=0.0, up_to=1.0)  # type: ignore[arg-type]
            concentrations("IC50", self.IC50)
        else:
            numbers("Emax", self.Emax, above=0.0)  # type: ignore[arg-type]
            concentrations("EC50", self.EC50)
        numbers("gamma", self.gamma, above=0.0)

    @property
    def _inhibits(self) -> bool:
        return self.kind.startswith("inhibits")

    def balance(self, source: Source) -> Balance:
        """Numbers of the patients of a run."""
        n = source.n
        baseline, kout = baseline_and_loss(self.kin, self.baseline, self.kout, n)
        half = "IC50" if self._inhibits else "EC50"
        size = "Imax" if self._inhibits else "Emax"
        largest = full(size, numbers(size, getattr(self, size)), n)
        return Balance(
            baseline=baseline,
            kout=kout,
            half=full(half, concentrations(half, getattr(self, half), source.analyte), n),
            on_loss=self.kind.endswith("loss"),
            size=np.negative(largest) if self._inhibits else largest,
            gamma=full("gamma", numbers("gamma", self.gamma), n),
        )

    def curve(self, source: Source, *, rtol: float, max_steps: int) -> BalanceCurve:
        """Response to one analyte of a run, at any time."""
        return balance_curve(self, source, rtol=rtol, max_steps=max_steps)
