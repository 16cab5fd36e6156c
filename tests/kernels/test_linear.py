"""Linear systems along a schedule agree with 50 digits: 1e-12 wherever 1e-9 of the peak is left."""

from fractions import Fraction as Fr

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketapk.dosing.regimen import Dose, Regimen, Reset
from ketapk.model.routes import Input
from ketapk.model.system import Graph
from ketapk.schedule import RowChange, lower
from ketapk.solution import solve
from tests.oracles import oracle_of

TOLERANCE = 1e-12
STAKE = 1e-9


def into(name="c0", **options):
    """Every dose into one compartment."""
    return lambda dose: (Input(to=dose.cmt or name, **options),)


def run(system, plan, times, inputs=None, weight=(70.0,), **options):
    schedule = lower(plan, system, inputs or into(), weight, samples=times, **options)
    return solve(system, schedule)


def assert_agree(states, wanted, system, rows=None):
    """Every dynamic and integral state, where above a billionth of its own peak."""
    for i in range(system.n_states) if rows is None else rows:
        column = [w[i] for w in wanted]
        floor = STAKE * max(abs(c) for c in column)
        for k, c in enumerate(column):
            if abs(c) > floor:
                error = abs((mp.mpf(float(states[k, i])) - c) / c)
                assert error < TOLERANCE, (system.states[i], k, float(c), float(error))


def one(k10=0.5, ka=None, V=10.0):
    graph = Graph()
    graph.compartment("c0")
    graph.loss("eliminated")
    graph.flow("c0", "eliminated", k10)
    graph.output("ketamine", "c0", volume=V)
    if ka is not None:
        graph.compartment("depot")
        graph.flow("depot", "c0", ka)
    return graph.system()


def three(k10=6.0, V=4.41):
    graph = Graph()
    for name in ("c0", "c1", "c2"):
        graph.compartment(name)
    graph.loss("eliminated")
    graph.flow("c0", "eliminated", k10)
    for name, out, back in (("c1", 35.5, 14.8), ("c2", 35.4, 0.876)):
        graph.flow("c0", name, out)
        graph.flow(name, "c0", back)
    graph.output("ketamine", "c0", volume=V)
    graph.effect_site("ketamine", ke0=14.28)
    return graph.system()


rates = st.one_of(st.just(0.0), st.floats(-4, 3).map(lambda e: 10.0**e))


@st.composite
def graphs(draw):
    """A linear graph of up to 8 compartments, with an output and an effect site."""
    n = draw(st.integers(1, 8))
    graph = Graph()
    for i in range(n):
        graph.compartment(f"c{i}")
    graph.loss("eliminated")
    for j in range(n):
        for i in range(n):
            if i != j and draw(st.integers(0, 2)) == 0:
                graph.flow(f"c{j}", f"c{i}", draw(rates))
        if draw(st.booleans()):
            graph.flow(f"c{j}", "eliminated", draw(rates))
    graph.output("ketamine", "c0", volume=draw(st.floats(0.1, 500.0)))
    graph.effect_site("ketamine", ke0=draw(st.floats(0.01, 100.0)))
    return graph.system()


@given(graphs(), st.integers(1, 500), st.integers(1, 3000), st.integers(1, 4000))
def test_a_random_graph_with_an_infusion_and_a_bolus(system, start, length, last):
    start, length = Fr(start, 100), Fr(length, 100)
    plan = Regimen.of(
        Dose(route="iv", amt=20.0, cmt="c0"),
        Dose(route="iv", amt=35.0, dur=length, time=start, cmt="c0"),
    )
    times = sorted({0.0, float(start), float(start + length), float(start) + last / 100, last / 7})
    states = run(system, plan, times).at(times)[0]
    oracle = oracle_of(system)
    oracle.jump(0, 20.0)
    begin, end = float(start), float(start + length)
    wanted = []
    for t in times:
        if oracle.now <= begin <= t:
            oracle.to(begin)
            oracle.rate(0, mp.mpf(35) / (mp.mpf(end) - mp.mpf(begin)))
        if oracle.now <= end <= t:
            oracle.to(end)
            oracle.rate(0, 0)
        wanted.append(oracle.to(t))
    assert_agree(states, wanted, system)


@pytest.mark.parametrize("gap", [0.0, 1e-9, 1e-7, 1e-5, 1e-3])
def test_absorption_equal_to_elimination_is_no_special_case(gap):
    k = 5.0 / 100.0
    system = one(k10=k, ka=k * (1.0 + gap), V=100.0)
    times = [0.1, 1.0, 20.0, 100.0, 400.0]
    states = run(system, Regimen.of(Dose(route="oral", amt=100.0)), times, into("depot")).at(times)
    oracle = oracle_of(system)
    oracle.jump(system.index("depot"), 100.0)
    assert_agree(states[0], [oracle.to(t) for t in times], system)


