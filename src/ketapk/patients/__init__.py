"""Who gets the dose."""

from ketapk.patients.demography import Demography
from ketapk.patients.people import ANCESTRIES, SEXES, Cohort, Patient, span
from ketapk.patients.scalars import list_weight_scalars, weight_scalar

__all__ = [
    "ANCESTRIES",
    "SEXES",
    "Cohort",
    "Demography",
    "Patient",
    "list_weight_scalars",
    "span",
    "weight_scalar",
]
