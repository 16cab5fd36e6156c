"""Modes of many subjects, found once for all that is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ketapk.kernels.batch import cores, in_chunks
from ketapk.room import room
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
TURNS = 6
"""Calls for every core that are enough to share many subjects out evenly."""
ROOM = 1 << 19
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
    """(B, 4 + I, n, LANES) or (B, 6 + I, n, LANES) blocks of subjects, by ``decompose``."""
    complete: bool
    """Whether every subject has modes."""

    @property
    def pattern(self) -> Pattern:
        """Which constants make the matrix of the n states."""
        return self.groups.pattern


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
        from ketapk.kernels.mode_table import BETWEEN, BLOCKS
        from ketapk.kernels.modes import decompose
        from ketapk.kernels.vector import LANES

        pattern, R = groups.pattern, system.n_rows
        constants, per_amount = system.rates.value, system.reads.value[groups.read]
        kinds = BLOCKS + shared.sources.size - (0 if pattern.group[-1] else BETWEEN)
        blocks = room(-(-R // LANES), kinds, pattern.group.size, LANES)
        whole: list[bool] = []

        def work(lo: int, hi: int) -> None:
            found = decompose(pattern, constants, per_amount, shared.sources, lo, hi, blocks)
            whole.append(found)

        size = chunk_of(R, kinds * pattern.group.size, chunk)
        in_chunks(work, R, chunk=size, threads=threads)
        known[output] = Modes(
            groups=groups,
            constants=constants,
            per_amount=per_amount,
            table=blocks,
            complete=all(whole),
        )
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
    if output in known and lowering.intake.in_step:
        return known[output].complete and lowering.intake.sound
    found = modes_of(system, lowering, output, timetable(samples), known, threads, chunk)
    return found is not None and found[0].complete and lowering.intake.sound


@lru_cache(maxsize=64)
def chunk_of(n: int, width: int, asked: int | None) -> int:
    """Subjects in one call of a kernel that writes so many numbers for each, in whole blocks."""
    from ketapk.kernels.vector import LANES

    size = asked or max(CHUNK, min(n // (TURNS * cores()), ROOM // width))
    return -(-size // LANES) * LANES


def sound(lowering: Lowering, done: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Who of those who are done is given nothing that is no number, (N,)."""
    if lowering.intake.sound:
        return done
    fine = done.copy()
    for flow in lowering.flows:
        fine &= np.isfinite(flow.amount)
    return fine