def test_a_ten_second_bolus_ten_hours_in():
    system = three()
    ten_seconds = Fr(10, 3600)
    plan = Regimen.of(Dose(route="iv", amt=35.0, dur=ten_seconds, time=Fr(10)))
    end = float(Fr(10) + ten_seconds)
    times = [10.0, 10.001, end, 10.01, 11.0, 20.0]
    states = run(system, plan, times).at(times)[0]
    oracle = oracle_of(system)
    oracle.to(10.0)
    oracle.rate(0, mp.mpf(35) / (mp.mpf(end) - 10))
    wanted = [oracle.to(t) for t in times[:3]]
    oracle.rate(0, 0)
    wanted += [oracle.to(t) for t in times[3:]]
    assert_agree(states, wanted, system)


def test_a_thousand_doses_at_decimal_intervals():
    system = three()
    plan = Regimen.of(Dose(route="iv", amt=3.5, ii=Fr(1, 10), addl=999))
    times = [0.3, 0.7, 12.3, 50.05, 99.9, 100.0, 110.0]
    states = run(system, plan, times).at(times)[0]
    oracle = oracle_of(system)
    wanted, pending = [], [Fr(k, 10) for k in range(1000)]
    for t in times:
        while pending and float(pending[0]) <= t:
            oracle.to(float(pending.pop(0)))
            oracle.jump(0, 3.5)
        wanted.append(oracle.to(t))
    assert_agree(states, wanted, system)


def test_eight_weeks_every_minute():
    system = three()
    every, length = Fr(84), Fr(2, 3)
    plan = Regimen.of(*(Dose(route="iv", amt=35.0, dur=length, time=every * k) for k in range(16)))
    times = np.arange(80641) / 60.0
    states = run(system, plan, times).at(times)[0]
    some = [1, 20, 40, 41, 1000, 5039, 5040, 5041, 5080, 70000, 75600, 75640, 80640]
    oracle = oracle_of(system)
    wanted, events = [], []
    for k in range(16):
        begin, end = float(every * k), float(every * k + length)
        events += [(begin, mp.mpf(35) / (mp.mpf(end) - mp.mpf(begin))), (end, 0)]
    for i in some:
        while events and events[0][0] <= times[i]:
            when, rate = events.pop(0)
            oracle.to(when)
            oracle.rate(0, rate)
        wanted.append(oracle.to(times[i]))
    assert_agree(states[some], wanted, system)


def test_a_slow_mode_keeps_its_digits_over_eight_weeks_of_minutes():
    system = one(k10=1e-3)
    times = np.arange(80641) / 60.0
    states = run(system, Regimen.of(Dose(route="iv", amt=1.0)), times).at(times)[0]
    some = [1, 63, 64, 65, 5000, 80640]
    wanted = [mp.e ** (-mp.mpf("1e-3") * 0 - mp.mpf(1e-3) * mp.mpf(times[i])) for i in some]
    for i, w in zip(some, wanted, strict=True):
        assert abs(states[i, 0] / w - 1) < TOLERANCE


def test_reading_a_grid_and_reading_one_time_agree():
    system = three()
    plan = Regimen.of(
        Dose(route="iv", amt=35.0, dur=Fr(2, 3)), Dose(route="iv", amt=9.0, time=Fr(3))
    )
    grid = np.linspace(0.0, 24.0, 241)
    solution = run(system, plan, grid)
    alone = np.concatenate([solution.at([t]) for t in grid], axis=1)
    np.testing.assert_allclose(solution.at(grid), alone, rtol=1e-12, atol=1e-300)


def test_another_row_takes_over_at_its_time():
    graph = Graph()
    graph.compartment("c0")
    graph.loss("eliminated")
    graph.flow("c0", "eliminated", np.array([0.2, 1.7]))
    graph.output("ketamine", "c0", volume=10.0)
    system = graph.system()
    change = RowChange(time=2.0, row=np.array([1]))
    plan = Regimen.of(Dose(route="iv", amt=100.0))
    found = run(system, plan, [2.0, 5.0], rows=[0], row_changes=[change]).at([2.0, 5.0], keep=[0])
    wanted = [100 * np.exp(-0.4), 100 * np.exp(-0.4 - 1.7 * 3)]
    np.testing.assert_allclose(found[0, :, 0], wanted, rtol=1e-14)


def test_a_reset_empties_everything_and_forgets_what_is_pending():
    system = one()
    plan = Regimen.of(
        Dose(route="iv", amt=100.0, dur=Fr(10)),
        Dose(route="iv", amt=50.0, time=Fr(1), cmt="c0"),
        Reset(time=Fr(2)),
        Dose(route="iv", amt=7.0, time=Fr(2)),
    )
    found = run(system, plan, [2.0, 3.0]).at([2.0, 3.0])[0]
    np.testing.assert_allclose(found[:, 0], [7.0, 7.0 * np.exp(-0.5)], rtol=1e-14)
    np.testing.assert_allclose(
        found[1, system.index("eliminated")], 7 * -np.expm1(-0.5), rtol=1e-14
    )


def test_a_trap_has_no_steady_state():
    graph = Graph()
    graph.compartment("c0")
    graph.compartment("trap")
    graph.flow("c0", "trap", 1.0)
    graph.output("ketamine", "c0", volume=1.0)
    plan = Regimen.of(Dose(route="iv", amt=1.0, ii=Fr(12), ss=1))
    solution = run(graph.system(), plan, [1.0])
    assert solution.outcome[0] != 0
    assert np.all(np.isnan(solution.at([1.0])))
