"""Amounts that add up within a day or over the whole plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from ketapk import units
from ketapk.dosing.regimen import Regimen
from ketapk.library.protocols import load_protocols
from ketapk.linting.order import Order
from ketapk.linting.rule import Hit, Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Dose

    Floats = NDArray[np.float64]
    Side = Literal["left", "right"]

DAY_H = 24.0
"""Length of the window [h]."""


def most_within(plan: Regimen, kg: float, hours: float) -> float:
    """Most that is given within any ``hours`` [h] of a plan [mg].

    The window is open at one end, so that a dose every 24 h counts once. The amount in it is
    linear in its position between doses, so it is largest where a dose begins with the window or
    ends with it; a dose at once may do either.

    Examples
    --------
    >>> from ketapk.dosing.sentence import parse
    >>> most_within(parse("25 mg oral every 6 h x 8"), 70.0, 24.0)
    100.0
    """
    doses = [dose for dose in plan.expand().doses if dose.amt > 0.0]
    if not doses:
        return 0.0
    start = np.array([float(dose.time) for dose in doses])
    end = start + np.array([float(dose.hours) for dose in doses])
    amount = np.array([float(dose.amount_mg(kg)) for dose in doses])
    runs = end > start
    before = _given_before(start, end, amount, runs)
    opens = np.concatenate([start, end[runs] - hours])
    closes = np.concatenate([opens + hours, start[~runs]])
    return float(
        max(
            np.max(before(opens + hours, "left") - before(opens, "left")),
            np.max(before(closes, "right") - before(closes - hours, "right")),
        )
    )


def _given_before(
    start: Floats, end: Floats, amount: Floats, runs: NDArray[np.bool_]
) -> Callable[[Floats, Side], Floats]:
    """Return the function of all that was given before some times, or up to them [mg].

    What is given at once at a time itself is before it on the "right" side alone.
    """
    at_once = np.argsort(start[~runs], kind="stable")
    times = start[~runs][at_once]
    sums = np.concatenate([[0.0], np.cumsum(amount[~runs][at_once])])
    edges = np.concatenate([start[runs], end[runs]])
    slopes = np.concatenate([amount[runs] / (end - start)[runs]] * 2) * np.repeat(
        [1.0, -1.0], runs.sum()
    )
    order = np.argsort(edges, kind="stable")
    edges, rate = edges[order], np.cumsum(slopes[order])
    level = np.concatenate([[0.0], np.cumsum(rate[:-1] * np.diff(edges))]) if edges.size else edges

    def before(t: Floats, side: Side) -> Floats:
        found: Floats = sums[np.searchsorted(times, t, side=side)]
        return found + np.interp(t, edges, level) if edges.size else found

    return before


def _group(dose: Dose) -> tuple[str, str]:
    """Doses that are added up: by where they go, and by the form of the drug."""
    return ("nasal" if dose.route == "nasal_spray" else dose.route, dose.drug)


def _of(plan: Regimen, group: tuple[str, str]) -> Regimen:
    """The doses of a group alone."""
    return Regimen.of(*(dose for dose in plan.doses if _group(dose) == group))


@lru_cache(maxsize=256)
def _limits(
    group: tuple[str, str], kg: float
) -> tuple[tuple[float, str], tuple[float, str]] | None:
    """Most in a day and in all that the catalogue gives to a body weight [mg], with the sources.

    Where it has nothing of this form of the drug by this route, other forms count.
    """
    plans = [(p, _of(plan, group)) for p in load_protocols() for plan in p.plans]
    if not any(plan.doses for _, plan in plans):
        plans = [
            (p, Regimen.of(*(d for d in plan.doses if _group(d)[0] == group[0])))
            for p in load_protocols()
            for plan in p.plans
        ]
    given = [(p, plan) for p, plan in plans if plan.doses]
    if not given:
        return None
    day = max((most_within(plan, kg, DAY_H), f"{p.name}, {p.source}") for p, plan in given)
    total = max((plan.total_mg(kg), f"{p.name}, {p.source}") for p, plan in given)
    return day, total


def most_of_catalogue(
    kg: float,
) -> dict[tuple[str, str], tuple[tuple[float, str], tuple[float, str]]]:
    """Most in a day and in all [mg], by route and drug, that the catalogue gives to a weight."""
    groups = dict.fromkeys(
        _group(dose) for p in load_protocols() for plan in p.plans for dose in plan.doses
    )
    return {group: found for group in groups if (found := _limits(group, kg)) is not None}


def _hits(order: Order, which: int) -> Iterator[Hit]:
    for group in dict.fromkeys(_group(dose) for dose in order.plan.doses):
        plan = _of(order.plan, group)
        worst: tuple[float, float, float, str, float] | None = None
        for total_kg, dosing_kg in order.furthest:
            limits = _limits(group, total_kg)
            if limits is None:
                continue
            most, source = limits[which]
            given = plan.total_mg(dosing_kg) if which else most_within(plan, dosing_kg, DAY_H)
            if given > most * (1.0 + 1e-9) and (worst is None or given / most > worst[0]):
                worst = (given / most, given, most, source, total_kg)
        if worst is not None:
            span = "in all" if which else f"within {DAY_H:g} h"
            yield Hit(
                text=(
                    f"{units.fmt(worst[1])} mg by the route {group[0]!r} {span} is "
                    f"{units.fmt(worst[0])} times the most of any protocol in the catalogue "
                    f"({units.fmt(worst[2])} mg{order.whom(worst[4]) or ' at this weight'})."
                ),
                source=worst[3],
            )


def _day(order: Order) -> Iterator[Hit]:
    yield from _hits(order, 0)


def _total(order: Order) -> Iterator[Hit]:
    yield from _hits(order, 1)


RULES = (
    Rule(
        name="most-in-a-day",
        severity="caution",
        what="more by one route within 24 h than any protocol in the catalogue gives",
        source="protocols of the catalogue at the upper end of their ranges, `ketapk protocols`",
        look=_day,
    ),
    Rule(
        name="most-in-all",
        severity="caution",
        what="more by one route over the whole plan than any protocol in the catalogue gives",
        source="protocols of the catalogue at the upper end of their ranges, `ketapk protocols`",
        look=_total,
    ),
)
