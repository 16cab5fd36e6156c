"""Curves of those whose modes lose digits, by the exponential of the whole matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.kernels.batch import in_chunks
from ketapk.spectrum.modes import modes_of
from ketapk.spectrum.stretches import stretches
from ketapk.timetable import timetable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.lowering import Lowering
    from ketapk.model.system import System
    from ketapk.spectrum.modes import Modes

    Floats = NDArray[np.float64]


def whole_curves(
    system: System,
    lowering: Lowering,
    output: int,
    times: Floats,
    subjects: NDArray[np.int64],
    out: Floats,
    *,
    before: bool,
    factor: float = 1.0,
    threads: int | None,
    chunk: int | None,
    known: dict[int, Modes],
) -> NDArray[np.bool_]:
    """Write concentrations of some subjects into their rows, and say whose are numbers, (Q,).

    Parameters
    ----------
    system, lowering, output, times, before, factor, threads, chunk, known
        As in `curves`, which was called before.
    subjects : (Q,) array
        Which.
    out : (N, T) array
        What `curves` returned, written.
    """
    from ketapk.kernels.vector import LANES
    from ketapk.kernels.whole import whole_curves as write

    table, done = timetable(times), np.zeros(subjects.size, dtype=bool)
    found = modes_of(system, lowering, output, table, known, threads, chunk)
    if found is None:
        return done
    modes, shared = found
    plan, stretch = shared.scaled(factor), stretches(table, shared, before=before)

    def work(lo: int, hi: int) -> None:
        write(
            modes.pattern, modes.groups.rest, modes.constants, modes.per_amount, shared.sources,
            plan, stretch, subjects, lo, hi, out, done,
        )  # fmt: skip

    in_chunks(work, subjects.size, chunk=LANES, threads=threads)
    if before:
        early = np.searchsorted(table.row, 0.0, side="right")
        out[subjects, :early] = 0.0
    return done
