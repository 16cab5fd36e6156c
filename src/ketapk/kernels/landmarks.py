"""Peaks, areas, crossings and half-lives of curves that are sums of exponentials.

Along a segment a curve is ``sum(level * exp(-rate * s) + forced * (1 - exp(-rate * s)))``. Its
turning points are the zeros of another such sum, and no more of them than the partial sums of its
weights, slowest first, change sign. Where that leaves room for several, they are parted by the
zeros of a sum with one term less, and so on down to a single term, which has none; so none is
missed.
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
from ketapk.kernels.vector import LANES

EPS = 2.220446049250313e-16
CLEAR = 1e-13
"""Share of the sum of all sizes below which the sign of a partial sum is not trusted."""
SETTLED = 60.0
"""Terminal time constants after the last event at which a curve counts as over, as in `Curve`."""
LAST = 1e9
"""Time after the last event beyond which nothing is looked for, as in `Curve` [h]."""
NEAR, NEARER = 1e-2, 1e-3
"""Steps of Halley's method, in the time in which terms change, that are the last before another
one, and before one of Newton's method: they leave a millionth and a billionth."""
MOST = 200
"""Steps to a zero after which it is given up; a handful are enough."""
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
def shifted(weights, rates, begin, size, s):  # type: ignore[no-untyped-def]
    """Return a sum of modes from ``begin`` on, times ``exp(rates[begin] * s)``."""
    total = weights[begin]
    for a in range(begin + 1, size):
        total += weights[a] * math.exp((rates[begin] - rates[a]) * s)
    return total


@lean
def nearer(weights, rates, begin, size, s, last):  # type: ignore[no-untyped-def]
    """Return the sign of a sum of modes, the step to its zero, and whether it is below ``last``.

    A step of Halley's method on the logarithm of positive over negative terms, which of two terms
    is a straight line.
    """
    up, up_slope, up_bend = max(weights[begin], 0.0), 0.0, 0.0
    down, down_slope, down_bend = max(-weights[begin], 0.0), 0.0, 0.0
    for a in range(begin + 1, size):
        rate = rates[a] - rates[begin]
        term = weights[a] * math.exp(-rate * s)
        change = rate * term
        if term > 0.0:
            up += term
            up_slope -= change
            up_bend += rate * change
        else:
            down -= term
            down_slope += change
            down_bend -= rate * change
    if not (up > 0.0 and down > 0.0):
        return up - down, math.nan, False
    per_up, per_down = 1.0 / up, 1.0 / down
    up_rate, down_rate = up_slope * per_up, down_slope * per_down
    bend = up_bend * per_up - up_rate * up_rate - down_bend * per_down + down_rate * down_rate
    per_slope = 1.0 / (up_rate - down_rate)
    step = -math.log(up * per_down) * per_slope
    bent = 0.5 * step * bend * per_slope
    if not abs(bent) <= 0.5:
        return up - down, step, False
    step /= 1.0 + bent
    near = abs(step) * (up_bend + down_bend) <= last * (abs(up_slope) + abs(down_slope))
    near = near and abs(bent) <= last
    return up - down, step, near


@lean
def zero(weights, rates, begin, size, low, high, rising, guess, last):  # type: ignore[no-untyped-def]
    """Return where a sum of modes is zero between two times with opposite signs; NaN if not found.

    Steps are kept between bounds that close in.
    """
    span = high - low
    x = guess
    for _ in range(MOST):
        if not low <= x <= high:
            # Halve what is left, by its logarithm where it spans many sizes.
            x = 0.5 * (low + high)
            if high > 8.0 * low:
                x = math.sqrt(max(low, 1e-9 * span) * high)
                if not low < x < high:
                    x = 0.5 * (low + high)
        value, step, near = nearer(weights, rates, begin, size, x, last)
        if (value < 0.0) == rising:
            low = x
        else:
            high = x
        # Another zero may be as near, beyond the bounds.
        if near and low <= x + step <= high:
            return x + step
        if value == 0.0 or high - low <= 4.0 * EPS * high:
            return x
        # NaN is outside of all bounds.
        x = x + step if low < x + step < high else math.nan
    return math.nan


@lean
def signs(weights, rates, size):  # type: ignore[no-untyped-def]
    """Return how often the partial sums change sign; 2 and more also where that is not certain."""
    total = 0.0
    for a in range(size):
        total += abs(weights[a])
    part, before, changes = 0.0, 0.0, 0
    for a in range(size):
        part += weights[a]
        if abs(part) <= CLEAR * total:
            changes += 2
        if part * before < 0.0:
            changes += 1
        before = part
    return changes


