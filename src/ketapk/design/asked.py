"""Aims as people write them, read from a sentence."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ketapk import units
from ketapk.design.aims import AreaAim, LevelAim, WindowAim
from ketapk.design.chances import EXAMPLE as CHANCE
from ketapk.design.chances import Chance, ChanceAim
from ketapk.errors import InputError, nearest

if TYPE_CHECKING:
    Aim = LevelAim | WindowAim | AreaAim | ChanceAim

EXAMPLES = (
    f"'100 ng/mL from 10 min to 2 h', '80 to 120 ng/mL from 10 min to 2 h', "
    f"'AUC of 200 ng h/mL', or {CHANCE}"
)
WORDS = (
    "at", "least", "most", "ever", "above", "below", "from", "to", "until", "within", "AUC", "of",
    "people", "throughout",
)  # fmt: skip
_NUMBER = r"(?:\d+\.?\d*|\.\d+)"
_TIME = rf"{_NUMBER}\s*[a-z]*"
_SPAN = re.compile(
    rf"\s*(?:(?:from|between)\s+({_TIME})\s+(?:to|until|and)\s+({_TIME})|(?:until|to)\s+({_TIME})"
    rf"|at\s+({_TIME})|from\s+({_TIME}))\s*$",
    re.I,
)
_CHANCE = re.compile(
    rf"\s*(at least|at most)\s+({_NUMBER}\s*%)\s*(?:of\s+(?:the\s+|all\s+)?people\s+)?"
    rf"(?:(ever|throughout|always)\s+)?(above|below)\s+(.+?)\s*$",
    re.I,
)
_WITHIN = re.compile(rf"(.*?)\s+within\s+({_NUMBER}\s*%)\s*$", re.I)
_RANGE = re.compile(rf"\s*({_NUMBER})\s*([^\d\s]*/[^\d\s]+)?\s*(?:to|-|and)\s*({_NUMBER}.*)$", re.I)
_AREA = re.compile(r"\s*(?:an?\s+)?(?:AUC|area)\s*(?:of\s+)?(.*)$", re.I)


def read_aim(text: Any, *, until: Any = None) -> Aim:
    """Read an aim from a sentence.

    Parameters
    ----------
    text : str or an aim
        "100 ng/mL from 10 min to 2 h", "100 ng/mL within 20 % from 10 min to 2 h", "80 to 120 ng/mL
        until 2 h", "AUC of 200 ng h/mL until 2 h", or chances, separated by commas.
    until : str, optional
        End, where the sentence has none.

    Returns
    -------
    LevelAim, WindowAim, AreaAim or ChanceAim

    Raises
    ------
    InputError
        If the sentence is not understood.

    Examples
    --------
    >>> read_aim("100 ng/mL within 20 % from 10 min to 2 h")
    WindowAim(start='10 min', end='2 h', low='80 ng/mL', high='120 ng/mL')
    >>> words = "at least 90 % above 100 ng/mL from 10 to 40 min; at most 5 % ever above 0.3 mg/L"
    >>> print(read_aim(words))
    at least 90 % above 100 ng/mL from 10 min to 40 min, at most 5 % ever above 0.3 mg/L
    """
    if isinstance(text, LevelAim | WindowAim | AreaAim | ChanceAim):
        return text
    if isinstance(text, Chance):
        return ChanceAim(text)
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"aim={text!r} is no aim; write one such as {EXAMPLES}.")
    if re.search(r"at (least|most)|%\s+(of|ever|above|below)", text, re.I):
        return ChanceAim(
            *(_chance(part) for part in re.split(r"\s*[;,]\s*(?:and\s+)?", text.strip(" ;,")))
        )
    rest, start, end = _spanned(text)
    if end is None:
        end = until
    if end is None:
        raise InputError(
            f"{text!r} does not say until when; write it like '{text.strip()} from 10 min to 2 h', "
            f"or say until when, such as '2 h'."
        )
    span: dict[str, Any] = {"start": start or "0 min", "end": end}
    area = _AREA.match(rest)
    if area:
        return AreaAim(area=area[1], **span)
    within = _WITHIN.match(rest)
    if within:
        return _within(within[1], within[2], span)
    window = _RANGE.match(rest)
    if window:
        unit = window[2] or window[3].lstrip("0123456789. ")
        return WindowAim(low=f"{window[1]} {unit}", high=window[3].strip(), **span)
    return _level(rest, text, span)


def _level(rest: str, text: str, span: dict[str, Any]) -> LevelAim:
    """A level, or what was not understood in its place."""
    after = re.sub(rf"^\s*{_NUMBER}\s*\S*", "", rest)
    words = re.findall(r"(?<![/\w])[a-z]{2,}(?![/\w])", after, re.I)
    if words:
        raise InputError(
            f"The word {words[0]!r} in {text!r} is not understood; write an aim such as {EXAMPLES}."
            f"{nearest(words[0].lower(), WORDS)}"
        )
    return LevelAim(level=rest.strip(), **span)


def _within(level: str, share: str, span: dict[str, Any]) -> WindowAim:
    """A window around a level."""
    found = units.expect(level.strip(), "level", "concentration", "molar concentration")
    unit = found.text.lstrip("0123456789. ")
    number = Fraction(found.text.removesuffix(unit).strip())
    off = Fraction(repr(units.percentage(share, "within")))
    low, high = (units.fmt(float(number * side), 12) for side in (1 - off, 1 + off))
    return WindowAim(low=f"{low} {unit}", high=f"{high} {unit}", **span)


def _spanned(text: str) -> tuple[str, str | None, str | None]:
    """What is before a time, and its start and end, as far as they are said."""
    for match in re.finditer(r"(?<!\S)(from|between|until|to|at)\s", text, re.I):
        found = _SPAN.match(text[match.start() :])
        if found is None or _is_level(found[0]):
            continue
        rest = text[: match.start()].rstrip()
        first, last, only, point, begin = found.groups()
        if begin is not None:
            return rest, begin, None
        if point is not None:
            return rest, point, point
        if only is not None:
            return rest, None, only
        # "from 10 to 40 min": the unit of the end is that of the start.
        if re.fullmatch(_NUMBER, first.strip()):
            first = f"{first.strip()} {last.lstrip('0123456789. ')}"
        return rest, first, last
    return text, None, None


def _is_level(words: str) -> bool:
    """Whether the last words are about a concentration and not about a time."""
    return "/" in words


def _chance(part: str) -> Chance:
    """One stated chance."""
    match = _CHANCE.match(part)
    if match is None:
        wrong = [
            w for w in re.findall(r"[a-z]+", part, re.I) if w.lower() not in map(str.lower, WORDS)
        ]
        hint = nearest(wrong[0].lower(), WORDS) if wrong else ""
        raise InputError(
            f"{part.strip()!r} is no stated chance; write it like 'at least 90 % above 100 ng/mL "
            f"from 10 to 40 min' or 'at most 5 % ever above 300 ng/mL'.{hint}"
        )
    bound, share, ever, side, rest = match.groups()
    level, start, end = _spanned(rest)
    if ever and ever.lower() == "ever" and end is not None:
        raise InputError(f"{part.strip()!r} says both 'ever' and a time; leave one of them out.")
    if end is not None and start is None:
        start = "0 min"
    return Chance(
        bound=bound.lower(),  # type: ignore[arg-type]
        share=" ".join(share.replace("%", " %").split()),
        side=side.lower(),  # type: ignore[arg-type]
        level=level.strip(),
        start=start,
        end=end,
    )
