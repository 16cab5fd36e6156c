"""Quantities in forms that are not read here, and how they are written instead."""

from __future__ import annotations

import re
from fractions import Fraction

from ketapk.units.factors import TIME

_RATIO = r"([0-9]{1,9})\s*/\s*([0-9]{1,9})\s*"
_NUMBER_AND_WORD = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([a-z]+)\s*"
_FRACTION = re.compile(rf"\s*{_RATIO}([a-z].*?)\s*", re.I)
_PART = re.compile(rf"{_NUMBER_AND_WORD}(?:,|and\b)?\s*", re.I)
_WITHIN = (
    re.compile(rf"(?<![\w./]){_RATIO}[a-zµμ]+(?:/[a-z]+)*", re.I),
    re.compile(rf"(?<![\w./])(?:{_NUMBER_AND_WORD}(?:and\s+)?){{2,}}", re.I),
)
"""Fractions, and times that follow one another, among other words."""


def rewritten_within(words: str) -> str:
    """As `rewritten`, of the first such quantity among other words.

    Examples
    --------
    >>> rewritten_within("35 mg iv over 1 h 30 min")
    "'1 h 30 min' is put together; write one number, such as '90 min'."
    """
    found = (part[0].strip() for form in _WITHIN for part in form.finditer(words))
    return next(filter(None, map(rewritten, found)), "")


def rewritten(text: str) -> str:
    """What is wrong with the form of a quantity, and how to write it; nothing for other mistakes.

    Examples
    --------
    >>> rewritten("1 h 30 min")
    "'1 h 30 min' is put together; write one number, such as '90 min'."
    >>> rewritten("1/2 h")
    "'1/2 h' is a fraction; write '0.5 h'."
    """
    if re.search(r"[0-9],[0-9]", text):
        return (
            f"{text!r} has a comma within a number; write a point before decimals, such as 0.5, "
            f"and nothing between thousands."
        )
    fraction = _FRACTION.fullmatch(text)
    if fraction and int(fraction[2]):
        value = Fraction(int(fraction[1]), int(fraction[2]))
        return f"{text!r} is a fraction; write '{float(value):.12g} {fraction[3]}'."
    hours = _together(text)
    if hours is not None:
        minutes = float(hours / TIME["min"])
        return f"{text!r} is put together; write one number, such as '{minutes:.12g} min'."
    return ""


def _together(text: str) -> Fraction | None:
    """Sum of times that follow one another [h]; one alone does not."""
    rest, total, parts = text.strip(), Fraction(0), 0
    while rest:
        part = _PART.match(rest)
        if part is None or part[2].lower() not in TIME:
            return None
        total += Fraction(part[1]) * TIME[part[2].lower()]
        rest, parts = rest[part.end() :], parts + 1
    return total if parts > 1 else None
