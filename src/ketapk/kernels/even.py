"""Even stretches of a long grid of times."""

from __future__ import annotations

import numpy as np

from ketapk.kernels.compile import kernel


@kernel
def even_stretches(times, cuts, longest, rounding, size, step):  # type: ignore[no-untyped-def]
    """Write number and step of every even stretch between cuts; returns how many.

    -1 where a grid is not even between its cuts, or has more stretches than there is room.

    Parameters
    ----------
    times : (T,) array
        Ascending times [h].
    cuts : (C,) int array
        Ascending positions where a stretch has to begin, from 0 on, and T at the end.
    longest : int
        Times in one stretch, after which the next begins.
    rounding : float
        Relative distance from the line through first and last by which a time may miss it [1].
    size : (W,) int array
        Times of each stretch, written.
    step : (W,) array
        Its step [h], written.
    """
    place = np.arange(longest) * 1.0
    found = 0
    for c in range(cuts.size - 1):
        lo = cuts[c]
        while lo < cuts[c + 1]:
            count = min(longest, cuts[c + 1] - lo)
            if found + 2 > size.size:
                return -1
            if count == 2:
                # Two times are always even, and better apart: each loses digits of its own.
                size[found : found + 2] = 1
                step[found : found + 2] = 0.0
                found += 2
            else:
                row, along = times[lo : lo + count], place[:count]
                begin = row[0]
                by = (row[count - 1] - begin) / max(count - 1, 1)
                missed = 0
                for k in range(count):
                    missed += abs(row[k] - begin - along[k] * by) > rounding * row[k]
                if missed > 0:
                    return -1
                size[found], step[found] = count, by
                found += 1
            lo += count
    return found
