"""Doses as studied, by route: what is far outside was probably meant in another unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ketapk import units
from ketapk.dosing.regimen import Regimen
from ketapk.dosing.stretches import Stretch, stretches

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose

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
    """Sentences about what is implausible in a plan, and the first that is to be refused.

    Parameters
    ----------
    plan : Regimen
        Doses.
    lightest_kg, heaviest_kg : float
        Body weights of those who are furthest out [kg].

    Returns
    -------
    tuple of str
        About the patient furthest out; each once.
    str or None
        The first about what is more than ten times outside.
    """
    said = dict.fromkeys(filter(None, (too_many_devices(dose) for dose in plan.doses)))
    refused = None
    for found in outsides(plan, (lightest_kg, heaviest_kg)):
        sentence = _sentence(found)
        said[sentence] = None
        refused = refused or (sentence if found.refused else None)
    return tuple(said), refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """What is outside what has been studied, in the person furthest out."""

    doses: tuple[Dose, ...]
    """One, or those that run without a pause."""
    value: float
    """In the unit of the band."""
    band: Band
    weight_kg: float
    """Body weight of that person."""
    beside: bool = False
    """Whether it is a slow part of infusions of which others are not."""

    @property
    def high(self) -> bool:
        """Whether it is above the highest."""
        return self.value > self.band.high

    @property
    def times(self) -> float:
        """How many times above the highest, or below the lowest."""
        return max(self.value / self.band.high, self.band.low / self.value)

    @property
    def refused(self) -> bool:
        """Whether it is refused unless asked for by name."""
        return self.times > FACTOR_OF_ERROR and not self.beside


def outsides(plan: Regimen, weights_kg: tuple[float, ...]) -> Iterator[Outside]:
    """What of a plan is outside what has been studied, in people of some weights.

    Infusions that run without a pause are one to the person who gets them, and are judged as one;
    after that their steps. Where more is infused by a route, a slow part of it is no mistake that
    is refused, and a short one none at all: of such parts the slowest is told.
    """
    for dose in plan.doses:
        if not dose.hours and not too_many_devices(dose):
            yield from _outside((dose,), weights_kg)
    for route in plan.routes:
        yield from _infused(stretches(plan, route), weights_kg)


def _infused(runs: list[Stretch], weights_kg: tuple[float, ...]) -> Iterator[Outside]:
    wholes = [next(_outside(run.doses, weights_kg, run.hours), None) for run in runs]
    enough = any(whole is None or whole.high for whole in wholes)
    slow: list[Outside] = []
    for run, whole in zip(runs, wholes, strict=True):
        if whole is not None and (whole.high or not enough):
            yield whole
        elif whole is not None:
            slow.append(whole)
        for dose in run.doses if len(run.doses) > 1 else ():
            for step in _outside((dose,), weights_kg, float(dose.hours)):
                if step.high:
                    yield step
                elif dose.hours > SHORT_H:
                    slow.append(step)
    if slow:
        yield replace(max(slow, key=lambda found: found.times), beside=True)


def outside(dose: Dose, weights_kg: tuple[float, ...]) -> Outside | None:
    """Return how one dose is outside what has been studied, if it is."""
    return next(outsides(Regimen.of(dose), weights_kg), None)


def _outside(
    doses: tuple[Dose, ...], weights_kg: tuple[float, ...], hours: float = 0.0
) -> Iterator[Outside]:
    """How doses that run together over some time are outside, if they are."""
    route = doses[0].route
    infused = INFUSED_UNDER_SKIN if route == "sc" else INFUSED
    given, per = [(dose.amt, dose.per_kg) for dose in doses], 1.0
    if doses[0].rate is not None and doses[0].amt == 0.0:
        band, given = infused, [(doses[0].rate, doses[0].per_kg)]
    elif route != "iv" and not hours:
        if route not in BY_ROUTE:
            return
        band = BY_ROUTE[route]
    elif hours > SHORT_H:
        band, per = infused, hours
    else:
        band = INJECTED
    values = [sum(g if per_kg else g / kg for g, per_kg in given) / per for kg in weights_kg]
    off = [max(value / band.high, band.low / value) for value in values]
    if max(off) > 1.0 + 1e-9:
        furthest = off.index(max(off))
        yield Outside(
            doses=doses, value=values[furthest], band=band, weight_kg=weights_kg[furthest]
        )


def too_many_devices(dose: Dose) -> str:
    """What is said of a device beyond those of a session, or nothing."""
    if dose.device <= LABEL_DEVICES:
        return ""
    return f"Device {dose.device} of a session: the label gives 1 to {LABEL_DEVICES} devices."


def _sentence(found: Outside) -> str:
    value, band = found.value, found.band
    end = "highest" if found.high else "lowest"
    relation = "times the" if found.high else "times below the"
    what = "infusion" if band.unit == INFUSED.unit else "dose"
    limit = band.high if found.high else band.low
    steps = f" over {len(found.doses)} steps" if len(found.doses) > 1 else ""
    route = found.doses[0].route
    text = (
        f"{units.fmt(value)} {band.unit}{steps} by the route {route!r} is {units.fmt(found.times)} "
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