@lean
def turns(weights, rates, size, length, work, found):  # type: ignore[no-untyped-def]
    """Write the times from 0 to ``length`` at which a sum of modes is zero; returns their number.

    Parameters
    ----------
    weights, rates : (n,) array
        The first ``size`` of them; no weight is zero, rates ascend and differ.
    work : (n + 1, n) array
        Weights of the sums with fewer terms; the last row holds times.
    found : (n,) array
        Ascending times, written.

    Returns
    -------
    int
        -1 where one was not found.
    """
    changes = signs(weights, rates, size)
    if changes == 0 or size < 2:
        return 0
    levels = 1 if changes == 1 else size - 1
    for a in range(size):
        work[0, a] = weights[a]
    for j in range(1, levels):
        for a in range(j, size):
            work[j, a] = (rates[a] - rates[j - 1]) * work[j - 1, a]
    parted = work[work.shape[0] - 1]
    count = 0
    for j in range(levels - 1, -1, -1):
        for i in range(count):
            parted[i] = found[i]
        between = count
        count = 0
        low = 0.0
        value = shifted(work[j], rates, j, size, low)
        for i in range(between + 1):
            high = parted[i] if i < between else length
            before = value
            value = shifted(work[j], rates, j, size, high)
            if (before < 0.0 < value) or (value < 0.0 < before):
                found[count] = zero(work[j], rates, j, size, low, high, before < 0.0, low, NEARER)
                if not found[count] >= low:
                    return -1
                count += 1
            low = high
    return count


@lean
def look(rates, spread, digits, level, forced, s):  # type: ignore[no-untyped-def]
    """Return value, slope and bend at a time after the start of a segment, and their errors."""
    value, slope, bend, error, slope_error = 0.0, 0.0, 0.0, 0.0, 0.0
    for a in range(rates.size):
        x = rates[a] * s
        if forced[a] == 0.0:
            kept, gone = math.exp(-x), 0.0
        else:
            kept, gone = kept_of(x)
        value += level[a] * kept + forced[a] * gone
        change = rates[a] * (level[a] - forced[a]) * kept
        slope -= change
        bend += rates[a] * change
        far = spread[a] * x * abs(level[a] - forced[a]) * kept
        size = abs(level[a]) * kept + abs(forced[a]) * gone
        error += digits[a] * size + far
        slope_error += rates[a] * (digits[a] * (abs(level[a]) + abs(forced[a])) * kept + far)
    return value, slope, bend, EPS * error, EPS * slope_error


@lean
def carried(rates, spread, digits, level, forced, length, left):  # type: ignore[no-untyped-def]
    """Write the levels after ``length`` into ``left``; returns their sum, the area, its error."""
    value, area, error = 0.0, 0.0, 0.0
    for a in range(rates.size):
        x = rates[a] * length
        kept, gone = kept_of(x)
        left[a] = level[a] * kept + forced[a] * gone
        value += left[a]
        own = level[a] * gone / rates[a]
        more = forced[a] * lagging(x, gone) / rates[a] if forced[a] != 0.0 else 0.0
        area += own + more
        error += (digits[a] + spread[a]) * (abs(own) + abs(more))
    return value, area, EPS * error


@lean
def areas(rates, spread, digits, gains, start, end, jump, rate, column):  # type: ignore[no-untyped-def]
    """Return the area to infinity, and its error."""
    area, error = 0.0, 0.0
    for s in range(gains.shape[0]):
        given = 0.0
        for g in range(start.size):
            given += jump[g, s, column]
            if rate[g, s, column] != 0.0:
                given += rate[g, s, column] * (end[g] - start[g])
        for a in range(rates.size):
            own = gains[s, a] * given / rates[a]
            area += own
            error += (digits[a] + spread[a]) * abs(own)
    return area, EPS * error


