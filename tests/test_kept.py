"""What is kept between calls is what a first call would make, whatever was changed meanwhile."""

import operator
import pickle
import warnings
from dataclasses import replace

import numpy as np
import pytest

import ketapk as kp
from ketapk.collection import _collected, collect
from ketapk.dosing.regimen import Dose, Regimen
from ketapk.model.body import MOST
from ketapk.model.body import PLANS as KEPT_PLANS
from ketapk.schedule import assemble
from ketapk.spectrum.stretches import _long_stretches, _stretches
from ketapk.timetable import read_only

ME = kp.Patient(weight_kg=70)
PLANS = {
    "infusion": "0.5 mg/kg iv over 40 min",
    "two": "35 mg iv bolus; then 0.1 mg/kg/h iv for 4 h",
    "course": kp.infusion("0.5 mg/kg", over="40 min").repeat(every="3.5 d", times=6),
    "steady": Regimen.of(
        Dose(route="iv", amt=20.0, ii=12, ss=1), Dose(route="iv", amt=9.0, time=1)
    ),
    "reset": Regimen.of(
        Dose(route="iv", amt=20.0, dur=2), kp.Reset(time=1), Dose(route="iv", amt=15.0, time=1)
    ),
}
TIMES = np.linspace(0.0, 30.0, 301)
BODY = {"CL": 84.0, "V1": 25.0, "Q2": 161.0, "V2": 56.0, "Q3": 79.0, "V3": 157.0}


def course_of(plan, model, patient):
    return kp.simulate(plan, model, patient, times=TIMES, allow_implausible=True).course


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("weight", [70.0, [50.0, 70.0, 90.0]])
def test_a_plan_that_was_kept_is_lowered_to_the_same_bits(plan, weight):
    course = course_of(plan, "domino", kp.Cohort(weight_kg=weight))
    inputs = [
        course.model.inputs(event, course.values) if isinstance(event, Dose) else ()
        for event in course.plan.in_effect
    ]
    anew = _collected(course.plan, inputs, course.system.states, course.cohort.weight_kg).intake()
    for _ in range(2):
        again = collect(
            course.plan,
            course.system,
            lambda dose: course.model.inputs(dose, course.values),
            course.cohort.weight_kg,
        )
        for one, other in zip(again.flows, anew.flows, strict=True):
            assert (one.state, one.part) == (other.state, other.part)
            for name in ("start", "end", "amount"):
                assert getattr(one, name).tolist() == getattr(other, name).tolist()


@pytest.mark.parametrize(
    "plan", ["0.5 mg/kg oral", "0.5 mg/kg nasal and 0.2 mg/kg iv bolus at 1 h"]
)
def test_who_is_alone_gets_the_bits_of_the_crowd(plan):
    """What is kept for one kilogram is taken times every weight."""
    routes = [route for route in kp.parse(plan).routes if route != "iv"]
    model = kp.load_model("+".join(("kamp2020", *routes)))
    weights = np.linspace(50.0, 95.0, 7)
    crowd = kp.simulate(plan, model, kp.Cohort(weight_kg=weights), times=TIMES)
    for k, weight in enumerate(weights):
        alone = kp.simulate(plan, model, kp.Patient(weight_kg=weight), times=TIMES)
        for one, other in zip(
            alone.course._lowering.flows, crowd.course._lowering.flows, strict=True
        ):
            assert one.amount[0] == np.broadcast_to(other.amount, 7)[k]
        assert np.array_equal(
            alone.concentration("ketamine")[0], crowd.concentration("ketamine")[k]
        )


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_a_value_that_all_share_is_the_same_as_one_for_each(plan):
    """Written out for each of them, nothing is shared; the segments are the same to the bit."""
    each = {name: np.full(3, value) for name, value in {**BODY, "ka": 2.0}.items()}
    weight = [50.0, 70.0, 90.0]
    plan = kp.parse(plan) if isinstance(plan, str) else plan
    by_mouth = Regimen.of(Dose(route="oral", amt=30.0), *plan.events)
    own = kp.three_compartment(**each, F=np.full(3, 0.4), tlag=np.full(3, 0.1))
    shared = kp.three_compartment(**each, F=0.4, tlag=0.1)
    for cohort in (kp.Cohort(weight_kg=weight), kp.Cohort(weight_kg=weight)[1:2]):
        n = len(cohort)
        models = (own, shared) if n == 3 else (shared, shared)
        found = []
        for model in models:
            course = kp.simulate(by_mouth, model, kp.Cohort(weight_kg=weight), times=TIMES).course
            found.append(assemble(course.of(np.arange(3 - n, 3))._lowering, TIMES).arrays)
        for one, other in zip(*found, strict=True):
            assert np.array_equal(one, other)


