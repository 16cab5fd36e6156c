"""Landmarks of curves that turn at most once along a segment, many subjects side by side.

That is the common case: what runs in makes a curve rise, what is left makes it fall, and what is
absorbed makes it do one after the other. Formulas and bounds are those of one subject at a time. A
lane whose curve may turn more often, whose modes are coupled, or whose bounds fail is left to them.
"""

from __future__ import annotations

import math

import numpy as np

from ketapk.kernels.compile import kernel, lean
from ketapk.kernels.landmarks import DIGITS, FIRST_LEVEL, LAST, SETTLED
from ketapk.kernels.mode_table import (
    AMOUNTS,
    BLOCKS,
    LOST,
    PARTNER,
    RATES,
    SPREAD,
    WEIGHTS,
    receive,
    unparted,
)
from ketapk.kernels.modes import Pattern
from ketapk.kernels.passage import Plan, enter, given_to
from ketapk.kernels.vector import (
    LANES,
    anywhere,
    exp,
    expm1,
    full,
    load,
    logarithm,
    root,
    size,
    store,
    where,
)
from ketapk.kernels.zeros import CLEAR, EPS, NEAR, NEARER

MOST = 40
"""Steps to a zero after which a lane is left to be done alone; a handful are enough."""
SHORT = 0.1
"""Time constants below which what an infusion lags behind is written as a series."""
WHEN, WHAT, DOUBT = range(3)
"""Time [h] and value [mg/L] of a candidate for the peak, and the error of the time [h]."""


@lean
def exchange(swap, array, a):  # type: ignore[no-untyped-def]
    """Exchange the rows ``a - 1`` and ``a`` of an array (n, LANES) in some lanes."""
    one, other = load(array, a - 1), load(array, a)
    store(where(swap, other, one), array, a - 1)
    store(where(swap, one, other), array, a)


@lean
def exchange_amounts(swap, modes, s, a):  # type: ignore[no-untyped-def]
    """Exchange what the modes ``a - 1`` and ``a`` get of input ``s`` in some lanes."""
    one, other = load(modes, AMOUNTS + s, a - 1), load(modes, AMOUNTS + s, a)
    store(where(swap, other, one), modes, AMOUNTS + s, a - 1)
    store(where(swap, one, other), modes, AMOUNTS + s, a)


@lean
def arrange(modes, rates, spread, digits, per_rate):  # type: ignore[no-untyped-def]
    """Put the slowest mode first, and make amounts in modes concentrations.

    Parameters
    ----------
    modes : (6 + I, n, LANES) array
        Modes; amounts are changed.
    rates, spread : (n, LANES) array
        Of the modes, changed.
    digits : (n, LANES) array
        What is lost of the modes, becomes the relative error of their terms, in units of rounding.
    per_rate : (n, LANES) array
        Reciprocals of the rates [h], written.

    Returns
    -------
    (LANES,) mask
        Whether there are modes, none coupled to another, and their errors are known.
    """
    n, sources = rates.shape[0], modes.shape[0] - BLOCKS
    fine = full(1.0) > 0.0
    for a in range(n):
        weight = load(modes, WEIGHTS, a)
        store(load(digits, a) + DIGITS, digits, a)
        fine = fine & (load(modes, PARTNER, a) < 0.0) & (load(rates, a) > 0.0)
        fine = fine & (load(digits, a) < math.inf)
        for s in range(sources):
            store(load(modes, AMOUNTS + s, a) * weight, modes, AMOUNTS + s, a)
    for last in range(n - 1, 0, -1):
        for a in range(1, last + 1):
            swap = load(rates, a) < load(rates, a - 1)
            if anywhere(swap):
                exchange(swap, rates, a)
                exchange(swap, spread, a)
                exchange(swap, digits, a)
                for s in range(sources):
                    exchange_amounts(swap, modes, s, a)
    for a in range(n):
        store(1.0 / load(rates, a), per_rate, a)
    return fine


