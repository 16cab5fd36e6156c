"""Doses as studied, by route: what is far outside was probably meant in another unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk import units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Dose

    Floats = NDArray[np.float64]

FACTOR_OF_ERROR = 10.0
"""Outside the studied range by more than this, a dose is refused unless asked for by name."""
SHORT_H = 0.25
"""An infusion shorter than this [h] is judged like an injection."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """A range of doses or rates that have been studied."""

    low: float
    high: float
    unit: str
    source: str


INJECTED = Band(
    low=0.1, high=4.5, unit="mg/kg", source="emergency 0.1 mg/kg to Ketalar label induction"
)
INFUSED = Band(
    low=0.06, high=6.3, unit="mg/kg/h", source="post-operative 0.06 mg/kg/h to Elkomy 2015"
)
BY_ROUTE = {
    "im": Band(
        low=0.25, high=13.0, unit="mg/kg", source="Chilukuri 2014 to Ketalar label anaesthesia"
    ),
    "sc": Band(low=0.1, high=0.5, unit="mg/kg", source="Loo 2016"),
    "nasal": Band(low=0.1, high=9.0, unit="mg/kg", source="Singh 2022 to Malinovsky 1996"),
    "nasal_spray": Band(low=0.1, high=2.2, unit="mg/kg", source="28 to 84 mg, label"),
    "oral": Band(low=0.1, high=10.0, unit="mg/kg", source="Hasan 2021 to Brunette 2011"),
    "sublingual": Band(low=0.1, high=2.0, unit="mg/kg", source="JPSM formulary to Simons 2022"),
    "buccal": Band(low=0.1, high=2.0, unit="mg/kg", source="Simons 2022"),
    "rectal": Band(low=0.5, high=9.0, unit="mg/kg", source="Yanagihara 2003 to Malinovsky 1996"),
    "inhaled": Band(low=0.3, high=1.5, unit="mg/kg", source="Jonkman 2017, 25 to 100 mg"),
}


def findings(dose: Dose, weight_kg: Floats) -> tuple[list[str], bool]:
    """Sentences about an implausible dose, and whether it is far enough out to be refused.

    Parameters
    ----------
    dose : Dose
        One dose.
    weight_kg : (N,) ndarray
        Body weights [kg].

    Returns
    -------
    list of str
        At most one sentence, about the patient furthest out.
    bool
        Whether it is more than ten times outside.
    """
    per_kg = np.full(weight_kg.shape, dose.amt) if dose.per_kg else dose.amt / weight_kg
    hours = None
    if dose.dur is not None:
        hours = float(dose.dur)
    elif dose.rate is not None and dose.amt > 0.0:
        hours = dose.amt / dose.rate
    if dose.rate is not None and dose.amt == 0.0:
        band, value = INFUSED, np.asarray(dose.rate / (1.0 if dose.per_kg else weight_kg))
    elif dose.route != "iv":
        if dose.route not in BY_ROUTE:
            return [], False
        band, value = BY_ROUTE[dose.route], per_kg
    elif hours is not None and hours > SHORT_H:
        band, value = INFUSED, per_kg / hours
    else:
        band, value = INJECTED, per_kg
    value = np.broadcast_to(value, weight_kg.shape)
    off = np.maximum(value / band.high, band.low / value)
    worst = int(np.argmax(off))
    if off[worst] <= 1.0 + 1e-9:
        return [], False
    return [_sentence(dose, float(value[worst]), band)], bool(off[worst] > FACTOR_OF_ERROR)


def _sentence(dose: Dose, value: float, band: Band) -> str:
    high = value > band.high
    times = value / band.high if high else band.low / value
    end = "highest" if high else "lowest"
    relation = "times the" if high else "times below the"
    what = "infusion" if band is INFUSED else "dose"
    limit = band.high if high else band.low
    text = (
        f"{units.fmt(value)} {band.unit} by the route {dose.route!r} is {units.fmt(times)} "
        f"{relation} {end} {what} in the library ({units.fmt(limit)} {band.unit}, {band.source})"
    )
    for name, factor in _other_units(band):
        meant = value * factor
        if band.low <= meant <= band.high:
            return (
                f"{text}; {units.fmt(value)} {name} = {units.fmt(meant)} {band.unit} would be "
                f"inside."
            )
    return f"{text}."


def _other_units(band: Band) -> tuple[tuple[str, float], ...]:
    """Units for which the stated one is easily mistaken, with what one of them is in it."""
    milli = units.MG_PER_MCG
    hour = units.MINUTES_PER_HOUR
    if band is INFUSED:
        return (
            ("mcg/kg/min", milli * hour),
            ("mcg/kg/h", milli),
            ("mg/kg/min", hour),
        )
    return (("mcg/kg", milli), ("g/kg", 1.0 / milli))
