"""Infusions: how long they run, whether a pump can run them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

from ketapk import units
from ketapk.dosing.regimen import INFUSIBLE
from ketapk.library.protocols import load_protocols
from ketapk.linting.order import Order, rate_mg_per_h, stretches, words
from ketapk.linting.rule import Hit, Rule

ROUNDED = 0.05
"""Share by which a pump's steps may change a rate before it is said: a choice."""


@cache
def longest(route: str) -> tuple[float, str]:
    """Longest run without a pause in the catalogue [h], and its source."""
    return max(
        (
            (float(end - start), f"{protocol.name}, {protocol.source}")
            for protocol in load_protocols()
            for plan in protocol.plans
            for start, end in stretches(plan, route)
        ),
        default=(math.inf, ""),
    )


def _endless(order: Order) -> Iterator[Hit]:
    for dose in order.doses:
        if dose.rate is not None and dose.amt == 0.0:
            yield Hit(text="this infusion has no end; say how long it runs.", dose=words(dose))
    for route in INFUSIBLE:
        hours, source = longest(route)
        for start, end in stretches(order.plan, route):
            if end - start > hours * (1.0 + 1e-9):
                yield Hit(
                    text=(
                        f"the plan runs {units.fmt(float(end - start))} h by the route {route!r} "
                        f"without a pause, from {units.fmt(float(start))} h on; the longest in the "
                        f"catalogue is {units.fmt(hours)} h. An infusion that was never "
                        f"stopped looks like this."
                    ),
                    severity="caution",
                    source=source,
                )


def _too_fast(order: Order) -> Iterator[Hit]:
    pump = order.pump
    if pump is None:
        return
    for dose in order.doses:
        rates = [rate_mg_per_h(dose, kg) for _, kg in order.furthest]
        rate = max((r for r in rates if r is not None), default=0.0)
        if rate > pump.max_mg_per_h * (1.0 + 1e-9):
            flow = pump.ml_per_h(rate) if math.isfinite(rate) else math.inf
            yield Hit(
                text=(
                    f"{units.fmt(rate)} mg/h is {units.fmt(flow)} mL/h, and the pump runs at most "
                    f"{units.fmt(pump.ml_per_h(pump.max_mg_per_h))} mL/h."
                ),
                dose=words(dose),
            )


def _too_fine(order: Order) -> Iterator[Hit]:
    pump = order.pump
    if pump is None:
        return
    for dose in order.doses:
        for _, kg in order.furthest:
            rate = rate_mg_per_h(dose, kg)
            if rate is None or not 0.0 < rate <= pump.max_mg_per_h or not math.isfinite(rate):
                continue
            runs = pump.rounded(rate)
            if abs(runs - rate) > ROUNDED * rate:
                yield Hit(
                    text=(
                        f"{units.fmt(pump.ml_per_h(rate))} mL/h is no step of the pump "
                        f"({pump.resolution}): it would run {units.fmt(pump.ml_per_h(runs))} mL/h, "
                        f"{units.fmt(100.0 * abs(runs - rate) / rate)} % "
                        f"{'more' if runs > rate else 'less'}. A thinner syringe has finer steps."
                    ),
                    dose=words(dose),
                )
                break


RULES = (
    Rule(
        name="never-stops",
        severity="alarm",
        what=(
            "an infusion without an end; a caution where infusions run on for longer than any in "
            "the catalogue"
        ),
        source="protocols of the catalogue, `ketapk protocols`",
        look=_endless,
    ),
    Rule(
        name="beyond-the-pump",
        severity="alarm",
        what="a rate above the highest of the pump",
        source="the pump, as it was given",
        look=_too_fast,
        needs="pump",
    ),
    Rule(
        name="below-pump-resolution",
        severity="caution",
        what=f"a rate that the pump's steps change by more than {100 * ROUNDED:g} % (a choice)",
        source="the pump, as it was given",
        look=_too_fine,
        needs="pump",
    ),
)
