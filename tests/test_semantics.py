"""Every clause of docs/semantics.md, by name."""

from dataclasses import replace
from fractions import Fraction as Fr

import numpy as np
import pytest

import ketapk as kp
from ketapk.dosing.regimen import Dose, Regimen, Reset
from ketapk.model.routes import Input
from ketapk.schedule import RowChange, lower
from ketapk.solution import solve

CL, V, KA = 5.0, 20.0, 1.5
K = CL / V


def oral(**options):
    return kp.one_compartment(CL=CL, V1=V, ka=KA, **options)


def dose(amt=100.0, route="depot", **options):
    return Regimen.of(Dose(route=route, amt=amt, **options))


def run(plan, model, times, **options):
    return kp.simulate(plan, model, times=times, **options)


def central(plan, model, times, side="after"):
    """Concentration [mg/L] of the one patient."""
    return run(plan, model, times).concentration("ketamine", side=side)[0] / 1000.0


def infused(t, amt, dur):
    """Closed form of an infusion into the central compartment [mg/L]."""
    rate, t = amt / dur, np.asarray(t, dtype=float)
    during = rate / CL * -np.expm1(-K * np.minimum(t, dur))
    return np.where(t > 0, during * np.exp(-K * np.maximum(t - dur, 0.0)), 0.0)


def absorbed(t, amt):
    """Closed form of first-order absorption [mg/L]."""
    t = np.maximum(np.asarray(t, dtype=float), 0.0)
    return amt * KA / V / (KA - K) * (np.exp(-K * t) - np.exp(-KA * t))


TIMES = np.array([0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 8.0, 24.0])


def test_F_multiplies_the_amount():
    np.testing.assert_allclose(
        central(dose(), oral(F=0.4), TIMES), absorbed(TIMES, 40.0), rtol=1e-12
    )


def test_F_above_one_multiplies_the_amount():
    np.testing.assert_allclose(
        central(dose(), oral(F=1.25), TIMES), absorbed(TIMES, 125.0), rtol=1e-12
    )


def into_central(**options):
    """Doses straight into the central compartment, with F, lag and duration of their own."""
    model = kp.one_compartment(CL=CL, V1=V)
    route = replace(model.routes["iv"], inputs=lambda d, p: (Input(to="central", **options),))
    return replace(model, routes={"iv": route})


@pytest.mark.parametrize("F", [0.25, 1.0, 1.6])
def test_a_rate_is_kept_and_lasts_F_AMT_over_RATE(F):
    plan = dose(route="iv", rate=50.0)
    found = central(plan, into_central(fraction=F), TIMES)
    np.testing.assert_allclose(found, infused(TIMES, 100.0 * F, 2.0 * F), rtol=1e-12)


@pytest.mark.parametrize("F", [0.25, 1.0, 1.6])
def test_a_duration_is_kept(F):
    plan = dose(route="iv", dur=Fr(2))
    found = central(plan, into_central(fraction=F), TIMES)
    np.testing.assert_allclose(found, infused(TIMES, 100.0 * F, 2.0), rtol=1e-12)


def test_a_modelled_duration_is_the_models():
    found = central(dose(route="iv"), into_central(dur=2.0), TIMES)
    np.testing.assert_allclose(found, infused(TIMES, 100.0, 2.0), rtol=1e-12)


def test_a_modelled_rate_is_the_models():
    found = central(dose(route="iv"), into_central(rate=50.0, fraction=0.5), TIMES)
    np.testing.assert_allclose(found, infused(TIMES, 50.0, 1.0), rtol=1e-12)


def test_the_lag_shifts_start_and_end():
    found = central(dose(route="iv", dur=Fr(1, 2)), into_central(lag=0.75), TIMES)
    np.testing.assert_allclose(found, infused(TIMES - 0.75, 100.0, 0.5), rtol=1e-12)


def test_lag_and_modelled_duration_add_up():
    found = central(dose(route="iv"), into_central(lag=0.5, dur=0.5), TIMES)
    np.testing.assert_allclose(found, infused(TIMES - 0.5, 100.0, 0.5), rtol=1e-12)


def test_a_sample_at_a_dose_sees_the_dose():
    np.testing.assert_allclose(central(dose(route="iv", time=Fr(2)), oral(), [2.0]), [100.0 / V])


def test_before_gives_the_trough():
    plan = dose(route="iv", ii=Fr(8), addl=1)
    found = central(plan, oral(), [8.0], side="before")
    np.testing.assert_allclose(found, [100.0 / V * np.exp(-8 * K)], rtol=1e-13)


