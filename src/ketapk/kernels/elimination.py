"""Sparse elimination without pivots, many matrices of one pattern at once.

For ``1 - h J`` where ``J`` is the Jacobian of a compartment system: no entry off the diagonal is
positive and what leaves a state enters others, so elimination adds numbers of one sign and needs no
exchange of rows in any order. The pattern, with what elimination fills in, is found once.
"""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import NDArray

from ketapk.kernels.compile import lean
from ketapk.kernels.rows import load
from ketapk.kernels.vector import store


class Pattern(NamedTuple):
    """Entries of a matrix of n states: the diagonal, then the E others, row by row.

    States come in the order in which they are eliminated.
    """

    source: NDArray
    """(E,) column of every entry off the diagonal."""
    first: NDArray
    """(n + 1,) where among all entries those of each row begin."""
    right: NDArray
    """(n,) where among them those right of the diagonal begin."""
    below: NDArray
    """(n + 1,) where in ``lower`` the entries below each diagonal one begin."""
    lower: NDArray
    touched: NDArray
    """(n + 1,) where in ``updates`` what each elimination does begins."""
    updates: NDArray
    """(U, 3) entry changed, and the two whose product is taken off."""


@lean
def factorise(B, pattern):  # type: ignore[no-untyped-def]
    """Replace entries ``B`` (n + E, lanes) by their triangular factors, pivots inverted."""
    for i in range(pattern.right.size):
        inverse = 1.0 / load(B, i)
        store(inverse, B, i)
        for p in range(pattern.below[i], pattern.below[i + 1]):
            store(load(B, pattern.lower[p]) * inverse, B, pattern.lower[p])
        for p in range(pattern.touched[i], pattern.touched[i + 1]):
            target, a, b = pattern.updates[p, 0], pattern.updates[p, 1], pattern.updates[p, 2]
            store(load(B, target) - load(B, a) * load(B, b), B, target)
        for p in range(pattern.right[i], pattern.first[i + 1]):
            store(load(B, p) * inverse, B, p)


@lean
def substitute(B, pattern, x, begin):  # type: ignore[no-untyped-def]
    """Solve with the factors ``B`` (n + E, lanes) in place of the n rows of ``x`` at ``begin``."""
    n = pattern.right.size
    for i in range(n):
        total = load(x, begin + i)
        for p in range(pattern.first[i], pattern.right[i]):
            total = total - load(B, p) * load(x, begin + pattern.source[p - n])
        store(total, x, begin + i)
    for i in range(n - 1, -1, -1):
        total = load(x, begin + i) * load(B, i)
        for p in range(pattern.right[i], pattern.first[i + 1]):
            total = total - load(B, p) * load(x, begin + pattern.source[p - n])
        store(total, x, begin + i)
