"""Peaks, areas, half-lives and crossings of sums of modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.kernels.batch import in_chunks
from ketapk.spectrum.modes import ERROR, Modes, chunk_of, modes_of, sound
from ketapk.timetable import timetable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.lowering import Lowering
    from ketapk.model.system import System

    Floats = NDArray[np.float64]


def landmarks(
    system: System,
    lowering: Lowering,
    output: int,
    samples: Floats,
    *,
    until: float,
    heights: Floats,
    threads: int | None,
    chunk: int | None,
    known: dict[int, Modes],
) -> tuple[Floats, NDArray[np.bool_]] | None:
    """Peaks, areas, half-lives and crossings by modes, and for whom they hold, or None.

    Parameters
    ----------
    system : System
        Compartments.
    lowering : Lowering
        What enters them.
    output : int
        Position of the output.
    samples : (T,) array
        Ascending times [h]: events within rounding of one are moved onto it.
    until : float
        End of the first area [h].
    heights : (L,) array
        Levels [mg/L].
    threads, chunk : int, optional
        As in `simulate`.
    known : dict
        Modes that were found already, by output; new ones are added.

    Returns
    -------
    (N, 5 + 2 L) ndarray, (N,) ndarray of bool
        Columns as ``kernels.landmarks.landmarks`` writes them.
    """
    if not np.all(heights > 0.0):
        return None
    found = modes_of(system, lowering, output, timetable(samples), known, threads, chunk)
    if found is None:
        return None
    modes, shared = found
    if np.any(shared.rate[-1] != 0.0):
        return None
    from ketapk.kernels.landmarks import landmarks as alone
    from ketapk.kernels.side_by_side import side_by_side

    n, pattern, plan = lowering.n, tuple(modes.pattern), tuple(shared.scaled(1.0))
    out = np.full((n, 5 + 2 * heights.size), np.nan)
    done = np.zeros(n, dtype=bool)

    def work(lo: int, hi: int) -> None:
        for write in (side_by_side, alone):
            write(
                pattern, modes.constants, modes.table, plan, until, heights, lo, hi, ERROR,
                out, done,
            )  # fmt: skip
            if done[lo:hi].all():
                break

    in_chunks(work, n, chunk=chunk_of(n, out.shape[1], chunk), threads=threads)
    return out, sound(lowering, done)
