"""The arrays that describe a system, a schedule and a question to the kernels.

Shapes: R system rows, S states, M saturable flows, P outputs, N subjects, G segments in all, C
steady-state cycles, I pieces of cycles in all. States come in the order compartments, waiting
places, losses (together the mass rows, whose columns of ``A`` sum to zero), effect sites, then one
integral per output.
"""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import NDArray

Floats = NDArray  # float64
Ints = NDArray  # int64

NO_ACTION = 0
RESET = 1
STEADY_REPLACES = 2
STEADY_ADDS = 3


class SystemArrays(NamedTuple):
    """A compartment system: what flows where, as numbers."""

    A: Floats
    """(R, S, S) rate constants ``A[row, to, from]`` [1/h]."""
    sat_src: Ints
    """(M,) state that each saturable flow leaves."""
    sat_dst: Ints
    """(M,) state that each saturable flow enters."""
    Vmax: Floats
    """(R, M) largest rates [mg/h]."""
    KmX: Floats
    """(R, M) amounts at half the largest rate, Km times volume [mg]."""
    drift: Floats
    """(R, S, S) change of ``A`` with time [1/h2]; (0, 0, 0) where rates are constant."""
    n_compartments: int
    n_mass: int
    n_dynamic: int
    """Compartments, waiting places, losses and effect sites: all but the integrals."""


class ScheduleArrays(NamedTuple):
    """What is given, as segments of constant input; subject n owns ``first[n]:first[n + 1]``."""

    first: Ints
    """(N + 1,) where the segments of each subject begin."""
    start: Floats
    """(G,) beginning of each segment [h]; zero-length segments carry events at one time."""
    end: Floats
    """(G,) end of each segment [h]; the last of each subject is infinite."""
    row: Ints
    """(G,) row of the system that holds in the segment."""
    rate: Floats
    """(G, S) absolute input rate into each state [mg/h]."""
    jump: Floats
    """(G, S) amount that enters each state when the segment begins [mg]."""
    action: Ints
    """(G,) NO_ACTION, RESET, STEADY_REPLACES or STEADY_ADDS, done before the jump."""
    cycle: Ints
    """(G,) steady-state cycle that the action refers to, -1 for none."""
    cycle_first: Ints
    """(C + 1,) where the pieces of each cycle begin."""
    piece_dt: Floats
    """(I,) length of each piece [h]; infinite for an endless infusion."""
    piece_rate: Floats
    """(I, S) input rate during each piece [mg/h]."""
    piece_jump: Floats
    """(I, S) amount that enters when the piece begins [mg]."""
