"""What a state and a rate do to a concentration, exactly: the responses of one linear person."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from ketapk.exposure.curve import Curve
from ketapk.kernels.arrays import NO_ACTION, ScheduleArrays
from ketapk.schedule import Schedule
from ketapk.solution import Solution, solve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from ketapk.model.system import System

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Responses:
    """A linear system of one person, with the states that a rate enters.

    Parameters
    ----------
    system : System
        Compartments of one person, with constant rates.
    into : (S,) ndarray
        Input into each state while 1 mg/h is given [1].
    """

    system: System
    into: Floats
    _kept: dict[Fraction, Floats] = field(default_factory=dict, repr=False)

    def level(self, output: int, state: Floats) -> float:
        """Concentration of an output in a state (S,) [mg/L]."""
        return float(self.system.observe[0, output] @ state)

    def slope(self, output: int, state: Floats, rate: float) -> float:
        """Slope of an output in a state (S,) while a rate [mg/h] runs [mg/L/h]."""
        return self.level(output, self.system.A[0] @ state + rate * self.into)

    def carried(self, state: Floats, rate: float, hours: Fraction) -> Floats:
        """State (S,) [mg] after a time [h] at a constant rate [mg/h]."""
        step = self._step(hours)
        carried: Floats = step[:, :-1] @ state + rate * step[:, -1]
        return carried

    def gain(self, output: int, hours: Fraction) -> float:
        """Concentration [mg/L] that 1 mg/h for a time [h] leaves at its end."""
        return self.level(output, self._step(hours)[:, -1])

    def curve(
        self, output: int, state: Floats, rate: float = 0.0, hours: Fraction | None = None
    ) -> Curve:
        """Concentration from a state (S,) [mg] on: at a rate [mg/h] for a time [h], then nothing.

        Times of the curve count from that state.
        """
        return self.course(output, state, [] if hours is None else [(rate, hours)])

    def course(self, output: int, state: Floats, given: Sequence[tuple[float, Fraction]]) -> Curve:
        """Concentration from a state (S,) [mg] on: at rates [mg/h] for times [h], then nothing.

        Times of the curve count from that state.
        """
        starts = [0.0, *(float(end) for end in accumulate(hours for _, hours in given))]
        rates = np.array([*(rate for rate, _ in given), 0.0])
        return Curve(
            self._solved(state[None, :], np.array(starts), rates[:, None] * self.into), output
        )

    def _step(self, hours: Fraction) -> Floats:
        """What 1 mg in each state, and 1 mg/h, become after a time [h], (S, S + 1)."""
        if hours not in self._kept:
            S = self.into.size
            states = np.concatenate([np.eye(S), np.zeros((1, S))])
            given = np.zeros((S + 1, S))
            given[-1] = self.into
            solution = self._solved(states, np.zeros(1), given)
            self._kept[hours] = solution.at([float(hours)])[:, 0, :].T
        return self._kept[hours]

    def _solved(self, states: Floats, starts: Floats, given: Floats) -> Solution:
        """Solution of states (N, S) at input rates (N G, S) in the segments from ``starts`` on."""
        n, G = len(states), starts.size
        jump = np.zeros((n * G, self.into.size))
        jump[::G] = states
        ends = np.append(starts[1:], np.inf)
        nothing = np.zeros((0, self.into.size))
        arrays = ScheduleArrays(
            first=np.arange(n + 1, dtype=np.int64) * G,
            start=np.tile(starts, n),
            end=np.tile(ends, n),
            row=np.zeros(n * G, dtype=np.int64),
            rate=given,
            jump=jump,
            action=np.full(n * G, NO_ACTION),
            cycle=np.full(n * G, -1),
            cycle_first=np.zeros(1, dtype=np.int64),
            piece_dt=np.zeros(0),
            piece_rate=nothing,
            piece_jump=nothing,
        )
        schedule = Schedule(arrays=arrays, given_events=(), restarts=())
        return solve(self.system, schedule, method="exact", threads=1)
