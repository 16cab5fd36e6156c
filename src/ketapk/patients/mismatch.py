"""Adults whose weight does not go with their age."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ketapk import units
from ketapk.patients.demography import AGES_Y, RAREST, class_of, extremes, printed, source
from ketapk.patients.people import SEXES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.patients.people import Cohort

    Floats = NDArray[np.float64]


def mismatch(cohort: Cohort) -> list[str]:
    """Say of whom the weight does not go with the age, by the survey that people are drawn from.

    Of people below the ages of the survey it says nothing.

    Examples
    --------
    >>> from ketapk.patients import Cohort
    >>> mismatch(Cohort(weight_kg=[70.0], age_y=[40.0]))
    []
    >>> mismatch(Cohort(weight_kg=[4.0], age_y=[40.0]))[0][:43]
    'Weight 4 kg does not go with an age of 40 y'
    """
    low, high = _surely()
    weight = cohort.weight_kg
    doubtful = np.flatnonzero(((weight < low) | (weight > high)) & (cohort.age_y >= AGES_Y[0]))
    if not doubtful.size:
        return []
    ends = _ends()[(cohort.sex[doubtful] == "M").astype(int), class_of(cohort.age_y[doubtful])]
    odd = (weight[doubtful] < ends[:, 0]) | (weight[doubtful] > ends[:, 1])
    if not odd.any():
        return []
    first, (least, most) = doubtful[odd][0], ends[odd][0]
    who = (
        f"Weight {units.fmt(weight[0])} kg does not go with an age of {cohort.age_y[0]:g} y"
        if weight.size == 1
        else f"{int(odd.sum())} of {weight.size} patients have a weight that does not go with "
        f"their age, the first {units.fmt(weight[first])} kg at {cohort.age_y[first]:g} y"
    )
    return [
        f"{who}: {units.fmt(least)} to {units.fmt(most)} kg is as far as height and body mass "
        f"index reach at this age and sex, up to 1 in {round(1.0 / RAREST)} of each ({source()})."
    ]


@cache
def _surely() -> tuple[float, float]:
    """Weights [kg] between which nobody is odd at any age: those of printed percentiles."""
    ends = np.array([printed(sex) for sex in SEXES])
    return float(ends[..., 0].max()), float(ends[..., 1].min())


@cache
def _ends() -> Floats:
    """Least and greatest weight (sex, class, 2) [kg]: extremes of height and index at once."""
    return np.array([extremes(sex) for sex in SEXES])
