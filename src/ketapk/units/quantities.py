"""A number with a unit, read from words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ketapk.errors import InputError, UnitError, nearest
from ketapk.units.factors import MASS, MG_PER_ML_IN_PERCENT, SUBSTANCE, TIME, VOLUME
from ketapk.units.slips import rewritten

if TYPE_CHECKING:
    from collections.abc import Iterable


NUMBER = re.compile(
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
NAMED = {
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
WRITTEN = {
    "amount": ("mg", "mcg", "g", "ng"),
    "amount per kg": ("mg/kg", "mcg/kg"),
    "rate": ("mg/h", "mg/min", "mcg/min"),
    "rate per kg": ("mg/kg/h", "mg/kg/min", "mcg/kg/min"),
    "time": ("s", "min", "h", "d", "weeks"),
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
    match = NUMBER.match(text)
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
    value = exact_number(number, text)
    factor, kind = factor_and_kind(unit, text, tuple(WRITTEN))
    return Quantity(held(value * factor, repr(text)), kind, text.strip())


def exact_number(number: str, text: str) -> Fraction:
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


def held(exact: Fraction, said: str) -> Fraction:
    """Refuse what turns infinite, or into nothing, as soon as it is rounded."""
    try:
        rounded = float(exact)
    except OverflowError:
        raise InputError(f"{said} is too large to be meant; write it in a larger unit.") from None
    if rounded == 0.0 and exact != 0:
        raise InputError(f"{said} is too small to be meant; write it in a smaller unit.")
    return exact


def factor_and_kind(unit: str, text: str, kinds: tuple[str, ...]) -> tuple[Fraction, str]:
    """Factor to canonical units, and the kind; an error names the units of ``kinds``."""
    parts = [part.strip().lower() for part in unit.replace("·", "/").split("/")]
    head, below = parts[0], parts[1:]
    if head in TIME and not below:
        return TIME[head], "time"
    if head in VOLUME and not below:
        return VOLUME[head], "volume"
    if head in VOLUME and len(below) == 1 and below[0] in TIME:
        return VOLUME[head] / TIME[below[0]], "flow"
    if head in MASS:
        if not below:
            return MASS[head], "amount"
        if len(below) == 1 and below[0] in VOLUME:
            return MASS[head] / VOLUME[below[0]], "concentration"
        per_kg = below[0] == "kg"
        rest = below[1:] if per_kg else below
        basis = " per kg" if per_kg else ""
        if per_kg and not rest:
            return MASS[head], "amount per kg"
        if len(rest) == 1 and rest[0] in TIME:
            return MASS[head] / TIME[rest[0]], f"rate{basis}"
        if len(rest) == 1 and re.fullmatch(r"[1-9][0-9]{0,3} ?h", rest[0]):
            return MASS[head] / int(rest[0].rstrip(" h")), f"rate{basis}"
    if head in SUBSTANCE and len(below) == 1 and below[0] in VOLUME:
        return SUBSTANCE[head] / VOLUME[below[0]], "molar concentration"
    if "concentration" in kinds and (better := _as_concentration(unit, text)):
        raise UnitError(f"{text!r} is no concentration as it is read here; write {better!r}.")
    if otherwise := rewritten(text):
        raise UnitError(otherwise)
    known = [written for kind in kinds for written in WRITTEN.get(kind, ())]
    raise UnitError(
        f"The unit {unit!r} in {text!r} is not known; known are {', '.join(known)}."
        f"{nearest(unit, known)}"
    )


def _as_concentration(unit: str, text: str) -> str:
    """How a percentage, or an amount in some volume, is written per mL; or nothing."""
    match = NUMBER.match(text)
    if match is None or "n" in match.group(1).lower():  # No number, or an infinite one.
        return ""
    number = Fraction(match.group(1))
    if unit == "%":
        return f"{float(number * MG_PER_ML_IN_PERCENT):.12g} mg/mL"
    inside = re.fullmatch(r"(\w+) ?/ ?([0-9]+(?:\.[0-9]+)?) ?(mL|L)", unit, flags=re.I)
    if inside is None or inside.group(1).lower() not in MASS or not Fraction(inside.group(2)):
        return ""
    return f"{float(number / Fraction(inside.group(2))):.12g} {inside.group(1)}/{inside.group(3)}"


def expect(text: str, name: str, *kinds: str, like: str = "") -> Quantity:
    """Read a quantity that must be of one of some kinds.

    Parameters
    ----------
    text : str
        A number with a unit.
    name : str
        What it is for, to name it in an error.
    *kinds : str
        Kinds that will do.
    like : str
        What to write, for an error; by default an example of each kind.

    Examples
    --------
    >>> expect("40 min", "over", "time").value
    0.6666666666666666
    """
    wanted = like or " or ".join(KINDS[kind] for kind in kinds)
    if not isinstance(text, str):
        raise UnitError(f"{name}={text!r} has no unit; write {wanted}.")
    if not text.strip():
        raise InputError(f"{name} is empty; write {wanted}.")
    match = NUMBER.match(text)
    if match is None:
        raise InputError(f"{name}: {text!r} is not a quantity; write {wanted}.")
    if not match.group(2):
        raise UnitError(f"{name}: {text!r} has no unit; write {wanted}.")
    try:
        found = quantity(text)
    except UnitError:
        # Again, so that the error names the units that would do here.
        try:
            factor_and_kind(match.group(2), text, kinds)
        except UnitError as narrower:
            raise UnitError(f"{name}: {narrower}") from None
        raise
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    if found.kind not in kinds:
        raise UnitError(
            f"{name}={text!r} is of the wrong kind, {NAMED[found.kind]}; write {wanted}."
        )
    return found
