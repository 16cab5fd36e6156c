"""Input rates of segments, summed afresh from what runs in each."""

from __future__ import annotations

from ketapk.kernels.compile import kernel


@kernel
def spread(first, last, state, pace, rate):  # type: ignore[no-untyped-def]
    """Add ``pace`` (F,) [mg/h] of every flow to the segments ``first`` to ``last`` (F,) it runs in.

    ``rate`` (G, S) is the input rate into each state; ``last`` is not included.
    """
    for f in range(first.size):
        for g in range(first[f], last[f]):
            rate[g, state[f]] += pace[f]
