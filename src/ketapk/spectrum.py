"""Curves of linear systems as sums of exponentials, for plans that all subjects share.

Where every subject has the same segments, nothing has to be carried from state to state: each curve
is a sum of modes, written along even stretches of time. Subjects whose modes lose digits are left
for the exponential of the whole matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.kernels.batch import in_chunks
from ketapk.schedule import tie

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.lowering import Lowering
    from ketapk.model.system import System

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

ERROR = 1e-12
"""Largest error of a concentration, relative to the largest of its curve, that is let pass."""
LARGEST = 16
"""States beyond which modes are not looked for."""
LONGEST = 1024
"""Times in one even stretch, after which it starts anew so that rounding cannot pile up."""
CHUNK = 256
"""Subjects in one call of a kernel, or more where there are many and each writes little."""
CALLS = 32
"""Calls that are enough to share many subjects out."""
ROOM = 1 << 16
"""Numbers that one call writes, about."""


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The states that an output sees, in the order in which drug can pass through them."""

    states: Ints
    """(n,) their positions in the system."""
    group: Ints
    """(n,) group of each; within one, drug goes both ways."""
    parent: Ints
    """(n,) position of the neighbour through which a state hangs on its group, -1 for none."""


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


@dataclass(frozen=True, kw_only=True)
class Modes:
    """Modes of N subjects, of what one output sees of I sources, the slowest first."""

    groups: Groups
    matrices: tuple[Any, ...]
    """What ``kernels.spectrum.modes`` reads of the system."""
    rates: Floats
    """(N, n) decay rates [1/h]."""
    spread: Floats
    """(N, n) their relative errors, in units of rounding."""
    lost: Floats
    """(N,) digits lost, in units of rounding; NaN where there are no modes."""
    gains: Floats
    """(N, I, n) concentration per amount given [1/L]."""

    @property
    def arrays(self) -> tuple[Floats, Floats, Floats, Floats]:
        """What the kernels read."""
        return self.rates, self.spread, self.lost, self.gains


def groups_of(system: System, output: int) -> Groups | None:
    """Order the states of an output; None where they have no modes of the kind looked for."""
    seen = system.upstream(output)
    if not system.linear or len(seen) > LARGEST:
        return None
    linked = np.any(system.A != 0.0, axis=0)
    feeds = {i: [j for j in seen if j != i and linked[j, i]] for i in seen}
    order: list[int] = []
    group: list[int] = []
    parent: list[int] = []
    left = set(seen)
    while left:
        # A state whose sources are all placed, or that exchanges with them only.
        for begin in sorted(left):
            together = _exchanging(begin, feeds)
            if all(j in together or j not in left for i in together for j in _sources(i, feeds)):
                break
        else:
            return None
        tree = _tree(begin, together, feeds)
        if tree is None:
            return None
        for state, above in tree:
            parent.append(-1 if above is None else order.index(above))
            order.append(state)
            group.append(len(set(group)) if above is None else group[-1])
        left -= together
    return Groups(states=np.array(order), group=np.array(group), parent=np.array(parent))


def _sources(state: int, feeds: dict[int, list[int]]) -> list[int]:
    return [i for i, targets in feeds.items() if state in targets]


def _exchanging(begin: int, feeds: dict[int, list[int]]) -> set[int]:
    """States that can be reached from one, and from which it can be reached."""

    def reach(ahead: Any) -> set[int]:
        found, fresh = {begin}, [begin]
        while fresh:
            for j in ahead(fresh.pop()):
                if j not in found:
                    found.add(j)
                    fresh.append(j)
        return found

    return reach(lambda i: feeds[i]) & reach(lambda i: _sources(i, feeds))


def _tree(
    begin: int, together: set[int], feeds: dict[int, list[int]]
) -> list[tuple[int, int | None]] | None:
    """States of a group with the neighbour before each, if exchanges are mutual without a ring."""
    found: list[tuple[int, int | None]] = [(begin, None)]
    for state, above in found:
        for j in feeds[state]:
            if j not in together or j == above:
                continue
            if state not in feeds[j] or any(j == known for known, _ in found):
                return None
            found.append((j, state))
        if above is not None and above not in feeds[state]:
            return None
    return found


