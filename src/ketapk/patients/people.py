"""One patient, or a cohort of many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.draws import Draws, Sampling
from ketapk.errors import InputError
from ketapk.patients.weights import WEIGHTS, weight_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SEXES = ("F", "M")
ANCESTRIES = ("other", "asian", "japanese")
WORDS = {"sex": SEXES, "ancestry": ANCESTRIES, "dosing_weight": tuple(WEIGHTS)}
"""What is said in words, with the words that are known."""
LIMITS = {
    "weight_kg": (0.3, 500.0, "kg"),
    "age_y": (0.0, 120.0, "years"),
    "height_cm": (20.0, 250.0, "cm"),
}
"""What a body can be; outside it the number is in another unit, or a slip."""
NOT_GIVEN: Any = {"height_cm": 170.0, "sex": "F"}
"""What stands for a height and a sex that nobody gave."""
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
    dosing_weight : {"total", "ideal", "lean", "fat-free", "adjusted"}
        The weight that doses per kg are counted by; covariates of a model keep the total.

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
    sex: str = NOT_GIVEN["sex"]
    height_cm: float = NOT_GIVEN["height_cm"]
    ancestry: str = "other"
    dosing_weight: str = "total"

    def __post_init__(self) -> None:
        for name in LIMITS:
            value = _numbers(name, getattr(self, name))
            if value.ndim:
                raise InputError(
                    f"{name}={getattr(self, name)!r} is not one number; for many use Cohort."
                )
            object.__setattr__(self, name, float(value))
        for name, known in WORDS.items():
            word = _words(name, getattr(self, name), known)
            if word.ndim:
                raise InputError(
                    f"{name}={getattr(self, name)!r} is not one word; for many use Cohort."
                )
            object.__setattr__(self, name, str(word))
        if self.dosing_weight != "total":
            _of_one(self)

    def dosed_by(self, weight: str) -> Patient:
        """Return the same person with doses per kg of another weight.

        Parameters
        ----------
        weight : {"total", "ideal", "lean", "fat-free", "adjusted"}
            Which, as ``list_weight_scalars()`` names it.

        Returns
        -------
        Patient

        Raises
        ------
        InputError
            If there is no such weight, or its formula does not hold for this person.

        Examples
        --------
        >>> round(float(Patient(weight_kg=95).dosed_by("lean").dosing_kg), 1)
        55.4
        """
        return replace(self, dosing_weight=weight)

    @property
    def dosing_kg(self) -> float:
        """Weight that doses per kg are counted by [kg]."""
        return float(_of_one(self).dosing_kg[0])


def span(values: NDArray[np.float64]) -> tuple[float, float]:
    """Smallest and largest of some values (N,)."""
    if values.size == 1:
        return (only := float(values.item())), only
    return float(values.min()), float(values.max())


class Cohort:
    """Many people, as arrays of one value per person; single values hold for all.

    Parameters
    ----------
    weight_kg : (N,) array_like
        Body weights [kg].
    age_y, height_cm : float or (N,) array_like
        Ages [y] and heights [cm].
    sex, ancestry, dosing_weight : str or (N,) array_like of str
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

    __slots__ = (
        "age_y",
        "ancestry",
        "dosing_kg",
        "dosing_weight",
        "height_cm",
        "sex",
        "subject",
        "weight_kg",
    )

    weight_kg: NDArray[np.float64]
    age_y: NDArray[np.float64]
    sex: NDArray[np.str_]
    height_cm: NDArray[np.float64]
    ancestry: NDArray[np.str_]
    dosing_weight: NDArray[np.str_]
    dosing_kg: NDArray[np.float64]
    """(N,) weight that doses per kg are counted by; ``weight_kg`` itself where all say "total"."""
    subject: NDArray[np.int64]
    """(N,) number of each person, which keys what is drawn for them, also in a part."""

    def __init__(
        self,
        *,
        weight_kg: ArrayLike,
        age_y: ArrayLike = 40.0,
        sex: Any = NOT_GIVEN["sex"],
        height_cm: ArrayLike = NOT_GIVEN["height_cm"],
        ancestry: Any = "other",
        dosing_weight: Any = "total",
    ) -> None:
        given = {
            "weight_kg": _read("weight_kg", weight_kg),
            "age_y": _read("age_y", age_y),
            "height_cm": _read("height_cm", height_cm),
            "sex": _read("sex", sex),
            "ancestry": _read("ancestry", ancestry),
            "dosing_weight": _read("dosing_weight", dosing_weight),
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
            # What holds for all is held once.
            alone = value.ndim or n == 1
            array = value.reshape(n) if alone else np.broadcast_to(value, (n,))
            object.__setattr__(self, name, array)
        object.__setattr__(self, "subject", np.arange(n))
        object.__setattr__(self, "dosing_kg", _dosing_kg(self, {*given["dosing_weight"].flat}))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"A cohort does not change; make a new one with another {name}.")

    @classmethod
    def of(cls, patient: Patient, people: int = 1) -> Cohort:
        """Return a cohort of one patient, or of so many who are alike but drawn apart."""
        if people == 1:
            return _of_one(patient)
        return cls(
            weight_kg=[patient.weight_kg] * people,
            age_y=patient.age_y,
            sex=patient.sex,
            height_cm=patient.height_cm,
            ancestry=patient.ancestry,
            dosing_weight=patient.dosing_weight,
        )

    @classmethod
    def sample(
        cls,
        n: int,
        *,
        rng: Any,
        age_y: tuple[float, float] = (20.0, 80.0),
        women: float = 0.5,
        sampling: Sampling = "random",
    ) -> Cohort:
        """Draw people: weight, height, age and sex from stated distributions.

        Parameters
        ----------
        n : int
            How many.
        rng : int, SeedSequence, Generator or Draws
            Where the numbers come from; person k is the same for any ``n``.
        age_y : tuple of float
            Lowest and highest age, between which ages are uniform; 20 to 100 [y].
        women : float
            Share of women, 0 to 1.
        sampling : {"random", "sobol"}
            Independent numbers, or scrambled Sobol points.

        Returns
        -------
        Cohort

        Raises
        ------
        InputError
            If an argument is out of range.

        Notes
        -----
        Height and body mass index are drawn independently given sex and age class, from the
        percentiles in Fryar et al. 2025 (Vital Health Stat 3(50), doi:10.15620/cdc/174595; US
        adults, 2021-2023), and weight follows from both. Ages and the share of women are a choice,
        not data.

        Examples
        --------
        >>> many = Cohort.sample(1000, rng=1)
        >>> many
        <Cohort of 1000, 38 to 197 kg>
        >>> bool(many[7:8].weight_kg == Cohort.sample(8, rng=1)[7:8].weight_kg)
        True
        """
        from ketapk.patients.demography import EFFECTS, Demography

        if not isinstance(n, Integral) or isinstance(n, bool) or n < 1:
            raise InputError(f"n={n!r} is not a count; write a whole number from 1.")
        draws = Draws.of(rng, sampling=sampling, effects=EFFECTS)
        return Demography(age_y=age_y, women=women).people(draws, np.arange(n))

    def dosed_by(self, weight: str) -> Cohort:
        """Return the same people with doses per kg of another weight; as `Patient.dosed_by`.

        Examples
        --------
        >>> Cohort(weight_kg=[60, 95]).dosed_by("fat-free").dosing_kg.round(1).tolist()
        [40.2, 52.4]
        """
        other = self[:]
        words = np.broadcast_to(_words("dosing_weight", weight, WORDS["dosing_weight"]), len(self))
        object.__setattr__(other, "dosing_weight", words)
        object.__setattr__(other, "dosing_kg", _dosing_kg(other, {weight}))
        return other

    @property
    def dosed_otherwise(self) -> bool:
        """Whether somebody's doses per kg go by another weight than the total."""
        return self.dosing_kg is not self.weight_kg

    def with_subjects(self, subject: NDArray[np.int64]) -> Cohort:
        """Return the same people with other numbers (N,), which key what is drawn for them."""
        other = self[:]
        object.__setattr__(other, "subject", np.array(subject, dtype=np.int64))
        return other

    def __getitem__(self, which: Any) -> Cohort:
        """Choose people by a slice, a mask or positions; each keeps what is drawn for them."""
        if isinstance(which, (int, np.integer)):
            which = [which]
        other = Cohort.__new__(Cohort)
        for name in self.__slots__:
            if name == "dosing_kg" and not self.dosed_otherwise:
                continue
            chosen = getattr(self, name)[which]
            if chosen.size == 0:
                raise InputError("Nobody is left in the cohort; choose at least one person.")
            object.__setattr__(other, name, chosen)
        if not self.dosed_otherwise:
            object.__setattr__(other, "dosing_kg", other.weight_kg)
        return other

    def __reduce__(self) -> Any:
        return _restored, tuple(getattr(self, name) for name in self.__slots__)

    def __len__(self) -> int:
        return int(self.weight_kg.size)

    def __repr__(self) -> str:
        low, high = self.weight_kg.min(), self.weight_kg.max()
        return f"<Cohort of {len(self)}, {low:.3g} to {high:.3g} kg>"


