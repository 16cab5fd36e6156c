"""Targets: which concentration is wanted from when on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ketapk import units
from ketapk.errors import InputError

EXAMPLES = "'100 ng/mL', or steps such as {'0 min': '100 ng/mL', '30 min': '150 ng/mL'}"
_WORD = re.compile(r"[a-z]", re.I)
_APART = re.compile(r",(?![0-9])|(?<![0-9]),")
"""A comma that is within no number."""
_STEP = re.compile(r"\s*(?:then\s+)?(.*?)\s+(?:at|from)\s+(.*?)\s*$", re.I)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A concentration that is wanted from one time to another."""

    start: Fraction
    """[h]"""
    end: Fraction
    """[h]"""
    mg_per_l: float
    """0 stops what is given."""


def read_targets(
    given: Any, analyte: str, *, start: Any, until: Any, earliest: Fraction = Fraction(0)
) -> tuple[Target, ...]:
    """Read a level, or steps of it, between a start and an end.

    Parameters
    ----------
    given : str, mapping or sequence of pairs
        "100 ng/mL"; "100 ng/mL; 150 ng/mL at 30 min"; a mapping of times to levels; or pairs of
        them. "0 ng/mL", or 0, stops.
    analyte : str
        Whose molar mass a molar level is read with.
    start : str, optional
        When the first target holds; the time of the first step, or ``earliest``, by default.
    until : str
        When the last one ends.
    earliest : Fraction
        Time before which nothing may start [h].

    Returns
    -------
    tuple of Target
        One after the other, without gaps.

    Raises
    ------
    InputError
        If times do not ascend, or nothing is wanted at all.
    UnitError
        If a unit is missing or of the wrong kind.

    Examples
    --------
    >>> steps = read_targets("100 ng/mL; 150 ng/mL at 30 min", "ketamine", start=0, until="1 h")
    >>> [(float(t.start), float(t.end), t.mg_per_l) for t in steps]
    [(0.0, 0.5, 0.1), (0.5, 1.0, 0.15)]
    """
    steps = [(_time(when), _level(level, analyte)) for when, level in _pairs(given)]
    first = steps[0][0]
    begin = None if start is None else units.time_h(start, "start")
    if begin is None:
        begin = earliest if first is None else first
    if first is None:
        steps[0] = (begin, steps[0][1])
    elif first != begin:
        raise InputError(
            f"The first target is wanted from {units.format_time(first)} and the start is "
            f"{units.format_time(begin)}; leave start out, or write the same time."
        )
    if until is None:
        raise InputError("until is missing; write how long to hold, such as '2 h'.")
    end = units.time_h(until, "until")
    times = [*(when for when, _ in steps if when is not None), end]
    if len(times) <= len(steps):
        raise InputError(
            "Every target after the first needs a time, such as '150 ng/mL at 30 min'."
        )
    for earlier, later in pairwise(times):
        if later <= earlier:
            what = "until" if later is times[-1] else "The time of a target"
            raise InputError(
                f"{what}, {units.format_time(later)}, is not after {units.format_time(earlier)}; "
                f"write times that ascend."
            )
    if begin < earliest:
        raise InputError(
            f"start={units.format_time(begin)} is before the end of what is given before, "
            f"{units.format_time(earliest)}; write a later start."
        )
    if not any(level for _, level in steps):
        raise InputError("Every target is 0, so that there is nothing to hold; write a level.")
    return tuple(
        Target(start=times[k], end=times[k + 1], mg_per_l=level)
        for k, (_, level) in enumerate(steps)
    )


def _pairs(given: Any) -> list[tuple[Any, Any]]:
    """Times (or None) with levels, as they were written."""
    if isinstance(given, str):
        parts = [part for part in given.split(";") if part.strip()]
        for part in parts:
            between = [piece.strip() for piece in _APART.split(part)]
            if len(between) > 1 and all(_WORD.search(piece) for piece in between):
                raise InputError(
                    f"target={given!r} has a comma between levels; write a semicolon, such as "
                    f"{'; '.join(between)!r}."
                )
        matches = [_STEP.match(part) for part in parts]
        pairs = [
            (None, part.strip()) if match is None else (match[2], match[1])
            for part, match in zip(parts, matches, strict=True)
        ]
    elif isinstance(given, int | float):
        pairs = [(None, given)]
    elif isinstance(given, Mapping):
        pairs = list(given.items())
    elif isinstance(given, Sequence) and all(
        isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2
        for pair in given
    ):
        pairs = [(when, level) for when, level in given]
    else:
        raise InputError(f"target={given!r} is no target; write {EXAMPLES}.")
    if not pairs:
        raise InputError(f"target={given!r} is empty; write {EXAMPLES}.")
    return pairs


def _time(when: Any) -> Fraction | None:
    return None if when is None else units.time_h(when, "the time of a target")


def _level(level: Any, analyte: str) -> float:
    """A level [mg/L], 0 included."""
    if isinstance(level, int) and not isinstance(level, bool) and level == 0:
        return 0.0
    if units.expect(level, "target", "concentration", "molar concentration").exact == 0:
        return 0.0
    return units.concentration_mg_per_l(level, analyte)