@lean
def crossing(rates, spread, digits, level, forced, height, low, high, before, after,
             weights, shelf):  # type: ignore[no-untyped-def]  # fmt: skip
    """Return when a piece of one direction passes a height, and the error of that time.

    Parameters
    ----------
    low, high : float
        Ends of the piece, from the start of the segment [h].
    before, after : float
        Values there [mg/L].
    weights, shelf : (n + 1,) array
        Work.
    """
    size, rising = 1, after > before
    shelf[0], weights[0] = 0.0, -height
    for a in range(rates.size):
        weights[0] += forced[a]
        if level[a] != forced[a]:
            shelf[size], weights[size] = rates[a], level[a] - forced[a]
            size += 1
    guess = low
    if rising and low == 0.0:
        # Where a straight line to the end passes.
        guess = high * (height - before) / (after - before)
    elif size > 1 and weights[0] < 0.0 and weights[1] > 0.0:
        # The slowest mode alone passes earlier than the sum, if all are above.
        guess = max(low, math.log(weights[1] / -weights[0]) / shelf[1])
    s = zero(weights, shelf, 0, size, low, high, rising, guess, NEAR)
    value, slope, bend, error, _ = look(rates, spread, digits, level, forced, s)
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
def patient(rates, spread, digits, gains, start, end, jump, rate, column, stay, until, heights,
            limit, level, forced, weights, shelf, work, left,
            found, when, what, doubt, opened, row):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the landmarks of one patient; returns whether they hold.

    Parameters
    ----------
    rates, spread, digits, gains
        As `parted` wrote them.
    start, end, jump, rate, column
        As in ``superpose``.
    stay : float
        Sum of the mean times in all states [h].
    until, heights, limit
        As in ``landmarks``.
    level, forced : (n,) array
        Work.
    weights, shelf : (n + 1,) array
        Work.
    work : (n + 1, n) array
        Work.
    left, found : (n,) array
        Work: levels at the end, turning points of a segment.
    when, what, doubt : (G * (n + 2),) array
        Work: times and values of all candidates for the peak, and errors of the times.
    opened : (L,) array
        Work: since when the curve is above a level.
    row : (5 + 2 L,) array
        As in ``landmarks``, written.
    """
    size, last = rates.size, start.size - 1
    rounding, area, area_error, late, nearest = 0.0, 0.0, 0.0, 0.0, math.inf
    count = 0
    for a in range(size):
        level[a] = 0.0
    for h in range(heights.size):
        opened[h] = math.nan
        row[FIRST_LEVEL + 2 * h] = math.nan
        row[FIRST_LEVEL + 2 * h + 1] = 0.0
    for g in range(last + 1):
        total, before, terms = 0.0, 0.0, 0
        for a in range(size):
            flow = 0.0
            for s in range(gains.shape[0]):
                level[a] += gains[s, a] * jump[g, s, column]
                flow += gains[s, a] * rate[g, s, column]
            forced[a] = flow / rates[a]
            total += digits[a] * (abs(level[a]) + abs(forced[a]))
            before += level[a]
            slope = rates[a] * (forced[a] - level[a])
            if slope != 0.0:
                if terms > 0 and shelf[terms - 1] == rates[a]:
                    return False
                shelf[terms], weights[terms] = rates[a], slope
                terms += 1
        rounding = max(rounding, total)
        length = end[g] - start[g] if g < last else min(SETTLED / rates[0] + 2.0 * stay, LAST)
        if g == last and length * rates[0] < SETTLED:
            return False
        tops = turns(weights, shelf, terms, length, work, found)
        if tops < 0:
            return False
        ending, more, error = 0.0, 0.0, 0.0
        if g < last:
            ending, more, error = carried(rates, spread, digits, level, forced, length, left)
        if start[g] < until < end[g]:
            _, more, error = carried(
                rates, spread, digits, level, forced, until - start[g], work[0]
            )
        if until > start[g]:
            area += more
            area_error += error
        when[count], what[count], doubt[count] = start[g], before, 0.0
        count += 1
        for h in range(heights.size):
            nearest = min(nearest, abs(before - heights[h]))
            if (before >= heights[h]) == math.isnan(opened[h]):
                passed(before >= heights[h], h, start[g], opened, row)
        low = 0.0
        for k in range(tops + 1):
            if k < tops:
                after, slope, bend, _, error = look(rates, spread, digits, level, forced, found[k])
                high = min(max(found[k] - slope / bend, low), length)
                when[count], doubt[count] = start[g] + high, error / abs(bend)
            else:
                high, after = length, ending
                when[count], doubt[count] = start[g] + length if g == last else end[g], 0.0
            what[count] = after
            count += 1
            for h in range(heights.size):
                nearest = min(nearest, abs(after - heights[h]))
                if (before >= heights[h]) != (after >= heights[h]):
                    s, error = crossing(
                        rates, spread, digits, level, forced, heights[h], low, high,
                        before, after, weights, shelf,
                    )  # fmt: skip
                    time = start[g] + s
                    if not error <= limit * time:
                        late = max(late, error) if error < math.inf else math.inf
                    passed(after >= heights[h], h, time, opened, row)
            low, before = high, after
        for a in range(size):
            level[a] = left[a]
    for h in range(heights.size):
        if not math.isnan(opened[h]):
            return False
    noise = EPS * rounding
    whole, error = areas(rates, spread, digits, gains, start, end, jump, rate, column)
    row[2], row[3], row[4] = area, whole, math.log(2.0) / rates[0]
    return (
        highest(when, what, doubt, count, noise, limit, late, row)
        and nearest > noise
        and area_error <= limit * area
        and error <= limit * whole
        and EPS * spread[0] <= limit
    )


@lean
def parted(modes, k, rates, spread, digits, gains):  # type: ignore[no-untyped-def]
    """Write the modes of a subject, the slowest first and none coupled.

    Parameters
    ----------
    modes : (6 + I, n, LANES) array
        Modes.
    k : int
        Lane of the subject.
    rates, spread : (n,) array
        Decay rates [1/h] and their relative errors, in units of rounding; written.
    digits : (n,) array
        Relative errors of their terms, in units of rounding, written.
    gains : (I, n) array
        Concentration per amount given that every mode adds [1/L], written.

    Returns
    -------
    bool
        Whether there are modes, no two the same, and their errors are known.
    """
    n = rates.size
    for a in range(n):
        rates[a], spread[a] = modes[RATES, a, k], modes[SPREAD, a, k]
        digits[a] = DIGITS + modes[LOST, a, k]
        if not (rates[a] > 0.0 and digits[a] < math.inf):
            return False
    for s in range(gains.shape[0]):
        for a in range(n):
            gains[s, a] = modes[AMOUNTS + s, a, k]
    for a in range(n):
        b = int(modes[PARTNER, a, k])
        if b >= 0:
            gap = rates[a] - rates[b]
            if gap == 0.0:
                return False
            near = max(rates[a], rates[b]) / abs(gap)
            digits[a], digits[b] = max(digits[a], near), max(digits[b], near)
            for s in range(gains.shape[0]):
                gains[s, a] -= modes[COUPLING, a, k] / gap * gains[s, b]
    for a in range(n):
        weight = modes[WEIGHTS, a, k]
        for c in range(a + 1, n):
            if int(modes[PARTNER, c, k]) == a:
                sent = modes[COUPLING, c, k] / (rates[c] - rates[a])
                weight += modes[WEIGHTS, c, k] * sent
        for s in range(gains.shape[0]):
            gains[s, a] *= weight
    for a in range(1, n):
        b = a
        while b > 0 and rates[b] < rates[b - 1]:
            rates[b], rates[b - 1] = rates[b - 1], rates[b]
            spread[b], spread[b - 1] = spread[b - 1], spread[b]
            digits[b], digits[b - 1] = digits[b - 1], digits[b]
            for s in range(gains.shape[0]):
                gains[s, b], gains[s, b - 1] = gains[s, b - 1], gains[s, b]
            b -= 1
    return True


@kernel
def landmarks(pattern, constants, table, plan, until, heights, lo, hi, limit, out, done):  # type: ignore[no-untyped-def]
    """Write the landmarks of subjects ``lo`` to ``hi`` who are not done, where the digits hold.

    Parameters
    ----------
    pattern, constants
        As in ``decompose``.
    table : (B, 4 + I, n, LANES) or (B, 6 + I, n, LANES) array
        Modes.
    plan : Plan
        What enters; nothing in the last segment but at its start.
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
    n, R, G = pattern.diagonal.size, constants.shape[1], plan.start.size
    modes = unparted(plan.jump.shape[1], n)
    rates, spread, digits = np.empty(n), np.empty(n), np.empty(n)
    gains = np.empty((plan.jump.shape[1], n))
    level, forced, left, found = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    weights, shelf = np.empty(n + 1), np.empty(n + 1)
    work = np.empty((n + 1, n))
    when, what, doubt = np.empty(G * (n + 2)), np.empty(G * (n + 2)), np.empty(G * (n + 2))
    opened = np.empty(heights.size)
    for subject in range(lo, hi):
        if done[subject]:
            continue
        row = subject if R > 1 else 0
        receive(table[row // LANES], modes)
        if not parted(modes, row % LANES, rates, spread, digits, gains):
            continue
        stay = 0.0
        for i in range(n):
            stay -= 1.0 / constants[pattern.diagonal[i], row]
        done[subject] = patient(
            rates, spread, digits, gains, plan.start, plan.end, plan.jump, plan.rate,
            subject if plan.jump.shape[2] > 1 else 0, stay, until, heights, limit, level, forced,
            weights, shelf, work, left, found, when, what, doubt, opened, out[subject],
        )  # fmt: skip
