"""Curves by the exponential of the whole matrix, several subjects abreast.

For whom modes lose digits. The method is that of ``exponential.py``: the states that the output
sees, one place for all else, so that mass is kept, and the input as a last column; scaled, summed
up by Taylor's series, squared, and closed by mass after every squaring. A lane that needs fewer
squarings rests, so that its curve is its own.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ketapk.kernels.compile import kernel, lean
from ketapk.kernels.exponential import MAX_TERMS
from ketapk.kernels.linear import STRIDE
from ketapk.kernels.vector import LANES, anywhere, exp, full, load, size, store, where

ADDED = 1e-18
"""Share of its sum below which a term of Taylor's series changes nothing."""
FIRST = 0.5
"""Time, in the shortest mean time in a state, that the series is summed up for at most."""


class Rest(NamedTuple):
    """What keeps the mass of the n states of a pattern, beside the entries between them."""

    entry: NDArray
    """(K,) row of every flow out of one of the states to a place that is not seen."""
    source: NDArray
    """(K,) state that it comes from."""
    mass: NDArray
    """(n,) whether a state holds drug; an effect site holds none."""


@lean
def close(rest, reach, E):  # type: ignore[no-untyped-def]
    """Make every column of a state that holds drug sum to one, by its largest entry."""
    n = rest.mass.size
    for j in range(n):
        if not rest.mass[j]:
            continue
        top = load(E, n, j)
        for i in range(n):
            if rest.mass[i] and reach[i, j]:
                own = load(E, i, j)
                top = where(own > top, own, top)
        others, free = full(0.0), full(1.0) > 0.0
        for i in range(n + 1):
            if i == n or (rest.mass[i] and reach[i, j]):
                own = load(E, i, j)
                largest = free & (own == top)
                others = others + where(largest, full(0.0), own)
                free = free & ~largest
        free = full(1.0) > 0.0
        for i in range(n + 1):
            if i == n or (rest.mass[i] and reach[i, j]):
                own = load(E, i, j)
                largest = free & (own == top)
                store(where(largest, 1.0 - others, own), E, i, j)
                free = free & ~largest


@lean
def alone(rest, out, step, E):  # type: ignore[no-untyped-def]
    """Let what holds no drug fade at its own rate; all else, and the input, stay."""
    n = rest.mass.size
    for j in range(n):
        if not rest.mass[j]:
            store(exp(-load(out, j) * step), E, j, j)
    store(full(1.0), E, n, n)
    store(full(1.0), E, n + 1, n + 1)


@lean
def series(pattern, reach, value, out, lost, flow, shift, step, E, term, spare):  # type: ignore[no-untyped-def]
    """Write the exponential of the shifted matrix over a short step into ``E``."""
    n = out.shape[0]
    for j in range(n + 2):
        for i in range(n + 2):
            one = full(1.0 if i == j else 0.0)
            store(one, E, i, j)
            store(one, term, i, j)
    for k in range(1, MAX_TERMS):
        by, more = step / float(k), full(1.0) < 0.0
        for j in range(n + 2):
            for i in range(n + 2):
                if reach[i, j]:
                    kept = shift - load(out, i) if i < n else shift
                    store(kept * load(term, i, j), spare, i, j)
            for e in range(pattern.to.size):
                to, source = pattern.to[e], pattern.source[e]
                if reach[source, j]:
                    moved = load(value, e) * load(term, source, j)
                    store(load(spare, to, j) + moved, spare, to, j)
            for i in range(n):
                if reach[i, j]:
                    moved = load(lost, i) * load(term, i, j)
                    store(load(spare, n, j) + moved, spare, n, j)
                if j == n + 1:
                    moved = load(flow, i) * load(term, j, j)
                    store(load(spare, i, j) + moved, spare, i, j)
            for i in range(n + 2):
                if reach[i, j]:
                    own = load(spare, i, j) * by
                    total = load(E, i, j) + own
                    more = more | (size(own) > ADDED * size(total))
                    store(own, term, i, j)
                    store(total, E, i, j)
        if k >= n + 2 and not anywhere(more):
            break


