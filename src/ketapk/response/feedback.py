"""Feedback: a response that calls up its own opposition, with tolerance and rebound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ketapk.errors import InputError
from ketapk.response.balance import Balance, BalanceCurve, balance_curve
from ketapk.response.indirect import IndirectResponse
from ketapk.response.quantities import full, rates
from ketapk.response.turnover import Turnover

if TYPE_CHECKING:
    from ketapk.response.drive import Source


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """A response that is made and lost, opposed by a moderator that follows it.

    The production is divided by a moderator, ``dM/dt = ktol (R / baseline - M)``, which rests at 1
    (Gabrielsson & Peletier, AAPS J 2008;10:70-83, with M as a multiple of its baseline). So a
    change wears off while the drug is there, to the square root of itself, and rebounds after it.

    Parameters
    ----------
    response : IndirectResponse or Turnover
        The response without opposition.
    ktol : str, list of str, or tuple of array_like and str
        Rate at which the moderator follows, "0.5 1/h".

    Raises
    ------
    InputError
        If the rate is impossible or has no unit, or the response is of another kind.

    Examples
    --------
    >>> made = Turnover(raises="production", baseline=1, kout="2 1/h", doubles_at="50 ng/mL")
    >>> Feedback(response=made, ktol="0.5 1/h").ktol
    '0.5 1/h'
    """

    response: IndirectResponse | Turnover
    ktol: Any

    def __post_init__(self) -> None:
        if not isinstance(self.response, IndirectResponse | Turnover):
            raise InputError(
                f"Feedback opposes an IndirectResponse or a Turnover, and got "
                f"{type(self.response).__name__}; for an Emax effect use Tolerance."
            )
        rates("ktol", self.ktol)

    def balance(self, source: Source) -> Balance:
        """Numbers of the patients of a run."""
        ktol = full("ktol", rates("ktol", self.ktol), source.n)
        return replace(self.response.balance(source), ktol=ktol)

    def curve(self, source: Source, *, rtol: float, max_steps: int) -> BalanceCurve:
        """Response to one analyte of a run, at any time."""
        return balance_curve(self, source, rtol=rtol, max_steps=max_steps)
