"""How closely the ODE methods follow a solution, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from numbers import Integral, Real
from typing import Any

from ketapk.errors import InputError

MOST_STEPS = (1 << 63) - 1
"""That kernels can count."""


def checked_rtol(rtol: Any) -> float:
    """Return a relative tolerance, or say what is wrong with it."""
    if 1e-13 <= (number := _number(rtol)) <= 1e-2:
        return number
    raise InputError(f"rtol={rtol!r} is out of range; give a number from 1e-13 to 0.01.")


def checked_max_steps(max_steps: Any) -> int:
    """Return a number of steps, or say what is wrong with it."""
    whole = isinstance(max_steps, Integral) and not isinstance(max_steps, bool)
    if whole and 1 <= (count := int(max_steps)) <= MOST_STEPS:
        return count
    raise InputError(f"max_steps={max_steps!r} is out of range; give a whole number above 0.")


def _number(value: Any) -> float:
    """What a number is as a float; NaN for anything else, and for what is larger than floats."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


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
        atol = _number(self.atol)
        if not 0.0 < atol < math.inf:
            raise InputError(f"atol={self.atol!r} is out of range; give a positive amount in mg.")
        # What kernels are compiled for, whatever numbers were given.
        object.__setattr__(self, "rtol", checked_rtol(self.rtol))
        object.__setattr__(self, "atol", atol)
        object.__setattr__(self, "max_steps", checked_max_steps(self.max_steps))

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
