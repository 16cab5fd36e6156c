"""Levels, areas, onset, washout: against a dense independent reference and closed forms."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from tests.oracles import DIGITS

ME = kp.Patient(weight_kg=70)


class Dense:
    """A linear two-compartment infusion as a sum of exponentials at 50 digits."""

    def __init__(self, CL, V1, Q, V2, rate, end):
        mp.mp.dps = DIGITS
        k10, k12, k21 = mp.mpf(CL) / V1, mp.mpf(Q) / V1, mp.mpf(Q) / V2
        total = k10 + k12 + k21
        root = mp.sqrt(total**2 - 4 * k10 * k21)
        self.rates = [(total + root) / 2, (total - root) / 2]
        a, b = self.rates
        self.gains = [(a - k21) / (a - b) / V1, (k21 - b) / (a - b) / V1]
        self.rate, self.end = mp.mpf(rate), mp.mpf(end)

    def at(self, t):
        t = mp.mpf(t)
        infused = min(t, self.end)
        return 1000 * sum(
            g * self.rate / k * (1 - mp.exp(-k * infused)) * mp.exp(-k * (t - infused))
            for g, k in zip(self.gains, self.rates, strict=True)
        )

    def area(self, until):
        points = [0, self.end, until] if until > self.end else [0, until]
        return mp.quad(self.at, points)


MODEL = kp.two_compartment(CL=20.0, V1=15.0, Q2=30.0, V2=60.0)
PLAN = "80 mg iv over 2 h"
DENSE = Dense(20, 15, 30, 60, 40, 2)


@pytest.fixture(scope="module")
def curve():
    return kp.simulate(PLAN, MODEL, times=[0.0]).curve()


@pytest.mark.parametrize("hours", ["0.01", "0.5", "2", "2.3", "9", "40"])
def test_level_and_area_at_any_time(curve, hours):
    assert_allclose(curve.level(f"{hours} h")[0], float(DENSE.at(hours)), rtol=1e-11)
    assert_allclose(curve.AUC(f"{hours} h")[0], float(DENSE.area(mp.mpf(hours))), rtol=1e-11)


def test_area_of_an_interval_is_the_difference(curve):
    wanted = DENSE.area(mp.mpf(9)) - DENSE.area(mp.mpf("2.3"))
    assert_allclose(curve.AUC("9 h", start="2.3 h")[0], float(wanted), rtol=1e-11)


def test_times_above_and_washout_are_roots(curve):
    top = DENSE.at(2)
    assert_allclose(curve.Cmax[0], float(top), rtol=1e-12)
    for share in ("0.9", "0.5", "0.2", "0.02"):
        target = top * mp.mpf(share)
        up = mp.findroot(lambda t, c=target: DENSE.at(t) - c, (0.001, 2), solver="anderson")
        down = mp.findroot(lambda t, c=target: DENSE.at(t) - c, (2.0001, 60), solver="anderson")
        level = f"{mp.nstr(target, 25)} ng/mL"
        assert_allclose(curve.onset(level)[0], float(up), rtol=1e-10)
        assert_allclose(curve.time_above(level)[0], float(down - up), rtol=1e-10)
        assert_allclose(curve.falls(to=level)[0], float(down - 2), rtol=1e-10)
        assert_allclose(curve.washout(level)[0], float(down - 2), rtol=1e-10)
        percent = f"{mp.nstr(100 * (1 - mp.mpf(share)), 10)} %"
        assert_allclose(curve.falls(by=percent)[0], float(down - 2), rtol=1e-9)


def test_mean_residence_time_is_vss_over_cl_plus_half_the_infusion(curve):
    assert_allclose(curve.MRT[0], 75.0 / 20.0 + 1.0, rtol=1e-11)


def test_half_lives_of_every_phase(curve):
    wanted = sorted((float(mp.log(2) / k) for k in DENSE.rates), reverse=True)
    assert_allclose(curve.half_lives[0], wanted, rtol=1e-12)
    assert_allclose(curve.t_half[0], wanted[0], rtol=1e-12)


def test_a_dip_between_two_doses_is_not_time_above():
    """A valley inside a segment, where a slow depot takes over from a bolus."""
    model = kp.two_compartment(CL=5.0, V1=10.0, Q2=180.0, V2=100.0, ka=1.0)
    plan = "50 mg iv bolus; 200 mg oral"
    curve = kp.simulate(plan, model, times=[0.0]).curve()
    grid = np.linspace(0, 60, 2_000_001)
    fine = kp.simulate(plan, model, times=grid).concentration("ketamine")[0]
    valley = float(fine[:20_000].min())
    assert valley < fine[0]
    level = valley * 1.0005
    above = fine >= level
    step = grid[1]
    found = curve.intervals_above(f"{level!r} ng/mL")
    assert found.height == 2
    assert curve.time_above(f"{level!r} ng/mL")[0] == pytest.approx(
        above.sum() * step, abs=3 * step
    )
    assert found["end_h"][0] == pytest.approx(grid[np.argmin(above)], abs=2 * step)
    total = (found["end_h"] - found["start_h"]).sum()
    assert total == pytest.approx(curve.time_above(f"{level!r} ng/mL")[0], rel=1e-12)


def test_intervals_of_repeated_doses():
    plan = kp.parse("35 mg iv over 40 min every 4 h x 3")
    curve = kp.simulate(plan, "kamp2020", ME, times=[0.0]).curve()
    found = curve.intervals_above("100 ng/mL")
    assert found.height == 3
    for row in found.to_dicts():
        for time in (row["start_h"], row["end_h"]):
            assert curve.level(f"{time!r} h", side="before")[0] == pytest.approx(100, rel=1e-9)


def test_troughs_are_before_every_dose():
    plan = kp.parse("35 mg iv bolus every 4 h x 3")
    run = kp.simulate(plan, "kamp2020", ME, times=[0.0, 4.0, 8.0])
    assert_allclose(run.curve().troughs(), run.concentration("ketamine", side="before"), rtol=1e-13)
    assert run.curve().troughs()[0, 0] == 0.0


def test_the_chance_to_reach_a_level_in_a_cohort():
    many = kp.Cohort(weight_kg=[70.0] * 400)
    run = kp.simulate("10 mg esketamine iv over 30 min", "otto2021", many, rng=1, times=[0.0, 0.5])
    curve = run.curve()
    share = float(np.mean(run.concentration("esketamine")[:, 1] >= 50.0))
    assert curve.chance("50 ng/mL") == pytest.approx(share)
    assert curve.chance("50 ng/mL", by="1 min") < share
    assert np.isnan(curve.onset("50 ng/mL")).mean() == pytest.approx(1 - share)


def test_the_metabolite_ratio_is_that_of_clearances():
    run = kp.simulate("10 mg esketamine iv over 30 min", "otto2021", ME, times=[0.0])
    assert run.metabolite_ratio()[0] == pytest.approx(95.2 / 57.72, rel=1e-12)
    with pytest.raises(kp.PlanError, match="follows no metabolite"):
        kp.simulate("35 mg iv bolus", "kamp2020", ME, times=[0.0]).metabolite_ratio()


def test_washout_is_for_good_where_a_fall_is_only_for_now():
    """By muscle a level is passed after the dose, and between two doses it is below for a time."""
    once, twice = (
        kp.simulate(plan, "kamp2020+im", ME, times=[0.0]).curve()
        for plan in ("35 mg im", "35 mg im; 35 mg im at 12 h")
    )
    assert once.falls(to="70 ng/mL")[0] == 0.0
    (up,), (above,) = once.onset("70 ng/mL"), once.time_above("70 ng/mL")
    assert once.washout("70 ng/mL")[0] == pytest.approx(up + above, rel=1e-12)
    assert twice.washout("70 ng/mL", after_h=0.0, until_h=12.0) == pytest.approx(up + above)
    assert twice.washout("70 ng/mL")[0] > up + above
    assert np.isinf(twice.washout("1 ng/mL", after_h=0.0, until_h=12.0)[0])
    assert twice.washout("5000 ng/mL")[0] == 0.0


def test_a_saturable_model_at_the_tolerance_of_its_kernel():
    model = kp.one_compartment(V1=50.0, Vmax=30.0, Km=0.4)
    curve = kp.simulate("100 mg iv bolus", model, times=[0.0]).curve()
    # Time from C0 to C by Michaelis-Menten: V/Vmax (C0 - C + Km ln(C0/C)).
    hours = 50 / 30 * (2.0 - 0.5 + 0.4 * np.log(2.0 / 0.5))
    assert curve.falls(to="500 ng/mL", after="0 h")[0] == pytest.approx(hours, rel=1e-7)
    area = 50 / 30 * (0.5 * 2.0**2 + 0.4 * 2.0) * 1000
    assert curve.AUC_inf[0] == pytest.approx(area, rel=1e-6)


def test_decrement_times_lengthen_with_the_infusion():
    lengths = ["10 min", "2 h", "24 h"]
    table = kp.decrement_times(["kamp2020", "domino"], ME, lengths=lengths).table
    assert table.height == 2 * 3 * 3
    for model in ("kamp2020", "domino"):
        for by in ("20 %", "50 %", "80 %"):
            rows = table.filter(model=model, by=by)["time_h"].to_list()
            assert rows == sorted(rows)
    one = (
        kp.simulate("0.2 mg/kg/h iv for 2 h", "domino", ME, times=[0.0]).curve().falls(by="50 %")[0]
    )
    found = table.filter(model="domino", by="50 %", length_h=2.0)["time_h"].item()
    assert found == pytest.approx(one)


def test_accumulation_reaches_the_steady_state():
    plan = "0.5 mg/kg iv over 40 min"
    table = kp.accumulation(plan, "kamp2020", ME, every="6 h", times=12)
    assert table["of steady state"][-1] == pytest.approx(1.0, abs=1e-4)
    assert table["accumulation"][0] == 1.0
    assert np.all(np.diff(table["AUC_tau"].to_numpy()) > 0)
    assert table["AUC_tau"].sum() == pytest.approx(
        kp.simulate(kp.parse(plan).repeat(every="6 h", times=12), "kamp2020", ME, times=[0.0])
        .curve()
        .AUC("72 h")[0],
        rel=1e-10,
    )
    assert table["Cmax"][0] == pytest.approx(253.05, abs=0.01)
    with pytest.raises(kp.PlanError, match="saturable"):
        kp.accumulation(
            "10 mg iv bolus", kp.one_compartment(V1=50, Vmax=30, Km=0.4), ME, every="6 h", times=2
        )


BAD = {
    "no unit": (lambda c: c.level("1"), "no unit"),
    "an interval backwards": (lambda c: c.AUC("1 h", start="2 h"), "not after start"),
    "fall by and to": (lambda c: c.falls(by="50 %", to="70 ng/mL"), "either"),
    "fall by a share": (lambda c: c.falls(by="0.5"), "write one such as '50 %'"),
    "fall by everything": (lambda c: c.falls(by="100 %"), "not a percentage"),
    "a level without a unit": (lambda c: c.onset("70"), "no unit"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_questions_are_refused_with_a_way_out(curve, name):
    question, message = BAD[name]
    with pytest.raises(kp.InputError, match=message):
        question(curve)
