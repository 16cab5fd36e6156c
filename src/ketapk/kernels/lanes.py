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
from ketapk.kernels.compile import kernel, part
from ketapk.kernels.rodas5p import ORDER
from ketapk.kernels.rows import LANES, if_at_most, put, row, sqrt
from ketapk.kernels.stepping import ERROR, GROW, REJECTED, SAFETY, SHRINK, STEPS, STIFF_RUNS


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


T, END, WISH, LAST, TAKEN, WARY = 0, 1, 2, 3, 4, 5
"""Rows of a clock: time and end of what is left to do in the segment [h], step to be tried next
[h], mean square error of the step before, 1 where the step is taken, 1 after a rejection."""


class Seats(NamedTuple):
    """Who sits where, and where they stand."""

    subject: NDArray
    """(lanes,) -1 where nobody is."""
    segment: NDArray
    """(lanes,)"""
    upto: NDArray
    """(lanes,) first time not read yet."""
    tries: NDArray
    """(lanes,) steps tried in the segment."""


SMALLEST_ERROR, LARGEST_ERROR = 1e-8, 1e300
"""Mean square errors that control the step: a smaller one counts as this, a larger one as none."""
BROKEN = 0.1
"""How much shorter a step becomes where something was no number."""


@part
def empty_seats():  # type: ignore[no-untyped-def]
    """Seats on which nobody sits."""
    whole = np.zeros((4, LANES), dtype=np.int64)
    whole[0] -= 1
    return Seats(whole[0], whole[1], whole[2], whole[3])


@part
def load(lanes, people, n, k):  # type: ignore[no-untyped-def]
    """Seat subject ``n`` in lane ``k``, with an empty body."""
    at = n if people.scale.size > 1 else 0
    for p in range(lanes.J.shape[0]):
        lanes.J[p, k] = people.entries[at, p]
    for m in range(lanes.Vmax.shape[0]):
        lanes.Vmax[m, k] = people.Vmax[at, m]
        lanes.KmX[m, k] = people.KmX[at, m]
    for i in range(lanes.y.shape[0]):
        lanes.y[i, k], lanes.rate[i, k] = 0.0, 0.0


@part
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


@part
def first_step(lanes, pattern, flows, k, span, rtol, atol, room):  # type: ignore[no-untyped-def]
    """Guess the first step of lane ``k`` as `ketapk.kernels.stepping.first_step` does."""
    y, f, trial, moved = lanes.y, room[0], room[1], room[2]
    n = f.size
    for i in range(n):
        trial[i] = y[i, k]
    slope_of(lanes, pattern, flows, k, trial, f)
    size, speed = 0.0, 0.0
    for i in range(n):
        allowed = atol + rtol * abs(y[i, k])
        size += (y[i, k] / allowed) ** 2
        speed += (f[i] / allowed) ** 2
    if speed == 0.0:
        return span
    size, speed = math.sqrt(size / n), math.sqrt(speed / n)
    h = 1e-6 if size < 1e-5 or speed < 1e-5 else 0.01 * size / speed
    h = min(h, span)
    for i in range(n):
        trial[i] = y[i, k] + h * f[i]
    slope_of(lanes, pattern, flows, k, trial, moved)
    bend = 0.0
    for i in range(n):
        bend += ((moved[i] - f[i]) / (atol + rtol * abs(y[i, k]))) ** 2
    bend = math.sqrt(bend / n) / h
    if not math.isfinite(bend):
        return 0.01 * h
    largest = max(speed, bend)
    second = max(1e-6, h * 1e-3) if largest <= 1e-15 else (0.01 / largest) ** (1.0 / ORDER)
    return min(100.0 * h, second, span)


@part
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
    factor = people.scale[n if people.scale.size > 1 else 0]
    while t < plan.first[g + 1] and times[t] <= start:
        reading.out[n, t] = lanes.y[reading.watched, k] * factor
        t += 1
    seats.upto[k], seats.tries[k] = t, 0
    if t > last:
        return False
    end = min(plan.end[g], times[last])
    clock[T, k], clock[END, k] = start, end
    clock[LAST, k], clock[WARY, k] = SMALLEST_ERROR, 0.0
    clock[WISH, k] = first_step(
        lanes, pattern, flows, k, end - start, limits.rtol, limits.atol, room
    )
    return True


@part
def prepare(clock, step):  # type: ignore[no-untyped-def]
    """Write how far every lane tries to go: no further than there is left."""
    left = row(clock, END) - row(clock, T)
    wish = row(clock, WISH)
    put(step, H_STEP, if_at_most(left, 1.01 * wish, left, wish))


