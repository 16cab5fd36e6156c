"""The compartments of one person, kept for the next plan that this person gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ketapk.errors import InputError
from ketapk.lazy import lazy

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


class Held(dict[str, Any]):
    """Values of parameters by name that nobody can write to, so that they are known again.

    Raises
    ------
    InputError
        If somebody tries.
    """

    def __init__(self, values: Values) -> None:
        super().__init__(values)
        for name, value in values.items():
            if isinstance(value, np.ndarray) and (value.flags.writeable or value.base is not None):
                own = value.copy()
                own.flags.writeable = False
                super().__setitem__(name, own)

    @lazy
    def numbers(self) -> tuple[Any, ...] | None:
        """What they are known by, as `numbers_of` gives it."""
        return _numbers(self)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise InputError(
            "These values are the model's own and cannot be changed; take dict(values), or make a "
            "model with others by model.altered(...)."
        )

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> Any:
        return Held, ({**self},)


def numbers_of(values: Values) -> tuple[Any, ...] | None:
    """Names and numbers of one person's values, by which they are known again; None of many."""
    return values.numbers if type(values) is Held else _numbers(values)


def _numbers(values: Values) -> tuple[Any, ...] | None:
    try:
        numbers = [v.item() if type(v) is np.ndarray else v for v in values.values()]
        if not all(type(number) is float for number in numbers):
            numbers = [float(number) for number in numbers]
    except (TypeError, ValueError):
        return None
    return (*values, *numbers)
