"""Who gets the dose: one patient, or a cohort of many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SEXES = ("F", "M")
ANCESTRIES = ("other", "asian", "japanese")
LIMITS = {
    "weight_kg": (0.3, 500.0, "kg"),
    "age_y": (0.0, 120.0, "years"),
    "height_cm": (20.0, 250.0, "cm"),
}
"""What a body can be; outside it the number is in another unit, or a slip."""
TYPICAL = {"weight_kg": 70, "age_y": 40, "height_cm": 170}
"""To show in an error how a number is written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Patient:
    """One person. Everything but the weight has a default: 40 years, female, 170 cm.

    Parameters
    ----------
    weight_kg : float
        Body weight [kg].
    age_y : float
        Age [y].
    sex : {"F", "M"}
        Sex.
    height_cm : float
        Height [cm].
    ancestry : {"other", "asian", "japanese"}
        As far as a model distinguishes it.

    Raises
    ------
    InputError
        If a number is impossible or a word is not known.

    Examples
    --------
    >>> Patient(weight_kg=70).age_y
    40.0
    """

    weight_kg: float
    age_y: float = 40.0
    sex: str = "F"
    height_cm: float = 170.0
    ancestry: str = "other"

    def __post_init__(self) -> None:
        for name in LIMITS:
            value = _numbers(name, getattr(self, name))
            if value.ndim:
                raise InputError(
                    f"{name}={getattr(self, name)!r} is not one number; for many use Cohort."
                )
            object.__setattr__(self, name, float(value))
        for name, known in (("sex", SEXES), ("ancestry", ANCESTRIES)):
            if _words(name, getattr(self, name), known).ndim:
                raise InputError(
                    f"{name}={getattr(self, name)!r} is not one word; for many use Cohort."
                )


class Cohort:
    """Many people, as arrays of one value per person; single values hold for all.

    Parameters
    ----------
    weight_kg : (N,) array_like
        Body weights [kg].
    age_y, height_cm : float or (N,) array_like
        Ages [y] and heights [cm].
    sex, ancestry : str or (N,) array_like of str
        As in `Patient`.

    Raises
    ------
    InputError
        If a number is impossible, a word is not known, or the lengths differ.

    Examples
    --------
    >>> many = Cohort(weight_kg=[60, 70, 80], age_y=[25, 40, 70])
    >>> len(many), many.sex.tolist()
    (3, ['F', 'F', 'F'])
    """

    __slots__ = ("age_y", "ancestry", "height_cm", "sex", "weight_kg")

    weight_kg: NDArray[np.float64]
    age_y: NDArray[np.float64]
    sex: NDArray[np.str_]
    height_cm: NDArray[np.float64]
    ancestry: NDArray[np.str_]

    def __init__(
        self,
        *,
        weight_kg: ArrayLike,
        age_y: ArrayLike = 40.0,
        sex: Any = "F",
        height_cm: ArrayLike = 170.0,
        ancestry: Any = "other",
    ) -> None:
        given = {
            "weight_kg": _numbers("weight_kg", weight_kg),
            "age_y": _numbers("age_y", age_y),
            "height_cm": _numbers("height_cm", height_cm),
            "sex": _words("sex", sex, SEXES),
            "ancestry": _words("ancestry", ancestry, ANCESTRIES),
        }
        lengths = {name: value.size for name, value in given.items() if value.ndim}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{name} has {size}" for name, size in lengths.items())
            raise InputError(
                f"The lengths differ: {said}; give one value per person, or one for all."
            )
        n = next(iter(lengths.values()), 1)
        if n == 0:
            raise InputError("The cohort is empty; give at least one person.")
        for name, value in given.items():
            array = np.broadcast_to(value, (n,)).copy()
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"A cohort does not change; make a new one with another {name}.")

    @classmethod
    def of(cls, patient: Patient) -> Cohort:
        """Return a cohort of one patient."""
        return cls(
            weight_kg=[patient.weight_kg],
            age_y=[patient.age_y],
            sex=[patient.sex],
            height_cm=[patient.height_cm],
            ancestry=[patient.ancestry],
        )

    def __len__(self) -> int:
        return int(self.weight_kg.size)

    def __repr__(self) -> str:
        low, high = self.weight_kg.min(), self.weight_kg.max()
        return f"<Cohort of {len(self)}, {low:g} to {high:g} kg>"


def _numbers(name: str, value: Any) -> NDArray[np.float64]:
    low, high, unit = LIMITS[name]
    try:
        given = np.asarray(value)
        if given.dtype.kind in "bUSc":
            raise TypeError
        numbers = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"{name}={value!r} is not a number; write {name}={TYPICAL[name]}."
        ) from None
    if numbers.ndim > 1:
        raise InputError(f"{name} has {numbers.ndim} dimensions; give one value per person.")
    with np.errstate(invalid="ignore"):
        wrong = ~((numbers >= low) & (numbers <= high))
    if np.any(wrong):
        where = int(np.argmax(wrong))
        who = f" of person {where}" if numbers.ndim else ""
        raise InputError(
            f"{name}{who} is {numbers.ravel()[where]:g}; it must be between {low:g} and {high:g} "
            f"{unit}."
        )
    return numbers


def _words(name: str, value: Any, known: tuple[str, ...]) -> NDArray[np.str_]:
    try:
        words = np.asarray(value)
    except ValueError:
        raise InputError(f"{name}={value!r} is uneven; give one word per person.") from None
    if words.ndim > 1:
        raise InputError(f"{name} has {words.ndim} dimensions; give one word per person.")
    for position, word in enumerate(words.ravel().tolist()):
        if word not in known:
            who = f" of person {position}" if words.ndim else ""
            raise InputError(
                f"{name}{who} is {word!r}; write one of {', '.join(map(repr, known))}."
            )
    return words.astype(np.str_)
