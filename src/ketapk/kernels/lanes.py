"""Curves of saturable systems, many subjects abreast, along a plan that all share in time.

A lane holds one subject, with a time, a step and an error of its own; when its curve is written,
the next subject takes its place. Nothing is kept but what the curve needs.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ketapk.kernels.attempt import abreast, attempt
from ketapk.kernels.compile import fused, kernel, part
from ketapk.kernels.rodas5p import ORDER
from ketapk.kernels.rows import LANES
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


class Clocks(NamedTuple):
    """Where every lane stands."""

    t: NDArray
    """(lanes,) [h]"""
    end: NDArray
    """(lanes,) [h] end of what is left to do in the segment."""
    h: NDArray
    """(lanes,) [h] step to be tried, whatever is left."""
    wish: NDArray
    """(lanes,) [h] step to be tried after this one."""
    last_error: NDArray
    """(lanes,) mean square error of the step before."""
    accepted: NDArray
    """(lanes,) whether the step is taken: 0 or 1."""
    wary: NDArray
    """(lanes,) 1 after a rejection, else 0."""
    subject: NDArray
    """(lanes,) int64, -1 where nobody is."""
    segment: NDArray
    """(lanes,) int64"""
    upto: NDArray
    """(lanes,) int64 first time not read yet."""
    tries: NDArray
    """(lanes,) int64 in the segment."""


@part
def clocks():  # type: ignore[no-untyped-def]
    """Clocks of lanes in which nobody is."""
    whole = np.zeros((4, LANES), dtype=np.int64)
    whole[0] -= 1
    real = np.zeros((7, LANES))
    return Clocks(
        real[0], real[1], real[2], real[3], real[4], real[5], real[6], whole[0], whole[1],
        whole[2], whole[3],
    )  # fmt: skip


@part
def load(lanes, people, n, k):  # type: ignore[no-untyped-def]
    """Seat subject ``n`` in lane ``k``, with an empty body."""
    row = n if people.scale.size > 1 else 0
    for p in range(lanes.J.shape[0]):
        lanes.J[p, k] = people.entries[row, p]
    for m in range(lanes.Vmax.shape[0]):
        lanes.Vmax[m, k] = people.Vmax[row, m]
        lanes.KmX[m, k] = people.KmX[row, m]
    for i in range(lanes.y.shape[0]):
        lanes.y[i, k] = 0.0


@part
def slope_of(lanes, pattern, flows, k, y, f):  # type: ignore[no-untyped-def]
    """Write the slope of lane ``k`` at ``y`` (n,) into ``f`` (n,)."""
    n = y.size
    for i in range(n):
        f[i] = lanes.rate[i, k] + lanes.J[i, k] * y[i]
    for p in range(pattern.to.size):
        f[pattern.to[p]] += lanes.J[n + p, k] * y[pattern.source[p]]
    for m in range(flows.source.size):
        i, j = flows.source[m], flows.target[m]
        v = lanes.Vmax[m, k] * y[i] / (lanes.KmX[m, k] + y[i])
        f[i] -= v
        if j >= 0:
            f[j] += v


@part
def first_step(lanes, pattern, flows, k, span, rtol, atol, f, trial, moved):  # type: ignore[no-untyped-def]
    """Guess the first step of lane ``k`` as `ketapk.kernels.stepping.first_step`."""
    n = f.size
    y = lanes.y
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
def open_segment(lanes, clock, pattern, flows, plan, times, watched, factor, k, rtol, atol, out, room):  # type: ignore[no-untyped-def]  # noqa: E501
    """Begin the segment of lane ``k``: what enters at once, the rates, what is read at its start.

    Returns whether anything is left to do.
    """
    n, g = clock.subject[k], clock.segment[k]
    last = times.size - 1
    for s in range(plan.sources.size):
        i, w = plan.sources[s], n if plan.rate.shape[2] > 1 else 0
        lanes.y[i, k] += plan.jump[g, s, w]
        lanes.rate[i, k] = plan.rate[g, s, w]
    start = plan.start[g]
    t = clock.upto[k]
    while t < plan.first[g + 1] and times[t] <= start:
        out[n, t] = lanes.y[watched, k] * factor
        t += 1
    clock.upto[k] = t
    if t > last:
        return False
    end = min(plan.end[g], times[last])
    clock.t[k], clock.end[k], clock.tries[k] = start, end, 0
    clock.last_error[k], clock.wary[k] = 1e-8, 0.0
    clock.wish[k] = first_step(
        lanes, pattern, flows, k, end - start, rtol, atol, room[0], room[1], room[2]
    )
    return True


@fused
def prepare(clock, h):  # type: ignore[no-untyped-def]
    """Write the steps to be tried into ``h`` (1, lanes): no further than there is left."""
    end, t, wish = clock.end, clock.t, clock.wish
    for k in range(LANES):
        left = end[k] - t[k]
        h[0, k] = left if 1.01 * wish[k] >= left else wish[k]


@fused
def judge(clock, lanes):  # type: ignore[no-untyped-def]
    """Decide in every lane whether the step is taken, and how long the next one is to be.

    Roots in place of powers: an error enters as its eighth root, the one before as its sixteenth.
    """
    error, h, y, after = lanes.error, lanes.h, lanes.y, lanes.after
    accepted, wary, last_error, wish = clock.accepted, clock.wary, clock.last_error, clock.wish
    for k in range(LANES):
        e = error[0, k]
        good = e <= 1.0
        ratio = math.sqrt(last_error[k]) / e
        factor = SAFETY * math.sqrt(math.sqrt(math.sqrt(math.sqrt(ratio))))
        factor = min(GROW, max(SHRINK, factor))
        factor = min(factor, 1.0) if wary[k] > 0.0 else factor
        less = max(SHRINK, SAFETY / math.sqrt(math.sqrt(math.sqrt(e))))
        less = less if e < math.inf else 0.1
        wish[k] = h[0, k] * (factor if good else less)
        last_error[k] = max(e, 1e-8) if good else last_error[k]
        wary[k] = 0.0 if good else 1.0
        accepted[k] = 1.0 if good else 0.0


@fused
def move(accepted, y, after):  # type: ignore[no-untyped-def]
    """Take over the states of the steps that are taken."""
    for i in range(y.shape[0]):
        for k in range(LANES):
            y[i, k] = after[i, k] if accepted[k] > 0.0 else y[i, k]


@fused
def read(lanes, k, watched, factor, begin, h, times, t, upto, out):  # type: ignore[no-untyped-def]
    """Write the curve at times ``t`` to ``upto`` within a step of lane ``k`` into ``out`` (T,)."""
    y = lanes.y[watched, k] * factor
    change = lanes.after[watched, k] * factor - y
    second, third = lanes.dense[0, k] * factor, lanes.dense[1, k] * factor
    fourth = lanes.dense[2, k] * factor
    per = 1.0 / h
    for i in range(t, upto):
        part = (times[i] - begin) * per
        bent = second + part * (third + part * fourth)
        out[i] = y + part * (change + (1.0 - part) * bent)


@kernel
def curves(pattern, flows, people, plan, watched, times, lo, hi, rtol, atol, max_steps, out, done, counts):  # type: ignore[no-untyped-def]  # noqa: E501
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
    watched : int
        The state whose amount makes the curve.
    times : (T,) array
        Ascending times [h].
    lo, hi : int
        Subjects.
    rtol, atol : float
        Tolerances [1], [mg].
    max_steps : int
        Steps in a segment, rejected ones included, after which a subject is given up.
    out : (N, T) array
        Place for the curves.
    done : (N,) array of bool
        Whether a curve is there.
    counts : (N, 5) array
        As in `ketapk.kernels.stepping`.
    """
    n = pattern.below.size - 1
    lanes = abreast(n, pattern.to.size, flows.source.size)
    clock = clocks()
    room = np.empty((3, n))
    upcoming = lo
    busy = 0
    waiting = True
    while waiting or busy > 0:
        if waiting:
            for k in range(LANES):
                while clock.subject[k] < 0 and upcoming < hi:
                    subject = upcoming
                    upcoming += 1
                    load(lanes, people, subject, k)
                    for i in range(n):
                        lanes.rate[i, k] = 0.0
                    clock.subject[k], clock.segment[k], clock.upto[k] = subject, 0, 0
                    factor = people.scale[subject if people.scale.size > 1 else 0]
                    counts[subject, STIFF_RUNS] += 1
                    if open_segment(
                        lanes, clock, pattern, flows, plan, times, watched, factor, k, rtol, atol,
                        out, room,
                    ):  # fmt: skip
                        busy += 1
                    else:
                        done[subject] = True
                        clock.subject[k] = -1
            waiting = False
            if busy == 0:
                break
        prepare(clock, lanes.h)
        attempt(lanes, pattern, flows, watched, rtol, atol)
        judge(clock, lanes)
        for k in range(LANES):
            subject = clock.subject[k]
            if subject < 0:
                continue
            if clock.accepted[k] == 0.0:
                counts[subject, REJECTED] += 1
                clock.tries[k] += 1
                if clock.tries[k] >= max_steps or not clock.t[k] + clock.wish[k] > clock.t[k]:
                    leave(lanes, clock, k)
                    busy -= 1
                    waiting = upcoming < hi
                continue
            counts[subject, STEPS] += 1
            counts[subject, ERROR] += math.sqrt(lanes.error[0, k]) * rtol
            clock.tries[k] += 1
            begin, h = clock.t[k], lanes.h[0, k]
            g = clock.segment[k]
            final = h == clock.end[k] - begin
            end = clock.end[k] if final else begin + h
            t = clock.upto[k]
            stop = plan.first[g + 1]
            upto = t
            while upto < stop and times[upto] <= end:
                upto += 1
            factor = people.scale[subject if people.scale.size > 1 else 0]
            if upto > t:
                read(lanes, k, watched, factor, begin, h, times, t, upto, out[subject])
                clock.upto[k] = upto
            clock.t[k] = end
        move(clock.accepted, lanes.y, lanes.after)
        for k in range(LANES):
            subject = clock.subject[k]
            if subject < 0 or clock.accepted[k] == 0.0:
                continue
            over = clock.t[k] == clock.end[k]
            if over:
                clock.segment[k] += 1
                factor = people.scale[subject if people.scale.size > 1 else 0]
                if clock.upto[k] == times.size or not open_segment(
                    lanes, clock, pattern, flows, plan, times, watched, factor, k, rtol, atol,
                    out, room,
                ):  # fmt: skip
                    done[subject] = True
                    leave(lanes, clock, k)
                    busy -= 1
                    waiting = upcoming < hi
            elif clock.tries[k] >= max_steps or not clock.t[k] + clock.wish[k] > clock.t[k]:
                leave(lanes, clock, k)
                busy -= 1
                waiting = upcoming < hi


@part
def leave(lanes, clock, k):  # type: ignore[no-untyped-def]
    """Empty lane ``k``."""
    clock.subject[k] = -1
    clock.t[k], clock.end[k] = 0.0, 0.0
    for i in range(lanes.y.shape[0]):
        lanes.y[i, k], lanes.rate[i, k] = 0.0, 0.0
