"""A measure of exposure, by the words people use for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ketapk import units
from ketapk.errors import InputError
from ketapk.exposure.curve import Curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.course import Course

    Floats = NDArray[np.float64]

Kind = Literal["Cmax", "Tmax", "AUC_inf", "AUC to", "level at", "t_half", "time to", "time above"]
UNIT: dict[Kind, str] = {
    "Cmax": "ng/mL",
    "Tmax": "h",
    "AUC_inf": "ng h/mL",
    "AUC to": "ng h/mL",
    "level at": "ng/mL",
    "t_half": "h",
    "time to": "h",
    "time above": "h",
}
ALONE: tuple[Kind, ...] = ("Cmax", "Tmax", "AUC_inf", "t_half")
WITH_TIME: tuple[Kind, ...] = ("AUC to", "level at")
WITH_LEVEL: tuple[Kind, ...] = ("time to", "time above")
COLUMN: dict[Kind, int] = {
    "Cmax": 0,
    "Tmax": 1,
    "AUC to": 2,
    "AUC_inf": 3,
    "t_half": 4,
    "time to": 5,
    "time above": 6,
}
"""Where `Course.landmarks` has a measure."""
KNOWN = (
    "Cmax, Tmax, AUC_inf, t_half, 'AUC to 24 h', 'level at 1 h', 'time to 70 ng/mL' or "
    "'time above 70 ng/mL'"
)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What is read of a curve."""

    name: str
    """As it was written."""
    kind: Kind
    number: float = 0.0
    """Time [h] or level [mg/L] in it."""

    @property
    def unit(self) -> str:
        """Its unit."""
        return UNIT[self.kind]

    @property
    def factor(self) -> float:
        """From mg/L and hours to its unit."""
        mass = self.kind in ("Cmax", "AUC_inf", "AUC to", "level at")
        return float(units.mg_per_l_to_ng_per_ml(1.0)) if mass else 1.0

    def of(self, curve: Curve) -> Floats:
        """Read it of every subject (N,), in mg/L and hours."""
        match self.kind:
            case "Cmax":
                return curve.peak[0]
            case "Tmax":
                return curve.peak[1]
            case "AUC_inf":
                return curve.AUC_inf
            case "AUC to":
                return curve.AUC(self.number)
            case "level at":
                return curve.at(np.array([self.number]))[:, 0]
            case "t_half":
                return curve.t_half
            case "time to":
                return curve.above(self.number)[0]
            case "time above":
                return curve.above(self.number)[1]

    def read(self, course: Course, output: int) -> Floats:
        """Read it of everybody in a course (N,), by modes where there are some, as `of`."""
        if self.kind == "level at":
            return course.curve(output, np.array([self.number]))[:, 0]
        levels = np.array([self.number] if self.kind in WITH_LEVEL else [])
        until = self.number if self.kind == "AUC to" else 0.0
        found = course.landmarks(output, until, levels)
        if found is None:
            return self.of(Curve(course.solution, output))
        rows, done = found
        figures = rows[:, COLUMN[self.kind]]
        left = np.flatnonzero(~done)
        if left.size:
            figures[left] = self.of(Curve(course.of(left).solution, output))
        return figures


def measure_of(text: Any, analyte: str) -> Measure:
    """Read a measure.

    Parameters
    ----------
    text : str
        Such as "Cmax", "AUC to 24 h" or "time above 70 ng/mL".
    analyte : str
        Whose; a level in moles needs it.

    Raises
    ------
    InputError
        If it is no measure.

    Examples
    --------
    >>> measure_of("AUC to 24 h", "ketamine").number
    24.0
    """
    if text in ALONE:
        return Measure(name=text, kind=text)
    if text == "AUC_last":
        raise InputError("AUC_last needs the last time; write 'AUC to 24 h'.")
    if isinstance(text, str):
        for kind in WITH_TIME:
            if text.startswith(f"{kind} "):
                hours = float(units.time_h(text.removeprefix(kind).strip(), kind))
                return Measure(name=text, kind=kind, number=hours)
        for kind in WITH_LEVEL:
            if text.startswith(f"{kind} "):
                level = units.concentration_mg_per_l(text.removeprefix(kind).strip(), analyte)
                return Measure(name=text, kind=kind, number=level)
    raise InputError(f"The measure {text!r} is not known; write {KNOWN}.")
