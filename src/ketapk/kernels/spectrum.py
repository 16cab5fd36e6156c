"""Linear systems taken apart into modes: decay rates, and what every input gives to the output.

Compartments that exchange drug both ways, in pairs without a ring, have a matrix that is similar to
a symmetric one, whose modes Jacobi's method finds to the last digit. Between such groups drug flows
one way only, so the whole is triangular in the modes of the groups, and two substitutions solve it.
Modes of different groups that nearly coincide make large terms that cancel; the amplitude of the
terms is returned, so that the caller can see how many digits are left.
"""

from __future__ import annotations

import math

import numpy as np

from ketapk.kernels.compile import kernel

SMALL = 1e-2
"""Share of the sum of all terms below which a first concentration is written by its series."""
SOON = 8.0
"""Fastest time constants after the beginning up to which the series is short enough."""
MOST_TERMS = 200
NOTHING_LEFT = 230.0
"""Time constants after which a mode has faded by a hundred powers of ten."""
LOOKS = 24
"""Concentrations of a stretch among which the largest is looked for."""
SWEEPS = 30
"""Jacobi sweeps after which a group is given up; four or five are enough."""


@kernel
def jacobi(S, Q):  # type: ignore[no-untyped-def]
    """Turn the symmetric ``S`` (m, m) diagonal in place; ``Q`` (m, m) gets its eigenvectors."""
    m = S.shape[0]
    for i in range(m):
        for j in range(m):
            Q[i, j] = 1.0 if i == j else 0.0
    for _ in range(SWEEPS):
        off = 0.0
        for i in range(m):
            for j in range(i + 1, m):
                if abs(S[i, j]) > 1e-17 * math.sqrt(abs(S[i, i] * S[j, j])):
                    off = max(off, abs(S[i, j]))
        if off == 0.0:
            return True
        for p in range(m):
            for q in range(p + 1, m):
                if S[p, q] == 0.0:
                    continue
                theta = 0.5 * (S[q, q] - S[p, p]) / S[p, q]
                t = 1.0 / (abs(theta) + math.sqrt(theta * theta + 1.0))
                if theta < 0.0:
                    t = -t
                c = 1.0 / math.sqrt(t * t + 1.0)
                s = t * c
                tau = s / (1.0 + c)
                h = t * S[p, q]
                S[p, p] -= h
                S[q, q] += h
                S[p, q] = 0.0
                S[q, p] = 0.0
                for r in range(m):
                    if r not in (p, q):
                        g, k = S[r, p], S[r, q]
                        S[r, p] = g - s * (k + g * tau)
                        S[r, q] = k + s * (g - k * tau)
                        S[p, r] = S[r, p]
                        S[q, r] = S[r, q]
                    g, k = Q[r, p], Q[r, q]
                    Q[r, p] = g - s * (k + g * tau)
                    Q[r, q] = k + s * (g - k * tau)
    return False


@kernel
def star(S, Q):  # type: ignore[no-untyped-def]
    """Turn ``S`` (3, 3) of one state in exchange with two others diagonal, without sweeps.

    Roots of the cubic, each then a step of Newton's on the equation whose poles are the two others.
    Returns False, and leaves ``S`` alone, where states or roots come too close for it.
    """
    c, i, j = 0, 1, 2
    if S[1, 2] != 0.0:
        c, i, j = (1, 0, 2) if S[0, 2] == 0.0 else (2, 0, 1)
    dc, di, dj = S[c, c], S[i, i], S[j, j]
    si, sj = S[c, i], S[c, j]
    third = (dc + di + dj) / 3.0
    ac, ai, aj = dc - third, di - third, dj - third
    p = math.sqrt((ac * ac + ai * ai + aj * aj + 2.0 * (si * si + sj * sj)) / 6.0)
    determinant = dc * di * dj - si * si * dj - sj * sj * di
    if not (p > 1e-2 * third and determinant > 0.0):
        return False
    turn = 0.5 * (ac * ai * aj - si * si * aj - sj * sj * ai) / (p * p * p)
    angle = math.acos(min(1.0, max(-1.0, turn))) / 3.0
    first = third + 2.0 * p * math.cos(angle)
    second = third + 2.0 * p * math.cos(angle - 2.0943951023931953)
    if not second > 0.0:
        return False
    values = (first, second, determinant / (first * second))
    for k in range(3):
        value = values[k]
        for _ in range(2):
            gi, gj = di - value, dj - value
            if not (abs(gi) > 1e-3 * di and abs(gj) > 1e-3 * dj):
                return False
            ui, uj = si / gi, sj / gj
            value += (dc - value - si * ui - sj * uj) / (1.0 + ui * ui + uj * uj)
        ui, uj = si / (value - di), sj / (value - dj)
        length = 1.0 / math.sqrt(1.0 + ui * ui + uj * uj)
        Q[c, k], Q[i, k], Q[j, k] = length, ui * length, uj * length
        if k == 0:
            first = value
        elif k == 1:
            second = value
        else:
            if not (first > second * 1.001 and second > value * 1.001 and value > 0.0):
                return False
            S[0, 0], S[1, 1], S[2, 2] = first, second, value
    return True


