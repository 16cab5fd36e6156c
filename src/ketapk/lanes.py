"""Curves of saturable systems with many subjects abreast, for plans that all subjects share.

Who has times of its own, a steady state, a reset or drifting rates goes the way of the solution,
and so does whoever's steps fail, to fail there with a status.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.kernels.batch import CHUNK, cores, in_chunks
from ketapk.room import room
from ketapk.spectrum.modes import sound
from ketapk.spectrum.shared import shared_plan
from ketapk.timetable import read_only, timetable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.accuracy import Tolerance
    from ketapk.lowering import Lowering
    from ketapk.model.system import System

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

TURNS = 8
"""Calls for every thread, so that they end together, where subjects are many; at the end of each
call lanes idle."""
LARGEST = 64
"""States that an output may see; beyond them, rows of lanes no longer fit the nearest memory."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """The states that an output sees, in the order in which they are eliminated.

    Shared by all systems of one pattern, and never written to.
    """

    states: Ints
    """(n,) their positions in the system."""
    pattern: Any
    """A ``kernels.elimination.Pattern``."""
    places: Ints
    """(2, n + E) row and column of every entry."""
    entry: dict[tuple[int, int], int]
    """Position of every entry by row and column."""


def curves(
    system: System,
    lowering: Lowering,
    output: int,
    times: Floats,
    *,
    before: bool,
    factor: float = 1.0,
    tolerance: Tolerance,
    threads: int | None,
    chunk: int | None,
) -> tuple[Floats, NDArray[np.bool_], Floats] | None:
    """Write concentrations (N, T) [mg/L], times a factor, say for whom, and count the steps.

    None where a subject has times of its own, or the system is not of the kind.

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
    tolerance : Tolerance
        How closely the steps follow.
    threads, chunk : int, optional
        As in `simulate`.

    Returns
    -------
    (N, T) ndarray, (N,) ndarray of bool, (N, 5) ndarray
        Curves, whether each is there, and counts as in ``kernels.stepping``.
    """
    if system.superposes or system.drift.size or times.size == 0 or times[0] < 0.0:
        return None
    seen = system.upstream(output)
    if len(seen) > LARGEST:
        return None
    order = _order(system.linked.tobytes(), seen)
    shared = shared_plan(lowering, order.states, timetable(times))
    if shared is None:
        return None
    from ketapk.kernels.attempt import Saturable
    from ketapk.kernels.lanes import Limits, People, Plan, Reading
    from ketapk.kernels.lanes import curves as write

    place = {state: k for k, state in enumerate(order.states.tolist())}
    flows = [m for m, state in enumerate(system.sat_src.tolist()) if state in place]
    source = np.array([place[state] for state in system.sat_src[flows].tolist()], dtype=np.int64)
    target = np.array([place.get(s, -1) for s in system.sat_dst[flows].tolist()], dtype=np.int64)
    entry = [order.entry.get((t, s), -1) for t, s in zip(target.tolist(), source, strict=True)]
    saturable = Saturable(source, target, np.array(entry, dtype=np.int64))
    (read,) = np.flatnonzero(system.reads.to == output)
    people = People(
        entries=_entries(system, order),
        Vmax=np.ascontiguousarray(system.Vmax[:, flows]),
        KmX=np.ascontiguousarray(system.KmX[:, flows]),
        scale=factor * system.reads.value[read],
    )
    side: Any = "left" if before else "right"
    segment = np.maximum(np.searchsorted(shared.start, times, side=side) - 1, 0)
    first = np.searchsorted(segment, np.arange(shared.start.size + 1)).astype(np.int64)
    plan = Plan(shared.start, shared.end, shared.jump, shared.rate, shared.sources, first)
    n = lowering.n
    out = room(n, times.size)
    done, counts = np.zeros(n, dtype=bool), np.zeros((n, 5))

    reading = Reading(place[int(system.reads.source[read])], read_only(times), out)
    limits = Limits(tolerance.rtol, tolerance.atol, tolerance.max_steps)

    def work(lo: int, hi: int) -> None:
        write(order.pattern, saturable, people, plan, reading, limits, lo, hi, done, counts)

    in_chunks(work, n, chunk=chunk or _chunk(n, threads or cores()), threads=threads)
    if before:
        out[:, times <= 0.0] = 0.0
    return out, sound(lowering, done & _finite(system)), counts


def _chunk(n: int, threads: int) -> int:
    """Subjects in one call: as many for every thread, and no fewer than there are lanes."""
    from ketapk.kernels.rows import LANES

    turns = min(TURNS, max(1, n // (CHUNK * threads)))
    return max(LANES, -(-n // (turns * threads)))


def _finite(system: System) -> NDArray[np.bool_]:
    """Who has no parameter that would make the whole solution fail, (R,)."""
    saturable = np.isfinite(system.Vmax) & np.isfinite(system.KmX)
    finite = np.isfinite(system.rates.value).all(axis=0) & saturable.all(axis=1)
    return np.asarray(finite)


def _entries(system: System, order: Order) -> Floats:
    """Rate constants at the places of an order, 0 where elimination fills in, (R, n + E) [1/h]."""
    rates, (to, source) = system.rates, order.states[order.places].tolist()
    found = np.zeros((system.n_rows, len(to)))
    for p, place in enumerate(zip(to, source, strict=True)):
        e = rates.row.get(place)
        if e is not None:
            found[:, p] = rates.value[e]
    return found


@lru_cache(maxsize=1024)
def _order(linked: bytes, seen: tuple[int, ...]) -> Order:
    """Order states so that elimination fills in little, and write down what it does.

    ``linked`` is who feeds whom, (S, S) booleans as bytes. The state with the fewest neighbours
    left goes first.
    """
    from ketapk.kernels.elimination import Pattern

    whole = np.frombuffer(linked, dtype=bool).reshape(math.isqrt(len(linked)), -1)
    filled = {(i, j) for i in seen for j in seen if i != j and whole[i, j]}
    found: list[int] = []
    height = dict.fromkeys(seen, 0)
    while len(found) < len(seen):
        left = [state for state in seen if state not in found]
        into = {k: [j for j in left if (k, j) in filled] for k in left}
        out_of = {k: [i for i in left if (i, k) in filled] for k in left}
        # What is neither fewer nor more work is done first where less has to be done before it.
        pivot = min(left, key=lambda k: (len(into[k]) * len(out_of[k]), height[k], k))
        found.append(pivot)
        filled |= {(i, j) for i in out_of[pivot] for j in into[pivot] if i != j}
        for k in into[pivot] + out_of[pivot]:
            height[k] = max(height[k], height[pivot] + 1)
    rank = {state: k for k, state in enumerate(found)}
    n = len(found)
    others = sorted((rank[i], rank[j]) for i, j in filled)
    places = np.array([*((i, i) for i in range(n)), *others], dtype=np.int64).T.copy()
    entry = {(i, j): p for p, (i, j) in enumerate(places.T.tolist())}
    lower = [[i for i in range(k + 1, n) if (i, k) in entry] for k in range(n)]
    upper = [[j for j in range(k + 1, n) if (k, j) in entry] for k in range(n)]
    updates = [
        [(entry[i, j], entry[i, k], entry[k, j]) for i in lower[k] for j in upper[k]]
        for k in range(n)
    ]
    first = n + np.searchsorted(places[0, n:], np.arange(n + 1))
    pattern = Pattern(
        source=places[1, n:].copy(),
        first=first.astype(np.int64),
        right=(first[1:] - [len(part) for part in upper]).astype(np.int64),
        below=_ends(lower),
        lower=np.array([entry[i, k] for k in range(n) for i in lower[k]], dtype=np.int64),
        touched=_ends(updates),
        updates=np.array([u for part in updates for u in part], dtype=np.int64).reshape(-1, 3),
    )
    return Order(states=np.array(found), pattern=pattern, places=places, entry=entry)


def _ends(lists: list[list[Any]]) -> Ints:
    """Where each of the lists begins when they are put in a row, and where the last ends."""
    return np.cumsum([0, *(len(part) for part in lists)], dtype=np.int64)
