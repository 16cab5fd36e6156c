"""The states that an output sees, in the order in which drug can pass through them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.model.system import System

    Ints = NDArray[np.int64]

LARGEST = 16
"""States beyond which modes are not looked for."""


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