@part
def judge(clock, step):  # type: ignore[no-untyped-def]
    """Decide in every lane whether the step is taken, and how long the next one is to be.

    Roots in place of powers: an error enters as its eighth root, the one before as its sixteenth.
    """
    error, last = row(step, H_ERROR), row(clock, LAST)
    more = SAFETY * sqrt(sqrt(sqrt(sqrt(sqrt(last) / error))))
    more = if_at_most(more, GROW, more, GROW)
    more = if_at_most(SHRINK, more, more, SHRINK)
    wary = if_at_most(more, 1.0, more, 1.0)
    more = if_at_most(row(clock, WARY), 0.0, more, wary)
    less = SAFETY / sqrt(sqrt(sqrt(error)))
    less = if_at_most(SHRINK, less, less, SHRINK)
    less = if_at_most(error, LARGEST_ERROR, less, BROKEN)
    put(clock, WISH, row(step, H_STEP) * if_at_most(error, 1.0, more, less))
    kept = if_at_most(SMALLEST_ERROR, error, error, SMALLEST_ERROR)
    put(clock, LAST, if_at_most(error, 1.0, kept, last))
    put(clock, TAKEN, if_at_most(error, 1.0, 1.0, 0.0 * last))
    put(clock, WARY, 1.0 - row(clock, TAKEN))


@part
def move(clock, lanes):  # type: ignore[no-untyped-def]
    """Take over the states of the steps that are taken."""
    refused = row(clock, WARY)
    for i in range(lanes.y.shape[0]):
        put(lanes.y, i, if_at_most(refused, 0.0, row(lanes.after, i), row(lanes.y, i)))


@part
def leave(lanes, clock, seats, k):  # type: ignore[no-untyped-def]
    """Empty lane ``k``."""
    seats.subject[k] = -1
    clock[T, k], clock[END, k], clock[WISH, k] = 0.0, 0.0, 0.0
    for i in range(lanes.y.shape[0]):
        lanes.y[i, k], lanes.rate[i, k] = 0.0, 0.0


@part
def stuck(clock, seats, k, max_steps):  # type: ignore[no-untyped-def]
    """Whether lane ``k`` is to be given up."""
    return seats.tries[k] >= max_steps or not clock[T, k] + clock[WISH, k] > clock[T, k]


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
    clock, seats = np.zeros((6, LANES)), empty_seats()
    room = np.empty((3, n))
    times, out, watched = reading.times, reading.out, reading.watched
    upcoming, busy, ended = lo, 0, LANES
    while True:
        for k in range(LANES if ended > 0 and upcoming < hi else 0):
            while seats.subject[k] < 0 and upcoming < hi:
                load(lanes, people, upcoming, k)
                seats.subject[k], seats.segment[k], seats.upto[k] = upcoming, 0, 0
                counts[upcoming, STIFF_RUNS] = 1.0
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
        attempt(lanes, pattern, flows, watched, limits.rtol, limits.atol)
        judge(clock, lanes.step)
        ended = 0
        for k in range(LANES):
            subject = seats.subject[k]
            if subject < 0:
                continue
            seats.tries[k] += 1
            if clock[TAKEN, k] == 0.0:
                counts[subject, REJECTED] += 1.0
                if stuck(clock, seats, k, limits.max_steps):
                    leave(lanes, clock, seats, k)
                    busy -= 1
                    ended += 1
                continue
            counts[subject, STEPS] += 1.0
            counts[subject, ERROR] += math.sqrt(lanes.step[H_ERROR, k]) * limits.rtol
            begin, h = clock[T, k], lanes.step[H_STEP, k]
            over = h == clock[END, k] - begin
            end = clock[END, k] if over else begin + h
            clock[T, k] = end
            t, stop = seats.upto[k], plan.first[seats.segment[k] + 1]
            if t < stop and times[t] <= end:
                factor = people.scale[subject if people.scale.size > 1 else 0]
                y = lanes.y[watched, k] * factor
                change = lanes.after[watched, k] * factor - y
                second, third = lanes.dense[0, k] * factor, lanes.dense[1, k] * factor
                fourth = lanes.dense[2, k] * factor
                per = 1.0 / h
                while t < stop and times[t] <= end:
                    share = (times[t] - begin) * per
                    bend = second + share * (third + share * fourth)
                    out[subject, t] = y + share * (change + (1.0 - share) * bend)
                    t += 1
                seats.upto[k] = t
            if over or stuck(clock, seats, k, limits.max_steps):
                ended += 1
        move(clock, lanes)
        if ended == 0:
            continue
        for k in range(LANES):
            subject = seats.subject[k]
            if subject < 0 or clock[TAKEN, k] == 0.0:
                continue
            if clock[T, k] == clock[END, k]:
                seats.segment[k] += 1
                if seats.upto[k] < times.size and open_segment(
                    lanes, clock, seats, k, pattern, flows, people, plan, reading, limits, room
                ):
                    continue
                done[subject] = True
            elif not stuck(clock, seats, k, limits.max_steps):
                continue
            leave(lanes, clock, seats, k)
            busy -= 1
