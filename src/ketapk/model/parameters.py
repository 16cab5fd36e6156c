"""A published number: value, unit, where it stands, and how far it can be trusted."""

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
    note: str = ""

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise InputError(f"Parameter {self.name} is {self.value}; give a finite number.")
        if self.grade not in GRADES:
            raise InputError(
                f"Parameter {self.name} has grade {self.grade!r}; write one of {', '.join(GRADES)}."
            )
        if not self.unit or not self.where:
            raise InputError(f"Parameter {self.name} needs a unit and the place where it stands.")

    @property
    def canonical(self) -> float:
        """Value with minutes turned into hours; litres, kilograms and fractions stay."""
        return self.value * (units.MINUTES_PER_HOUR if "/min" in self.unit else 1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Variability:
    """How a parameter differs between people, as published."""

    parameter: str
    value: float
    scale: str
    """What the value is: "CV %", "SD on the logit scale", "variance on the log scale", ..."""
    where: str
    grade: Grade
    note: str = ""


def omega_from_cv(cv: float) -> float:
    """Log-normal standard deviation of a parameter from its coefficient of variation.

    Parameters
    ----------
    cv : float
        Coefficient of variation as a fraction, 0.3 for 30 %. [1]

    Returns
    -------
    float
        ``sqrt(log(1 + cv**2))``. [1]

    Raises
    ------
    InputError
        If ``cv`` is not between 0 and 3: a percentage was probably meant.

    Examples
    --------
    >>> round(omega_from_cv(0.3), 6)
    0.29356
    """
    if not 0.0 <= cv <= 3.0:
        raise InputError(f"A CV of {cv} is out of range; write 30 % as 0.3.")
    return math.sqrt(math.log1p(cv * cv))
