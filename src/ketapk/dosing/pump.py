"""A syringe pump: which rates it can run with what is in its syringe."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ketapk import units
from ketapk.dosing.constructors import is_salt, without_salt
from ketapk.errors import InputError
from ketapk.lazy import lazy
from ketapk.units import ML_PER_L

RESOLUTION = "0.1 mL/h"
"""Step of a rate where none is said: a choice, to be replaced by that of the pump at hand."""
Way = Literal["nearest", "down", "up"]
WAYS: tuple[Way, ...] = ("nearest", "down", "up")


@dataclass(frozen=True, kw_only=True)
class Pump:
    """A pump with a syringe of one concentration; rates are steps of its resolution.

    Parameters
    ----------
    concentration : str
        Of the syringe, such as "10 mg/mL"; base, or with "HCl".
    resolution : str
        Step between two rates, such as "0.1 mL/h".
    max_rate : str, optional
        Highest rate, such as "1200 mL/h".
    volume : str, optional
        What the syringe holds, such as "50 mL".
    min_interval : str, optional
        Shortest time between two changes of the rate, such as "5 min".

    Raises
    ------
    UnitError
        If a unit is missing, or of the wrong kind.
    InputError
        If a number is not positive, or the highest rate is below one step.

    Examples
    --------
    >>> pump = Pump(concentration="10 mg/mL", max_rate="1200 mL/h")
    >>> pump.ml_per_h(35.0)
    3.5
    >>> pump.rounded(17.38), pump.rounded(17.38, "down")
    (17.0, 17.0)
    """

    concentration: str
    resolution: str = RESOLUTION
    max_rate: str | None = None
    volume: str | None = None
    min_interval: str | None = None

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            text = getattr(self, name)
            if text is None and name not in ("concentration", "resolution"):
                continue
            plain = (
                without_salt(text) if isinstance(text, str) and name == "concentration" else text
            )
            like = STRENGTH if name == "concentration" else ""
            if units.expect(plain, name, kind, like=like).exact <= 0:
                raise InputError(f"{name}={text!r} is not possible; write a positive one.")
        if self.max_rate is not None and self._most_steps == 0:
            raise InputError(
                f"max_rate={self.max_rate!r} is below one step of {self.resolution}; write a "
                f"higher rate, or a finer resolution."
            )

    @lazy
    def mg_per_l(self) -> Fraction:
        """Concentration of base [mg/L]."""
        found = units.expect(without_salt(self.concentration), "concentration", "concentration")
        share = Fraction(repr(units.BASE_IN_HYDROCHLORIDE)) if is_salt(self.concentration) else 1
        return found.exact * share

    @lazy
    def step_mg_per_h(self) -> Fraction:
        """Smallest rate above none, and the step between two rates [mg/h]."""
        return self._step * self.mg_per_l

    @lazy
    def max_mg_per_h(self) -> float:
        """Highest rate that it can run [mg/h]; infinite where no ``max_rate`` is said."""
        return (
            math.inf if self._most_steps is None else float(self._most_steps * self.step_mg_per_h)
        )

    @lazy
    def volume_ml(self) -> float | None:
        """What the syringe holds [mL]."""
        if self.volume is None:
            return None
        return float(units.expect(self.volume, "volume", "volume").exact * ML_PER_L)

    @lazy
    def min_interval_h(self) -> Fraction:
        """Shortest time between two changes of the rate [h]; 0 where none is said."""
        if self.min_interval is None:
            return Fraction(0)
        return units.duration_h(self.min_interval, "min_interval")

    def rounded(self, mg_per_h: float, way: Way = "nearest") -> float:
        """Rate that it can run instead of another, never above its highest.

        Parameters
        ----------
        mg_per_h : float
            Rate, not negative. [mg/h]
        way : {"nearest", "down", "up"}
            Which of the two rates beside it.

        Returns
        -------
        float
            A whole number of steps, or 0. [mg/h]

        Raises
        ------
        InputError
            If the rate is negative or no number, or the way is not known.
        """
        return float(self._steps(mg_per_h, way) * self.step_mg_per_h)

    def ml_per_h(self, mg_per_h: float) -> float:
        """Flow [mL/h] that carries a rate [mg/h], not rounded."""
        return float(_exact(mg_per_h, "mg_per_h") * ML_PER_L / self.mg_per_l)

    def mg_per_h(self, ml_per_h: float) -> float:
        """Rate [mg/h] that a flow [mL/h] carries."""
        return float(_exact(ml_per_h, "ml_per_h") * self.mg_per_l / ML_PER_L)

    def ml(self, mg: float) -> float:
        """Volume [mL] that holds an amount [mg]."""
        return float(_exact(mg, "mg") * ML_PER_L / self.mg_per_l)

    @lazy
    def _step(self) -> Fraction:
        """Resolution [L/h]."""
        return units.expect(self.resolution, "resolution", "flow").exact

    @lazy
    def _most_steps(self) -> int | None:
        """Steps up to the highest rate."""
        if self.max_rate is None:
            return None
        return math.floor(units.expect(self.max_rate, "max_rate", "flow").exact / self._step)

    def _steps(self, mg_per_h: float, way: Way) -> int:
        """Steps of the rate that runs instead of another."""
        if way not in WAYS:
            raise InputError(f"way={way!r} is not known; write one of {', '.join(WAYS)}.")
        wanted = _exact(mg_per_h, "mg_per_h") / self.step_mg_per_h
        # A rate that is a step but for its last digit is that step, whichever the way.
        near = round(wanted)
        if way != "nearest" and abs(wanted - near) > SAME * max(1, near):
            near = math.floor(wanted) if way == "down" else math.ceil(wanted)
        return near if self._most_steps is None else min(near, self._most_steps)


STRENGTH = "a strength such as '10 mg/mL'"
SAME = Fraction(1, 10**12)
"""Relative difference up to which a rate is a step."""
_KINDS = {
    "concentration": "concentration",
    "resolution": "flow",
    "max_rate": "flow",
    "volume": "volume",
    "min_interval": "time",
}


def _exact(number: float, name: str) -> Fraction:
    """Read a number that is not negative as the decimal it prints as."""
    if not isinstance(number, int | float) or isinstance(number, bool) or not number < math.inf:
        raise InputError(f"{name}={number!r} is not a finite number; write one such as 35.")
    if number < 0:
        raise InputError(f"{name}={number!r} is negative; write 0 or more.")
    return Fraction(repr(float(number)))
