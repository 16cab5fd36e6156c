"""A plan that all subjects share in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.schedule import tie
from ketapk.spectrum.remembered import remembered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.lowering import Lowering

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A plan that is the same for all subjects but for its amounts."""

    start: Floats
    end: Floats
    jump: Floats
    """(G, I, N or 1) [mg]"""
    rate: Floats
    """(G, I, N or 1) [mg/h]"""
    sources: Ints
    """(I,) positions of the states that drug enters."""

    @property
    def opening(self) -> int:
        """The segment in which drug first enters, which finds an empty body."""
        enters = np.any((self.jump != 0.0) | (self.rate != 0.0), axis=(1, 2))
        return int(np.argmax(enters)) if enters.any() else self.start.size - 1


def shared_plan(lowering: Lowering, states: Ints, samples: Floats) -> Shared | None:
    """Lower flows into states (n,) that all subjects share in time.

    None where a subject has times of its own. Other states do not matter.
    """
    inside = {state: k for k, state in enumerate(states.tolist())}
    flows = [flow for flow in lowering.flows if flow.state in inside]
    if lowering.actions or not all(_same(flow.start) and _same(flow.end) for flow in flows):
        return None
    if any(flow.stop is not None for flow in flows):
        return None
    edges = np.array([0.0, *(t for flow in flows for t in (flow.start[0], flow.end[0]))])
    start, end, tied = remembered(_breakpoints, samples, edges)
    sources = np.array(sorted({inside[flow.state] for flow in flows}), dtype=np.int64)
    n = lowering.n
    wide = n if n > 1 and not all(_same(flow.amount) for flow in flows) else 1
    jump = np.zeros((start.size, sources.size, wide))
    rate = np.zeros(jump.shape)
    for f, flow in enumerate(flows):
        begin, stop = tied[1 + 2 * f : 3 + 2 * f]
        source = int(sources.searchsorted(inside[flow.state]))
        first = int(start.searchsorted(begin))
        if stop <= begin:
            jump[first, source] += flow.amount[:wide]
        else:
            last = int(start.searchsorted(stop))
            rate[first:last, source] += flow.amount[:wide] / (stop - begin)
    return Shared(
        start=start,
        end=end,
        jump=jump,
        rate=rate,
        sources=sources,
    )


def _breakpoints(samples: Floats, edges: Floats) -> tuple[Floats, Floats, list[float]]:
    """Starts and ends of the segments [h], and the edges (E,) with rounding taken out."""
    tied = tie(edges[None, :], samples)[0].tolist()
    start = np.array(sorted(set(tied)))
    return start, np.append(start[1:], np.inf), tied


def _same(values: Floats) -> bool:
    """Whether all subjects have one value."""
    return values.strides == (0,) or bool((values == values[0]).all())
