"""A plan that all subjects share in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ketapk.lazy import lazy
from ketapk.schedule import tie
from ketapk.timetable import LONGEST, Timetable, timetable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ketapk.kernels.passage import Plan
    from ketapk.lowering import Flow, Intake, Lowering

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

KEPT = 64
"""Plans that are kept for a weight, and in a unit."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shared:
    """A plan that is the same for all subjects but for its amounts; nobody writes to it."""

    start: Floats
    end: Floats
    jump: Floats
    """(G, I, N or 1) [mg]"""
    rate: Floats
    """(G, I, N or 1) [mg/h]"""
    sources: Ints
    """(I,) positions of the states that drug enters."""

    @lazy
    def opening(self) -> int:
        """The segment in which drug first enters, which finds an empty body."""
        enters = ((self.jump != 0.0) | (self.rate != 0.0)).any(axis=(1, 2))
        return int(enters.argmax()) if enters.any() else self.start.size - 1

    def times(self, factor: Floats) -> Shared:
        """Return the same with other amounts."""
        other = replace(self, jump=self.jump * factor, rate=self.rate * factor)
        other.__dict__["opening"] = self.opening
        return other

    def scaled(self, factor: float) -> Plan:
        """Return what the kernels read, with amounts times a factor."""
        return (_kept_scaled if self.jump.shape[2] == 1 else _scaled)(self, factor)


def _scaled(shared: Shared, factor: float) -> Plan:
    from ketapk.kernels.passage import Plan

    jump, rate = factor * shared.jump, factor * shared.rate
    return Plan(shared.start, shared.end, jump, rate, shared.opening)


_kept_scaled = lru_cache(maxsize=KEPT)(_scaled)


def shared_plan(lowering: Lowering, states: Ints, table: Timetable) -> Shared | None:
    """Lower flows that all subjects share in time; None where a subject has times of its own."""
    intake = lowering.intake
    if intake.actions:
        return None
    if intake.kept:
        if table.row.size > LONGEST:
            table = timetable(_beside(table.row, intake.edges))
        kept: Shared | None = table.once(_of_all, intake, states.tobytes())
        kg = lowering.weight_kg
        if kept is None or kg is None:
            return kept
        return _of_weight(kept, kg.item(0)) if _same(kg) else kept.times(kg)
    return _shared(lowering.flows, lowering.n, states, table)


def _of_all(samples: Floats, intake: Intake, states: bytes) -> Shared | None:
    return _shared(intake.flows, 1, np.frombuffer(states, np.int64), timetable(samples))


@lru_cache(maxsize=KEPT)
def _of_weight(kept: Shared, weight_kg: float) -> Shared:
    return kept.times(np.array([weight_kg]))


def _beside(samples: Floats, edges: Floats) -> Floats:
    """The samples on both sides of every edge, which are all that an edge can be tied to."""
    after = samples.searchsorted(edges)
    beside = (after[:, None] - [1, 0]).clip(0, samples.size - 1)
    near: Floats = samples[beside.ravel()]
    return near


def _shared(given: Sequence[Flow], n: int, states: Ints, table: Timetable) -> Shared | None:
    """As `shared_plan`, of flows into some states."""
    inside = {state: k for k, state in enumerate(states.tolist())}
    flows = [flow for flow in given if flow.state in inside]
    if not all(_same(flow.start) and _same(flow.end) and flow.stop is None for flow in flows):
        return None
    edges = np.array([0.0, *(t for flow in flows for t in (flow.start[0], flow.end[0]))])
    start, end, tied = table.once(_breakpoints, edges.tobytes())
    sources = np.array(sorted({inside[flow.state] for flow in flows}), dtype=np.int64)
    wide = n if n > 1 and not all(_same(flow.amount) for flow in flows) else 1
    jump = np.zeros((start.size, sources.size, wide))
    rate = np.zeros(jump.shape)
    for f, flow in enumerate(flows):
        begin, stop = tied[1 + 2 * f : 3 + 2 * f]
        source = int(sources.searchsorted(inside[flow.state]))
        first = int(start.searchsorted(begin))
        amount = flow.amount[:wide]
        if stop <= begin:
            jump[first, source] += amount
        else:
            last = int(start.searchsorted(stop))
            rate[first:last, source] += amount / (stop - begin)
    return Shared(start=start, end=end, jump=jump, rate=rate, sources=sources)


def _breakpoints(samples: Floats, edges: bytes) -> tuple[Floats, Floats, list[float]]:
    """Starts and ends of the segments [h], and the edges (E,) with rounding taken out."""
    tied = tie(np.frombuffer(edges)[None, :], samples)[0].tolist()
    start = np.array(sorted(set(tied)))
    return start, np.append(start[1:], np.inf), tied


def _same(values: Floats) -> bool:
    """Whether all subjects have one value."""
    return values.size == 1 or values.strides == (0,) or bool((values == values[0]).all())
