"""What rounding of exchanges makes of the modes of a group: each holds a little of the others.

Rounding changes the matrix of a group, in its own modes, by less than a product ``reach[a] *
reach[b]`` for every two of them. To first order that turns mode a into b by as much over the
distance of their rates, and where this is small the two fade alike, so that what one gains the
other loses at nearly any time: the larger rate stands for the distance. A slow mode that holds
little of the drug, beside fast exchange, may so lose digits that no rate has lost.
"""

from __future__ import annotations

from ketapk.kernels.compile import lean
from ketapk.kernels.mode_table import AMOUNTS, COUPLING, LOST, PARTNER, RATES, WEIGHTS
from ketapk.kernels.vector import anywhere, full, load, size, store, where


@lean
def outward(linked, first, last, Y, reach, inward, onward):  # type: ignore[no-untyped-def]
    """Write how far rounding within a group is felt by modes beyond it.

    Parameters
    ----------
    linked, Y, reach
        As in `mix`.
    first, last : int
        Modes of the group.
    inward, onward : (n, LANES) array
        Of what is in a mode, how much is exposed to rounding in the group; of what rounding moves,
        how much comes to be in a mode; written [1/h^0.5].
    """
    n = reach.shape[0]
    for p in range(n):
        into, from_ = full(0.0), full(0.0)
        if first <= p < last:
            into = from_ = load(reach, p)
        elif p < first:
            for b in range(first, last):
                if linked[b, p]:
                    into = into + load(reach, b) * size(load(Y, b, p))
        else:
            for c in range(first, p):
                if linked[p, c]:
                    from_ = from_ + size(load(Y, p, c)) * load(onward, c)
        store(into, inward, p)
        store(from_, onward, p)


@lean
def whole(modes, row, down, sizes):  # type: ignore[no-untyped-def]
    """Write sizes of amounts in all modes, or of what they give to the output if not ``down``.

    What a mode gets from its partner counts as its own amount, and what it sends to one as its own
    part of the output.
    """
    n = sizes.shape[0]
    for a in range(n):
        store(size(load(modes, row, a)), sizes, a)
    for a in range(n):
        partner = load(modes, PARTNER, a)
        if not anywhere(partner >= 0.0):
            continue
        for b in range(a):
            one, other = load(modes, RATES, a), load(modes, RATES, b)
            sent = size(load(modes, COUPLING, a)) / where(one < other, one, other)
            sent = where(partner == float(b), sent, full(0.0))
            to, source = (a, b) if down else (b, a)
            store(load(sizes, to) + sent * size(load(modes, row, source)), sizes, to)


@lean
def share_of_others(modes, taken, given, sizes, p):  # type: ignore[no-untyped-def]
    """Return what all other modes leave in ``p``, relative to its own size."""
    total, one = full(0.0), load(modes, RATES, p)
    for q in range(sizes.shape[0]):
        if q != p:
            other = load(modes, RATES, q)
            far = where(one > other, one, other)
            total = total + load(taken, q) * load(sizes, q) / far
    total = total * load(given, p)
    return where(total > 0.0, total / load(sizes, p), full(0.0))


@lean
def mix(begin, end, linked, Y, reach, modes, work):  # type: ignore[no-untyped-def]
    """Add to what is lost of every mode what others of its group, or downstream of it, leave in it.

    Parameters
    ----------
    begin, end : (n,) int array
        Where the group of every mode begins and ends.
    linked : (n, n) bool array
        Whether a mode (row) is downstream of another.
    Y : (n, n, LANES) array
        Columns are the parted modes in those of the groups.
    reach : (n, LANES) array
        What rounding changes in a group, as the product for two modes [1/h^0.5].
    modes : (6 + I, n, LANES) array
        Modes, of which LOST is changed.
    work : (4, n, LANES) array
        Work.
    """
    n = reach.shape[0]
    inward, onward, sizes, most = work[0], work[1], work[2], work[3]
    for first in range(n):
        if begin[first] != first or end[first] == first + 1:
            continue
        outward(linked, first, end[first], Y, reach, inward, onward)
        whole(modes, WEIGHTS, False, sizes)
        for p in range(n):
            lost = share_of_others(modes, onward, inward, sizes, p)
            store(load(modes, LOST, p) + lost, modes, LOST, p)
            store(full(0.0), most, p)
        for row in range(AMOUNTS, modes.shape[0]):
            whole(modes, row, True, sizes)
            for p in range(n):
                lost = share_of_others(modes, inward, onward, sizes, p)
                store(where(lost <= load(most, p), load(most, p), lost), most, p)
        for p in range(n):
            store(load(modes, LOST, p) + load(most, p), modes, LOST, p)
