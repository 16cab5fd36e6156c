"""People in words: one line that hides no default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk import units
from ketapk.patients.people import span

if TYPE_CHECKING:
    from ketapk.patients.people import Cohort


def in_words(cohort: Cohort) -> str:
    """Say who somebody is, or how many people of which weights.

    Examples
    --------
    >>> from ketapk.patients import Cohort
    >>> in_words(Cohort(weight_kg=70))
    '70 kg, 40 y, F, 170 cm, ancestry other'
    >>> in_words(Cohort(weight_kg=[70, 80]))
    '2 people of 70 to 80 kg'
    """
    if len(cohort) > 1:
        low, high = span(cohort.weight_kg)
        upto = "" if low == high else f" to {units.fmt(high)}"
        return f"{len(cohort)} people of {units.fmt(low)}{upto} kg"
    otherwise = (
        f"; doses per kg go by {units.fmt(cohort.dosing_kg[0])} kg ({cohort.dosing_weight[0]})"
        if cohort.dosed_otherwise
        else ""
    )
    return (
        f"{units.fmt(cohort.weight_kg[0])} kg, {units.fmt(cohort.age_y[0])} y, "
        f"{cohort.sex[0]}, {units.fmt(cohort.height_cm[0])} cm, ancestry {cohort.ancestry[0]}"
        f"{otherwise}"
    )
