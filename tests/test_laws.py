"""Laws that every model and route obeys."""

import subprocess
import sys
from fractions import Fraction as Fr

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import ketapk as kp
from ketapk.accuracy import Tolerance
from ketapk.dosing.regimen import Dose, Regimen, Reset
from ketapk.schedule import lower
from ketapk.solution import solve

TIMES = np.concatenate([[0.0], np.geomspace(0.01, 48.0, 40)])
ME = kp.Patient(weight_kg=70)
PLANS = {
    "kamp2020": "0.5 mg/kg iv over 40 min; 20 mg iv bolus at 30 min",
    "domino": "0.2 mg/kg iv bolus; 0.3 mg/kg/h iv for 3 h at 10 min",
    "kamp2020+im+nasal": "35 mg im; 50 mg nasal at 20 min; 20 mg iv bolus at 1 h",
    "perez_ruixo2021": "84 mg spravato; 56 mg esketamine oral at 4 h; 20 mg esketamine iv bolus at 5 h",
}
GENERIC = kp.two_compartment(CL=20, V1=40, Q2=15, V2=90, ka=1.7, F=0.6, tlag=0.3, dur=0.4)
SATURABLE = kp.two_compartment(V1=40, Q2=15, V2=90, Vmax=60, Km=0.5, ka=1.7, F=0.6)


def written(plan):
    return kp.parse(plan) if isinstance(plan, str) else plan


doses = st.builds(
    lambda route, amt, start, dur: Dose(
        route=route, amt=amt, time=Fr(start, 10), dur=Fr(dur, 10) if route == "iv" and dur else None
    ),
    st.sampled_from(["iv", "oral", "im"]),
    st.floats(1.0, 200.0),
    st.integers(0, 200),
    st.integers(0, 100),
)
plans = st.lists(doses, min_size=1, max_size=6).map(lambda d: Regimen.of(*d))


@pytest.mark.parametrize("model", PLANS)
def test_compartments_and_losses_are_the_dose_given_so_far(model):
    run = kp.simulate(PLANS[model], model, ME, times=TIMES)
    given_mg = run.solution.schedule.given(TIMES)
    assert_allclose(run.amounts.sum(axis=-1), given_mg, rtol=1e-12, atol=1e-12)
    assert_allclose(given_mg[0, -1], run.plan.total_mg(70.0), rtol=1e-14)


@given(plans, st.sampled_from([GENERIC, SATURABLE]))
def test_mass_balance_of_any_plan(plan, model):
    run = kp.simulate(plan, model, times=TIMES)
    given_mg = run.solution.schedule.given(TIMES)
    assert_allclose(run.amounts.sum(axis=-1), given_mg, rtol=1e-12, atol=1e-11)
    assert_allclose(given_mg[0, -1], plan.total_mg(70.0), rtol=1e-13)


@pytest.mark.parametrize("model", PLANS)
def test_everything_ends_somewhere(model):
    run = kp.simulate(PLANS[model], model, ME, times=[0.0])
    system = run.solution.system
    final = run.solution.final()[0, : system.n_mass]
    ended = [system.sites.index(place) for place in system.losses]
    assert_allclose(final[ended].sum(), run.plan.total_mg(70.0), rtol=1e-12)
    far = kp.simulate(PLANS[model], model, ME, times=[2000.0]).amounts[0, 0]
    assert_allclose(final, far, rtol=1e-9, atol=1e-9)


@given(plans, plans)
def test_superposition(a, b):
    def curve(plan):
        return kp.simulate(plan, GENERIC, times=TIMES).concentration("ketamine")

    assert_allclose(curve(a + b), curve(a) + curve(b), rtol=1e-11, atol=1e-9)


@given(plans, st.integers(1, 100))
def test_a_delayed_plan_is_the_same_curve_later(plan, tenths):
    shift = Fr(tenths, 10)
    at = np.linspace(0.0, 24.0, 25)
    now = kp.simulate(plan, GENERIC, times=at).concentration("ketamine")
    later = kp.simulate(plan.delay(shift), GENERIC, times=at + float(shift))
    assert_allclose(later.concentration("ketamine"), now, rtol=1e-9, atol=1e-9)


