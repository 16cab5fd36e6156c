"""Curves of saturable systems, many subjects abreast, along a plan that all share in time.

A lane holds one subject, with a time, a step and an error of its own; when its curve is written,
the next subject takes its place. Nothing is kept but what the curve needs.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ketapk.kernels.attempt import H_ERROR, H_STEP, abreast, attempt
from ketapk.kernels.compile import kernel, lean, part, woven
from ketapk.kernels.rodas5p import ORDER
from ketapk.kernels.rows import LANES, load, rows
from ketapk.kernels.stepping import ERROR, GROW, REJECTED, SHRINK, STEPS, STIFF_RUNS
from ketapk.kernels.vector import about_root, store, where


class People(NamedTuple):
    """What differs between N subjects; where there is one row, all share it."""

    entries: NDArray
    """(R, n + E) rate constants, in the order of the pattern [1/h]."""
    Vmax: NDArray
    """(R, M) [mg/h]."""
    KmX: NDArray
    """(R, M) [mg]."""
    scale: NDArray
    """(R,) what is written per amount in the state that is watched."""


class Plan(NamedTuple):
    """G segments of constant input into I states, of W = N or 1 subjects."""

    start: NDArray
    """(G,) [h]"""
    end: NDArray
    """(G,) [h]"""
    jump: NDArray
    """(G, I, W) [mg]"""
    rate: NDArray
    """(G, I, W) [mg/h]"""
    sources: NDArray
    """(I,) states that drug enters."""
    first: NDArray
    """(G + 1,) first of the times that are read in each segment."""


class Reading(NamedTuple):
    """What is read."""

    watched: int
    """The state whose amount makes the curve."""
    times: NDArray
    """(T,) ascending [h]"""
    out: NDArray
    """(N, T) place for the curves"""


class Limits(NamedTuple):
    """How closely the steps follow."""

    rtol: float
    """[1]"""
    atol: float
    """[mg]"""
    max_steps: int
    """Steps in a segment, rejected ones included, after which a subject is given up."""


T, BEGIN, END, NEXT, WISH, LAST, WARY, DUE, TRIES, TAKEN, REFUSED, MISSED = range(12)
"""Rows of a clock, in hours where they are times: now, where the step began, end of what is left to
do in the segment, next time that is read in it, step to be tried next; mean square error of the
step before, 1 after a rejection else 0, what is to be looked at; steps tried in the segment, taken,
refused, and the sum of the mean squares of their errors."""
NOTHING, SOMETHING, ENDED = 0.0, 1.0, 2.0
"""What is to be looked at in a lane after a step: nothing, times to be read, or that it ended."""


class Seats(NamedTuple):
    """Who sits where, and where they stand."""

    subject: NDArray
    """(lanes,) -1 where nobody is."""
    segment: NDArray
    """(lanes,)"""
    upto: NDArray
    """(lanes,) first time not read yet."""


SMALLEST, LARGEST, LEAST = 1e-8, 1e70, 1e-32
"""Mean squares of errors: the smallest of a step that controls the next, one that is as good as
infinite; and the square of one that is as good as none."""
SHORTEST = 1e-9
"""First step as a share of its segment, at least."""
CAUTION = 0.85
"""How much shorter a step is than its error allows, so that curves are as exact as those of one
subject at a time."""
BROKEN = 0.1
"""How much shorter a step becomes where something was no number."""


@part
def empty_seats():  # type: ignore[no-untyped-def]
    """Seats on which nobody sits."""
    whole = np.zeros((3, LANES), dtype=np.int64)
    return Seats(whole[0], whole[1], whole[2])


@woven
def not_below_0(x):  # type: ignore[no-untyped-def]
    """Return a concentration, without what errors of a step left below 0."""
    return 0.0 if x < 0.0 else x


@woven
def seat(lanes, people, n, k):  # type: ignore[no-untyped-def]
    """Seat subject ``n`` in lane ``k``, with an empty body."""
    at = n if people.scale.size > 1 else 0
    lanes.scale[0, k] = people.scale[at]
    for p in range(lanes.J.shape[0]):
        lanes.J[p, k] = people.entries[at, p]
    for m in range(lanes.Vmax.shape[0]):
        lanes.Vmax[m, k] = people.Vmax[at, m]
        lanes.KmX[m, k] = people.KmX[at, m]
    for i in range(lanes.y.shape[0]):
        lanes.y[i, k], lanes.rate[i, k] = 0.0, 0.0


@woven
def slope_of(lanes, pattern, flows, k, y, f):  # type: ignore[no-untyped-def]
    """Write the slope of lane ``k`` at ``y`` (n,) into ``f`` (n,)."""
    n = y.size
    for i in range(n):
        total = lanes.rate[i, k] + lanes.J[i, k] * y[i]
        for p in range(pattern.first[i], pattern.first[i + 1]):
            total += lanes.J[p, k] * y[pattern.source[p - n]]
        f[i] = total
    for m in range(flows.source.size):
        i, j = flows.source[m], flows.target[m]
        v = lanes.Vmax[m, k] * y[i] / (lanes.KmX[m, k] + y[i])
        f[i] -= v
        if j >= 0:
            f[j] += v


@woven
def first_step(lanes, pattern, flows, k, span, rtol, atol, room):  # type: ignore[no-untyped-def]
    """Guess the first step of lane ``k`` as `ketapk.kernels.stepping.first_step` does."""
    y, f, trial, moved, per = lanes.y, room[0], room[1], room[2], room[3]
    n = f.size
    for i in range(n):
        trial[i] = y[i, k]
        per[i] = 1.0 / (atol + rtol * abs(y[i, k]))
    slope_of(lanes, pattern, flows, k, trial, f)
    size, speed = 0.0, 0.0
    for i in range(n):
        size += (trial[i] * per[i]) ** 2
        speed += (f[i] * per[i]) ** 2
    if speed == 0.0:
        return span
    size, speed = math.sqrt(size / n), math.sqrt(speed / n)
    h = 1e-6 if size < 1e-5 or speed < 1e-5 else 0.01 * size / speed
    h = min(h, span)
    for i in range(n):
        trial[i] += h * f[i]
    slope_of(lanes, pattern, flows, k, trial, moved)
    bend = 0.0
    for i in range(n):
        bend += ((moved[i] - f[i]) * per[i]) ** 2
    bend = math.sqrt(bend / n) / h
    if not math.isfinite(bend):
        return 0.01 * h
    largest = max(speed, bend)
    second = max(1e-6, h * 1e-3) if largest <= 1e-15 else (0.01 / largest) ** (1.0 / ORDER)
    return min(100.0 * h, second, span)


@woven
def open_segment(lanes, clock, seats, k, pattern, flows, people, plan, reading, limits, room):  # type: ignore[no-untyped-def]
    """Begin the segment of lane ``k``: what enters at once, the rates, what is read at its start.

    Returns whether anything is left to do.
    """
    n, g = seats.subject[k], seats.segment[k]
    w = n if plan.rate.shape[2] > 1 else 0
    for s in range(plan.sources.size):
        i = plan.sources[s]
        lanes.y[i, k] += plan.jump[g, s, w]
        lanes.rate[i, k] = plan.rate[g, s, w]
    start, times = plan.start[g], reading.times
    t, last = seats.upto[k], times.size - 1
    while t < plan.first[g + 1] and times[t] <= start:
        reading.out[n, t] = not_below_0(lanes.y[reading.watched, k] * lanes.scale[0, k])
        t += 1
    seats.upto[k] = t
    if t > last:
        return False
    end = min(plan.end[g], times[last])
    clock[T, k], clock[END, k], clock[TRIES, k] = start, end, 0.0
    clock[NEXT, k] = times[t] if t < plan.first[g + 1] else math.inf
    clock[LAST, k], clock[WARY, k] = SMALLEST, 0.0
    wish = first_step(lanes, pattern, flows, k, end - start, limits.rtol, limits.atol, room)
    # A dose into what is nearly nothing asks for less than a clock can show.
    clock[WISH, k] = wish if wish > SHORTEST * (end - start) else SHORTEST * (end - start)
    return True


@lean
def prepare(clock, step):  # type: ignore[no-untyped-def]
    """Write how far every lane tries to go: no further than there is left."""
    left = load(clock, END) - load(clock, T)
    wish = load(clock, WISH)
    store(where(left <= 1.01 * wish, left, wish), step, H_STEP)


@lean
def judge(clock, step, max_steps):  # type: ignore[no-untyped-def]
    """Decide in every lane whether the step is taken, and how long the next one is to be."""
    error, last = load(step, H_ERROR), load(clock, LAST)
    # As a root of mean squares, an error enters with the power -1/8, the one before with 1/16, and
    # one that is refused, alone, with -1/4.
    square = error * error
    above, below = (
        where(error <= 1.0, last, 1.0),
        where(error <= 1.0, square, square * square),
    )
    change = CAUTION * about_root(above / where(below >= LEAST, below, LEAST))
    most = where(error <= 1.0, GROW - (GROW - 1.0) * load(clock, WARY), 1.0)
    change = where(change <= most, change, most)
    change = where(change >= SHRINK, change, SHRINK)
    change = where(error <= LARGEST, change, BROKEN)
    h, t, end = load(step, H_STEP), load(clock, T), load(clock, END)
    wish = h * change
    now = where(end - t <= h, end, t + h)
    now = where(error <= 1.0, now, t)
    kept = where(error >= SMALLEST, error, SMALLEST)
    refused = where(error <= 1.0, 0.0, 1.0)
    tries = load(clock, TRIES) + 1.0
    store(wish, clock, WISH)
    store(where(error <= 1.0, kept, last), clock, LAST)
    store(refused, clock, WARY)
    store(tries, clock, TRIES)
    store(load(clock, TAKEN) + (1.0 - refused), clock, TAKEN)
    store(load(clock, REFUSED) + refused, clock, REFUSED)
    store(load(clock, MISSED) + where(error <= 1.0, error, 0.0), clock, MISSED)
    store(t, clock, BEGIN)
    store(now, clock, T)
    due = where(load(clock, NEXT) <= now, SOMETHING, NOTHING)
    due = where(max_steps <= tries, ENDED, due)
    due = where(now + wish <= now, ENDED, due)
    store(where(end <= now, ENDED, due), clock, DUE)


@lean
def move(clock, lanes):  # type: ignore[no-untyped-def]
    """Take over the states of the steps that are taken."""
    refused = load(clock, WARY)
    for i in range(lanes.y.shape[0]):
        store(where(refused <= 0.0, load(lanes.after, i), load(lanes.y, i)), lanes.y, i)


@lean
def leave(lanes, clock, seats, k):  # type: ignore[no-untyped-def]
    """Empty lane ``k``."""
    seats.subject[k] = -1
    clock[T, k], clock[END, k], clock[WISH, k], clock[NEXT, k] = 0.0, 0.0, 0.0, math.inf
    for i in range(lanes.y.shape[0]):
        lanes.y[i, k], lanes.rate[i, k] = 0.0, 0.0


@lean
def read(lanes, clock, seats, k, plan, reading):  # type: ignore[no-untyped-def]
    """Write the curve of lane ``k`` at the times within the step that it has taken."""
    now, begin, times = clock[T, k], clock[BEGIN, k], reading.times
    out = reading.out[seats.subject[k]]
    t, stop, dense = seats.upto[k], plan.first[seats.segment[k] + 1], lanes.dense
    per_step, start, change = dense[0, k], dense[1, k], dense[2, k]
    second, third, fourth = dense[3, k], dense[4, k], dense[5, k]
    while t < stop and times[t] <= now:
        share = (times[t] - begin) * per_step
        bend = second + share * (third + share * fourth)
        out[t] = not_below_0(start + share * (change + (1.0 - share) * bend))
        t += 1
    seats.upto[k] = t
    clock[NEXT, k] = times[t] if t < stop else math.inf


@kernel
def curves(pattern, flows, people, plan, reading, limits, lo, hi, done, counts):  # type: ignore[no-untyped-def]
    """Write the curves of subjects ``lo`` to ``hi``.

    Parameters
    ----------
    pattern : Pattern
        Which entries the matrix has.
    flows : Saturable
        Which flows are saturable.
    people : People
        What differs between subjects.
    plan : Plan
        What enters, and when.
    reading : Reading
        What is read, and the place for it.
    limits : Limits
        Tolerances.
    lo, hi : int
        Subjects.
    done : (N,) array of bool
        Whether a curve is there.
    counts : (N, 5) array
        As in `ketapk.kernels.stepping`.
    """
    n = pattern.right.size
    lanes = abreast(n, pattern.source.size, flows.source.size)
    clock, seats = rows(12), empty_seats()
    room, due = np.empty((4, n)), np.zeros(LANES, dtype=np.int64)
    for k in range(LANES):
        leave(lanes, clock, seats, k)
    upcoming, busy, free = lo, 0, True
    while True:
        for k in range(LANES if free else 0):
            while seats.subject[k] < 0 and upcoming < hi:
                seat(lanes, people, upcoming, k)
                seats.subject[k], seats.segment[k], seats.upto[k] = upcoming, 0, 0
                clock[TAKEN, k], clock[REFUSED, k], clock[MISSED, k] = 0.0, 0.0, 0.0
                if open_segment(
                    lanes, clock, seats, k, pattern, flows, people, plan, reading, limits, room
                ):
                    busy += 1
                else:
                    done[upcoming] = True
                    leave(lanes, clock, seats, k)
                upcoming += 1
        if busy == 0:
            break
        prepare(clock, lanes.step)
        attempt(lanes, pattern, flows, reading.watched, limits.rtol, limits.atol)
        judge(clock, lanes.step, float(limits.max_steps))
        looked, ended = 0, 0
        for k in range(LANES):
            due[looked] = k
            looked += clock[DUE, k] != NOTHING
            ended += clock[DUE, k] == ENDED
        for d in range(looked):
            k = due[d]
            if clock[NEXT, k] <= clock[T, k]:
                read(lanes, clock, seats, k, plan, reading)
        move(clock, lanes)
        free = False
        for d in range(looked if ended > 0 else 0):
            k = due[d]
            n = seats.subject[k]
            if n < 0 or clock[DUE, k] != ENDED:
                continue
            whole = clock[T, k] == clock[END, k]
            if whole:
                seats.segment[k] += 1
                if seats.upto[k] < reading.times.size and open_segment(
                    lanes, clock, seats, k, pattern, flows, people, plan, reading, limits, room
                ):
                    continue
            done[n] = whole
            counts[n, STEPS], counts[n, REJECTED] = clock[TAKEN, k], clock[REFUSED, k]
            # No sum of errors is larger than this, of which their squares are known.
            missed = math.sqrt(clock[TAKEN, k] * clock[MISSED, k])
            counts[n, ERROR], counts[n, STIFF_RUNS] = missed * limits.rtol, 1.0
            leave(lanes, clock, seats, k)
            busy -= 1
            free = upcoming < hi
