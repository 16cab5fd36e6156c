"""Modes of many subjects, found once for all that is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.kernels.batch import in_chunks
from ketapk.spectrum.groups import Groups, groups_of
from ketapk.spectrum.shared import Shared, shared_plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.lowering import Lowering
    from ketapk.model.system import System

    Floats = NDArray[np.float64]

ERROR = 1e-12
"""Largest error of a concentration, relative to the largest of its curve, that is let pass."""
CHUNK = 256
"""Subjects in one call of a kernel, or more where there are many and each writes little."""
CALLS = 32
"""Calls that are enough to share many subjects out."""
ROOM = 1 << 16
"""Numbers that one call writes, about."""


@dataclass(frozen=True, kw_only=True)
class Modes:
    """Modes of N subjects, of what one output sees of I sources, the slowest first."""

    groups: Groups
    matrices: tuple[Any, ...]
    """What ``kernels.spectrum.modes`` reads of the system."""
    rates: Floats
    """(N, n) decay rates [1/h]."""
    spread: Floats
    """(N, n) their relative errors, in units of rounding."""
    lost: Floats
    """(N,) digits lost, in units of rounding; NaN where there are no modes."""
    gains: Floats
    """(N, I, n) concentration per amount given [1/L]."""

    @property
    def arrays(self) -> tuple[Floats, Floats, Floats, Floats]:
        """What the kernels read."""
        return self.rates, self.spread, self.lost, self.gains


def modes_of(
    system: System,
    lowering: Lowering,
    output: int,
    samples: Floats,
    known: dict[int, Modes],
    threads: int | None,
    chunk: int | None,
) -> tuple[Modes, Shared] | None:
    """Modes of an output, found once, and the shared plan; None where there are none."""
    groups = known[output].groups if output in known else groups_of(system, output)
    shared = None if groups is None else shared_plan(lowering, groups.states, samples)
    if groups is None or shared is None:
        return None
    if output not in known:
        from ketapk.kernels import spectrum as kernels

        decompose: Any = kernels.decompose
        n, size = lowering.n, groups.states.size
        modes = Modes(
            groups=groups,
            matrices=_matrices(system, groups, output, n),
            rates=np.empty((n, size)),
            spread=np.empty((n, size)),
            lost=np.empty(n),
            gains=np.empty((n, shared.sources.size, size)),
        )

        def work(lo: int, hi: int) -> None:
            decompose(*modes.matrices, shared.sources, lo, hi, *modes.arrays)

        in_chunks(work, n, chunk=chunk or chunk_of(n, 4 * size), threads=threads)
        modes.lost[~_sound(system, lowering)] = np.nan
        known[output] = modes
    return known[output], shared


def chunk_of(n: int, width: int) -> int:
    """Subjects in one call of a kernel that writes so many numbers for each."""
    return max(CHUNK, min(n // CALLS, ROOM // width))


def _matrices(system: System, groups: Groups, output: int, n: int) -> tuple[Any, ...]:
    """What ``kernels.spectrum.modes`` reads of a system up to its output."""
    to, source, place = groups.to, groups.source, groups.states
    A = system.A
    entries = np.ascontiguousarray(A[:, place[to], place[source]].T)
    diagonal = np.ascontiguousarray(-A[:, place, place].T)
    watched = int(np.argmax(np.any(system.observe[:, output, :][:, place] != 0.0, axis=0)))
    scale = np.ascontiguousarray(system.observe[:, output, place[watched]])
    if system.n_rows == 1 and n > 1:
        entries = np.broadcast_to(entries, (entries.shape[0], n))
        diagonal = np.broadcast_to(diagonal, (diagonal.shape[0], n))
        scale = np.broadcast_to(scale, (n,))
    return to, source, entries, diagonal, groups.group, groups.parent, groups.link, watched, scale


def _sound(system: System, lowering: Lowering) -> NDArray[np.bool_]:
    """Who has nothing anywhere that would make the whole solution fail, (N,)."""
    inside = np.ones((system.n_states, system.n_states), dtype=bool)
    np.fill_diagonal(inside, False)
    with np.errstate(invalid="ignore"):
        sound = np.all((system.A >= 0.0) & np.isfinite(system.A) | ~inside, axis=(1, 2))
    sound = np.broadcast_to(sound, (lowering.n,)).copy()
    for flow in lowering.flows:
        sound &= np.isfinite(flow.amount)
    return sound
