"""Quantities with units: the only place where a factor of 60 or 1000 is written.

The vocabulary is closed and the basis of a dose, absolute or per kg, is a field of its own and not
a dimension, so that 0.1 mg/kg/h can never pass for 0.1 per hour.
"""

from ketapk.units.conversion import a_thousandfold, convert
from ketapk.units.dimension import BASES, Dimension, parameter
from ketapk.units.factors import (
    BASE_IN_HYDROCHLORIDE,
    CM_PER_INCH,
    CM_PER_M,
    MG_PER_KG,
    MG_PER_MCG,
    MG_PER_ML_IN_PERCENT,
    MINUTES_PER_HOUR,
    ML_PER_L,
    MOLAR_MASS,
    MOLAR_MASS_HYDROCHLORIDE,
    mcg_per_min,
    mg_per_l_to_ng_per_ml,
    molar_mass,
    ms,
)
from ketapk.units.quantities import KINDS, MOST_CHARACTERS, Quantity, expect, quantity, several
from ketapk.units.reading import (
    area_mg_h_per_l,
    clock_h,
    concentration_mg_per_l,
    duration_h,
    percentage,
    time_h,
)
from ketapk.units.writing import decimal, fmt, format_clock, format_rate, format_time, whole_minutes

__all__ = [
    "BASES",
    "BASE_IN_HYDROCHLORIDE",
    "CM_PER_INCH",
    "CM_PER_M",
    "KINDS",
    "MG_PER_KG",
    "MG_PER_MCG",
    "MG_PER_ML_IN_PERCENT",
    "MINUTES_PER_HOUR",
    "ML_PER_L",
    "MOLAR_MASS",
    "MOLAR_MASS_HYDROCHLORIDE",
    "MOST_CHARACTERS",
    "Dimension",
    "Quantity",
    "a_thousandfold",
    "area_mg_h_per_l",
    "clock_h",
    "concentration_mg_per_l",
    "convert",
    "decimal",
    "duration_h",
    "expect",
    "fmt",
    "format_clock",
    "format_rate",
    "format_time",
    "mcg_per_min",
    "mg_per_l_to_ng_per_ml",
    "molar_mass",
    "ms",
    "parameter",
    "percentage",
    "quantity",
    "several",
    "time_h",
    "whole_minutes",
]
