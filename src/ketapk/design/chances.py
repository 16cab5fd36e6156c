"""Stated chances: which share of people is to stay on which side of a level, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ketapk import units
from ketapk.errors import InputError
from ketapk.lazy import lazy

if TYPE_CHECKING:
    from fractions import Fraction

Bound = Literal["at least", "at most"]
BOUNDS: tuple[Bound, ...] = ("at least", "at most")
Side = Literal["above", "below"]
SIDES: tuple[Side, ...] = ("above", "below")
EXAMPLE = "'at least 90 % above 100 ng/mL from 10 to 40 min, at most 5 % ever above 300 ng/mL'"


@dataclass(frozen=True, kw_only=True)
class Chance:
    """One stated chance.

    "At least 90 % above" counts who is above throughout, "at most 5 % above" who is above at any
    moment.

    Parameters
    ----------
    bound : {"at least", "at most"}
        Whether the share is the least or the most.
    share : str
        Of the people, such as "90 %".
    side : {"above", "below"}
        Where they are.
    level : str
        Of what, such as "100 ng/mL".
    start, end : str, optional
        From when to when; ever, by default.

    Raises
    ------
    InputError
        If a word is not known, a share or a level no such thing, or a time missing.

    Examples
    --------
    >>> print(Chance(bound="at most", share="5 %", side="above", level="300 ng/mL"))
    at most 5 % ever above 300 ng/mL
    """

    bound: Bound
    share: str
    side: Side
    level: str
    start: str | None = None
    end: str | None = None

    def __post_init__(self) -> None:
        for name, word, known in (("bound", self.bound, BOUNDS), ("side", self.side, SIDES)):
            if word not in known:
                raise InputError(f"{name}={word!r} is not known; write one of {', '.join(known)}.")
        _ = self.required
        units.concentration_mg_per_l(self.level)
        if (self.start is None) != (self.end is None):
            raise InputError("A chance has both a start and an end, or neither; write both.")
        if self.start is None and self.wants_more:
            raise InputError(
                f"'{self}' says ever, and before the first dose nobody is; say from when to when, "
                f"such as 'from 10 to 40 min'."
            )
        if self.start is not None and self.end_h is not None and self.end_h < self.start_h:
            raise InputError(f"'{self}' ends before it begins; write a later end.")

    @property
    def wants_more(self) -> bool:
        """Whether more drug makes it easier: whoever keeps it stays above the level."""
        return (self.bound == "at least") == (self.side == "above")

    @lazy
    def required(self) -> float:
        """Least share of people who stay on the wanted side throughout [1]."""
        share = (
            units.percentage(self.share, "share") if not _whole(self.share) else _whole(self.share)
        )
        return share if self.bound == "at least" else 1.0 - share

    @lazy
    def start_h(self) -> Fraction:
        """When it begins [h]."""
        return units.time_h(0 if self.start is None else self.start, "start")

    @lazy
    def end_h(self) -> Fraction | None:
        """When it ends [h]; None where it holds for ever."""
        return None if self.end is None else units.time_h(self.end, "end")

    def mg_per_l(self, analyte: str) -> float:
        """The level [mg/L]."""
        return units.concentration_mg_per_l(self.level, analyte)

    def __str__(self) -> str:
        always = "ever " if self.bound == "at most" else "always "
        when = always if self.start is None else ""
        span = "" if self.start is None else f" from {self.start} to {self.end}"
        return f"{self.bound} {self.share} {when}{self.side} {self.level}{span}"


def _whole(share: str) -> float:
    """1 for a share of everybody, which `units.percentage` does not know; else 0."""
    digits = share.strip().removesuffix("%").strip() if isinstance(share, str) else ""
    return 1.0 if digits in ("100", "100.0") and share.strip().endswith("%") else 0.0


@dataclass(frozen=True)
class ChanceAim:
    """Stated chances, all of which are to hold.

    Of the schedules that keep all, the best is the one with the widest margin: the share by which
    the person who decides each chance is away from its level, at least. Where no chance is about an
    upper level it is the one with the least drug.

    Parameters
    ----------
    *chances : Chance
        At least one of them is kept by more drug.

    Raises
    ------
    InputError
        If no chance asks for drug.

    Examples
    --------
    >>> aim = ChanceAim(
    ...     Chance(bound="at least", share="90 %", side="above", level="100 ng/mL",
    ...            start="10 min", end="40 min"),
    ...     Chance(bound="at most", share="5 %", side="above", level="300 ng/mL"),
    ... )
    >>> print(aim)
    at least 90 % above 100 ng/mL from 10 min to 40 min, at most 5 % ever above 300 ng/mL
    """

    chances: tuple[Chance, ...]

    def __init__(self, *chances: Chance) -> None:
        object.__setattr__(self, "chances", chances)
        if not chances or not all(isinstance(chance, Chance) for chance in chances):
            raise InputError(f"A ChanceAim needs chances; read one from words, such as {EXAMPLE}.")
        if not any(chance.wants_more for chance in chances):
            raise InputError(
                f"'{self}' is kept by giving nothing; add a chance that asks for drug, such as "
                f"'at least 90 % above 100 ng/mL from 10 to 40 min'."
            )

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """Times that matter [h]."""
        ends = [chance.end_h for chance in self.chances if chance.end_h is not None]
        return (*(chance.start_h for chance in self.chances), *ends)

    @property
    def horizon(self) -> Fraction:
        """When the schedule ends if nothing else is said: the last time that is named [h]."""
        return max(self.edges)

    def __str__(self) -> str:
        return ", ".join(str(chance) for chance in self.chances)
