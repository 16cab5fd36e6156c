"""People who are drawn are like those who were measured."""

import pickle
from itertools import pairwise

import numpy as np
import pytest

import ketapk as kp
from ketapk.patients import Demography
from ketapk.patients.mismatch import mismatch

# Fryar et al. 2025, Vital Health Stat 3(50), Table 3: weight [kg] at the 5th, 10th, 15th, 25th,
# 50th, 75th, 85th, 90th and 95th percentile. Sampling does not use this table.
WEIGHT = {
    ("M", 20): (57.0, 60.5, 64.2, 72.2, 83.7, 98.2, 108.1, 114.7, 128.3),
    ("M", 40): (66.0, 69.7, 73.2, 78.5, 88.4, 107.7, 119.7, 125.1, 141.9),
    ("M", 70): (60.8, 66.2, 68.8, 74.5, 86.6, 96.5, 106.8, 111.7, 121.3),
    ("F", 20): (47.6, 52.9, 54.9, 59.4, 68.9, 82.9, 98.2, 107.3, 121.3),
    ("F", 50): (53.1, 57.9, 60.2, 65.2, 78.5, 95.5, 105.0, 111.5, 121.4),
    ("F", 80): (46.8, 50.6, 52.9, 57.9, 65.7, 75.2, 83.0, 87.3, 94.2),
}
PERCENTILES = (5, 10, 15, 25, 50, 75, 85, 90, 95)


@pytest.mark.parametrize(("sex", "decade"), WEIGHT)
def test_weights_are_those_of_the_survey_within_five_percent(sex, decade):
    top = 99.0 if decade == 80 else decade + 9.999
    who = kp.Cohort.sample(40_000, rng=1, age_y=(decade, top), women=float(sex == "F"))
    drawn = np.percentile(who.weight_kg, PERCENTILES)
    np.testing.assert_allclose(drawn, WEIGHT[sex, decade], rtol=0.05)


def test_ages_are_uniform_and_sexes_as_asked_for():
    who = kp.Cohort.sample(50_000, rng=1, age_y=(30, 50), women=0.7)
    assert who.age_y.min() >= 30.0
    assert who.age_y.max() <= 50.0
    assert np.mean(who.age_y) == pytest.approx(40.0, abs=0.1)
    assert np.mean(who.sex == "F") == pytest.approx(0.7, abs=0.01)


def test_nobody_is_beyond_what_a_body_can_be():
    who = kp.Cohort.sample(200_000, rng=3, age_y=(20, 100))
    assert who.weight_kg.min() > 25.0
    assert who.weight_kg.max() < 300.0
    assert who.height_cm.min() > 130.0
    assert who.height_cm.max() < 205.0


def test_of_nobody_who_is_drawn_the_weight_does_not_go_with_the_age():
    assert mismatch(kp.Cohort.sample(100_000, rng=4, age_y=(20, 100))) == []


@pytest.mark.parametrize(("weight_kg", "age_y"), [(4, 40), (20, 20), (330, 30)])
def test_a_weight_that_does_not_go_with_the_age_is_told(weight_kg, age_y):
    me = kp.Patient(weight_kg=weight_kg, age_y=age_y)
    with pytest.warns(kp.KetapkWarning, match=f"Weight {weight_kg} kg does not go with an age"):
        kp.simulate("0.5 mg/kg iv over 40 min", "kamp2020", me, times=[0.0])


def test_of_a_child_the_survey_of_adults_says_nothing():
    assert mismatch(kp.Cohort(weight_kg=[4.0], age_y=[19.0])) == []


def test_of_many_it_is_told_how_many():
    (said,) = mismatch(kp.Cohort(weight_kg=[70, 4, 5, 80], age_y=40))
    assert said.startswith("2 of 4 patients")
    assert "the first 4 kg at 40 y" in said


def test_a_person_is_the_same_in_any_cohort():
    many = kp.Cohort.sample(1000, rng=1)
    few = kp.Cohort.sample(10, rng=1)
    np.testing.assert_array_equal(many[:10].weight_kg, few.weight_kg)
    chosen = many[[700, 3]]
    assert chosen.subject.tolist() == [700, 3]
    again = pickle.loads(pickle.dumps(chosen))
    np.testing.assert_array_equal(again.weight_kg, chosen.weight_kg)
    assert again.subject.tolist() == [700, 3]
    assert len(many[many.sex == "F"]) == int(np.sum(many.sex == "F"))


@pytest.mark.parametrize("chunks", [(0, 7, 40), (0, 39, 40), (0, 20, 21, 40)])
@pytest.mark.parametrize("sampling", ["random", "sobol"])
def test_what_is_drawn_does_not_depend_on_chunks(chunks, sampling):
    whole = kp.Cohort.sample(40, rng=2, sampling=sampling)
    model = kp.load_model("otto2021")
    run = kp.simulate("25 mg esketamine iv bolus", model, whole, rng=7, times=[0.5])
    parts = [
        kp.simulate("25 mg esketamine iv bolus", model, whole[a:b], rng=7, times=[0.5])
        for a, b in pairwise(chunks)
    ]
    np.testing.assert_array_equal(
        np.concatenate([p.concentration("esketamine") for p in parts]),
        run.concentration("esketamine"),
    )


WRONG = [
    (lambda: kp.Cohort.sample(0, rng=1), "n=0 is not a count"),
    (lambda: kp.Cohort.sample(True, rng=1), "n=True is not a count"),
    (lambda: kp.Cohort.sample(5, rng=1, age_y=(2, 10)), "is outside 20 to 100 years"),
    (lambda: kp.Cohort.sample(5, rng=1, age_y=(50, 40)), "is outside 20 to 100 years"),
    (lambda: kp.Cohort.sample(5, rng=1, age_y=40), "is no range"),
    (lambda: kp.Cohort.sample(5, rng=1, women=2), "women=2 is no share"),
    (lambda: kp.Cohort.sample(5, rng="x"), "is no source of random numbers"),
    (lambda: kp.Cohort.sample(5, rng=1)[:0], "Nobody is left in the cohort"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "said"), WRONG, ids=[w[1] for w in WRONG])
def test_wrong_demographics_are_refused(call, said):
    with pytest.raises(kp.InputError, match=said):
        call()
    assert Demography().age_y == (20.0, 80.0)
