"""Doses outside what has been studied: by a slip of a unit, or by none that is known."""

from __future__ import annotations

from collections.abc import Iterator

from ketapk import units
from ketapk.library.plausible import (
    BY_ROUTE,
    INFUSED,
    INFUSED_UNDER_SKIN,
    INJECTED,
    SHORT_H,
    Outside,
    too_many_devices,
)
from ketapk.linting.order import Order, words
from ketapk.linting.rule import Hit, Rule

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
    limit = found.band.high if found.high else found.band.low
    whom = "" if found.doses[0].per_kg else order.whom(found.weight_kg)
    steps = f" over {len(found.doses)} steps" if len(found.doses) > 1 else ""
    return (
        f"{units.fmt(found.value)} {found.band.unit}{steps}{whom} is {units.fmt(found.times)} "
        f"times {'above the highest' if found.high else 'below the lowest'} studied "
        f"({units.fmt(limit)} {found.band.unit})"
    )


def _hits(order: Order, slips: dict[str, float], infused: dict[str, float]) -> Iterator[Hit]:
    for found in order.outsides:
        meant = _meant(found, {**slips, **(infused if found.band.unit == INFUSED.unit else {})})
        if meant:
            yield Hit(
                text=f"{_said(order, found)}; {meant}{_refused(found)}.",
                dose=_words(found),
                source=found.band.source,
            )


def _words(found: Outside) -> str:
    """The dose, or that with which several begin."""
    return words(found.doses[0])


def _refused(found: Outside) -> str:
    return ". simulate refuses it unless implausible doses are allowed" if found.refused else ""


def _mass(order: Order) -> Iterator[Hit]:
    yield from _hits(order, MASS, MIXED)


def _time(order: Order) -> Iterator[Hit]:
    yield from _hits(order, {}, TIME)


def _other(order: Order) -> Iterator[Hit]:
    for dose in order.doses:
        if devices := too_many_devices(dose):
            yield Hit(text=devices, dose=words(dose), source="US label of esketamine")
    for found in order.outsides:
        slips = {**MASS, **(MIXED | TIME if found.band.unit == INFUSED.unit else {})}
        if not _meant(found, slips):
            yield Hit(
                text=f"{_said(order, found)}; no slip of a unit explains it{_refused(found)}.",
                dose=_words(found),
                severity="alarm" if found.refused else None,
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
