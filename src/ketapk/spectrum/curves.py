"""Curves written as sums of modes."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.kernels.batch import in_chunks
from ketapk.room import room
from ketapk.spectrum.modes import ERROR, Modes, chunk_of, modes_of, sound
from ketapk.spectrum.stretches import stretches
from ketapk.timetable import timetable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.lowering import Lowering
    from ketapk.model.system import System

    Floats = NDArray[np.float64]


def curves(
    system: System,
    lowering: Lowering,
    output: int,
    times: Floats,
    *,
    before: bool,
    factor: float = 1.0,
    threads: int | None,
    chunk: int | None,
    known: dict[int, Modes],
) -> tuple[Floats, NDArray[np.bool_]] | None:
    """Write concentrations (N, T) [mg/L], times a factor, by modes, and say for whom they hold.

    None where there are no modes, or a subject has times of its own.

    Parameters
    ----------
    system : System
        Compartments.
    lowering : Lowering
        What enters them.
    output : int
        Position of the output.
    times : (T,) array
        Ascending times [h].
    before : bool
        Whether a time at an event sees the state before it.
    factor : float
        From mg/L to the unit wanted [1].
    threads, chunk : int, optional
        As in `simulate`.
    known : dict
        Modes that were found already, by output; new ones are added.
    """
    if times.size == 0 or times[0] < 0.0:
        return None
    table = timetable(times)
    times = table.row
    found = modes_of(system, lowering, output, table, known, threads, chunk)
    if found is None:
        return None
    modes, shared = found
    write = _kernel()
    n, pattern, plan = lowering.n, tuple(modes.pattern), tuple(shared.scaled(factor))
    stretch = tuple(stretches(table, shared, before=before))
    abreast = _abreast(n, stretch[0].size)
    out = room(n, times.size)
    done = np.zeros(n, dtype=bool)

    def work(lo: int, hi: int) -> None:
        write(
            pattern, modes.constants, modes.per_amount, shared.sources, modes.table, plan,
            stretch, times, lo, hi, ERROR, abreast, out, done,
        )  # fmt: skip

    in_chunks(work, n, chunk=chunk_of(n, times.size, chunk), threads=threads)
    if before:
        out[:, times <= 0.0] = 0.0
    return out, sound(lowering, done)


@cache
def _kernel() -> Any:
    """Return what writes curves, which is not loaded before it is needed."""
    from ketapk.kernels.curves import curves

    return curves


@lru_cache(maxsize=64)
def _abreast(n: int, stretches: int) -> bool:
    """Whether subjects side by side make fewer vectors than the stretches of each."""
    from ketapk.kernels.vector import LANES

    return -(-n // LANES) * stretches <= n * -(-stretches // LANES)
