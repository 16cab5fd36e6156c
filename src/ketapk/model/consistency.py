"""Whether the expressions of a design have the units and the values that they need."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.errors import ModelError, UnitError, nearest
from ketapk.model.design import ROUNDING
from ketapk.model.expressions import COVARIATES, Expression
from ketapk.model.variability import covariance
from ketapk.units import Dimension

if TYPE_CHECKING:
    from ketapk.model.design import Design, Equation
    from ketapk.model.routes import Values
    from ketapk.model.variability import Correlation, Variability

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
    most: float = math.inf


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
        yield Use(design.first_pass[1], "share of the first pass", SHARE, most=1.0)


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
    """Refuse an expression that is out of range or no number for the typical person."""
    value = float(np.ravel(use.expression(values))[0])
    inside = 0.0 <= value <= use.most + ROUNDING and not (use.positive and value == 0.0)
    if not (math.isfinite(value) and inside):
        least = "above 0" if use.positive else "0 or more" if use.most > 1.0 else "from 0 to 1"
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
        if sum(shares) > 1.0 + ROUNDING:
            said = " + ".join(f"{share:g}" for share in shares)
            raise ModelError(
                f"The inputs of the route {route!r} take {said} = {sum(shares):g} of a dose; "
                f"shares of one route sum to 1 at most."
            )


def check_equations(equations: Mapping[str, Equation], known: Mapping[str, Dimension]) -> None:
    """Refuse a covariate equation of no parameter, or in another unit than its parameter."""
    for name, equation in equations.items():
        if name not in known:
            raise ModelError(
                f"There is a covariate equation of {name!r}, which is no parameter; there is "
                f"{', '.join(known)}.{nearest(name, known)} Write what follows from parameters "
                f"where it is used."
            )
        if isinstance(equation, Expression):
            check_units(equation, f"equation of {name}", known[name], {**known, **COVARIATES})


def check_variability(
    spreads: Mapping[str, Variability],
    correlations: Sequence[Correlation],
    known: Mapping[str, Dimension],
    values: Values,
) -> None:
    """Refuse what cannot be drawn around the values of the typical person."""
    for name, spread in spreads.items():
        if name not in known:
            raise ModelError(
                f"{name!r} varies and is no parameter; there is {', '.join(known)}."
                f"{nearest(name, known)}"
            )
        if spread.scale == "SD on the logit scale":
            _check_logit(name, known[name], float(np.ravel(values[name])[0]))
    for name in (name for pair in correlations for name in (pair.first, pair.second)):
        if name not in spreads:
            raise ModelError(
                f"{name!r} is correlated and does not vary; write vary({name}='30 %') as well."
            )
    if not spreads:
        return
    matrix = covariance(tuple(spreads.values()), correlations)
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise ModelError(
            "The variability cannot be drawn: its covariance is not positive definite. No "
            "spread may be 0, and correlations that go against one another must be smaller."
        ) from None


def _check_logit(name: str, dimension: Dimension, value: float) -> None:
    """Refuse a logit SD of what is no share between 0 and 1."""
    if dimension != SHARE:
        raise UnitError(
            f"{name!r} varies by a logit SD, which is for a share between 0 and 1, and is "
            f"{_in(dimension)}; write '30 %' or '0.09 variance'."
        )
    if not 0.0 < value < 1.0:
        raise ModelError(
            f"{name!r} varies by a logit SD, which is for a share between 0 and 1, and is "
            f"{value:g} for the typical person; write '30 %' or '0.09 variance'."
        )