@kernel
def modes(entry_to, entry_from, entries, diagonal, group, parent, link, output, scale, inputs, n,
          room, rates, gains):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write decay rates and gains of patient ``n``; returns the distance of the digits lost.

    Parameters
    ----------
    entry_to, entry_from : (K,) int array
        Places of the entries off the diagonal.
    entries : (K, N) array
        Rate constants [1/h].
    diagonal : (n, N) array
        What leaves every state [1/h].
    group : (n,) int array
        Group of every state, ascending downstream; states of a group stand together.
    parent, link : (n,) int array
        State of the same group that a state exchanges with and that stands before it, and the
        entries to and from it as ``2 * k``; -1 for the first of a group.
    output, scale
        State that is read, and concentration per amount (N,) [1/L].
    inputs : (I,) int array
        States into which drug is given.
    room : (7, n, n) array
        Work.
    rates : (n,) array
        Decay rates [1/h], written.
    gains : (I, n) array
        Concentration per amount given that every mode adds [1/L], written.

    Returns
    -------
    float
        Largest relative change of a mode over the gaps between modes, in units of rounding; NaN
        where the system has no such form.
    """
    size = diagonal.shape[0]
    V, U, T, Y, S, Q = room[0], room[1], room[2], room[3], room[4], room[5]
    for i in range(size):
        for j in range(size):
            V[i, j] = 0.0
            U[i, j] = 0.0
            T[i, j] = 0.0
            Y[i, j] = 0.0
    first = 0
    while first < size:
        last = first + 1
        while last < size and group[last] == group[first]:
            last += 1
        m = last - first
        # Amounts over D have a symmetric matrix; D grows along the tree of exchanges.
        for i in range(m):
            for j in range(m):
                S[i, j] = 0.0
        D = room[6, 0]
        D[first] = 1.0
        for i in range(first, last):
            S[i - first, i - first] = diagonal[i, n]
            if parent[i] >= 0:
                up, down = entries[link[i], n], entries[link[i] + 1, n]
                if not (up > 0.0 and down > 0.0):
                    return math.nan
                both = math.sqrt(up * down)
                D[i] = D[parent[i]] * math.sqrt(up / down)
                S[i - first, parent[i] - first] = -both
                S[parent[i] - first, i - first] = -both
        if m > 1 and not (m == 3 and star(S, Q)) and not jacobi(S[:m, :m], Q[:m, :m]):
            return math.nan
        if m == 1:
            Q[0, 0] = 1.0
        for k in range(m):
            rates[first + k] = S[k, k]
            for i in range(m):
                V[first + i, first + k] = Q[i, k] * D[first + i]
                U[first + k, first + i] = Q[i, k] / D[first + i]
        first = last
    # The exchanges within groups stand first.
    coupled = 2 * (size - 1 - group[size - 1])
    # Flows between groups, from mode to mode.
    for k in range(coupled, entry_to.size):
        i, j = entry_to[k], entry_from[k]
        value = entries[k, n]
        for a in range(size):
            if U[a, i] != 0.0:
                for b in range(size):
                    if V[j, b] != 0.0:
                        T[a, b] += U[a, i] * value * V[j, b]
    worst = 0.0
    slowest, fastest = math.inf, 0.0
    for a in range(size):
        slowest, fastest = min(slowest, rates[a]), max(fastest, rates[a])
    if not (slowest > 0.0 and fastest < math.inf):
        return math.nan
    worst = 1.0
    if group[size - 1] == 0:
        for a in range(size):
            for source in range(inputs.size):
                gains[source, a] = U[a, inputs[source]] * V[output, a] * scale[n]
        return worst
    # Columns of Y are the eigenvectors in the modes of the groups.
    for b in range(size):
        for a in range(size):
            Y[a, b] = 1.0 if a == b else 0.0
        for a in range(b + 1, size):
            if group[a] == group[b]:
                continue
            total = 0.0
            for c in range(a):
                if T[a, c] != 0.0 and Y[c, b] != 0.0:
                    total += T[a, c] * Y[c, b]
            if total != 0.0:
                gap = rates[a] - rates[b]
                if gap == 0.0:
                    return math.nan
                Y[a, b] = total / gap
                worst = max(worst, max(rates[a], rates[b]) / abs(gap))
    for source in range(inputs.size):
        for a in range(size):
            amount = U[a, inputs[source]]
            for c in range(a):
                if Y[a, c] != 0.0:
                    amount -= Y[a, c] * gains[source, c]
            gains[source, a] = amount
    for a in range(size):
        weight = 0.0
        for c in range(a, size):
            if V[output, c] != 0.0 and Y[c, a] != 0.0:
                weight += V[output, c] * Y[c, a]
        weight *= scale[n]
        for source in range(inputs.size):
            gains[source, a] *= weight
    return worst


@kernel
def spreads(room, diagonal, n, rates, spread):  # type: ignore[no-untyped-def]
    """Write the relative error of every decay rate, in units of rounding, for ``room`` of modes."""
    size = rates.size
    for a in range(size):
        total = 0.0
        for i in range(size):
            if room[0, i, a] != 0.0:
                total += math.sqrt(abs(room[0, i, a] * room[1, a, i]) * diagonal[i, n])
        spread[a] = total * total / rates[a]


@kernel
def ascending(rates, spread, gains):  # type: ignore[no-untyped-def]
    """Sort modes in place, the slowest first."""
    for a in range(1, rates.size):
        b = a
        while b > 0 and rates[b] < rates[b - 1]:
            rates[b], rates[b - 1] = rates[b - 1], rates[b]
            spread[b], spread[b - 1] = spread[b - 1], spread[b]
            for s in range(gains.shape[0]):
                gains[s, b], gains[s, b - 1] = gains[s, b - 1], gains[s, b]
            b -= 1


@kernel
def decompose(entry_to, entry_from, entries, diagonal, group, parent, link, output, scale, inputs,
              lo, hi, rates, spread, lost, gains):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the modes of patients ``lo`` to ``hi``, the slowest first.

    Parameters
    ----------
    entry_to, entry_from, entries, diagonal, group, parent, link, output, scale, inputs
        As in ``modes``.
    rates : (N, n) array
        Decay rates [1/h], written.
    spread : (N, n) array
        Their relative errors, in units of rounding, written.
    lost : (N,) array
        What ``modes`` returns, written.
    gains : (N, I, n) array
        Concentration per amount given that every mode adds [1/L], written.
    """
    size = diagonal.shape[0]
    room = np.empty((7, size, size))
    for n in range(lo, hi):
        lost[n] = modes(
            entry_to, entry_from, entries, diagonal, group, parent, link, output, scale, inputs, n,
            room, rates[n], gains[n],
        )  # fmt: skip
        if lost[n] < math.inf:
            spreads(room, diagonal, n, rates[n], spread[n])
            ascending(rates[n], spread[n], gains[n])


