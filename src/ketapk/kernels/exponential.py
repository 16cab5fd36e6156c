"""The exponential of a closed compartment system, accurate entry by entry.

Off the diagonal a rate matrix has no negative entry, so after a shift by its largest outflow every
term of its Taylor series, and every product while squaring, adds numbers of one sign: nothing
cancels. What would still grow is the error of the slow modes, which squaring doubles. Mass cures
it: each column of the exponential of a closed system sums to one, so after every squaring the
largest entry of a column is set to what the others leave. Rate constants may then be equal, zero or
ten million times apart, and each entry keeps its leading digits.

Method: shift and Taylor with scaling and squaring for essentially non-negative matrices (Xue & Ye,
Math. Comp. 2013;82:1577-1596, doi:10.1090/S0025-5718-2013-02677-4), with the column sums of a
closed system as a correction.
"""

from __future__ import annotations

import math

from ketapk.kernels.compile import kernel

MAX_TERMS = 80


@kernel
def multiply(a, b, out):  # type: ignore[no-untyped-def]
    """Write ``a @ b`` into ``out``, all (m, m); rate matrices are sparse, so zeros are skipped."""
    m = a.shape[0]
    for i in range(m):
        for j in range(m):
            out[i, j] = 0.0
        for k in range(m):
            factor = a[i, k]
            if factor != 0.0:
                for j in range(m):
                    out[i, j] += factor * b[k, j]


@kernel
def close_columns(E, n_mass):  # type: ignore[no-untyped-def]
    """Make each mass column of ``E`` (m, m) sum to one by its largest mass entry."""
    for j in range(n_mass):
        largest = 0
        for i in range(1, n_mass):
            if E[i, j] > E[largest, j]:
                largest = i
        others = 0.0
        for i in range(n_mass):
            if i != largest:
                others += E[i, j]
        E[largest, j] = 1.0 - others


@kernel
def close_diagonal(B, n_mass, step, E):  # type: ignore[no-untyped-def]
    """Set what is known beyond the mass rows: effect sites decay alone, integrals stay."""
    for j in range(n_mass, B.shape[0]):
        E[j, j] = math.exp(B[j, j] * step)


@kernel
def double(B, n_mass, step, E, spare):  # type: ignore[no-untyped-def]
    """Square ``E``, which becomes ``exp(B * step)``."""
    m = B.shape[0]
    multiply(E, E, spare)
    for i in range(m):
        for j in range(m):
            E[i, j] = spare[i, j]
    close_columns(E, n_mass)
    close_diagonal(B, n_mass, step, E)


@kernel
def exponential(B, n_mass, h, E, term, spare):  # type: ignore[no-untyped-def]
    """Write ``exp(B * h)`` into ``E``.

    ``B`` (m, m) is a rate matrix [1/h] whose last column is the input rate; its first ``n_mass``
    columns sum to zero over the first ``n_mass`` rows. ``term`` and ``spare`` are (m, m) work.
    """
    m = B.shape[0]
    shift = 0.0
    for j in range(m):
        shift = max(shift, -B[j, j])
    squarings = 0
    step = h
    while shift * step > 0.5:
        step *= 0.5
        squarings += 1
    for i in range(m):
        for j in range(m):
            E[i, j] = 0.0
            term[i, j] = 0.0
        E[i, i] = 1.0
        term[i, i] = 1.0
    for k in range(1, MAX_TERMS):
        largest_ratio = 0.0
        for i in range(m):
            for j in range(m):
                spare[i, j] = 0.0
            for q in range(m):
                factor = B[i, q] * step
                if i == q:
                    factor += shift * step
                if factor != 0.0:
                    factor /= k
                    for j in range(m):
                        spare[i, j] += factor * term[q, j]
        for i in range(m):
            for j in range(m):
                term[i, j] = spare[i, j]
                if term[i, j] != 0.0:
                    E[i, j] += term[i, j]
                    ratio = abs(term[i, j]) / abs(E[i, j])
                    largest_ratio = max(largest_ratio, ratio)
        if k >= m and largest_ratio < 1e-18:
            break
    damping = math.exp(-shift * step)
    for i in range(m):
        for j in range(m):
            E[i, j] *= damping
    close_columns(E, n_mass)
    close_diagonal(B, n_mass, step, E)
    for _ in range(squarings):
        step *= 2.0
        double(B, n_mass, step, E, spare)