def shared_plan(lowering: Lowering, groups: Groups, samples: Floats) -> Shared | None:
    """Lower flows that all subjects share in time; None where a subject has times of its own."""
    inside = {int(state): k for k, state in enumerate(groups.states)}
    flows = [flow for flow in lowering.flows if flow.state in inside]
    if lowering.actions or not all(_same(flow.start) and _same(flow.end) for flow in flows):
        return None
    if any(flow.stop is not None for flow in flows):
        return None
    edges = np.array([0.0, *(t for flow in flows for t in (flow.start[0], flow.end[0]))])
    tied = tie(edges[None, :], samples)[0]
    start = np.unique(tied)
    sources = np.unique([inside[flow.state] for flow in flows]).astype(np.int64)
    wide = lowering.n if any(not _same(flow.amount) for flow in flows) else 1
    jump = np.zeros((start.size, sources.size, wide))
    rate = np.zeros_like(jump)
    for f, flow in enumerate(flows):
        begin, stop = tied[1 + 2 * f], tied[2 + 2 * f]
        source = int(np.searchsorted(sources, inside[flow.state]))
        first = int(np.searchsorted(start, begin))
        if stop <= begin:
            jump[first, source] += flow.amount[:wide]
        else:
            last = int(np.searchsorted(start, stop))
            rate[first:last, source] += flow.amount[:wide] / (stop - begin)
    return Shared(
        start=start,
        end=np.append(start[1:], np.inf),
        jump=jump,
        rate=rate,
        sources=sources,
    )


def _same(values: Floats) -> bool:
    """Whether all subjects have one value."""
    return values.strides == (0,) or bool(np.all(values == values[0]))


def stretches(
    times: Floats, shared: Shared, *, before: bool
) -> tuple[Ints, Ints, Floats, Floats, Ints]:
    """First time, number, first time [h], step [h] and segment of every even stretch."""
    side = "left" if before else "right"
    segment = np.maximum(np.searchsorted(shared.start, times, side=side) - 1, 0)
    firsts, sizes, steps = [], [], []
    for g in np.unique(segment).tolist():
        lo, hi = np.searchsorted(segment, [g, g + 1]).tolist()
        while lo < hi:
            step = times[lo + 1] - times[lo] if lo + 1 < hi else 0.0
            size = 1
            if step > 0.0:
                ahead = times[lo : min(hi, lo + LONGEST)]
                even = times[lo] + step * np.arange(ahead.size)
                off = np.abs(ahead - even) > 8.0 * np.spacing(ahead[-1])
                size = int(np.argmax(off)) if off.any() else ahead.size
                # Two times are always even, and better apart: each loses digits of its own.
                size = 1 if size == 2 else size
                step = (times[lo + size - 1] - times[lo]) / max(size - 1, 1)
            firsts.append(lo)
            sizes.append(size)
            steps.append(step)
            lo += size
    first = np.array(firsts, dtype=np.int64)
    return (
        first,
        np.array(sizes, dtype=np.int64),
        times[first],
        np.array(steps),
        segment[first].astype(np.int64),
    )


def curves(
    system: System,
    lowering: Lowering,
    output: int,
    times: Floats,
    *,
    before: bool,
    threads: int | None,
    chunk: int | None,
    known: dict[int, Modes],
) -> tuple[Floats, NDArray[np.bool_]] | None:
    """Concentrations (N, T) [mg/L] by modes, and for whom they hold; None where there are none.

    Parameters
    ----------
    system : System
        Compartments.
    lowering : Lowering
        What enters them.
    output : int
        Position of the output.
    times : (T,) array
        Ascending times [h].
    before : bool
        Whether a time at an event sees the state before it.
    threads, chunk : int, optional
        As in `simulate`.
    known : dict
        Modes that were found already, by output; new ones are added.
    """
    if times.size == 0 or times[0] < 0.0:
        return None
    found = _modes(system, lowering, output, times, known, threads, chunk)
    if found is None:
        return None
    modes, shared = found
    to, source, entries, diagonal, _, _, _, watched, scale = modes.matrices
    from ketapk.kernels.spectrum import curves as write

    n = lowering.n
    stretch = stretches(times, shared, before=before)
    out = np.empty((n, times.size))
    done = np.zeros(n, dtype=bool)

    def work(lo: int, hi: int) -> None:
        write(
            to, source, entries, diagonal, watched, scale, shared.sources, *modes.arrays,
            shared.start, shared.end, shared.jump, shared.rate, *stretch, times, lo, hi, ERROR,
            out, done,
        )  # fmt: skip

    in_chunks(work, n, chunk=chunk or _chunk(n, times.size), threads=threads)
    if before:
        out[:, times <= 0.0] = 0.0
    return out, done


