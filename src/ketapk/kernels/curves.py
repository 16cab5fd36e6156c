"""Curves written as sums of modes, along even stretches of time.

Along a segment of constant input a curve is a sum of exponentials, of what they have not yet
reached where drug runs in, and of divided differences of two exponentials where modes are coupled.
On even times each follows from the one before by products and sums of positive numbers. Side by
side go the same stretch of many subjects, or many stretches of one; the bits are the same.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ketapk.kernels.compile import kernel
from ketapk.kernels.modes import (
    AMOUNTS,
    BLOCKS,
    COUPLING,
    LOST,
    PARTNER,
    RATES,
    SPREAD,
    WEIGHTS,
    some,
)
from ketapk.kernels.vector import LANES, anywhere, exp, full, load, scatter, size, store, where

SMALL = 1e-2
"""Share of the sum of all terms below which a first concentration is written by its series."""
SOON = 8.0
"""Fastest time constants after the beginning up to which the series is short enough."""
MOST_TERMS = 200
NOTHING = 1e-24
"""Share of a concentration below which a term that fades faster is left out."""
DIGITS = 10.0
"""Error of a term of a mode that was parted from no other, in units of rounding."""
EPS = 2.220446049250313e-16
TOGETHER = 8
"""Times that are written at once."""
GONE, FADES, FILLS = range(3)
HERE, CONSTANT, ONCE, RATIO, SENT, FIRST = range(6)
"""What a stretch is written from, for every mode: its exponential at the first time, the height of
what an infusion brings, how much is left at the first time, ratio of two neighbours, height of a
divided difference, and the first of these."""


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


class Stretches(NamedTuple):
    """W even stretches of the times that are read."""

    first: NDArray
    """(W,) first time."""
    size: NDArray
    """(W,) number of times."""
    time: NDArray
    """(W,) first time [h]."""
    step: NDArray
    """(W,) distance of two times [h]."""
    segment: NDArray
    """(W,) segment that it lies in."""


@kernel
def faded(gap):  # type: ignore[no-untyped-def]
    """Return ``(1 - exp(-gap)) / gap`` for vectors that are not negative."""
    near = full(1.0)
    for k in range(14, 1, -1):
        near = 1.0 - near * gap / float(k)
    return where(gap < 0.5, near, (1.0 - exp(-gap)) / where(gap < 0.5, full(1.0), gap))


@kernel
def difference(one, other, time):  # type: ignore[no-untyped-def]
    """Return ``(exp(-one * time) - exp(-other * time)) / (other - one)`` for vectors of rates."""
    slower = where(one < other, one, other)
    return exp(-slower * time) * faded(size(other - one) * time) * time


@kernel
def receive(table, place, count, modes):  # type: ignore[no-untyped-def]
    """Copy the modes of ``count`` subjects from ``place`` on; the same for all where R is 1."""
    R = table.shape[1]
    flat, rows = table.reshape(-1), modes.reshape(-1, LANES)
    for r in range(rows.shape[0]):
        store(some(flat, r * R + place, count) if R > 1 else full(flat[r]), rows, r)


@kernel
def given_to(amount, g, s, place, count):  # type: ignore[no-untyped-def]
    """Return what ``count`` subjects from ``place`` on get into a state in a segment."""
    _, sources, wide = amount.shape
    flat, begin = amount.reshape(-1), (g * sources + s) * wide
    return some(flat, begin + place, count) if wide > 1 else full(flat[begin])


@kernel
def enter(plan, g, place, count, modes, level, flow):  # type: ignore[no-untyped-def]
    """Give what enters in segment ``g``; return the size of all terms from then on.

    Parameters
    ----------
    plan : Plan
        What enters.
    place, count : int
        Which subjects.
    modes : (6 + I, n, LANES) array
        Their modes.
    level, flow : (n, LANES) array
        What is in every mode [mg], changed, and what runs into it [mg/h], written.
    """
    n = level.shape[0]
    total = full(0.0)
    for a in range(n):
        inside, running = load(level, a), full(0.0)
        for s in range(plan.jump.shape[1]):
            share = load(modes, AMOUNTS + s, a)
            inside = inside + share * given_to(plan.jump, g, s, place, count)
            running = running + share * given_to(plan.rate, g, s, place, count)
        store(inside, level, a)
        store(running, flow, a)
    for a in range(n):
        weight, rate = size(load(modes, WEIGHTS, a)), load(modes, RATES, a)
        total = total + weight * (size(load(level, a)) + size(load(flow, a)) / rate)
        partner = load(modes, PARTNER, a)
        if anywhere(partner >= 0.0):
            sent = weight * size(load(modes, COUPLING, a))
            for b in range(a):
                other = load(modes, RATES, b)
                slower = where(rate < other, rate, other)
                fed = (size(load(level, b)) + size(load(flow, b)) / slower) / slower
                total = total + where(partner == float(b), sent * fed, full(0.0))
    return total


@kernel
def coefficients(modes, level, flow, since, step, terms):  # type: ignore[no-untyped-def]
    """Write what a stretch is written from.

    Parameters
    ----------
    modes : (6 + I, n, LANES) array
        Modes.
    level, flow : (n, LANES) array
        What is in every mode at the start of the segment [mg], and runs into it [mg/h].
    since, step : (LANES,) vector
        First time since that start, and distance of two times [h].
    terms : (6, n, LANES) array
        As HERE and the others lay it out, written.

    Returns
    -------
    (LANES,) vector
        Error of what is written, in units of rounding.
    """
    n = level.shape[0]
    error, nothing = full(0.0), full(0.0)
    for a in range(n):
        rate, weight = load(modes, RATES, a), load(modes, WEIGHTS, a)
        digits, once = load(modes, LOST, a) + DIGITS, exp(-rate * since)
        here = weight * load(level, a) * once
        constant = weight * load(flow, a) / rate
        error = error + size(here) * (digits + load(modes, SPREAD, a) * rate * since)
        error = error + size(constant) * digits
        store(here, terms, HERE, a)
        store(constant, terms, CONSTANT, a)
        store(once, terms, ONCE, a)
        store(exp(-rate * step), terms, RATIO, a)
        store(nothing, terms, SENT, a)
        store(nothing, terms, FIRST, a)
    for a in range(n):
        partner = load(modes, PARTNER, a)
        if not anywhere(partner >= 0.0):
            continue
        rate, once = load(modes, RATES, a), load(terms, ONCE, a)
        sent = load(modes, WEIGHTS, a) * load(modes, COUPLING, a)
        for b in range(a):
            own = partner == float(b)
            if not anywhere(own):
                continue
            # What the mode upstream sends on.
            other, inside, running = load(modes, RATES, b), load(level, b), load(flow, b)
            height = where(own, sent * (inside - running / rate), nothing)
            filled = where(own, sent * running / (rate * other), nothing)
            store(load(terms, HERE, b) + height * difference(rate, other, since), terms, HERE, b)
            store(load(terms, CONSTANT, b) + filled, terms, CONSTANT, b)
            store(load(terms, SENT, a) + height * once, terms, SENT, a)
            first = where(own, difference(rate, other, step), nothing)
            store(load(terms, FIRST, a) + first, terms, FIRST, a)
            most = size(sent) * (size(inside) + 2.0 * size(running) / rate)
            most = most / where(rate < other, rate, other)
            digits = load(modes, LOST, a) + load(modes, LOST, b) + 2.0 * DIGITS
            digits = digits + load(modes, SPREAD, a) + load(modes, SPREAD, b)
            error = error + where(own, most * digits, nothing)
    return error


@kernel
def leave(modes, length, level, flow):  # type: ignore[no-untyped-def]
    """Carry what is in every mode over a segment of ``length`` [h]."""
    for a in range(level.shape[0] - 1, -1, -1):
        rate, partner = load(modes, RATES, a), load(modes, PARTNER, a)
        left = exp(rate * -length)
        inside = load(level, a) * left + load(flow, a) / rate * (1.0 - left)
        if anywhere(partner >= 0.0):
            for b in range(a):
                own = partner == float(b)
                if anywhere(own):
                    other = load(modes, RATES, b)
                    sent = difference(rate, other, length)
                    kept = (1.0 - exp(other * -length)) / (rate * other) - sent / rate
                    fed = load(modes, COUPLING, a) * (load(level, b) * sent + load(flow, b) * kept)
                    inside = inside + where(own, fed, full(0.0))
        store(inside, level, a)


@kernel
def differ(terms, partner, a, sums, chains):  # type: ignore[no-untyped-def]
    """Add divided differences of a mode and its partners at TOGETHER times to ``sums``."""
    n = terms.shape[1]
    own, other, first = load(terms, RATIO, a), full(0.0), load(terms, FIRST, a)
    for b in range(a):
        ratio = load(terms, RATIO, b)
        other = where(load(partner, a) == float(b), ratio, other)
    sent, apart, fading = load(terms, SENT, a), load(chains, n + a), load(chains, 2 * n + a)
    for t in range(TOGETHER):
        store(load(sums, t) + sent * apart, sums, t)
        apart = own * apart + first * fading
        fading = fading * other
    store(apart, chains, n + a)
    store(fading, chains, 2 * n + a)


@kernel
def span(terms, partner, longest, shortest, sizes, places, sums, chains, active, scratch, corners,
         flat):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write a stretch of every lane; return the largest of some of the values, (LANES,) vector.

    Parameters
    ----------
    terms : (6, n, LANES) array
        What `coefficients` wrote.
    partner : (n, LANES) array
        Mode upstream.
    longest, shortest : int
        Number of times of the lanes that have most and fewest.
    sizes, places : (LANES,) int array
        Number of times of every lane, and where they begin in ``flat``.
    sums : (TOGETHER, LANES) array
        Work.
    chains : (3 n, LANES) array
        Work: what is left of every mode, divided differences and exponentials of partners, at the
        next time.
    active : (n,) int array
        Work: FILLS where drug runs in, FADES where a mode does nothing else, GONE where nothing is
        left of it in any lane.
    scratch, corners : (TOGETHER * LANES,) array, (LANES,) int array
        Work, and where every lane's begins in it.
    flat : (N * T,) array
        Concentrations [mg/L], written.
    """
    n = terms.shape[1]
    nothing, one = full(0.0), full(1.0)
    negative, coupled = False, False
    for a in range(n):
        here, constant, sent = load(terms, HERE, a), load(terms, CONSTANT, a), load(terms, SENT, a)
        active[a] = FILLS if anywhere(size(constant) > 0.0) else FADES
        store(one, chains, a)
        store(nothing, chains, n + a)
        store(one, chains, 2 * n + a)
        coupled |= anywhere(size(sent) > 0.0)
        negative |= anywhere(here < 0.0) or anywhere(constant < 0.0) or anywhere(sent < 0.0)
    peak = nothing
    for t in range(0, longest, TOGETHER):
        v0, v1, v2, v3, v4, v5, v6, v7 = (
            nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing,
        )  # fmt: skip
        for a in range(n):
            if active[a] == GONE:
                continue
            p0, ratio, here = load(chains, a), load(terms, RATIO, a), load(terms, HERE, a)
            twice = ratio * ratio
            p1, p2 = p0 * ratio, p0 * twice
            p3, p4 = p1 * twice, p2 * twice
            p5, p6 = p3 * twice, p4 * twice
            p7, p8 = p5 * twice, p6 * twice
            v0, v1, v2, v3 = v0 + here * p0, v1 + here * p1, v2 + here * p2, v3 + here * p3
            v4, v5, v6, v7 = v4 + here * p4, v5 + here * p5, v6 + here * p6, v7 + here * p7
            gone = size(here) * p8 <= size(v7) * NOTHING
            if active[a] == FILLS:
                # What has entered: nothing yet at the start, to the last digit.
                top, once = load(terms, CONSTANT, a), load(terms, ONCE, a)
                v0, v1 = v0 + top * (1.0 - once * p0), v1 + top * (1.0 - once * p1)
                v2, v3 = v2 + top * (1.0 - once * p2), v3 + top * (1.0 - once * p3)
                v4, v5 = v4 + top * (1.0 - once * p4), v5 + top * (1.0 - once * p5)
                v6, v7 = v6 + top * (1.0 - once * p6), v7 + top * (1.0 - once * p7)
                gone = gone & ((size(top) == 0.0) | (once * p8 <= NOTHING))
            left = where(gone, nothing, p8)
            store(left, chains, a)
            if active[a] == FADES and not anywhere(left > 0.0):
                active[a] = GONE
        if coupled:
            store(v0, sums, 0)
            store(v1, sums, 1)
            store(v2, sums, 2)
            store(v3, sums, 3)
            store(v4, sums, 4)
            store(v5, sums, 5)
            store(v6, sums, 6)
            store(v7, sums, 7)
            for a in range(n):
                if anywhere(load(partner, a) >= 0.0):
                    differ(terms, partner, a, sums, chains)
            v0, v1, v2, v3 = load(sums, 0), load(sums, 1), load(sums, 2), load(sums, 3)
            v4, v5, v6, v7 = load(sums, 4), load(sums, 5), load(sums, 6), load(sums, 7)
        if negative:
            v0, v1 = where(v0 > 0.0, v0, nothing), where(v1 > 0.0, v1, nothing)
            v2, v3 = where(v2 > 0.0, v2, nothing), where(v3 > 0.0, v3, nothing)
            v4, v5 = where(v4 > 0.0, v4, nothing), where(v5 > 0.0, v5, nothing)
            v6, v7 = where(v6 > 0.0, v6, nothing), where(v7 > 0.0, v7, nothing)
        rows = (v0, v1, v2, v3, v4, v5, v6, v7)
        if t + TOGETHER <= shortest:
            peak = where(v0 > peak, v0, peak)
            peak = where(v6 > peak, v6, peak)
            scatter(rows, flat, places, t)
        else:
            scatter(rows, scratch, corners, 0)
            for k in range(LANES):
                for i in range(min(TOGETHER, sizes[k] - t)):
                    flat[places[k] + t + i] = scratch[TOGETHER * k + i]
            store(peak, sums, 0)
            for k in range(LANES):
                for i in range(min(TOGETHER, sizes[k] - t)):
                    sums[0, k] = max(sums[0, k], scratch[TOGETHER * k + i])
            peak = load(sums, 0)
    return peak