def test_a_lagged_dose_due_at_a_sample_is_given_first():
    found = central(dose(route="iv", time=Fr(1, 10)), into_central(lag=0.2), [0.3])
    np.testing.assert_allclose(found, [100.0 / V], rtol=1e-13)


def test_an_additional_dose_due_at_a_sample_is_given_first():
    plan = dose(route="iv", ii=Fr(1, 10), addl=3)
    found = central(plan, oral(), [0.3])
    wanted = 100.0 / V * sum(np.exp(-K * 0.1 * k) for k in range(4))
    np.testing.assert_allclose(found, [wanted], rtol=1e-13)


def test_an_infusion_has_stopped_at_its_end():
    run_ = run(dose(route="iv", dur=Fr(1)), oral(), [1.0])
    arrays = run_.solution.schedule.arrays
    assert arrays.rate[np.searchsorted(arrays.start, 1.0)].sum() == 0.0


def test_additional_doses_equal_doses_written_out():
    written = Regimen.of(*(Dose(route="depot", amt=30.0, time=Fr(k, 3)) for k in range(7)))
    short = dose(amt=30.0, ii=Fr(1, 3), addl=6)
    np.testing.assert_array_equal(central(short, oral(), TIMES), central(written, oral(), TIMES))


def test_a_reset_forgets_the_state_and_what_is_pending():
    plan = Regimen.of(
        Dose(route="iv", amt=80.0, dur=Fr(5)),
        Dose(route="depot", amt=80.0, time=Fr(1)),
        Reset(time=Fr(3, 2)),
    )
    found = central(plan, oral(tlag=1.0), [1.4, 1.5, 3.0])
    assert found[0] > 0.0
    np.testing.assert_array_equal(found[1:], 0.0)


def test_a_reset_comes_before_a_dose_at_its_time():
    plan = Regimen.of(
        Dose(route="iv", amt=1.0), Dose(route="iv", amt=9.0, time=Fr(2)), Reset(time=Fr(2))
    )
    np.testing.assert_allclose(central(plan, oral(), [2.0]), [9.0 / V])


def long_run_in(model, plan_dose, interval, cycles=200):
    """The state that doses written out for a long time leave behind."""
    doses = (replace(plan_dose, time=Fr(k) * interval, ss=0, ii=None) for k in range(cycles + 1))
    start = float(interval * cycles)
    return central(Regimen.of(*doses), model, start + np.arange(0.0, 24.0, 0.25))


@pytest.mark.parametrize("tlag", [0.0, 1.0, 6.0, 7.5, 13.0])
def test_steady_state_of_a_bolus_equals_a_long_run_in(tlag):
    d = Dose(route="depot", amt=40.0, ii=Fr(6), ss=1)
    found = central(Regimen.of(d), oral(tlag=tlag), np.arange(0.0, 24.0, 0.25))
    np.testing.assert_allclose(
        found, long_run_in(oral(tlag=tlag), d, Fr(6)), rtol=1e-11, atol=1e-14
    )


@pytest.mark.parametrize("dur", [Fr(1), Fr(6), Fr(13, 2), Fr(15), Fr(12)])
@pytest.mark.parametrize("lag", [0.0, 2.0, 7.0])
def test_steady_state_of_an_infusion_equals_a_long_run_in(dur, lag):
    d = Dose(route="iv", amt=40.0, dur=dur, ii=Fr(6), ss=1)
    model = into_central(lag=lag)
    found = central(Regimen.of(d), model, np.arange(0.0, 24.0, 0.25))
    np.testing.assert_allclose(found, long_run_in(model, d, Fr(6)), rtol=1e-11, atol=1e-14)


def test_steady_state_replaces_the_state():
    d = Dose(route="iv", amt=40.0, ii=Fr(6), ss=1, time=Fr(3))
    before = Dose(route="iv", amt=500.0)
    np.testing.assert_allclose(
        central(Regimen.of(before, d), oral(), [3.0]), 40 / V / -np.expm1(-6 * K), rtol=1e-12
    )


def test_steady_state_two_adds_to_the_state():
    d = Dose(route="iv", amt=40.0, ii=Fr(6), ss=2, time=Fr(3))
    before = Dose(route="iv", amt=500.0)
    wanted = 40 / V / -np.expm1(-6 * K) + 500.0 / V * np.exp(-3 * K)
    np.testing.assert_allclose(central(Regimen.of(before, d), oral(), [3.0]), wanted, rtol=1e-12)


