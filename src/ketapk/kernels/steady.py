"""Balances of a compartment system: what enters equals what leaves.

Elimination follows Grassmann, Taksar & Heyman (Oper. Res. 1985;33:1107-1116): the diagonal is
never stored but summed from what leaves, so nothing is subtracted and every entry of the solution
keeps its leading digits, however small the losses are against the exchange.
"""

from __future__ import annotations

from ketapk.kernels import status
from ketapk.kernels.compile import kernel


@kernel
def balance(flow, leaves, b):  # type: ignore[no-untyped-def]
    """Replace ``b`` (K,) by the amounts at which outflow equals ``b`` plus inflow.

    ``flow[i, j]`` (K, K) goes from j to i (its diagonal is ignored) and ``leaves[j]`` (K,) goes
    from j for good. Both are overwritten. Returns SINGULAR if something enters a place that nothing
    leaves.
    """
    size = b.size
    for k in range(size - 1, -1, -1):
        out = leaves[k]
        for i in range(k):
            out += flow[i, k]
        if out == 0.0:
            fed = b[k] != 0.0
            for j in range(k):
                fed = fed or flow[k, j] != 0.0
            if fed:
                return status.SINGULAR
            leaves[k] = 1.0
            continue
        for j in range(k):
            share = flow[k, j] / out
            if share != 0.0:
                for i in range(k):
                    flow[i, j] += flow[i, k] * share
                leaves[j] += leaves[k] * share
        for i in range(k):
            b[i] += flow[i, k] * (b[k] / out)
        leaves[k] = out
    for k in range(size):
        total = b[k]
        for j in range(k):
            total += flow[k, j] * b[j]
        b[k] = total / leaves[k]
    return status.OK


@kernel
def integral_to_infinity(A, n_compartments, n_mass, x, flow, leaves, b):  # type: ignore[no-untyped-def]
    """Write the integral over all time of each compartment [mg h] that starts at ``x`` into ``b``.

    ``A`` (S, S) is one rate matrix; ``flow`` (C, C) and ``leaves``, ``b`` (C,) are work.
    """
    for j in range(n_compartments):
        b[j] = x[j]
        for i in range(n_compartments):
            flow[i, j] = A[i, j] if i != j else 0.0
        total = 0.0
        for i in range(n_compartments, n_mass):
            total += A[i, j]
        leaves[j] = total
    return balance(flow, leaves, b)