@lean
def lagging(x, gone):  # type: ignore[no-untyped-def]
    """Return ``x - (1 - exp(-x))`` where ``gone`` is ``1 - exp(-x)``."""
    late = x - gone
    short = x < SHORT
    if anywhere(short):
        total = full(1.0)
        for k in range(12, 2, -1):
            total = 1.0 - x * (1.0 / k) * total
        late = where(short, 0.5 * x * x * total, late)
    return late


@lean
def look(rates, spread, digits, level, forced, fed, s):  # type: ignore[no-untyped-def]
    """Return value, slope and bend at a time after the start of a segment, and their errors.

    ``fed`` says whether drug runs in, in any lane.
    """
    value, slope, bend = full(0.0), full(0.0), full(0.0)
    error, slope_error = full(0.0), full(0.0)
    for a in range(rates.shape[0]):
        rate, here, there = load(rates, a), load(level, a), load(forced, a)
        x = rate * s
        kept = exp(-x)
        gone = -expm1(-x) if fed else full(0.0)
        own = here * kept + there * gone
        value = value + own
        change = rate * (here - there) * kept
        slope = slope - change
        bend = bend + rate * change
        far = load(spread, a) * x * size(here - there) * kept
        lost = load(digits, a)
        error = error + (lost * (size(here) * kept + size(there) * gone) + far)
        slope_error = slope_error + rate * (lost * (size(here) + size(there)) * kept + far)
    return value, slope, bend, EPS * error, EPS * slope_error


@lean
def carried(rates, per_rate, spread, digits, level, forced, fed, length, left):  # type: ignore[no-untyped-def]
    """Write the levels after ``length`` into ``left``; returns their sum, the area, its error."""
    value, area, error = full(0.0), full(0.0), full(0.0)
    for a in range(rates.shape[0]):
        per, here, there = load(per_rate, a), load(level, a), load(forced, a)
        x = load(rates, a) * length
        kept, gone = exp(-x), -expm1(-x)
        inside = here * kept + there * gone
        store(inside, left, a)
        value = value + inside
        own = here * gone * per
        more = there * lagging(x, gone) * per if fed else full(0.0)
        area = area + (own + more)
        error = error + (load(digits, a) + load(spread, a)) * (size(own) + size(more))
    return value, area, EPS * error


@lean
def nearer(constant, weights, shelf, count, s, last):  # type: ignore[no-untyped-def]
    """Return the sign of a sum of modes, the step to its zero, and whether it is below ``last``.

    A step of Halley's method on the logarithm of positive over negative terms, which of two terms
    is a straight line; NaN where all terms have one sign.

    Parameters
    ----------
    constant : (LANES,) vector
        The term that does not change.
    weights, shelf : (n, LANES) array
        The others, the first ``count``, and their rates.
    s : (LANES,) vector
        Where.
    last : float
        As NEAR.
    """
    nothing = full(0.0)
    up, down = where(constant > 0.0, constant, nothing), where(constant < 0.0, -constant, nothing)
    up_slope, up_bend, down_slope, down_bend = nothing, nothing, nothing, nothing
    for a in range(count):
        rate = load(shelf, a)
        term = load(weights, a) * exp(-rate * s)
        positive = term > 0.0
        above, below = where(positive, term, nothing), where(positive, nothing, term)
        up, up_slope = up + above, up_slope - rate * above
        up_bend = up_bend + rate * (rate * above)
        down, down_slope = down - below, down_slope + rate * below
        down_bend = down_bend - rate * (rate * below)
    per_up, per_down = 1.0 / up, 1.0 / down
    up_rate, down_rate = up_slope * per_up, down_slope * per_down
    bend = up_bend * per_up - up_rate * up_rate - down_bend * per_down + down_rate * down_rate
    per_slope = 1.0 / (up_rate - down_rate)
    step = -logarithm(up * per_down) * per_slope
    bent = 0.5 * step * bend * per_slope
    gentle = size(bent) <= 0.5
    step = where(gentle, step / (1.0 + bent), step)
    near = size(step) * (up_bend + down_bend) <= last * (size(up_slope) + size(down_slope))
    return up - down, step, near & gentle & (size(bent) <= last)