def test_steady_state_of_an_endless_infusion():
    d = Dose(route="iv", amt=0.0, rate=10.0, ss=1)
    found = central(Regimen.of(d), oral(), [0.0, 2.0])
    np.testing.assert_allclose(found, 10.0 / CL * np.exp(-K * np.array([0.0, 2.0])), rtol=1e-13)
    half = central(Regimen.of(replace(d, route="depot")), oral(F=0.5), [0.0])
    np.testing.assert_allclose(half, 10.0 / CL, rtol=1e-13)


def test_a_segment_names_its_row_of_parameters():
    model = kp.one_compartment(CL=[2.0, 9.0], V1=V)
    cohort = kp.Cohort(weight_kg=[70.0, 70.0])
    system = model.system(model.values(cohort), ["iv"])
    schedule = lower(
        dose(route="iv"),
        system,
        lambda d: model.inputs(d, model.values(cohort)),
        [70.0],
        rows=[0],
        row_changes=[RowChange(time=4.0, row=np.array([1]))],
    )
    found = solve(system, schedule).at([4.0, 10.0], keep=[0])[0, :, 0]
    np.testing.assert_allclose(
        found, [100 * np.exp(-0.4), 100 * np.exp(-0.4 - 0.45 * 6)], rtol=1e-13
    )


def test_decimal_intervals_and_ties_are_exact():
    plan = Regimen.of(
        *(Dose(route="iv", amt=1.0, time=Fr(k, 10)) for k in range(10)),
        *(Dose(route="iv", amt=1.0, time=Fr(k, 10)) for k in range(10)),
    )
    found = central(plan, oral(), np.arange(10) / 10)
    wanted = [2 / V * sum(np.exp(-K * j / 10) for j in range(k + 1)) for k in range(10)]
    np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_ten_thousand_doses_sum_to_what_was_given():
    plan = dose(amt=0.1, ii=Fr(1, 100), addl=9999)
    run_ = run(plan, oral(F=0.7, tlag=0.05), [3.3, 99.99, 250.0])
    np.testing.assert_allclose(run_.amounts[0].sum(-1), [33.1, 1000.0, 1000.0], rtol=1e-12)


def test_a_segment_carries_the_absolute_rate():
    plan = dose(route="iv", amt=7.0, dur=Fr(1, 3)) + dose(route="iv", amt=0.1, dur=Fr(1, 10))
    arrays = run(plan, oral(), [1.0]).solution.schedule.arrays
    assert arrays.rate[-1].sum() == 0.0
    assert set(np.unique(arrays.rate[:, 0]).round(9)) == {0.0, 21.0, 22.0}


def test_a_bolus_during_an_infusion_leaves_the_infusion_alone():
    plan = dose(route="iv", dur=Fr(2)) + dose(route="iv", amt=30.0, time=Fr(1))
    wanted = infused(TIMES, 100.0, 2.0) + np.where(TIMES >= 1, 30 / V * np.exp(-K * (TIMES - 1)), 0)
    np.testing.assert_allclose(central(plan, oral(), TIMES), wanted, rtol=1e-12)


def test_an_unsupported_dose_is_refused_when_the_plan_is_built():
    with pytest.raises(kp.PlanError, match="takes no infusion"):
        kp.simulate(
            dose(route="nasal_spray", amt=28.0, drug="S", device=1, dur=Fr(1)),
            "perez_ruixo2021",
            kp.Patient(weight_kg=70),
        )


def test_an_effect_site_has_its_steady_state_too():
    model = kp.one_compartment(CL=CL, V1=V, ka=KA, ke0=0.8)
    d = Dose(route="depot", amt=40.0, ii=Fr(6), ss=1)
    at = np.arange(0.0, 6.0, 0.5)
    found = run(Regimen.of(d), model, at).concentration("ketamine", site="effect")
    long = run(dose(amt=40.0, ii=Fr(6), addl=200), model, 1200.0 + at)
    np.testing.assert_allclose(found, long.concentration("ketamine", site="effect"), rtol=1e-11)
    endless = Regimen.of(Dose(route="iv", amt=0.0, rate=10.0, ss=1))
    found = run(endless, model, [0.0]).concentration("ketamine", site="effect")
    np.testing.assert_allclose(found, 10.0 / CL * 1000.0, rtol=1e-13)
