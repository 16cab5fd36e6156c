"""The next rate: plasma control, and effect-site control without overshoot.

Plasma: the constant rate that brings the concentration to the target at the end of an interval
(Bailey & Shafer, IEEE Trans Biomed Eng 1991;38:522-525; Jacobs, IEEE Trans Biomed Eng
1990;37:107-109, doi:10.1109/10.43622). While it is above the target nothing is given, until the
moment at which it has fallen to it.

Effect site: the highest rate for one interval after which, with nothing more given, the effect site
never exceeds the target (Shafer & Gregg, J Pharmacokinet Biopharm 1992;20:147-169,
doi:10.1007/BF01070999). Within 5 % of the target the plasma is held at it instead, and nowhere
above it while the effect site has yet to come up. A pump runs whole steps of its rate, so that
plasma that is held, and the effect site with it, may pass the target by what one step of the pump
does.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.design.limits import Limits
    from ketapk.design.responses import Responses

    Floats = NDArray[np.float64]

HAND_OFF = 0.05
"""Share of the target within which the plasma is controlled instead of the effect site (Shafer &
Gregg 1992, as said in the source of stanpumpR, which does the same)."""
ROUNDING = 1e-9
"""Share of a target by which it may be missed and is still met: far above rounding errors."""
SAME = 1e-13
"""Share of a target within which a peak touches it."""
MOST_TANGENTS = 50
"""Steps to the rate at which the peak touches the target; four or five are usual."""


@dataclass(frozen=True, slots=True)
class Move:
    """A rate for a while."""

    rate: float
    """[mg/h]"""
    hours: Fraction


@dataclass(frozen=True, kw_only=True)
class Control:
    """Rules that give the next rate from a state."""

    responses: Responses
    limits: Limits
    plasma: int
    """Position of the plasma concentration among the outputs."""
    effect: int | None = None
    """Position of the effect site, where that is held."""

    @property
    def output(self) -> int:
        """Position of what is held."""
        return self.plasma if self.effect is None else self.effect

    def move(self, state: Floats, target: float, left: Fraction) -> Move:
        """Rate for the next interval.

        Parameters
        ----------
        state : (S,) ndarray
            Where the drug is [mg].
        target : float
            Concentration that is wanted [mg/L]; 0 gives nothing.
        left : Fraction
            Time until the target changes [h].
        """
        if target == 0.0:
            return Move(0.0, left)
        if self.effect is None:
            return self._hold_plasma(state, target, left)
        now = self.responses.level(self.effect, state)
        if abs(now - target) <= (HAND_OFF + ROUNDING) * target:
            return self._hold_plasma(state, target, left)
        if now > target:
            curve = self.responses.curve(self.effect, state)
            falls = float(curve.falls_to((1.0 + HAND_OFF) * target, 0.0)[0])
            return Move(0.0, self.limits.wait(falls, left))
        return self._rise_to(self.effect, state, target, left)

    def _hold_plasma(self, state: Floats, target: float, left: Fraction) -> Move:
        """Wait while the plasma is too high, else bring it to the target at an interval's end."""
        span = self.limits.span(left)
        gain = self.responses.gain(self.plasma, span)
        above = self.responses.level(self.plasma, state) - target
        if above > ROUNDING * target + self.limits.coarseness * gain:
            falls = float(self.responses.curve(self.plasma, state).falls_to(target, 0.0)[0])
            if self.effect is not None or falls >= self.limits.least:
                return Move(0.0, self.limits.wait(falls, left))
        free = self.responses.level(self.plasma, self.responses.carried(state, 0.0, span))
        rate = (target - free) / gain
        if self._bulges(state, rate, target, span):
            return Move(self.limits.rate(self._below(state, target, span), "down"), span)
        return Move(self.limits.rate(rate, "nearest"), span)

    def _bulges(self, state: Floats, rate: float, target: float, span: Fraction) -> bool:
        """Whether an effect site that must not rise would: the plasma comes down to the target.

        So it is while tissues give back what a loading has left in them.
        """
        if self.effect is None:
            return False
        if self.responses.level(self.effect, state) > (1.0 + ROUNDING) * target:
            return False
        end = self.responses.carried(state, rate, span)
        return rate > 0.0 and self.responses.slope(self.plasma, end, rate) < 0.0

    def _below(self, state: Floats, target: float, span: Fraction) -> float:
        """Rate [mg/h] for a time [h] at which the plasma is nowhere above the target.

        With a pump it may be above by what half a step of the rate does: a rounded rate leaves the
        plasma there, and nothing at all for a whole step would be the coarser answer.
        """
        rounded = self.limits.coarseness * self.responses.gain(self.plasma, span)
        limit = (1.0 + ROUNDING) * target + rounded
        if self.responses.curve(self.plasma, state).peak[0][0] >= limit:
            return 0.0
        return self._touching(self.plasma, state, limit, span)

    def _rise_to(self, site: int, state: Floats, target: float, left: Fraction) -> Move:
        """Let the peak of the effect site touch the target, or wait where it will by itself."""
        span = self.limits.span(left)
        free = self.responses.curve(site, state)
        if free.peak[0][0] < (1.0 - ROUNDING) * target:
            rate = self.limits.rate(self._touching(site, state, target, span), "down")
            if rate > 0.0:
                return Move(rate, span)
        near = free.above((1.0 - HAND_OFF) * target)[0][0]
        return Move(0.0, span if np.isnan(near) else self.limits.wait(float(near), left))

    def _touching(self, site: int, state: Floats, target: float, span: Fraction) -> float:
        """Rate [mg/h] for a time [h] at which the highest concentration from then on is the target.

        With no drug it has to stay below. It is the largest of many functions that grow with the
        rate in proportion, so it is convex in the rate, and the tangents at its peaks come down to
        the rate in a few steps and never pass it.
        """
        free = self.responses.curve(site, state)
        unit = self.responses.curve(site, np.zeros_like(state), 1.0, span)
        when = unit.peak[1]
        rate = float((target - free.at(when)[0, 0]) / unit.at(when)[0, 0])
        for _ in range(MOST_TANGENTS):
            height, when = self.responses.curve(site, state, rate, span).peak
            if height[0] <= (1.0 + SAME) * target:
                break
            rate = float((target - free.at(when)[0, 0]) / unit.at(when)[0, 0])
        return rate
