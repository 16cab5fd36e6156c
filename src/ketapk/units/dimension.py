"""What the number of a model is measured in, and how it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from numbers import Real
from typing import Any

from ketapk.errors import InputError, UnitError, nearest
from ketapk.units.factors import BODY, MASS, TIME, VOLUME
from ketapk.units.quantities import NUMBER, exact_number, held

BASES = ("mg", "L", "h", "kg", "cm", "y")
"""What every unit of a model's parameter is a product of, in the order in which they are read."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a number of a model is measured in: powers of mg, L, h, and of a body's kg, cm and y.

    Examples
    --------
    >>> clearance = Dimension.of("L/h")
    >>> str(clearance / Dimension.of("L")), str(Dimension()), str(clearance**2)
    ('1/h', '1', 'L^2/h^2')
    """

    powers: tuple[tuple[str, Fraction], ...] = ()
    """Units with their exponents, in the order of their names, none of them zero."""

    @classmethod
    def of(cls, unit: str) -> Dimension:
        """Dimension of a unit such as "L/h/kg"; of "1" that of a pure number."""
        return parameter(f"1 {unit}", "unit")[1]

    def __mul__(self, other: Dimension) -> Dimension:
        total = dict(self.powers)
        for unit, power in other.powers:
            total[unit] = total.get(unit, Fraction(0)) + power
        return Dimension(tuple(sorted((u, p) for u, p in total.items() if p)))

    def __truediv__(self, other: Dimension) -> Dimension:
        return self * other ** Fraction(-1)

    def __pow__(self, power: int | Fraction) -> Dimension:
        return Dimension(tuple((u, p * power) for u, p in self.powers if power))

    def __str__(self) -> str:
        powers = dict(self.powers)
        ordered = [(unit, powers[unit]) for unit in BASES if unit in powers]
        above = [_raised(unit, power) for unit, power in ordered if power > 0]
        below = [_raised(unit, -power) for unit, power in ordered if power < 0]
        return "/".join(("*".join(above) or "1", *below))


def _raised(unit: str, power: Fraction) -> str:
    return unit if power == 1 else f"{unit}^{float(power):g}"


def parameter(value: Any, name: str) -> tuple[Fraction, Dimension]:
    """Read a parameter of a model: a number with a unit, in mg, L, h and units of the body.

    Parameters
    ----------
    value : str, int or float
        Such as "80 L/h", "1.2 1/h", "0.3 mL/min/kg", "20 %"; a bare number is a pure number.
    name : str
        What it is for, to name it in an error.

    Returns
    -------
    value : Fraction
        In mg, L, h, kg, cm, y.
    dimension : Dimension

    Raises
    ------
    UnitError
        If a part of the unit is not known.
    InputError
        If the number is not a finite number.

    Examples
    --------
    >>> number, dimension = parameter("20 mL/min/kg", "CL")
    >>> float(number), str(dimension)
    (1.2, 'L/h/kg')
    """
    plain = isinstance(value, Real) and not isinstance(value, bool)
    try:
        text = repr(float(value)) if plain else value
    except OverflowError:
        raise InputError(f"{name} is a number of more than 308 digits; write one less.") from None
    match = NUMBER.match(text) if isinstance(text, str) else None
    if match is None:
        raise InputError(
            f"{name}={value!r} is not a number with a unit; write one such as {name}='80 L/h', or "
            f"{name}=0.2 for a share."
        )
    number, unit = match.groups()
    exact, dimension = exact_number(number, text), Dimension()
    for position, below in enumerate(unit.split("/")):
        for part in below.replace("·", "*").split("*"):
            factor, measured = _part(part.strip(), value, name)
            exact = exact / factor if position else exact * factor
            dimension = dimension / measured if position else dimension * measured
    return held(exact, f"{name}={value!r}"), dimension


def _part(unit: str, value: Any, name: str) -> tuple[Fraction, Dimension]:
    """Factor and dimension of one part of a unit."""
    raised = re.fullmatch(r"(\w+)\^([0-9]{1,2}(?:\.[0-9]{1,3})?)", unit)
    if raised is not None:
        factor, dimension = _part(raised[1], value, name)
        power = Fraction(raised[2])
        # A whole power is exact, and no power of a unit rounds to nothing.
        exact = factor**power if power.denominator == 1 else Fraction(float(factor) ** float(power))
        if exact == 0:
            raise InputError(f"{name}={value!r} is too small to be meant; write a smaller power.")
        return Fraction(exact), dimension**power
    for known, canonical in ((MASS, "mg"), (TIME, "h"), (VOLUME, "L")):
        if unit.lower() in known:
            return known[unit.lower()], Dimension(((canonical, Fraction(1)),))
    if unit.lower() in BODY:
        return Fraction(1), Dimension(((BODY[unit.lower()], Fraction(1)),))
    if unit in ("", "1"):
        return Fraction(1), Dimension()
    if unit == "%":
        return Fraction(1, 100), Dimension()
    parts = ("mg", "mcg", "L", "mL", "h", "min", "kg", "cm", "y", "%", "1")
    raise UnitError(
        f"{name}={value!r} has the unit part {unit!r}, which is not known; put a unit together "
        f"from {', '.join(parts)}, such as 'L/h' or 'mL/min/kg'.{nearest(unit, parts)}"
    )
