"""The events of a plan become flows and actions, kept where everybody gets the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.dosing.regimen import Dose, Regimen, Reset
from ketapk.errors import PlanError
from ketapk.kernels.arrays import RESET, STEADY_ADDS, STEADY_REPLACES
from ketapk.lowering import Action, Flow, Intake, Lowering, Part
from ketapk.model.system import NEVER_ABSORBED

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ketapk.model.routes import Input
    from ketapk.model.system import System

    Floats = NDArray[np.float64]

KEPT = 32
"""Plans whose intake is kept."""
LONGEST = 1000
"""Events up to which it is."""


def collect(
    plan: Regimen,
    system: System,
    route_inputs: Callable[[Dose], Sequence[Input]],
    weight_kg: ArrayLike,
) -> Lowering:
    """Turn every dose and reset of a plan into flows and actions; arguments as in `lower`."""
    weight = np.atleast_1d(np.asarray(weight_kg, dtype=float))
    inputs = [route_inputs(event) if isinstance(event, Dose) else () for event in plan.in_effect]
    key = _key(plan, inputs, weight)
    if key is None:
        intake = _collected(plan, inputs, system.states, weight).intake()
        return Lowering(system, weight.size, intake)
    intake = _kept(plan, system.states, *key)
    return Lowering(system, weight.size, intake, weight if plan.all_per_kg else None)


def _collected(
    plan: Regimen, inputs: Sequence[Sequence[Input]], states: tuple[str, ...], weight: Floats
) -> Collector:
    collector = Collector(states, weight)
    for event, entering in zip(plan.in_effect, inputs, strict=True):
        if isinstance(event, Reset):
            collector.restart(float(event.time), RESET)
        else:
            collector.dose(event, entering)
    return collector


def _key(
    plan: Regimen, inputs: list[Sequence[Input]], weight: Floats
) -> tuple[float, tuple[Any, ...]] | None:
    """Weight and inputs, on which the intake of a plan depends; None unless all subjects share it.

    A plan that is in proportion to body weight is kept for one kilogram. Inputs that are one object
    are counted, so that a long plan of one route has a short key.
    """
    mixed = plan.per_kg and not plan.all_per_kg
    if len(inputs) > LONGEST or (mixed and weight.size > 1):
        return None
    runs: list[Any] = []
    for entering in inputs:
        if runs and entering is runs[-2]:
            runs[-1] += 1
        else:
            runs += (entering, 1)
    found = tuple(runs)
    try:
        hash(found)
    except TypeError:  # An array: one value per subject.
        return None
    return float(weight[0]) if mixed else 1.0, found


@lru_cache(maxsize=KEPT)
def _kept(
    plan: Regimen, states: tuple[str, ...], weight_kg: float, runs: tuple[Any, ...]
) -> Intake:
    """Intake for one weight, and runs of inputs with how many doses have them."""
    inputs = [
        entering
        for entering, count in zip(runs[::2], runs[1::2], strict=True)
        for _ in range(count)
    ]
    return _collected(plan, inputs, states, np.array([weight_kg])).intake(kept=True)


@dataclass(frozen=True, kw_only=True)
class Given:
    """One dose of every subject in numbers, (N,) or (1,) each."""

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


class Collector:
    """The events of one plan while they are collected."""

    def __init__(self, states: tuple[str, ...], weight_kg: Floats) -> None:
        self.states = states
        self.weight = weight_kg
        self.n = weight_kg.size
        self.flows: list[Flow] = []
        self.actions: list[Action] = []
        self.given: list[tuple[Floats, Floats, Floats]] = []
        self._number = 0

    def intake(self, *, kept: bool = False) -> Intake:
        """Return all that was added."""
        return Intake(tuple(self.flows), tuple(self.actions), tuple(self.given), kept)

    def each(self, value: ArrayLike) -> Floats:
        """One value per subject (N,), or (1,) that all share."""
        array = np.asarray(value, dtype=float)
        return array.reshape(1) if array.size == 1 else np.broadcast_to(array, (self.n,))

    def restart(self, time: float, kind: int) -> Action:
        """Begin anew at a time [h]: what is pending from before is cancelled."""
        action = Action(time=self.each(time), kind=kind)
        for flow in self.flows:
            flow.cancel(action.time)
        self.actions.append(action)
        return action

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
            rate = self.each(dose.rate) * (self.weight if dose.per_kg else 1.0)
        return Given(
            time=self.each(float(dose.time)),
            amount=self.each(dose.amount_mg(self.weight)),
            rate=rate,
            dur=None if dose.dur is None else self.each(float(dose.dur)),
            ii=None if dose.ii is None else self.each(float(dose.ii)),
        )

    def releases(self, given: Given, inputs: Sequence[Input]) -> list[tuple[Input, Floats, Floats]]:
        """Amount [mg] and duration [h] of each input of a dose."""
        found = []
        for route_input in inputs:
            share = given.amount * self.each(route_input.fraction)
            if given.rate is not None:
                dur = share / given.rate
            elif given.dur is not None:
                dur = given.dur
            elif route_input.rate is not None:
                dur = share / self.each(route_input.rate)
            else:
                dur = self.each(route_input.dur)
            # Whose share is no number fails where it enters, which has to be at a time.
            lost = np.isnan(share)
            found.append((route_input, share, np.where(lost, 0.0, dur) if lost.any() else dur))
        return found

    def enter(self, given: Given, inputs: Sequence[Input]) -> None:
        """Add the flows of one dose."""
        amount, start, infused = given.amount, given.time, given.infused
        releases = self.releases(given, inputs)
        longest = start
        rest = amount
        for route_input, share, dur in releases:
            lag = self.each(route_input.lag)
            state = self.states.index(route_input.to)
            begin = start + lag
            end = begin + dur
            rest = rest - share
            longest = np.maximum(longest, start + dur)
            part = self.part(site_of(route_input))
            waits = (lag > 0.0).any() or (not infused and (dur > 0.0).any())
            if waits:
                place = self.states.index(route_input.waits_in)
                self.flows.append(
                    Flow(start, start + dur if infused else start, share, place, part)
                )
                self.flows.append(Flow(begin, end, -share, place, part))
            self.flows.append(Flow(begin, end, share, state, part))
        if (np.abs(rest) > 1e-15 * amount).any():
            end = longest if infused else start
            lost = self.states.index(NEVER_ABSORBED)
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
                        self.each(0.0),
                        self.each(np.inf),
                        given.rate * (self.each(route_input.fraction) > 0.0),
                        self.states.index(route_input.to),
                        self.part(site_of(route_input)),
                    )
                )
            return
        interval, time = given.ii, given.time
        action.length = interval
        for route_input, share, dur in self.releases(given, inputs):
            state = self.states.index(route_input.to)
            lag = self.each(route_input.lag)
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
