"""Curves written as sums of modes, along even stretches of time.

Along a segment of constant input a curve is a sum of exponentials, of what they have not yet
reached where drug runs in, and of divided differences of two exponentials where modes are coupled.
On even times each follows from earlier ones by products and sums of positive numbers.

Coefficients are found side by side, for the same stretch of many subjects or for many stretches of
one; concentrations are written with times side by side. Neither changes a bit.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ketapk.kernels.beginnings import MOST_TERMS, SMALL, beginnings
from ketapk.kernels.compile import kernel, lean
from ketapk.kernels.mode_table import (
    BLOCKS,
    COUPLING,
    LOST,
    PARTNER,
    RATES,
    SPREAD,
    WEIGHTS,
    receive,
    unparted,
)
from ketapk.kernels.modes import Pattern
from ketapk.kernels.passage import TINY, Plan, difference, enter, leave, pass_by, pass_by_alone
from ketapk.kernels.stretch import (
    APART,
    CONSTANT,
    DOUBLINGS,
    HERE,
    ONCE,
    POWERS,
    REACH,
    ROWS,
    SENT,
    SENT_REACH,
    along,
)
from ketapk.kernels.vector import (
    LANES,
    anywhere,
    binary_order,
    exp,
    full,
    load,
    size,
    store,
    where,
)

NOTHING_LEFT = 230.0
"""Time constants after which a mode has faded by a hundred powers of ten."""
BESIDE = 60.0
"""Time constants by which a mode has to have faded more than the slowest one to be left out."""
LOG_2 = 0.6931471805599453
DIGITS = 10.0
"""Error of a term of a mode that was parted from no other, in units of rounding."""
PRODUCTS = 6.0
"""Error of an exponential that is a product of a few, in units of rounding."""
EPS = 2.220446049250313e-16


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


@lean
def products_of(rate, step, span):  # type: ignore[no-untyped-def]
    """Return how many products carry a mode along a stretch, until it has faded."""
    return where(rate * span < 1.0, span, 1.0 / rate) / (float(LANES) * step + TINY)


@lean
def amplitude_of(modes, level, flow):  # type: ignore[no-untyped-def]
    """Return the size of all terms of a segment, (LANES,) vector."""
    total = full(0.0)
    for a in range(level.shape[0]):
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


@lean
def coefficients(modes, level, flow, doubt, since, step, span, terms):  # type: ignore[no-untyped-def]
    """Write what a stretch is written from.

    Parameters
    ----------
    modes : (6 + I, n, LANES) array
        Modes.
    level, flow : (n, LANES) array
        What is in every mode at the start of the segment [mg], and runs into it [mg/h].
    doubt : (n, LANES) array
        What is not certain of it, in units of rounding [mg].
    since, step, span : (LANES,) vector
        First time since that start, distance of two times, and of the first and the last [h].
    terms : (ROWS, n, LANES) array
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
        # Of a rate, until the mode has faded or the stretch ends; and of as many products.
        spread, whole, reached = load(modes, SPREAD, a), rate * span, rate * (since + span)
        share = where(reached < 1.0, reached, 1.0)
        products = products_of(rate, step, span)
        faded = digits + products + spread * where(whole < 1.0, whole, 1.0)
        error = error + size(here) * (faded + spread * rate * since)
        # What has entered is a small part of its height where it has hardly begun.
        error = error + size(constant) * (PRODUCTS + products + share * (digits + spread))
        error = error + size(weight) * load(doubt, a) * once
        store(here, terms, HERE, a)
        store(constant, terms, CONSTANT, a)
        store(once, terms, ONCE, a)
        store(nothing, terms, SENT, a)
        store(nothing, terms, SENT_REACH, a)
        # The last, which all later times are reached by, is no product of rounded ones.
        power, steps = exp(-rate * step), step
        for j in range(DOUBLINGS - 1):
            store(power, terms, POWERS + j, a)
            power, steps = power * power, steps + steps
        store(exp(-rate * steps), terms, POWERS + DOUBLINGS - 1, a)
        for j in range(DOUBLINGS):
            store(nothing, terms, APART + j, a)
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
            apart, steps = difference(rate, other, step), step
            for j in range(DOUBLINGS - 1):
                store(where(own, apart, load(terms, APART + j, a)), terms, APART + j, a)
                both = load(terms, POWERS + j, a) + load(terms, POWERS + j, b)
                apart, steps = apart * both, steps + steps
            last = where(own, difference(rate, other, steps), load(terms, APART + j + 1, a))
            store(last, terms, APART + j + 1, a)
            slower = where(rate < other, rate, other)
            far = where(own, NOTHING_LEFT / (slower * step) + 1.0, load(terms, SENT_REACH, a))
            store(far, terms, SENT_REACH, a)
            most = size(inside) + 2.0 * size(running) / rate + load(doubt, b)
            most = size(sent) * most / slower
            digits = load(modes, LOST, a) + load(modes, LOST, b) + 2.0 * DIGITS
            digits = digits + load(modes, SPREAD, a) + load(modes, SPREAD, b)
            digits = digits + products_of(slower, step, span)
            error = error + where(own, most * digits, nothing)
    reaches(modes, step, terms)
    return error


