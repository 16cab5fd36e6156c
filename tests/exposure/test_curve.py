"""Peaks, crossings and areas are those of the curve, wherever the samples are."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import ketapk as kp

ME = kp.Patient(weight_kg=70)
rate = st.floats(-1.5, 1.5).map(lambda e: 10.0**e)


@given(rate, rate)
def test_the_peak_after_first_order_absorption(ka, k):
    """Tmax = ln(ka / k) / (ka - k), and Cmax is the curve there."""
    model = kp.one_compartment(CL=k * 20.0, V1=20.0, ka=ka)
    table = kp.simulate("100 mg oral", model, times=[0.0, 1.0]).exposure()
    mp.mp.dps = 40
    a, b = mp.mpf(ka), mp.mpf(k * 20.0) / 20
    if abs(ka / k - 1) < 1e-6:
        return
    Tmax = mp.log(a / b) / (a - b)
    Cmax = 100 * a / 20 / (a - b) * (mp.exp(-b * Tmax) - mp.exp(-a * Tmax)) * 1000
    assert_allclose(table["Cmax"][0], float(Cmax), rtol=1e-10)
    assert_allclose(table["Tmax"][0], float(Tmax), rtol=1e-7)


@given(rate, st.floats(0.1, 20.0))
def test_the_peak_of_an_infusion_is_its_end(k, hours):
    if k * hours > 20:  # the plateau is reached before the end, to the last digit
        return
    model = kp.one_compartment(CL=k * 20.0, V1=20.0)
    plan = kp.infusion("100 mg", over=f"{hours!r} h")
    table = kp.simulate(plan, model, times=[0.0, 1.0]).exposure()
    assert_allclose(table["Tmax"][0], hours, rtol=1e-14)
    wanted = 100 / hours / (k * 20.0) * -np.expm1(-k * hours) * 1000
    assert_allclose(table["Cmax"][0], wanted, rtol=1e-12)


@given(rate, st.floats(0.05, 0.95))
def test_time_above_a_level_after_a_bolus(k, share):
    model = kp.one_compartment(CL=k * 20.0, V1=20.0)
    level = f"{5000.0 * share!r} ng/mL"
    table = kp.simulate("100 mg iv bolus", model, times=[0.0]).exposure(above=level)
    assert table[f"time to {level}"][0] == 0.0
    assert_allclose(table[f"time above {level}"][0], -np.log(share) / k, rtol=1e-10)


@given(rate, st.floats(0.5, 10.0), st.floats(0.05, 0.95))
def test_onset_during_an_infusion(k, hours, share):
    model = kp.one_compartment(CL=k * 20.0, V1=20.0)
    run = kp.simulate(kp.infusion("100 mg", over=f"{hours!r} h"), model, times=[0.0])
    level = f"{run.exposure()['Cmax'][0] * share!r} ng/mL"
    table = run.exposure(above=level)
    plateau = 100 / hours / (k * 20.0) * 1000
    c = run.exposure()["Cmax"][0] * share
    rise = -np.log1p(-c / plateau) / k
    fall = hours - np.log(share) / k
    assert_allclose(table[f"time to {level}"][0], rise, rtol=1e-9)
    assert_allclose(table[f"time above {level}"][0], fall - rise, rtol=1e-9)


def test_a_level_never_reached_has_no_onset():
    table = kp.simulate("20 mg im", "kamp2020+im", ME).exposure(above="9 mg/L")
    assert np.isnan(table["time to 9 mg/L"][0])
    assert table["time above 9 mg/L"][0] == 0.0


def test_the_higher_of_many_peaks_is_found_between_the_samples():
    model = kp.one_compartment(CL=20.0, V1=20.0, ka=3.0)
    run = kp.simulate("50 mg oral; 60 mg oral at 3 h; 40 mg oral at 9 h", model, times=[0.0, 12.0])
    dense = kp.simulate(run.plan, model, times=np.linspace(3.0, 4.5, 150_001))
    best = np.argmax(dense.concentration("ketamine")[0])
    table = run.exposure()
    assert table["Cmax"][0] >= dense.concentration("ketamine")[0].max()
    assert_allclose(table["Cmax"][0], dense.concentration("ketamine")[0, best], rtol=1e-9)
    assert_allclose(table["Tmax"][0], dense.times_h[best], atol=1e-5)


@given(st.lists(st.tuples(st.floats(1, 100), st.integers(0, 48)), min_size=1, max_size=5))
def test_the_area_to_infinity_is_dose_over_clearance(doses):
    model = kp.two_compartment(CL=12.0, V1=20.0, Q2=5.0, V2=300.0, ka=0.7, F=0.6)
    plan = kp.bolus("1 mg")
    for amt, at in doses:
        plan = plan + kp.oral(f"{amt!r} mg", at=f"{at} h")
    total = 1.0 + 0.6 * sum(amt for amt, _ in doses)
    table = kp.simulate(plan, model, times=[0.0]).exposure()
    assert_allclose(table["AUC_inf"][0], total / 12.0 * 1000, rtol=1e-12)


def test_the_area_to_a_time_is_the_integral():
    run = kp.simulate("100 mg iv bolus", kp.one_compartment(CL=10, V1=20), times=[0.0, 3.0])
    assert_allclose(run.exposure()["AUC_last"][0], 100 / 10 * -np.expm1(-1.5) * 1000, rtol=1e-14)


def test_the_half_life_is_the_slowest_that_the_analyte_sees():
    table = kp.simulate("100 mg oral", kp.one_compartment(CL=10, V1=20, ka=0.1), times=[0.0])
    assert_allclose(table.exposure()["t_half"][0], np.log(2) / 0.1, rtol=1e-12)
    table = kp.simulate("100 mg iv bolus", kp.one_compartment(CL=10, V1=20, ka=0.1), times=[0.0])
    assert_allclose(table.exposure()["t_half"][0], np.log(2) / 0.5, rtol=1e-12)


def test_saturable_exposure_is_as_good_as_its_tolerance():
    """AUC of a bolus under Michaelis-Menten alone is C0 (C0 / 2 + Km) V / Vmax."""
    model = kp.one_compartment(V1=20.0, Vmax=50.0, Km=1.0)
    table = kp.simulate("200 mg iv bolus", model, times=[0.0]).exposure(above="1 mg/L")
    assert_allclose(table["AUC_inf"][0], 10.0 * (5.0 + 1.0) * 20.0 / 50.0 * 1000, rtol=1e-6)
    assert_allclose(table["time above 1 mg/L"][0], (9.0 + np.log(10.0)) * 20 / 50, rtol=1e-6)


def test_a_cohort_has_a_row_each():
    many = kp.Cohort(weight_kg=[50.0, 70.0, 90.0])
    plan, heavy = "0.5 mg/kg iv over 40 min", kp.Patient(weight_kg=90)
    table = kp.simulate(plan, "kamp2020", many, times=[0.0, 8.0]).exposure()
    alone = kp.simulate(plan, "kamp2020", heavy, times=[0.0, 8.0]).exposure()
    assert table.height == 3
    assert table.row(2)[1:] == pytest.approx(alone.row(0)[1:], rel=1e-12)


def chain(n):
    """A bolus through ``n`` compartments in a row, all emptied with 1/h: an Erlang distribution."""
    build = kp.ModelBuilder("chain", analytes="ketamine")
    build.parameters(k="1 1/h", V="10 L")
    names = [f"c{i}" for i in range(n)]
    build.compartments(*names[:-1], **{names[-1]: "V"})
    for here, there in zip(names, [*names[1:], "out"], strict=True):
        build.flow(here, there, "k")
    build.input("oral", to="c0")
    build.output("ketamine", names[-1])
    return kp.simulate("10 mg oral", build.model(), times=[0.0, 1.0]).curve()


@pytest.mark.parametrize("n", [2, 10, 80])
def test_a_chain_of_equal_rates_has_the_peak_and_the_mean_of_its_distribution(n):
    from scipy.stats import gamma

    curve = chain(n)
    density = gamma(n).pdf
    assert curve.Tmax[0] == pytest.approx(n - 1, rel=1e-6)
    assert curve.Cmax[0] == pytest.approx(1000.0 * density(n - 1.0), rel=1e-11)
    assert curve.MRT[0] == pytest.approx(n, rel=1e-11)
    level = 500.0 * density(n - 1.0)
    (start,), (end,) = (
        curve.intervals_above(f"{level} ng/mL")[k].to_list() for k in ("start_h", "end_h")
    )
    np.testing.assert_allclose(1000.0 * density([start, end]), level, rtol=1e-9)


def test_what_never_leaves_is_above_for_ever_and_stays_in_the_ledger():
    build = kp.ModelBuilder("trap", analytes="ketamine")
    build.parameters(k="1 1/h", none="0 1/h", V="10 L")
    build.compartments("other", central="V")
    build.flow("central", "other", "k")
    build.flow("other", "central", "k")
    build.flow("other", "out", "none")
    build.input("iv", to="central")
    build.output("ketamine", "central")
    run = kp.simulate("10 mg iv bolus", build.model(), times=[0.0, 1.0])
    curve = run.curve()
    assert np.isinf(
        [curve.time_above("100 ng/mL")[0], curve.falls(by="80 %")[0], curve.t_half[0]]
    ).all()
    assert np.isinf([curve.AUC_inf[0], curve.MRT[0]]).all()
    ledger = dict(run.ledger().select("place", "mg").iter_rows())
    assert ledger == pytest.approx({"central": 5.0, "other": 5.0}, rel=1e-12)


@pytest.mark.parametrize("plan", ["84 mg spravato", "28 mg esketamine iv over 40 min"])
@pytest.mark.parametrize("analyte", ["esketamine", "noresketamine"])
def test_the_mean_residence_time_is_that_of_quadrature(plan, analyte):
    curve = kp.simulate(plan, "perez_ruixo2021", kp.Patient(weight_kg=70)).curve(analyte)._curve
    slow = curve._left_by_quadrature() / curve.AUC_inf
    np.testing.assert_allclose(curve.MRT, slow, rtol=1e-11)


@pytest.mark.parametrize(
    "model", ["kamp2020", "perez_ruixo2021", "simons2022", "ashraf2018", "domino"]
)
def test_what_an_output_sees_is_the_whole_solution(model):
    drug = kp.load_model(model).drugs[0]
    plan = kp.infusion("20 mg", over="20 min", drug=drug) + kp.bolus("10 mg", at="2 h", drug=drug)
    who = kp.Patient(weight_kg=70, age_y=25)
    run = kp.simulate(plan, model, who, times=np.linspace(0, 12, 25))
    system = run.solution.system
    whole = np.einsum("ps,ts->tp", system.observe[0], run.solution.at(run.times_h)[0])
    for p, output in enumerate(system.outputs):
        seen = run.solution.seen_by(p)
        part = np.einsum("ps,ts->tp", seen.system.observe[0], seen.at(run.times_h)[0])
        np.testing.assert_allclose(part[:, 0], whole[:, p], rtol=1e-11, atol=1e-16)
        assert seen.system.outputs == (output,)
        assert seen.system.n_states <= system.n_states
