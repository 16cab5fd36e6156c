"""Changes to a plan: what may go otherwise than planned, as small values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from ketapk import units
from ketapk.branches.numbered import Numbered, numbered
from ketapk.branches.rates import from_then_on, is_rate_of
from ketapk.dosing.regimen import Dose, Regimen
from ketapk.errors import InputError, PlanError

if TYPE_CHECKING:
    from ketapk.patients import Cohort

Missed = Literal["later", "left out"]
MISSED: tuple[Missed, ...] = ("later", "left out")
Kept = Literal["time", "amount"]
KEPT: tuple[Kept, ...] = ("time", "amount")


@dataclass(frozen=True, kw_only=True)
class PumpStop:
    """The pump stops for a while: no infusion runs, and injections are given as planned.

    Parameters
    ----------
    at : str
        When it stops, such as "20 min".
    lasting : str
        For how long, such as "10 min".
    missed : {"later", "left out"}
        "later": the pump goes on where it stopped, so that the rest of all infusions comes later
        by the length of the stop and every milligram is given. "left out": the clock goes on, so
        that infusions end when planned and what would have run during the stop is not given.

    Raises
    ------
    InputError
        If no infusion runs or is still to come at that time.

    Examples
    --------
    >>> from ketapk.dosing.sentence import parse
    >>> from ketapk.patients import Cohort
    >>> plan, me = parse("40 mg iv over 40 min"), Cohort(weight_kg=70)
    >>> print(PumpStop(at="20 min", lasting="10 min").of(plan, me))
    20 mg iv over 20 min; 20 mg iv over 20 min at 30 min
    >>> print(PumpStop(at="20 min", lasting="10 min", missed="left out").of(plan, me))
    20 mg iv over 20 min; 10 mg iv over 10 min at 30 min
    """

    at: Any
    lasting: Any
    missed: Missed = "later"

    def __post_init__(self) -> None:
        units.time_h(self.at, "at")
        units.time_h(self.lasting, "lasting")
        _one_of("missed", self.missed, MISSED)

    def of(self, plan: Regimen, cohort: Cohort) -> Regimen:
        """Return what becomes of a plan."""
        stop, length = units.time_h(self.at, "at"), units.time_h(self.lasting, "lasting")
        start = stop + length
        written = _written_out(plan)
        infusions = [d for d in written.doses if d.hours and d.time + d.hours > stop]
        if not infusions:
            raise InputError(
                f"No infusion runs at {self.at} or later in {plan}; write a time at which the pump "
                f"still has something to give."
            )
        hit = infusions if self.missed == "later" else [d for d in infusions if d.time < start]
        if not length or not hit:
            return plan
        shift = length if self.missed == "later" else Fraction(0)
        resume = stop if self.missed == "later" else start
        others = [event for event in written.events if event not in hit]
        pieces = [part for dose in hit for part in _cut(dose, stop, resume, shift)]
        return Regimen.of(*others, *pieces)

    def __str__(self) -> str:
        return f"pump stops at {self.at} for {self.lasting}, missed dose {self.missed}"


def _cut(dose: Dose, stop: Fraction, resume: Fraction, shift: Fraction) -> list[Dose]:
    """What runs of an infusion up to one time, and after another, later by a shift."""
    end = dose.time + dose.hours
    parts = []
    if dose.time < stop:
        parts.append(_between(dose, dose.time, stop))
    if end > resume:
        after = _between(dose, max(dose.time, resume), end)
        parts.append(replace(after, time=after.time + shift))
    return parts


def _between(dose: Dose, start: Fraction, end: Fraction) -> Dose:
    """The part of an infusion between two times within it, at the same rate."""
    if (start, end) == (dose.time, dose.time + dose.hours):
        return dose
    share = (end - start) / dose.hours
    amount = float(Fraction(dose.amt) * share)
    dur = None if dose.dur is None else end - start
    return replace(dose, time=start, amt=amount, dur=dur)


@dataclass(frozen=True, kw_only=True)
class _OfOneDose(ABC):
    """A change of one dose, of which all others know nothing."""

    dose: int

    def __post_init__(self) -> None:
        _number(self.dose)

    def of(self, plan: Regimen, cohort: Cohort) -> Regimen:
        """Return what becomes of a plan."""
        others, parts = _picked(plan, self.dose)
        return Regimen.of(*others, *self._instead(parts))

    @abstractmethod
    def _instead(self, parts: list[Any]) -> list[Any]:
        """What is given instead of the parts of the dose."""


@dataclass(frozen=True, kw_only=True)
class Late(_OfOneDose):
    """One dose is given later than planned, and all others when planned.

    Parameters
    ----------
    dose : int
        Which, counted from 1 in the order of their times, as planned before any change.
    by : str
        How much later, such as "15 min".

    Examples
    --------
    >>> from ketapk.dosing.sentence import parse
    >>> from ketapk.patients import Cohort
    >>> plan = parse("10 mg iv bolus every 1 h x 2")
    >>> print(Late(dose=2, by="15 min").of(plan, Cohort(weight_kg=70)))
    10 mg iv bolus; 10 mg iv bolus at 75 min
    """

    by: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        units.time_h(self.by, "by")

    def _instead(self, parts: list[Any]) -> list[Any]:
        by = units.time_h(self.by, "by")
        return [replace(part, time=part.time + by) for part in parts]

    def __str__(self) -> str:
        return f"dose {self.dose} late by {self.by}"


@dataclass(frozen=True, kw_only=True)
class Skipped(_OfOneDose):
    """One dose is not given at all.

    Parameters
    ----------
    dose : int
        Which, counted from 1 in the order of their times, as planned before any change.
    """

    def of(self, plan: Regimen, cohort: Cohort) -> Regimen:
        """Return what becomes of a plan."""
        rest = super().of(plan, cohort)
        if not rest.doses:
            raise PlanError(f"Without dose {self.dose} nothing is left of {plan} to be compared.")
        return rest

    def _instead(self, parts: list[Any]) -> list[Any]:
        return []

    def __str__(self) -> str:
        return f"dose {self.dose} skipped"


@dataclass(frozen=True, kw_only=True)
class Doubled(_OfOneDose):
    """One dose is given twice at the same time; an infusion runs twice as fast.

    Parameters
    ----------
    dose : int
        Which, counted from 1 in the order of their times, as planned before any change.
    """

    def _instead(self, parts: list[Any]) -> list[Any]:
        return [*parts, *parts]

    def __str__(self) -> str:
        return f"dose {self.dose} doubled"


@dataclass(frozen=True, kw_only=True)
class OtherRate:
    """An infusion runs at another rate, from its start or from a time on.

    Parameters
    ----------
    rate : str
        The other rate, such as "0.2 mg/kg/h" or "10 mg/h".
    dose : int
        Which infusion, counted from 1 among all doses in the order of their times.
    at : str, optional
        From when; from its start by default.
    keeps : {"time", "amount"}
        "time": it ends when planned and gives another amount. "amount": it gives what was planned
        and ends earlier or later.

    Examples
    --------
    >>> from ketapk.dosing.sentence import parse
    >>> from ketapk.patients import Cohort
    >>> plan = parse("60 mg/h iv for 1 h")
    >>> faster = OtherRate(rate="120 mg/h", at="30 min", keeps="amount")
    >>> print(faster.of(plan, Cohort(weight_kg=70)))
    60 mg/h iv for 30 min; 30 mg iv over 15 min at 30 min
    """

    rate: str
    dose: int = 1
    at: Any = None
    keeps: Kept = "time"

    def __post_init__(self) -> None:
        rate = units.expect(self.rate, "rate", "rate", "rate per kg")
        if rate.exact <= 0:
            raise InputError(
                f"rate={self.rate!r} is not possible; write a positive rate, or a stop of the pump."
            )
        _number(self.dose)
        if self.at is not None:
            units.time_h(self.at, "at")
        _one_of("keeps", self.keeps, KEPT)

    def of(self, plan: Regimen, cohort: Cohort) -> Regimen:
        """Return what becomes of a plan."""
        others, parts = _picked(plan, self.dose)
        since = parts[0].time if self.at is None else units.time_h(self.at, "at")
        if not parts[0].hours:
            raise InputError(f"Dose {self.dose} of {plan} is no infusion; it has no rate.")
        left = [part for part in parts if part.time + part.hours > since]
        if len(left) > 1:
            raise InputError(
                f"Dose {self.dose} is given in {len(left)} parts by now; write the change of its "
                f"rate before the changes that part it."
            )
        if not left or left[0].time > since:
            ran = " and ".join(
                f"{units.format_time(part.time)} to {units.format_time(part.time + part.hours)}"
                for part in parts
            )
            raise InputError(
                f"Dose {self.dose} of {plan} does not run at {self.at}; it runs from {ran}."
            )
        dose = left[0]
        others += [part for part in parts if part is not dose]
        end = dose.time + dose.hours
        rate = units.expect(self.rate, "rate", "rate", "rate per kg")
        if is_rate_of(dose, rate, cohort):
            return plan
        before = [_between(dose, dose.time, since)] if since > dose.time else []
        after = from_then_on(
            _between(dose, since, end), rate, cohort, keeps_amount=self.keeps == "amount"
        )
        return Regimen.of(*others, *before, after)

    def __str__(self) -> str:
        since = "" if self.at is None else f" from {self.at}"
        return f"dose {self.dose} at {self.rate}{since}, same {self.keeps}"


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        said = " or ".join(repr(word) for word in known)
        raise InputError(f"{name}={value!r} is not known; write {said}.")


def _number(dose: Any) -> None:
    if isinstance(dose, bool) or not isinstance(dose, int) or dose < 1:
        raise InputError(f"dose={dose!r} is no number of a dose; write 1 for the first.")


def _written_out(plan: Regimen) -> Regimen:
    """The plan with all doses one by one, each with its number."""
    if plan.steady:
        raise PlanError(
            f"{plan} begins with a steady state, in which no single dose can change; write its "
            f"doses out."
        )
    return numbered(plan)


def _picked(plan: Regimen, number: int) -> tuple[list[Any], list[Any]]:
    """All other events, and the dose of that number, in several parts if it was parted before."""
    events = _written_out(plan).events
    known = {event.number for event in events if isinstance(event, Numbered)}
    if number not in known:
        if number < max(known):
            raise InputError(f"Dose {number} is no longer given; a change before took it away.")
        many = "one dose" if len(known) == 1 else f"{len(known)} doses"
        raise InputError(f"There is no dose {number} in {plan}; it has {many}.")
    own = [isinstance(event, Numbered) and event.number == number for event in events]
    others = [event for event, mine in zip(events, own, strict=True) if not mine]
    return others, [event for event, mine in zip(events, own, strict=True) if mine]
