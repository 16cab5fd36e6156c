"""Over which range a parameter or a dose is varied."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ketapk.model.model import Model
    from ketapk.model.parameters import Parameter
    from ketapk.model.variability import Variability

PERCENTILE = NormalDist().inv_cdf(0.95)
"""Standard normal quantile of 95 %: published variability is covered from the 5th to the 95th
percentile of people, which is a choice."""
CHANGE = "20 %"
"""How far what has no published variability is varied, either way: a choice."""
PUBLISHED = "published variability, 5th to 95th percentile"
PLAUSIBLE = "plausible range of the borrowed route"


@dataclass(frozen=True, kw_only=True)
class Range:
    """From where to where, and why."""

    low: float
    high: float
    said: str


def range_of(model: Model, name: str, value: float, share: float, given: str) -> Range:
    """Range of a parameter around its value: published, of a borrowed route, or a given share."""
    for effect in model.variability:
        if effect.parameter == name and effect.level == "between people":
            low, high = (_shifted(effect, value, z) for z in (-PERCENTILE, PERCENTILE))
            return Range(low=low, high=high, said=PUBLISHED)
    borrowed = _borrowed(model, name)
    if borrowed is not None and borrowed.span is not None and borrowed.value:
        scale = borrowed.canonical / borrowed.value
        low, high = (end * scale for end in borrowed.span)
        if low <= value <= high:
            return Range(low=low, high=high, said=PLAUSIBLE)
    return around(value, share, given)


def around(value: float, share: float, given: str) -> Range:
    """Return the range of so much either way."""
    low, high = sorted((value * (1.0 - share), value * (1.0 + share)))
    return Range(low=low, high=high, said=f"+-{given} (a choice)")


def _shifted(effect: Variability, value: float, z: float) -> float:
    """Value of a person ``z`` standard deviations from the typical one."""
    shift = math.exp(z * math.sqrt(effect.variance))
    if effect.scale == "SD on the logit scale":
        odds = value / (1.0 - value) * shift
        return odds / (1.0 + odds)
    return value * shift


def _borrowed(model: Model, name: str) -> Parameter | None:
    route, colon, parameter = name.partition(": ")
    if colon and route in model.routes:
        return next((p for p in model.routes[route].parameters if p.name == parameter), None)
    return None
