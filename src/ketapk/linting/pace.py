"""How fast infusions of a route run together, over time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING

from ketapk.linting.order import rate_mg_per_h

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Regimen

SAME = 1e-9
"""Relative difference up to which two rates are the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """What runs between two changes."""

    start: Fraction
    """[h]"""
    mg_per_h: float
    running: int
    """How many infusions run at once."""


def paces(plan: Regimen, route: str, kg: float) -> list[Pace]:
    """What runs by a route from each time at which an infusion begins or ends, ascending."""
    rates: dict[Fraction, Fraction] = defaultdict(Fraction)
    counts: dict[Fraction, int] = defaultdict(int)
    for dose in plan.expand().doses:
        rate = rate_mg_per_h(dose, kg)
        if dose.route != route or rate is None or not isfinite(rate) or not dose.hours:
            continue
        for time, sign in ((dose.time, 1), (dose.time + dose.hours, -1)):
            rates[time] += sign * Fraction(rate)
            counts[time] += sign
    found: list[Pace] = []
    total, running = Fraction(0), 0
    for time in sorted(rates):
        total, running = total + rates[time], running + counts[time]
        found.append(Pace(start=time, mg_per_h=float(total), running=running))
    return found


def changes(plan: Regimen, route: str, kg: float) -> list[Fraction]:
    """Times at which the rate of all that runs together changes, ascending [h]."""
    found, before = [], 0.0
    for pace in paces(plan, route, kg):
        if abs(pace.mg_per_h - before) > SAME * max(pace.mg_per_h, before):
            found.append(pace.start)
        before = pace.mg_per_h
    return found
