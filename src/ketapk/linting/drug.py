"""Which ketamine: salt or base, racemic or one enantiomer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from ketapk import units
from ketapk.dosing.regimen import DEVICE_MG, ROUTES
from ketapk.errors import PlanError
from ketapk.library.plausible import LABEL_DEVICES
from ketapk.library.protocols import load_protocols
from ketapk.linting.order import Order, words
from ketapk.linting.rule import Hit, Rule

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose

SAME = 0.01
"""Relative difference up to which two doses are the same for a reader: a choice."""
PRINTED = 0.002
"""Relative difference up to which an amount is a round one that was converted: three digits."""
SESSIONS = tuple(DEVICE_MG * n for n in range(1, LABEL_DEVICES + 1))
NOSE = ("nasal", "nasal_spray")
TITLE = {"racemic": "racemic ketamine", "S": "esketamine", "R": "arketamine"}


def _round(amount: float) -> float | None:
    """The round amount next to one: 1, 1.5, 2, ... 9.5 times a power of ten, or a session."""
    step = 10.0 ** math.floor(math.log10(amount)) / 2.0
    near = step * round(amount / step)
    return next((r for r in (near, *SESSIONS) if abs(amount - r) <= PRINTED * r), None)


def _plain(amount: float) -> bool:
    """Whether an amount is one that people order: of two digits, or a session."""
    return math.isclose(amount, float(f"{amount:.1e}"), rel_tol=1e-9) or amount in SESSIONS


def _written(dose: Dose) -> tuple[float, str]:
    """Number and unit as a reader sees the dose."""
    per = "/kg" if dose.per_kg else ""
    if dose.rate is not None:
        return dose.rate, f"mg{per}/h"
    return dose.amt, f"mg{per}"


def _salt(order: Order) -> Iterator[Hit]:
    share = units.BASE_IN_HYDROCHLORIDE
    for dose in order.doses:
        value, unit = _written(dose)
        if dose.device or not 1e-6 < value < 1e6 or _plain(value):
            continue
        for factor, told in (
            (
                share,
                "of hydrochloride is {} {} of base; doses here are base, write 'HCl' if it is salt",
            ),
            (
                1.0 / share,
                "of base is {} {} of hydrochloride; labels state base, look which is meant",
            ),
        ):
            near = _round(value * factor)
            if near is not None:
                text = told.format(units.fmt(near), unit)
                yield Hit(text=f"{units.fmt(value)} {unit} {text}.", dose=words(dose))
                break


def _key(dose: Dose) -> tuple[str, bool, bool]:
    """What has to be equal before amounts are compared."""
    return ("nasal" if dose.route in NOSE else dose.route, dose.per_kg, dose.rate is not None)


@cache
def _catalogue() -> tuple[tuple[str, str, str, Dose], ...]:
    """Drug, name and source of every dose of the catalogue."""
    return tuple(
        (dose.drug, protocol.name, protocol.source, dose)
        for protocol in load_protocols()
        for plan in protocol.plans
        for dose in plan.doses
    )


def _alike(one: Dose, other: Dose) -> bool:
    """Whether two doses are the same but for the form of the drug."""
    if _key(one) != _key(other):
        return False
    pairs = [(_written(one)[0], _written(other)[0]), (float(one.hours), float(other.hours))]
    return all(abs(a - b) <= SAME * max(a, b) for a, b in pairs)


def _form(order: Order) -> Iterator[Hit]:
    model = order.model
    if model is not None:
        for drug in order.plan.drugs:
            if drug not in model.drugs:
                yield Hit(
                    text=(
                        f"the plan gives {TITLE[drug]}, and {model.name} describes "
                        f"{' and '.join(TITLE[d] for d in model.drugs)}: simulate refuses it."
                    ),
                    severity="alarm",
                    source=model.cite().partition("\n")[0],
                )
    for dose in order.doses:
        if dose.device:
            continue
        likes = [entry for entry in _catalogue() if _alike(dose, entry[3])]
        if dose.route in NOSE and dose.drug == "racemic" and not dose.per_kg and not likes:
            likes = [
                ("S", "spravato", "US label", dose)
                for mg in SESSIONS
                if abs(dose.amt - mg) <= SAME * mg
            ]
        if likes and all((drug == "racemic") != (dose.drug == "racemic") for drug, *_ in likes):
            drug, name, source, _ = likes[0]
            yield Hit(
                text=(
                    f"this is the dose of {name}, which is {TITLE[drug]}, and here it is "
                    f"{TITLE[dose.drug]}; racemic ketamine is half esketamine."
                ),
                dose=words(dose),
                source=source,
            )


def _refused(order: Order) -> Iterator[Hit]:
    model = order.model
    if model is None or any(drug not in model.drugs for drug in order.plan.drugs):
        return
    for route in order.plan.routes:
        if route not in model.routes:
            yield Hit(
                text=(
                    f"{model.name} has no route {route!r} ({ROUTES[route]}); it has "
                    f"{', '.join(model.routes)}. See the models that can borrow it: "
                    f"'{model.name}+{route}'."
                )
            )
            return
    try:
        model.check_plan(order.plan)
    except PlanError as error:
        yield Hit(text=str(error))


RULES = (
    Rule(
        name="salt-or-base",
        severity="note",
        what=(
            "an amount of three digits or more that is round only after it is taken from "
            f"hydrochloride to base, or back (times {units.BASE_IN_HYDROCHLORIDE:.3f})"
        ),
        source="molar masses of ketamine and its hydrochloride, 237.73 and 274.19 g/mol",
        look=_salt,
    ),
    Rule(
        name="racemic-or-s",
        severity="caution",
        what=(
            "the dose of a protocol with the other form of the drug; an alarm where the model "
            "describes another form"
        ),
        source="protocols of the catalogue, `ketapk protocols`",
        look=_form,
    ),
    Rule(
        name="model-refuses",
        severity="alarm",
        what="a route, an infusion or a form that the model does not have",
        source="the model",
        look=_refused,
        needs="model",
    ),
)
