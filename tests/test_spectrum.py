"""Sums of modes are the exact solution, for whom they are taken; the others are left alone."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import ketapk as kp
from ketapk.accuracy import Tolerance
from ketapk.collection import collect
from ketapk.course import Course
from ketapk.dosing.regimen import Dose, Regimen
from ketapk.model.routes import Input
from ketapk.model.system import Graph
from ketapk.spectrum import curves, whole_curves
from ketapk.spectrum.groups import groups_of
from ketapk.spectrum.shared import shared_plan
from ketapk.spectrum.stretches import LONGEST, stretches
from ketapk.timetable import timetable
from tests.bodies import N, doses, lowered, rates, read

TIMES = np.sort(np.concatenate([np.linspace(0.0, 24.0, 49), [0.01, 0.013, 2.3, 2.3, 7.77, 23.999]]))


def agree(system, lowering, times, before=False, least=0.0):
    """Every output by modes equals the twin to 1e-12 of its largest value, for whom it is taken.

    So does everybody by the whole matrix abreast, to some units of rounding. Curves that never
    reach ``least`` are not looked at.
    """
    taken = []
    for output in range(len(system.outputs)):
        how = {"before": before, "threads": 1, "chunk": None, "known": {}}
        found = curves(system, lowering, output, times, **how)
        if found is None:
            continue
        modes, done = found
        slow = read(system, lowering, output, times, "before" if before else "after")
        largest = np.max(np.abs(slow), axis=1)
        looked = done & (largest >= least)
        error = np.max(np.abs(modes - slow), axis=1)[looked]
        assert np.all(error <= 1e-12 * largest[looked])
        whole = np.full_like(slow, np.nan)
        everybody = np.arange(largest.size)
        assert whole_curves(system, lowering, output, times, everybody, whole, **how).all()
        error = np.max(np.abs(whole - slow), axis=1)[largest >= least]
        assert np.all(error <= 1e-13 * largest[largest >= least])
        taken.append(done)
    return np.array(taken)


rate = rates(2.0)


@st.composite
def graphs(draw):
    """A body with peripherals, absorption in a row, a metabolite, an effect site; any rates."""
    graph = Graph()
    graph.compartment("central")
    graph.loss("out")
    graph.flow("central", "out", draw(rate))
    known = ["central"]
    for name in ("one", "two", "three")[: draw(st.integers(0, 3))]:
        graph.compartment(name)
        at = draw(st.sampled_from(known))
        graph.flow(at, name, draw(rate))
        graph.flow(name, at, draw(rate))
        known.append(name)
    target = "central"
    for name in ("depot", "gut")[: draw(st.integers(0, 2))]:
        graph.compartment(name)
        graph.flow(name, target, draw(rate))
        target = draw(st.sampled_from([name, "central"]))
    if draw(st.booleans()):
        graph.compartment("metabolite")
        graph.flow("central", "metabolite", draw(rate))
        graph.flow("metabolite", "out", draw(rate))
        graph.output("metabolite", "metabolite", volume=3.0)
    graph.output("ketamine", "central", volume=draw(st.floats(0.1, 100.0)))
    if draw(st.booleans()):
        graph.effect_site("ketamine", ke0=draw(rate) + 1e-3)
    return graph.system()


@given(st.integers(0, 2**32 - 1), st.sampled_from([2.0, 5.0, 8.0]))
@example(1018, 8.0)
@example(1066, 8.0)
@example(55, 8.0)
def test_rates_of_all_sizes_keep_their_digits_or_are_left(seed, orders):
    random = np.random.default_rng(seed)
    graph = Graph()
    graph.loss("out")
    for name in ("central", "one", "two", "depot"):
        graph.compartment(name)

    def size():
        return 10.0 ** random.uniform(-orders, orders, 40)

    for here, there in (("central", "out"), ("depot", "central"), ("central", "one"),
                        ("one", "central"), ("one", "two"), ("two", "one")):  # fmt: skip
        graph.flow(here, there, size())
    graph.output("ketamine", "central", volume=1.0)
    graph.effect_site("ketamine", ke0=size())
    system = graph.system()
    plan = Regimen.of(
        Dose(route="iv", amt=1.0, dur=0.5), Dose(route="oral", amt=2.0),
        Dose(route="iv", amt=3.0, time=7.3),
    )  # fmt: skip
    to = {"iv": "central", "oral": "depot"}
    lowering = collect(plan, system, lambda d: (Input(to=to[d.route]),), np.full(40, 70.0))
    agree(system, lowering, np.linspace(0.0, 2400.0, 1201), least=1e-15)


def test_a_body_that_nothing_leaves_keeps_what_entered_between_two_readings():
    """Its slowest mode does not decay, and the whole infusion lies between two times."""
    graph = Graph()
    graph.loss("out")
    for name in ("central", "one", "two"):
        graph.compartment(name)
    graph.flow("central", "out", 0.0)
    for name in ("one", "two"):
        graph.flow("central", name, 1.0)
        graph.flow(name, "central", 1.0)
    graph.output("ketamine", "central", volume=1.0)
    system = graph.system()
    plan = Regimen.of(Dose(route="iv", amt=1.0, time=0.5, dur=0.25))
    lowering = collect(plan, system, lambda d: (Input(to="central"),), np.full(N, 70.0))
    times = np.array([0.5, 0.75, 1.0, 24.0, 1000.0])
    agree(system, lowering, times)
    assert read(system, lowering, 0, times)[0, -1] == pytest.approx(1.0 / 3.0, rel=1e-12)


@given(graphs(), doses, st.booleans())
def test_modes_are_the_exponential_on_any_graph(system, plan, before):
    agree(system, lowered(system, plan), TIMES, before)


MODELS = [
    ("0.5 mg/kg iv over 40 min", "domino", 1.0),
    ("0.5 mg/kg iv over 40 min", "kamp2020", 1.0),
    ("0.5 mg/kg im", "kamp2020+im", 1.0),
    ("20 mg esketamine iv over 40 min", "otto2021", 0.9),
    ("20 mg esketamine iv over 40 min; then 14 mg/h esketamine iv for 2 h", "otto2021", 0.9),
]


@pytest.mark.parametrize(("plan", "model", "share"), MODELS)
def test_models_of_the_library_are_read_by_modes(plan, model, share):
    loaded = kp.load_model(model)
    who = kp.Cohort.sample(200, rng=1, age_y=(20, 40))
    drawn = {"rng": 1} if loaded.variability else {}
    run = kp.simulate(plan, loaded, who, times=TIMES, allow_implausible=True, **drawn)
    taken = agree(run.course.system, run.course._lowering, TIMES)
    assert taken[0].mean() >= share
    assert run.stats.method == "exact"
    assert run.stats.by_modes == taken[0].sum()


def test_absorption_as_fast_as_elimination_keeps_its_digits():
    """Two modes that coincide stay coupled."""
    ka = np.array([0.25, 0.25 * (1 + 1e-9), 0.5, 3.0])
    model = kp.one_compartment(CL=5.0, V1=20.0, ka=ka)
    run = kp.simulate("100 mg oral", model, kp.Cohort(weight_kg=[70.0] * 4), times=TIMES)
    curve = run.concentration("ketamine")
    assert run.stats.by_modes == 4
    for n in range(4):
        a, k, t = mp.mpf(float(ka[n])), mp.mpf("0.25"), mp.mpf("2.3")
        with mp.workdps(40):
            wanted = (
                5 * a * t * mp.exp(-k * t)
                if a == k
                else 5 * a / (a - k) * (mp.exp(-k * t) - mp.exp(-a * t))
            )
        assert curve[n, np.searchsorted(TIMES, 2.3)] == pytest.approx(
            1000 * float(wanted), rel=1e-12
        )


def test_who_is_left_by_the_modes_is_taken_by_the_exponential():
    """A chain of three compartments with one rate: modes lose all digits."""
    k = [1.0, 1.0 + 1e-9, 0.3]
    graph = Graph()
    for name in ("a", "b", "c"):
        graph.compartment(name)
    graph.loss("out")
    for here, there, rate in (("a", "b", 1.0), ("b", "c", k), ("c", "out", 1.0)):
        graph.flow(here, there, rate)
    graph.output("ketamine", "c", volume=1.0)
    system = graph.system()
    plan = Regimen.of(Dose(route="iv", amt=1.0))
    lowering = collect(plan, system, lambda d: (Input(to="a"),), np.full(3, 70.0))
    assert agree(system, lowering, TIMES).tolist() == [[False, False, True]]


def test_a_subject_alone_is_the_subject_among_others_who_lose_digits():
    """However much stiffer the others are, whose exponential takes more squarings."""
    ka = np.geomspace(1e-3, 1e6, 40)
    times = np.linspace(0.0, 24.0, 200)

    def run(which):
        model = kp.one_compartment(CL=20.0 * ka[which], V1=20.0, ka=ka[which], ke0=ka[which])
        who = kp.Cohort(weight_kg=np.full(which.size, 70.0))
        found = kp.simulate("35 mg oral", model, who, times=times)
        curves = found.concentration("ketamine", site="effect")
        assert found.course._by_modes[found.course.system.output_index("ketamine", "effect")] == 0
        assert not found.course.solved
        return curves

    whole = run(np.arange(40))
    for n in (0, 17, 39):
        np.testing.assert_array_equal(run(np.array([n])), whole[[n]])


def test_the_first_traces_of_absorption_keep_their_digits():
    model = kp.one_compartment(CL=5.0, V1=20.0, ka=1.5)
    times = np.array([0.0, 1e-6, 1e-4, 1e-2, 1.0])
    curve = kp.simulate("100 mg oral", model, times=times).concentration("ketamine")[0]
    assert curve[0] == 0.0
    with mp.workdps(40):
        for t, found in zip(times[1:], curve[1:], strict=True):
            wanted = (
                mp.mpf(1000)
                * 5
                * mp.mpf("1.5")
                / mp.mpf("1.25")
                * (
                    mp.exp(-mp.mpf("0.25") * mp.mpf(float(t)))
                    - mp.exp(-mp.mpf("1.5") * mp.mpf(float(t)))
                )
            )
            assert found == pytest.approx(float(wanted), rel=1e-12)


def test_a_subject_alone_is_the_subject_in_a_batch():
    rng = np.random.default_rng(4)
    V1, CL = rng.lognormal(3, 0.3, 700), rng.lognormal(1, 0.3, 700)
    options = {"Q2": 9.0, "V2": 30.0, "Q3": 4.0, "V3": 90.0}

    def run(which, **how):
        model = kp.three_compartment(V1=V1[which], CL=CL[which], **options)
        who = kp.Cohort(weight_kg=np.full(which.size, 70.0))
        return kp.simulate("35 mg iv over 40 min", model, who, times=TIMES, **how).concentration(
            "ketamine"
        )

    everybody = np.arange(700)
    whole = run(everybody)
    np.testing.assert_array_equal(run(everybody, threads=1, chunk=13), whole)
    np.testing.assert_array_equal(run(everybody[::-1]), whole[::-1])
    np.testing.assert_array_equal(run(np.array([444])), whole[[444]])


def test_stretches_side_by_side_are_subjects_side_by_side():
    """One person's many stretches, and many people's one after the other: the same bits."""
    rng = np.random.default_rng(5)
    ka, times = rng.lognormal(0.0, 1.0, 40), np.arange(4000) / 60.0

    def run(which):
        model = kp.two_compartment(CL=5.0, V1=20.0, Q2=9.0, V2=30.0, ka=ka[which])
        who = kp.Cohort(weight_kg=np.full(which.size, 70.0))
        plan = "35 mg oral; 10 mg iv over 40 min at 3 h; 10 mg oral at 5 h"
        return kp.simulate(plan, model, who, times=times).concentration("ketamine")

    whole = run(np.arange(40))
    for n in (0, 7, 39):
        np.testing.assert_array_equal(run(np.array([n])), whole[[n]])


NOT = {
    "saturable": (kp.one_compartment(V1=20.0, Vmax=10.0, Km=1.0), "35 mg iv bolus"),
    "a steady state": (
        kp.one_compartment(V1=20.0, CL=5.0),
        Regimen.of(Dose(route="iv", amt=35.0, ii=8, ss=1)),
    ),
    "a lag of one's own": (
        kp.one_compartment(V1=20.0, CL=5.0, ka=1.0, tlag=[0.1, 0.2]),
        "35 mg oral",
    ),
}


@pytest.mark.parametrize("name", NOT)
def test_what_has_no_modes_is_solved_as_before(name):
    model, plan = NOT[name]
    run = kp.simulate(plan, model, kp.Cohort(weight_kg=[70.0, 70.0]), times=[0.0, 1.0, 5.0])
    assert np.all(np.isfinite(run.concentration("ketamine")))
    assert run.stats.by_modes == 0


def test_a_ring_of_exchanges_has_no_tree_and_is_solved_as_before():
    graph = Graph()
    for name in ("a", "b", "c"):
        graph.compartment(name)
    graph.loss("out")
    graph.flow("a", "out", 1.0)
    for here, there in (("a", "b"), ("b", "c"), ("c", "a")):
        graph.flow(here, there, 0.5)
    graph.output("ketamine", "a", volume=1.0)
    assert groups_of(graph.system(), 0) is None


def test_a_failing_patient_is_named_and_the_others_are_read_by_modes():
    model = kp.one_compartment(CL=[5.0, 5.0, 5.0], V1=[20.0, 1e-320, 30.0])
    who = kp.Cohort(weight_kg=[70.0] * 3)
    with pytest.warns(kp.KetapkWarning, match="1 of 3 patients failed; patient 1"):
        run = kp.simulate("35 mg iv bolus", model, who, times=[0.0, 1.0])
    assert list(run.failed) == [1]
    assert run.stats.by_modes == 2
    assert np.isnan(run.concentration("ketamine")[1]).all()


def test_where_everybody_has_modes_no_curve_is_read_before_it_is_asked_for():
    model = kp.one_compartment(CL=[5.0, 6.0, 7.0], V1=20.0, ka=1.0)
    who = kp.Cohort(weight_kg=[70.0] * 3)
    run = kp.simulate("35 mg oral", model, who, times=[0.0, 1.0])
    assert not run._cache
    assert run.stats.by_modes == 3
    assert not run.failed
    assert np.isfinite(run.concentration("ketamine")).all()


GRIDS = [
    np.linspace(0.0, 24.0, 241),
    np.geomspace(1e-3, 24.0, 50),
    np.array([0.0]),
    np.array([1.0, 1.0, 1.0]),
    np.arange(5000) / 60.0,
    np.cumsum(0.1 * (1.0 + 1e-15 * np.arange(2000))),
]


@pytest.mark.parametrize("times", GRIDS, ids=range(len(GRIDS)))
@pytest.mark.parametrize("before", [True, False])
def test_stretches_hold_every_time_once_and_evenly(times, before):
    model = kp.one_compartment(CL=5.0, V1=20.0)
    course = Course(
        plan=kp.parse("35 mg iv over 40 min; 10 mg iv bolus at 5 h"), model=model,
        cohort=kp.Cohort(weight_kg=[70.0]), values=model.values(kp.Cohort(weight_kg=[70.0])),
        samples=times, tolerance=Tolerance(),
    )  # fmt: skip
    groups = groups_of(course.system, 0)
    table = timetable(times)
    shared = shared_plan(course._lowering, groups.states, table)
    first, size, begin, step, segment = stretches(table, shared, before=before)
    assert size.sum() == times.size
    assert np.all(size <= LONGEST)
    np.testing.assert_array_equal(first, np.cumsum(size) - size)
    for w in range(first.size):
        own = times[first[w] : first[w] + size[w]]
        np.testing.assert_allclose(begin[w] + step[w] * np.arange(size[w]), own, rtol=4e-15, atol=0)
        after = own[-1] <= shared.end[segment[w]] if before else own[-1] < shared.end[segment[w]]
        assert after
        assert own[0] >= shared.start[segment[w]]
