"""When sessions begin: at an even interval, or on named days of every week."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from ketapk import units
from ketapk.dosing.regimen import MOST_DOSES, Regimen
from ketapk.errors import InputError, nearest

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def session_starts(every: Any, times: int) -> tuple[Fraction, ...]:
    """Starts of sessions, the first at 0.

    Parameters
    ----------
    every : str
        An interval with its unit, such as "3.5 d"; or days of the week, such as "Mon, Thu", at the
        same hour, the first session on the first of them.
    times : int
        How many sessions.

    Returns
    -------
    tuple of Fraction
        [h]

    Raises
    ------
    InputError
        If a day is not known, or the number of sessions is no count.

    Examples
    --------
    >>> [float(start / 24) for start in session_starts("Mon, Thu", 4)]
    [0.0, 3.0, 7.0, 10.0]
    """
    if isinstance(times, bool) or not isinstance(times, int) or times < 1:
        raise InputError(f"times={times!r} is not a count; write a whole number from 1.")
    if times > MOST_DOSES:
        raise InputError(f"times={times} is too many; write at most {MOST_DOSES}.")
    if isinstance(every, str) and not re.match(r"\s*[-+.\d]", every) and every.strip():
        offsets = _days(every)
        week, day = units.duration_h("1 week", "week"), units.duration_h("1 d", "day")
        return tuple(
            (k // len(offsets)) * week + offsets[k % len(offsets)] * day for k in range(times)
        )
    step = units.duration_h(every, "every")
    return tuple(k * step for k in range(times))


def _days(text: str) -> list[int]:
    """Days after the first named one."""
    found = []
    for word in re.split(r"\s*(?:,|\band\b|\s)\s*", text.strip().lower()):
        if not word:
            continue
        known = [k for k, day in enumerate(DAYS) if len(word) >= 3 and day.startswith(word)]
        if not known:
            raise InputError(
                f"every={text!r} has {word!r}, which is no day; write an interval such as '3.5 d', "
                f"or days such as 'Mon, Thu'.{nearest(word, DAYS)}"
            )
        found += known
    offsets = [(day - found[0]) % len(DAYS) for day in found]
    if offsets != sorted(set(offsets)):
        raise InputError(
            f"every={text!r} does not go forward through one week; write each day once, in order, "
            f"such as 'Mon, Thu'."
        )
    return offsets


def sessions(once: Regimen, starts: tuple[Fraction, ...]) -> Regimen:
    """Give a plan once at every start [h].

    Examples
    --------
    >>> from ketapk.dosing.sentence import parse
    >>> plan = sessions(parse("35 mg im"), session_starts("Mon, Thu", 2))
    >>> [float(dose.time) for dose in plan.doses]
    [0.0, 72.0]
    """
    return Regimen.of(*(event for start in starts for event in once.delay(start).events))