@kernel
def fade(rate, step, table):  # type: ignore[no-untyped-def]
    """Write ``exp(-rate * step * k)`` for every ``k`` before nothing is left; returns how many.

    Twice as many at a time from what is there, so that no product waits for the one before it.
    """
    size = table.size
    if rate * step * size > NOTHING_LEFT:
        size = min(size, int(NOTHING_LEFT / (rate * step)) + 1)
    once = math.exp(-rate * step)
    value = 1.0
    known = min(4, size)
    for k in range(known):
        table[k] = value
        value *= once
    while known < size:
        more = min(known, size - known)
        before, after = table[:more], table[known : known + more]
        for k in range(more):
            after[k] = before[k] * value
        value *= value
        known += more
    return size


@kernel
def superpose(start, end, jump, rate, sources, stretch_first, stretch_size, stretch_time,
              stretch_step, stretch_segment, rates, spread, digits, gains, n, level, forced, table,
              out):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the concentration of patient ``n`` at all times; returns amplitude, error and peak.

    Parameters
    ----------
    start, end : (G,) array
        Segments, shared by all patients [h].
    jump, rate : (G, I, N) or (G, I, 1) array
        What enters at the start of a segment [mg], and during it [mg/h], by source.
    stretch_first, stretch_size : (W,) int array
        First time and number of times of every even stretch.
    stretch_time, stretch_step : (W,) array
        Its first time and its step [h].
    stretch_segment : (W,) int array
        The segment that it lies in.
    rates, gains
        What ``modes`` wrote.
    spread : (n,) array
        What ``spreads`` wrote.
    digits : float
        Relative error of a term, in units of rounding.
    level, forced : (n,) array
        Work.
    table : (longest,) array
        Work.
    out : (T,) array
        Concentrations [mg/L], written.

    Returns
    -------
    float, float, float
        Sum of the sizes of all terms, at its largest; error of what is written, in units of
        rounding, at its largest; largest of some of the concentrations.
    """
    size = rates.size
    column = n if jump.shape[2] > 1 else 0
    amplitude, error, peak = 0.0, 0.0, 0.0
    for a in range(size):
        level[a] = 0.0
    w = 0
    for g in range(start.size):
        total = 0.0
        for a in range(size):
            flow = 0.0
            for s in range(sources):
                level[a] += gains[s, a] * jump[g, s, column]
                flow += gains[s, a] * rate[g, s, column]
            forced[a] = flow / rates[a]
            total += abs(level[a]) + abs(forced[a])
        empty = amplitude == 0.0
        amplitude = max(amplitude, total)
        while w < stretch_first.size and stretch_segment[w] == g:
            lo, count = stretch_first[w], stretch_size[w]
            row = out[lo : lo + count]
            since = stretch_time[w] - start[g]
            own = table[:count]
            entering = 1.0 if since + stretch_step[w] * (count - 1) > 0.0 else 0.0
            total = 0.0
            written = 0
            cancels = False
            for a in range(size):
                if level[a] == 0.0 and forced[a] == 0.0:
                    continue
                once = math.exp(-rates[a] * since)
                reach = fade(rates[a], stretch_step[w], own)
                here, full = level[a] * once, forced[a]
                total += abs(here) * (digits + spread[a] * rates[a] * since)
                total += entering * abs(full) * digits
                cancels |= here < 0.0 or full < 0.0
                if reach > written:
                    row[written:reach] = 0.0
                    written = reach
                if full == 0.0:
                    for k in range(reach):
                        row[k] += here * own[k]
                    continue
                # What has entered: nothing yet at the start, to the last digit.
                if count > written:
                    row[written:count] = 0.0
                    written = count
                for k in range(reach):
                    row[k] += here * own[k] + full * (1.0 - once * own[k])
                for k in range(reach, count):
                    row[k] += full
            row[written:count] = 0.0
            if cancels:
                for k in range(count):
                    row[k] = max(row[k], 0.0)
            # What an empty body holds at once is written again where terms cancel.
            if not (empty and count == 1 and since == 0.0):
                error = max(error, total)
            for k in range(0, count, 1 + count // LOOKS):
                peak = max(peak, row[k])
            peak = max(peak, row[count - 1])
            w += 1
        length = end[g] - start[g]
        if not math.isinf(length):
            for a in range(size):
                once = math.exp(-rates[a] * length)
                level[a] = level[a] * once + forced[a] * (1.0 - once)
    return amplitude, error, peak


@kernel
def beginnings(entry_to, entry_from, entries, diagonal, output, scale, inputs, start, jump, rate,
               n, times, first, last, amplitude, term, fresh, out):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the first concentrations of patient ``n`` again, where modes cancel.

    From an empty body and nothing but inputs, Taylor's series of the shifted matrix adds numbers of
    one sign, so that it keeps its digits however little has arrived.

    Parameters
    ----------
    entry_to, entry_from, entries, diagonal, output, scale, inputs
        As in ``modes``.
    start : float
        Time at which the body is empty and inputs begin [h].
    jump, rate : (I, N) or (I, 1) array
        What enters then [mg], and from then on [mg/h].
    times : (T,) array
        Times [h]; those from ``first`` to ``last`` are in the segment.
    amplitude : float
        Sum of the sizes of all terms.
    term, fresh : (n + 1,) array
        Work; the last entry is the constant that feeds the inputs.
    out : (T,) array
        Concentrations [mg/L].
    """
    size = diagonal.shape[0]
    column = n if jump.shape[1] > 1 else 0
    shift = 0.0
    for i in range(size):
        shift = max(shift, diagonal[i, n])
    for t in range(first, last):
        since = times[t] - start
        if out[t] > SMALL * amplitude or shift * since > SOON:
            return
        for i in range(size):
            term[i] = 0.0
        for s in range(inputs.size):
            term[inputs[s]] += jump[s, column]
        term[size] = 1.0
        total = term[output]
        for k in range(1, MOST_TERMS if since > 0.0 else 1):
            step = since / k
            for i in range(size):
                fresh[i] = (shift - diagonal[i, n]) * term[i]
            fresh[size] = shift * term[size]
            for e in range(entry_to.size):
                fresh[entry_to[e]] += entries[e, n] * term[entry_from[e]]
            for s in range(inputs.size):
                fresh[inputs[s]] += rate[s, column] * term[size]
            for i in range(size + 1):
                term[i] = fresh[i] * step
            total += term[output]
            if k > shift * since and k > size and term[output] <= 1e-18 * total:
                break
        out[t] = total * math.exp(-shift * since) * scale[n]