@lean
def clipped(x, low, high):  # type: ignore[no-untyped-def]
    """Return what lies between two bounds; ``low`` for what is no number."""
    x = where(x > low, x, low)
    return where(x < high, x, high)


@lean
def zero(constant, weights, shelf, count, low, high, rising, guess, last, wanted):  # type: ignore[no-untyped-def]
    """Return where a sum of modes is zero between two times with opposite signs; NaN if not found.

    Steps are kept between bounds that close in. A lane rests once its zero is found, so that the
    zero is its own.

    Parameters
    ----------
    constant, weights, shelf, count, last
        As in `nearer`.
    low, high, guess : (LANES,) vector
        Bounds, and where to begin.
    rising, wanted : (LANES,) mask
        Whether the sum is negative at ``low``; lanes in which a zero is looked for.
    """
    found, x, span = full(math.nan), guess, high - low
    for _ in range(MOST):
        if not anywhere(wanted):
            break
        outside = wanted & ~((low <= x) & (x <= high))
        if anywhere(outside):
            # Halve what is left, by its logarithm where it spans many sizes.
            half = 0.5 * (low + high)
            least = where(low > 1e-9 * span, low, 1e-9 * span)
            middle = root(least * high)
            wide = (high > 8.0 * low) & (low < middle) & (middle < high)
            x = where(outside, where(wide, middle, half), x)
        value, step, near = nearer(constant, weights, shelf, count, x, last)
        ahead = x + step
        early = ~((value < 0.0) ^ rising)
        low, high = where(early, x, low), where(early, high, x)
        # Another zero may be as near, beyond the bounds.
        near = near & (low <= ahead) & (ahead <= high)
        closed = (value == 0.0) | (high - low <= 4.0 * EPS * high)
        ready = wanted & (near | closed)
        found = where(ready, where(near, ahead, x), found)
        wanted = wanted & ~ready
        x = where((low < ahead) & (ahead < high), ahead, math.nan)
    return found


@lean
def crossing(rates, spread, digits, level, forced, fed, height, low, high, before, after, weights,
             wanted):  # type: ignore[no-untyped-def]  # fmt: skip
    """Return when a piece of one direction passes a height, and the error of that time.

    Parameters
    ----------
    low, high : (LANES,) vector
        Ends of the piece, from the start of the segment [h].
    before, after : (LANES,) vector
        Values there [mg/L].
    weights : (n, LANES) array
        Work.
    wanted : (LANES,) mask
        Lanes in which it does; NaN in others, and where it was not found.
    """
    n, constant, rising = rates.shape[0], full(-height), after > before
    for a in range(n):
        constant = constant + load(forced, a)
        store(load(level, a) - load(forced, a), weights, a)
    # Where a straight line to the end passes, or the slowest mode alone, which is earlier than the
    # sum if all are above.
    straight = high * (height - before) / (after - before)
    alone = logarithm(load(weights, 0) / -constant) / load(rates, 0)
    guess = where(rising & (low == 0.0), straight, where(alone > low, alone, low))
    s = zero(constant, weights, rates, n, low, high, rising, guess, NEAR, wanted)
    s = clipped(s, low, where(s >= 0.0, high, s))
    value, slope, bend, error, _ = look(rates, spread, digits, level, forced, fed, s)
    step = (height - value) / slope
    ahead = s + step / (1.0 + 0.5 * step * bend / slope)
    return where(s >= 0.0, clipped(ahead, low, high), s), error / size(slope)


