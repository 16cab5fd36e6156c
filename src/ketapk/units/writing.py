"""Numbers, times and rates written for people."""

from __future__ import annotations

import math
from fractions import Fraction

from ketapk.units.factors import TIME, mcg_per_min


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


def format_rate(mg_per_h: float, weight_kg: float) -> str:
    """Write a rate in mg/kg/h and in mcg/kg/min.

    Examples
    --------
    >>> format_rate(52.5, 70.0)
    '0.75 mg/kg/h = 12.5 mcg/kg/min'
    """
    per_kg = mg_per_h / weight_kg
    return f"{fmt(per_kg)} mg/kg/h = {fmt(mcg_per_min(per_kg))} mcg/kg/min"


def format_time(hours: Fraction) -> str:
    """Write a time exactly, in the unit that people would use for it.

    Examples
    --------
    >>> [format_time(Fraction(t)) for t in ("1/6", "2/3", "3.5", "84", "1/360")]
    ['10 min', '40 min', '3.5 h', '84 h', '10 s']
    """
    minutes = hours / TIME["min"]
    if minutes.denominator == 1 and minutes < 120 and minutes != 60:
        return f"{minutes} min"
    written = [
        f"{text} {unit}" for unit in ("h", "min", "s", "d") if (text := decimal(hours / TIME[unit]))
    ]
    if not written:
        return f"{float(hours)!r} h"
    return min(written, key=len)


def format_clock(hours: Fraction, *, seconds: bool = False) -> str:
    """Write hours since a midnight as a clock time, cut to the minute or second.

    Examples
    --------
    >>> format_clock(Fraction(29, 3)), format_clock(Fraction(25))
    ('09:40', '01:00 (+1 d)')
    """
    count = math.floor(hours / TIME["s"])
    minutes, second = divmod(count, 60)
    full, minute = divmod(minutes, 60)
    day, hour = divmod(full, 24)
    text = f"{hour:02d}:{minute:02d}" + (f":{second:02d}" if seconds else "")
    return f"{text} (+{day} d)" if day else text


def whole_minutes(hours: Fraction) -> bool:
    """Whether a time is a whole number of minutes."""
    return (hours / TIME["min"]).denominator == 1
