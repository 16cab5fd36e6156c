"""Curves integrated many abreast are those of one subject at a time, for whom they are taken."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import ketapk as kp
from ketapk.accuracy import Tolerance
from ketapk.dosing.regimen import Dose, Regimen
from ketapk.kernels.rows import LANES
from ketapk.lanes import _chunk, curves
from ketapk.model.sparse import Sparse
from ketapk.model.system import Graph
from tests.bodies import N, doses, lowered, rates, read

TIMES = np.sort(np.concatenate([np.linspace(0.0, 24.0, 25), [0.01, 0.013, 2.3, 2.3, 7.77, 23.999]]))
CLOSE = Tolerance(rtol=1e-11, atol=1e-13)

rate = rates(3.0)


@st.composite
def graphs(draw, huge=False):
    """Any flows among a few places, rings included, saturable ones among them, an effect site."""
    graph = Graph()
    names = ["central", "one", "two", "three"][: draw(st.integers(1, 4))]
    for name in names:
        graph.compartment(name)
    graph.loss("out")
    pairs = [(a, b) for a in names for b in [*names, "out"] if a != b]
    for a, b in draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=6, unique=True)):
        graph.flow(a, b, draw(rate))
    for a, b in draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=3, unique=True)):
        per_volume = 1e12 if huge else draw(st.floats(0.01, 100.0))
        largest = draw(rate) * (1e12 if huge else 10.0)
        graph.saturable_flow(a, b, Vmax=largest, Km=per_volume, volume=1.0)
    for name in names[: draw(st.integers(1, 2))]:
        graph.output(name, name, volume=draw(st.floats(0.1, 100.0)))
    if draw(st.booleans()):
        graph.effect_site("central", ke0=draw(rate) + 1e-3)
    return graph.system()


def abreast(system, lowering, output, times, tolerance=CLOSE, before=False, threads=1, chunk=None):
    return curves(
        system, lowering, output, times, before=before, tolerance=tolerance, threads=threads,
        chunk=chunk,
    )  # fmt: skip


def far(found, slow):
    """Largest difference, relative to the largest of all curves or a microgram a litre [1]."""
    return np.max(np.abs(found - slow)) / max(np.max(np.abs(slow)), 1e-3)


@given(graphs(), doses, st.booleans())
def test_abreast_or_one_by_one_is_the_same_curve_on_any_graph(system, plan, before):
    lowering = lowered(system, plan)
    side = "before" if before else "after"
    for output in range(len(system.outputs)):
        found, done, _ = abreast(system, lowering, output, TIMES, before=before)
        assert done.all()
        slow = read(system, lowering, output, TIMES, side, method="stiff", tolerance=CLOSE)
        assert far(found, slow) < 1e-8


@given(graphs(huge=True), doses)
def test_with_a_huge_Km_it_is_the_exponential(system, plan):
    lowering = lowered(system, plan)
    A = system.A.copy()
    for m, (i, j) in enumerate(zip(system.sat_src, system.sat_dst, strict=True)):
        A[:, i, i] -= system.Vmax[:, m] / system.KmX[:, m]
        A[:, j, i] += system.Vmax[:, m] / system.KmX[:, m]
    nowhere, nothing = np.empty(0, dtype=np.int64), np.empty((A.shape[0], 0))
    twin = replace(
        system, rates=Sparse.of(A), sat_src=nowhere, sat_dst=nowhere, Vmax=nothing, KmX=nothing
    )
    for output in range(len(system.outputs)):
        found, done, _ = abreast(system, lowering, output, TIMES)
        assert done.all()
        slow = read(twin, lowering, output, TIMES, method="exact")
        assert far(found, slow) < 1e-8


def drawn(n, *typical, seed=5):
    spread = np.random.default_rng(seed)
    return [value * spread.lognormal(0.0, 0.3, n) for value in typical]


def patients(n):
    Vmax, V1, Q2, V2, Q3, V3 = drawn(n, 120.0, 4.4, 157.0, 10.6, 156.0, 178.0)
    return kp.three_compartment(
        Vmax=Vmax, Km=np.full(n, 1.0), V1=V1, Q2=Q2, V2=V2, Q3=Q3, V3=V3, ke0=1200.0
    )


def simulated(n, model, plan="0.5 mg/kg iv over 40 min", **how):
    people = kp.Cohort(weight_kg=np.linspace(50.0, 100.0, n))
    return kp.simulate(plan, model, people, times=np.linspace(0.0, 24.0, 49), **how)


@pytest.mark.parametrize(("threads", "chunk"), [(1, 1), (1, LANES + 1), (2, 7), (2, 1000)])
def test_a_curve_does_not_depend_on_who_shares_the_lanes(threads, chunk):
    n = 2 * LANES + 5
    model = patients(n)
    together = simulated(n, model)
    apart = simulated(n, model, threads=threads, chunk=chunk)
    assert apart.stats.in_lanes == n
    for site in ("plasma", "effect"):
        assert_array_equal(
            apart.concentration("ketamine", site=site),
            together.concentration("ketamine", site=site),
        )
    assert apart.stats == together.stats


@pytest.mark.parametrize("n", [1, LANES, 1_000, 3_000, 100_000])
@pytest.mark.parametrize("threads", [1, 2, 7])
def test_every_thread_has_the_same_to_do(n, threads):
    calls = -(-n // _chunk(n, threads))
    assert _chunk(n, threads) >= LANES
    assert calls % threads == 0 or _chunk(n, threads) == LANES


PLANS = {
    "lag and depot": (
        lambda: kp.one_compartment(V1=drawn(N, 40.0)[0], Vmax=60.0, Km=0.5, ka=1.7, F=0.6, tlag=0.3),
        "3 mg/kg oral; 50 mg oral at 4 h; 10 mg iv bolus at 4 h",
    ),
    "zero order": (
        lambda: kp.one_compartment(V1=40.0, Vmax=60.0, Km=0.5, ka=1.7, F=0.6, dur=0.4),
        "200 mg oral; 50 mg iv bolus at 4 h",
    ),
    "slow effect site": (
        lambda: kp.two_compartment(V1=20.0, Q2=30.0, V2=50.0, Vmax=drawn(N, 50.0)[0], Km=0.1, ke0=14.0),
        "2 mg/kg iv over 40 min; 1 mg/kg iv over 1 h at 3 h",
    ),
    "stiff effect site": (lambda: patients(N), "0.5 mg/kg iv over 40 min"),
}  # fmt: skip


@pytest.mark.parametrize("rtol", [1e-6, 1e-8])
@pytest.mark.parametrize("name", PLANS)
def test_errors_are_as_small_as_the_tolerance(name, rtol):
    make, plan = PLANS[name]
    asked = simulated(N, make(), plan, rtol=rtol, atol=rtol / 100.0)
    close = simulated(N, make(), plan, rtol=1e-12, atol=1e-14, method="explicit")
    for analyte, site in asked.readings().values():
        true = close.concentration(analyte, site=site)
        off = np.abs(asked.concentration(analyte, site=site) - true)
        assert np.all(off <= 2.0 * rtol * np.max(true, axis=1, keepdims=True))
    assert asked.stats.in_lanes == N
    assert close.stats.in_lanes == 0


def test_what_was_done_is_in_the_stats():
    run = simulated(N, patients(N))
    run.concentration("ketamine")
    stats = run.stats
    assert (stats.method, stats.in_lanes, stats.by_modes) == ("stiff", N, 0)
    assert 30 * N < stats.steps < 1000 * N
    assert 0 <= stats.rejected < 0.2 * stats.steps
    assert 0.0 < stats.error_estimate < stats.steps * 1e-8


def test_who_fails_is_named_and_the_others_stay_abreast():
    model = kp.one_compartment(V1=[20.0, 1e-320, 30.0], Vmax=50.0, Km=0.1)
    who = kp.Cohort(weight_kg=[70.0] * 3)
    with pytest.warns(kp.KetapkWarning, match="1 of 3 patients failed; patient 1"):
        run = kp.simulate("35 mg iv bolus", model, who, times=[0.0, 1.0])
    assert list(run.failed) == [1]
    assert run.stats.in_lanes == 2
    assert np.isnan(run.concentration("ketamine")[1]).all()


def test_too_few_steps_are_a_failure_here_as_there():
    system = patients(N).system(patients(N).values(kp.Cohort(weight_kg=np.full(N, 70.0))), ("iv",))
    lowering = lowered(system, [(0.0, 35.0, 0.25, 0)])
    _, done, _ = abreast(system, lowering, 0, TIMES, Tolerance(max_steps=10))
    assert not done.any()


NOT = {
    "a steady state": Regimen.of(Dose(route="iv", amt=35.0, ii=8, ss=1)),
    "a lag of one's own": kp.parse("35 mg oral"),
}


@pytest.mark.parametrize("name", NOT)
def test_who_has_times_of_their_own_is_solved_as_before(name):
    model = kp.one_compartment(V1=20.0, Vmax=50.0, Km=0.1, ka=1.0, tlag=[0.1, 0.2])
    run = kp.simulate(NOT[name], model, kp.Cohort(weight_kg=[70.0, 70.0]), times=[0.0, 1.0, 5.0])
    assert np.all(np.isfinite(run.concentration("ketamine")))
    assert run.stats.in_lanes == 0


def test_amounts_and_curves_agree_within_the_tolerance():
    run = simulated(N, patients(N))
    per_mg = run.solution.system.observe[:, 0, 0]
    from_amounts = run.amounts[:, :, 0] * per_mg[:, None] * 1000.0
    assert_allclose(run.concentration("ketamine"), from_amounts, rtol=1e-5, atol=1e-5)


def test_a_dose_into_nearly_nothing_does_not_stop_the_clock():
    model = kp.one_compartment(V1=1.0, Vmax=5.8e3, Km=1e3)
    run = simulated(N, model, "1 mg iv bolus; 1 mg iv over 15 min at 7 h", rtol=1e-11, atol=1e-13)
    assert np.all(np.isfinite(run.concentration("ketamine")))
    assert run.stats.in_lanes == N