@lean
def turns(rates, level, forced, slopes, shelf, length, fine):  # type: ignore[no-untyped-def]
    """Return in which lanes a curve turns once along a segment, and in which it may more often.

    Parameters
    ----------
    slopes, shelf : (n, LANES) array
        Terms of the slope, and how much faster each fades than the slowest, written.
    length : (LANES,) vector
        Length of the segment [h].
    fine : (LANES,) mask
        Lanes that matter.
    """
    n, nothing, total = rates.shape[0], full(0.0), full(0.0)
    for a in range(n):
        slope = load(rates, a) * (load(forced, a) - load(level, a))
        store(slope, slopes, a)
        total = total + size(slope)
    part, changes = nothing, nothing
    for a in range(n):
        slope, before = load(slopes, a), part
        part = part + slope
        unclear = (size(slope) > 0.0) & (size(part) <= CLEAR * total)
        changes = changes + where(unclear, 2.0, nothing)
        changes = changes + where(part * before < 0.0, 1.0, nothing)
    once = fine & (changes == 1.0)
    if anywhere(once):
        ending = load(slopes, 0)
        for a in range(1, n):
            store(load(rates, a) - load(rates, 0), shelf, a)
            ending = ending + load(slopes, a) * exp(-load(shelf, a) * length)
        once = once & (((part < 0.0) & (ending > 0.0)) | ((part > 0.0) & (ending < 0.0)))
    return once, changes >= 2.0


@lean
def top(slopes, shelf, weights, length, wanted):  # type: ignore[no-untyped-def]
    """Return where the slope is zero, NaN where not wanted or not found.

    Parameters
    ----------
    slopes, shelf
        What `turns` wrote.
    weights : (n, LANES) array
        Work.
    length : (LANES,) vector
        Length of the segment [h].
    wanted : (LANES,) mask
        Lanes whose curve turns once.
    """
    n, total = slopes.shape[0], load(slopes, 0)
    for a in range(1, n):
        store(load(slopes, a), weights, a - 1)
        store(load(shelf, a), shelf, a - 1)
        total = total + load(slopes, a)
    low = full(0.0)
    rising = total < 0.0
    return zero(load(slopes, 0), weights, shelf, n - 1, low, length, rising, low, NEARER, wanted)


@lean
def passed(up, down, h, time, opened, rows):  # type: ignore[no-untyped-def]
    """Note in which lanes the curve comes to be above level ``h``, and in which below it."""
    first, since = FIRST_LEVEL + 2 * h, load(opened, h)
    known = load(rows, first)
    store(where(up & ~(known >= 0.0), time, known), rows, first)
    above = load(rows, first + 1)
    store(where(down, above + (time - since), above), rows, first + 1)
    store(where(up, time, where(down, math.nan, since)), opened, h)


@lean
def note(candidates, count, time, value, error):  # type: ignore[no-untyped-def]
    """Keep one more candidate for the peak; returns how many there are."""
    store(time, candidates, WHEN, count)
    store(value, candidates, WHAT, count)
    store(error, candidates, DOUBT, count)
    return count + 1


@lean
def highest(candidates, count, noise, limit, late, rows):  # type: ignore[no-untyped-def]
    """Write the peak and the first time of it; returns in which lanes no other rivals it.

    Parameters
    ----------
    candidates : (3, C, LANES) array
        The first ``count``, as WHEN and the others lay them out.
    noise : (LANES,) vector
        Error of a value.
    limit : float
        As in `side_by_side`.
    late : (LANES,) vector
        Largest error of a crossing that is not small beside its time.
    """
    when, what = load(candidates, WHEN, 0), load(candidates, WHAT, 0)
    doubt = load(candidates, DOUBT, 0)
    for c in range(1, count):
        other = load(candidates, WHAT, c)
        above = other > what
        what, when = where(above, other, what), where(above, load(candidates, WHEN, c), when)
        doubt = where(above, load(candidates, DOUBT, c), doubt)
    close = limit * when
    alone = (noise <= limit * what) & (doubt <= close) & (late <= close)
    for c in range(count):
        near = load(candidates, WHAT, c) >= what - noise
        far = size(load(candidates, WHEN, c) - when) > close
        alone = alone & ~((noise > 0.0) & near & far)
    store(what, rows, 0)
    store(when, rows, 1)
    return alone


