"""Arithmetic on rows of lanes: one subject a lane, all lanes of a row at once.

Rows are the last axis of an array and have always the same length, so that the compiler writes
vector instructions. A product and the sum it goes into are rounded once. No lane looks at another,
so what a subject gets does not depend on who else is there.
"""

from __future__ import annotations

from ketapk.kernels.compile import fused

LANES = 32
"""Subjects abreast."""


@fused
def scale(x, i, by, j):  # type: ignore[no-untyped-def]
    """Multiply row ``i`` of ``x`` by row ``j`` of ``by``."""
    for k in range(LANES):
        x[i, k] *= by[j, k]


@fused
def subtract_product(x, i, a, p, b, q):  # type: ignore[no-untyped-def]
    """Subtract the product of row ``p`` of ``a`` and row ``q`` of ``b`` from row ``i`` of ``x``."""
    for k in range(LANES):
        x[i, k] -= a[p, k] * b[q, k]


@fused
def add_product(x, i, a, p, b, q):  # type: ignore[no-untyped-def]
    """Add the product of row ``p`` of ``a`` and row ``q`` of ``b`` to row ``i`` of ``x``."""
    for k in range(LANES):
        x[i, k] += a[p, k] * b[q, k]


@fused
def scale_and_subtract(x, i, by, j, a, p, q):  # type: ignore[no-untyped-def]
    """Multiply row ``i`` of ``x`` by row ``j`` of ``by``; subtract row ``p`` of ``a`` times row
    ``q`` of ``x``."""
    for k in range(LANES):
        x[i, k] = x[i, k] * by[j, k] - a[p, k] * x[q, k]


@fused
def weigh(out, w, f, c, u, s):  # type: ignore[no-untyped-def]
    """Write ``w`` times ``f`` (n,) plus the first ``s`` of ``u`` (8, n), weighed, into ``out`` (n,).

    The weights are ``c`` (8,), and ``n`` is a number of whole rows.
    """
    n = out.size
    c0, c1, c2, c3, c4, c5, c6, c7 = c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
    u0, u1, u2, u3, u4, u5, u6, u7 = u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7]
    if s == 0:
        for e in range(n):
            out[e] = w * f[e]
    elif s == 1:
        for e in range(n):
            out[e] = w * f[e] + c0 * u0[e]
    elif s == 2:
        for e in range(n):
            out[e] = w * f[e] + c0 * u0[e] + c1 * u1[e]
    elif s == 3:
        for e in range(n):
            out[e] = w * f[e] + c0 * u0[e] + c1 * u1[e] + c2 * u2[e]
    elif s == 4:
        for e in range(n):
            out[e] = w * f[e] + c0 * u0[e] + c1 * u1[e] + c2 * u2[e] + c3 * u3[e]
    elif s == 5:
        for e in range(n):
            out[e] = w * f[e] + c0 * u0[e] + c1 * u1[e] + c2 * u2[e] + c3 * u3[e] + c4 * u4[e]
    elif s == 6:
        for e in range(n):
            out[e] = w * f[e] + c0 * u0[e] + c1 * u1[e] + c2 * u2[e] + c3 * u3[e] + c4 * u4[e] + c5 * u5[e]
    elif s == 7:
        for e in range(n):
            out[e] = w * f[e] + c0 * u0[e] + c1 * u1[e] + c2 * u2[e] + c3 * u3[e] + c4 * u4[e] + c5 * u5[e] + c6 * u6[e]
    elif s == 8:
        for e in range(n):
            out[e] = w * f[e] + c0 * u0[e] + c1 * u1[e] + c2 * u2[e] + c3 * u3[e] + c4 * u4[e] + c5 * u5[e] + c6 * u6[e] + c7 * u7[e]
