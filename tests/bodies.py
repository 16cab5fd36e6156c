"""People of any rates, and what they are given, for tests of systems made up at random."""

import numpy as np
from hypothesis import strategies as st

from ketapk.collection import collect
from ketapk.dosing.regimen import Dose, Regimen
from ketapk.model.routes import Input
from ketapk.schedule import assemble
from ketapk.solution import solve

N = 6


def rates(largest):
    """Rates (N,) [1/h] up to a power of ten: alike, all but alike, of all sizes, or 0 and 1."""
    return st.one_of(
        st.floats(-2.0, largest).map(lambda e: np.full(N, 10.0**e)),
        st.sampled_from([1.0, 2.0]).map(lambda k: np.full(N, k)),
        st.integers(0, 99).map(lambda s: 1.0 + 1e-6 * np.random.default_rng(s).standard_normal(N)),
        st.integers(0, 99).map(lambda s: np.random.default_rng(s).lognormal(0.0, 1.0, N)),
        st.integers(0, 99).map(lambda s: np.random.default_rng(s).integers(0, 2, N) * 1.0),
    )


doses = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.5, 2.3, 7.0]),
        st.floats(1.0, 50.0),
        st.sampled_from([0.0, 0.25, 3.0]),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=4,
)
"""Of each its time [h], its amount, its duration [h] and a number of a compartment."""


def lowered(system, plan):
    """Doses into any compartment, for people of different weights."""
    places, events = {}, []
    for number, (time, amt, dur, place) in enumerate(plan):
        dose = Dose(route="iv", amt=(amt + number) / 70.0, per_kg=True, time=time, dur=dur or None)
        places[dose] = system.compartments[place % len(system.compartments)]
        events.append(dose)
    weights = np.linspace(50.0, 100.0, N)
    return collect(Regimen.of(*events), system, lambda d: (Input(to=places[d]),), weights)


def read(system, lowering, output, times, side="after", **how):
    """One output (N, T) the slow way: all states, then what is seen of them."""
    states = solve(system, assemble(lowering, times), **how).at(times, side=side)
    per_mg = np.broadcast_to(system.observe[:, output], (lowering.n, system.n_states))
    return np.einsum("nts,ns->nt", states, per_mg)
