"""Doses, routes and resets become flows into states, each with a start and an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ketapk.errors import PlanError
from ketapk.kernels.arrays import STEADY_ADDS, STEADY_REPLACES
from ketapk.model.system import NEVER_ABSORBED

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ketapk.dosing.regimen import Dose
    from ketapk.model.routes import Input
    from ketapk.model.system import System

    Floats = NDArray[np.float64]


@dataclass(frozen=True, order=True, slots=True)
class Part:
    """What a milligram came with: a dose, and the site where it was absorbed."""

    dose: int
    """Position of the dose in the plan, additional doses written out, from 1."""
    site: str


@dataclass
class Flow:
    """Something that enters a state: at once where end equals start."""

    start: Floats
    end: Floats
    amount: Floats
    state: int
    part: Part
    stop: Floats | None = None
    """Time at which a restart cut it short."""

    def of(self, subjects: NDArray[np.int64]) -> Flow:
        """Return the flow of some subjects."""
        arrays = (self.start, self.end, self.amount)
        start, end, amount = (a[subjects] for a in arrays)
        stop = None if self.stop is None else self.stop[subjects]
        return Flow(start, end, amount, self.state, self.part, stop)

    def cancel(self, at: Floats) -> None:
        """Drop what has not entered by a time (N,) [h]."""
        self.amount = np.where((self.start >= at) & (self.end <= self.start), 0.0, self.amount)
        self.stop = at if self.stop is None else np.minimum(self.stop, at)


@dataclass
class Action:
    """Something that is done to the whole state: a reset, or a steady state."""

    time: Floats
    kind: int
    pieces: list[Flow] = field(default_factory=list)
    length: Floats | None = None
    """Dosing interval of a steady state (N,) [h]; None for an endless infusion."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """One dose of every subject in numbers, (N,) each."""

    time: Floats
    amount: Floats
    """Before bioavailability [mg]."""
    rate: Floats | None = None
    """Rate that it keeps [mg/h]."""
    dur: Floats | None = None
    """Duration that it keeps [h]."""
    ii: Floats | None = None
    """Interval of a steady state [h]."""

    @property
    def infused(self) -> bool:
        """Whether it runs by itself; otherwise the model may release it over a time."""
        return self.rate is not None or self.dur is not None


def site_of(route_input: Input) -> str:
    """Absorption site of an input, as the ledger names it."""
    return route_input.site or route_input.to


class Lowering:
    """The events of one plan while they are collected."""

    def __init__(self, system: System, weight_kg: Floats) -> None:
        self.system = system
        self.weight = weight_kg
        self.n = weight_kg.size
        self.flows: list[Flow] = []
        self.actions: list[Action] = []
        self.given: list[tuple[Floats, Floats, Floats]] = []
        self._number = 0

    def of(self, system: System, subjects: NDArray[np.int64]) -> Lowering:
        """Return what some subjects get, into the rows of theirs."""
        other = Lowering(system, self.weight[subjects])
        other.flows = [flow.of(subjects) for flow in self.flows]
        other.actions = [
            replace(
                action,
                time=action.time[subjects],
                pieces=[piece.of(subjects) for piece in action.pieces],
                length=None if action.length is None else action.length[subjects],
            )
            for action in self.actions
        ]
        other.given = [tuple(part[subjects] for part in given) for given in self.given]  # type: ignore[misc]
        return other

    def full(self, value: ArrayLike) -> Floats:
        """One value per subject, (N,)."""
        array = np.asarray(value, dtype=float)
        return array.reshape(1) if self.n == 1 else np.broadcast_to(array, (self.n,))

    def restart(self, time: float, kind: int) -> Action:
        """Begin anew at a time [h]: what is pending from before is cancelled."""
        action = Action(time=self.full(time), kind=kind)
        for flow in self.flows:
            flow.cancel(action.time)
        self.actions.append(action)
        return action

    @property
    def sources(self) -> list[Flow]:
        """Everything that enters, steady states included."""
        return [*self.flows, *(piece for action in self.actions for piece in action.pieces)]

    def part(self, site: str) -> Part:
        """Part of the dose that is being added."""
        return Part(self._number, site)

    def dose(self, dose: Dose, inputs: Sequence[Input]) -> None:
        """Add a dose, and before it the steady state that it asks for."""
        given = self.given_by(dose)
        if dose.ss == 1:
            action = self.restart(float(dose.time), STEADY_REPLACES)
        elif dose.ss:
            action = Action(time=given.time, kind=STEADY_ADDS)
            self.actions.append(action)
        self.next_dose()
        if dose.ss:
            self.steady(given, inputs, action)
        if dose.ii is not None or not dose.ss:
            self.enter(given, inputs)

    def next_dose(self) -> None:
        """Count on: what is added from here on belongs to the next dose."""
        self._number += 1

    def given_by(self, dose: Dose) -> Given:
        """What a dose gives to every subject."""
        rate = None
        if dose.rate is not None:
            rate = self.full(dose.rate) * (self.weight if dose.per_kg else 1.0)
        return Given(
            time=self.full(float(dose.time)),
            amount=self.full(dose.amount_mg(self.weight)),
            rate=rate,
            dur=None if dose.dur is None else self.full(float(dose.dur)),
            ii=None if dose.ii is None else self.full(float(dose.ii)),
        )

    def releases(self, given: Given, inputs: Sequence[Input]) -> list[tuple[Input, Floats, Floats]]:
        """Amount [mg] and duration [h] of each input of a dose."""
        found = []
        for route_input in inputs:
            share = given.amount * self.full(route_input.fraction)
            if given.rate is not None:
                dur = share / given.rate
            elif given.dur is not None:
                dur = given.dur
            elif route_input.rate is not None:
                dur = share / self.full(route_input.rate)
            else:
                dur = self.full(route_input.dur)
            # Whose share is no number fails where it enters, which has to be at a time.
            found.append((route_input, share, np.where(np.isnan(share), 0.0, dur)))
        return found

    def enter(self, given: Given, inputs: Sequence[Input]) -> None:
        """Add the flows of one dose."""
        amount, start, infused = given.amount, given.time, given.infused
        releases = self.releases(given, inputs)
        longest = start
        rest = amount
        for route_input, share, dur in releases:
            lag = self.full(route_input.lag)
            state = self.system.index(route_input.to)
            begin = start + lag
            end = begin + dur
            rest = rest - share
            longest = np.maximum(longest, start + dur)
            part = self.part(site_of(route_input))
            waits = (lag > 0.0).any() or (not infused and (dur > 0.0).any())
            if waits:
                place = self.system.index(route_input.waits_in)
                self.flows.append(
                    Flow(start, start + dur if infused else start, share, place, part)
                )
                self.flows.append(Flow(begin, end, -share, place, part))
            self.flows.append(Flow(begin, end, share, state, part))
        if (np.abs(rest) > 1e-15 * amount).any():
            end = longest if infused else start
            lost = self.system.index(NEVER_ABSORBED)
            self.flows.append(Flow(start, end, rest, lost, self.part(NEVER_ABSORBED)))
        self.given.append((start, longest if infused else start, amount))

    def steady(self, given: Given, inputs: Sequence[Input], action: Action) -> None:
        """Give the action its cycle, and what earlier doses of an endless series still send."""
        if given.ii is None:
            if given.rate is None:
                raise PlanError("A steady state needs an interval, or an endless infusion's rate.")
            for route_input in inputs:
                action.pieces.append(
                    Flow(
                        self.full(0.0),
                        self.full(np.inf),
                        given.rate * (self.full(route_input.fraction) > 0.0),
                        self.system.index(route_input.to),
                        self.part(site_of(route_input)),
                    )
                )
            return
        interval, time = given.ii, given.time
        action.length = interval
        for route_input, share, dur in self.releases(given, inputs):
            state = self.system.index(route_input.to)
            lag = self.full(route_input.lag)
            whole = np.round(lag / interval) * interval
            lag = np.where(np.abs(lag - whole) <= 1e-12 * interval, whole, lag)
            phase = np.where(lag == whole, 0.0, np.mod(lag, interval))
            part = self.part(site_of(route_input))
            action.pieces.append(Flow(phase, phase + dur, share, state, part))
            earlier = int(np.floor(np.max((lag + dur) / interval) + 1e-9))
            for j in range(1, earlier + 1):
                begin = time + (lag - j * interval)
                end = begin + dur
                # What began before the dose is in the steady state already; only its rest follows.
                late = np.maximum(begin, time)
                length = np.where(dur > 0.0, dur, 1.0)
                left = np.where(
                    dur > 0.0, np.clip((end - late) / length, 0.0, 1.0), (begin >= time) * 1.0
                )
                if np.any(left > 0.0):
                    late, end = np.where(left > 0, late, time), np.where(left > 0, end, time)
                    self.flows.append(Flow(late, end, share * left, state, part))
                    self.given.append((late, end, share * left))
