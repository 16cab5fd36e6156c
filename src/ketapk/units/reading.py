"""Times, levels, areas and shares, each read in one unit."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from ketapk.errors import InputError, UnitError
from ketapk.units.dimension import Dimension, parameter
from ketapk.units.factors import MG_PER_MCG, TIME, molar_mass
from ketapk.units.quantities import NUMBER, exact_number, expect
from ketapk.units.slips import rewritten


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


def percentage(text: str, name: str) -> float:
    """Read a percentage as a share.

    Examples
    --------
    >>> percentage("50 %", "by")
    0.5
    """
    match = NUMBER.match(text)
    share = 0.0
    if match is not None and match.group(2) == "%":
        share = float(exact_number(match.group(1), f"{name}={text}")) / 100.0
    if isinstance(text, str) and not text.strip():
        raise InputError(f"{name} is empty; write a percentage such as '50 %'.")
    if isinstance(text, str) and (otherwise := rewritten(text)):
        raise InputError(f"{name}: {otherwise}")
    if not 0.0 < share < 1.0:
        raise InputError(f"{name}={text!r} is not a percentage; write one such as '50 %'.")
    return share


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
    return int(match[1]) + int(match[2]) * TIME["min"]
