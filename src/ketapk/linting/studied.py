"""Doses outside what has been studied: by a slip of a unit, or by none that is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ketapk import units
from ketapk.library.plausible import (
    BY_ROUTE,
    INFUSED,
    INFUSED_UNDER_SKIN,
    INJECTED,
    SHORT_H,
    Outside,
    outside,
    too_many_devices,
)
from ketapk.linting.order import Order, words
from ketapk.linting.rule import Hit, Rule

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose

MILLI, HOUR = units.MG_PER_MCG, units.MINUTES_PER_HOUR
MASS = {"mcg was meant instead of mg": MILLI, "mg was meant instead of mcg": 1.0 / MILLI}
MIXED = {
    "mcg/min was meant instead of mg/h": MILLI * HOUR,
    "mg/h was meant instead of mcg/min": 1.0 / MILLI / HOUR,
}
TIME = {
    "per minute was meant instead of per hour": HOUR,
    "per hour was meant instead of per minute": 1.0 / HOUR,
}
"""Slips, with what an amount is to be taken times to undo them."""
BANDS = {"iv": INJECTED, "iv, infused": INFUSED, **BY_ROUTE, "sc, infused": INFUSED_UNDER_SKIN}
"""What has been studied, by what is told of it."""
SOURCE = "doses as studied, by route"


def _meant(found: Outside, slips: dict[str, float]) -> str:
    """What the dose would be without one of some slips, where it would be inside; or nothing."""
    for said, factor in slips.items():
        value = found.value * factor
        if found.band.low <= value <= found.band.high:
            return f"if {said}, it is {units.fmt(value)} {found.band.unit}, which has been studied"
    return ""


def _said(order: Order, found: Outside) -> str:
    high = found.value > found.band.high
    limit = found.band.high if high else found.band.low
    whom = "" if found.dose.per_kg else order.whom(found.weight_kg)
    return (
        f"{units.fmt(found.value)} {found.band.unit}{whom} is {units.fmt(found.times)} times "
        f"{'above the highest' if high else 'below the lowest'} studied ({units.fmt(limit)} "
        f"{found.band.unit})"
    )


def _judged(order: Order) -> Iterator[tuple[Dose, Outside]]:
    """Doses outside what has been studied, but for small pieces of a longer infusion."""
    for dose in order.doses:
        found = None if dose.device else outside(dose, order.weights_kg)
        if found is not None and not _small_piece(order, dose, found):
            yield dose, found


def _small_piece(order: Order, dose: Dose, found: Outside) -> bool:
    """Whether a dose is small because it is one step of an infusion that goes on."""
    low, short = found.value < found.band.low, found.band.unit != INFUSED.unit
    return low and short and order.stretch_h(dose) > SHORT_H


def _hits(order: Order, slips: dict[str, float], infused: dict[str, float]) -> Iterator[Hit]:
    for dose, found in _judged(order):
        meant = _meant(found, {**slips, **(infused if found.band.unit == INFUSED.unit else {})})
        if meant:
            yield Hit(
                text=f"{_said(order, found)}; {meant}{_refused(found)}.",
                dose=words(dose),
                source=found.band.source,
            )


def _refused(found: Outside) -> str:
    return ". simulate refuses it unless allow_implausible=True" if found.far else ""


def _mass(order: Order) -> Iterator[Hit]:
    yield from _hits(order, MASS, MIXED)


def _time(order: Order) -> Iterator[Hit]:
    yield from _hits(order, {}, TIME)


def _other(order: Order) -> Iterator[Hit]:
    for dose in order.doses:
        if devices := too_many_devices(dose):
            yield Hit(text=devices, dose=words(dose), source="US label of esketamine")
        found = outside(dose, order.weights_kg)
        if found is not None and found.far and _small_piece(order, dose, found):
            yield Hit(
                text=f"one short step of a longer infusion is judged alone{_refused(found)}.",
                dose=words(dose),
                severity="note",
                source=found.band.source,
            )
            break
    for dose, found in _judged(order):
        slips = {**MASS, **(MIXED | TIME if found.band.unit == INFUSED.unit else {})}
        if not _meant(found, slips):
            yield Hit(
                text=f"{_said(order, found)}; no slip of a unit explains it{_refused(found)}.",
                dose=words(dose),
                severity="alarm" if found.far else None,
                source=found.band.source,
            )


RULES = (
    Rule(
        name="mg-or-mcg",
        severity="alarm",
        what="a dose outside what has been studied, and inside with mcg and mg exchanged",
        source=SOURCE,
        look=_mass,
    ),
    Rule(
        name="per-hour-or-minute",
        severity="alarm",
        what=(
            f"an infusion of more than {float(SHORT_H) * HOUR:g} min outside what has been "
            f"studied, and inside with hours and minutes exchanged"
        ),
        source=SOURCE,
        look=_time,
    ),
    Rule(
        name="outside-studied",
        severity="caution",
        what=(
            "a dose outside what has been studied that no slip of a unit explains; an alarm where "
            "simulate refuses it"
        ),
        source=SOURCE,
        look=_other,
    ),
)
