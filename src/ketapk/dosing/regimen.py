"""Doses and their algebra.

Times are exact fractions of an hour: 0.1 h three times is 0.3 h, and forty minutes are two thirds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from numbers import Integral, Real
from typing import Any

from ketapk import units
from ketapk.errors import InputError
from ketapk.lazy import lazy

ROUTES = {
    "iv": "intravenous",
    "im": "intramuscular",
    "sc": "subcutaneous",
    "nasal": "nasal",
    "nasal_spray": "esketamine nasal device",
    "oral": "oral",
    "sublingual": "sublingual",
    "buccal": "buccal",
    "rectal": "rectal",
    "inhaled": "inhaled",
    "depot": "depot of an own model",
}
INFUSIBLE = ("iv", "sc")
"""Routes by which a dose may run over a time."""
DRUGS = ("racemic", "S", "R")
DEVICE_MG = 28.0
"""Esketamine base in one nasal device [mg] (US label)."""
DEVICE_EVERY = Fraction(1, 12)
"""Time between two devices in the trials, 5 min (US label and EU leaflet) [h]."""
SHORTEST = 10**7
"""Largest denominator of a duration that is worked out from an amount and a rate [1/h]."""
FORMS = {"oral": ("immediate", "prolonged"), "rectal": ("solution", "suppository")}
"""Formulations by route, the usual one first; other routes have one each."""
MODELLED = ("rate", "duration")
MOST_DOSES = 100_000
"""In one repetition; more is a slip, and would fill the memory."""


def exact(number: float) -> Fraction:
    """Read a number as the decimal it prints as: 0.1 is one tenth."""
    return Fraction(repr(float(number)))


def _hours(name: str, value: Any) -> Fraction:
    """Read a field in hours: an exact fraction, or a number as the decimal it prints as."""
    if isinstance(value, Fraction):
        return value
    _finite(name, value, "hours, such as 0.5")
    return Fraction(int(value)) if isinstance(value, Integral) else exact(value)


def _finite(name: str, value: Any, wanted: str) -> None:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(f"{name}={value!r} is not a number; write {wanted}.")
    if not math.isfinite(value):
        raise InputError(f"{name}={value!r} is not a finite number; write {wanted}.")


def _count(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 0:
        raise InputError(f"{name}={value!r} is not a count; write a whole number from 0.")
    return int(value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dose:
    """One dose as it is given, before bioavailability.

    A dose with ``dur`` keeps its duration, one with ``rate`` keeps its rate; with neither it is
    given at once, or released as the model's route says.
    """

    route: str
    """One of ``ROUTES``."""
    amt: float
    """Amount of base [mg], or [mg/kg] if ``per_kg``; 0 for an endless infusion at steady state."""
    per_kg: bool = False
    drug: str = "racemic"
    """Form of the drug: "racemic", "S" or "R"."""
    time: Fraction = Fraction(0)
    """When it starts [h]."""
    dur: Fraction | None = None
    """Duration that it keeps [h]."""
    rate: float | None = None
    """Rate that it keeps [mg/h], or [mg/kg/h] if ``per_kg``."""
    modelled: str | None = None
    """"rate" or "duration" where the model gives it."""
    ii: Fraction | None = None
    """Interval between additional or steady-state doses [h]."""
    addl: int = 0
    """Additional doses after this one."""
    ss: int = 0
    """1: the state is replaced by the steady state; 2: the steady state is added to it."""
    device: int = 0
    """Number of the nasal device within a session, from 1; 0 if it is none."""
    cmt: str | None = None
    """Compartment that it enters, for models that ask for it."""
    form: str = ""
    """Formulation, one of ``FORMS``; the usual one of its route by default."""

    def __post_init__(self) -> None:
        for name in ("time", "dur", "ii"):
            value = getattr(self, name)
            if type(value) is not Fraction and not (value is None and name != "time"):
                object.__setattr__(self, name, _hours(name, value))
        for name in ("amt", "rate"):
            value = getattr(self, name)
            if type(value) is not float and not (value is None and name == "rate"):
                _finite(name, value, "a number, or use a constructor such as bolus('35 mg')")
                object.__setattr__(self, name, float(value))
        for name in ("addl", "ss", "device"):
            value = getattr(self, name)
            if type(value) is not int or value < 0:
                object.__setattr__(self, name, _count(name, value))
        if self.route not in ROUTES:
            raise InputError(
                f"The route {self.route!r} is not known; write one of {', '.join(ROUTES)}."
            )
        if self.drug not in DRUGS:
            raise InputError(f"drug={self.drug!r} is not known; write one of {', '.join(DRUGS)}.")
        forms = FORMS.get(self.route, ("",))
        if not self.form:
            object.__setattr__(self, "form", forms[0])
        if self.form not in forms:
            known = ", ".join(filter(None, forms)) or "nothing, it has one form only"
            raise InputError(
                f"form={self.form!r} is not known for the route {self.route!r}; write {known}."
            )
        if self.modelled is not None and self.modelled not in MODELLED:
            raise InputError(
                f"modelled={self.modelled!r} is not known; write one of {', '.join(MODELLED)}."
            )
        if self.addl > MOST_DOSES:
            raise InputError(f"addl={self.addl} is too many; write at most {MOST_DOSES}.")
        endless = self.ss > 0 and self.amt == 0.0 and self.rate is not None and self.ii is None
        if not (0.0 < self.amt < float("inf") or endless):
            raise InputError(
                f"A dose of {self.amt!r} is not possible; amounts are positive and finite."
            )
        if self.rate is not None and not 0.0 < self.rate < float("inf"):
            raise InputError(
                f"A rate of {self.rate!r} is not possible; rates are positive and finite."
            )
        if self.route == "nasal_spray" and (
            self.per_kg or self.amt != DEVICE_MG or self.drug != "S" or self.device < 1
        ):
            raise InputError(
                f"A nasal device holds {DEVICE_MG:g} mg of esketamine; give "
                f"whole devices, such as '3 devices spravato', or drops, such as '50 mg nasal'."
            )
        if self.time < 0:
            raise InputError(
                f"A dose at {float(self.time)} h is before the start; times start at 0."
            )
        if self.dur is not None and self.dur <= 0:
            raise InputError(f"A duration of {float(self.dur)} h is not possible; use a bolus.")
        if sum(v is not None for v in (self.dur, self.rate, self.modelled)) > 1:
            raise InputError("A dose keeps its rate or its duration, not both; leave one out.")
        if self.ss not in (0, 1, 2):
            raise InputError(f"ss={self.ss!r} is not known; write 0, 1 or 2.")
        if self.addl < 0 or (self.addl > 0 and self.ii is None):
            raise InputError("Additional doses (addl) need an interval between them (ii).")
        if self.ii is not None and self.ii <= 0:
            raise InputError(
                f"An interval of {float(self.ii)} h is not possible; write a positive one."
            )
        if self.ss and self.ii is None and not endless:
            raise InputError("A steady state (ss) needs an interval (ii), or an endless infusion.")

    @property
    def hours(self) -> Fraction:
        """How long it runs [h]; 0 for a dose at once."""
        if self.dur is not None:
            return self.dur
        if self.rate is not None:
            # The amount was rounded once, when it was computed from an exact time.
            return (exact(self.amt) / exact(self.rate)).limit_denominator(SHORTEST)
        return Fraction(0)

    def amount_mg(self, weight_kg: Any) -> Any:
        """Amount for a body weight, or for several (N,) [mg]."""
        return self.amt * weight_kg if self.per_kg else self.amt


@dataclass(frozen=True, kw_only=True, slots=True)
class Reset:
    """A moment at which the body is empty and every pending dose is forgotten."""

    time: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", _hours("time", self.time))
        if self.time < 0:
            raise InputError(
                f"A reset at {float(self.time)} h is before the start; times start at 0."
            )


@dataclass(frozen=True, repr=False)
class Regimen:
    """Doses and resets in the order of their times; a plan.

    Examples
    --------
    >>> session = Regimen.of(Dose(route="im", amt=35.0))
    >>> course = session.repeat(every="3.5 d", times=6)
    >>> float(course.doses[-1].time)
    420.0
    """

    events: tuple[Dose | Reset, ...] = ()

    @classmethod
    def of(cls, *events: Dose | Reset) -> Regimen:
        """Return a plan of some events, in the order of their times."""
        return cls(tuple(sorted(events, key=lambda event: event.time)))

    def __hash__(self) -> int:
        return self._hash

    def __getstate__(self) -> dict[str, Any]:
        # What was derived is derived again: the hash of a word differs between processes.
        return {"events": self.events}

    @lazy
    def _hash(self) -> int:
        return hash(self.events)

    @lazy
    def doses(self) -> tuple[Dose, ...]:
        """The doses, without resets."""
        return tuple(event for event in self.events if isinstance(event, Dose))

    @lazy
    def routes(self) -> tuple[str, ...]:
        """Routes used, each once."""
        return tuple(dict.fromkeys(dose.route for dose in self.doses))

    @lazy
    def drugs(self) -> tuple[str, ...]:
        """Forms of the drug given, each once."""
        return tuple(dict.fromkeys(dose.drug for dose in self.doses))

    @lazy
    def per_kg(self) -> bool:
        """Whether a dose depends on body weight."""
        return any(dose.per_kg for dose in self.doses)

    @lazy
    def all_per_kg(self) -> bool:
        """Whether every dose is in proportion to body weight."""
        return all(dose.per_kg for dose in self.doses)

    @lazy
    def steady(self) -> bool:
        """Whether a dose begins with a steady state."""
        return any(dose.ss for dose in self.doses)

    @lazy
    def kinds(self) -> tuple[Dose, ...]:
        """One dose of every kind: what is left if times, amounts and rates do not count."""
        found: dict[Any, Dose] = {}
        for dose in self.doses:
            infused = dose.dur is not None or dose.rate is not None
            kind = (dose.route, dose.drug, infused, dose.form, dose.modelled, dose.cmt)
            found.setdefault(kind, dose)
        return tuple(found.values())

    @property
    def end(self) -> Fraction:
        """Moment at which the last dose has been given [h]."""
        ends = [dose.time + dose.addl * (dose.ii or 0) + dose.hours for dose in self.doses]
        return max([*ends, *(event.time for event in self.events)], default=Fraction(0))

    def __add__(self, other: Regimen) -> Regimen:
        """Give both, each at its own times."""
        if not isinstance(other, Regimen):
            return NotImplemented
        return Regimen.of(*self.events, *other.events)

    def delay(self, by: Any) -> Regimen:
        """Give everything later.

        Parameters
        ----------
        by : str
            Time with a unit, such as "30 min".

        Returns
        -------
        Regimen

        Examples
        --------
        >>> plan = Regimen.of(Dose(route="im", amt=35.0)).delay("30 min")
        >>> plan.doses[0].time
        Fraction(1, 2)
        """
        shift = units.time_h(by, "by")
        return Regimen.of(*(replace(event, time=event.time + shift) for event in self.events))

    def repeat(self, *, every: Any, times: int) -> Regimen:
        """Give everything several times.

        Parameters
        ----------
        every : str
            From one start to the next, such as "3.5 d".
        times : int
            How often in all.

        Returns
        -------
        Regimen

        Examples
        --------
        >>> plan = Regimen.of(Dose(route="im", amt=35.0)).repeat(every="0.1 h", times=4)
        >>> [float(dose.time) for dose in plan.doses]
        [0.0, 0.1, 0.2, 0.3]
        """
        step = units.duration_h(every, "every")
        if not isinstance(times, int) or isinstance(times, bool) or times < 1:
            raise InputError(f"times={times!r} is not a count; write a whole number from 1.")
        if times > MOST_DOSES:
            raise InputError(f"times={times} is too many; write at most {MOST_DOSES}.")
        return Regimen.of(
            *(
                replace(event, time=event.time + k * step)
                for k in range(times)
                for event in self.events
            )
        )

    def expand(self) -> Regimen:
        """Write additional doses out; a steady state stays with the first."""
        return self._expanded

    @lazy
    def _expanded(self) -> Regimen:
        written: list[Dose | Reset] = []
        for event in self.events:
            if isinstance(event, Dose) and event.addl and event.ii is not None:
                first = replace(event, addl=0, ii=event.ii if event.ss else None)
                later = replace(first, ss=0, ii=None)
                written.append(first)
                written += [
                    replace(later, time=event.time + k * event.ii) for k in range(1, event.addl + 1)
                ]
            else:
                written.append(event)
        return Regimen.of(*written)

    @lazy
    def in_effect(self) -> tuple[Dose | Reset, ...]:
        """Single events in the order in which they take effect: a reset before what is given."""
        events = self.expand().events
        return tuple(sorted(events, key=lambda event: (event.time, isinstance(event, Dose))))

    def enantiomer(self, which: str) -> Regimen:
        """Follow one half of racemic doses: a stated conversion to "S" or "R".

        Parameters
        ----------
        which : {"S", "R"}
            The enantiomer.

        Returns
        -------
        Regimen
            Half the amount, as the enantiomer.

        Raises
        ------
        InputError
            If a dose is not racemic.
        """
        if which not in ("S", "R"):
            raise InputError(f"There is no enantiomer {which!r}; write 'S' or 'R'.")
        halves: list[Dose | Reset] = []
        for event in self.events:
            if isinstance(event, Dose):
                if event.drug != "racemic":
                    raise InputError(f"A dose of the form {event.drug!r} has no {which!r} half.")
                rate = None if event.rate is None else event.rate / 2.0
                halves.append(replace(event, amt=event.amt / 2.0, rate=rate, drug=which))
            else:
                halves.append(event)
        return Regimen.of(*halves)

    def total_mg(self, weight_kg: float) -> float:
        """Sum of all doses for a body weight [mg]."""
        total: float = sum(dose.amount_mg(weight_kg) * (1 + dose.addl) for dose in self.doses)
        return total

    def table(self) -> list[dict[str, Any]]:
        """One row per dose, written out, for a data frame."""
        return [
            {
                "time_h": float(dose.time),
                "route": dose.route,
                "amount": dose.amt,
                "unit": "mg/kg" if dose.per_kg else "mg",
                "drug": dose.drug,
                "duration_h": float(dose.hours),
                "steady_state": dose.ss,
            }
            for dose in self.expand().doses
        ]

    def __str__(self) -> str:
        from ketapk.dosing.wording import sentence

        return sentence(self)

    def __repr__(self) -> str:
        return f"<Regimen: {self}>"
