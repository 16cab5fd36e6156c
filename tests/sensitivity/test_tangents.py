"""Derivatives of concentrations, against closed forms, other ways of reckoning, and laws."""

from dataclasses import replace

import mpmath as mp
import numpy as np
import pytest

import ketapk as kp
from ketapk.sensitivity.tangents import tangents

ME = kp.Patient(weight_kg=70)
TIMES = np.array([0.13, 0.37, 0.71, 1.3, 2.9, 7.3, 23.7])


def course_of(plan, model, patient=ME):
    return kp.simulate(plan, model, patient, times=TIMES).course


def oral_with_lag(t, CL, V1, ka, F, tlag, dose=35.0):
    """Bateman's function after a lag [mg/L]."""
    if t <= tlag:
        return mp.mpf(0)
    k, s = CL / V1, t - tlag
    return F * dose / V1 * ka / (ka - k) * (mp.exp(-k * s) - mp.exp(-ka * s))


def test_one_compartment_by_mouth_with_a_lag_has_the_derivatives_of_its_closed_form():
    values = {"CL": 20.0, "V1": 100.0, "ka": 1.3, "F": 0.8, "tlag": 0.25}
    course = course_of("35 mg oral", kp.one_compartment(**values))
    _, slopes = tangents(course, tuple(values), TIMES, 0)
    with mp.workdps(40):
        for p, name in enumerate(values):
            for t, time in enumerate(TIMES):
                exact = mp.diff(
                    lambda x, name=name, time=time: oral_with_lag(
                        mp.mpf(time), **{**{k: mp.mpf(v) for k, v in values.items()}, name: x}
                    ),
                    mp.mpf(values[name]),
                )
                assert slopes[0, t, p] == pytest.approx(float(exact), rel=1e-11, abs=1e-16)


def test_an_infusion_has_the_derivatives_of_its_closed_form():
    CL, V1, hours, rate = 20.0, 100.0, 2.0, 17.5
    course = course_of("35 mg iv over 2 h", kp.one_compartment(CL=CL, V1=V1))
    curve, slopes = tangents(course, ["CL", "V1"], TIMES, 0)

    def closed(t, CL, V1):
        k = CL / V1
        run = mp.mpf(min(t, hours))
        return rate / CL * (1 - mp.exp(-k * run)) * mp.exp(-k * (t - run))

    with mp.workdps(40):
        for t, time in enumerate(TIMES):
            assert curve[0, t] == pytest.approx(float(closed(time, CL, V1)), rel=1e-13)
            by_CL = mp.diff(lambda x, time=time: closed(time, x, mp.mpf(V1)), mp.mpf(CL))
            by_V1 = mp.diff(lambda x, time=time: closed(time, mp.mpf(CL), x), mp.mpf(V1))
            assert slopes[0, t] == pytest.approx([float(by_CL), float(by_V1)], rel=1e-11)


S = "35 mg esketamine"
LIBRARY = [
    ("kamp2020", "35 mg iv over 40 min; then 0.2 mg/kg/h iv for 2 h"),
    ("domino", "35 mg iv bolus"),
    ("perez_ruixo2021", "84 mg spravato"),
    ("perez_ruixo2021", f"{S} oral"),
    ("otto2021", f"{S} iv over 40 min"),
    ("simons2022", f"{S} sublingual"),
    ("ashraf2018", f"{S} oral"),
    ("herd2007", "35 mg iv bolus"),
    ("elkomy2015", "35 mg iv bolus"),
    ("hornik2018", "35 mg iv bolus"),
    ("sherwin2015", "35 mg iv bolus"),
    ("hijazi2003", "35 mg iv over 1 h"),
    ("clements1981", "35 mg iv bolus"),
    ("kamp2020+im", "35 mg im"),
    ("kamp2020+nasal", "35 mg nasal"),
    ("kamp2020+oral", "35 mg oral"),
    ("otto2021+nasal_spray", "56 mg spravato"),
    ("kamp2020+sublingual", "35 mg sublingual"),
    ("kamp2020+rectal", "35 mg rectal"),
    ("kamp2020+sc", "35 mg sc"),
    ("kamp2020+inhaled", "35 mg inhaled"),
]


