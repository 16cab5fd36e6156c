"""Doses and their algebra."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ketapk import units
from ketapk.errors import InputError


@dataclass(frozen=True, kw_only=True, slots=True)
class Dose:
    """One dose as it is given, before bioavailability."""

    route: str
    amt: float
    per_kg: bool = False
    drug: str = "racemic"
    time: Fraction = Fraction(0)
    dur: Fraction | None = None
    rate: float | None = None
    modelled: str | None = None
    ii: Fraction | None = None
    addl: int = 0
    ss: int = 0
    device: int = 0
    cmt: str | None = None
    release: str = "immediate"

    @property
    def hours(self) -> Fraction:
        """How long it runs [h]; 0 for a single dose."""
        if self.dur is not None:
            return self.dur
        if self.rate is not None and self.rate > 0 and self.amt > 0:
            return Fraction(repr(self.amt)) / Fraction(repr(self.rate))
        return Fraction(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reset:
    """Everything in the body and every pending dose is forgotten."""

    time: Fraction = Fraction(0)


@dataclass(frozen=True)
class Regimen:
    """Doses and resets in the order of their times."""

    events: tuple[Dose | Reset, ...] = ()

    @classmethod
    def of(cls, *events: Dose | Reset) -> Regimen:
        """Return the events in the order of their times."""
        return cls(tuple(sorted(events, key=lambda event: event.time)))

    @property
    def doses(self) -> tuple[Dose, ...]:
        return tuple(e for e in self.events if isinstance(e, Dose))

    @property
    def routes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(d.route for d in self.doses))

    @property
    def drugs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(d.drug for d in self.doses))

    def __add__(self, other: Regimen) -> Regimen:
        return Regimen.of(*self.events, *other.events)

    def delay(self, by: Any) -> Regimen:
        shift = units.time_h(by, "by")
        return Regimen.of(*(replace(e, time=e.time + shift) for e in self.events))

    def repeat(self, *, every: Any, times: int) -> Regimen:
        step = units.time_h(every, "every")
        return Regimen.of(
            *(replace(e, time=e.time + k * step) for k in range(times) for e in self.events)
        )

    def expand(self) -> Regimen:
        events: list[Dose | Reset] = []
        for e in self.events:
            if isinstance(e, Dose) and e.addl:
                assert e.ii is not None
                events += [
                    replace(e, time=e.time + k * e.ii, addl=0, ss=e.ss if k == 0 else 0)
                    for k in range(e.addl + 1)
                ]
            else:
                events.append(e)
        return Regimen.of(*events)


def bolus(amount: str, *, at: Any = 0, drug: str = "racemic") -> Regimen:
    q = units.quantity(amount)
    return Regimen.of(Dose(route="iv", amt=q.value, per_kg="per kg" in q.kind, drug=drug,
                           time=units.time_h(at, "at")))
