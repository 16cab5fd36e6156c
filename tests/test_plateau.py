"""The way to a new plateau against closed forms and a matrix exponential."""

import numpy as np
import pytest
from scipy.linalg import expm

import ketapk as kp
from ketapk.cli import main

ME = kp.Patient(weight_kg=70)
CL, V1 = 60.0, 120.0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("7 mg/h", "14 mg/h"),
        ("14 mg/h", "7 mg/h"),
        ("0 mg/h", "0.2 mg/kg/h"),
        ("14 mg/h", "0 mg/h"),
    ],
)
def test_one_compartment_takes_its_half_lives_whatever_the_rates(before, after):
    found = kp.plateau_time(before, after, kp.one_compartment(CL=CL, V1=V1), ME)
    rates = {"0 mg/h": 0.0, "7 mg/h": 7.0, "14 mg/h": 14.0, "0.2 mg/kg/h": 14.0}
    row = found.plateaus.row(0, named=True)
    assert row["before"] == pytest.approx(1000.0 * rates[before] / CL, rel=1e-11)
    assert row["after"] == pytest.approx(1000.0 * rates[after] / CL, rel=1e-11)
    expected = [-np.log(1.0 - share) * V1 / CL for share in (0.5, 0.9, 0.95)]
    np.testing.assert_allclose(found.table["time_h"], expected, rtol=1e-9)


def test_three_compartments_are_on_the_way_as_far_as_a_matrix_exponential_says():
    p = {"CL": 84.0, "V1": 30.0, "Q2": 90.0, "V2": 60.0, "Q3": 40.0, "V3": 200.0}
    k10, k12, k21 = p["CL"] / p["V1"], p["Q2"] / p["V1"], p["Q2"] / p["V2"]
    k13, k31 = p["Q3"] / p["V1"], p["Q3"] / p["V3"]
    A = np.array([[-(k10 + k12 + k13), k21, k31], [k12, -k21, 0.0], [k13, 0.0, -k31]])
    steady = np.linalg.solve(-A, [1.0, 0.0, 0.0])
    model = kp.three_compartment(**p)
    for rates in (("10 mg/h", "25 mg/h"), ("25 mg/h", "10 mg/h")):
        found = kp.plateau_time(*rates, model, ME).table
        left = [(expm(A * t) @ steady)[0] / steady[0] for t in found["time_h"]]
        np.testing.assert_allclose(left, [0.5, 0.1, 0.05], rtol=1e-9)


def test_a_metabolite_takes_longer_than_its_parent():
    parent, metabolite = (
        kp.plateau_time("0.1 mg/kg/h", "0.2 mg/kg/h", "otto2021", ME, analyte=name).table["time_h"]
        for name in ("esketamine", "noresketamine")
    )
    assert (metabolite > parent).all()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("7 mg/h", "7 mg/h", "Both rates are 7 mg/h; write two that differ."),
        ("7 mg", "7 mg/h", "write a rate such as '10 mg/h'"),
        ("-7 mg/h", "7 mg/h", "is negative; write a rate from 0"),
    ],
)
def test_what_is_wrong_is_said(before, after, said):
    with pytest.raises(kp.InputError) as error:
        kp.plateau_time(before, after, "kamp2020", ME)
    assert said in str(error.value)


def test_a_clearance_that_grows_for_ever_has_no_plateau():
    child = kp.Patient(weight_kg=12, age_y=2, height_cm=85)
    with pytest.raises(kp.PlanError, match="no steady state"):
        kp.plateau_time("0.1 mg/kg/h", "0.2 mg/kg/h", "flint2017", child)


def test_the_command_prints_both_plateaus(capsys):
    command = ["plateau", "0.1 mg/kg/h", "0.2 mg/kg/h", "--model", "kamp2020"]
    assert main(command) == 0
    assert "167" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert "It is not a recommendation." in capsys.readouterr().out


SAT = {"Vmax": 10, "Km": 0.1, "V1": 50, "Q2": 60, "V2": 100}


def test_a_rate_beyond_the_largest_elimination_has_no_plateau_and_no_time():
    with pytest.raises(kp.PlanError, match="has no plateau of 20 mg/h in this person"):
        kp.plateau_time("5 mg/h", "20 mg/h", kp.two_compartment(**SAT), ME)


def test_people_without_a_plateau_are_counted_and_do_not_count():
    model = kp.two_compartment(**SAT)
    # 0.13 mg/kg/h is 9.1 mg/h, and 10.4 mg/h, which is more than Vmax.
    both = kp.plateau_time("5 mg/h", "0.13 mg/kg/h", model, kp.Cohort(weight_kg=[70, 80]))
    alone = kp.plateau_time("5 mg/h", "0.13 mg/kg/h", model, ME)
    assert both.plateaus["without"].to_list() == [1]
    assert any("1 of 2 people have no plateau" in warning for warning in both.warnings)
    assert both.plateaus["after"][0] == pytest.approx(100.0 * 9.1 / 0.9, rel=1e-9)
    for name in ("time_h", "low_h", "high_h"):
        np.testing.assert_allclose(both.table[name], alone.table["time_h"], rtol=1e-6)


def test_rates_are_compared_and_not_their_texts():
    with pytest.raises(kp.InputError, match="are the same rate for 70 kg, 40 y, F"):
        kp.plateau_time("7 mg/h", "0.1 mg/kg/h", "kamp2020", ME)
    with pytest.raises(kp.InputError, match="are the same rate"):
        kp.plateau_time("60 mg/h", "1 mg/min", "kamp2020", ME)
    many = kp.Cohort(weight_kg=[70, 140])
    found = kp.plateau_time("7 mg/h", "0.1 mg/kg/h", kp.one_compartment(CL=CL, V1=V1), many)
    expected = [-np.log(1.0 - share) * V1 / CL for share in (0.5, 0.9, 0.95)]
    np.testing.assert_allclose(found.table["low_h"], expected, rtol=1e-9)
    assert "1 of 2 people" in found.warnings[0]


def test_nobody_is_not_somebody_and_the_result_says_who():
    with pytest.raises(kp.InputError, match="There is nobody whose plateau it is"):
        kp.plateau_time("7 mg/h", "14 mg/h", "kamp2020", None)
    found = kp.plateau_time("7 mg/h", "14 mg/h", "kamp2020", ME, shares="90 %")
    assert "70 kg, 40 y, F, 170 cm" in repr(found)
    assert found.table["share"].to_list() == ["90 %"]
