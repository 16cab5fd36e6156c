"""Zeros of sums of exponentials, and of divided differences of two of them.

A sum has no more zeros than the partial sums of its weights, slowest first, change sign. Where that
leaves room for several, they are parted by the zeros of a sum with one term less, and so on down to
a single term, which has none; so none is missed. A divided difference stands for two modes that
nearly or wholly coincide; once its slower mode is taken out of a sum, the faster is what remains of
it.

A sum is written as its ``weights``, by ``rates`` that do not descend, and as ``heights`` of divided
differences, each kept with its faster mode, whose ``lower`` is the slower one, -1 for none.
"""

from __future__ import annotations

import math

from ketapk.kernels.compile import lean

EPS = 2.220446049250313e-16
TINY = 1e-200
CLEAR = 1e-13
"""Share of the sum of all sizes below which the sign of a partial sum is not trusted."""
NEAR, NEARER = 1e-2, 1e-3
"""Steps of Halley's method, in the time in which terms change, that are the last before another
one, and before one of Newton's method: they leave a millionth and a billionth."""
MOST = 200
"""Steps to a zero after which it is given up; a handful are enough."""


@lean
def grown(gap, s):  # type: ignore[no-untyped-def]
    """Return ``(1 - exp(-gap * s)) / gap``, to the last digits."""
    x = gap * s
    return s if x < TINY else -math.expm1(-x) / gap


@lean
def apart(one, other, s):  # type: ignore[no-untyped-def]
    """Return ``(exp(-one * s) - exp(-other * s)) / (other - one)``, to the last digits."""
    return math.exp(-min(one, other) * s) * grown(abs(other - one), s)


@lean
def shifted(weights, heights, lower, rates, begin, size, s):  # type: ignore[no-untyped-def]
    """Return a sum of modes from ``begin`` on, times ``exp(rates[begin] * s)``."""
    total = weights[begin]
    for a in range(begin + 1, size):
        total += weights[a] * math.exp((rates[begin] - rates[a]) * s)
        if lower[a] >= begin:
            slow = rates[lower[a]]
            kept = math.exp((rates[begin] - slow) * s)
            total += heights[a] * kept * grown(rates[a] - slow, s)
    return total


@lean
def nearer(weights, heights, lower, rates, begin, size, s, last):  # type: ignore[no-untyped-def]
    """Return the sign of a sum of modes, the step to its zero, and whether it is below ``last``.

    A step of Halley's method on the logarithm of positive over negative terms, which of two terms
    is a straight line.
    """
    up, up_slope, up_bend = max(weights[begin], 0.0), 0.0, 0.0
    down, down_slope, down_bend = max(-weights[begin], 0.0), 0.0, 0.0
    bends = 0.0
    for a in range(begin + 1, size):
        rate = rates[a] - rates[begin]
        kept = math.exp(-rate * s)
        term = weights[a] * kept
        change = rate * term
        bends += abs(rate * change)
        if term > 0.0:
            up += term
            up_slope -= change
            up_bend += rate * change
        else:
            down -= term
            down_slope += change
            down_bend -= rate * change
        if lower[a] >= begin:
            height, slow = heights[a], rates[lower[a]] - rates[begin]
            term = height * math.exp(-slow * s) * grown(rate - slow, s)
            slope = height * kept - slow * term
            bend = slow * (slow * term) - (slow + rate) * (height * kept)
            bends += slow * abs(slow * term) + (slow + rate) * abs(height * kept)
            if height > 0.0:
                up += term
                up_slope += slope
                up_bend += bend
            else:
                down -= term
                down_slope -= slope
                down_bend -= bend
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
    near = abs(step) * bends <= last * (abs(up_slope) + abs(down_slope))
    near = near and abs(bent) <= last
    return up - down, step, near


@lean
def zero(weights, heights, lower, rates, begin, size, low, high, rising, guess, last):  # type: ignore[no-untyped-def]
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
        value, step, near = nearer(weights, heights, lower, rates, begin, size, x, last)
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
def signs(weights, heights, lower, rates, size):  # type: ignore[no-untyped-def]
    """Return how often the partial sums change sign; 2 and more also where that is not certain.

    Between its two modes a divided difference adds its height over their distance, which decides
    the sign where they coincide.
    """
    total = 0.0
    for a in range(size):
        total += abs(weights[a])
    plain, before, changes = 0.0, 0.0, 0
    for a in range(size):
        plain += weights[a]
        part, most = plain, total
        for b in range(a + 1, size):
            if 0 <= lower[b] <= a:
                own = heights[b] / max(rates[b] - rates[lower[b]], TINY)
                part += own
                most += abs(own)
        if abs(part) <= CLEAR * most:
            changes += 2
        if (part < 0.0 < before) or (before < 0.0 < part):
            changes += 1
        before = part
    return changes


@lean
def without(weights, heights, lower, rates, first, size, fewer, lowered):  # type: ignore[no-untyped-def]
    """Write the sum whose zeros part those of one that begins at ``first``, without that mode.

    It is the slope, once the sum is multiplied so that the mode does not fade, with its sign
    changed and divided by the same factor.
    """
    for a in range(first + 1, size):
        fewer[a] = (rates[a] - rates[first]) * weights[a]
        lowered[a] = 0.0
        if lower[a] >= first:
            fewer[a] -= heights[a]
            lowered[a] = (rates[lower[a]] - rates[first]) * heights[a]


@lean
def turns(weights, heights, lower, rates, size, length, work, found):  # type: ignore[no-untyped-def]
    """Write the times from 0 to ``length`` at which a sum of modes is zero; returns their number.

    Parameters
    ----------
    weights, heights, lower, rates : (n,) array
        The first ``size`` of them.
    work : (2, n + 1, n) array
        Weights and heights of the sums with fewer terms; the last row holds times.
    found : (n,) array
        Ascending times, written.

    Returns
    -------
    int
        -1 where one was not found.
    """
    changes = signs(weights, heights, lower, rates, size)
    if changes == 0 or size < 2:
        return 0
    levels = 1 if changes == 1 else size - 1
    fewer, lowered = work[0], work[1]
    for a in range(size):
        fewer[0, a], lowered[0, a] = weights[a], heights[a]
    for j in range(1, levels):
        without(fewer[j - 1], lowered[j - 1], lower, rates, j - 1, size, fewer[j], lowered[j])
    parted = fewer[fewer.shape[0] - 1]
    count = 0
    for j in range(levels - 1, -1, -1):
        for i in range(count):
            parted[i] = found[i]
        between = count
        count = 0
        low = 0.0
        value = shifted(fewer[j], lowered[j], lower, rates, j, size, low)
        for i in range(between + 1):
            high = parted[i] if i < between else length
            before = value
            value = shifted(fewer[j], lowered[j], lower, rates, j, size, high)
            if (before < 0.0 < value) or (value < 0.0 < before):
                found[count] = zero(
                    fewer[j], lowered[j], lower, rates, j, size, low, high, before < 0.0, low,
                    NEARER,
                )  # fmt: skip
                if not found[count] >= low:
                    return -1
                count += 1
            low = high
    return count
