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


ADULT_KG = 70.0
"""Weight at which a dose that was studied in mg is put per kg."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """A range of doses or rates that have been studied."""

    low: float
    high: float
    unit: str
    source: str


def _doses(low: float, high: float, source: str) -> Band:
    return Band(low=low, high=high, unit="mg/kg", source=source)


INJECTED = _doses(
    0.1, 4.5, "0.1 mg/kg in emergency care (unverified) to 4.5 mg/kg in the Ketalar label"
)
INFUSED = Band(
    low=0.06,
    high=6.3,
    unit="mg/kg/h",
    source="0.06 mg/kg/h post-operatively (unverified) to 6.3 mg/kg/h in Elkomy 2015",
)
LABEL_DEVICES = 3
"""Devices of a session in the label of esketamine."""
INFUSED_UNDER_SKIN = Band(
    low=1.0 / 24.0,
    high=500.0 / 24.0 / ADULT_KG,
    unit="mg/kg/h",
    source="1 mg/kg to 500 mg in 24 h in a palliative formulary",
)
BY_ROUTE = {
    "im": _doses(0.25, 13.0, "0.25 mg/kg in Chilukuri 2014 to 13 mg/kg in the Ketalar label"),
    "sc": _doses(0.1, 0.5, "0.1 to 0.5 mg/kg in Loo 2016"),
    "nasal": _doses(10.0 / ADULT_KG, 9.0, "10 mg in Singh 2022 to 9 mg/kg in Malinovsky 1996"),
    "oral": _doses(10.0 / ADULT_KG, 10.0, "10 mg in Hasan 2021 to 10 mg/kg in Brunette 2011"),
    "sublingual": _doses(
        10.0 / ADULT_KG,
        100.0 / ADULT_KG,
        "10 mg in a palliative formulary to 100 mg in Simons 2022",
    ),
    "buccal": _doses(50.0 / ADULT_KG, 100.0 / ADULT_KG, "50 and 100 mg in Simons 2022"),
    "rectal": _doses(
        50.0 / ADULT_KG, 9.0, "50 mg in Yanagihara 2003 to 9 mg/kg in Malinovsky 1996"
    ),
    "inhaled": _doses(25.0 / ADULT_KG, 100.0 / ADULT_KG, "25 to 100 mg in Jonkman 2017"),
}
"""The nasal device is not among them: each holds 28 mg, and a session is 28, 56 or 84 mg."""


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
    per_kg = dose.amt if dose.per_kg else dose.amt / weight_kg
    hours = None
    if dose.dur is not None:
        hours = float(dose.dur)
    elif dose.rate is not None and dose.amt > 0.0:
        hours = dose.amt / dose.rate
    infused = INFUSED_UNDER_SKIN if dose.route == "sc" else INFUSED
    if dose.rate is not None and dose.amt == 0.0:
        band, value = infused, dose.rate / (1.0 if dose.per_kg else weight_kg)
    elif dose.device > LABEL_DEVICES:
        return [
            f"Device {dose.device} of a session: the label gives 1 to {LABEL_DEVICES} devices."
        ], False
    elif dose.route != "iv" and hours is None:
        if dose.route not in BY_ROUTE:
            return [], False
        band, value = BY_ROUTE[dose.route], per_kg
    elif hours is not None and hours > SHORT_H:
        band, value = infused, per_kg / hours
    else:
        band, value = INJECTED, per_kg
    value = np.atleast_1d(value)
    off = np.maximum(value / band.high, band.low / value)
    worst = int(off.argmax())
    if off[worst] <= 1.0 + 1e-9:
        return [], False
    return [_sentence(dose, float(value[worst]), band)], bool(off[worst] > FACTOR_OF_ERROR)


def _sentence(dose: Dose, value: float, band: Band) -> str:
    high = value > band.high
    times = value / band.high if high else band.low / value
    end = "highest" if high else "lowest"
    relation = "times the" if high else "times below the"
    what = "infusion" if band.unit == INFUSED.unit else "dose"
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
    if band.unit == INFUSED.unit:
        return (
            ("mcg/kg/min", milli * hour),
            ("mcg/kg/h", milli),
            ("mg/kg/min", hour),
        )
    return (("mcg/kg", milli), ("g/kg", 1.0 / milli))
