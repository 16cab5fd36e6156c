"""Curves of linear systems as sums of exponentials, for plans that all subjects share.

Where every subject has the same segments, nothing has to be carried from state to state: each curve
is a sum of modes, written along even stretches of time. Subjects whose modes lose digits are left
for the exponential of the whole matrix.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ketapk.kernels.batch import in_chunks
from ketapk.schedule import tie

if TYPE_CHECKING:
    from collections.abc import Callable

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
ROUNDING = 8.0
"""Units in the last place by which an even grid may miss its times."""
REMEMBERED = 4096
"""Times and breakpoints up to which it is remembered how they lie among each other."""
CHUNK = 256
"""Subjects in one call of a kernel, or more where there are many and each writes little."""
CALLS = 32
"""Calls that are enough to share many subjects out."""
ROOM = 1 << 16
"""Numbers that one call writes, about."""


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The states that an output sees, in the order in which drug can pass through them.

    Shared by all systems of one pattern, and never written to.
    """

    states: Ints
    """(n,) their positions in the system."""
    group: Ints
    """(n,) group of each; within one, drug goes both ways."""
    parent: Ints
    """(n,) position of the neighbour through which a state hangs on its group, -1 for none."""
    to: Ints
    """(E,) where every entry off the diagonal leads; exchanges within groups stand first."""
    source: Ints
    """(E,) where it comes from."""
    link: Ints
    """(n,) which of them each state's exchange is, -1 for none."""


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
    return _groups(system.linked.tobytes(), seen)


@lru_cache(maxsize=1024)
def _groups(pattern: bytes, seen: tuple[int, ...]) -> Groups | None:
    """Order states by who feeds whom, (S, S) booleans as bytes, which is all that it depends on."""
    linked = np.frombuffer(pattern, dtype=bool).reshape(math.isqrt(len(pattern)), -1)
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
    to, source, link = _exchanges(linked, order, group, parent)
    return Groups(
        states=np.array(order),
        group=np.array(group),
        parent=np.array(parent),
        to=to,
        source=source,
        link=link,
    )


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
    inside = {state: k for k, state in enumerate(groups.states.tolist())}
    flows = [flow for flow in lowering.flows if flow.state in inside]
    if lowering.actions or not all(_same(flow.start) and _same(flow.end) for flow in flows):
        return None
    if any(flow.stop is not None for flow in flows):
        return None
    edges = np.array([0.0, *(t for flow in flows for t in (flow.start[0], flow.end[0]))])
    start, end, tied = _remembered(_breakpoints, samples, edges)
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


def _remembered(function: Callable[..., Any], times: Floats, others: Floats, *more: bool) -> Any:
    """What a function makes of times and breakpoints, kept for the next call on the same ones.

    Nobody writes to what comes back.
    """
    times = np.asarray(times, dtype=np.float64)
    if times.size == 0 or times.size + others.size > REMEMBERED:
        return function(times, others, *more)
    return _made_of(function, times.tobytes(), others.tobytes(), *more)


@lru_cache(maxsize=64)
def _made_of(function: Callable[..., Any], times: bytes, others: bytes, *more: bool) -> Any:
    return function(np.frombuffer(times), np.frombuffer(others), *more)


def _same(values: Floats) -> bool:
    """Whether all subjects have one value."""
    return values.strides == (0,) or bool((values == values[0]).all())


def stretches(
    times: Floats, shared: Shared, *, before: bool
) -> tuple[Ints, Ints, Floats, Floats, Ints]:
    """First time, number, first time [h], step [h] and segment of every even stretch."""
    found: tuple[Ints, Ints, Floats, Floats, Ints] = _remembered(
        _stretches, times, shared.start, before
    )
    return found


def _stretches(
    times: Floats, start: Floats, before: bool
) -> tuple[Ints, Ints, Floats, Floats, Ints]:
    """As `stretches`, of segments that begin at ``start``."""
    side: Literal["left", "right"] = "left" if before else "right"
    segment = np.maximum(np.searchsorted(start, times, side=side) - 1, 0)
    begins = np.append(True, np.diff(segment) != 0)
    begins[2:] |= np.abs(np.diff(times, 2)) > ROUNDING * np.spacing(times[2:])
    first, size, steps = _even(begins, times)
    # Steps that grow ever so slowly look even one by one, and are not.
    place = np.arange(times.size) - np.repeat(first, size)
    off = times - np.repeat(times[first], size) - place * np.repeat(steps, size)
    uneven = np.abs(off) > ROUNDING * np.spacing(times)
    if uneven.any():
        begins |= np.repeat(np.bitwise_or.reduceat(uneven, first), size)
    # Two times are always even, and better apart: each loses digits of its own.
    begins[first[size == 2] + 1] = True
    first, size, steps = _even(begins, times)
    return first, size, times[first], steps, segment[first].astype(np.int64)


