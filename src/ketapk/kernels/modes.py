"""Linear systems taken apart into modes, several subjects abreast.

Compartments that exchange drug both ways, in pairs without a ring, have a matrix that is similar to
a symmetric one, whose modes Jacobi's method finds to the last digit. Between such groups drug flows
one way only, so the whole is triangular in the modes of the groups, and two substitutions solve it.
Modes of different groups that nearly coincide would make large terms that cancel; such a pair stays
coupled, and a curve has the divided difference of their exponentials as one more term.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ketapk.kernels.compile import kernel, lean
from ketapk.kernels.mixing import mix
from ketapk.kernels.mode_table import (
    ALONE,
    AMOUNTS,
    COUPLING,
    LOST,
    PARTNER,
    RATES,
    SPREAD,
    WEIGHTS,
    keep,
    unparted,
)
from ketapk.kernels.vector import LANES, anywhere, full, load, root, size, store, where

SWEEPS = 30
"""Jacobi sweeps after which a group is given up; four or five are enough."""
CONVERGED, NEARLY = 1e-34, 1e-20
"""Squares of what is left beside the diagonal at the end, and before the last sweep."""
CLOSE = 0.15
"""Distance of two rates, of the larger one, below which their modes stay coupled."""


class Pattern(NamedTuple):
    """Which rate constants make the matrix of n states, E entries off its diagonal.

    Groups of states that exchange drug stand together, ascending downstream; exchanges within
    groups come first among the entries.
    """

    diagonal: NDArray
    """(n,) row of what leaves every state."""
    entry: NDArray
    """(E,) row of every entry."""
    to: NDArray
    """(E,) state that it leads to."""
    source: NDArray
    """(E,) state that it comes from."""
    group: NDArray
    """(n,) group of every state."""
    parent: NDArray
    """(n,) state of the same group that a state exchanges with, and that stands before it; -1 for
    the first of a group."""
    link: NDArray
    """(n,) entry from that state; the one back to it follows."""
    checked: NDArray
    """(C,) rows that have to be finite and not negative, seen by the output or not."""
    watched: int
    """State that is read."""


@lean
def rotate(S, Q, p, q, m, busy):  # type: ignore[no-untyped-def]
    """Turn the entry (p, q) of ``S`` (m, m, LANES) to zero, and ``Q`` with it, in busy lanes."""
    left, right, between = load(S, p, p), load(S, q, q), load(S, p, q)
    apart, twice = right - left, between + between
    far = size(apart) + root(apart * apart + twice * twice)
    t = where(busy & (far > 0.0), twice / far, full(0.0))
    t = where(apart >= 0.0, t, -t)
    c = 1.0 / root(t * t + 1.0)
    s = t * c
    tau = s / (c + 1.0)
    store(left - t * between, S, p, p)
    store(right + t * between, S, q, q)
    store(where(busy, full(0.0), between), S, p, q)
    for r in range(m):
        if r not in (p, q):
            i, j, v, w = min(r, p), max(r, p), min(r, q), max(r, q)
            g, h = load(S, i, j), load(S, v, w)
            store(g - s * (h + g * tau), S, i, j)
            store(h + s * (g - h * tau), S, v, w)
        g, h = load(Q, r, p), load(Q, r, q)
        store(g - s * (h + g * tau), Q, r, p)
        store(h + s * (g - h * tau), Q, r, q)


@lean
def beside(S, m):  # type: ignore[no-untyped-def]
    """Return the most that is left beside the diagonal of ``S``, squared and relative to it."""
    most = full(0.0)
    for p in range(m):
        for q in range(p + 1, m):
            between = load(S, p, q)
            share = between * between / size(load(S, p, p) * load(S, q, q))
            most = where(share > most, share, most)
    return most


@lean
def jacobi(S, Q, m):  # type: ignore[no-untyped-def]
    """Turn ``S`` (m, m, LANES), of which the upper half is read, diagonal in place.

    ``Q`` (m, m, LANES) gets the eigenvectors. A lane rests once it is diagonal, so that its result
    is its own. Returns False where that took too long.
    """
    for i in range(m):
        for j in range(m):
            store(full(1.0 if i == j else 0.0), Q, i, j)
    left = beside(S, m)
    for _ in range(SWEEPS):
        busy = left > CONVERGED
        if not anywhere(busy):
            return True
        for p in range(m):
            for q in range(p + 1, m):
                rotate(S, Q, p, q, m, busy)
        # What was nearly diagonal before a sweep is diagonal after it.
        left = where(left > NEARLY, beside(S, m), full(0.0))
    return False


@lean
def part_group(pattern, value, first, last, S, Q, V, shrink, reach, rates, spread, bad, work):  # type: ignore[no-untyped-def]
    """Write modes of the states ``first`` to ``last``, which exchange drug among themselves.

    Parameters
    ----------
    value : (E + n, LANES) array
        Entries, then what leaves every state [1/h].
    S, Q : (n, n, LANES) array
        Work.
    V : (n, n, LANES) array
        Amount in every state per amount in a mode, written.
    shrink : (n, LANES) array
        What turns that into amount in a mode per amount in a state, written.
    reach : (n, LANES) array
        As in `mix`, written.
    rates, spread : (n, LANES) array
        As in a table of modes, written.
    bad : (LANES,) array
        Becomes 1 in a lane that has no modes.
    work : (2 or more, n, LANES) array
        Work.
    """
    E, m, larger, speed = pattern.to.size, last - first, work[0], work[1]
    for i in range(m):
        store(load(value, E + first + i), S, i, i)
        for j in range(i + 1, m):
            store(full(0.0), S, i, j)
    store(full(1.0), shrink, first)
    for i in range(first + 1, last):
        above = pattern.parent[i]
        there, back = load(value, pattern.link[i]), load(value, pattern.link[i] + 1)
        store(-root(there * back), S, above - first, i - first)
        store(load(shrink, above) * (back / there), shrink, i)
        both = (there > 0.0) & (back > 0.0)
        store(where(both, load(bad, 0), full(1.0)), bad, 0)
    if m == 1:
        store(full(1.0), Q, 0, 0)
    elif not jacobi(S, Q, m):
        store(full(1.0), bad, 0)
    for i in range(m):
        store(1.0 / root(load(shrink, first + i)), larger, i)
        store(root(load(value, E + first + i)), speed, i)
    for a in range(m):
        total = full(0.0)
        for i in range(m):
            own = load(Q, i, a)
            store(own * load(larger, i), V, first + i, first + a)
            total = total + size(own) * load(speed, i)
        rate = load(S, a, a)
        store(total, reach, first + a)
        store(rate, rates, first + a)
        store(total * total / rate, spread, first + a)


@lean
def feeds(pattern, begin, end, value, V, shrink, T):  # type: ignore[no-untyped-def]
    """Write the flows between groups, from mode to mode, into ``T`` (n, n, LANES)."""
    for e in range(within(pattern), pattern.to.size):
        i, j = pattern.to[e], pattern.source[e]
        flow = load(value, e) * load(shrink, i)
        for a in range(begin[i], end[i]):
            into = flow * load(V, i, a)
            for b in range(begin[j], end[j]):
                store(load(T, a, b) + into * load(V, j, b), T, a, b)


@lean
def distance(one, other):  # type: ignore[no-untyped-def]
    """Return how far two rates are apart, as a share of the larger one."""
    return size(one - other) / where(one > other, one, other)


@lean
def part_groups(linked, T, Y, rates, spread, lost, partner, coupling, nearest):  # type: ignore[no-untyped-def]
    """Part modes of different groups, but for close pairs that are each other's nearest.

    Parameters
    ----------
    linked : (n, n) bool array
        Whether a mode (row) is downstream of another.
    T : (n, n, LANES) array
        Flows between modes [1/h].
    Y : (n, n, LANES) array
        Columns are the parted modes in those of the groups, written.
    rates, spread, lost, partner, coupling : (n, LANES) array
        As in a table of modes; the last three are written.
    nearest : (n, LANES) array
        Distance of every mode to the nearest one that it may be coupled to, written.
    """
    n = rates.shape[0]
    nothing = full(0.0)
    for a in range(n):
        store(nothing, lost, a)
        store(full(ALONE), partner, a)
        store(nothing, coupling, a)
        store(full(CLOSE), nearest, a)
    for a in range(n):
        for b in range(a):
            if linked[a, b]:
                far = distance(load(rates, a), load(rates, b))
                store(where(far < load(nearest, a), far, load(nearest, a)), nearest, a)
                store(where(far < load(nearest, b), far, load(nearest, b)), nearest, b)
    for b in range(n - 1, -1, -1):
        for a in range(b + 1, n):
            if not linked[a, b]:
                continue
            total = load(T, a, b)
            for c in range(b + 1, a):
                if linked[c, b] and linked[a, c]:
                    fed = where(load(partner, c) == float(b), load(coupling, c), nothing)
                    total = total + load(T, a, c) * load(Y, c, b) - load(Y, a, c) * fed
            far = distance(load(rates, a), load(rates, b))
            close = (far < CLOSE) & (far <= load(nearest, a)) & (far <= load(nearest, b))
            # Of several at one distance, the first.
            close = close & (load(partner, a) == ALONE) & (load(nearest, b) >= 0.0)
            store(where(close, full(-1.0), load(nearest, a)), nearest, a)
            store(where(close, full(-1.0), load(nearest, b)), nearest, b)
            together = close | (total == 0.0)
            store(where(together, nothing, total / (load(rates, a) - load(rates, b))), Y, a, b)
            # Errors of both rates, over their distance, are those of what parts the two modes.
            unsure = load(spread, a) * load(rates, a) + load(spread, b) * load(rates, b)
            unsure = where(together, nothing, unsure / size(load(rates, a) - load(rates, b)))
            store(where(unsure <= load(lost, a), load(lost, a), unsure), lost, a)
            store(where(unsure <= load(lost, b), load(lost, b), unsure), lost, b)
            store(where(close, full(float(b)), load(partner, a)), partner, a)
            store(where(close, total, load(coupling, a)), coupling, a)


@lean
def ends(pattern, inputs, linked, parted, V, shrink, Y, scale, amounts, weights):  # type: ignore[no-untyped-def]
    """Write what every input gives to the modes, and what every mode gives to the output.

    Parameters
    ----------
    inputs : (I,) int array
        States into which drug is given.
    linked : (n, n) bool array
        Whether a mode (row) is downstream of another.
    parted : bool
        Whether there are several groups, so that ``Y`` is not the identity.
    V, shrink, Y
        What `part_group` and `part_groups` wrote.
    scale : (LANES,) array
        Concentration per amount in the state that is read [1/L].
    amounts : (I, n, LANES) array
        As in a table of modes, written.
    weights : (n, LANES) array
        As in a table of modes, written.
    """
    n = weights.shape[0]
    for s in range(inputs.size):
        less = load(shrink, inputs[s])
        for a in range(n):
            own = load(V, inputs[s], a) * less
            for c in range(a if parted else 0):
                if linked[a, c]:
                    own = own - load(Y, a, c) * load(amounts, s, c)
            store(own, amounts, s, a)
    for a in range(n):
        own = load(V, pattern.watched, a)
        for c in range(a + 1, n if parted else 0):
            if linked[c, a]:
                own = own + load(V, pattern.watched, c) * load(Y, c, a)
        store(own * load(scale, 0), weights, a)


@lean
def within(pattern):  # type: ignore[no-untyped-def]
    """Return the number of entries that are exchanges within groups."""
    return 2 * (pattern.group.size - 1 - pattern.group[-1])


@kernel
def downstream(pattern, begin, end):  # type: ignore[no-untyped-def]
    """Write where the group of every state begins and ends; return who is downstream of whom."""
    n = pattern.group.size
    linked = np.zeros((n, n), dtype=np.bool_)
    for i in range(n):
        begin[i], end[i] = i, i + 1
        while begin[i] > 0 and pattern.group[begin[i] - 1] == pattern.group[i]:
            begin[i] -= 1
        while end[i] < n and pattern.group[end[i]] == pattern.group[i]:
            end[i] += 1
    for e in range(within(pattern), pattern.to.size):
        i, j = pattern.to[e], pattern.source[e]
        for a in range(begin[i], end[i]):
            for b in range(begin[j], end[j]):
                linked[a, b] = True
    for b in range(n):
        for c in range(b + 1, n):
            if linked[c, b]:
                for a in range(c + 1, n):
                    linked[a, b] |= linked[a, c]
    return linked


@lean
def some(flat, place, count, few):  # type: ignore[no-untyped-def]
    """Return ``count`` entries from ``place`` on; what is left over repeats the last.

    ``few`` (LANES,) is work.
    """
    if count == LANES:
        return load(flat, place)
    for k in range(LANES):
        few[k] = flat[place + min(k, count - 1)]
    return load(few, 0)


@kernel
def decompose(pattern, constants, per_amount, inputs, lo, hi, table):  # type: ignore[no-untyped-def]
    """Write the modes of subjects ``lo``, the first of a block, to ``hi``.

    Parameters
    ----------
    pattern : Pattern
        Which constants make the matrix.
    constants : (F, R) array
        Rate constants, those on the diagonal negative [1/h].
    per_amount : (R,) array
        Concentration per amount in the state that is read [1/L].
    inputs : (I,) int array
        States into which drug is given.
    table : (B, 4 + I, n, LANES) or (B, 6 + I, n, LANES) array
        Blocks of LANES subjects, of which what is left over repeats the last; shorter where all
        states are one group. Written.

    Returns
    -------
    bool
        Whether all of them have modes.
    """
    n, E, R = pattern.group.size, pattern.to.size, per_amount.size
    begin, end = np.empty((2, n), dtype=np.int64)
    linked = downstream(pattern, begin, end)
    parted = pattern.group[-1] > 0
    taken, complete = constants.reshape(-1), True
    value, square = np.empty((E + n, LANES)), np.zeros((5, n, n, LANES))
    S, Q, V, T, Y = square[0], square[1], square[2], square[3], square[4]
    modes = unparted(inputs.size, n)
    rates, spread, lost, partner = modes[RATES], modes[SPREAD], modes[LOST], modes[PARTNER]
    coupling, weights, amounts = modes[COUPLING], modes[WEIGHTS], modes[AMOUNTS:]
    shrink, reach, nearest = np.empty((n, LANES)), np.empty((n, LANES)), np.empty((n, LANES))
    mixing = np.empty((4, n, LANES))
    scale, bad, few = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    for place in range(lo, hi, LANES):
        count = min(LANES, hi - place)
        for e in range(E):
            store(some(taken, pattern.entry[e] * R + place, count, few), value, e)
        for i in range(n):
            store(-some(taken, pattern.diagonal[i] * R + place, count, few), value, E + i)
        store(some(per_amount, place, count, few), scale, 0)
        wrong = full(0.0)
        for r in range(pattern.checked.size):
            own = some(taken, pattern.checked[r] * R + place, count, few)
            wrong = where((own >= 0.0) & (own < math.inf), wrong, full(1.0))
        store(wrong, bad, 0)
        for i in range(n):
            if begin[i] == i:
                part_group(
                    pattern, value, i, end[i], S, Q, V, shrink, reach, rates, spread, bad, mixing
                )  # fmt: skip
        if parted:
            for a in range(n):
                for b in range(a):
                    store(full(0.0), T, a, b)
            feeds(pattern, begin, end, value, V, shrink, T)
            part_groups(linked, T, Y, rates, spread, lost, partner, coupling, nearest)
        else:
            for a in range(n):
                store(full(0.0), lost, a)
        ends(pattern, inputs, linked, parted, V, shrink, Y, scale, amounts, weights)
        mix(begin, end, linked, Y, reach, modes, mixing)
        fine = load(bad, 0) == 0.0
        for a in range(n):
            rate = load(rates, a)
            sound = where(fine & (rate > 0.0) & (rate < math.inf), rate, full(math.nan))
            complete &= not anywhere(~(sound > 0.0))
            store(sound, rates, a)
        keep(modes, table[place // LANES])
    return complete
