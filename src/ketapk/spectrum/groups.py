"""The states that an output sees, in the order in which drug can pass through them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.kernels.modes import Pattern
    from ketapk.kernels.whole import Rest
    from ketapk.model.system import System

    Ints = NDArray[np.int64]

LARGEST = 16
"""States beyond which modes are not looked for."""


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The states of an output, and which entries of a system make their matrix.

    Shared by all systems of one pattern, and never written to.
    """

    states: Ints
    """(n,) their positions in the system, upstream first."""
    pattern: Pattern
    """What the kernels read."""
    rest: Rest
    """Where else their drug goes."""
    read: int
    """The entry of ``system.reads`` that is the output."""


def groups_of(system: System, output: int) -> Groups | None:
    """Order the states of an output; None where they have no modes of the kind looked for."""
    seen = system.upstream(output)
    reads = np.flatnonzero(system.reads.to == output)
    if not system.linear or len(seen) > LARGEST or reads.size != 1:
        return None
    rates = system.rates
    return _groups(
        system.linked.tobytes(), seen, rates.to.tobytes(), rates.source.tobytes(), int(reads[0]),
        int(system.reads.source[reads[0]]), system.n_mass,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _groups(
    linked_: bytes,
    seen: tuple[int, ...],
    to_: bytes,
    source_: bytes,
    read: int,
    watched: int,
    n_mass: int,
) -> Groups | None:
    """Order states by who feeds whom, (S, S) booleans as bytes, which is all that it depends on.

    ``to_`` and ``source_`` are the places of a system's entries as bytes.
    """
    from ketapk.kernels.modes import Pattern
    from ketapk.kernels.whole import Rest

    linked = np.frombuffer(linked_, dtype=bool).reshape(math.isqrt(len(linked_)), -1)
    found = _ordered(linked, seen)
    if found is None:
        return None
    order, group, parent = found
    to, source, link = _exchanges(linked, order, group, parent)
    ends = np.frombuffer(to_, dtype=np.int64), np.frombuffer(source_, dtype=np.int64)
    row = {place: e for e, place in enumerate(zip(*(end.tolist() for end in ends), strict=True))}

    def ints(values: Any) -> Ints:
        return np.array(values, dtype=np.int64)

    if any((state, state) not in row for state in order):
        return None
    away = [(e, order.index(j)) for (i, j), e in row.items() if j in order and i not in order]
    away = [(e, j) for e, j in away if ends[0][e] < n_mass]
    return Groups(
        states=ints(order),
        pattern=Pattern(
            diagonal=ints([row[state, state] for state in order]),
            entry=ints([row[order[i], order[j]] for i, j in zip(to, source, strict=True)]),
            to=ints(to),
            source=ints(source),
            group=ints(group),
            parent=ints(parent),
            link=link,
            checked=ints([e for (i, j), e in row.items() if i != j]),
            watched=order.index(watched),
        ),
        rest=Rest(
            entry=ints([e for e, _ in away]),
            source=ints([j for _, j in away]),
            mass=np.array([state < n_mass for state in order]),
        ),
        read=read,
    )


def _ordered(
    linked: NDArray[np.bool_], seen: tuple[int, ...]
) -> tuple[list[int], list[int], list[int]] | None:
    """States upstream first, the group of each, and the neighbour before it, -1 for none.

    None where exchanges are not mutual, or make a ring.
    """
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
    return order, group, parent


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


def _exchanges(
    linked: NDArray[np.bool_], order: list[int], group: list[int], parent: list[int]
) -> tuple[list[int], list[int], Ints]:
    """Entries off the diagonal, exchanges within groups first, and those of every state."""
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
    return to, source, link
