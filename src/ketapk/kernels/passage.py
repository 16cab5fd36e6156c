"""Passage of modes through a segment: what enters at its start, and what is in them at its end."""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import NDArray

from ketapk.kernels.compile import lean
from ketapk.kernels.mode_table import AMOUNTS, COUPLING, PARTNER, RATES, SPREAD
from ketapk.kernels.modes import some
from ketapk.kernels.vector import LANES, anywhere, exp, expm1, full, load, size, store, where

TINY = 1e-300
"""So little that it only keeps from dividing by nothing."""


class Plan(NamedTuple):
    """What enters I states of all subjects in G segments."""

    start: NDArray
    """(G,) [h]."""
    end: NDArray
    """(G,) [h]; the last is infinite."""
    jump: NDArray
    """(G, I, N) or (G, I, 1) what enters at the start of a segment [mg]."""
    rate: NDArray
    """(G, I, N) or (G, I, 1) what enters during it [mg/h]."""
    opening: int
    """Segment in which drug first enters, which finds an empty body."""


@lean
def grown(rate, time):  # type: ignore[no-untyped-def]
    """Return ``(1 - exp(-rate * time)) / rate`` for vectors of rates, to the last digits."""
    gap = rate * time
    return where(gap < TINY, time, -expm1(-gap) / rate)


@lean
def difference(one, other, time):  # type: ignore[no-untyped-def]
    """Return ``(exp(-one * time) - exp(-other * time)) / (other - one)`` for vectors of rates."""
    slower = where(one < other, one, other)
    return exp(-slower * time) * grown(size(other - one), time)


@lean
def given_to(flat, begin, wide, place, count, few):  # type: ignore[no-untyped-def]
    """Return what ``count`` subjects from ``place`` on get into a state in a segment."""
    return some(flat, begin + place, count, few) if wide > 1 else full(flat[begin])


@lean
def enter(jumps, paces, sources, wide, g, place, count, modes, level, flow, few):  # type: ignore[no-untyped-def]
    """Give what enters in segment ``g``.

    Parameters
    ----------
    jumps, paces : (G * I * wide,) array
        What enters at the start of a segment [mg], and during it [mg/h].
    sources, wide : int
        Number of states that drug enters, and N, or 1 where all get the same.
    place, count : int
        Which subjects.
    modes : (6 + I, n, LANES) array
        Their modes.
    level, flow : (n, LANES) array
        What is in every mode [mg], changed, and what runs into it [mg/h], written.
    """
    n = level.shape[0]
    for a in range(n):
        store(full(0.0), flow, a)
    for s in range(sources):
        begin = (g * sources + s) * wide
        jump = given_to(jumps, begin, wide, place, count, few)
        rate = given_to(paces, begin, wide, place, count, few)
        for a in range(n):
            share = load(modes, AMOUNTS + s, a)
            store(load(level, a) + share * jump, level, a)
            store(load(flow, a) + share * rate, flow, a)


@lean
def pass_by(modes, length, left, filled):  # type: ignore[no-untyped-def]
    """Write what is left of 1 in every mode after ``length`` [h], and what runs in at 1 an hour.

    ``left`` [1] and ``filled`` [h] are (n, LANES).
    """
    for a in range(left.shape[0]):
        rate = load(modes, RATES, a)
        store(exp(-rate * length), left, a)
        store(grown(rate, length), filled, a)


@lean
def pass_by_alone(modes, k, plan, segments, few, left, filled):  # type: ignore[no-untyped-def]
    """Write the same of subject ``k`` after every one of ``segments``, into (G, n, LANES).

    Lanes are segments, so that a long plan takes no longer for one than for sixteen.
    """
    for begin in range(0, segments, LANES):
        together = min(LANES, segments - begin)
        for i in range(LANES):
            g = min(begin + i, segments - 1)
            few[i] = plan.end[g] - plan.start[g]
        length = load(few, 0)
        for a in range(modes.shape[1]):
            rate = full(modes[RATES, a, k])
            store(exp(-rate * length), few, 0)
            for i in range(together):
                left[begin + i, a, k] = few[i]
            store(grown(rate, length), few, 0)
            for i in range(together):
                filled[begin + i, a, k] = few[i]


@lean
def leave(modes, length, left, filled, level, flow, doubt):  # type: ignore[no-untyped-def]
    """Carry what is in every mode over a segment of ``length`` [h].

    ``left`` and ``filled`` are as `pass_by` writes them, ``doubt`` (n, LANES) is what cancelled in
    a mode, in units of rounding [mg].
    """
    for a in range(level.shape[0] - 1, -1, -1):
        rate, partner = load(modes, RATES, a), load(modes, PARTNER, a)
        remains, per_flow = load(left, a), load(filled, a)
        inside = load(level, a) * remains + load(flow, a) * per_flow
        # What an error of the rate makes of what was there, and of what ran in.
        spread, gone = load(modes, SPREAD, a), rate * length
        share = where(gone < 1.0, gone, 1.0)
        unsure = (load(doubt, a) + size(load(level, a)) * spread * gone) * remains
        unsure = unsure + size(load(flow, a)) * per_flow * spread * share
        if anywhere(partner >= 0.0):
            for b in range(a):
                own = partner == float(b)
                if anywhere(own):
                    other, coupling = load(modes, RATES, b), load(modes, COUPLING, a)
                    sent, risen = difference(rate, other, length), load(filled, b)
                    fed = load(level, b) * sent + load(flow, b) * ((risen - sent) / rate)
                    lost = load(doubt, b) * sent + size(load(flow, b)) * (risen / rate)
                    inside = inside + where(own, coupling * fed, 0.0)
                    unsure = unsure + where(own, size(coupling) * lost, 0.0)
        store(inside, level, a)
        store(unsure, doubt, a)
