"""The search for change times, and for the steps of the pump at each of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations_with_replacement, product
from typing import TYPE_CHECKING

import numpy as np

from ketapk.errors import PlanError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.design.goals import Goal
    from ketapk.design.slots import Slots
    from ketapk.design.superposition import Superposition

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

EVERY = 700
"""Up to so many sets of change times each is tried; beyond, differential evolution chooses."""
ROUNDED = 8
"""Sets of change times, for each number of changes, whose rates are rounded."""
STRIDES = (16, 4, 1)
"""Steps of the pump by which rates are moved, one after the other."""
CUBE = 5
"""Variables up to which all neighbours are looked at, and not those that differ in two of them."""
ROOM = 4_000_000
"""Concentrations that are held at once."""
SIZE, ROUNDS = 8, 40
"""Members per variable, and generations, of differential evolution."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A schedule that the search has found."""

    changes: tuple[int, ...]
    """Slots in which the rate changes."""
    steps: tuple[int, ...]
    """Bolus and rates, in steps."""
    score: float


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for among which schedules.

    Parameters
    ----------
    goal : Goal
        What is wanted.
    responses : Superposition
        What a schedule leads to.
    slots : Slots
        What a schedule may be.
    seed : int
        Where differential evolution begins.
    """

    goal: Goal
    responses: Superposition
    slots: Slots
    seed: int = 1

    def candidates(self) -> list[Candidate]:
        """Schedules with every number of changes, the best first."""
        found: dict[tuple[tuple[int, ...], tuple[int, ...]], Candidate] = {}
        for count in range(self.slots.room + 1):
            for changes in self._times(count)[:ROUNDED]:
                one = self.rounded(changes)
                found.setdefault((one.changes, one.steps), one)
        if not found:
            raise PlanError("No schedule is possible within these limits; allow more.")
        return sorted(found.values(), key=lambda c: (c.score, len(c.changes), c.changes))

    def fitted(self, changes: tuple[int, ...]) -> tuple[Floats, float]:
        """Best variables at some change times, not rounded, and their score."""
        units = self.responses.units(changes, self.goal.at)
        lengths = self.slots.lengths(changes)
        n = lengths.size
        variables = self.goal.fit(units, lengths, self.slots.highest(n), self.slots.most_drug)
        return variables, float(self._scores(units, lengths, variables[None, :])[0])

    def _times(self, count: int) -> list[tuple[int, ...]]:
        """Sets of so many change times, the best first."""
        slack = self.slots.count - (count + 1) * self.slots.least
        tried: dict[tuple[int, ...], float] = {}

        def value(free: tuple[int, ...]) -> float:
            changes = self._spread(free)
            if changes not in tried:
                tried[changes] = self.fitted(changes)[1]
            return tried[changes]

        def whole(point: Floats) -> float:
            return value(tuple(sorted(round(float(x)) for x in point)))

        if math.comb(slack + count, count) <= EVERY:
            for free in combinations_with_replacement(range(slack + 1), count):
                value(free)
        else:
            from scipy.optimize import Bounds, differential_evolution

            differential_evolution(
                whole,
                Bounds(np.zeros(count), np.full(count, float(slack))),
                integrality=[True] * count,
                popsize=SIZE,
                maxiter=ROUNDS,
                rng=self.seed,
                polish=False,
                init="sobol",
            )
        return sorted(tried, key=lambda changes: (tried[changes], changes))

    def _spread(self, free: tuple[int, ...]) -> tuple[int, ...]:
        """Change times with the shortest time between them, from ascending numbers without."""
        return tuple(slot + (j + 1) * self.slots.least for j, slot in enumerate(free))

    def rounded(self, changes: tuple[int, ...]) -> Candidate:
        """Best steps near the best rates at some change times: no neighbour is better."""
        units = self.responses.units(changes, self.goal.at)
        lengths = self.slots.lengths(changes)
        n = lengths.size
        step, highest = self.slots.steps(n), self.slots.highest(n)
        top = np.where(np.isinf(highest), np.inf, np.floor(highest / step * (1.0 + 1e-12)))
        variables, _ = self.fitted(changes)
        here = np.minimum(np.rint(variables / step), top)
        while here @ (step * lengths) > self.slots.most_drug * (1.0 + 1e-12):
            here = np.maximum(here - 1.0, 0.0)
        best = float(self._scores(units, lengths, (here * step)[None, :])[0])
        moves = _moves(n, highest > 0.0)
        for stride in STRIDES:
            while True:
                around = here + stride * moves
                around = around[np.all((around >= 0.0) & (around <= top), axis=1)]
                scores = self._scores(units, lengths, around * step)
                lowest = int(np.argmin(scores)) if scores.size else 0
                if not scores.size or not scores[lowest] < best:
                    break
                here, best = around[lowest], float(scores[lowest])
        return _merged(changes, here.astype(int).tolist(), best)

    def _scores(self, units: Floats, lengths: Floats, variables: Floats) -> Floats:
        """Scores (M,) of variables (M, n); infinite beyond the cumulative dose."""
        drug = variables @ lengths
        scores = np.full(drug.size, np.inf)
        allowed = np.flatnonzero(drug <= self.slots.most_drug * (1.0 + 1e-12))
        people, points, n = units.shape
        flat = units.reshape(-1, n).T
        at_once = max(1, ROOM // (people * points))
        for start in range(0, allowed.size, at_once):
            part = allowed[start : start + at_once]
            levels = (variables[part] @ flat).reshape(part.size, people, points)
            scores[part] = self.goal.score(levels, drug[part])
        return scores


def _moves(n: int, free: NDArray[np.bool_]) -> Floats:
    """Neighbours of a point, one step away in any or in two of the variables that are free."""
    if n <= CUBE:
        moves = np.array(list(product((-1.0, 0.0, 1.0), repeat=n)))
    else:
        single = np.eye(n)
        pairs = [
            a * single[i] + b * single[j]
            for i in range(n)
            for j in range(i)
            for a in (-1.0, 1.0)
            for b in (-1.0, 1.0)
        ]
        moves = np.concatenate([single, -single, np.array(pairs)])
    moving = np.any(moves != 0.0, axis=1) & np.all(moves[:, ~free] == 0.0, axis=1)
    chosen: Floats = moves[moving]
    return chosen


def _merged(changes: tuple[int, ...], steps: list[int], score: float) -> Candidate:
    """A candidate without changes from a rate to itself."""
    kept = [j for j in range(len(changes)) if steps[1 + j] != steps[2 + j]]
    return Candidate(
        changes=tuple(changes[j] for j in kept),
        steps=(steps[0], steps[1], *(steps[2 + j] for j in kept)),
        score=score,
    )
