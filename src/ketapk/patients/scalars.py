"""Body weight by name, for a patient or a cohort."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError, KetapkWarning, nearest
from ketapk.patients.people import NOT_GIVEN, Cohort, Patient
from ketapk.patients.weights import FIVE_FEET_CM, WEIGHTS, weight_of

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

ADULT_FROM_Y = 18.0
"""Age below which a formula of adults is extrapolated [y]."""
OF_HEIGHT = ("ideal", "adjusted")
"""Weights that begin at a height of 60 inches."""


def weight_scalar(who: Patient | Cohort, name: str) -> NDArray[np.float64]:
    """Weight of people by a named formula.

    Parameters
    ----------
    who : Patient or Cohort
        N people.
    name : {"total", "ideal", "lean", "fat-free", "adjusted"}
        Which weight; ``list_weight_scalars()`` tells their sources.

    Returns
    -------
    (N,) ndarray
        [kg]

    Raises
    ------
    InputError
        If there is no such weight, or its formula does not hold for somebody.

    Warns
    -----
    KetapkWarning
        If somebody is younger or shorter than those it was made for, if the weight is above their
        total weight, or if height and sex are those that stand where none are given.

    Examples
    --------
    >>> me = Patient(weight_kg=75, sex="M", height_cm=158.1)
    >>> round(float(weight_scalar(me, "fat-free")[0]), 1)
    52.8
    """
    check_name(name)
    if not isinstance(who, Patient | Cohort):
        raise InputError(f"{who!r} is nobody; write kp.Patient(weight_kg=70) or kp.Cohort(...).")
    many = Cohort.of(who) if isinstance(who, Patient) else who
    found = np.array(weight_of(name, many.sex, many.weight_kg, many.height_cm))
    for sentence in doubts(name, many, found):
        warnings.warn(sentence, KetapkWarning, stacklevel=2)
    return found


def check_name(name: Any) -> None:
    """Refuse a weight that is not known."""
    if name not in WEIGHTS:
        raise InputError(
            f"There is no weight {name!r}; write one of {', '.join(map(repr, WEIGHTS))}."
            f"{nearest(str(name), WEIGHTS)}"
        )


def list_weight_scalars() -> pl.DataFrame:
    """List the weights: name, title, formula, limits, checked, citation, doi, grade.

    Returns
    -------
    polars.DataFrame
        One row a weight.

    Examples
    --------
    >>> list_weight_scalars()["name"].to_list()
    ['total', 'ideal', 'lean', 'fat-free', 'adjusted']
    """
    import polars as pl

    fields = ("name", "title", "formula", "limits", "checked", "citation", "doi", "grade")
    return pl.DataFrame({f: [getattr(w, f) for w in WEIGHTS.values()] for f in fields})


def remarks(cohort: Cohort) -> list[str]:
    """What a reader should know of the weights that the doses of some people go by."""
    said = []
    for name in [name for name in WEIGHTS if name in set(cohort.dosing_weight.tolist())]:
        if name != "total":
            scalar = WEIGHTS[name]
            own = cohort[cohort.dosing_weight == name]
            whom = f" at {own.height_cm[0]:g} cm and {own.sex[0]}" if len(own) == 1 else ""
            said.append(
                f"Doses per kg go by {scalar.title} (grade {scalar.grade}){whom}, covariates of "
                f"the model by total weight."
            )
            said += doubts(name, own, own.dosing_kg)
    return said


def doubts(name: str, cohort: Cohort, kg: NDArray[np.float64]) -> list[str]:
    """One sentence for each reason to doubt the weights (N,) [kg] of some people by a formula."""
    return [
        *_of_nobody(name, cohort),
        *_extrapolated(name, cohort),
        *_above_total(name, cohort, kg),
    ]


def _of_nobody(name: str, cohort: Cohort) -> list[str]:
    """Say for whom, where height and sex are the ones that stand where nobody gave them."""
    if name == "total":
        return []
    height, sex = NOT_GIVEN["height_cm"], NOT_GIVEN["sex"]
    if not ((cohort.height_cm == height) & (cohort.sex == sex)).all():
        return []
    return [
        f"The {WEIGHTS[name].title} is worked out for {height:g} cm and {sex}, which stand where "
        f"nobody gave them; look whether they are right."
    ]


def _above_total(name: str, cohort: Cohort, kg: NDArray[np.float64]) -> list[str]:
    """Say that a dose per kg would be more than by the total weight."""
    above = kg > cohort.weight_kg * (1.0 + 1e-9)
    if not above.any():
        return []
    title = WEIGHTS[name].title
    if len(cohort) == 1:
        return [
            f"The {title} is {kg[0]:.3g} kg, above the total weight of "
            f"{cohort.weight_kg[0]:.3g} kg: doses per kg are larger by it."
        ]
    return [
        f"The {title} is above the total weight of {above.sum()} of {len(cohort)} people: their "
        f"doses per kg are larger by it."
    ]


def _extrapolated(name: str, cohort: Cohort) -> list[str]:
    """One sentence for each way in which a formula is asked about other people than its own."""
    strange = {}
    if name != "total":
        strange["younger than the adults"] = cohort.age_y < ADULT_FROM_Y
    if name in OF_HEIGHT:
        strange["shorter than the heights"] = cohort.height_cm < FIVE_FEET_CM
    n = len(cohort)
    return [
        f"The {WEIGHTS[name].title}: {'this person is' if n == 1 else f'{who.sum()} of {n} are'} "
        f"{what} it was made for."
        for what, who in strange.items()
        if who.any()
    ]