def differences(course, names, output):
    """Relative derivatives by differences, extrapolated three times (Richardson)."""
    values = course.values

    def central(name, h):
        ends = []
        for sign in (1.0, -1.0):
            moved = np.asarray(values[name]) * (1.0 + sign * h)
            ends.append(course.varied({**values, name: moved}).curve(output, TIMES))
        return (ends[0] - ends[1]) / (2.0 * h)

    found = []
    for name in names:
        rough, middle, fine = (central(name, h) for h in (4e-3, 2e-3, 1e-3))
        once, twice = (4.0 * middle - rough) / 3.0, (4.0 * fine - middle) / 3.0
        found.append((16.0 * twice - once) / 15.0)
    return np.stack(found, axis=-1)


@pytest.mark.filterwarnings("ignore::ketapk.KetapkWarning")
@pytest.mark.parametrize(("model", "plan"), LIBRARY)
def test_every_model_has_the_derivatives_that_differences_approach(model, plan):
    course = course_of(plan, model)
    names = list(course.values)
    size = np.array([float(np.ravel(course.values[name])[0]) for name in names])
    for output in range(len(course.system.outputs)):
        curve, slopes = tangents(course, names, TIMES, output)
        highest = curve.max()
        assert np.abs(curve - course.curve(output, TIMES)).max() < 1e-13 * highest
        wrong = np.abs(slopes * size - differences(course, names, output)).max()
        assert wrong < 1e-10 * highest


GENERIC = {"CL": 20.0, "V1": 30.0, "Q2": 10.0, "V2": 50.0, "ka": 1.3, "F": 0.8, "tlag": 0.25}


def test_an_effect_site_and_a_release_over_time_have_theirs():
    course = course_of("35 mg oral", kp.two_compartment(**GENERIC, dur=0.3, ke0=2.0))
    names = list(course.values)
    size = np.array([course.values[name] for name in names])
    _, slopes = tangents(course, names, TIMES, 1)
    wrong = np.abs(slopes * size - differences(course, names, 1)).max()
    assert wrong < 1e-10 * course.curve(1, TIMES).max()


def test_doses_times_their_derivatives_sum_to_the_concentration():
    plan = (
        kp.parse("35 mg oral")
        + kp.bolus("20 mg", at="2 h")
        + kp.infusion("0.3 mg/kg/h", over="3 h", at="1 h")
    )
    course = course_of(plan, kp.two_compartment(**GENERIC, dur=0.4))
    given = [dose.amount_mg(70.0) for dose in course.plan.expand().doses]
    curve, slopes = tangents(course, ["dose 1", "dose 2", "dose 3"], TIMES, 0)
    assert slopes @ given == pytest.approx(curve, rel=1e-13)


def test_a_later_plan_has_the_derivatives_later():
    plan = kp.parse("35 mg oral; then 10 mg iv over 1 h")
    model = kp.two_compartment(**GENERIC)
    now = tangents(course_of(plan, model), list(GENERIC), TIMES, 0)
    later = tangents(course_of(plan.delay("7 h"), model), list(GENERIC), TIMES + 7.0, 0)
    for a, b in zip(now, later, strict=True):
        assert b == pytest.approx(a, rel=1e-9, abs=1e-15)


def test_waiting_longer_is_reading_earlier():
    course = course_of("35 mg oral", kp.two_compartment(**GENERIC))
    _, slopes = tangents(course, ["tlag"], TIMES, 0)
    h = 1e-4
    at = (TIMES[:, None] + h * np.array([-2.0, -1.0, 1.0, 2.0])).ravel()
    around = course.curve(0, at).reshape(-1, 4)
    rising = around @ np.array([1.0, -8.0, 8.0, -1.0]) / (12.0 * h)
    # The first time is before the lag is over.
    assert slopes[0, 1:, 0] == pytest.approx(-rising[1:], rel=1e-9)
    assert slopes[0, 0, 0] == 0.0


def test_time_and_volume_have_no_absolute_scale():
    """C of an infusion of given length stays if rates and volumes are scaled with the dose."""
    model = kp.two_compartment(CL=20.0, V1=30.0, Q2=10.0, V2=50.0)
    course = course_of("35 mg iv over 40 min", model)
    curve, slopes = tangents(course, ["CL", "V1", "Q2", "V2"], TIMES, 0)
    assert slopes @ [20.0, 30.0, 10.0, 50.0] == pytest.approx(-curve, rel=1e-12)