@lean
def propagator(pattern, rest, reach, value, out, lost, flow, time, E, term, spare):  # type: ignore[no-untyped-def]
    """Write what ``time`` [h] makes of the state into ``E`` (n + 2, n + 2, LANES).

    Parameters
    ----------
    pattern, rest
        As in `whole_curves`.
    reach : (n + 2, n + 2) bool array
        Where drug comes, from where.
    value, out, lost, flow
        As `given_by` wrote them, and what runs into every state [mg/h].
    term, spare : (n + 2, n + 2, LANES) array
        Work.
    """
    m = reach.shape[0]
    shift, whole = full(0.0), full(time)
    for i in range(m - 2):
        shift = where(load(out, i) > shift, load(out, i), shift)
    step = whole
    while anywhere(shift * step > FIRST):
        step = where(shift * step > FIRST, 0.5 * step, step)
    series(pattern, reach, value, out, lost, flow, shift, step, E, term, spare)
    damping = exp(-shift * step)
    for i in range(m):
        for j in range(m):
            store(load(E, i, j) * damping, E, i, j)
    close(rest, reach, E)
    alone(rest, out, step, E)
    while anywhere(step < whole):
        busy = step < whole
        for i in range(m):
            for j in range(m):
                if reach[i, j]:
                    total = full(0.0)
                    for k in range(m):
                        if reach[i, k] and reach[k, j]:
                            total = total + load(E, i, k) * load(E, k, j)
                    store(total, spare, i, j)
        step = where(busy, 2.0 * step, step)
        for i in range(m):
            for j in range(m):
                if reach[i, j]:
                    store(load(spare, i, j), term, i, j)
        close(rest, reach, term)
        alone(rest, out, step, term)
        for i in range(m):
            for j in range(m):
                if reach[i, j]:
                    store(where(busy, load(term, i, j), load(E, i, j)), E, i, j)


@lean
def advance(E, reach, x, y):  # type: ignore[no-untyped-def]
    """Carry amounts ``x`` (n, LANES) on by a propagator; ``y`` (n, LANES) is work."""
    n = x.shape[0]
    for i in range(n):
        total = load(E, i, n + 1)
        for j in range(n):
            if reach[i, j]:
                total = total + load(E, i, j) * load(x, j)
        store(total, y, i)
    for i in range(n):
        store(load(y, i), x, i)


@lean
def given_by(pattern, rest, constants, per_amount, subjects, begin, value, out, lost, scale, fine):  # type: ignore[no-untyped-def]
    """Write the constants of the subjects from ``begin`` on.

    Parameters
    ----------
    pattern, rest, constants, per_amount, subjects
        As in `whole_curves`.
    value, out, lost : (E, LANES), (n, LANES), (n, LANES) array
        Entries, what leaves every state, and what of it goes where it is not seen [1/h]; written,
        0 where constants are no numbers.
    scale, fine : (LANES,) array
        Concentration per amount [1/L], and 1 where all constants are numbers; written.
    """
    R = per_amount.size
    for k in range(LANES):
        row = subjects[min(begin + k, subjects.size - 1)] if R > 1 else 0
        scale[k], fine[k] = per_amount[row], 1.0
        for e in range(pattern.to.size):
            value[e, k] = constants[pattern.entry[e], row]
        for i in range(out.shape[0]):
            out[i, k], lost[i, k] = -constants[pattern.diagonal[i], row], 0.0
        for r in range(rest.entry.size):
            lost[rest.source[r], k] += constants[rest.entry[r], row]
        for r in range(pattern.checked.size):
            own = constants[pattern.checked[r], row]
            if not 0.0 <= own < math.inf:
                fine[k] = 0.0
        if not fine[k] > 0.0:
            # Nothing happens in such a lane, so that others need not wait for it.
            value[:, k], out[:, k], lost[:, k] = 0.0, 0.0, 0.0


