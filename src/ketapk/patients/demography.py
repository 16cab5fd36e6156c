"""Who might come: sex, age, height and weight of people who are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError
from ketapk.patients.people import Cohort
from ketapk.units import CM_PER_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.draws import Draws

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

EFFECTS = ("sex", "age", "height", "body mass index")
"""What is drawn for a person, in the order of the Sobol dimensions."""
AGES_Y = (20.0, 100.0)
"""Ages that the source covers; its last class is open."""
RAREST = 0.001
"""Share of people on each side whose height or index stays at that percentile: beyond it the
source says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Demography:
    """Adults as they were measured in a national survey, in stated limits of age.

    Parameters
    ----------
    age_y : tuple of float
        Lowest and highest age, between which ages are uniform [y].
    women : float
        Share of women [1].

    Raises
    ------
    InputError
        If a limit is outside what the source covers.

    Examples
    --------
    >>> from ketapk.draws import Draws
    >>> who = Demography(age_y=(30, 40), women=1.0).people(Draws(seed=1), np.arange(500))
    >>> round(float(np.median(who.height_cm)))  # 162.8 in the source
    163
    """

    age_y: tuple[float, float] = (20.0, 80.0)
    women: float = 0.5

    def __post_init__(self) -> None:
        try:
            low, high = (float(age) for age in self.age_y)
        except (TypeError, ValueError):
            raise InputError(
                f"age_y={self.age_y!r} is no range; write the lowest and the highest age, such as "
                f"(20, 80)."
            ) from None
        if not AGES_Y[0] <= low <= high <= AGES_Y[1]:
            raise InputError(
                f"age_y={self.age_y!r} is outside {AGES_Y[0]:g} to {AGES_Y[1]:g} years, which the "
                f"source of height and weight covers; for others make a Cohort of your own."
            )
        if not isinstance(self.women, Real) or not 0.0 <= self.women <= 1.0:
            raise InputError(f"women={self.women!r} is no share; write a number from 0 to 1.")

    def people(self, draws: Draws, subjects: Ints) -> Cohort:
        """Draw the people of some numbers (N,)."""
        female = draws.uniform("sex", subjects) < self.women
        low, high = self.age_y
        age = low + (high - low) * draws.uniform("age", subjects)
        height = _quantiles("height_cm", female, age, draws.normal("height", subjects))
        scores = draws.normal("body mass index", subjects)
        index = _quantiles("body_mass_index", female, age, scores)
        cohort = Cohort(
            weight_kg=_weight(index, height),
            height_cm=height,
            age_y=age,
            sex=np.where(female, "F", "M"),
        )
        return cohort.with_subjects(subjects)


@cache
def _tables() -> dict[str, Any]:
    import tomllib
    from importlib.resources import files

    path = files("ketapk.patients") / "anthropometry.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def source() -> str:
    """Where height and weight come from."""
    tables = _tables()
    return f"{tables['source']}. doi:{tables['doi']}"


def class_of(age_y: Floats) -> Ints:
    """Return the age class (N,) of ages that the source covers [y]."""
    classes: Ints = np.searchsorted(_tables()["ages_from_y"], age_y, side="right") - 1
    return classes


def printed(sex: str) -> Floats:
    """Weights (classes, 2) [kg] of the lowest and the highest height and index printed."""
    tables = _tables()
    height, index = (np.array(tables[name][sex]) for name in ("height_cm", "body_mass_index"))
    ends = [np.nanmin, np.nanmax]
    return np.stack([_weight(end(index, axis=1), end(height, axis=1)) for end in ends], axis=1)


def extremes(sex: str) -> Floats:
    """Weights (classes, 2) [kg] between which everybody who is drawn lies."""
    ages = np.array(_tables()["ages_from_y"], dtype=float)
    female = np.full(ages.size, sex == "F")
    ends = []
    for score in (-np.inf, np.inf):
        z = np.full(ages.size, score)
        height, index = (_quantiles(t, female, ages, z) for t in ("height_cm", "body_mass_index"))
        ends.append(_weight(index, height))
    return np.stack(ends, axis=1)


def _weight(index: Floats, height_cm: Floats) -> Floats:
    """Weight (N,) [kg] at a body mass index [kg/m2]."""
    weight: Floats = index * (height_cm / CM_PER_M) ** 2
    return weight


def _quantiles(table: str, female: NDArray[np.bool_], age: Floats, z: Floats) -> Floats:
    """Values (N,) at normal scores ``z`` (N,), by sex and age class.

    The logarithm is linear in the normal score between printed percentiles, and goes on beyond
    them as between the outer two, as far as ``RAREST``.
    """
    from scipy.special import ndtri

    tables = _tables()
    scores = ndtri(np.array(tables["percentiles"]) / 100.0)
    classes = class_of(age)
    values = np.empty(age.size)
    z = np.clip(z, ndtri(RAREST), -ndtri(RAREST))
    for sex, chosen in (("F", female), ("M", ~female)):
        for number in np.unique(classes[chosen]).tolist():
            here = chosen & (classes == number)
            printed = np.array(tables[table][sex][number])
            known = np.isfinite(printed)
            x, y = scores[known], np.log(printed[known])
            k = np.clip(np.searchsorted(x, z[here]) - 1, 0, x.size - 2)
            share = (z[here] - x[k]) / (x[k + 1] - x[k])
            values[here] = np.exp(y[k] + share * (y[k + 1] - y[k]))
    return values
