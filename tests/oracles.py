"""Slow, obvious solutions from the textbook, in mpmath, to hold the kernels against."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import numpy as np

DIGITS = 50


def exact(number):
    """A float, Fraction or int as an mpmath number, without rounding."""
    if isinstance(number, Fraction):
        return mp.mpf(number.numerator) / mp.mpf(number.denominator)
    return mp.mpf(number)


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
            self._propagators[key] = mp.expm(generator * dt, method="taylor")
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
