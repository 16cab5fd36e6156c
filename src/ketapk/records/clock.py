"""Clock times and dates as hours since a subject's first record."""

from __future__ import annotations

import re
from datetime import date

from ketapk.units import MINUTES_PER_HOUR

DATES = {"DATE": "mdy", "DAT1": "dmy", "DAT2": "ymd", "DAT3": "ydm"}
"""Columns of dates, and the order of month, day and year in them."""
HOURS_PER_DAY = 24.0
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?")


def clock_hours(text: str) -> float:
    """Hours since midnight of a time such as "14:05"; NaN if it is none.

    Examples
    --------
    >>> clock_hours("14:30"), clock_hours("0:00:36")
    (14.5, 0.01)
    """
    match = _CLOCK.fullmatch(text)
    if match is None or int(match[1]) >= HOURS_PER_DAY:
        return float("nan")
    minutes = int(match[2]) + float(match[3] or 0) / MINUTES_PER_HOUR
    return int(match[1]) + minutes / MINUTES_PER_HOUR


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def day_number(text: str, order: str) -> float:
    """Days since a fixed one of a date such as "12/31/2025", or a number of days; NaN if neither.

    Examples
    --------
    >>> day_number("2025-03-01", "ymd") - day_number("2025-02-28", "ymd")
    1.0
    """
    parts = re.split(r"[/.-]", text)
    if len(parts) == 1 and _digits(text):
        return float(text)
    if len(parts) != 3 or not all(_digits(part) for part in parts):
        return float("nan")
    by = dict(zip(order, parts, strict=True))
    if len(by["y"]) != 4:
        return float("nan")
    try:
        return float(date(int(by["y"]), int(by["m"]), int(by["d"])).toordinal())
    except ValueError:
        return float("nan")