@given(st.floats(0.05, 0.95), st.integers(1, 200))
def test_back_to_back_infusions_are_one(share, tenths):
    dur = Fr(tenths, 10)
    cut = Fr(round(share * 1000), 1000) * dur
    one = Regimen.of(Dose(route="iv", amt=70.0, dur=dur))
    part = float(cut / dur)
    two = Regimen.of(
        Dose(route="iv", amt=70.0 * part, dur=cut),
        Dose(route="iv", amt=70.0 * (1 - part), dur=dur - cut, time=cut),
    )
    a, b = (kp.simulate(p, GENERIC, times=TIMES).amounts for p in (one, two))
    assert_allclose(b, a, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("method", ["explicit", "stiff"])
@pytest.mark.parametrize("model", PLANS)
def test_exact_equals_ode(model, method):
    exact = kp.simulate(PLANS[model], model, ME, times=TIMES)
    ode = kp.simulate(PLANS[model], model, ME, times=TIMES, method=method, rtol=1e-9)
    assert exact.stats.method == "exact"
    assert ode.stats.method == method
    assert_allclose(ode.amounts, exact.amounts, rtol=1e-6, atol=1e-6)


def cohort(n=37):
    return kp.Cohort(weight_kg=np.linspace(45, 120, n), age_y=np.linspace(20, 80, n))


@pytest.mark.parametrize("model", [*PLANS, SATURABLE])
def test_alone_or_in_a_batch_a_patient_is_the_same_to_the_bit(model):
    plan = PLANS[model] if isinstance(model, str) else "35 mg iv over 40 min; 35 mg oral at 1 h"
    many = cohort()
    together = kp.simulate(plan, model, many, times=TIMES)
    for n in (0, 17, 36):
        one = kp.Patient(weight_kg=many.weight_kg[n], age_y=many.age_y[n])
        alone = kp.simulate(plan, model, one, times=TIMES)
        assert_array_equal(alone.amounts[0], together.amounts[n])


@pytest.mark.parametrize(("threads", "chunk"), [(1, 1), (2, 5), (4, 1000), (3, 7)])
@pytest.mark.parametrize("model", ["perez_ruixo2021", SATURABLE])
def test_the_same_bits_for_any_threads_and_chunks(model, threads, chunk):
    plan = "84 mg spravato" if isinstance(model, str) else "35 mg iv over 40 min"
    a = kp.simulate(plan, model, cohort(), times=TIMES)
    b = kp.simulate(plan, model, cohort(), times=TIMES, threads=threads, chunk=chunk)
    assert_array_equal(a.amounts, b.amounts)


def test_one_patient_that_fails_leaves_the_others_alone():
    Vmax = np.array([10.0, 10.0, 10.0])
    d = Dose(route="iv", amt=100.0, ii=Fr(6), ss=1)
    model = kp.one_compartment(V1=[20.0, 20.0, 20.0], CL=[1.0, 1e-300, 2.0], Vmax=Vmax, Km=0.5)
    three = kp.Cohort(weight_kg=[70.0, 70.0, 70.0])
    with pytest.warns(kp.KetapkWarning, match="1 of 3 patients failed; patient 1"):
        run = kp.simulate(Regimen.of(d), model, three, times=[0.0, 1.0])
    assert set(run.failed) == {1}
    assert "no steady state" in run.failed[1]
    curves = run.concentration("ketamine")
    assert np.isnan(curves[1]).all()
    assert np.isfinite(curves[[0, 2]]).all()
    fine = kp.simulate(
        Regimen.of(d), kp.one_compartment(V1=20.0, CL=1.0, Vmax=10.0, Km=0.5), times=[0.0, 1.0]
    )
    assert_array_equal(curves[0], fine.concentration("ketamine")[0])


def test_a_patient_that_runs_out_of_steps_is_named():
    with pytest.warns(kp.KetapkWarning, match="stopped at the step limit"):
        run = kp.simulate("35 mg oral", SATURABLE, times=[0, 500.0], max_steps=3, method="explicit")
    assert np.isnan(run.concentration("ketamine")[0, -1])


def test_saturable_steady_state_equals_a_long_run_in():
    d = Dose(route="oral", amt=40.0, ii=Fr(6), ss=1)
    steady = kp.simulate(Regimen.of(d), SATURABLE, times=np.arange(0.0, 6.0, 0.5))
    run_in = Regimen.of(Dose(route="oral", amt=40.0, ii=Fr(6), addl=200))
    long = kp.simulate(run_in, SATURABLE, times=1200.0 + np.arange(0.0, 6.0, 0.5))
    assert_allclose(steady.concentration("ketamine"), long.concentration("ketamine"), rtol=1e-6)


def test_a_plain_python_kernel_gives_what_the_compiled_one_gives():
    program = (
        "import numpy as np, ketapk as kp\n"
        "t = np.linspace(0, 12, 25)\n"
        "a = kp.simulate('84 mg spravato', 'perez_ruixo2021', kp.Patient(weight_kg=70), times=t)\n"
        "m = kp.one_compartment(V1=20, Vmax=30, Km=1, ka=2)\n"
        "b = kp.simulate('35 mg oral', m, times=t)\n"
        "c = kp.simulate('35 mg oral', m, times=t, method='stiff')\n"
        "print(a.amounts.tobytes().hex(), b.amounts.tobytes().hex(), c.amounts.tobytes().hex())\n"
    )
    found = []
    for disabled in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True,
            env={**__import__("os").environ, "NUMBA_DISABLE_JIT": disabled},
        )  # fmt: skip
        found.append([np.frombuffer(bytes.fromhex(h)) for h in done.stdout.split()])
    for compiled, plain in zip(*found, strict=True):
        assert_allclose(plain, compiled, rtol=1e-11, atol=1e-13)


