"""Published protocols by name: plans with their sources, to explore and not to prescribe."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ketapk.dosing.sentence import NAME, parse
from ketapk.errors import InputError, nearest

if TYPE_CHECKING:
    import polars as pl

    from ketapk.dosing.regimen import Regimen


@dataclass(frozen=True, kw_only=True, slots=True)
class Protocol:
    """A plan as published."""

    name: str
    title: str
    plan: str
    """The sentence that says it."""
    source: str
    grade: str
    range: str = ""
    """What the source gives where that is more than one plan."""
    most: str = ""
    """The plan at the upper end of ``range``, where it is another one."""

    @property
    def regimen(self) -> Regimen:
        """The plan, to be simulated."""
        return parse(self.plan)

    @property
    def plans(self) -> tuple[Regimen, ...]:
        """The plan, and that at the upper end of the range."""
        return tuple(parse(text) for text in (self.plan, self.most) if text)


@cache
def load_protocols() -> tuple[Protocol, ...]:
    """Return every protocol that is shipped with the package."""
    text = (files("ketapk.library") / "data" / "protocols.toml").read_text(encoding="utf-8")
    return tuple(Protocol(**entry) for entry in tomllib.loads(text)["protocol"])


def load_protocol(name: str) -> Protocol:
    """Return a published protocol.

    Parameters
    ----------
    name : str
        A name from ``list_protocols()``.

    Returns
    -------
    Protocol

    Raises
    ------
    InputError
        If there is no such protocol.

    Examples
    --------
    >>> load_protocol("depression-iv").plan
    '0.5 mg/kg iv over 40 min'
    """
    for protocol in load_protocols():
        if protocol.name == name:
            return protocol
    names = tuple(protocol.name for protocol in load_protocols())
    raise InputError(
        f"There is no protocol {name!r}; see list_protocols().{nearest(str(name), names)}"
    )


def list_protocols() -> pl.DataFrame:
    """List the protocols: name, title, plan, range, source, grade.

    Returns
    -------
    polars.DataFrame
        One row a protocol.

    Examples
    --------
    >>> list_protocols().filter(name="spravato-84")["plan"].item()
    '84 mg spravato'
    """
    import polars as pl

    fields = ("name", "title", "plan", "range", "source", "grade")
    return pl.DataFrame({f: [getattr(p, f) for p in load_protocols()] for f in fields})


def plan_of(text: str) -> Regimen:
    """Read a plan: the name of a protocol, or a sentence.

    Examples
    --------
    >>> print(plan_of("depression-iv"))
    0.5 mg/kg iv over 40 min
    """
    words = text.strip() if isinstance(text, str) else text
    names = tuple(protocol.name for protocol in load_protocols())
    if words in names:
        return load_protocol(words).regimen
    if isinstance(words, str) and NAME.fullmatch(words):
        raise InputError(
            f"{words!r} is neither a protocol nor a sentence; write a protocol such as "
            f"{names[0]!r}, or a sentence such as '35 mg im'.{nearest(words, names)}"
        )
    return parse(text)
