"""A published number: value, unit, where it stands, how far it can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from ketapk import units
from ketapk.errors import InputError

Grade = Literal["A", "B", "C", "assumed"]
GRADES: tuple[Grade, ...] = ("A", "B", "C", "assumed")
"""From best to worst: primary source, secondary source that cites it, digitised from a figure,
assumed."""


def weakest(grades: tuple[str, ...]) -> str:
    """Return the worst of some grades, which is the grade of what rests on all of them.

    Examples
    --------
    >>> weakest(("A", "assumed", "B"))
    'assumed'
    """
    order: tuple[str, ...] = GRADES
    return max(grades, key=order.index)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """A number as printed in its source.

    ``canonical`` is the same number per hour and litre; the conversion is done here and nowhere
    else.

    Examples
    --------
    >>> k10 = Parameter(name="k10", value=0.4381, unit="1/min", where="Table 1", grade="B",
    ...                 via="a secondary source")
    >>> round(k10.canonical, 6)
    26.286
    """

    name: str
    value: float
    unit: str
    where: str
    """Where it stands in the source: a table, a row, the abstract; "not verified" if unknown."""
    grade: Grade
    via: str = ""
    """How the number reached this library."""
    span: tuple[float, float] | None = None
    """Plausible range, where sources differ; a borrowed route is drawn over it."""
    note: str = ""

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise InputError(f"Parameter {self.name} is {self.value}; give a finite number.")
        if self.grade not in GRADES:
            raise InputError(
                f"Parameter {self.name} has grade {self.grade!r}; write one of {', '.join(GRADES)}."
            )
        if self.span is not None and not self.span[0] <= self.value <= self.span[1]:
            raise InputError(
                f"Parameter {self.name} is {self.value:g}, outside its own range "
                f"{self.span[0]:g} to {self.span[1]:g}."
            )
        if not self.unit or not self.where:
            raise InputError(f"Parameter {self.name} needs a unit and the place where it stands.")

    @property
    def canonical(self) -> float:
        """Value with minutes turned into hours; litres, kilograms and fractions stay."""
        if self.unit == "min":
            return self.value / units.MINUTES_PER_HOUR
        return self.value * (units.MINUTES_PER_HOUR if "/min" in self.unit else 1.0)
