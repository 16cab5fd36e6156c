"""The compartments of one person, kept for the next plan that this person gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Regimen
    from ketapk.lowering import Lowering
    from ketapk.model.routes import Values
    from ketapk.model.system import System

MOST = 16
"""People whose values, and by the routes that they need compartments, a model keeps."""
PLANS = 16
"""Plans of each of them whose lowering is kept."""


@dataclass(frozen=True, eq=False)
class Body:
    """Compartments, the modes that were found of them, and the plans; nobody writes to any."""

    system: System
    _lowered: dict[tuple[Regimen, float], Lowering] = field(default_factory=dict)
    """By plan and the weight that doses per kg are counted by [kg]."""
    modes: dict[tuple[int, ...], Any] = field(default_factory=dict)
    """By output, for every set of states that drug enters."""

    def lowering(
        self, plan: Regimen, weight_kg: float, collect: Callable[[], Lowering]
    ) -> Lowering:
        """Return what a plan comes to, collected if it is not there; only short plans stay."""
        found = self._lowered.get((plan, weight_kg))
        if found is None:
            found = collect()
            if found.intake.kept:
                if len(self._lowered) >= PLANS:
                    self._lowered.clear()
                self._lowered[plan, weight_kg] = found
        return found


class Bodies:
    """The bodies that a model keeps, by the numbers that made them; the oldest go first."""

    def __init__(self) -> None:
        self._kept: dict[Any, Body] = {}

    def of(self, numbers: tuple[Any, ...], make: Callable[[], System]) -> Body:
        """Return the body of some numbers, made if it is not there."""
        body = self._kept.get(numbers)
        if body is None:
            body = Body(make())
            if len(self._kept) >= MOST:
                self._kept.pop(next(iter(self._kept), None), None)
            self._kept[numbers] = body
        return body


def held(values: Values) -> dict[str, Any]:
    """Return a copy of values whose arrays nobody can write to."""
    found = {**values}
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            found[name] = own = value.copy()
            own.flags.writeable = False
    return found


def numbers_of(values: Values) -> tuple[Any, ...] | None:
    """Names and numbers of one person's values, by which they are known again; None of many."""
    found: list[Any] = [*values]
    for value in values.values():
        array = type(value) is np.ndarray
        if array and value.size != 1:
            return None
        try:
            found.append(float(value.item() if array else value))
        except (TypeError, ValueError):
            return None
    return tuple(found)
