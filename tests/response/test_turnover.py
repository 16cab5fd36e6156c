"""Responses that are made and lost: laws, closed forms, and an independent integrator."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

import ketapk as kp
from ketapk.dosing.regimen import Dose, Regimen, Reset

CL, V = 20.0, 40.0
K = CL / V
MODEL = kp.one_compartment(CL=CL, V1=V)
TIMES = np.linspace(0.0, 36.0, 73)
TURNOVER = {"kin": "5 1/h", "kout": "0.3 1/h"}
INHIBITS = {"Imax": 0.9, "IC50": "100 ng/mL"}
STIMULATES = {"Emax": 4.0, "EC50": "100 ng/mL"}
KINDS = {
    "inhibits production": INHIBITS,
    "inhibits loss": INHIBITS,
    "stimulates production": STIMULATES,
    "stimulates loss": STIMULATES,
}
INDIRECT = [
    kp.IndirectResponse(kind=kind, gamma=gamma, **TURNOVER, **numbers)
    for kind, numbers in KINDS.items()
    for gamma in (1.0, 2.5, 0.6)
]
PROPORTIONAL = [
    kp.Turnover(raises=place, doubles_at="100 ng/mL", **TURNOVER)
    for place in ("production", "loss")
]
EVERY = INDIRECT + PROPORTIONAL
WITH_FEEDBACK = [kp.Feedback(response=model, ktol="0.15 1/h") for model in EVERY[::3]]


def name(model):
    inner = getattr(model, "response", model)
    said = getattr(inner, "kind", None) or f"raises {inner.raises}"
    return f"{said} {getattr(inner, 'gamma', '')} {getattr(model, 'ktol', '')}"


def factors(model, C):
    """Production and loss as multiples, written afresh from the equations [C in ng/mL]."""
    if isinstance(model, kp.Turnover):
        change, place = 1 + C / 100, model.raises
    else:
        share = C**model.gamma / (100**model.gamma + C**model.gamma)
        verb, place = model.kind.split()
        change = 1 - 0.9 * share if verb == "inhibits" else 1 + 4.0 * share
    return (change, 1.0) if place == "production" else (1.0, change)


def reference(model, concentration, times, breaks=()):
    """By DOP853, from break to break, with an analytic concentration [ng/mL]."""
    inner = getattr(model, "response", model)
    ktol = 0.15 if isinstance(model, kp.Feedback) else 0.0

    def slope(t, y):
        made, lost = factors(inner, concentration(t))
        return [5.0 * made / y[1] - 0.3 * lost * y[0], ktol * (y[0] / (5.0 / 0.3) - y[1])]

    y, out = np.array([5.0 / 0.3, 1.0]), np.full(times.size, np.nan)
    edges = [0.0, *breaks, times[-1]]
    for begin, end in pairwise(edges):
        inside = (times >= begin) & (times <= end)
        solved = solve_ivp(
            slope, (begin, end), y, method="DOP853", rtol=1e-12, atol=1e-13,
            t_eval=np.unique([*times[inside], end]),
        )  # fmt: skip
        out[inside] = solved.y[0][: inside.sum()]
        y = solved.y[:, -1]
    return out


def bolus(t):
    return 875.0 * np.exp(-K * t)


def infused(t):
    """35 mg over 2 h."""
    during = 35_000.0 / 2.0 / CL * -np.expm1(-K * min(t, 2.0))
    return during * np.exp(-K * max(t - 2.0, 0.0))


@pytest.mark.parametrize("model", EVERY + WITH_FEEDBACK, ids=name)
@pytest.mark.parametrize(
    ("plan", "concentration", "breaks"),
    [("35 mg iv bolus", bolus, ()), ("35 mg iv over 2 h", infused, (2.0,))],
    ids=["bolus", "infusion"],
)
def test_it_is_what_another_integrator_finds(model, plan, concentration, breaks):
    run = kp.simulate(plan, MODEL, times=TIMES)
    found = kp.respond(run, model)
    assert_allclose(found.values[0], reference(model, concentration, TIMES, breaks), rtol=1e-8)


@pytest.mark.parametrize("model", EVERY + WITH_FEEDBACK, ids=name)
def test_without_drug_it_stays_at_its_baseline_for_ever(model):
    run = kp.simulate(kp.bolus("35 mg", at="1000 h"), MODEL, times=[0.0, 1.0, 500.0, 999.0])
    found = kp.respond(run, model)
    assert found.baseline[0] == pytest.approx(5.0 / 0.3, rel=1e-15)
    assert_allclose(found.values[0], found.baseline[0], rtol=1e-12)


@pytest.mark.parametrize("model", EVERY + WITH_FEEDBACK, ids=name)
def test_at_a_constant_concentration_it_is_algebra(model):
    """R = baseline made / lost; against a feedback the square root of that."""
    run = kp.simulate("2000 mg iv over 1000 h", MODEL, times=[900.0])
    made, lost = factors(getattr(model, "response", model), 100.0)
    power = 0.5 if isinstance(model, kp.Feedback) else 1.0
    assert_allclose(
        kp.respond(run, model).values[0, 0], 5.0 / 0.3 * (made / lost) ** power, rtol=1e-8
    )


def test_kin_and_baseline_say_the_same():
    run = kp.simulate("35 mg iv bolus", MODEL, times=TIMES)
    common = {"kind": "inhibits loss", "kout": "0.3 1/h", **INHIBITS}
    by_kin = kp.respond(run, kp.IndirectResponse(kin="5 1/h", **common))
    by_baseline = kp.respond(run, kp.IndirectResponse(baseline=5 / 0.3, **common))
    assert_allclose(by_kin.values, by_baseline.values, rtol=1e-13)


def test_an_irreversible_loss_has_a_closed_form():
    """Without production, R falls by exp(-kout t - k AUC): production is a millionth here."""
    run = kp.simulate("35 mg iv bolus", MODEL, times=TIMES)
    model = kp.Turnover(raises="loss", baseline=7.0, kout="1e-7 1/h", doubles_at="1e-5 ng/mL")
    area = 875.0 / K * -np.expm1(-K * TIMES)
    k = 1e-7 / 1e-5
    wanted = 7.0 * np.exp(-1e-7 * TIMES - k * area)
    # What is made anew at 1e-7 per hour in 36 h, of a baseline of 7.
    assert_allclose(kp.respond(run, model).values[0], wanted, rtol=0, atol=7.0 * 4e-6)


@pytest.mark.parametrize("model", [EVERY[0], EVERY[-1], WITH_FEEDBACK[1]], ids=name)
def test_no_answer_depends_on_the_grid(model):
    plan = kp.parse("35 mg iv over 2 h; 20 mg iv bolus at 7 h")
    fine = np.linspace(0.0, 36.0, 1441)
    run = kp.simulate(plan, MODEL, times=fine)
    dense = kp.respond(run, model).values[0]
    for few in (fine[[3, 600]], fine[[1440]], fine[::7]):
        alone = kp.respond(run, model, times=few).values[0]
        assert alone.tolist() == dense[np.searchsorted(fine, few)].tolist()


def test_threads_and_chunks_change_no_bit():
    cohort = kp.Cohort(weight_kg=np.linspace(50, 90, 7))
    values = [
        kp.respond(
            kp.simulate("0.5 mg/kg iv bolus", "domino", cohort, times=TIMES, **options), EVERY[0]
        ).values.tobytes()
        for options in ({}, {"threads": 2, "chunk": 2})
    ]
    assert values[0] == values[1]


def test_each_patient_has_numbers_of_its_own():
    cohort = kp.Cohort(weight_kg=[60, 80])
    model = kp.IndirectResponse(
        kind="inhibits loss", baseline=[10, 20], kout=["0.3 1/h", "2 1/d"], Imax=[0.5, 1.0],
        IC50=([50, 200], "ng/mL"), gamma=[1, 3],
    )  # fmt: skip
    together = kp.respond(kp.simulate("0.5 mg/kg im", "domino+im", cohort, times=TIMES), model)
    for n, (weight, one) in enumerate(
        zip(
            (60, 80),
            (
                kp.IndirectResponse(kind="inhibits loss", baseline=10, kout="0.3 1/h", Imax=0.5,
                                    IC50="50 ng/mL"),
                kp.IndirectResponse(kind="inhibits loss", baseline=20, kout="2 1/d", Imax=1.0,
                                    IC50="200 ng/mL", gamma=3),
            ),
            strict=True,
        )
    ):  # fmt: skip
        run = kp.simulate("0.5 mg/kg im", "domino+im", kp.Patient(weight_kg=weight), times=TIMES)
        assert_allclose(together.values[n], kp.respond(run, one).values[0], rtol=1e-9)


def test_exact_and_integrated_concentrations_drive_alike():
    plan = kp.parse("35 mg iv over 2 h; 20 mg iv bolus at 7 h")
    for method in ("explicit", "stiff"):
        run = kp.simulate(plan, MODEL, times=TIMES, method=method, rtol=1e-10)
        exact = kp.simulate(plan, MODEL, times=TIMES)
        for model in (EVERY[1], WITH_FEEDBACK[1]):
            assert_allclose(
                kp.respond(run, model).values, kp.respond(exact, model).values, rtol=5e-8
            )


def test_a_saturable_model_drives_too():
    """Against one system of three equations, written out."""
    model = kp.one_compartment(Vmax=30.0, Km=0.2, V1=V)
    run = kp.simulate("70 mg iv bolus", model, times=TIMES, rtol=1e-10)
    solved = solve_ivp(
        lambda t, y: [
            -30.0 * y[0] / (0.2 * V + y[0]),
            5.0 * (1 - 0.9 * y[0] / V / (0.1 + y[0] / V)) - 0.3 * y[1],
        ],
        (0.0, 36.0), [70.0, 5.0 / 0.3], method="DOP853", rtol=1e-12, atol=1e-14, t_eval=TIMES,
    )  # fmt: skip
    assert_allclose(kp.respond(run, EVERY[0]).values[0], solved.y[1], rtol=1e-7)


def test_drifting_rates_drive_too():
    """flint2017, whose clearance grows: by cubature of the linear equation on its exact curve."""
    patient = kp.Patient(weight_kg=20, age_y=6)
    fine = np.linspace(0.0, 6.0, 24001)
    plan = "1 mg/kg esketamine iv over 1 h"
    model = kp.Turnover(raises="production", baseline=1.0, kout="0.5 1/h", doubles_at="100 ng/mL")
    run = kp.simulate(plan, "flint2017", patient, times=fine)
    grown = np.exp(0.5 * fine) * (1 + run.concentration(run.model.parent)[0] / 100.0) * 0.5
    simpson = np.concatenate(
        [[0.0], np.cumsum((grown[:-2:2] + 4 * grown[1:-1:2] + grown[2::2]) / 6 * 2 * fine[1])]
    )
    wanted = np.exp(-0.5 * fine[::2]) * (1.0 + simpson)
    found = kp.respond(run, model, times=fine[::2]).values[0]
    assert_allclose(found, wanted, rtol=1e-6)


def test_an_effect_site_drives_where_it_is_asked_for():
    """Its concentration after a bolus is a difference of two exponentials."""
    run = kp.simulate("35 mg iv bolus", kp.one_compartment(CL=CL, V1=V, ke0=1.5), times=TIMES)

    def behind(t):
        return 875.0 * 1.5 / (1.5 - K) * (np.exp(-K * t) - np.exp(-1.5 * t))

    for model in (EVERY[0], EVERY[-1], WITH_FEEDBACK[1]):
        found = kp.respond(run, model, site="effect")
        assert_allclose(found.concentration[0], behind(TIMES), rtol=1e-11, atol=1e-12)
        assert_allclose(found.values[0], reference(model, behind, TIMES), rtol=1e-8)


def test_a_reset_brings_the_baseline_back():
    plan = Regimen.of(Dose(route="iv", amt=35.0), Reset(time=3), Dose(route="iv", amt=35.0, time=5))
    run = kp.simulate(plan, MODEL, times=[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    for model in (EVERY[0], WITH_FEEDBACK[0]):
        found = kp.respond(run, model)
        values, baseline = found.values[0], found.baseline[0]
        assert abs(values[2] / baseline - 1.0) > 0.1
        assert_allclose(values[3:6], baseline, rtol=1e-12)
        assert_allclose(values[6:8], values[1:3], rtol=1e-9)


@pytest.mark.parametrize("model", [EVERY[0], EVERY[-1], WITH_FEEDBACK[0]], ids=name)
def test_a_steady_state_is_refused(model):
    plan = Regimen.of(Dose(route="iv", amt=35.0, ii=8, ss=1))
    with pytest.raises(kp.PlanError, match=r"steady state.*write the doses out"):
        kp.respond(kp.simulate(plan, MODEL, times=TIMES), model)


def test_a_feedback_that_never_comes_is_none():
    run = kp.simulate("35 mg iv bolus", MODEL, times=TIMES)
    for model in EVERY[::3]:
        slow = kp.Feedback(response=model, ktol="1e-13 1/h")
        assert_allclose(kp.respond(run, slow).values, kp.respond(run, model).values, rtol=1e-8)


def test_feedback_overshoots_and_rebounds():
    run = kp.simulate("400 mg iv over 40 h", MODEL, times=np.linspace(0.0, 120.0, 241))
    model = kp.IndirectResponse(
        kind="stimulates production", baseline=1.0, kout="1 1/h", Emax=4.0, EC50="100 ng/mL"
    )
    values = kp.respond(run, kp.Feedback(response=model, ktol="0.1 1/h")).values[0]
    plateau = np.sqrt(1 + 4 * 500 / 600)
    assert values[79] == pytest.approx(plateau, rel=0.02)
    assert values[:80].max() > 1.15 * plateau
    assert values[80:].min() < 0.9
    assert values[-1] == pytest.approx(1.0, abs=1e-3)


def test_the_peak_of_a_response_is_where_production_and_loss_meet():
    """At the extreme of R its slope is nothing, so R = baseline made(C) / lost(C)."""
    run = kp.simulate("35 mg iv bolus", MODEL, times=[0.0, 48.0])
    for model in EVERY:
        found = kp.respond(run, model)
        made, lost = factors(model, bolus(found.peak_time_h[0]))
        assert found.peak[0] == pytest.approx(5 / 0.3 * made / lost, rel=1e-5)


@pytest.mark.parametrize("model", [EVERY[0], WITH_FEEDBACK[0]], ids=name)
def test_the_peak_before_a_reset_is_that_just_before_it(model):
    reset = Regimen.of(Dose(route="iv", amt=35.0), Reset(time=1.3), Dose(route="iv", amt=1, time=5))
    with_reset = kp.simulate(reset, MODEL, times=[0.0, 36.0])
    without = kp.simulate("35 mg iv bolus", MODEL, times=[1.3])
    found = kp.respond(with_reset, model)
    assert found.peak[0] == pytest.approx(kp.respond(without, model).values[0, 0], rel=1e-9)
    assert found.peak_time_h[0] == 1.3
    assert found.at_times(np.array([1.3])).values[0, 0] == found.baseline[0]


@pytest.mark.parametrize("model", [EVERY[1], WITH_FEEDBACK[1]], ids=name)
@pytest.mark.parametrize("kout", ["0.3 1/h", "1e6 1/h"])
def test_a_later_reading_starts_where_an_earlier_one_has_been(model, kout):
    """To the bit, in any order, also where the kernel has turned stiff on the way."""
    inner = getattr(model, "response", model)
    changed = replace(inner, kout=kout, kin=None, baseline=3.0)
    model = replace(model, response=changed) if inner is not model else changed
    plan = kp.parse("35 mg iv over 2 h; 20 mg iv bolus at 7 h; 10 mg iv bolus at 20 h")
    fine = np.linspace(0.0, 36.0, 361)
    run = kp.simulate(plan, MODEL, kp.Cohort(weight_kg=[60, 70]), times=fine)
    whole = kp.respond(run, model).values
    pieces = kp.respond(run, model, times=fine[:30])
    for part in (slice(300, 361), slice(40, 90), slice(10, 20), slice(200, 320)):
        assert pieces.at_times(fine[part]).values.tobytes() == whole[:, part].tobytes()


def test_a_second_reading_does_not_integrate_what_it_does_not_read():
    """A start of a segment that is changed shows in that segment, and not in those after it."""
    run = kp.simulate("35 mg iv bolus every 6 h x 40", MODEL, times=[0.0, 260.0])
    response = kp.respond(run, EVERY[0])
    plain = kp.respond(run, EVERY[0], times=[114.0, 119.0, 121.0]).values[0]
    starts = run.solution.schedule.arrays.start
    begun = response.curve.begun
    assert np.isfinite(begun[1:]).all()
    begun[np.flatnonzero(starts == 114.0), 0] *= 1.5
    found = [response.at_times(np.array([t])).values[0, 0] for t in (114.0, 119.0, 121.0)]
    assert found[0] == pytest.approx(1.5 * plain[0], rel=1e-12)
    assert found[1] > plain[1]
    assert found[2] == plain[2]


def test_a_response_beyond_all_fails_and_says_so():
    run = kp.simulate("35 mg iv bolus", MODEL, times=TIMES)
    model = kp.Turnover(raises="production", baseline=1e308, kout="1 1/h", doubles_at="1 ng/mL")
    with pytest.warns(kp.KetapkWarning, match="response of 1 of 1 patients failed; .*infinite"):
        found = kp.respond(run, model)
    assert np.isnan(found.values).all()


def test_very_fast_turnover_is_the_direct_effect():
    """kout far above the elimination: the response follows without delay, and stiffly."""
    run = kp.simulate("35 mg iv over 2 h", MODEL, times=TIMES[1:])
    fast = kp.IndirectResponse(kind="inhibits production", baseline=1.0, kout="1e6 1/h", **INHIBITS)
    direct = kp.Emax(E0=1.0, Emax=-0.9, EC50="100 ng/mL")
    assert_allclose(kp.respond(run, fast).values, kp.respond(run, direct).values, rtol=1e-5)


def test_a_patient_that_cannot_be_solved_says_so_and_leaves_the_others_alone():
    cohort = kp.Cohort(weight_kg=[60, 70])
    run = kp.simulate("35 mg iv bolus", MODEL, cohort, times=TIMES)
    model = kp.IndirectResponse(
        kind="inhibits production", baseline=1.0, kout=["0.3 1/h", "1e300 1/h"], **INHIBITS
    )
    with pytest.warns(kp.KetapkWarning, match="response of 1 of 2 patients failed; patient 1"):
        found = kp.respond(run, model)
    assert np.isnan(found.values[1]).all()
    assert np.isfinite(found.values[0]).all()
    assert list(found.failed) == [1]
    assert np.isnan(found.peak[1])
    assert "failed" in repr(found)


def test_too_few_steps_are_said():
    run = kp.simulate("35 mg iv bolus", MODEL, times=TIMES)
    with pytest.warns(kp.KetapkWarning, match=r"raise max_steps or loosen rtol\.$"):
        kp.respond(run, EVERY[0], max_steps=2)
