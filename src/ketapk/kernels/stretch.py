"""One even stretch of a curve, written from its terms, with times side by side."""

from __future__ import annotations

from ketapk.kernels.compile import lean
from ketapk.kernels.vector import (
    LANES,
    eights,
    fours,
    full,
    highest,
    larger,
    load,
    ones,
    store,
    twos,
    where,
)

DOUBLINGS = LANES.bit_length()
"""From one time to as many as there are lanes."""
HERE, CONSTANT, ONCE, REACH, SENT, SENT_REACH, POWERS = range(7)
APART = POWERS + DOUBLINGS
ROWS = APART + DOUBLINGS
LEAP, APART_LEAP = APART - 1, ROWS - 1
"""What a stretch is written from, for every mode: its exponential at the first time, the height of
what an infusion brings, how much is left at the first time, and how many times it is worth writing
at; the height of a divided difference, and the same of it; then exponentials, and divided
differences, over 1, 2, 4 steps and so on to as many as there are lanes."""


@lean
def spread(terms, a, k):  # type: ignore[no-untyped-def]
    """Return the exponential of mode ``a`` in lane ``k`` at LANES times from the first one on."""
    power = where(ones(), terms[POWERS, a, k], 1.0)
    power = where(twos(), power * terms[POWERS + 1, a, k], power)
    power = where(fours(), power * terms[POWERS + 2, a, k], power)
    return where(eights(), power * terms[POWERS + 3, a, k], power)


@lean
def spread_apart(terms, a, b, k):  # type: ignore[no-untyped-def]
    """Return the divided difference of modes ``a`` and ``b`` at LANES times."""
    # The difference at the sum of two times.
    power = where(ones(), terms[POWERS, b, k], 1.0)
    apart = where(ones(), terms[APART, a, k], 0.0)
    ahead = apart * terms[POWERS + 1, a, k] + power * terms[APART + 1, a, k]
    apart = where(twos(), ahead, apart)
    power = where(twos(), power * terms[POWERS + 1, b, k], power)
    ahead = apart * terms[POWERS + 2, a, k] + power * terms[APART + 2, a, k]
    apart = where(fours(), ahead, apart)
    power = where(fours(), power * terms[POWERS + 2, b, k], power)
    ahead = apart * terms[POWERS + 3, a, k] + power * terms[APART + 3, a, k]
    return where(eights(), ahead, apart)


@lean
def reach_of(terms, kind, a, k, count):  # type: ignore[no-untyped-def]
    """Return at how many of ``count`` times a term is worth writing."""
    last = terms[kind, a, k]
    return count if last >= count else int(last)


