"""The table in which modes of many subjects are kept."""

from __future__ import annotations

import numpy as np

from ketapk.kernels.compile import lean, part
from ketapk.kernels.vector import LANES, load, store

ALONE = -1.0
"""Partner of a mode that is not coupled to another."""
PARTNER, COUPLING, LOST, RATES, SPREAD, WEIGHTS, AMOUNTS = range(7)
"""What is known of the n modes of LANES subjects, (6 + I, n, LANES).

The mode upstream that feeds one, or ALONE, and how fast [1/h]; the relative error of what a mode
adds to a curve, beside that of its rate: from modes that it was parted from, whose distance has
errors, and that rounding mixes it with, in units of rounding; decay rates [1/h], NaN where a
subject has no modes; their relative errors, in units of rounding; concentration per amount in a
mode [1/L]; and for each of I states into which drug is given, the amount in a mode per amount given
[1].
"""
BLOCKS = 6
"""Those before the amounts."""
BETWEEN = 2
"""The first of them, which are of modes of several groups; a table of one group leaves them out."""


@part
def unparted(sources, n):  # type: ignore[no-untyped-def]
    """Return room for ``n`` modes of LANES subjects, none parted from another or coupled to it."""
    modes = np.zeros((BLOCKS + sources, n, LANES))
    modes[PARTNER] = ALONE
    return modes


@lean
def keep(modes, kept):  # type: ignore[no-untyped-def]
    """Copy modes into their block (4 + I, n, LANES) or (6 + I, n, LANES) of a table."""
    left_out = modes.shape[0] - kept.shape[0]
    for r in range(kept.shape[0]):
        for a in range(kept.shape[1]):
            store(load(modes, left_out + r, a), kept, r, a)


@lean
def receive(kept, modes):  # type: ignore[no-untyped-def]
    """Copy modes from their block of a table; what it leaves out stays as it was."""
    left_out = modes.shape[0] - kept.shape[0]
    for r in range(kept.shape[0]):
        for a in range(kept.shape[1]):
            store(load(kept, r, a), modes, left_out + r, a)
