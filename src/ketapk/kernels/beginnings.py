"""First concentrations in an empty body, where modes cancel.

From nothing but inputs, Taylor's series of the shifted matrix adds numbers of one sign, so that it
keeps its digits however little has arrived.
"""

from __future__ import annotations

import math

from ketapk.kernels.compile import lean

SMALL = 1e-2
"""Share of the sum of all terms below which a first concentration is written by its series."""
SOON = 8.0
"""Fastest time constants after the beginning up to which the series is short enough."""
MOST_TERMS = 200


@lean
def beginnings(pattern, constants, per_amount, inputs, plan, subject, row, times, first, last,
               amplitude, term, fresh, series, out):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the first concentrations of a subject again, all from one series.

    Its terms are those at the last of these times, relative to which fewer matter at earlier ones.

    Parameters
    ----------
    pattern, constants, per_amount, inputs
        As in ``decompose``.
    plan : Plan
        What enters.
    subject, row : int
        Which subject, and its column of the constants.
    times : (T,) array
        Times [h]; those from ``first`` to ``last`` are in the segment in which drug first enters.
    amplitude : float
        Sum of the sizes of all terms.
    term, fresh : (n + 1,) array
        Work; the last entry is the constant that feeds the inputs.
    series : (MOST_TERMS,) array
        Work: the terms.
    out : (T,) array
        Concentrations [mg/L].
    """
    size, g = pattern.diagonal.size, plan.opening
    column = subject if plan.jump.shape[2] > 1 else 0
    shift, end = 0.0, first
    for i in range(size):
        shift = max(shift, -constants[pattern.diagonal[i], row])
    while end < last and not (
        out[end] > SMALL * amplitude or shift * (times[end] - plan.start[g]) > SOON
    ):
        end += 1
    if end == first:
        return
    longest = times[end - 1] - plan.start[g]
    for i in range(size):
        term[i] = 0.0
    for s in range(inputs.size):
        term[inputs[s]] += plan.jump[g, s, column]
    term[size] = 1.0
    series[0] = total = term[pattern.watched]
    count = 1
    while count < MOST_TERMS:
        step = longest / count
        for i in range(size):
            fresh[i] = (shift + constants[pattern.diagonal[i], row]) * term[i]
        fresh[size] = shift * term[size]
        for e in range(pattern.to.size):
            fresh[pattern.to[e]] += constants[pattern.entry[e], row] * term[pattern.source[e]]
        for s in range(inputs.size):
            fresh[inputs[s]] += plan.rate[g, s, column] * term[size]
        for i in range(size + 1):
            term[i] = fresh[i] * step
        series[count] = term[pattern.watched]
        total += series[count]
        enough = count > shift * longest and count > size
        count += 1
        if enough and term[pattern.watched] <= 1e-18 * total:
            break
    for t in range(first, end):
        since = times[t] - plan.start[g]
        share, value = since / longest, 0.0
        for k in range(count - 1, -1, -1):
            value = value * share + series[k]
        out[t] = value * math.exp(-shift * since) * per_amount[row]