@lean
def together(modes, rates, spread, digits, per_rate, stay, start, end, jumps, paces, wide, place,
             count, until, heights, limit, level, flow, forced, left, slopes, shelf, weights, given,
             opened, candidates, few, rows):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the landmarks of subjects from ``place`` on; returns in which lanes they hold.

    Parameters
    ----------
    modes : (6 + I, n, LANES) array
        Modes, of which ``rates``, ``spread`` and ``digits`` (n, LANES) are part; changed.
    per_rate : (n, LANES) array
        Work.
    stay : (LANES,) vector
        Sum of the mean times in all states [h].
    start, end : (G,) array
        Segments [h].
    jumps, paces, wide, place, count
        As in ``enter``.
    until, heights, limit
        As in `side_by_side`.
    level, flow, forced, left, slopes, shelf, weights : (n, LANES) array
        Work.
    given : (I, LANES) array
        Work: what is given in all [mg].
    opened : (L, LANES) array
        Work: since when the curve is above a level; NaN while it is not.
    candidates : (3, 3 G, LANES) array
        Work: candidates for the peak.
    few : (LANES,) array
        Work.
    rows : (5 + 2 L, LANES) array
        Columns of ``landmarks``, written.
    """
    n, sources, last, levels = rates.shape[0], given.shape[0], start.size - 1, heights.size
    nothing, taken = full(0.0), 0
    rounding, area, area_error, late = nothing, nothing, nothing, nothing
    nearest = full(math.inf)
    fine = arrange(modes, rates, spread, digits, per_rate)
    for a in range(n):
        store(nothing, level, a)
    for s in range(sources):
        store(nothing, given, s)
    for h in range(levels):
        store(full(math.nan), opened, h)
        store(full(math.nan), rows, FIRST_LEVEL + 2 * h)
        store(nothing, rows, FIRST_LEVEL + 2 * h + 1)
    for g in range(last + 1):
        if not anywhere(fine):
            return fine
        enter(jumps, paces, sources, wide, g, place, count, modes, level, flow, few)
        for s in range(sources):
            begin = (g * sources + s) * wide
            more = load(given, s) + given_to(jumps, begin, wide, place, count, few)
            if g < last:
                pace = given_to(paces, begin, wide, place, count, few)
                more = more + pace * (end[g] - start[g])
            store(more, given, s)
        total, before, flows = nothing, nothing, nothing
        for a in range(n):
            inside, running = load(level, a), load(flow, a) * load(per_rate, a)
            store(running, forced, a)
            flows = flows + size(running)
            total = total + load(digits, a) * (size(inside) + size(running))
            before = before + inside
        fed = anywhere(flows > 0.0)
        rounding = where(total > rounding, total, rounding)
        length = full(end[g] - start[g])
        if g == last:
            slowest = load(rates, 0)
            length = SETTLED / slowest + 2.0 * stay
            length = where(length < LAST, length, LAST)
            fine = fine & (length * slowest >= SETTLED)
        turning, often = turns(rates, level, forced, slopes, shelf, length, fine)
        fine = fine & ~often
        ending, more, error = nothing, nothing, nothing
        if g < last:
            ending, more, error = carried(
                rates, per_rate, spread, digits, level, forced, fed, length, left
            )
        if start[g] < until < end[g]:
            _, more, error = carried(
                rates, per_rate, spread, digits, level, forced, fed, full(until - start[g]), weights
            )
        if until > start[g]:
            area, area_error = area + more, area_error + error
        taken = note(candidates, taken, full(start[g]), before, nothing)
        for h in range(levels):
            off = size(before - heights[h])
            nearest = where(off < nearest, off, nearest)
            above, since = before >= heights[h], load(opened, h)
            is_open = since >= 0.0
            passed(above & ~is_open, is_open & ~above, h, full(start[g]), opened, rows)
        low, pieces = nothing, 2 if anywhere(turning) else 1
        for k in range(pieces):
            high, after, doubt = length, ending, nothing
            time = start[g] + length if g == last else full(end[g])
            if k < pieces - 1:
                found = top(slopes, shelf, weights, length, turning)
                fine = fine & ((found >= 0.0) | ~turning)
                value, slope, bend, _, error = look(
                    rates, spread, digits, level, forced, fed, found
                )
                high = where(turning, clipped(found - slope / bend, low, length), high)
                after = where(turning, value, after)
                doubt = where(turning, error / size(bend), doubt)
                time = where(turning, start[g] + high, time)
            taken = note(candidates, taken, time, after, doubt)
            for h in range(levels):
                off = size(after - heights[h])
                nearest = where(off < nearest, off, nearest)
                up, down = before >= heights[h], after >= heights[h]
                crosses = fine & (up ^ down)
                if anywhere(crosses):
                    s, error = crossing(
                        rates, spread, digits, level, forced, fed, heights[h], low, high, before,
                        after, weights, crosses,
                    )  # fmt: skip
                    time = start[g] + s
                    fine = fine & ((s >= 0.0) | ~crosses)
                    large = crosses & ~(error <= limit * time)
                    error = where(error < math.inf, error, math.inf)
                    late = where(large & (error > late), error, late)
                    passed(crosses & down, crosses & up, h, time, opened, rows)
            low, before = high, after
        if g < last:
            for a in range(n):
                store(load(left, a), level, a)
    for h in range(levels):
        fine = fine & ~(load(opened, h) >= 0.0)
    whole, error = nothing, nothing
    for s in range(sources):
        for a in range(n):
            own = load(modes, AMOUNTS + s, a) * load(given, s) * load(per_rate, a)
            whole = whole + own
            error = error + (load(digits, a) + load(spread, a)) * size(own)
    store(area, rows, 2)
    store(whole, rows, 3)
    store(math.log(2.0) * load(per_rate, 0), rows, 4)
    noise = EPS * rounding
    return (
        fine
        & highest(candidates, taken, noise, limit, late, rows)
        & (nearest > noise)
        & (area_error <= limit * area)
        & (EPS * error <= limit * whole)
        & (EPS * load(spread, 0) <= limit)
    )


@kernel
def side_by_side(pattern, constants, table, plan, until, heights, lo, hi, limit, out, done):  # type: ignore[no-untyped-def]
    """Write the landmarks of subjects ``lo`` to ``hi`` whose curves turn at most once a segment.

    Parameters
    ----------
    pattern, constants, table, plan, until, heights, limit
        As in ``landmarks``.
    lo, hi : int
        Which subjects, from the first of a block of the table on.
    out : (N, 5 + 2 L) array
        As in ``landmarks``; written where they hold.
    done : (N,) array
        True for a subject whose errors are below ``limit``, written.
    """
    pattern, plan = Pattern(*pattern), Plan(*plan)
    n, R, G, levels = pattern.diagonal.size, constants.shape[1], plan.start.size, heights.size
    sources, wide = plan.jump.shape[1], plan.jump.shape[2]
    jumps, paces, taken = plan.jump.reshape(-1), plan.rate.reshape(-1), constants.reshape(-1)
    modes, work = unparted(sources, n), np.empty((8, n, LANES))
    given, opened = np.empty((sources, LANES)), np.empty((levels, LANES))
    candidates, rows = np.empty((3, 3 * G, LANES)), np.empty((FIRST_LEVEL + 2 * levels, LANES))
    few, held = np.empty(LANES), np.empty(LANES)
    for place in range(lo, hi, LANES):
        count = min(LANES, hi - place)
        receive(table[place // LANES if R > 1 else 0], modes)
        stay = full(0.0)
        for i in range(n):
            begin, step = pattern.diagonal[i] * R, place if R > 1 else 0
            stay = stay - 1.0 / given_to(taken, begin, R, step, count, few)
        holds = together(
            modes, modes[RATES], modes[SPREAD], modes[LOST], work[0], stay, plan.start, plan.end,
            jumps, paces, wide, place, count, until, heights, limit, work[1], work[2], work[3],
            work[4], work[5], work[6], work[7], given, opened, candidates, few, rows,
        )  # fmt: skip
        store(where(holds, 1.0, 0.0), held, 0)
        for k in range(count):
            done[place + k] = held[k] > 0.0
            if done[place + k]:
                for r in range(rows.shape[0]):
                    out[place + k, r] = rows[r, k]