@lru_cache(maxsize=256)
def _of_one(patient: Patient) -> Cohort:
    """Cohort of one patient, who was checked when made; neither ever changes."""
    one = Cohort.__new__(Cohort)
    said = (name for name in Cohort.__slots__ if name not in ("subject", "dosing_kg"))
    alone = {name: [getattr(patient, name)] for name in said}
    for name, value in {**alone, "subject": [0]}.items():
        array = np.array(value)
        array.flags.writeable = False
        object.__setattr__(one, name, array)
    object.__setattr__(one, "dosing_kg", _dosing_kg(one, {patient.dosing_weight}))
    return one


def _dosing_kg(who: Cohort, names: set[Any]) -> NDArray[np.float64]:
    """Weight that doses per kg are counted by (N,) [kg], where people say ``names``."""
    if names == {"total"}:
        return who.weight_kg
    found = np.array(who.weight_kg)
    for name in names - {"total"}:
        own = np.flatnonzero(who.dosing_weight == name)
        try:
            found[own] = weight_of(name, who.sex[own], who.weight_kg[own], who.height_cm[own])
        except InputError as error:
            raise InputError(
                f"Doses per kg go by the {name} weight: {error}", of="dosing_weight"
            ) from None
    found.flags.writeable = False
    return found


def _restored(*values: Any) -> Cohort:
    """Rebuild a cohort that was pickled."""
    cohort = Cohort.__new__(Cohort)
    for name, value in zip(Cohort.__slots__, values, strict=True):
        object.__setattr__(cohort, name, value)
    if (cohort.dosing_weight == "total").all():
        object.__setattr__(cohort, "dosing_kg", cohort.weight_kg)
    return cohort


