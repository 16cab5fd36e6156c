"""How closely the ODE methods follow a solution, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from numbers import Integral, Real
from typing import Any

from ketapk.errors import InputError


def check_rtol(rtol: Any) -> None:
    """Refuse what is no relative tolerance."""
    if not (isinstance(rtol, Real) and 1e-13 <= float(rtol) <= 1e-2):
        raise InputError(f"rtol={rtol!r} is out of range; give a number from 1e-13 to 0.01.")


def check_max_steps(max_steps: Any) -> None:
    """Refuse what is no number of steps."""
    whole = isinstance(max_steps, Integral) and not isinstance(max_steps, bool)
    if not (whole and max_steps >= 1):
        raise InputError(f"max_steps={max_steps!r} is out of range; give a whole number above 0.")


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """How closely the ODE kernel follows a saturable system; exact solutions need none."""

    rtol: float = 1e-8
    """Relative, of each state [1]."""
    atol: float = 1e-10
    """Absolute, of each state [mg]."""
    max_steps: int = 100_000
    """Steps between two events before a subject is given up."""

    def __post_init__(self) -> None:
        check_rtol(self.rtol)
        if not (isinstance(self.atol, Real) and 0.0 < float(self.atol) < math.inf):
            raise InputError(f"atol={self.atol!r} is out of range; give a positive amount in mg.")
        check_max_steps(self.max_steps)

    @staticmethod
    def of(rtol: Any, atol: Any, max_steps: Any) -> Tolerance:
        """Return the tolerance of three numbers, one that is known again after the first time."""
        try:
            return _kept(rtol, atol, max_steps)
        except TypeError:
            # Lists and the like, of which it says why they are wrong.
            return Tolerance(rtol=rtol, atol=atol, max_steps=max_steps)


@lru_cache(maxsize=64, typed=True)
def _kept(rtol: float, atol: float, max_steps: int) -> Tolerance:
    return Tolerance(rtol=rtol, atol=atol, max_steps=max_steps)
