"""Peaks, areas, crossings and half-lives of curves that are sums of exponentials.

Along a segment a curve is ``sum(level * exp(-rate * s) + forced * (1 - exp(-rate * s)))``, and what
a mode gets from another that it is coupled to: its divided difference with it. Its turning points
are the zeros of another such sum.
"""

from __future__ import annotations

import math

import numpy as np

from ketapk.kernels.compile import kernel, lean
from ketapk.kernels.mode_table import (
    AMOUNTS,
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
from ketapk.kernels.passage import Plan
from ketapk.kernels.vector import LANES
from ketapk.kernels.zeros import EPS, NEAR, apart, grown, turns, zero

SETTLED = 60.0
"""Terminal time constants after the last event at which a curve counts as over, as in `Curve`."""
LAST = 1e9
"""Time after the last event beyond which nothing is looked for, as in `Curve` [h]."""
DIGITS = 10.0
"""Error of a term of a mode that lost nothing, in units of rounding."""
FIRST_LEVEL = 5
"""Column of the first level; before it peak, its time, both areas, half-life."""


@lean
def kept_of(x):  # type: ignore[no-untyped-def]
    """Return ``exp(-x)`` and ``1 - exp(-x)``, both to the last digits."""
    if x < 0.7:
        gone = -math.expm1(-x)
        return 1.0 - gone, gone
    kept = math.exp(-x)
    return kept, 1.0 - kept


@lean
def lagging(x, gone):  # type: ignore[no-untyped-def]
    """Return ``x - (1 - exp(-x))`` where ``gone`` is ``1 - exp(-x)``."""
    if x >= 0.1:
        return x - gone
    total = 1.0
    for k in range(12, 2, -1):
        total = 1.0 - x / k * total
    return 0.5 * x * x * total


@lean
def look(rates, spread, digits, feeder, level, forced, s):  # type: ignore[no-untyped-def]
    """Return value, slope and bend at a time after the start of a segment, and their errors."""
    value, slope, bend, error, slope_error = 0.0, 0.0, 0.0, 0.0, 0.0
    for a in range(rates.size):
        own, running = level[0, a], forced[0, a]
        x = rates[a] * s
        if running == 0.0:
            kept, gone = math.exp(-x), 0.0
        else:
            kept, gone = kept_of(x)
        value += own * kept + running * gone
        change = rates[a] * (own - running) * kept
        slope -= change
        bend += rates[a] * change
        far = spread[a] * x * abs(own - running) * kept
        size = abs(own) * kept + abs(running) * gone
        error += digits[a] * size + far
        slope_error += rates[a] * (digits[a] * (abs(own) + abs(running)) * kept + far)
        b = feeder[a]
        if b < 0:
            continue
        # What the other mode sends: all of it as if nothing ran in, and what is running in.
        running = forced[1, a]
        sent = level[1, a] - running
        between, there, risen = apart(rates[a], rates[b], s), math.exp(-rates[b] * s), 0.0
        if running != 0.0:
            risen = grown(rates[a], s)
        rise = there - rates[a] * between
        value += sent * between + running * risen
        slope += sent * rise + running * kept
        bend -= sent * (rates[b] * there + rates[a] * rise) + rates[a] * running * kept
        lost = digits[a] + digits[b]
        moved = spread[a] * rates[a] + spread[b] * rates[b]
        size = abs(level[1, a]) + abs(running)
        wide = between + kept / min(rates[a], rates[b])
        error += lost * (size * wide + abs(running) * risen)
        error += moved * s * (abs(sent) * between + abs(running) * risen)
        slope_error += lost * size * (there + rates[a] * between + kept)
        slope_error += moved * abs(sent) * (between + s * (there + rates[a] * between))
        slope_error += moved * s * abs(running) * kept
    return value, slope, bend, EPS * error, EPS * slope_error


@lean
def carried(rates, spread, digits, feeder, level, forced, length, left):  # type: ignore[no-untyped-def]
    """Write the levels after ``length`` into ``left``; returns their sum, the area, its error."""
    value, area, error = 0.0, 0.0, 0.0
    for a in range(rates.size):
        x = rates[a] * length
        kept, gone = kept_of(x)
        left[0, a], left[1, a] = level[0, a] * kept + forced[0, a] * gone, 0.0
        own = level[0, a] * gone / rates[a]
        more = forced[0, a] * lagging(x, gone) / rates[a] if forced[0, a] != 0.0 else 0.0
        b = feeder[a]
        if b >= 0:
            there, lost = kept_of(rates[b] * length)
            left[1, a] = level[1, a] * there + forced[1, a] * lost
            running = forced[1, a] / rates[a]
            sent = level[1, a] - forced[1, a]
            between = apart(rates[a], rates[b], length)
            left[0, a] += sent * between + running * gone
            passed_on, staying = sent / rates[a] * lost / rates[b], sent / rates[a] * between
            late = running * lagging(x, gone) / rates[a]
            area += passed_on - staying + late
            unsure = digits[a] + digits[b] + spread[a] + spread[b]
            error += unsure * (abs(passed_on) + abs(staying) + abs(late))
        value += left[0, a]
        area += own + more
        error += (digits[a] + spread[a]) * (abs(own) + abs(more))
    return value, area, EPS * error


@lean
def areas(rates, spread, digits, feeder, gains, start, end, jump, rate, column):  # type: ignore[no-untyped-def]
    """Return the area to infinity, and its error."""
    area, error = 0.0, 0.0
    for s in range(gains.shape[0]):
        given = 0.0
        for g in range(start.size):
            given += jump[g, s, column]
            if rate[g, s, column] != 0.0:
                given += rate[g, s, column] * (end[g] - start[g])
        for a in range(rates.size):
            own = gains[s, 0, a] * given / rates[a]
            area += own
            error += (digits[a] + spread[a]) * abs(own)
            b = feeder[a]
            if b >= 0:
                own = gains[s, 1, a] * given / rates[a] / rates[b]
                area += own
                error += (digits[a] + digits[b] + spread[a] + spread[b]) * abs(own)
    return area, EPS * error


@lean
def fading(rates, feeder, level, forced, weights, heights, lower, shelf):  # type: ignore[no-untyped-def]
    """Write what changes of a curve along a segment as terms of a sum, from the second on.

    The first is left for what does not change. Returns their number with it, and that.

    Parameters
    ----------
    weights, heights, shelf : (n + 1,) array
        Terms and their rates, written.
    lower : (n + 1,) int array
        As in `zeros`, written.
    """
    n, constant = rates.size, 0.0
    shelf[0], heights[0], lower[0] = 0.0, 0.0, -1
    for a in range(n):
        shelf[a + 1], weights[a + 1] = rates[a], level[0, a] - forced[0, a]
        heights[a + 1], lower[a + 1] = 0.0, -1
        constant += forced[0, a]
    for a in range(n):
        b = feeder[a]
        if b >= 0:
            running = forced[1, a] / rates[a]
            constant += running
            weights[a + 1] -= running
            couple(a + 1, b + 1, level[1, a] - forced[1, a], heights, lower)
    return n + 1, constant


@lean
def couple(one, other, height, heights, lower):  # type: ignore[no-untyped-def]
    """Write the divided difference of two terms beside the faster one."""
    heights[max(one, other)], lower[max(one, other)] = height, min(one, other)


@lean
def slopes(rates, feeder, level, forced, weights, heights, lower):  # type: ignore[no-untyped-def]
    """Write the slope of a curve along a segment as a sum; returns whether anything changes."""
    n, changes = rates.size, False
    for a in range(n):
        weights[a], heights[a], lower[a] = rates[a] * (forced[0, a] - level[0, a]), 0.0, -1
    for a in range(n):
        b = feeder[a]
        if b >= 0:
            sent = level[1, a] - forced[1, a]
            weights[a] += forced[1, a]
            weights[b] += sent
            couple(a, b, -rates[a] * sent, heights, lower)
    for a in range(n):
        changes = changes or weights[a] != 0.0 or heights[a] != 0.0
    return changes


@lean
def crossing(rates, spread, digits, feeder, level, forced, height, low, high, before, after,
             weights, heights, lower, shelf):  # type: ignore[no-untyped-def]  # fmt: skip
    """Return when a piece of one direction passes a height, and the error of that time.

    Parameters
    ----------
    low, high : float
        Ends of the piece, from the start of the segment [h].
    before, after : float
        Values there [mg/L].
    weights, heights, lower, shelf : (n + 1,) array
        Work.
    """
    size, constant = fading(rates, feeder, level, forced, weights, heights, lower, shelf)
    weights[0], rising = constant - height, after > before
    guess = low
    if rising and low == 0.0:
        # Where a straight line to the end passes.
        guess = high * (height - before) / (after - before)
    elif weights[0] < 0.0 and weights[1] > 0.0:
        # The slowest mode alone passes earlier than the sum, if all are above.
        guess = max(low, math.log(weights[1] / -weights[0]) / shelf[1])
    s = zero(weights, heights, lower, shelf, 0, size, low, high, rising, guess, NEAR)
    value, slope, bend, error, _ = look(rates, spread, digits, feeder, level, forced, s)
    step = (height - value) / slope
    s = min(max(s + step / (1.0 + 0.5 * step * bend / slope), low), high)
    return s, error / abs(slope)


@lean
def passed(up, h, time, opened, row):  # type: ignore[no-untyped-def]
    """Note that the curve comes to be above level ``h``, or below it."""
    first = FIRST_LEVEL + 2 * h
    if up:
        opened[h] = time
        if math.isnan(row[first]):
            row[first] = time
    else:
        row[first + 1] += time - opened[h]
        opened[h] = math.nan


@lean
def highest(when, what, doubt, count, noise, limit, late, row):  # type: ignore[no-untyped-def]
    """Write the peak and the first time of it; returns whether no other rivals it.

    Parameters
    ----------
    when, what, doubt : (C,) array
        Times, values, and errors of the times of the first ``count`` candidates.
    noise : float
        Error of a value.
    late : float
        Largest error of a crossing that is not small beside its time.
    """
    best = 0
    for c in range(1, count):
        if what[c] > what[best]:
            best = c
    row[0], row[1] = what[best], when[best]
    close = limit * when[best]
    for c in range(count):
        if noise > 0.0 and what[c] >= what[best] - noise and abs(when[c] - when[best]) > close:
            return False
    return noise <= limit * what[best] and doubt[best] <= close and late <= close


@lean
def enter(gains, rates, feeder, jump, rate, g, column, level, forced):  # type: ignore[no-untyped-def]
    """Give what enters at the start of segment ``g``, and write what enters during it."""
    for a in range(rates.size):
        for k in range(2):
            flow = 0.0
            for s in range(gains.shape[0]):
                level[k, a] += gains[s, k, a] * jump[g, s, column]
                flow += gains[s, k, a] * rate[g, s, column]
            forced[k, a] = flow / rates[a if k == 0 else max(feeder[a], 0)]


@lean
def sizes(rates, digits, feeder, level, forced):  # type: ignore[no-untyped-def]
    """Return the value at the start of a segment, and its error along it, in units of rounding."""
    value, error = 0.0, 0.0
    for a in range(rates.size):
        value += level[0, a]
        error += digits[a] * (abs(level[0, a]) + abs(forced[0, a]))
        b = feeder[a]
        if b >= 0:
            # A divided difference is never more than the time constant of a mode.
            most = abs(level[1, a]) + 2.0 * abs(forced[1, a])
            error += (digits[a] + digits[b]) * most / min(rates[a], rates[b])
    return value, error


@lean
def patient(rates, spread, digits, feeder, gains, start, end, jump, rate, column, stay, until,
            levels, limit, level, forced, left, weights, heights, lower, shelf, work,
            found, when, what, doubt, opened, row):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the landmarks of one patient; returns whether they hold.

    Parameters
    ----------
    rates, spread, digits, feeder, gains
        As `arranged` wrote them.
    start, end, jump, rate, column
        As in ``superpose``.
    stay : float
        Sum of the mean times in all states [h].
    until, levels, limit
        As in ``landmarks``, whose ``heights`` the levels are.
    level, forced, left : (2, n) array
        Work: what is in every mode [mg/L] and what its feeder sends to it [mg/L/h], at the start
        of a segment, after a long infusion, and at the end.
    weights, heights, lower, shelf : (n + 1,) array
        Work: a sum as in `zeros`.
    work : (2, n + 1, n) array
        Work.
    found : (n,) array
        Work: turning points of a segment.
    when, what, doubt : (G * (n + 2),) array
        Work: times and values of all candidates for the peak, and errors of the times.
    opened : (L,) array
        Work: since when the curve is above a level.
    row : (5 + 2 L,) array
        As in ``landmarks``, written.
    """
    last = start.size - 1
    rounding, area, area_error, late, nearest = 0.0, 0.0, 0.0, 0.0, math.inf
    count = 0
    for a in range(rates.size):
        level[0, a], level[1, a] = 0.0, 0.0
    for h in range(levels.size):
        opened[h] = math.nan
        row[FIRST_LEVEL + 2 * h] = math.nan
        row[FIRST_LEVEL + 2 * h + 1] = 0.0
    for g in range(last + 1):
        enter(gains, rates, feeder, jump, rate, g, column, level, forced)
        before, total = sizes(rates, digits, feeder, level, forced)
        rounding = max(rounding, total)
        length = end[g] - start[g] if g < last else min(SETTLED / rates[0] + 2.0 * stay, LAST)
        if g == last and length * rates[0] < SETTLED:
            return False
        tops = 0
        if slopes(rates, feeder, level, forced, weights, heights, lower):
            tops = turns(weights, heights, lower, rates, rates.size, length, work, found)
        if tops < 0:
            return False
        ending, more, error = 0.0, 0.0, 0.0
        if g < last:
            ending, more, error = carried(
                rates, spread, digits, feeder, level, forced, length, left
            )
        if start[g] < until < end[g]:
            _, more, error = carried(
                rates, spread, digits, feeder, level, forced, until - start[g], work[0]
            )
        if until > start[g]:
            area += more
            area_error += error
        when[count], what[count], doubt[count] = start[g], before, 0.0
        count += 1
        for h in range(levels.size):
            nearest = min(nearest, abs(before - levels[h]))
            if (before >= levels[h]) == math.isnan(opened[h]):
                passed(before >= levels[h], h, start[g], opened, row)
        low = 0.0
        for k in range(tops + 1):
            if k < tops:
                after, slope, bend, _, error = look(
                    rates, spread, digits, feeder, level, forced, found[k]
                )
                high = min(max(found[k] - slope / bend, low), length)
                when[count], doubt[count] = start[g] + high, error / abs(bend)
            else:
                high, after = length, ending
                when[count], doubt[count] = start[g] + length if g == last else end[g], 0.0
            what[count] = after
            count += 1
            for h in range(levels.size):
                nearest = min(nearest, abs(after - levels[h]))
                if (before >= levels[h]) != (after >= levels[h]):
                    s, error = crossing(
                        rates, spread, digits, feeder, level, forced, levels[h], low, high,
                        before, after, weights, heights, lower, shelf,
                    )  # fmt: skip
                    time = start[g] + s
                    if not error <= limit * time:
                        late = max(late, error) if error < math.inf else math.inf
                    passed(after >= levels[h], h, time, opened, row)
            low, before = high, after
        for a in range(rates.size):
            level[0, a], level[1, a] = left[0, a], left[1, a]
    for h in range(levels.size):
        if not math.isnan(opened[h]):
            return False
    noise = EPS * rounding
    whole, error = areas(
        rates, spread, digits, feeder, gains, start, end, jump, rate, column
    )  # fmt: skip
    row[2], row[3], row[4] = area, whole, math.log(2.0) / rates[0]
    return (
        highest(when, what, doubt, count, noise, limit, late, row)
        and nearest > noise
        and area_error <= limit * area
        and error <= limit * whole
        and EPS * spread[0] <= limit
    )


@lean
def arranged(modes, k, order, rates, spread, digits, feeder, gains):  # type: ignore[no-untyped-def]
    """Write the modes of a subject, the slowest first.

    Parameters
    ----------
    modes : (6 + I, n, LANES) array
        Modes.
    k : int
        Lane of the subject.
    order : (n,) int array
        Modes as they stand there, written.
    rates, spread : (n,) array
        Decay rates [1/h] and their relative errors, in units of rounding; written.
    digits : (n,) array
        Relative errors of their terms, in units of rounding, written.
    feeder : (n,) int array
        The mode that a mode is coupled to, upstream of it; -1 for none; written.
    gains : (I, 2, n) array
        Concentration per amount given that every mode adds [1/L], and that is sent to it by its
        feeder [1/L/h]; written.

    Returns
    -------
    bool
        Whether there are modes, and their errors are known.
    """
    n = rates.size
    for a in range(n):
        if not (modes[RATES, a, k] > 0.0 and modes[LOST, a, k] < math.inf):
            return False
        b = a
        while b > 0 and modes[RATES, a, k] < modes[RATES, order[b - 1], k]:
            order[b] = order[b - 1]
            b -= 1
        order[b] = a
    for b in range(n):
        a = order[b]
        rates[b], spread[b] = modes[RATES, a, k], modes[SPREAD, a, k]
        digits[b], feeder[b] = DIGITS + modes[LOST, a, k], -1
        other, weight = int(modes[PARTNER, a, k]), modes[WEIGHTS, a, k]
        for c in range(n):
            if order[c] == other:
                feeder[b] = c
        for s in range(gains.shape[0]):
            gains[s, 0, b], gains[s, 1, b] = weight * modes[AMOUNTS + s, a, k], 0.0
            if other >= 0:
                sent = modes[COUPLING, a, k] * modes[AMOUNTS + s, other, k]
                gains[s, 1, b] = weight * sent
    return True


@kernel
def landmarks(pattern, constants, table, plan, until, heights, lo, hi, limit, out, done):  # type: ignore[no-untyped-def]
    """Write the landmarks of subjects ``lo`` to ``hi`` who are not done, where the digits hold.

    Parameters
    ----------
    pattern, constants
        As in ``decompose``, but the pattern is a plain tuple, as in ``curves``.
    table : (B, 4 + I, n, LANES) or (B, 6 + I, n, LANES) array
        Modes.
    plan : tuple
        What enters, as `Plan` names it; nothing in the last segment but at its start.
    until : float
        End of the first area [h].
    heights : (L,) array
        Levels above 0 [mg/L].
    limit : float
        Largest error that is let pass: of concentrations relative to the peak, of times relative
        to themselves or to the time of the peak, of areas and half-lives relative.
    out : (N, 5 + 2 L) array
        Peak [mg/L], its first time [h], areas to ``until`` and to infinity [mg h/L], half-life
        [h]; first time at every level and total time above it [h]; written.
    done : (N,) array
        True for a subject whose errors are below ``limit``, written where it is not.
    """
    pattern, plan = Pattern(*pattern), Plan(*plan)
    n, R, G = pattern.diagonal.size, constants.shape[1], plan.start.size
    modes = unparted(plan.jump.shape[1], n)
    rates, spread, digits, found = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    order, feeder, lower = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n + 1, np.int64)
    gains = np.empty((plan.jump.shape[1], 2, n))
    level, forced, left = np.empty((2, n)), np.empty((2, n)), np.empty((2, n))
    weights, falls, shelf = np.empty(n + 1), np.empty(n + 1), np.empty(n + 1)
    work = np.empty((2, n + 1, n))
    when, what, doubt = np.empty(G * (n + 2)), np.empty(G * (n + 2)), np.empty(G * (n + 2))
    opened = np.empty(heights.size)
    for subject in range(lo, hi):
        if done[subject]:
            continue
        row = subject if R > 1 else 0
        receive(table[row // LANES], modes)
        if not arranged(modes, row % LANES, order, rates, spread, digits, feeder, gains):
            continue
        stay = 0.0
        for i in range(n):
            stay -= 1.0 / constants[pattern.diagonal[i], row]
        done[subject] = patient(
            rates, spread, digits, feeder, gains, plan.start, plan.end, plan.jump, plan.rate,
            subject if plan.jump.shape[2] > 1 else 0, stay, until, heights, limit, level, forced,
            left, weights, falls, lower, shelf, work, found, when, what, doubt, opened,
            out[subject],
        )  # fmt: skip