def test_after_a_reset_nothing_before_counts():
    plan = kp.Regimen.of(
        *kp.bolus("35 mg").events, kp.Reset(time=0.5), *kp.bolus("20 mg", at="1 h").events
    )
    course = course_of(plan, kp.one_compartment(CL=20.0, V1=100.0))
    late = TIMES[TIMES > 1.0]
    _, slopes = tangents(course, ["CL", "dose 1"], late, 0)
    alone = course_of(kp.bolus("20 mg", at="1 h"), kp.one_compartment(CL=20.0, V1=100.0))
    assert slopes[..., 0] == pytest.approx(tangents(alone, ["CL"], late, 0)[1][..., 0], rel=1e-12)
    assert not slopes[..., 1].any()


def test_one_person_has_the_same_alone_and_among_others():
    many = kp.Cohort(weight_kg=[20.0, 70.0, 120.0], age_y=[40.0] * 3)
    with pytest.warns(kp.KetapkWarning):
        course = course_of("0.5 mg/kg iv over 40 min", "elkomy2015", many)
    names = list(course.values)
    _, slopes = tangents(course, names, TIMES, 0)
    for n in range(3):
        assert np.array_equal(tangents(course.of(np.array([n])), names, TIMES, 0)[1][0], slopes[n])


def test_one_way_wants_nothing():
    course = course_of("35 mg iv bolus", "domino")
    curve, slopes = tangents(course, (), TIMES, 0)
    assert slopes.shape == (1, TIMES.size, 0)
    assert np.array_equal(curve, course.curve(0, TIMES))


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("Vc", "There is no parameter or dose 'Vc' here; there is V1, CL, "),
        ("dose 2", "There is no parameter or dose 'dose 2' here; there is V1, CL, "),
        ("dose 0", "There is no parameter or dose 'dose 0' here; there is V1, CL, "),
    ],
)
def test_what_is_not_there_is_named(wanted, sentence):
    course = course_of("35 mg iv bolus", kp.one_compartment(CL=20.0, V1=100.0))
    with pytest.raises(kp.InputError) as error:
        tangents(course, [wanted], TIMES, 0)
    assert str(error.value).startswith(sentence)


CHILD = kp.Patient(weight_kg=7, age_y=0.42)


@pytest.mark.filterwarnings("ignore::ketapk.KetapkWarning")
def test_rates_that_drift_have_the_derivatives_that_differences_approach():
    plan = kp.parse("1 mg/kg/h esketamine iv for 6 h").delay("1 h")
    run = kp.simulate(plan, "flint2017", CHILD, times=TIMES, rtol=1e-12, atol=1e-14)
    names = ["V1", "V2", "CL", "Q2", "Vnk", "CLnk", "time on CLnk"]
    size = np.array([float(np.ravel(run.values[name])[0]) for name in names])
    for output in range(2):
        curve, slopes = tangents(run.course, names, TIMES, output)
        assert curve == pytest.approx(run.course.curve(output, TIMES), rel=1e-8, abs=1e-12)
        wrong = np.abs(slopes * size - differences(run.course, names, output)).max()
        assert wrong < 1e-6 * curve.max()


def test_rates_that_saturate_are_refused():
    plain = course_of("35 mg iv bolus", kp.one_compartment(CL=20.0, V1=100.0))
    model = kp.one_compartment(V1=100.0, Vmax=20.0, Km=0.2)
    course = replace(plain, model=model, values=model.values(plain.cohort))
    with pytest.raises(kp.PlanError, match="rates that saturate"):
        tangents(course, ["Vmax"], TIMES, 0)


def test_a_plan_that_begins_with_a_steady_state_is_refused():
    plan = kp.Regimen.of(kp.Dose(route="iv", amt=35.0, ss=1, ii=12))
    course = course_of(plan, kp.one_compartment(CL=20.0, V1=100.0))
    with pytest.raises(kp.PlanError, match="steady state are not worked out; write the doses out"):
        tangents(course, ["CL"], TIMES, 0)