@kernel
def reached(pattern, rest):  # type: ignore[no-untyped-def]
    """Return where drug comes, from where: n states, all else, and the input, (n + 2, n + 2)."""
    n = rest.mass.size
    reach = np.zeros((n + 2, n + 2), dtype=np.bool_)
    for i in range(n + 2):
        reach[i, i] = True
        reach[i, n + 1] = True
        reach[n, i] = True
    for e in range(pattern.to.size):
        reach[pattern.to[e], pattern.source[e]] = True
    for k in range(n):
        for i in range(n):
            for j in range(n):
                reach[i, j] |= reach[i, k] and reach[k, j]
    return reach


@kernel
def whole_curves(pattern, rest, constants, per_amount, inputs, plan, stretches, subjects, lo, hi,
                 out, done):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the curves of some subjects, from ``subjects[lo]`` to ``subjects[hi]``.

    Parameters
    ----------
    pattern, constants, per_amount, inputs
        As in ``decompose``.
    rest : Rest
        Where else drug goes.
    plan, stretches
        As in ``curves``.
    subjects : (Q,) int array
        Which.
    out : (N, T) array
        Concentrations, written.
    done : (Q,) array
        Becomes True for those whose constants and concentrations are numbers.
    """
    n, E = pattern.diagonal.size, pattern.to.size
    wide, reach = plan.jump.shape[2], reached(pattern, rest)
    cubes = np.zeros((5, n + 2, n + 2, LANES))
    near, far, on, term, spare = cubes[0], cubes[1], cubes[2], cubes[3], cubes[4]
    value, rows = np.empty((E, LANES)), np.empty((7, n, LANES))
    leaves, lost, flow, start = rows[0], rows[1], rows[2], rows[3]
    x, y, anchor = rows[4], rows[5], rows[6]
    scale, fine = np.empty(LANES), np.empty(LANES)
    line = np.empty(LANES)
    for begin in range(lo, hi, LANES):
        count = min(LANES, hi - begin)
        given_by(
            pattern, rest, constants, per_amount, subjects[:hi], begin, value, leaves, lost, scale,
            fine,
        )  # fmt: skip
        sound = load(fine, 0) > 0.0
        at, step, longer = -1, -1.0, -1.0
        for w in range(stretches.size.size):
            g = stretches.segment[w]
            while at < g:
                if at < 0:
                    for i in range(n):
                        store(full(0.0), start, i)
                else:
                    length = plan.end[at] - plan.start[at]
                    propagator(
                        pattern, rest, reach, value, leaves, lost, flow, length, on, term, spare
                    )
                    advance(on, reach, start, y)
                at, step, longer = at + 1, -1.0, -1.0
                for i in range(n):
                    store(full(0.0), flow, i)
                for s in range(inputs.size):
                    for k in range(LANES):
                        column = subjects[min(begin + k, hi - 1)] if wide > 1 else 0
                        start[inputs[s], k] += plan.jump[at, s, column]
                        flow[inputs[s], k] += plan.rate[at, s, column]
            since, times = stretches.time[w] - plan.start[g], stretches.size[w]
            for i in range(n):
                store(load(start, i), x, i)
            if since > 0.0:
                propagator(pattern, rest, reach, value, leaves, lost, flow, since, on, term, spare)
                advance(on, reach, x, y)
            if times > 1 and stretches.step[w] != step:
                step = stretches.step[w]
                propagator(pattern, rest, reach, value, leaves, lost, flow, step, near, term, spare)
            if times > STRIDE and STRIDE * step != longer:
                longer = STRIDE * step
                propagator(
                    pattern, rest, reach, value, leaves, lost, flow, longer, far, term, spare
                )
            for t in range(times):
                if t % STRIDE == 0:
                    if t > 0:
                        for i in range(n):
                            store(load(anchor, i), x, i)
                        advance(far, reach, x, y)
                    for i in range(n):
                        store(load(x, i), anchor, i)
                else:
                    advance(near, reach, x, y)
                here = load(x, pattern.watched) * load(scale, 0)
                sound = sound & (size(here) < math.inf)
                store(here, line, 0)
                for k in range(count):
                    out[subjects[begin + k], stretches.first[w] + t] = line[k]
        store(where(sound, full(1.0), full(0.0)), fine, 0)
        for k in range(count):
            done[begin + k] = fine[k] > 0.0
