"""What doses, routes and resets come to: flows into states, each with a start and an end.

What all subjects share has one value (1,), however many they are; it is spread where it is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ketapk.lazy import lazy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.model.system import System

    Floats = NDArray[np.float64]


HUGE = 1e300
"""More than anybody is given, and so little that times a weight it is finite [mg]."""


@dataclass(frozen=True, order=True, slots=True)
class Part:
    """What a milligram came with: a dose, and the site where it was absorbed."""

    dose: int
    """Position of the dose in the plan, additional doses written out, from 1."""
    site: str


def some_of(values: Floats, subjects: NDArray[np.int64]) -> Floats:
    """Values (N,) of some subjects; one that all share stays one."""
    return values if values.size == 1 else values[subjects]


@dataclass
class Flow:
    """Something that enters a state: at once where end equals start; (N,) or (1,) each."""

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
        start, end, amount = (some_of(a, subjects) for a in arrays)
        stop = None if self.stop is None else some_of(self.stop, subjects)
        return Flow(start, end, amount, self.state, self.part, stop)

    def times(self, factor: Floats) -> Flow:
        """Return the same with other amounts."""
        return Flow(self.start, self.end, self.amount * factor, self.state, self.part, self.stop)

    def cancel(self, at: Floats) -> None:
        """Drop what has not entered by a time (N,) or (1,) [h]."""
        self.amount = np.where((self.start >= at) & (self.end <= self.start), 0.0, self.amount)
        self.stop = at if self.stop is None else np.minimum(self.stop, at)


@dataclass
class Action:
    """Something that is done to the whole state: a reset, or a steady state."""

    time: Floats
    kind: int
    pieces: list[Flow] = field(default_factory=list)
    length: Floats | None = None
    """Dosing interval of a steady state, (N,) or (1,) [h]; None for an endless infusion."""

    def of(self, subjects: NDArray[np.int64]) -> Action:
        """Return what is done to some subjects."""
        pieces = [piece.of(subjects) for piece in self.pieces]
        length = None if self.length is None else some_of(self.length, subjects)
        return Action(some_of(self.time, subjects), self.kind, pieces, length)

    def times(self, factor: Floats) -> Action:
        """Return the same with other amounts."""
        return replace(self, pieces=[piece.times(factor) for piece in self.pieces])


@dataclass(frozen=True, eq=False)
class Intake:
    """Everything that enters; nobody writes to it."""

    flows: tuple[Flow, ...]
    actions: tuple[Action, ...]
    given: tuple[tuple[Floats, Floats, Floats], ...]
    """Start, end and amount of everything given [h, h, mg]."""
    kept: bool = False
    """Whether all of it is the same for everybody, and is found again by the next call."""

    @lazy
    def edges(self) -> Floats:
        """Times at which the plan, and the flows that all share, start and end, ascending [h]."""
        ends = (t for flow in self.flows for t in (flow.start[0], flow.end[0]))
        return np.sort(np.array([0.0, *ends]))

    @lazy
    def states(self) -> tuple[int, ...]:
        """The states that are entered, ascending."""
        return tuple(sorted({flow.state for flow in self.flows}))

    @property
    def in_step(self) -> bool:
        """Whether everybody gets everything at the same times, and nothing but what enters."""
        return self.kept and not self.actions

    @lazy
    def sound(self) -> bool:
        """Whether everything that enters is a number, taken times any weight too."""
        return all(bool((np.abs(flow.amount) < HUGE).all()) for flow in self.flows)

    def of(self, subjects: NDArray[np.int64]) -> Intake:
        """Return what enters some subjects."""
        if self.kept:
            return self
        return Intake(
            flows=tuple(flow.of(subjects) for flow in self.flows),
            actions=tuple(action.of(subjects) for action in self.actions),
            given=tuple(
                (some_of(start, subjects), some_of(end, subjects), some_of(amount, subjects))
                for start, end, amount in self.given
            ),
        )


@dataclass(frozen=True, eq=False)
class Lowering:
    """What enters the states of a system, in N subjects."""

    system: System
    n: int
    intake: Intake
    """For one kilogram, where everything is in proportion to body weight."""
    weight_kg: Floats | None = None
    """(N,) or (1,), what the amounts of ``intake`` are to be taken times."""

    @lazy
    def flows(self) -> tuple[Flow, ...]:
        """What enters by itself."""
        kg, flows = self.weight_kg, self.intake.flows
        return flows if kg is None else tuple(flow.times(kg) for flow in flows)

    @lazy
    def actions(self) -> tuple[Action, ...]:
        """Resets and steady states."""
        kg, actions = self.weight_kg, self.intake.actions
        return actions if kg is None else tuple(action.times(kg) for action in actions)

    @property
    def given(self) -> tuple[tuple[Floats, Floats, Floats], ...]:
        """Start, end and amount of everything given [h, h, mg]."""
        kg, given = self.weight_kg, self.intake.given
        return given if kg is None else tuple((a, b, amount * kg) for a, b, amount in given)

    @property
    def sources(self) -> list[Flow]:
        """Everything that enters, steady states included."""
        return [*self.flows, *(piece for action in self.actions for piece in action.pieces)]

    def of(self, system: System, subjects: NDArray[np.int64]) -> Lowering:
        """Return what some subjects get, into the rows of theirs."""
        kg = None if self.weight_kg is None else some_of(self.weight_kg, subjects)
        return Lowering(system, subjects.size, self.intake.of(subjects), kg)
