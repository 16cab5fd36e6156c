"""Infusions: how long they run, whether a pump can run them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from ketapk import units
from ketapk.dosing.regimen import INFUSIBLE, Regimen
from ketapk.dosing.stretches import stretches
from ketapk.library.protocols import load_protocols
from ketapk.linting.order import Order, rate_mg_per_h, words
from ketapk.linting.pace import changes, paces
from ketapk.linting.rule import Hit, Rule

ROUNDED = 0.05
"""Share by which a pump's steps may change a rate before it is said: a choice."""


@cache
def longest(route: str) -> tuple[float, str]:
    """Longest run without a pause in the catalogue [h], and its source."""
    return max(
        (
            (run.hours, f"{protocol.name}, {protocol.source}")
            for protocol in load_protocols()
            for plan in protocol.plans
            for run in stretches(plan, route)
        ),
        default=(math.inf, ""),
    )


def _endless(order: Order) -> Iterator[Hit]:
    for dose in order.doses:
        if dose.rate is not None and dose.amt == 0.0:
            yield Hit(text="this infusion has no end; say how long it runs.", dose=words(dose))
    for route in INFUSIBLE:
        hours, source = longest(route)
        for run in stretches(order.plan, route):
            if run.hours > hours * (1.0 + 1e-9):
                yield Hit(
                    text=(
                        f"the plan runs {units.fmt(run.hours)} h by the route {route!r} "
                        f"without a pause, from {units.fmt(float(run.start))} h on; the longest in "
                        f"the catalogue is {units.fmt(hours)} h. An infusion that was never "
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
        rates = [(rate_mg_per_h(dose, kg) or 0.0, total) for total, kg in order.furthest]
        rate, whose = max(rates)
        if rate > pump.max_mg_per_h * (1.0 + 1e-9):
            flow = pump.ml_per_h(rate) if math.isfinite(rate) else math.inf
            yield Hit(
                text=(
                    f"{units.fmt(rate)} mg/h{order.whom(whose)} is {units.fmt(flow)} "
                    f"mL/h, and the pump runs at most "
                    f"{units.fmt(pump.ml_per_h(pump.max_mg_per_h))} mL/h."
                ),
                dose=words(dose),
            )
    for route in INFUSIBLE:
        together = [
            (pace.mg_per_h, pace, total)
            for total, kg in order.furthest
            for pace in paces(order.plan, route, kg)
            if pace.running > 1
        ]
        rate, pace, whose = max(together, key=lambda one: one[0], default=(0.0, None, 0.0))
        if pace is not None and rate > pump.max_mg_per_h * (1.0 + 1e-9):
            yield Hit(
                text=(
                    f"{pace.running} infusions by the route {route!r} run at once from "
                    f"{units.fmt(float(pace.start))} h on, together {units.fmt(rate)} mg/h"
                    f"{order.whom(whose)} or {units.fmt(pump.ml_per_h(rate))} mL/h, and the pump "
                    f"runs at most {units.fmt(pump.ml_per_h(pump.max_mg_per_h))} mL/h."
                )
            )


def _too_large(order: Order) -> Iterator[Hit]:
    pump = order.pump
    if pump is None or pump.volume_ml is None:
        return
    for route in INFUSIBLE:
        run = Regimen.of(*(d for d in order.plan.doses if d.route == route and d.hours))
        mg, whose = max((run.total_mg(kg), total) for total, kg in order.furthest)
        if not math.isfinite(mg) or pump.ml(mg) <= pump.volume_ml * (1.0 + 1e-9):
            continue
        syringes = math.ceil(pump.ml(mg) / pump.volume_ml * (1.0 - 1e-9))
        yield Hit(
            text=(
                f"{units.fmt(mg)} mg by the route {route!r}{order.whom(whose)} is "
                f"{units.fmt(pump.ml(mg))} mL, and the syringe holds {units.fmt(pump.volume_ml)} "
                f"mL: it takes {syringes} syringes."
            )
        )


def _too_soon(order: Order) -> Iterator[Hit]:
    pump = order.pump
    if pump is None or not pump.min_interval_h:
        return
    for route in INFUSIBLE:
        for _, kg in order.furthest:
            times = changes(order.plan, route, kg)
            close = [(b - a, a) for a, b in pairwise(times) if b - a < pump.min_interval_h]
            if close:
                gap, at = min(close)
                yield Hit(
                    text=(
                        f"the rate by the route {route!r} changes {units.format_time(gap)} after "
                        f"a change at {units.fmt(float(at))} h, and the pump changes at most every "
                        f"{units.format_time(pump.min_interval_h)}; {len(close)} such."
                    )
                )
                break


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
            "an infusion without an end (a sentence that says none is refused as it is "
            "read); a caution where infusions run on for longer than any in "
            "the catalogue"
        ),
        source="protocols of the catalogue, `ketapk protocols`",
        look=_endless,
    ),
    Rule(
        name="beyond-the-pump",
        severity="alarm",
        what="a rate above the highest of the pump, of one infusion or of all that run at once",
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
    Rule(
        name="syringe-volume",
        severity="note",
        what="infusions that are more than the syringe holds, where its volume is given",
        source="the pump, as it was given",
        look=_too_large,
        needs="volume",
    ),
    Rule(
        name="changes-too-close",
        severity="caution",
        what=(
            "a rate that begins, changes or ends sooner after a change than the pump's shortest "
            "interval, where it is given"
        ),
        source="the pump, as it was given",
        look=_too_soon,
        needs="min_interval",
    ),
)
