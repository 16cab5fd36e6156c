"""Who gets the dose."""

from ketapk.patients.demography import Demography
from ketapk.patients.people import ANCESTRIES, SEXES, Cohort, Patient, span

__all__ = ["ANCESTRIES", "SEXES", "Cohort", "Demography", "Patient", "span"]