def test_times_changed_in_place_are_other_times():
    model = kp.three_compartment(**BODY)
    for size in (50, 9000):
        times = np.linspace(0.0, 30.0, size)
        before = kp.simulate("35 mg iv over 40 min", model, ME, times=times)
        assert before.concentration("ketamine").shape == (1, size)
        times[size // 2 :] += 1.0
        after = kp.simulate("35 mg iv over 40 min", model, ME, times=times)
        anew = kp.simulate("35 mg iv over 40 min", model, ME, times=times.copy())
        assert np.array_equal(after.concentration("ketamine"), anew.concentration("ketamine"))
        assert not np.array_equal(after.concentration("ketamine"), before.concentration("ketamine"))


def test_other_parameters_are_another_body():
    plan = kp.oral("30 mg")
    first, second = (
        kp.simulate(plan, kp.three_compartment(**BODY, ka=2.0, F=share), ME, times=TIMES)
        for share in (0.5, 1.0)
    )
    twice = 2.0 * first.concentration("ketamine")
    np.testing.assert_allclose(second.concentration("ketamine"), twice, rtol=1e-13)


def test_times_that_may_not_be_written_or_have_gaps_are_times():
    model = kp.three_compartment(**BODY)
    plain = np.linspace(0.0, 30.0, 61)
    wanted = kp.simulate("35 mg iv bolus", model, ME, times=plain).concentration("ketamine")
    frozen = plain.copy()
    frozen.flags.writeable = False
    for times in (frozen, np.repeat(plain, 2)[::2], plain.tolist(), tuple(plain)):
        found = kp.simulate("35 mg iv bolus", model, ME, times=times).concentration("ketamine")
        assert np.array_equal(found, wanted)


def test_a_long_grid_is_read_as_its_parts_are():
    """Every minute of eight weeks at once, and in parts short enough for another way."""
    plan = kp.infusion("35 mg", over="20 min").repeat(every="3.5 d", times=16)
    model = kp.three_compartment(**BODY)
    times = np.arange(8 * 7 * 24 * 60 + 1) / 60.0
    whole = kp.simulate(plan, model, ME, times=times).concentration("ketamine")
    parts = [
        kp.simulate(plan, model, ME, times=part).concentration("ketamine")
        for part in np.array_split(times, 40)
    ]
    np.testing.assert_allclose(
        whole, np.concatenate(parts, axis=1), rtol=0, atol=1e-12 * whole.max()
    )


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("start", [[0.0], [0.0, 1.0, 1.5, 40.0, 41.001, 83.0, 1e4], [0.0, 0.03]])
def test_long_even_grids_have_the_stretches_of_any_grid(start, before):
    times, start = read_only(np.arange(5001) / 60.0), np.array(start)
    for one, other in zip(
        _long_stretches(times, start.tobytes(), before),
        _stretches(times, start.tobytes(), before),
        strict=True,
    ):
        assert one.tolist() == other.tolist()


def test_a_long_grid_that_is_uneven_somewhere_is_not_taken_for_even():
    times = np.arange(5001) / 60.0
    start = np.array([0.0, 40.0]).tobytes()
    assert _long_stretches(read_only(np.delete(times, 100)), start, False) is None
    times[4000] *= 1.0 + 1e-13
    assert _long_stretches(read_only(times), start, False) is None


def test_a_plan_is_the_same_plan_after_a_journey():
    plan = kp.parse("0.5 mg/kg iv over 40 min")
    assert plan.doses
    assert plan.per_kg
    assert hash(plan) == hash(kp.parse("0.5 mg/kg iv over 40 min"))
    other = pickle.loads(pickle.dumps(plan))
    assert other == plan
    assert hash(other) == hash(plan)
    # Another process hashes words otherwise.
    assert set(plan.__getstate__()) == {"events"}


def test_people_and_plans_in_turn_get_what_each_gets_alone():
    """Bodies are kept with their model: a new model knows of none."""
    model = kp.load_model("kamp2020+oral")
    plans = [kp.parse("0.5 mg/kg iv over 40 min"), kp.oral("0.5 mg/kg"), kp.parse("35 mg iv bolus")]
    people = [kp.Patient(weight_kg=weight) for weight in (50, 70, 90)]
    for _ in range(2):
        for me in people:
            for plan in plans:
                anew = replace(model, title=model.title)
                for analyte in model.analytes:
                    found, alone = (
                        kp.simulate(plan, m, me, times=TIMES).concentration(analyte)
                        for m in (model, anew)
                    )
                    assert np.array_equal(found, alone)


def test_a_body_is_known_by_its_numbers():
    model = kp.three_compartment(**BODY)
    one = model.body(BODY, ("iv",))
    assert model.body({k: np.array([v]) for k, v in BODY.items()}, ("iv",)) is one
    assert model.body({**BODY, "CL": 42.0}, ("iv",)) is not one
    assert model.body(BODY, ("iv",), ke0=3.0) is not one
    assert model.body({**BODY, "CL": np.array([42.0, 43.0])}, ("iv",)) is None


@pytest.mark.parametrize("model", [kp.three_compartment(**BODY), kp.load_model("kamp2020")])
def test_values_of_a_model_are_read_and_not_written(model):
    """They are one object for all runs of a person: who changes it would change later runs."""
    values = kp.simulate("35 mg iv bolus", model, ME, times=TIMES).values
    name = next(iter(values))
    before = dict(values)
    for change in (
        lambda: operator.setitem(values, name, 1.0),
        lambda: operator.delitem(values, name),
        lambda: operator.ior(values, {name: 1.0}),
        lambda: values.update({name: 1.0}),
        lambda: values.setdefault("more", 1.0),
        lambda: values.pop(name),
        values.popitem,
        values.clear,
    ):
        with pytest.raises(kp.InputError, match=r"dict\(values\)"):
            change()
    assert dict(values) == before
    other = pickle.loads(pickle.dumps(values))
    assert type(other) is type(values)
    assert other == before
    assert {**values, name: 1.0}[name] == 1.0


def test_a_model_keeps_few_bodies():
    model = kp.three_compartment(**BODY)
    first = model.body(BODY, ("iv",))
    for k in range(3 * MOST):
        model.body({**BODY, "CL": 1.0 + k}, ("iv",))
    assert len(model._bodies._kept) <= MOST
    assert model.body(BODY, ("iv",)) is not first


def test_dose_that_is_no_number_does_not_spoil_what_is_kept():
    model = kp.three_compartment(**BODY, ka=1.0, F=1e308)
    plan = kp.oral("1e10 mg")
    for dose, fails in ((plan, True), (kp.oral("1e-307 mg"), False), (plan, True)):
        with np.errstate(over="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", kp.KetapkWarning)
            assert bool(kp.simulate(dose, model, ME, times=TIMES).failed) == fails


def test_arrays_changed_after_they_were_checked_change_nothing():
    CL, times = np.array([10.0, 20.0]), np.array([0.0, 1.0, 2.0])
    model = kp.one_compartment(CL=CL, V1=10.0)
    who = kp.Cohort(weight_kg=[70.0, 70.0])
    before = kp.simulate("35 mg iv bolus", model, who, times=times).concentration("ketamine")
    CL[0] = -1.0
    run = kp.simulate("35 mg iv bolus", model, who, times=times)
    times *= 2.0
    np.testing.assert_array_equal(run.concentration("ketamine"), before)
    np.testing.assert_array_equal(run.times_h, [0.0, 1.0, 2.0])


def test_a_body_keeps_what_few_plans_come_to():
    model = kp.three_compartment(**BODY, ka=2.0)
    mixed = Regimen.of(Dose(route="oral", amt=0.2, per_kg=True), Dose(route="iv", amt=9.0, time=1))
    plans = [mixed, *(kp.oral(f"{10 + k} mg") for k in range(2 * KEPT_PLANS))]
    for plan in plans:
        for weight in (50.0, 100.0):
            course, again = (course_of(plan, model, kp.Patient(weight_kg=weight)) for _ in range(2))
            assert course._lowering is again._lowering
            for kept, made in zip(course._lowering.flows, course._collected().flows, strict=True):
                assert kept.amount.tolist() == made.amount.tolist()
    assert len(course._body._lowered) <= KEPT_PLANS


def test_values_of_one_person_are_those_that_the_model_gives():
    model, me = kp.load_model("kamp2020"), kp.Cohort.of(ME)
    asked = model.individual(me)
    for _ in range(2):
        kept = model.values(me)
        assert {name: np.ravel(value).tolist() for name, value in kept.items()} == {
            name: np.ravel(value).tolist() for name, value in asked.items()
        }
        array = next(value for value in kept.values() if isinstance(value, np.ndarray))
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0.0


def test_a_person_keeps_a_plan_for_each_weight_that_doses_go_by():
    one = kp.Patient(weight_kg=120, height_cm=165)
    given = [
        kp.simulate("1 mg/kg iv bolus", "kamp2020", one.dosed_by(weight), times=[0.0]).amounts.sum()
        for weight in ("total", "ideal", "total")
    ]
    assert given[0] == given[2] == 120.0
    assert given[1] < 60.0
