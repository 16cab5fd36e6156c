"""Amounts in compartments from doses written out by hand, at 40 digits.

There is a body, boluses, constant rates and time. There are no data items, no repetition, no
steady state: whoever wants one writes its past doses down. Every reading starts from an empty body
and walks through every dose before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import mpmath as mp

DIGITS = 40
DEPOT, CENTRAL, SECOND, THIRD = PLACES = ("depot", "central", "second", "third")


def exact(number):
    """Return a decimal written as text, an integer or a fraction, as it is; floats are refused."""
    if isinstance(number, float):
        raise TypeError(f"{number!r} is a float; write '{number}'.")
    return Fraction(number)


@dataclass(frozen=True)
class Body:
    """Clearances [L/h] and volumes [L] of up to three compartments, and a depot's ``ka`` [1/h]."""

    CL: str
    V1: str
    Q2: str = "0"
    V2: str = "1"
    Q3: str = "0"
    V3: str = "1"
    ka: str = "0"

    def rates(self):
        """Return the rate matrix [1/h] by place, ``[to, from]``; its last column is the input."""
        CL, V1, Q2, V2, Q3, V3, ka = (
            number(exact(value))
            for value in (self.CL, self.V1, self.Q2, self.V2, self.Q3, self.V3, self.ka)
        )
        return mp.matrix(
            [
                [-ka, 0, 0, 0, 0],
                [ka, -(CL + Q2 + Q3) / V1, Q2 / V2, Q3 / V3, 0],
                [0, Q2 / V1, -Q2 / V2, 0, 0],
                [0, Q3 / V1, 0, -Q3 / V3, 0],
                [0, 0, 0, 0, 0],
            ]
        )


@dataclass(frozen=True)
class Bolus:
    """An amount [mg] in a place at a time [h]; records before ``seen_from`` do not see it."""

    at: str
    amount: str
    place: str
    seen_from: int = 1


@dataclass(frozen=True)
class Infusion:
    """A constant rate [mg/h] into a place from ``start`` to ``end`` [h]."""

    start: str
    end: str
    rate: str
    place: str


def number(fraction):
    """Return a fraction at the working precision."""
    return mp.mpf(fraction.numerator) / mp.mpf(fraction.denominator)


def amounts(doses, bodies, time, record=1):
    """Return the amounts [mg] by place that a record reads at a time [h].

    ``bodies`` are (from, body), each holding until the next; the first holds since ever.
    """
    time = exact(time)
    jumps, turns = {}, {}
    for dose in doses:
        place = PLACES.index(dose.place)
        if isinstance(dose, Infusion):
            turns.setdefault(exact(dose.start), []).append((place, exact(dose.rate)))
            turns.setdefault(exact(dose.end), []).append((place, -exact(dose.rate)))
        elif exact(dose.at) < time or dose.seen_from <= record:
            jumps.setdefault(exact(dose.at), []).append((place, exact(dose.amount)))
    (_, body), *changes = bodies
    later = {exact(start): changed for start, changed in changes}
    moments = sorted(moment for moment in {time, *jumps, *turns, *later} if moment <= time)
    with mp.workdps(DIGITS):
        state = mp.matrix([0] * len(PLACES) + [1])
        inputs = [Fraction(0)] * len(PLACES)  # exact, so that what is switched off is gone
        now = moments[0]
        for moment in moments:
            if moment > now:
                state = propagator(body, tuple(inputs), moment - now) * state
            now = moment
            body = later.get(now, body)
            for place, rate in turns.get(now, ()):
                inputs[place] += rate
            for place, amount in jumps.get(now, ()):
                state[place] += number(amount)
        return dict(zip(PLACES, list(state)[:-1], strict=True))


_PROPAGATORS = {}


def propagator(body, inputs, duration):
    """Return the matrix exponential that carries a state through a time of constant input."""
    key = (body, inputs, duration)
    if key not in _PROPAGATORS:
        rates = body.rates()
        for place, rate in enumerate(inputs):
            rates[place, len(PLACES)] = number(rate)
        _PROPAGATORS[key] = mp.expm(rates * number(duration), method="taylor")
    return _PROPAGATORS[key]
