"""Quantities with units: the only place where a factor of 60 or 1000 is written.

The vocabulary is closed and the basis of a dose, absolute or per kg, is a field of its own and not
a dimension, so that 0.1 mg/kg/h can never pass for 0.1 per hour.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from numbers import Real
from typing import TYPE_CHECKING, Any

from ketapk.errors import InputError, UnitError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

MINUTES_PER_HOUR = 60.0
MG_PER_MCG = 0.001
CM_PER_M = 100.0
CM_PER_INCH = 2.54
ML_PER_L = 1000
MG_PER_ML_IN_PERCENT = 10
"""A solution of 1 % has 1 g in 100 mL."""

MOLAR_MASS = {"ketamine": 237.73, "norketamine": 223.7, "hydroxynorketamine": 239.7}
"""Of the bases, either enantiomer [g/mol]."""
MOLAR_MASS_HYDROCHLORIDE = 274.19
"""Of ketamine hydrochloride [g/mol]."""
BASE_IN_HYDROCHLORIDE = MOLAR_MASS["ketamine"] / MOLAR_MASS_HYDROCHLORIDE
"""Share of ketamine base in its hydrochloride, 0.867."""

_MASS = {
    "g": Fraction(1000),
    "mg": Fraction(1),
    "mcg": Fraction(1, 1000),
    "ug": Fraction(1, 1000),
    "µg": Fraction(1, 1000),
    "μg": Fraction(1, 1000),
    "ng": Fraction(1, 1_000_000),
}
_TIME = {
    "s": Fraction(1, 3600),
    "sec": Fraction(1, 3600),
    "secs": Fraction(1, 3600),
    "second": Fraction(1, 3600),
    "seconds": Fraction(1, 3600),
    "min": Fraction(1, 60),
    "mins": Fraction(1, 60),
    "minute": Fraction(1, 60),
    "minutes": Fraction(1, 60),
    "h": Fraction(1),
    "hr": Fraction(1),
    "hrs": Fraction(1),
    "hour": Fraction(1),
    "hours": Fraction(1),
    "d": Fraction(24),
    "day": Fraction(24),
    "days": Fraction(24),
    "week": Fraction(168),
    "weeks": Fraction(168),
}
_VOLUME = {"l": Fraction(1), "dl": Fraction(1, 10), "ml": Fraction(1, 1000)}
_AMOUNT_OF_SUBSTANCE = {
    "umol": Fraction(1),
    "µmol": Fraction(1),
    "μmol": Fraction(1),
    "nmol": Fraction(1, 1000),
    "mmol": Fraction(1000),
}

_BODY = {
    "kg": "kg",
    "cm": "cm",
    "y": "y",
    "yr": "y",
    "year": "y",
    "years": "y",
}
"""Units of people. A year of age is never turned into hours, nor a kg of a body into mg of drug."""

_NUMBER = re.compile(
    r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?(?:nan|inf(?:inity)?))\s*(.*?)\s*$", re.I
)

KINDS = {
    "amount": "an amount such as '35 mg'",
    "amount per kg": "an amount per kg such as '0.5 mg/kg'",
    "rate": "a rate such as '10 mg/h'",
    "rate per kg": "a rate per kg such as '0.1 mg/kg/h'",
    "time": "a time such as '40 min'",
    "concentration": "a concentration such as '70 ng/mL'",
    "molar concentration": "a concentration such as '300 nmol/L'",
    "volume": "a volume such as '5 mL'",
    "flow": "a flow such as '12 mL/h'",
}
_NAMED = {
    "volume": "a volume",
    "flow": "a flow",
    "time": "a time",
    "amount": "an amount",
    "amount per kg": "an amount per kg",
    "rate": "a rate",
    "rate per kg": "a rate per kg",
    "concentration": "a concentration",
    "molar concentration": "a concentration",
}
_WRITTEN = {
    "amount": ("mg", "mcg", "g", "ng"),
    "amount per kg": ("mg/kg", "mcg/kg"),
    "rate": ("mg/h", "mg/min", "mcg/min"),
    "rate per kg": ("mg/kg/h", "mg/kg/min", "mcg/kg/min"),
    "time": ("s", "min", "h", "d"),
    "concentration": ("ng/mL", "mcg/mL", "mg/L"),
    "molar concentration": ("nmol/L",),
    "volume": ("mL",),
    "flow": ("mL/h", "mL/min"),
}
"""Units to name in an error; more spellings are read."""
MOST_CHARACTERS = 400
"""Of a number; the longest finite one in plain digits has 309."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit, in canonical units: mg, kg, h, L, µmol."""

    exact: Fraction
    """The value, without rounding."""
    kind: str
    """One of the kinds of this module: "amount", "rate per kg", "time", ..."""
    text: str
    """As it was written."""

    @property
    def value(self) -> float:
        """The value as a number."""
        return float(self.exact)

    @property
    def per_kg(self) -> bool:
        """Whether it is meant per kg of body weight."""
        return self.kind.endswith("per kg")

    def of_body(self, weight_kg: float) -> Fraction:
        """The value for somebody of that weight [kg], without rounding."""
        return self.exact * Fraction(repr(float(weight_kg))) if self.per_kg else self.exact


