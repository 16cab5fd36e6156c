"""One unit turned into another."""

from __future__ import annotations

from fractions import Fraction

from ketapk.errors import UnitError
from ketapk.units.factors import MASS, SUBSTANCE, molar_mass
from ketapk.units.quantities import NAMED, NUMBER, WRITTEN, factor_and_kind, held, quantity
from ketapk.units.writing import decimal


def convert(text: str, unit: str, *, weight_kg: float | None = None, analyte: str = "") -> float:
    """Convert a quantity to another unit.

    Parameters
    ----------
    text : str
        A number with a unit, such as "0.2 mg/kg/h".
    unit : str
        The unit wanted, such as "mcg/kg/min".
    weight_kg : float, optional
        Body weight, to go between amounts and amounts per kg [kg].
    analyte : str
        Whose molar mass, to go between mass and molar concentrations: "ketamine", ...

    Returns
    -------
    float

    Raises
    ------
    UnitError
        If the two units are of different kinds, or a weight or an analyte is missing.

    Examples
    --------
    >>> round(convert("0.2 mg/kg/h", "mcg/kg/min"), 9)
    3.333333333
    >>> convert("35 mg", "mg/kg", weight_kg=70)
    0.5
    >>> round(convert("1 nmol/mL", "ng/mL", analyte="norketamine"), 3)
    223.7
    """
    given = quantity(text)
    factor, kind = factor_and_kind(unit, f"1 {unit}", tuple(WRITTEN))
    value = given.exact
    if given.kind != kind and {given.kind, kind} == {
        f"{kind.removesuffix(' per kg')}",
        f"{kind.removesuffix(' per kg')} per kg",
    }:
        if weight_kg is None:
            raise UnitError(f"{text!r} to {unit!r} needs a body weight; give one in kg.")
        weight = Fraction(repr(float(weight_kg)))
        value = value / weight if kind.endswith("per kg") else value * weight
    elif {given.kind, kind} == {"concentration", "molar concentration"}:
        if not analyte:
            raise UnitError(f"{text!r} to {unit!r} needs an analyte; say ketamine or norketamine.")
        mg_per_umol = Fraction(repr(molar_mass(analyte))) / 1000
        value = value * mg_per_umol if kind == "concentration" else value / mg_per_umol
    elif given.kind != kind:
        raise UnitError(
            f"{text!r} is {NAMED[given.kind]} and {unit!r} a unit of {NAMED[kind][2:]}; nothing "
            f"turns one into the other."
        )
    return float(held(value / factor, repr(text)))


def a_thousandfold(text: str, *, up: bool) -> str:
    """The same number in a unit a thousand times larger or smaller; else a number that much so.

    Examples
    --------
    >>> a_thousandfold("0.18 ng/mL", up=True), a_thousandfold("180000 ng/mL", up=False)
    ("'0.18 mcg/mL'", "'180 ng/mL'")
    """
    match = NUMBER.match(text)
    number, unit = ("", text) if match is None else match.groups()
    head, sign, below = unit.partition("/")
    times = Fraction(1000) if up else Fraction(1, 1000)
    for known in (MASS, SUBSTANCE):
        own = known.get(head.strip().lower())
        for other, factor in known.items():
            if own is not None and factor == own * times:
                return f"'{number} {other}{sign}{below}'"
    return f"'{decimal(Fraction(number) * times)} {unit}'"
