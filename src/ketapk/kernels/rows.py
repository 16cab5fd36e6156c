"""Room for lanes of many subjects: as many rows as there are numbers of each.

No lane looks at another, so what a subject gets does not depend on who else is there.
"""

from __future__ import annotations

import numpy as np

from ketapk.kernels.compile import part
from ketapk.kernels.vector import abreast

LANES = 32
"""Subjects abreast where they step: much of a step does not depend on their number, but what all
lanes hold has to fit the memory nearest to the processor, which two threads may share."""
LINE = 8
"""Numbers in a line of the memory nearest to the processor, at whose start rows begin."""

load, full = abreast(LANES)


@part
def rows(n):  # type: ignore[no-untyped-def]
    """Return ``n`` rows of zeros, (n, LANES)."""
    room = np.zeros(n * LANES + LINE)
    begin = -(room.ctypes.data // room.itemsize) % LINE
    return room[begin : begin + n * LANES].reshape((n, LANES))
