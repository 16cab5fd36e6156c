"""Emax, its effect site and tolerance are algebra on exact concentrations."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.dosing.regimen import Dose, Regimen, Reset

ME = kp.Patient(weight_kg=70)
PLAN = "0.5 mg/kg iv over 40 min"
TIMES = np.linspace(0.0, 6.0, 61)
EMAX = {"E0": 5.0, "Emax": 100.0, "EC50": "100 ng/mL"}


def infusion(**options):
    return kp.simulate(PLAN, "domino", ME, times=TIMES, **options)


def test_emax_is_its_equation():
    run = infusion()
    C = run.concentration("ketamine")
    found = kp.respond(run, kp.Emax(gamma=2.5, **EMAX))
    assert_allclose(found.values, 5 + 100 * C**2.5 / (100**2.5 + C**2.5), rtol=1e-12)
    assert_allclose(found.concentration, C, rtol=1e-13)
    assert found.baseline.tolist() == [5.0]


def test_gamma_of_one_is_the_plain_model():
    run = infusion()
    plain, sigmoid = (kp.respond(run, kp.Emax(**EMAX, **g)).values for g in ({}, {"gamma": 1.0}))
    C = run.concentration("ketamine")
    assert_allclose(sigmoid, plain, rtol=0)
    assert_allclose(plain, 5 + 100 * C / (100 + C), rtol=1e-12)


def test_half_the_effect_is_at_EC50_whatever_the_steepness():
    model = kp.one_compartment(CL=5, V1=20)
    run = kp.simulate(kp.bolus("2 mg"), model, times=[0.0])
    for gamma in (0.3, 1.0, 4.0, 500.0):
        found = kp.respond(run, kp.Emax(E0=0, Emax=-8, EC50="100 ng/mL", gamma=gamma))
        assert found.values[0, 0] == pytest.approx(-4.0, rel=1e-10)


def test_a_steep_effect_overflows_nothing():
    model = kp.one_compartment(CL=5, V1=20)
    run = kp.simulate(kp.bolus("1000 mg"), model, times=[0.0, 1.0, 400.0])
    found = kp.respond(run, kp.Emax(E0=0, Emax=1, EC50="0.001 ng/mL", gamma=900))
    assert_allclose(found.values[0], [1.0, 1.0, 0.0], atol=1e-12)


def test_an_effect_site_of_ones_own_is_that_of_simulate():
    """The same ke0 attached here or by simulate; and hysteresis, behind plasma both ways."""
    attached = infusion(effect="antinociception_index")
    own = kp.respond(infusion(), kp.Emax(ke0="0.238 1/min", **EMAX))
    wanted = attached.concentration("ketamine", site="effect")
    assert_allclose(own.concentration, wanted, rtol=1e-11, atol=1e-12)
    at_site = kp.respond(attached, kp.Emax(**EMAX), site="effect")
    assert_allclose(own.values, at_site.values, rtol=1e-11)
    plasma = infusion().concentration("ketamine")[0]
    assert plasma[1] > own.concentration[0, 1]
    assert plasma[20] < own.concentration[0, 20]


def test_each_patient_has_a_ke0_of_its_own():
    cohort = kp.Cohort(weight_kg=[60, 70, 80])
    run = kp.simulate(PLAN, "domino", cohort, times=TIMES)
    rates = [0.1, 0.3, 2.0]
    together = kp.respond(run, kp.Emax(ke0=(rates, "1/min"), gamma=[1, 2, 3], **EMAX))
    for n, (weight, ke0) in enumerate(zip((60, 70, 80), rates, strict=True)):
        alone = kp.simulate(PLAN, "domino", kp.Patient(weight_kg=weight), times=TIMES)
        one = kp.respond(alone, kp.Emax(ke0=f"{ke0} 1/min", gamma=n + 1, **EMAX))
        assert_allclose(together.values[n], one.values[0], rtol=1e-11)


def test_a_ke0_of_each_in_a_model_that_is_the_same_for_all():
    cohort = kp.Cohort(weight_kg=[60, 70])
    model = kp.one_compartment(Vmax=60, Km=0.5, V1=40)
    run = kp.simulate("70 mg iv bolus", model, cohort, times=TIMES)
    found = kp.respond(run, kp.Emax(ke0=["1 1/h", "4 1/h"], **EMAX))
    for n, ke0 in enumerate(("1 1/h", "4 1/h")):
        one = kp.respond(run, kp.Emax(ke0=ke0, **EMAX))
        assert_allclose(found.values[n], one.values[n], rtol=1e-7)


def test_a_site_has_the_steady_state_of_a_plan():
    """At the steady state of an interval the site is as after a long run-in."""
    model = kp.two_compartment(CL=60, V1=40, Q2=50, V2=90)
    plan = Regimen.of(Dose(route="iv", amt=35.0, ii=8, ss=1))
    long = kp.bolus("35 mg").repeat(every="8 h", times=40)
    times = np.linspace(0, 8, 33)[:-1]
    effect = kp.Tolerance(
        response=kp.Emax(ke0="0.02 1/min", **EMAX), kind="raises EC50", ktol="0.5 1/h",
        M50="40 ng/mL",
    )  # fmt: skip
    steady = kp.respond(kp.simulate(plan, model, times=times), effect)
    run_in = kp.respond(kp.simulate(long, model, times=times + 39 * 8.0), effect)
    assert_allclose(steady.values, run_in.values, rtol=1e-9)


def test_a_reset_brings_the_baseline_back():
    plan = Regimen.of(Dose(route="iv", amt=35.0), Reset(time=2))
    run = kp.simulate(plan, kp.one_compartment(CL=5, V1=20), times=[0.0, 1.0, 2.0, 3.0])
    values = kp.respond(run, kp.Emax(ke0="2 1/h", **EMAX)).values[0]
    assert values[1] > 50.0
    assert values[2:].tolist() == [5.0, 5.0]


def test_molar_and_mass_concentrations_agree():
    run = infusion()
    mass = kp.respond(run, kp.Emax(E0=0, Emax=1, EC50="237.73 ng/mL"))
    molar = kp.respond(run, kp.Emax(E0=0, Emax=1, EC50="1 nmol/mL"))
    assert_allclose(molar.values, mass.values, rtol=1e-12)
    both = kp.simulate("84 mg esketamine oral", "perez_ruixo2021", ME, times=TIMES)
    metabolite = kp.respond(both, kp.Emax(E0=0, Emax=1, EC50="1 nmol/mL"), analyte="noresketamine")
    C = both.concentration("noresketamine")
    assert_allclose(metabolite.values, C / (223.7 + C), rtol=1e-12)


def test_no_tolerance_where_its_rate_goes_to_nothing():
    run = infusion()
    effect = kp.Emax(ke0="0.238 1/min", gamma=2, **EMAX)
    for kind in ("lowers Emax", "raises EC50"):
        slow = kp.Tolerance(response=effect, kind=kind, ktol="1e-12 1/h", M50="100 ng/mL")
        assert_allclose(kp.respond(run, slow).values, kp.respond(run, effect).values, rtol=1e-10)


def test_tolerance_at_a_constant_concentration_is_algebra():
    """After a long infusion M = C; then Emax / (1 + C / M50), or EC50 (1 + C / M50)."""
    run = kp.simulate("200 mg iv over 200 h", kp.one_compartment(CL=5, V1=20), times=[150.0])
    C = 200.0
    effect = kp.Emax(ke0="1 1/h", **EMAX)
    common = {"response": effect, "ktol": "0.5 1/h", "M50": "50 ng/mL"}
    lowered = kp.respond(run, kp.Tolerance(kind="lowers Emax", **common)).values[0, 0]
    raised = kp.respond(run, kp.Tolerance(kind="raises EC50", **common)).values[0, 0]
    assert lowered == pytest.approx(5 + 100 / (1 + C / 50) * C / (100 + C), rel=1e-12)
    assert raised == pytest.approx(5 + 100 * C / (100 * (1 + C / 50) + C), rel=1e-12)


def test_the_moderator_follows_by_its_own_equation():
    """dM/dt = ktol (C - M) of a bolus in one compartment has a closed form."""
    times = np.linspace(0.0, 10.0, 41)
    run = kp.simulate("2 mg iv bolus", kp.one_compartment(CL=5, V1=20), times=times)
    C = 100 * np.exp(-0.25 * times)
    M = 100 * 2.0 / (2.0 - 0.25) * (np.exp(-0.25 * times) - np.exp(-2.0 * times))
    model = kp.Tolerance(response=kp.Emax(**EMAX), kind="lowers Emax", ktol="2 1/h", M50="30 ng/mL")
    wanted = 5 + 100 / (1 + M / 30) * C / (100 + C)
    assert_allclose(kp.respond(run, model).values[0], wanted, rtol=1e-12)


def test_a_second_dose_does_less_under_tolerance():
    plan = kp.bolus("5 mg").repeat(every="2 h", times=2)
    run = kp.simulate(plan, kp.one_compartment(CL=30, V1=20), times=[0.0, 2.0])
    model = kp.Tolerance(
        response=kp.Emax(**EMAX), kind="lowers Emax", ktol="0.3 1/h", M50="10 ng/mL"
    )
    plain = kp.respond(run, kp.Emax(**EMAX)).values[0]
    found = kp.respond(run, model).values[0]
    assert plain[1] > plain[0]
    assert found[1] < 0.8 * found[0]


def test_the_published_pairing_is_kept():
    run = kp.simulate("10 mg esketamine iv over 30 min", "otto2021", ME)
    model = kp.Emax.published("pressure_pain", E0=0, Emax=1, gamma=1)
    assert model.EC50 == "121.0 ng/mL"
    with pytest.raises(kp.PlanError, match="allow an unmatched ke0"):
        kp.respond(run, model)
    found = kp.respond(run, model, allow_unmatched_ke0=True)
    assert any("unmatched effect site" in warning for warning in found.warnings)
    assert any("grade A" in warning for warning in found.warnings)
    assert "unmatched" in repr(found)
    tolerated = kp.Tolerance(response=model, kind="raises EC50", ktol="1 1/h", M50="50 ng/mL")
    with pytest.raises(kp.PlanError, match="allow an unmatched ke0"):
        kp.respond(run, tolerated)


def test_a_published_C50_is_of_its_own_form_of_the_drug():
    with pytest.raises(kp.PlanError, match="is one of S drug and the plan gives racemic"):
        kp.respond(infusion(), kp.Emax.published("drug_high", E0=0, Emax=1, gamma=1))


def test_the_peak_is_that_of_the_curve_and_not_of_the_grid():
    run = kp.simulate("2 mg iv bolus", kp.one_compartment(CL=5, V1=20), times=[0.0, 9.0])
    found = kp.respond(run, kp.Emax(E0=3, Emax=-2, EC50="50 ng/mL", ke0="2 1/h"))
    when = np.log(2.0 / 0.25) / (2.0 - 0.25)
    Ce = 100 * 2.0 / 1.75 * (np.exp(-0.25 * when) - np.exp(-2.0 * when))
    assert found.peak_time_h[0] == pytest.approx(when, abs=1e-4)
    assert found.peak[0] == pytest.approx(3 - 2 * Ce / (50 + Ce), rel=1e-9)


@pytest.mark.parametrize("times", [None, [0.0, 1000.0]])
def test_the_peak_at_a_dose_is_that_of_the_dose_itself(times):
    """After a bolus the effect is largest at once: the Hill equation of Cmax."""
    model = kp.one_compartment(CL=70, V1=100)
    run = kp.simulate("50 mg iv bolus every 6 h x 50", model, times=times)
    found = kp.respond(run, kp.Emax(E0=0, Emax=100, EC50="100 ng/mL", gamma=2))
    Cmax = run.exposure()["Cmax"][0]
    assert found.peak[0] == pytest.approx(100 * Cmax**2 / (100**2 + Cmax**2), rel=1e-13)
    assert found.peak_time_h[0] % 6.0 == 0.0


def test_every_patient_has_the_peak_of_its_own_events():
    """A dose that enters after a lag of each patient's own acts most when it enters."""
    build = kp.ModelBuilder("late")
    build.parameters(CL="70 L/h", V1="100 L", lag="7 h")
    build.covariates(lag="lag * (weight_kg / 70)")
    build.compartments(central="V1")
    build.eliminate(central="CL")
    build.input("im", to="central", lag="lag")
    build.outputs(ketamine="central")
    weights = np.linspace(50.0, 90.0, 23) * np.sqrt(1.01)
    run = kp.simulate("50 mg im", build.model(), kp.Cohort(weight_kg=weights), times=[0.0, 24.0])
    found = kp.respond(run, kp.Emax(E0=0, Emax=1, EC50="500 ng/mL"))
    assert_allclose(found.peak, 0.5, rtol=1e-13)
    assert_allclose(found.peak_time_h, 0.1 * weights, rtol=1e-13)