def _even(begins: NDArray[np.bool_], times: Floats) -> tuple[Ints, Ints, Floats]:
    """First time, number and step [h] of stretches that begin at some times."""
    first = _cut(np.flatnonzero(begins), times.size)
    size = np.diff(np.append(first, times.size))
    steps = (times[first + size - 1] - times[first]) / np.maximum(size - 1, 1)
    return first, size, steps


def _cut(first: Ints, total: int) -> Ints:
    """Cut stretches that are too long, so that each starts anew."""
    size = np.diff(np.append(first, total))
    parts = -(-size // LONGEST)
    offset = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    cut: Ints = np.repeat(first, parts) + offset * LONGEST
    return cut


def curves(
    system: System,
    lowering: Lowering,
    output: int,
    times: Floats,
    *,
    before: bool,
    factor: float = 1.0,
    threads: int | None,
    chunk: int | None,
    known: dict[int, Modes],
) -> tuple[Floats, NDArray[np.bool_]] | None:
    """Write concentrations (N, T) [mg/L], times a factor, by modes, and say for whom they hold.

    None where there are no modes, or a subject has times of its own.

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
    factor : float
        From mg/L to the unit wanted [1].
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
    jump, rate = factor * shared.jump, factor * shared.rate
    out = np.empty((n, times.size))
    done = np.zeros(n, dtype=bool)

    def work(lo: int, hi: int) -> None:
        write(
            to, source, entries, diagonal, watched, scale, shared.sources, *modes.arrays,
            shared.start, shared.end, jump, rate, *stretch, times, shared.opening, lo, hi, ERROR,
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
        modes.lost[~_sound(system, lowering)] = np.nan
        known[output] = modes
    return known[output], shared


def _chunk(n: int, width: int) -> int:
    """Subjects in one call of a kernel that writes so many numbers for each."""
    return max(CHUNK, min(n // CALLS, ROOM // width))


def _matrices(system: System, groups: Groups, output: int, n: int) -> tuple[Any, ...]:
    """What ``kernels.spectrum.modes`` reads of a system up to its output."""
    to, source, place = groups.to, groups.source, groups.states
    A = system.A
    entries = np.ascontiguousarray(A[:, place[to], place[source]].T)
    diagonal = np.ascontiguousarray(-A[:, place, place].T)
    watched = int(np.argmax(np.any(system.observe[:, output, :][:, place] != 0.0, axis=0)))
    scale = np.ascontiguousarray(system.observe[:, output, place[watched]])
    if system.n_rows == 1 and n > 1:
        entries = np.broadcast_to(entries, (entries.shape[0], n))
        diagonal = np.broadcast_to(diagonal, (diagonal.shape[0], n))
        scale = np.broadcast_to(scale, (n,))
    return to, source, entries, diagonal, groups.group, groups.parent, groups.link, watched, scale


def _sound(system: System, lowering: Lowering) -> NDArray[np.bool_]:
    """Who has nothing anywhere that would make the whole solution fail, (N,)."""
    inside = np.ones((system.n_states, system.n_states), dtype=bool)
    np.fill_diagonal(inside, False)
    with np.errstate(invalid="ignore"):
        sound = np.all((system.A >= 0.0) & np.isfinite(system.A) | ~inside, axis=(1, 2))
    sound = np.broadcast_to(sound, (lowering.n,)).copy()
    for flow in lowering.flows:
        sound &= np.isfinite(flow.amount)
    return sound


def _exchanges(
    linked: NDArray[np.bool_], order: list[int], group: list[int], parent: list[int]
) -> tuple[Ints, Ints, Ints]:
    """Entries as `Groups` holds them."""
    to: list[int] = []
    source: list[int] = []
    link = np.full(len(order), -1, dtype=np.int64)
    for i, above in enumerate(parent):
        if above >= 0:
            link[i] = len(to)
            to += [i, above]
            source += [above, i]
    for i in range(len(order)):
        for j in range(len(order)):
            if group[i] != group[j] and linked[order[i], order[j]]:
                to.append(i)
                source.append(j)
    return np.array(to, dtype=np.int64), np.array(source, dtype=np.int64), link