@lean
def fade(terms, a, k, count, line, written):  # type: ignore[no-untyped-def]
    """Add a mode that fades to a line.

    The first ``written`` times of it hold something already; returns how many do now.
    """
    power, height, ratio = spread(terms, a, k), terms[HERE, a, k], terms[LEAP, a, k]
    reach = reach_of(terms, REACH, a, k, count)
    both = min(reach, written)
    for t in range(0, both, LANES):
        store(load(line, t) + power * height, line, t)
        height *= ratio
    for t in range(-(-both // LANES) * LANES, reach, LANES):
        store(power * height, line, t)
        height *= ratio
    return max(written, reach)


@lean
def rise(terms, a, k, count, line, written):  # type: ignore[no-untyped-def]
    """Add a mode into which an infusion runs, as `fade`."""
    power, ratio, fading = spread(terms, a, k), terms[LEAP, a, k], 1.0
    here, constant, once = terms[HERE, a, k], terms[CONSTANT, a, k], terms[ONCE, a, k]
    reach = reach_of(terms, REACH, a, k, count)
    for t in range(0, count, LANES):
        value = full(constant)
        if t < reach:
            left = power * fading
            # What has entered: nothing yet at the start, to the last digit.
            value = left * here + constant * (1.0 - left * once)
            fading *= ratio
        store(load(line, t) + value if t < written else value, line, t)
    return count


@lean
def send(terms, a, b, k, count, line, written):  # type: ignore[no-untyped-def]
    """Add what mode ``b`` gets by way of ``a`` that it stays coupled to, as `fade`."""
    power, apart = spread(terms, a, k), spread_apart(terms, a, b, k)
    ratio, later, ahead = terms[LEAP, a, k], terms[LEAP, b, k], terms[APART_LEAP, a, k]
    reach, sent = reach_of(terms, SENT_REACH, a, k, count), terms[SENT, a, k]
    behind, fading = 0.0, 1.0
    for t in range(0, reach, LANES):
        # The difference at the sum of two times.
        value = (power * behind + apart * fading) * sent
        store(load(line, t) + value if t < written else value, line, t)
        behind = ratio * behind + ahead * fading
        fading *= later
    return max(written, reach)


@lean
def settle(line, written, flat, at, count):  # type: ignore[no-untyped-def]
    """Write a line, without what rounding left below 0; return the largest number."""
    most, peak, whole = full(0.0), 0.0, count - count % LANES
    for t in range(-(-written // LANES) * LANES, count, LANES):
        store(full(0.0), line, t)
    for t in range(0, whole, LANES):
        value = larger(load(line, t), 0.0)
        most = larger(value, most)
        store(value, flat, at + t)
    for t in range(whole, count):
        flat[at + t] = max(line[t], 0.0)
        peak = max(peak, flat[at + t])
    return max(peak, highest(most)) if whole > 0 else peak


@lean
def last_to_fade(terms, a, k, line, written, flat, at, count):  # type: ignore[no-untyped-def]
    """Write a line and the mode that lasts longest, of modes that all fade from above 0."""
    power, height, ratio = spread(terms, a, k), terms[HERE, a, k], terms[LEAP, a, k]
    reach, whole = reach_of(terms, REACH, a, k, count), count - count % LANES
    both, most = min(written, whole), min(reach, whole)
    for t in range(0, both, LANES):
        store(load(line, t) + power * height, flat, at + t)
        height *= ratio
    for t in range(-(-both // LANES) * LANES, most, LANES):
        store(power * height, flat, at + t)
        height *= ratio
    for t in range(-(-most // LANES) * LANES, whole, LANES):
        store(full(0.0), flat, at + t)
    if whole < count:
        value = power * height if reach > whole else full(0.0)
        store(load(line, whole) + value if written > whole else value, line, whole)
    for t in range(whole, count):
        flat[at + t] = line[t]
    return flat[at]


@lean
def along(terms, partner, k, line, flat, at, count):  # type: ignore[no-untyped-def]
    """Write a stretch from lane ``k`` of its terms; return its largest value.

    Parameters
    ----------
    terms : (ROWS, n, LANES) array
        What `coefficients` wrote.
    partner : (n, LANES) array
        Mode upstream.
    line : (times,) array
        Work, up to LANES times longer than the stretch. It stays near: concentrations are only
        written, and never read again from where memory may be slow.
    flat : (N * T,) array
        Concentrations [mg/L], written.
    at, count : int
        Where the stretch begins in it, and its number of times.
    """
    n, written, last, longest = partner.shape[0], 0, -1, 0.0
    for a in range(n):
        here, plain = terms[HERE, a, k], terms[CONSTANT, a, k] == 0.0
        if not (plain and here >= 0.0 and terms[SENT, a, k] == 0.0):
            last = -1
            break
        if here > 0.0 and terms[REACH, a, k] > longest:
            last, longest = a, terms[REACH, a, k]
    for a in range(n):
        if terms[CONSTANT, a, k] != 0.0:
            written = rise(terms, a, k, count, line, written)
        elif a != last and terms[HERE, a, k] != 0.0:
            written = fade(terms, a, k, count, line, written)
        if terms[SENT, a, k] != 0.0:
            written = send(terms, a, int(partner[a, k]), k, count, line, written)
    if last >= 0:
        return last_to_fade(terms, last, k, line, written, flat, at, count)
    return settle(line, written, flat, at, count)
