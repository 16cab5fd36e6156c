"""Sparse elimination without pivots, many matrices of one pattern at once.

For ``1 - h J`` where ``J`` is the Jacobian of a compartment system: no entry off the diagonal is
positive and what leaves a state enters others, so elimination adds numbers of one sign and needs no
exchange of rows in any order. The pattern, with what elimination fills in, is found once.
"""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import NDArray

from ketapk.kernels.compile import fused
from ketapk.kernels.rows import (
    LANES,
    scale,
    scale_and_subtract,
    subtract_product,
)


class Pattern(NamedTuple):
    """Entries of a matrix of n states: the diagonal, then the E others.

    States come in the order in which they are eliminated.
    """

    to: NDArray
    """(E,) row of every entry off the diagonal."""
    source: NDArray
    """(E,) column of it."""
    below: NDArray
    """(n + 1,) where in ``lower`` and ``lower_row`` the entries below each diagonal one begin."""
    lower: NDArray
    lower_row: NDArray
    right: NDArray
    """(n + 1,) where in ``upper`` and ``upper_column`` those right of each begin."""
    upper: NDArray
    upper_column: NDArray
    touched: NDArray
    """(n + 1,) where in ``updates`` what each elimination does begins."""
    updates: NDArray
    """(U, 3) entry changed, and the two whose product is taken off."""


@fused
def factorise(B, pattern):  # type: ignore[no-untyped-def]
    """Replace entries ``B`` (n + E, lanes) by their triangular factors, pivots inverted."""
    for i in range(pattern.below.size - 1):
        for k in range(LANES):
            B[i, k] = 1.0 / B[i, k]
        for p in range(pattern.below[i], pattern.below[i + 1]):
            scale(B, pattern.lower[p], B, i)
        for p in range(pattern.touched[i], pattern.touched[i + 1]):
            target, a, b = pattern.updates[p]
            subtract_product(B, target, B, a, B, b)
        for p in range(pattern.right[i], pattern.right[i + 1]):
            scale(B, pattern.upper[p], B, i)


@fused
def substitute(B, pattern, x):  # type: ignore[no-untyped-def]
    """Solve with the factors ``B`` (n + E, lanes) in place of ``x`` (n, lanes)."""
    n = pattern.below.size - 1
    for i in range(n):
        for p in range(pattern.below[i], pattern.below[i + 1]):
            subtract_product(x, pattern.lower_row[p], B, pattern.lower[p], x, i)
    for i in range(n - 1, -1, -1):
        first = pattern.right[i]
        if first == pattern.right[i + 1]:
            scale(x, i, B, i)
            continue
        scale_and_subtract(x, i, B, i, B, pattern.upper[first], pattern.upper_column[first])
        for p in range(first + 1, pattern.right[i + 1]):
            subtract_product(x, i, B, pattern.upper[p], x, pattern.upper_column[p])
