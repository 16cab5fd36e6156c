"""Sentences that say a change: "pump stops at 20 min for 10 min", "dose 2 late by 15 min"."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ketapk.branches.changes import Doubled, Late, OtherRate, PumpStop, Skipped
from ketapk.branches.weights import OtherWeight
from ketapk.errors import InputError

if TYPE_CHECKING:
    from ketapk.branches.change import Change

_TIME = r"[-+.\w]+ ?[a-zA-Z]*"
_MISSED = r"(?:,?\s*(?:missed (?:dose )?|the rest |rest )?(?P<missed>later|left out))?"
_SAME = r"(?:,?\s*same (?P<keeps>time|amount))?"
_READ: tuple[tuple[str, Callable[..., Change]], ...] = (
    (rf"(?:the )?pump stops at (?P<at>{_TIME}) for (?P<lasting>{_TIME}?){_MISSED}", PumpStop),
    (rf"dose (?P<dose>\d+) (?:is )?late by (?P<by>{_TIME})", Late),
    (r"dose (?P<dose>\d+) (?:is )?(?:skipped|left out)", Skipped),
    (r"dose (?P<dose>\d+) (?:is )?doubled", Doubled),
    (
        rf"(?:dose (?P<dose>\d+) at |rate )(?P<rate>[-+.\w]+ ?[\wµμ]+(?:/\w+)*)"
        rf"(?: from (?P<at>{_TIME}?))?{_SAME}",
        OtherRate,
    ),
    (r"weight (?P<weight>.+)", OtherWeight),
)
EXAMPLES = (
    "pump stops at 20 min for 10 min",
    "pump stops at 20 min for 10 min, left out",
    "dose 2 late by 15 min",
    "dose 2 skipped",
    "dose 1 doubled",
    "dose 1 at 0.2 mg/kg/h from 20 min",
    "weight 50 kg",
    "weight lean",
)


def change(text: str) -> Change:
    """Read a change from a sentence.

    Parameters
    ----------
    text : str
        One of: "pump stops at TIME for TIME", with ", later" (the rest is given later; so if
        nothing is said) or ", left out"; "dose N late by TIME"; "dose N skipped"; "dose N doubled";
        "dose N at RATE", with "from TIME" and ", same amount"; "weight 50 kg" or "weight lean".

    Returns
    -------
    PumpStop, Late, Skipped, Doubled, OtherRate or OtherWeight

    Raises
    ------
    InputError
        If the sentence is not understood.

    Examples
    --------
    >>> change("dose 2 late by 15 min")
    Late(dose=2, by='15 min')
    """
    words = " ".join(text.split()) if isinstance(text, str) else ""
    for pattern, kind in _READ:
        match = re.fullmatch(pattern, words, re.I)
        if match is not None:
            return kind(**{name: _value(name, v) for name, v in match.groupdict().items() if v})
    raise InputError(
        f"The change {text!r} is not understood; write one like {', '.join(map(repr, EXAMPLES))}."
    )


def _value(name: str, text: str) -> Any:
    if name == "dose":
        return int(text)
    return text.lower() if name in ("missed", "keeps") else text.strip()