@kernel
def beginnings(pattern, constants, per_amount, inputs, plan, subject, row, times, first, last,
               amplitude, term, fresh, out):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the first concentrations of a subject again, where modes cancel.

    From an empty body and nothing but inputs, Taylor's series of the shifted matrix adds numbers of
    one sign, so that it keeps its digits however little has arrived.

    Parameters
    ----------
    pattern, constants, per_amount, inputs
        As in ``decompose``.
    plan : Plan
        What enters.
    subject, row : int
        Which subject, and its column of the constants.
    times : (T,) array
        Times [h]; those from ``first`` to ``last`` are in the segment in which drug first enters.
    amplitude : float
        Sum of the sizes of all terms.
    term, fresh : (n + 1,) array
        Work; the last entry is the constant that feeds the inputs.
    out : (T,) array
        Concentrations [mg/L].
    """
    size, g = pattern.diagonal.size, plan.opening
    column = subject if plan.jump.shape[2] > 1 else 0
    shift = 0.0
    for i in range(size):
        shift = max(shift, -constants[pattern.diagonal[i], row])
    for t in range(first, last):
        since = times[t] - plan.start[g]
        if out[t] > SMALL * amplitude or shift * since > SOON:
            return
        for i in range(size):
            term[i] = 0.0
        for s in range(inputs.size):
            term[inputs[s]] += plan.jump[g, s, column]
        term[size] = 1.0
        total = term[pattern.watched]
        for k in range(1, MOST_TERMS):
            step = since / k
            for i in range(size):
                fresh[i] = (shift + constants[pattern.diagonal[i], row]) * term[i]
            fresh[size] = shift * term[size]
            for e in range(pattern.to.size):
                fresh[pattern.to[e]] += constants[pattern.entry[e], row] * term[pattern.source[e]]
            for s in range(inputs.size):
                fresh[inputs[s]] += plan.rate[g, s, column] * term[size]
            for i in range(size + 1):
                term[i] = fresh[i] * step
            total += term[pattern.watched]
            if k > shift * since and k > size and term[pattern.watched] <= 1e-18 * total:
                break
        out[t] = total * math.exp(-shift * since) * per_amount[row]


@kernel
def curves(pattern, constants, per_amount, inputs, table, plan, stretches, times, lo, hi, limit,
           abreast, out, done):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the curves of subjects ``lo`` to ``hi`` into ``out`` (N, T) where the digits hold.

    ``done`` (N,) becomes True for a subject whose error, relative to the largest concentration that
    is written, is below ``limit``; the others are left for the exponential. ``abreast`` says
    whether subjects go side by side, or stretches of one; that does not change the result.
    """
    n, R, T, W = pattern.diagonal.size, per_amount.size, times.size, stretches.size.size
    G, first, last = plan.start.size, 0, 0
    for w in range(W):
        if stretches.segment[w] < plan.opening:
            first = stretches.first[w] + stretches.size[w]
        if stretches.segment[w] <= plan.opening:
            last = stretches.first[w] + stretches.size[w]
    still = first
    while still < last and times[still] == plan.start[plan.opening]:
        still += 1
    if W > 0:
        G = stretches.segment[W - 1] + 1
    flat = out.reshape(-1)
    modes, terms = np.empty((BLOCKS + inputs.size, n, LANES)), np.empty((6, n, LANES))
    levels, flows = np.empty((G, n, LANES)), np.empty((G, n, LANES))
    sums, chains = np.empty((TOGETHER, LANES)), np.empty((3 * n, LANES))
    own_modes, level, flow = np.empty_like(modes), np.empty((n, LANES)), np.empty((n, LANES))
    since, step = np.empty(LANES), np.empty(LANES)
    amplitude, error, peak = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    active = np.empty(n, dtype=np.int64)
    sizes, places = np.empty(LANES, dtype=np.int64), np.empty(LANES, dtype=np.int64)
    scratch, corners = np.empty(TOGETHER * LANES), TOGETHER * np.arange(LANES)
    amplitudes = np.empty((G, LANES))
    term, fresh = np.empty(n + 1), np.empty(n + 1)
    for place in range(lo, hi, LANES):
        count = min(LANES, hi - place)
        receive(table, place, count, modes)
        most = full(0.0)
        for a in range(n):
            store(full(0.0), level, a)
        for g in range(G):
            store(most, amplitudes, g)
            total = enter(plan, g, place, count, modes, level, flows[g])
            most = where(total > most, total, most)
            for a in range(n):
                store(load(level, a), levels, g, a)
            if g < G - 1:
                leave(modes, plan.end[g] - plan.start[g], level, flows[g])
        store(most, amplitude, 0)
        if abreast:
            worst, highest = full(0.0), full(0.0)
            for w in range(W):
                g, begin, size_of = stretches.segment[w], stretches.first[w], stretches.size[w]
                begins = stretches.time[w] - plan.start[g]
                more = coefficients(
                    modes, levels[g], flows[g], full(begins), full(stretches.step[w]), terms
                )
                # What an empty body holds at once is written again where terms cancel.
                if size_of == 1 and begins == 0.0:
                    more = where(load(amplitudes, g) == 0.0, full(0.0), more)
                worst = where(more <= worst, worst, more)
                for k in range(LANES):
                    places[k] = (place + min(k, count - 1)) * T + begin
                    sizes[k] = size_of if k < count else 0
                shortest = size_of if count == LANES else 0
                top = span(
                    terms, modes[PARTNER], size_of, shortest, sizes, places, sums, chains, active,
                    scratch, corners, flat,
                )  # fmt: skip
                highest = where(top > highest, top, highest)
            store(worst, error, 0)
            store(highest, peak, 0)
        for k in range(0 if abreast else count):
            error[k], peak[k] = 0.0, 0.0
            for r in range(BLOCKS + inputs.size):
                for a in range(n):
                    store(full(modes[r, a, k]), own_modes, r, a)
            for begin in range(0, W, LANES):
                longest, shortest = 0, T
                for i in range(LANES):
                    w = min(begin + i, W - 1)
                    g = stretches.segment[w]
                    since[i], step[i] = stretches.time[w] - plan.start[g], stretches.step[w]
                    sizes[i] = stretches.size[w] if begin + i < W else 0
                    places[i] = (place + k) * T + stretches.first[w]
                    longest, shortest = max(longest, sizes[i]), min(shortest, sizes[i])
                    for a in range(n):
                        level[a, i], flow[a, i] = levels[g, a, k], flows[g, a, k]
                store(
                    coefficients(own_modes, level, flow, load(since, 0), load(step, 0), terms),
                    sums,
                    0,
                )
                for i in range(min(LANES, W - begin)):
                    g = stretches.segment[begin + i]
                    if sizes[i] == 1 and since[i] == 0.0 and amplitudes[g, k] == 0.0:
                        continue
                    if not sums[0, i] <= error[k]:
                        error[k] = sums[0, i]
                top = span(
                    terms, own_modes[PARTNER], longest, shortest, sizes, places, sums, chains,
                    active, scratch, corners, flat,
                )  # fmt: skip
                store(top, sums, 0)
                for i in range(LANES):
                    peak[k] = max(peak[k], sums[0, i])
        for k in range(count):
            subject = place + k
            row = subject if R > 1 else 0
            done[subject] = error[k] * EPS <= limit * peak[k]
            for a in range(n):
                done[subject] &= not math.isnan(modes[RATES, a, k])
            if not done[subject]:
                continue
            column = subject if plan.jump.shape[2] > 1 else 0
            for t in range(first, still):
                flat[subject * T + t] = 0.0
                for s in range(inputs.size):
                    if inputs[s] == pattern.watched:
                        at_once = plan.jump[plan.opening, s, column]
                        flat[subject * T + t] += at_once * per_amount[row]
            if still < last and not flat[subject * T + still] > SMALL * amplitude[k]:
                beginnings(
                    pattern, constants, per_amount, inputs, plan, subject, row, times, still, last,
                    amplitude[k], term, fresh, out[subject],
                )  # fmt: skip
