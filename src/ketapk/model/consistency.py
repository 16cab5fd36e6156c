"""Whether the expressions of a design have the units and the values that they need."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.errors import ModelError, UnitError
from ketapk.units import Dimension

if TYPE_CHECKING:
    from ketapk.model.design import Design
    from ketapk.model.expressions import Expression
    from ketapk.model.routes import Values

RATE_CONSTANT = Dimension.of("1/h")
CLEARANCE = Dimension.of("L/h")
VOLUME = Dimension.of("L")
LARGEST_RATE = Dimension.of("mg/h")
CONCENTRATION = Dimension.of("mg/L")
SHARE = Dimension()
TIME = Dimension.of("h")
_KINDS = {
    RATE_CONSTANT: "a rate constant",
    CLEARANCE: "a clearance",
    VOLUME: "a volume",
    LARGEST_RATE: "a largest rate",
    CONCENTRATION: "a concentration",
    SHARE: "a share",
    TIME: "a time",
}


@dataclass(frozen=True, slots=True)
class Use:
    """An expression, what it is for, and what it has to be measured in."""

    expression: Expression
    what: str
    dimension: Dimension
    positive: bool = False


def uses(design: Design) -> Iterable[Use]:
    """Every expression of a structure, with what it has to be."""
    for place in design.places:
        if place.volume is not None:
            yield Use(place.volume, f"volume of {place.name!r}", VOLUME, positive=True)
    for flow in design.transfers:
        what = f"flow from {flow.source!r} to {flow.target!r}"
        if flow.rate is not None:
            yield Use(flow.rate, what, RATE_CONSTANT)
        if flow.clearance is not None:
            yield Use(flow.clearance, what, CLEARANCE)
    for s in design.saturable:
        what = f"saturable flow from {s.source!r} to {s.target!r}"
        yield Use(s.Vmax, f"Vmax of the {what}", LARGEST_RATE)
        yield Use(s.Km, f"Km of the {what}", CONCENTRATION, positive=True)
    for entry in design.entries:
        for name, expression, dimension in (
            ("F", entry.F, SHARE),
            ("lag", entry.lag, TIME),
            ("dur", entry.dur, TIME),
        ):
            if expression is not None:
                yield Use(expression, f"{name} of the route {entry.route!r}", dimension)
    for analyte, ke0 in design.effect_sites:
        yield Use(ke0, f"effect site of {analyte!r}", RATE_CONSTANT, positive=True)
    if design.first_pass is not None:
        yield Use(design.first_pass[1], "share of the first pass", SHARE)


def check_units(
    expression: Expression, what: str, wanted: Dimension, known: Mapping[str, Dimension]
) -> None:
    """Refuse an expression that is not in the unit that its use needs."""
    try:
        found = expression.dimension(known)
    except (ModelError, UnitError) as error:
        raise type(error)(f"The {what}: {error}") from None
    if found != wanted:
        kind = _KINDS.get(wanted, "it")
        raise UnitError(
            f"The {what}: {expression.text!r} is {_in(found)}, and {kind} is {_in(wanted)}."
            f"{_instead(found, wanted)}"
        )


def _in(dimension: Dimension) -> str:
    return "a pure number" if dimension == SHARE else f"in {dimension}"


def _instead(found: Dimension, wanted: Dimension) -> str:
    """How to mend what is often meant."""
    if found == CLEARANCE and wanted == RATE_CONSTANT:
        return " Write clearance=..., or divide by a volume."
    if found == RATE_CONSTANT and wanted == CLEARANCE:
        return " Give it as the rate constant, or multiply by a volume."
    if found == wanted * Dimension.of("kg"):
        return " Divide the weight first, such as (weight_kg / 70)."
    if found * Dimension.of("kg") == wanted:
        return " It is per kg: multiply it by weight_kg in build.covariates(...)."
    if found == SHARE:
        return " Give the parameter its unit, and name it here."
    return ""


def check_value(use: Use, values: Values) -> None:
    """Refuse an expression that is negative or no number for the typical person."""
    value = float(np.ravel(use.expression(values))[0])
    if not math.isfinite(value) or value < 0.0 or (use.positive and value == 0.0):
        least = "above 0" if use.positive else "0 or more"
        raise ModelError(
            f"The {use.what}: {use.expression.text!r} is {value:g} at the typical values; it must "
            f"be finite and {least}."
        )


def check_shares(design: Design, values: Values) -> None:
    """Refuse a route whose inputs take more than the dose."""
    for route in design.routes:
        shares = [
            1.0 if entry.F is None else float(np.ravel(entry.F(values))[0])
            for entry in design.entries
            if entry.route == route
        ]
        if sum(shares) > 1.0 + 1e-12:
            said = " + ".join(f"{share:g}" for share in shares)
            raise ModelError(
                f"The inputs of the route {route!r} take {said} = {sum(shares):g} of a dose; "
                f"shares of one route sum to 1 at most."
            )
