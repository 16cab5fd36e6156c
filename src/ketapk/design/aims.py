"""Aims of a schedule: a level, a window, an area, over a stated time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketapk import units
from ketapk.errors import InputError
from ketapk.lazy import lazy

if TYPE_CHECKING:
    from fractions import Fraction


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stated time, from a start to an end.

    Parameters
    ----------
    start : str
        When it begins, such as "10 min".
    end : str
        When it ends, such as "2 h".
    """

    start: str = "0 min"
    end: str

    def __post_init__(self) -> None:
        if self.end_h <= self.start_h:
            raise InputError(
                f"end={self.end!r} is not after start={self.start!r}; write a later end."
            )

    @lazy
    def start_h(self) -> Fraction:
        """When it begins [h]."""
        return units.time_h(self.start, "start")

    @lazy
    def end_h(self) -> Fraction:
        """When it ends [h]."""
        return units.time_h(self.end, "end")

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """Times that matter [h]."""
        return (self.start_h, self.end_h)

    @property
    def horizon(self) -> Fraction:
        """When the schedule ends if nothing else is said [h]."""
        return self.end_h


@dataclass(frozen=True, kw_only=True)
class LevelAim(Span):
    """A level to be held: the mean square of what it is missed by, over a time, is least.

    Parameters
    ----------
    level : str
        Such as "100 ng/mL".
    start, end : str
        From when to when.

    Raises
    ------
    UnitError
        If a unit is missing or of the wrong kind.
    InputError
        If the level is not positive, or the end not after the start.

    Examples
    --------
    >>> print(LevelAim(level="100 ng/mL", start="10 min", end="2 h"))
    100 ng/mL from 10 min to 2 h
    """

    level: str

    def __post_init__(self) -> None:
        super().__post_init__()
        units.concentration_mg_per_l(self.level)

    def mg_per_l(self, analyte: str) -> float:
        """The level [mg/L]; a molar one by the molar mass of the analyte."""
        return units.concentration_mg_per_l(self.level, analyte)

    def __str__(self) -> str:
        return f"{self.level} from {self.start} to {self.end}"


@dataclass(frozen=True, kw_only=True)
class WindowAim(Span):
    """A window to stay in: the furthest that anybody is outside of it, as a share of the limit.

    Where everybody can stay inside, it is the schedule that keeps them furthest from its limits.

    Parameters
    ----------
    low, high : str
        Such as "80 ng/mL" and "120 ng/mL".
    start, end : str
        From when to when.

    Examples
    --------
    >>> print(WindowAim(low="80 ng/mL", high="120 ng/mL", start="10 min", end="2 h"))
    80 ng/mL to 120 ng/mL from 10 min to 2 h
    """

    low: str
    high: str

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high = self.mg_per_l("ketamine")
        if high <= low:
            raise InputError(f"high={self.high!r} is not above low={self.low!r}; write it higher.")

    def mg_per_l(self, analyte: str) -> tuple[float, float]:
        """Both limits [mg/L]."""
        low, high = (units.concentration_mg_per_l(text, analyte) for text in (self.low, self.high))
        return low, high

    def __str__(self) -> str:
        return f"{self.low} to {self.high} from {self.start} to {self.end}"


@dataclass(frozen=True, kw_only=True)
class AreaAim(Span):
    """An area under the curve over a time, with the lowest peak that gives it.

    Parameters
    ----------
    area : str
        Such as "200 ng h/mL"; the mean of a cohort.
    start, end : str
        From when to when.

    Examples
    --------
    >>> print(AreaAim(area="200 ng h/mL", end="2 h"))
    AUC of 200 ng h/mL from 0 min to 2 h
    """

    area: str

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.mg_h_per_l

    @lazy
    def mg_h_per_l(self) -> float:
        """The area [mg h/L]."""
        return units.area_mg_h_per_l(self.area)

    def __str__(self) -> str:
        return f"AUC of {self.area} from {self.start} to {self.end}"
