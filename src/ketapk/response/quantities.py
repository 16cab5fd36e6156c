"""Parameters of response models, read from texts with units, one for all or one a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import InputError, UnitError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

RATE = "a rate such as '0.3 1/min'"
CONCENTRATION = "a concentration such as '70 ng/mL'"


def rates(name: str, value: Any) -> Floats:
    """Read rates, () or (N,) [1/h]: "0.3 1/min", a list of such texts, or ([0.3, 0.4], "1/min").

    Examples
    --------
    >>> float(rates("ke0", "0.3 1/min")), rates("ke0", ([1, 2], "1/h")).tolist()
    (18.0, [1.0, 2.0])
    """
    return _read(name, value, _rate, RATE)


def concentrations(name: str, value: Any, analyte: str = "ketamine") -> Floats:
    """Read concentrations, () or (N,) [mg/L]; molar ones by the molar mass of the analyte's base.

    Examples
    --------
    >>> concentrations("EC50", ["70 ng/mL", "0.1 mg/L"]).tolist()
    [0.07, 0.1]
    """

    def one(text: str, name: str) -> float:
        found = units.expect(text, name, "concentration", "molar concentration")
        molar = found.kind == "molar concentration"
        return found.value * (units.molar_mass(analyte) * units.MG_PER_MCG if molar else 1.0)

    return _read(name, value, one, CONCENTRATION)


def numbers(
    name: str, value: ArrayLike, *, above: float = -np.inf, up_to: float = np.inf
) -> Floats:
    """Read bare numbers, () or (N,), that lie above a bound and up to another."""
    try:
        array = np.asarray(value)
        if array.dtype.kind in "bUSc":
            raise TypeError
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name}={value!r} is not a number; write one such as 1.5.") from None
    if array.ndim > 1 or array.size == 0:
        raise InputError(f"{name} must be one number, or a list of one per patient.")
    if not np.all(np.isfinite(array)):
        raise InputError(f"{name}={value!r} is not a finite number.")
    if np.any(array <= above) or np.any(array > up_to):
        upper = f" and at most {up_to:g}" if np.isfinite(up_to) else ""
        raise InputError(f"{name}={value!r} is out of range; give a number above {above:g}{upper}.")
    return array


def full(name: str, value: Floats, n: int) -> Floats:
    """One value per patient, (N,)."""
    if value.ndim and value.size != n:
        raise InputError(
            f"{name} has {value.size} values for {n} patients; give one value, or one per patient."
        )
    return np.broadcast_to(value, (n,))


def _read(name: str, value: Any, one: Callable[[str, str], float], wanted: str) -> Floats:
    """Read one text, several, or numbers with a unit that all of them share."""
    if isinstance(value, tuple) and len(value) == 2 and not isinstance(value[0], str):
        with np.errstate(over="ignore"):
            array = numbers(name, value[0]) * one(f"1 {value[1]}", name)
    elif isinstance(value, str):
        array = np.asarray(one(value, name))
    elif isinstance(value, list | tuple) and value and all(isinstance(v, str) for v in value):
        array = np.array([one(v, name) for v in value])
    else:
        raise UnitError(
            f"{name}={value!r} has no unit; write {wanted}, a list of such texts with one per "
            f"patient, or (numbers, unit)."
        )
    if np.any(array <= 0.0):
        raise InputError(f"{name}={value!r} is not positive; write {wanted}.")
    if not np.all(np.isfinite(array)):
        raise InputError(f"{name}={value!r} is too large to be meant; write {wanted}.")
    return array


def _rate(text: str, name: str) -> float:
    """Read a rate [1/h]."""
    value, dimension = units.parameter(text, name)
    if str(dimension) != "1/h":
        raise UnitError(f"{name}={text!r} is not a rate; write {RATE}.")
    return float(value)