@lean
def reaches(modes, step, terms):  # type: ignore[no-untyped-def]
    """Write for how many times of a stretch a mode is worth writing.

    Until nothing is left of it, or, where no drug runs in, nothing beside the slowest mode.
    """
    n = terms.shape[1]
    slowest, most, filled = full(math.inf), full(0.0), full(0.0)
    for a in range(n):
        rate, here = load(modes, RATES, a), load(terms, HERE, a)
        slower = (size(here) > 0.0) & (rate < slowest)
        slowest = where(slower, rate, slowest)
        most = where(slower, here, most)
        filled = filled + size(load(terms, CONSTANT, a))
    for a in range(n):
        rate = load(modes, RATES, a)
        reach = NOTHING_LEFT / (rate * step)
        orders = binary_order(load(terms, HERE, a)) - binary_order(most) + 1.0
        sooner = (orders * LOG_2 + BESIDE) / ((rate - slowest) * step)
        sooner = where((filled == 0.0) & (rate > slowest) & (sooner < reach), sooner, reach)
        store(where(sooner > 0.0, sooner + 1.0, full(1.0)), terms, REACH, a)


@kernel
def curves(pattern, constants, per_amount, inputs, table, plan, stretches, times, lo, hi, limit,
           abreast, out, done):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the curves of subjects ``lo``, the first of a block of the table, to ``hi``.

    Into ``out`` (N, T), where the digits hold.

    ``done`` (N,) becomes True for a subject whose error, relative to the largest concentration that
    is written, is below ``limit``; the others are left for the exponential. ``abreast`` says
    whether subjects go side by side, or stretches of one; that does not change the result.
    ``pattern``, ``plan`` and ``stretches`` are what `Pattern`, `Plan` and `Stretches` name, but as
    plain tuples: to recognise names in a call takes longer than a short curve.
    """
    pattern, plan, stretches = Pattern(*pattern), Plan(*plan), Stretches(*stretches)
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
    flat, few = out.reshape(-1), np.empty(LANES)
    jumps, paces, wide = plan.jump.reshape(-1), plan.rate.reshape(-1), plan.jump.shape[2]
    modes, terms = unparted(inputs.size, n), np.empty((ROWS, n, LANES))
    levels, flows, doubts = (
        np.empty((G, n, LANES)), np.empty((G, n, LANES)), np.empty((G, n, LANES))
    )  # fmt: skip
    left, filled = np.empty((G, n, LANES)), np.empty((G, n, LANES))
    own, level, flow = np.empty_like(modes), np.empty((n, LANES)), np.empty((n, LANES))
    partner, doubt = modes[PARTNER] if abreast else own[PARTNER], np.empty((n, LANES))
    since, step, span, error = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    amplitude, worst, peak = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    sound, longest = np.empty(LANES), 0
    for w in range(W):
        longest = max(longest, stretches.size[w])
    line = np.empty(longest + LANES)
    term, fresh, series = np.empty(n + 1), np.empty(n + 1), np.empty(MOST_TERMS)
    for place in range(lo, hi, LANES):
        count = min(LANES, hi - place)
        receive(table[place // LANES if R > 1 else 0], modes)
        whole = full(1.0)
        for a in range(n):
            store(full(0.0), level, a)
            store(full(0.0), doubt, a)
            whole = where(load(modes, RATES, a) > 0.0, whole, full(0.0))
        store(whole, sound, 0)
        store(full(0.0), amplitude, 0)
        for k in range(LANES):
            worst[k], peak[k] = 0.0, 0.0
        if not abreast:
            for k in range(count):
                pass_by_alone(modes, k, plan, G - 1, few, left, filled)
        for g in range(G):
            enter(jumps, paces, inputs.size, wide, g, place, count, modes, level, flows[g], few)
            if g == plan.opening:
                store(amplitude_of(modes, level, flows[g]), amplitude, 0)
            for a in range(n):
                store(load(level, a), levels, g, a)
                store(load(doubt, a), doubts, g, a)
            if g < G - 1:
                length = plan.end[g] - plan.start[g]
                if abreast:
                    pass_by(modes, length, left[g], filled[g])
                leave(modes, length, left[g], filled[g], level, flows[g], doubt)
        # Lanes are subjects, stretch by stretch, or stretches, subject by subject.
        for outer in range(W if abreast else count):
            if not abreast:
                for r in range(BLOCKS):
                    for a in range(n):
                        store(full(modes[r, a, outer]), own, r, a)
            for begin in range(0, 1 if abreast else W, LANES):
                together = count if abreast else min(LANES, W - begin)
                if abreast:
                    g = stretches.segment[outer]
                    at = stretches.time[outer] - plan.start[g]
                    apart, steps = stretches.step[outer], float(stretches.size[outer] - 1)
                    more = coefficients(
                        modes, levels[g], flows[g], doubts[g], full(at), full(apart),
                        full(apart * steps), terms,
                    )  # fmt: skip
                    store(more, error, 0)
                else:
                    for i in range(LANES):
                        w = min(begin + i, W - 1)
                        g = stretches.segment[w]
                        since[i], step[i] = stretches.time[w] - plan.start[g], stretches.step[w]
                        span[i] = step[i] * (stretches.size[w] - 1)
                        for a in range(n):
                            level[a, i], flow[a, i] = levels[g, a, outer], flows[g, a, outer]
                            doubt[a, i] = doubts[g, a, outer]
                    more = coefficients(
                        own, level, flow, doubt, load(since, 0), load(step, 0), load(span, 0), terms
                    )
                    store(more, error, 0)
                for i in range(together):
                    k, w = (i, outer) if abreast else (outer, begin + i)
                    at, size_of = (place + k) * T + stretches.first[w], stretches.size[w]
                    most = along(terms, partner, i, line, flat, at, size_of)
                    peak[k] = max(peak[k], most)
                    # What an empty body holds at once is written again where terms cancel.
                    if size_of == 1 and first <= stretches.first[w] < still:
                        continue
                    if not error[i] <= worst[k]:
                        worst[k] = error[i]
        for k in range(count):
            subject = place + k
            row = subject if R > 1 else 0
            done[subject] = sound[k] > 0.0 and worst[k] * EPS <= limit * peak[k]
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
                    amplitude[k], term, fresh, series, out[subject],
                )  # fmt: skip
