"""Doses as studied, by route: what is far outside was probably meant in another unit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ketapk import units

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose, Regimen

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


@lru_cache(maxsize=256)
def findings(
    plan: Regimen, lightest_kg: float, heaviest_kg: float
) -> tuple[tuple[str, ...], str | None]:
    """Sentences about the implausible doses of a plan, and the first that is to be refused.

    Parameters
    ----------
    plan : Regimen
        Doses.
    lightest_kg, heaviest_kg : float
        Body weights of those who are furthest out [kg].

    Returns
    -------
    tuple of str
        At most one sentence a dose, about the patient furthest out; each once.
    str or None
        The first about a dose that is more than ten times outside.
    """
    said: dict[str, None] = {}
    refused = None
    for dose in plan.doses:
        sentence, far = _finding(dose, (lightest_kg, heaviest_kg))
        if sentence:
            said[sentence] = None
            refused = refused or (sentence if far else None)
    return tuple(said), refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """A dose outside what has been studied, in the person furthest out."""

    dose: Dose
    value: float
    """In the unit of the band."""
    band: Band
    weight_kg: float
    """Body weight of that person."""

    @property
    def times(self) -> float:
        """How many times above the highest, or below the lowest."""
        return max(self.value / self.band.high, self.band.low / self.value)

    @property
    def far(self) -> bool:
        """Whether it is refused unless asked for by name."""
        return self.times > FACTOR_OF_ERROR


def outside(dose: Dose, weights_kg: tuple[float, ...]) -> Outside | None:
    """Return how a dose is outside what has been studied, if it is, in people of some weights."""
    hours = None
    if dose.dur is not None:
        hours = float(dose.dur)
    elif dose.rate is not None and dose.amt > 0.0:
        hours = dose.amt / dose.rate
    infused = INFUSED_UNDER_SKIN if dose.route == "sc" else INFUSED
    given, per = dose.amt, 1.0
    if dose.rate is not None and dose.amt == 0.0:
        band, given = infused, dose.rate
    elif dose.route != "iv" and hours is None:
        if dose.route not in BY_ROUTE:
            return None
        band = BY_ROUTE[dose.route]
    elif hours is not None and hours > SHORT_H:
        band, per = infused, hours
    else:
        band = INJECTED
    values = [given / (1.0 if dose.per_kg else kg) / per for kg in weights_kg]
    off = [max(value / band.high, band.low / value) for value in values]
    if max(off) <= 1.0 + 1e-9:
        return None
    furthest = off.index(max(off))
    return Outside(dose=dose, value=values[furthest], band=band, weight_kg=weights_kg[furthest])


def too_many_devices(dose: Dose) -> str:
    """What is said of a device beyond those of a session, or nothing."""
    if dose.device <= LABEL_DEVICES:
        return ""
    return f"Device {dose.device} of a session: the label gives 1 to {LABEL_DEVICES} devices."


def _finding(dose: Dose, weights_kg: tuple[float, ...]) -> tuple[str, bool]:
    """What is implausible about a dose, if anything, and whether it is far outside."""
    endless = dose.rate is not None and dose.amt == 0.0
    if not endless and dose.device > LABEL_DEVICES:
        return too_many_devices(dose), False
    found = outside(dose, weights_kg)
    if found is None:
        return "", False
    return _sentence(dose, found.value, found.band), found.far


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