def several(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return quantities of which one may be given alone, as a word.

    Examples
    --------
    >>> several("50 %"), several(["50 %", "90 %"])
    (('50 %',), ('50 %', '90 %'))
    """
    return (given,) if isinstance(given, str) else tuple(given)


def quantity(text: str) -> Quantity:
    """Read a number with a unit.

    Parameters
    ----------
    text : str
        Such as "0.5 mg/kg", "40 min", "12 mcg/kg/min", "70 ng/mL".

    Returns
    -------
    Quantity

    Raises
    ------
    UnitError
        If the unit is missing or unknown.
    InputError
        If the number is not a finite number.

    Examples
    --------
    >>> quantity("40 min").exact
    Fraction(2, 3)
    >>> quantity("12 mcg/kg/min").value
    0.72
    """
    if not isinstance(text, str):
        raise UnitError(f"{text!r} has no unit; write it with one, such as '35 mg' or '40 min'.")
    match = _NUMBER.match(text)
    if match is None:
        raise InputError(
            f"{text!r} is not a quantity; write a number and a unit, such as '35 mg' or '40 min'."
        )
    number, unit = match.groups()
    if not unit:
        raise UnitError(
            f"{text!r} has no unit; write it with one, such as '{number} mg', '{number} mg/kg' or "
            f"'{number} min'."
        )
    value = _number(number, text)
    factor, kind = _unit(unit, text, tuple(_WRITTEN))
    return Quantity(_held(value * factor, repr(text)), kind, text.strip())


def _number(number: str, text: str) -> Fraction:
    """Read a number exactly, but never one whose digits alone would take for ever."""
    if len(number) > MOST_CHARACTERS:
        raise InputError(f"A number of {len(number)} characters is not one that is meant.")
    rounded = float(number)
    if not math.isfinite(rounded):
        raise InputError(f"{text!r} is not a finite number.")
    if rounded == 0.0:
        if re.search(r"[1-9]", number.lower().split("e")[0]):
            raise InputError(f"{text!r} is too small to be meant; write it in a smaller unit.")
        return Fraction(0)
    return Fraction(number)


def _held(exact: Fraction, said: str) -> Fraction:
    """Refuse what turns infinite, or into nothing, as soon as it is rounded."""
    try:
        rounded = float(exact)
    except OverflowError:
        raise InputError(f"{said} is too large to be meant; write it in a larger unit.") from None
    if rounded == 0.0 and exact != 0:
        raise InputError(f"{said} is too small to be meant; write it in a smaller unit.")
    return exact


def _unit(unit: str, text: str, kinds: tuple[str, ...]) -> tuple[Fraction, str]:
    """Factor to canonical units, and the kind; an error names the units of ``kinds``."""
    parts = [part.strip().lower() for part in unit.replace("·", "/").split("/")]
    head, below = parts[0], parts[1:]
    if head in _TIME and not below:
        return _TIME[head], "time"
    if head in _VOLUME and not below:
        return _VOLUME[head], "volume"
    if head in _VOLUME and len(below) == 1 and below[0] in _TIME:
        return _VOLUME[head] / _TIME[below[0]], "flow"
    if head in _MASS:
        if not below:
            return _MASS[head], "amount"
        if len(below) == 1 and below[0] in _VOLUME:
            return _MASS[head] / _VOLUME[below[0]], "concentration"
        per_kg = below[0] == "kg"
        rest = below[1:] if per_kg else below
        basis = " per kg" if per_kg else ""
        if per_kg and not rest:
            return _MASS[head], "amount per kg"
        if len(rest) == 1 and rest[0] in _TIME:
            return _MASS[head] / _TIME[rest[0]], f"rate{basis}"
        if len(rest) == 1 and re.fullmatch(r"[1-9][0-9]{0,3} ?h", rest[0]):
            return _MASS[head] / int(rest[0].rstrip(" h")), f"rate{basis}"
    if head in _AMOUNT_OF_SUBSTANCE and len(below) == 1 and below[0] in _VOLUME:
        return _AMOUNT_OF_SUBSTANCE[head] / _VOLUME[below[0]], "molar concentration"
    if "concentration" in kinds and (better := _as_concentration(unit, text)):
        raise UnitError(f"{text!r} is no concentration as it is read here; write {better!r}.")
    known = [written for kind in kinds for written in _WRITTEN.get(kind, ())]
    raise UnitError(
        f"The unit {unit!r} in {text!r} is not known; known are {', '.join(known)}."
        f"{nearest(unit, known)}"
    )


def _as_concentration(unit: str, text: str) -> str:
    """How a percentage, or an amount in some volume, is written per mL; or nothing."""
    match = _NUMBER.match(text)
    if match is None or "n" in match.group(1).lower():  # No number, or an infinite one.
        return ""
    number = Fraction(match.group(1))
    if unit == "%":
        return f"{float(number * MG_PER_ML_IN_PERCENT):.12g} mg/mL"
    inside = re.fullmatch(r"(\w+) ?/ ?([0-9]+(?:\.[0-9]+)?) ?(mL|L)", unit, flags=re.I)
    if inside is None or inside.group(1).lower() not in _MASS or not Fraction(inside.group(2)):
        return ""
    return f"{float(number / Fraction(inside.group(2))):.12g} {inside.group(1)}/{inside.group(3)}"


def expect(text: str, name: str, *kinds: str) -> Quantity:
    """Read a quantity that must be of one of some kinds.

    Parameters
    ----------
    text : str
        A number with a unit.
    name : str
        What it is for, to name it in an error.
    *kinds : str
        Kinds that will do.

    Examples
    --------
    >>> expect("40 min", "over", "time").value
    0.6666666666666666
    """
    wanted = " or ".join(KINDS[kind] for kind in kinds)
    if not isinstance(text, str):
        raise UnitError(f"{name}={text!r} has no unit; write {wanted}.")
    try:
        found = quantity(text)
    except UnitError as error:
        match = _NUMBER.match(text)
        if match is None or not match.group(2):
            raise UnitError(f"{name}: {error}") from None
        # Again, so that the error names the units that would do here.
        try:
            _unit(match.group(2), text, kinds)
        except UnitError as narrower:
            raise UnitError(f"{name}: {narrower}") from None
        raise
    if found.kind not in kinds:
        raise UnitError(
            f"{name}={text!r} is of the wrong kind, {_NAMED[found.kind]}; write {wanted}."
        )
    return found


def time_h(value: Any, name: str) -> Fraction:
    """Read a time as exact hours.

    Parameters
    ----------
    value : str, Fraction or 0
        A time with a unit, exact hours, or a bare 0.
    name : str
        Name of the argument, for errors.

    Returns
    -------
    Fraction
        Time, not negative. [h]

    Examples
    --------
    >>> time_h("3.5 d", "every")
    Fraction(84, 1)
    """
    if isinstance(value, Fraction) or (isinstance(value, int) and value == 0):
        hours = Fraction(value)
    elif isinstance(value, (int, float)):
        raise UnitError(f"{name}={value!r} has no unit; write {name}='{value} min' or '{value} h'.")
    else:
        hours = expect(value, name, "time").exact
    if hours < 0:
        raise InputError(f"{name}={value!r} is negative; times start at 0.")
    return hours


def duration_h(value: Any, name: str) -> Fraction:
    """Read a time that must be longer than nothing, as exact hours."""
    hours = time_h(value, name)
    if hours == 0:
        raise InputError(f"{name}={value!r} is no time at all; write a positive time, or a bolus.")
    return hours


def concentration_mg_per_l(text: str, analyte: str = "ketamine") -> float:
    """Read a concentration in mg/L; molar ones by the molar mass of the analyte's base.

    Examples
    --------
    >>> concentration_mg_per_l("70 ng/mL")
    0.07
    >>> round(concentration_mg_per_l("1 nmol/mL"), 5)
    0.23773
    """
    found = expect(text, "level", "concentration", "molar concentration")
    if found.exact <= 0:
        raise InputError(f"A level of {text!r} is not positive.")
    if found.kind == "concentration":
        return found.value
    return found.value * molar_mass(analyte) * MG_PER_MCG


def area_mg_h_per_l(text: str, name: str = "area") -> float:
    """Read an area under a curve in mg h/L.

    Examples
    --------
    >>> area_mg_h_per_l("200 ng h/mL")
    0.2
    """
    wanted = f"write an area such as {name}='200 ng h/mL'"
    if not isinstance(text, str):
        raise UnitError(f"{name}={text!r} has no unit; {wanted}.")
    value, dimension = parameter(
        re.sub(r"(?<=[a-z]) +(?=[a-z])", "*", text.strip(), flags=re.I), name
    )
    if dimension != Dimension.of("mg*h/L"):
        raise UnitError(f"{name}={text!r} is of the wrong kind; {wanted}.")
    if value <= 0:
        raise InputError(f"{name}={text!r} is not positive; {wanted}.")
    return float(value)


def a_thousandfold(text: str, *, up: bool) -> str:
    """The same number in a unit a thousand times larger or smaller; else a number that much so.

    Examples
    --------
    >>> a_thousandfold("0.18 ng/mL", up=True), a_thousandfold("180000 ng/mL", up=False)
    ("'0.18 mcg/mL'", "'180 ng/mL'")
    """
    match = _NUMBER.match(text)
    number, unit = ("", text) if match is None else match.groups()
    head, sign, below = unit.partition("/")
    times = Fraction(1000) if up else Fraction(1, 1000)
    for known in (_MASS, _AMOUNT_OF_SUBSTANCE):
        own = known.get(head.strip().lower())
        for other, factor in known.items():
            if own is not None and factor == own * times:
                return f"'{number} {other}{sign}{below}'"
    return f"'{decimal(Fraction(number) * times)} {unit}'"


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
    factor, kind = _unit(unit, f"1 {unit}", tuple(_WRITTEN))
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
            f"{text!r} is {_NAMED[given.kind]} and {unit!r} a unit of {_NAMED[kind][2:]}; nothing "
            f"turns one into the other."
        )
    return float(_held(value / factor, repr(text)))


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
    match = _NUMBER.match(text) if isinstance(text, str) else None
    if match is None:
        raise InputError(
            f"{name}={value!r} is not a number with a unit; write one such as {name}='80 L/h', or "
            f"{name}=0.2 for a share."
        )
    number, unit = match.groups()
    exact, dimension = _number(number, text), Dimension()
    for position, below in enumerate(unit.split("/")):
        for part in below.replace("·", "*").split("*"):
            factor, measured = _part(part.strip(), value, name)
            exact = exact / factor if position else exact * factor
            dimension = dimension / measured if position else dimension * measured
    return _held(exact, f"{name}={value!r}"), dimension


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
    for known, canonical in ((_MASS, "mg"), (_TIME, "h"), (_VOLUME, "L")):
        if unit.lower() in known:
            return known[unit.lower()], Dimension(((canonical, Fraction(1)),))
    if unit.lower() in _BODY:
        return Fraction(1), Dimension(((_BODY[unit.lower()], Fraction(1)),))
    if unit in ("", "1"):
        return Fraction(1), Dimension()
    if unit == "%":
        return Fraction(1, 100), Dimension()
    parts = ("mg", "mcg", "L", "mL", "h", "min", "kg", "cm", "y", "%", "1")
    raise UnitError(
        f"{name}={value!r} has the unit part {unit!r}, which is not known; put a unit together "
        f"from {', '.join(parts)}, such as 'L/h' or 'mL/min/kg'.{nearest(unit, parts)}"
    )


def percentage(text: str, name: str) -> float:
    """Read a percentage as a share.

    Examples
    --------
    >>> percentage("50 %", "by")
    0.5
    """
    digits = text.strip().removesuffix("%").strip()
    try:
        share = float(Fraction(digits)) / 100.0 if text.strip().endswith("%") else math.nan
    except (ValueError, ZeroDivisionError):
        share = math.nan
    if not 0.0 < share < 1.0:
        raise InputError(f"{name}={text!r} is not a percentage; write one such as '50 %'.")
    return share


def molar_mass(analyte: str) -> float:
    """Molar mass of an analyte's base [g/mol]: esketamine weighs what ketamine weighs."""
    name = analyte.lower()
    if "hydroxynor" in name:
        return MOLAR_MASS["hydroxynorketamine"]
    if "nor" in name:
        return MOLAR_MASS["norketamine"]
    return MOLAR_MASS["ketamine"]


def mg_per_l_to_ng_per_ml(concentration: Any) -> Any:
    """Convert mg/L (or mg h/L) to ng/mL (or ng h/mL)."""
    return concentration * 1000.0


def fmt(value: float, digits: int = 3) -> str:
    """Write a number for people: leading zero, no trailing zero, no exponent at usual sizes.

    Examples
    --------
    >>> fmt(5.0), fmt(0.5), fmt(253.0518), fmt(0.00123456), fmt(1234567.0)
    ('5', '0.5', '253', '0.00123', '1234567')
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if value == 0.0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -6 or magnitude > 9:
        return f"{value:.{digits - 1}e}"
    text = f"{value:.{max(digits - 1 - magnitude, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_rate(mg_per_h: float, weight_kg: float) -> str:
    """Write a rate in mg/kg/h and in mcg/kg/min.

    Examples
    --------
    >>> format_rate(52.5, 70.0)
    '0.75 mg/kg/h = 12.5 mcg/kg/min'
    """
    per_kg = mg_per_h / weight_kg
    return f"{fmt(per_kg)} mg/kg/h = {fmt(mcg_per_min(per_kg))} mcg/kg/min"


def ms(seconds: float) -> float:
    """Convert seconds to milliseconds."""
    return seconds * 1000.0


def mcg_per_min(mg_per_h: float) -> float:
    """Convert mg/h to mcg/min, or mg/kg/h to mcg/kg/min."""
    return mg_per_h / MG_PER_MCG / MINUTES_PER_HOUR


def format_time(hours: Fraction) -> str:
    """Write a time exactly, in the unit that people would use for it.

    Examples
    --------
    >>> [format_time(Fraction(t)) for t in ("1/6", "2/3", "3.5", "84", "1/360")]
    ['10 min', '40 min', '3.5 h', '84 h', '10 s']
    """
    minutes = hours / _TIME["min"]
    if minutes.denominator == 1 and minutes < 120 and minutes != 60:
        return f"{minutes} min"
    written = [
        f"{text} {unit}"
        for unit in ("h", "min", "s", "d")
        if (text := decimal(hours / _TIME[unit]))
    ]
    if not written:
        return f"{float(hours)!r} h"
    return min(written, key=len)


_CLOCK = re.compile(r"\s*([01]?[0-9]|2[0-3])[:.h]([0-5][0-9])\s*$")


def clock_h(text: Any, name: str) -> Fraction:
    """Read a clock time as hours since midnight.

    Examples
    --------
    >>> clock_h("09:40", "start")
    Fraction(29, 3)
    """
    match = _CLOCK.match(text) if isinstance(text, str) else None
    if match is None:
        raise InputError(f"{name}={text!r} is no clock time; write one such as '09:00'.")
    return int(match[1]) + int(match[2]) * _TIME["min"]


def format_clock(hours: Fraction, *, seconds: bool = False) -> str:
    """Write hours since a midnight as a clock time, cut to the minute or second.

    Examples
    --------
    >>> format_clock(Fraction(29, 3)), format_clock(Fraction(25))
    ('09:40', '01:00 (+1 d)')
    """
    count = math.floor(hours / _TIME["s"])
    minutes, second = divmod(count, 60)
    full, minute = divmod(minutes, 60)
    day, hour = divmod(full, 24)
    text = f"{hour:02d}:{minute:02d}" + (f":{second:02d}" if seconds else "")
    return f"{text} (+{day} d)" if day else text


def whole_minutes(hours: Fraction) -> bool:
    """Whether a time is a whole number of minutes."""
    return (hours / _TIME["min"]).denominator == 1


def decimal(number: Fraction) -> str:
    """A fraction as an exact decimal, or nothing where it has none of reasonable length."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return ""
    places = 0
    while (number * 10**places).denominator != 1:
        places += 1
    if places > 17:
        return ""
    text = f"{number.numerator * 10**places // number.denominator:0{places + 1}d}"
    return f"{text[:-places]}.{text[-places:]}" if places else text