def test_a_part_of_a_solution_is_that_part():
    run = kp.simulate("84 mg spravato", "perez_ruixo2021", cohort(), times=TIMES)
    part = run.solution.part(5, 9)
    assert part.n_subjects == 4
    assert_array_equal(part.at(TIMES, keep=[0]), run.solution.at(TIMES, keep=[0])[5:9])
    assert_array_equal(part.final(), run.solution.final()[5:9])


@pytest.mark.parametrize("limit", [100_000, 12])
def test_the_same_question_has_the_same_answer_whatever_was_asked_before(limit):
    stiff = kp.one_compartment(V1=20, Vmax=6000, Km=0.01, ka=900.0)
    plan = kp.parse("35 mg oral; 35 mg oral at 1 h")
    system = stiff.system(stiff.values(kp.Cohort.of(ME)), ["oral"])
    schedule = lower(
        plan, system, lambda d: stiff.inputs(d, stiff.values(kp.Cohort.of(ME))), [70.0]
    )
    found = solve(system, schedule, tolerance=Tolerance(max_steps=limit))
    first = found.at(TIMES)
    assert_array_equal(found.at(TIMES), first)


@pytest.mark.parametrize("method", ["explicit", "stiff"])
def test_exact_equals_ode_through_resets_and_steady_states(method):
    plan = Regimen.of(
        Dose(route="oral", amt=50.0, ii=Fr(8), ss=1),
        Dose(route="iv", amt=30.0, dur=Fr(9), ii=Fr(6), ss=2, time=Fr(2)),
        Reset(time=Fr(20)),
        Dose(route="iv", amt=0.0, rate=4.0, ss=1, time=Fr(24)),
        Dose(route="iv", amt=20.0, time=Fr(24)),
    )
    exact = kp.simulate(plan, GENERIC, times=TIMES)
    ode = kp.simulate(plan, GENERIC, times=TIMES, method=method, rtol=1e-9)
    keep = [exact.sites.index(c) for c in exact.solution.system.compartments]
    assert_allclose(ode.amounts[..., keep], exact.amounts[..., keep], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("method", ["exact", "stiff"])
def test_parameters_that_overflow_are_a_status(method):
    model = kp.one_compartment(CL=1e300, V1=1e-300)
    with pytest.warns(kp.KetapkWarning, match="infinite or not a number"):
        run = kp.simulate("35 mg iv bolus", model, times=[0.0, 1.0], method=method)
    assert np.isnan(run.concentration("ketamine")).all()
    with pytest.warns(kp.KetapkWarning):
        assert kp.simulate("35 mg iv bolus", model, method=method).times_h.size > 100
    table = run.exposure(above="70 ng/mL").drop("id")
    assert np.isnan(table.to_numpy()).all()


@pytest.mark.parametrize("method", ["auto", "stiff", "explicit"])
@pytest.mark.parametrize("dose", ["0.5 mg/kg iv over 40 min", "35 mg im"])
def test_nothing_saturable_falls_below_0(dose, method):
    model = kp.three_compartment(Vmax=100, Km=1, V1=25, Q2=161, V2=56, Q3=79, V3=157, ka=2)
    times = np.linspace(0.0, 2000.0, 2001)
    run = kp.simulate(dose, model, kp.Patient(weight_kg=70), times=times, method=method)
    assert (run.concentration("ketamine") >= 0.0).all()