def test_the_peak_before_a_reset_is_that_just_before_it():
    plan = Regimen.of(Dose(route="iv", amt=20.0, dur=2.0), Reset(time=1.5))
    run = kp.simulate(plan, kp.one_compartment(CL=5, V1=20), times=[0.0, 9.0])
    found = kp.respond(run, kp.Emax(**EMAX))
    C = 10_000.0 / 5.0 * -np.expm1(-0.25 * 1.5)
    assert found.peak[0] == pytest.approx(5 + 100 * C / (100 + C), rel=1e-12)
    assert found.peak_time_h[0] == 1.5


def test_a_steepness_beyond_all_overflows_nothing():
    run = kp.simulate("2 mg iv bolus", kp.one_compartment(CL=5, V1=20), times=[0.0, 1.0, 9.0])
    found = kp.respond(run, kp.Emax(E0=0, Emax=1, EC50="50 ng/mL", gamma=1e308))
    assert found.values[0].tolist() == [1.0, 1.0, 0.0]


def test_the_frame_is_tidy():
    cohort = kp.Cohort(weight_kg=[60, 70])
    run = kp.simulate(PLAN, "domino", cohort, times=[0.0, 1.0, 2.0])
    found = kp.respond(run, kp.Emax(**EMAX), times=[0.5, 1.0])
    frame = found.to_frame()
    assert frame.columns == ["id", "time_h", "ng_per_ml", "response"]
    assert frame["id"].to_list() == [0, 0, 1, 1]
    assert frame["time_h"].to_list() == [0.5, 1.0, 0.5, 1.0]
    assert frame["response"].to_list() == found.values.ravel().tolist()
    assert found.at_times(np.array([1.0])).values.tolist() == found.values[:, 1:].tolist()
    assert "not a medical device" in repr(found)
