"""Slow, obvious solutions from the textbook, in mpmath, to hold the kernels against."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import numpy as np

DIGITS = 50
BITS = 320
"""Of the whole multiples of 2**-BITS that matrices are multiplied in: many times faster than floats
of as many digits, and no product of large and small numbers loses the small ones' digits."""


def exact(number):
    """A float, Fraction or int as an mpmath number, without rounding."""
    if isinstance(number, Fraction):
        return mp.mpf(number.numerator) / mp.mpf(number.denominator)
    return mp.mpf(number)


def exponential(matrix):
    """The exponential of an mpmath matrix: Taylor's series of a small part of it, then squares."""
    size = max(sum(abs(x) for x in matrix[i, :]) for i in range(matrix.rows))
    halvings = max(0, int(mp.ceil(mp.log(size, 2))) + 8) if size else 0
    shape = matrix.rows, matrix.cols
    small = np.array([int(mp.ldexp(x, BITS - halvings)) for x in matrix], dtype=object)
    small = small.reshape(shape)
    term = np.array([int(i == j) << BITS for i, j in np.ndindex(shape)], dtype=object)
    term = term.reshape(shape)
    total, k = term, 0
    # Rounded down, what is negative and hardly anything stays -1.
    while (abs(term) > 1).any():
        k += 1
        term = (term @ small) // (k << BITS)
        total = total + term
    for _ in range(halvings):
        total = (total @ total) >> BITS
    return mp.matrix([[mp.ldexp(mp.mpf(x), -BITS) for x in row] for row in total.tolist()])


class Oracle:
    """A linear system at 50 digits.

    ``flows`` are (from, to, rate) with states by number; the diagonal is what leaves. Events are
    applied one after the other by hand: there is no schedule here.
    """

    def __init__(self, n_states, flows, reads=()):
        """``reads`` are (from, to, gain) that carry no mass: integrals and effect sites."""
        mp.mp.dps = DIGITS
        self.n = n_states
        self.matrix = mp.matrix(n_states + 1, n_states + 1)
        for source, target, rate in flows:
            self.matrix[target, source] += exact(rate)
            self.matrix[source, source] -= exact(rate)
        for source, target, gain in reads:
            self.matrix[target, source] += exact(gain)
        self.state = mp.matrix(n_states + 1, 1)
        self.state[n_states] = 1
        self.now = mp.mpf(0)
        self.rates = [mp.mpf(0)] * n_states
        self._propagators = {}

    def rate(self, state, value):
        """Set the input rate into a state."""
        self.rates[state] = exact(value)

    def jump(self, state, amount):
        """Add an amount to a state at once."""
        self.state[state] += exact(amount)

    def to(self, time):
        """Go to a time and return the states there."""
        dt = exact(time) - self.now
        key = (mp.nstr(dt, 40), tuple(mp.nstr(r, 30) for r in self.rates))
        if key not in self._propagators:
            generator = self.matrix.copy()
            for i, rate in enumerate(self.rates):
                generator[i, self.n] = rate
            self._propagators[key] = exponential(generator * dt)
        self.state = self._propagators[key] * self.state
        self.now = exact(time)
        return [self.state[i] for i in range(self.n)]


def flows_of(system, row=0):
    """The flows and reads of a System's arrays, as an Oracle takes them."""
    A, n_mass = system.A[row], system.n_mass
    flows, reads = [], []
    for j in range(system.n_states):
        for i in range(system.n_states):
            if i == j or A[i, j] == 0.0:
                continue
            (flows if i < n_mass and j < n_mass else reads).append((j, i, A[i, j]))
    for e in range(n_mass, system.n_dynamic):
        reads.append((e, e, A[e, e]))
    return flows, reads


def oracle_of(system, row=0):
    """An Oracle of a System."""
    flows, reads = flows_of(system, row)
    return Oracle(system.n_states, flows, reads)


def relative_error(found, wanted, floor):
    """Largest relative error where ``wanted`` is above ``floor`` (mpmath numbers)."""
    worst = 0.0
    for f, w in zip(np.ravel(found), wanted, strict=True):
        if abs(w) > floor:
            worst = max(worst, float(abs((mp.mpf(float(f)) - w) / w)))
    return worst
