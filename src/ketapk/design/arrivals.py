"""How a target is met: when it is reached, how far the level leaves it, and what kept it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from ketapk.design.control import Control
    from ketapk.design.targets import Target

    Floats = NDArray[np.float64]

NEAR = 0.01
"""Share of a target within which it counts as reached: a choice."""
HELD = 0.05
"""Share of a target by which a level that has reached it may leave it and still counts as held: a
choice, that within which an effect site is held through the plasma."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """One constant rate, and what it leads to."""

    start: Fraction
    """[h]"""
    end: Fraction
    """[h]"""
    mg_per_h: float
    target: float
    """[mg/L]"""
    state: Floats
    """Where the drug is at the start, (S,) [mg]."""
    after: Floats
    """Where it is at the end, (S,) [mg]."""


def arrival(target: Target, intervals: Sequence[Interval], control: Control) -> dict[str, Any]:
    """How one target is met, as a row of ``Held.arrivals``."""
    own = [i for i in intervals if target.start <= i.start < target.end]
    wanted = target.mg_per_l
    times = [own[0].start, *(i.end for i in own)]
    states = [own[0].state, *(i.after for i in own)]
    levels = np.array([control.responses.level(control.output, state) for state in states])
    closest = int(np.argmin(np.abs(levels - wanted)))
    row: dict[str, Any] = {
        "start_h": float(target.start),
        "end_h": float(target.end),
        "target_ng_per_ml": _ng(wanted),
        "reached": None,
        "reached_h": None,
        "worst_ng_per_ml": None,
        "worst_h": None,
        "closest_ng_per_ml": _ng(float(levels[closest])),
        "closest_h": float(times[closest]),
    }
    return row | _stay(own, wanted, control) if wanted > 0.0 else row


def _stay(own: Sequence[Interval], wanted: float, control: Control) -> dict[str, Any]:
    """When the intervals of a target first bring it, and how far the level goes from there."""
    begin, end = float(own[0].start), float(own[-1].end - own[0].start)
    curve = control.responses.course(
        control.output, own[0].state, [(i.mg_per_h, i.end - i.start) for i in own]
    )
    first = control.responses.level(control.output, own[0].state)
    reached = 0.0
    if first > (1.0 + NEAR) * wanted:
        reached = float(curve.falls_to((1.0 + NEAR) * wanted, 0.0)[0])
    elif first < (1.0 - NEAR) * wanted:
        reached = float(curve.above((1.0 - NEAR) * wanted)[0][0])
    if not reached <= end:
        return {"reached": False}
    extremes = [curve.extreme_within(reached, end, sign) for sign in (1.0, -1.0)]
    found = [(float(level[0]), float(time[0])) for level, time in extremes]
    worst, when = max(found, key=lambda extreme: abs(extreme[0] - wanted))
    return {
        "reached": abs(worst - wanted) <= HELD * wanted,
        "reached_h": begin + reached,
        "worst_ng_per_ml": _ng(worst),
        "worst_h": begin + when,
    }


def missed(row: dict[str, Any], intervals: Sequence[Interval], control: Control) -> str:
    """Say how near a target of ``Held.shortfall`` was, or how far the level left it, and why."""
    target, arrived = row["target_ng_per_ml"], row["reached_h"]
    which = f"The target of {units.fmt(target)} ng/mL from {units.fmt(row['start_h'])} h"
    if arrived is None:
        level, when = row["closest_ng_per_ml"], row["closest_h"]
        what, how = "is not reached", "is the closest"
    else:
        level, when = row["worst_ng_per_ml"], row["worst_h"]
        what = f"is reached at {units.fmt(arrived)} h, but not held"
        how = "is the furthest from it after that"
    then = [i.mg_per_h for i in intervals if float(i.start) <= when <= float(i.end)]
    why = _reason(then, target, control, above=level > target)
    return f"{which} {what}: {units.fmt(level)} ng/mL at {units.fmt(when)} h {how}; {why}."


def _reason(then: Sequence[float], target: float, control: Control, *, above: bool) -> str:
    """Which limit kept the level away from a target [ng/mL], by the rates [mg/h] at that time."""
    limits = control.limits
    if not above and limits.highest in then:
        return f"the highest rate is {units.fmt(limits.highest)} mg/h"
    gain = _ng(control.responses.gain(control.plasma, limits.step))
    if limits.coarseness * gain > NEAR * target:
        return limits.too_coarse
    if above and 0.0 in then:
        return "nothing is given while it is higher"
    return "a longer time, or shorter steps, would bring it nearer"


def _ng(mg_per_l: float) -> float:
    return float(units.mg_per_l_to_ng_per_ml(mg_per_l))
