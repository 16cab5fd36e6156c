"""Modes of many subjects, found once for all that is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ketapk.kernels.batch import in_chunks
from ketapk.spectrum.groups import Groups, groups_of
from ketapk.spectrum.shared import Shared, shared_plan
from ketapk.timetable import timetable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.kernels.modes import Pattern
    from ketapk.lowering import Lowering
    from ketapk.model.system import System
    from ketapk.timetable import Timetable

    Floats = NDArray[np.float64]

ERROR = 1e-12
"""Largest error of a concentration, relative to the largest of its curve, that is let pass."""
CHUNK = 256
"""Subjects in one call of a kernel, or more where there are many and each writes little."""
CALLS = 32
"""Calls that are enough to share many subjects out."""
ROOM = 1 << 18
"""Numbers that one call writes, about."""


@dataclass(frozen=True, kw_only=True)
class Modes:
    """Modes of R subjects, of what one output sees of I sources."""

    groups: Groups
    constants: Floats
    """(F, R) all rate constants of the system, those on the diagonal negative [1/h]."""
    per_amount: Floats
    """(R,) concentration per amount in the state that is read [1/L]."""
    table: Floats
    """((6 + I) n, R) as ``kernels.modes`` lays it out."""

    @property
    def pattern(self) -> Pattern:
        """Which constants make the matrix of the n states."""
        return self.groups.pattern

    @cached_property
    def complete(self) -> bool:
        """Whether every subject has modes; the rates come first, and one that has none has NaN."""
        return bool(self.table[: self.groups.states.size].min() > 0.0)


def modes_of(
    system: System,
    lowering: Lowering,
    output: int,
    table: Timetable,
    known: dict[int, Modes],
    threads: int | None,
    chunk: int | None,
) -> tuple[Modes, Shared] | None:
    """Modes of an output, found once, and the shared plan; None where there are none."""
    groups = known[output].groups if output in known else groups_of(system, output)
    shared = None if groups is None else shared_plan(lowering, groups.states, table)
    if groups is None or shared is None:
        return None
    if output not in known:
        from ketapk.kernels.modes import BLOCKS, decompose

        rows, R = (BLOCKS + shared.sources.size) * groups.states.size, system.n_rows
        modes = Modes(
            groups=groups,
            constants=system.rates.value,
            per_amount=system.reads.value[groups.read],
            table=np.empty((rows, R)),
        )

        def work(lo: int, hi: int) -> None:
            decompose(
                modes.pattern, modes.constants, modes.per_amount, shared.sources, lo, hi,
                modes.table,
            )  # fmt: skip

        in_chunks(work, R, chunk=chunk or chunk_of(R, rows), threads=threads)
        known[output] = modes
    return known[output], shared


def all_moded(
    system: System,
    lowering: Lowering,
    output: int,
    samples: Floats,
    known: dict[int, Modes],
    threads: int | None,
    chunk: int | None,
) -> bool:
    """Whether everybody has modes of an output and is given nothing huge or no number.

    Then nothing is infinite, below 0 or no number, and no solution fails.
    """
    found = modes_of(system, lowering, output, timetable(samples), known, threads, chunk)
    return found is not None and found[0].complete and lowering.intake.sound


def chunk_of(n: int, width: int) -> int:
    """Subjects in one call of a kernel that writes so many numbers for each."""
    return max(CHUNK, min(n // CALLS, ROOM // width))


def sound(lowering: Lowering, done: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Who of those who are done is given nothing that is no number, (N,)."""
    if lowering.intake.sound:
        return done
    fine = done.copy()
    for flow in lowering.flows:
        fine &= np.isfinite(flow.amount)
    return fine