def landmarks(
    system: System,
    lowering: Lowering,
    output: int,
    samples: Floats,
    *,
    until: float,
    heights: Floats,
    threads: int | None,
    chunk: int | None,
    known: dict[int, Modes],
) -> tuple[Floats, NDArray[np.bool_]] | None:
    """Peaks, areas, half-lives and crossings by modes, and for whom they hold, or None.

    Parameters
    ----------
    system : System
        Compartments.
    lowering : Lowering
        What enters them.
    output : int
        Position of the output.
    samples : (T,) array
        Ascending times [h]: events within rounding of one are moved onto it.
    until : float
        End of the first area [h].
    heights : (L,) array
        Levels [mg/L].
    threads, chunk : int, optional
        As in `simulate`.
    known : dict
        Modes that were found already, by output; new ones are added.

    Returns
    -------
    (N, 5 + 2 L) ndarray, (N,) ndarray of bool
        Columns as ``kernels.landmarks.landmarks`` writes them.
    """
    if not np.all(heights > 0.0):
        return None
    found = _modes(system, lowering, output, samples, known, threads, chunk)
    if found is None:
        return None
    modes, shared = found
    if np.any(shared.rate[-1] != 0.0):
        return None
    diagonal = modes.matrices[3]
    from ketapk.kernels.landmarks import landmarks as write

    n = lowering.n
    out = np.full((n, 5 + 2 * heights.size), np.nan)
    done = np.zeros(n, dtype=bool)

    def work(lo: int, hi: int) -> None:
        write(
            diagonal, *modes.arrays, shared.start, shared.end, shared.jump, shared.rate, until,
            heights, lo, hi, ERROR, out, done,
        )  # fmt: skip

    in_chunks(work, n, chunk=chunk or _chunk(n, out.shape[1]), threads=threads)
    return out, done


def _modes(
    system: System,
    lowering: Lowering,
    output: int,
    samples: Floats,
    known: dict[int, Modes],
    threads: int | None,
    chunk: int | None,
) -> tuple[Modes, Shared] | None:
    """Modes of an output, found once, and the shared plan; None where there are none."""
    groups = known[output].groups if output in known else groups_of(system, output)
    shared = None if groups is None else shared_plan(lowering, groups, samples)
    if groups is None or shared is None:
        return None
    if output not in known:
        from ketapk.kernels import spectrum as kernels

        decompose: Any = kernels.decompose
        n, size = lowering.n, groups.states.size
        modes = Modes(
            groups=groups,
            matrices=_matrices(system, groups, output, n),
            rates=np.empty((n, size)),
            spread=np.empty((n, size)),
            lost=np.empty(n),
            gains=np.empty((n, shared.sources.size, size)),
        )

        def work(lo: int, hi: int) -> None:
            decompose(*modes.matrices, shared.sources, lo, hi, *modes.arrays)

        in_chunks(work, n, chunk=chunk or _chunk(n, 4 * size), threads=threads)
        known[output] = modes
    return known[output], shared


def _chunk(n: int, width: int) -> int:
    """Subjects in one call of a kernel that writes so many numbers for each."""
    return max(CHUNK, min(n // CALLS, ROOM // width))


def _matrices(system: System, groups: Groups, output: int, n: int) -> tuple[Any, ...]:
    """What ``kernels.spectrum.modes`` reads of a system up to its output."""
    to, source, link = _entries(system, groups)
    place = groups.states
    A = system.A
    entries = np.ascontiguousarray(A[:, place[to], place[source]].T)
    diagonal = np.ascontiguousarray(-A[:, place, place].T)
    watched = int(np.argmax(np.any(system.observe[:, output, :][:, place] != 0.0, axis=0)))
    scale = np.ascontiguousarray(system.observe[:, output, place[watched]])
    if system.n_rows == 1 and n > 1:
        entries = np.broadcast_to(entries, (entries.shape[0], n))
        diagonal = np.broadcast_to(diagonal, (diagonal.shape[0], n))
        scale = np.broadcast_to(scale, (n,))
    return to, source, entries, diagonal, groups.group, groups.parent, link, watched, scale


def _entries(system: System, groups: Groups) -> tuple[Ints, Ints, Ints]:
    """Places of the entries off the diagonal, and where each state's exchange is among them."""
    place = groups.states
    linked = np.any(system.A != 0.0, axis=0)[np.ix_(place, place)]
    to, source = [], []
    link = np.full(place.size, -1, dtype=np.int64)
    for i, above in enumerate(groups.parent.tolist()):
        if above >= 0:
            link[i] = len(to)
            to += [i, above]
            source += [above, i]
    for i in range(place.size):
        for j in range(place.size):
            if i != j and linked[i, j] and groups.group[i] != groups.group[j]:
                to.append(i)
                source.append(j)
    return np.array(to, dtype=np.int64), np.array(source, dtype=np.int64), link
