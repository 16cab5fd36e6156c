"""Patients and cohorts."""

import numpy as np
import pytest

import ketapk as kp


def test_everything_but_the_weight_has_a_default():
    me = kp.Patient(weight_kg=70)
    assert (me.age_y, me.sex, me.height_cm, me.ancestry) == (40.0, "F", 170.0, "other")
    with pytest.raises(TypeError):
        kp.Patient()


def test_a_cohort_repeats_what_is_given_once():
    many = kp.Cohort(weight_kg=[50, 60, 70], sex=["F", "M", "F"])
    assert len(many) == 3
    assert many.age_y.tolist() == [40.0] * 3
    assert repr(many) == "<Cohort of 3, 50 to 70 kg>"


def test_a_cohort_does_not_change():
    many = kp.Cohort(weight_kg=[50, 60])
    with pytest.raises(AttributeError, match="make a new one"):
        many.weight_kg = np.array([1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        many.weight_kg[0] = 1.0


def test_a_cohort_keeps_no_hold_of_the_arrays_it_was_given():
    weights = np.array([50.0, 60.0])
    many = kp.Cohort(weight_kg=weights)
    weights[0] = 400.0
    assert many.weight_kg[0] == 50.0