def _read(name: str, value: Any) -> NDArray[Any]:
    """Numbers or words of a cohort, copied so that nobody can write to them.

    What holds for all is read once.
    """
    return (_read_once if type(value) in (float, str) else _read_now)(name, value)


def _read_now(name: str, value: Any) -> NDArray[Any]:
    found = _words(name, value, WORDS[name]) if name in WORDS else _numbers(name, value)
    own: NDArray[Any] = found.copy()
    own.flags.writeable = False
    return own


_read_once = lru_cache(maxsize=256)(_read_now)


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
    # What is no number is neither above nor below.
    if numbers.size and not (low <= (ends := span(numbers))[0] and ends[1] <= high):
        wrong = ~((numbers >= low) & (numbers <= high))
        where = int(np.argmax(wrong))
        who = f" of person {where}" if numbers.ndim else ""
        raise InputError(
            f"The {name.partition('_')[0]}{who} is {numbers.ravel()[where]:g} {unit}; it must be "
            f"between {low:g} and {high:g} {unit}.",
            of=name,
        )
    return numbers


def _words(name: str, value: Any, known: tuple[str, ...]) -> NDArray[np.str_]:
    try:
        words = np.asarray(value)
    except ValueError:
        raise InputError(f"{name}={value!r} is uneven; give one word per person.") from None
    if words.ndim > 1:
        raise InputError(f"{name} has {words.ndim} dimensions; give one word per person.")
    said = words.ravel().tolist()
    # Many words are few different ones.
    for word in dict.fromkeys(said) if words.dtype.kind == "U" else said:
        if word not in known:
            who = f" of person {said.index(word)}" if words.ndim else ""
            raise InputError(
                f"The {name.replace('_', ' ')}{who} is {word!r}; write one of "
                f"{', '.join(map(repr, known))}.",
                of=name,
            )
    return words.astype(np.str_, copy=False)
