"""Factors between units, and molar masses: the only place where a 60 or a 1000 is written."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

MINUTES_PER_HOUR = 60.0
MG_PER_MCG = 0.001
MG_PER_KG = 1_000_000
"""Of the drug, not of a body."""
CM_PER_M = 100.0
CM_PER_INCH = 2.54
ML_PER_L = 1000
MG_PER_ML_IN_PERCENT = 10
"""A solution of 1 % has 1 g in 100 mL."""
MOLAR_MASS = {"ketamine": 237.73, "norketamine": 223.7, "hydroxynorketamine": 239.7}
"""Of the bases, either enantiomer [g/mol]."""
MOLAR_MASS_HYDROCHLORIDE = 274.19
"""Of ketamine hydrochloride [g/mol]."""
BASE_IN_HYDROCHLORIDE = MOLAR_MASS["ketamine"] / MOLAR_MASS_HYDROCHLORIDE
"""Share of ketamine base in its hydrochloride, 0.867."""
MASS = {
    "g": Fraction(1000),
    "mg": Fraction(1),
    "mcg": Fraction(1, 1000),
    "ug": Fraction(1, 1000),
    "µg": Fraction(1, 1000),
    "μg": Fraction(1, 1000),
    "ng": Fraction(1, 1_000_000),
}
TIME = {
    "s": Fraction(1, 3600),
    "sec": Fraction(1, 3600),
    "secs": Fraction(1, 3600),
    "second": Fraction(1, 3600),
    "seconds": Fraction(1, 3600),
    "min": Fraction(1, 60),
    "mins": Fraction(1, 60),
    "minute": Fraction(1, 60),
    "minutes": Fraction(1, 60),
    "h": Fraction(1),
    "hr": Fraction(1),
    "hrs": Fraction(1),
    "hour": Fraction(1),
    "hours": Fraction(1),
    "d": Fraction(24),
    "day": Fraction(24),
    "days": Fraction(24),
    "week": Fraction(168),
    "weeks": Fraction(168),
}
VOLUME = {"l": Fraction(1), "dl": Fraction(1, 10), "ml": Fraction(1, 1000)}
SUBSTANCE = {
    "umol": Fraction(1),
    "µmol": Fraction(1),
    "μmol": Fraction(1),
    "nmol": Fraction(1, 1000),
    "mmol": Fraction(1000),
}
BODY = {
    "kg": "kg",
    "cm": "cm",
    "y": "y",
    "yr": "y",
    "year": "y",
    "years": "y",
}
"""Units of people. A year of age is never turned into hours, nor a kg of a body into mg of drug."""


def molar_mass(analyte: str) -> float:
    """Molar mass of an analyte's base [g/mol]: esketamine weighs what ketamine weighs."""
    name = analyte.lower()
    if "hydroxynor" in name:
        return MOLAR_MASS["hydroxynorketamine"]
    if "nor" in name:
        return MOLAR_MASS["norketamine"]
    return MOLAR_MASS["ketamine"]


def mg_per_l_to_ng_per_ml(concentration: Any) -> Any:
    """Convert mg/L (or mg h/L) to ng/mL (or ng h/mL)."""
    return concentration * 1000.0


def mcg_per_min(mg_per_h: float) -> float:
    """Convert mg/h to mcg/min, or mg/kg/h to mcg/kg/min."""
    return mg_per_h / MG_PER_MCG / MINUTES_PER_HOUR


def ms(seconds: float) -> float:
    """Convert seconds to milliseconds."""
    return seconds * 1000.0