@kernel
def curves(entry_to, entry_from, entries, diagonal, output, scale, inputs, rates, spread, lost,
           gains, start, end, jump, rate, stretch_first, stretch_size, stretch_time, stretch_step,
           stretch_segment, times, opening, lo, hi, limit, out, done):  # type: ignore[no-untyped-def]  # fmt: skip
    """Write the curves of patients ``lo`` to ``hi`` into ``out`` (N, T) where the digits hold.

    ``done`` (N,) becomes True for a patient whose error, relative to the largest concentration that
    is written, is below ``limit``; the others are left for the exponential. ``opening`` is the
    segment in which drug first enters, which finds an empty body.
    """
    size, sources = diagonal.shape[0], inputs.size
    level, forced = np.empty((2, size))
    term, fresh = np.empty(size + 1), np.empty(size + 1)
    longest = 1
    for w in range(stretch_size.size):
        longest = max(longest, stretch_size[w])
    table = np.empty(longest)
    first, last = 0, 0
    for w in range(stretch_first.size):
        if stretch_segment[w] < opening:
            first = stretch_first[w] + stretch_size[w]
        if stretch_segment[w] <= opening:
            last = stretch_first[w] + stretch_size[w]
    for n in range(lo, hi):
        done[n] = False
        if not lost[n] < math.inf:
            continue
        row = out[n]
        amplitude, error, peak = superpose(
            start, end, jump, rate, sources, stretch_first, stretch_size, stretch_time,
            stretch_step, stretch_segment, rates[n], spread[n], 10.0 + lost[n], gains[n], n, level,
            forced, table, row,
        )  # fmt: skip
        done[n] = error * 2.2e-16 <= limit * peak
        if done[n] and first < last:
            beginnings(
                entry_to, entry_from, entries, diagonal, output, scale, inputs, start[opening],
                jump[opening], rate[opening], n, times, first, last, amplitude, term, fresh, row,
            )  # fmt: skip
