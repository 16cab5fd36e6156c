"""Weights that doses per kg are counted by."""

import json
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import ketapk as kp
from ketapk.cli import main
from ketapk.patients.weights import JAMES_TURNS, WEIGHTS

NAMES = tuple(WEIGHTS)
BIG = kp.Patient(weight_kg=95.0, sex="F", height_cm=165.0)


def kg(name, sex, weight_kg, height_cm):
    who = kp.Patient(weight_kg=weight_kg, sex=sex, height_cm=height_cm)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kp.KetapkWarning)
        return float(kp.weight_scalar(who, name)[0])


# Height [cm], weight [kg], lean body mass of men and women [kg]: the table that the manual of the R
# package oro.pet 0.2.3 prints for lbm, as far as the formula rises with weight.
LEAN = [
    (200.0, 80.0, 67.52000, 61.92000),
    (195.0, 84.0, 68.64805, 62.41680),
    (190.0, 88.0, 69.34205, 62.41175),
    (185.0, 92.0, 69.54501, 61.83892),
    (180.0, 96.0, 69.19111, 60.62222),
    (175.0, 100.0, 68.20408, 58.67347),
    (170.0, 104.0, 66.49522, 55.89010),
    (165.0, 108.0, 63.96099, 52.15240),
]


@pytest.mark.parametrize(("height", "weight", "man", "woman"), LEAN)
def test_lean_body_mass_is_the_printed_table(height, weight, man, woman):
    assert_allclose(kg("lean", "M", weight, height), man, atol=6e-6)
    if weight / (height / 100) ** 2 < JAMES_TURNS["F"]:
        assert_allclose(kg("lean", "F", weight, height), woman, atol=6e-6)


@pytest.mark.parametrize(
    ("weight", "height", "printed"),
    [
        (70.0, 176.0, 56.1),  # Morse 2022, section 2.3
        (75.0, 100.0 * np.sqrt(75.0 / 30.0), 52.83),  # R package tci 0.2.1, pkmod_kim
    ],
)
def test_fat_free_mass_is_as_printed(weight, height, printed):
    digits = len(str(printed).partition(".")[2])
    assert round(kg("fat-free", "M", weight, height), digits) == printed


def test_fat_free_mass_in_the_other_form_of_the_formula():
    # Morse 2022, equation 2: 42.92 and 30.93 for men, 37.99 and 35.98 for women, four digits each.
    for sex, most, half in (("M", 42.92, 30.93), ("F", 37.99, 35.98)):
        for weight in (45.0, 90.0, 180.0):
            height = 1.7
            other = most * height**2 * weight / (half * height**2 + weight)
            assert_allclose(kg("fat-free", sex, weight, 100 * height), other, rtol=3e-4)


def test_ideal_and_adjusted_weight_are_as_in_a_solved_problem():
    # "Drug dosage based on adjusted body weight": a man of 190 kg and 70 inches.
    height = 70 * 2.54
    assert round(kg("ideal", "M", 190.0, height), 6) == 73.0
    assert round(kg("adjusted", "M", 190.0, height), 6) == 119.8


def test_whoever_is_lighter_than_ideal_has_no_excess():
    assert kg("adjusted", "F", 40.0, 170.0) == 40.0


@given(st.sampled_from("FM"), st.floats(30, 250), st.floats(153, 200), st.floats(1.001, 1.5))
def test_weights_rise_with_weight_where_they_are_given(sex, weight, height, more):
    for name in NAMES:
        try:
            heavier = kg(name, sex, weight * more, height)
        except kp.InputError:
            assert name == "lean"
            continue
        assert heavier >= kg(name, sex, weight, height)


@pytest.mark.parametrize("sex", ["F", "M"])
def test_lean_body_mass_is_refused_where_it_falls(sex):
    height = 170.0
    turn = JAMES_TURNS[sex] * (height / 100) ** 2
    a, b = (1.07, 148.0) if sex == "F" else (1.10, 128.0)
    around = [a * w - b * (w / height) ** 2 for w in (turn - 0.1, turn, turn + 0.1)]
    assert around[1] > max(around[0], around[2])
    kg("lean", sex, turn - 0.1, height)
    with pytest.raises(kp.InputError, match=r"falls while weight rises.*use 'fat-free'"):
        kg("lean", sex, turn + 0.1, height)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("model", ["kamp2020", "domino"])
def test_a_dose_per_kg_is_the_milligrams_of_that_weight(name, model):
    mg = 0.5 * float(kp.weight_scalar(BIG, name)[0])
    times = [0.2, 0.7, 3.0]
    by_weight = kp.simulate("0.5 mg/kg iv over 40 min", model, BIG.dosed_by(name), times=times)
    in_mg = kp.simulate(kp.infusion(f"{mg!r} mg", over="40 min"), model, BIG, times=times)
    assert_allclose(
        by_weight.concentration("ketamine"), in_mg.concentration("ketamine"), rtol=1e-12
    )


@pytest.mark.parametrize(
    "plan", ["0.5 mg/kg iv over 40 min", "20 mg iv bolus; 0.1 mg/kg/h iv for 2 h"]
)
def test_each_person_of_a_cohort_has_a_weight_of_their_own(plan):
    words = ["total", "fat-free", "adjusted", "fat-free"]
    many = kp.Cohort(
        weight_kg=[60, 95, 120, 80], height_cm=170, sex=["F", "M", "F", "M"], dosing_weight=words
    )
    together = kp.simulate(plan, "domino", many, times=[0.5, 2.0]).concentration("ketamine")
    for n, word in enumerate(words):
        alone = kp.Patient(
            weight_kg=many.weight_kg[n], height_cm=170, sex=many.sex[n], dosing_weight=word
        )
        assert many.dosing_kg[n] == alone.dosing_kg
        one = kp.simulate(plan, "domino", alone, times=[0.5, 2.0]).concentration("ketamine")
        assert_allclose(together[n], one[0], rtol=1e-12)


def test_a_part_and_a_copy_of_a_cohort_keep_their_weights():
    many = kp.Cohort(weight_kg=[60, 95, 120], dosing_weight=["total", "lean", "fat-free"], sex="M")
    for other in (pickle.loads(pickle.dumps(many)), many[:]):
        assert_array_equal(other.dosing_kg, many.dosing_kg)
    assert_array_equal(many[[2, 0]].dosing_kg, many.dosing_kg[[2, 0]])
    plain = kp.Cohort(weight_kg=[60, 95])
    for other in (plain, plain[:1], pickle.loads(pickle.dumps(plain))):
        assert other.dosing_kg is other.weight_kg
    assert many.dosed_by("total").dosing_kg is not many.dosing_kg
    assert not many.dosed_by("total").dosed_otherwise


@pytest.mark.filterwarnings("ignore::ketapk.KetapkWarning")
def test_a_result_says_which_weight_its_doses_go_by():
    small = kp.Patient(weight_kg=50, height_cm=150, age_y=15)
    run = kp.simulate("0.5 mg/kg iv over 40 min", "domino", small.dosed_by("ideal"), times=[1])
    said = " ".join(run.warnings)
    assert "Doses per kg go by ideal body weight (Devine) (grade B)" in said
    assert "this person is shorter than the heights it was made for" in said
    assert "this person is younger than the adults it was made for" in said


def test_a_weight_of_other_people_than_its_own_is_warned_of():
    short = kp.Patient(weight_kg=50, height_cm=150)
    with pytest.warns(kp.KetapkWarning, match=r"ideal body weight.*shorter than the heights"):
        kp.weight_scalar(kp.Patient(weight_kg=60, height_cm=150), "ideal")
    kp.weight_scalar(short, "lean")
    some = kp.Cohort(weight_kg=[50, 70], age_y=[12, 40], height_cm=165)
    with pytest.warns(kp.KetapkWarning, match="1 of 2 are younger than the adults"):
        kp.weight_scalar(some, "fat-free")


def test_no_word_of_it_where_no_dose_is_per_kg():
    run = kp.simulate("35 mg iv over 40 min", "domino", BIG.dosed_by("lean"), times=[1])
    assert not any("per kg" in sentence for sentence in run.warnings)


def test_every_weight_has_its_source_and_limits():
    table = kp.list_weight_scalars()
    assert table["name"].to_list() == list(NAMES)
    for column in ("title", "formula", "limits", "checked", "citation", "grade"):
        assert all(table[column].to_list()), column


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: kp.weight_scalar(BIG, "leen"), "no weight 'leen'.*Did you mean 'lean'"),
        (lambda: kp.weight_scalar(70, "lean"), "70 is nobody; write kp.Patient"),
        (
            lambda: BIG.dosed_by("slim"),
            "The dosing weight is 'slim'; write one of 'total', 'ideal'",
        ),
        (
            lambda: kp.Patient(weight_kg=130, height_cm=160, dosing_weight="lean"),
            "Doses per kg go by the lean weight: Lean body mass by James.*this person has 50.8",
        ),
        (
            lambda: kp.Cohort(weight_kg=[60, 130], height_cm=160).dosed_by("lean"),
            "person 1 has 50.8",
        ),
        (
            lambda: kp.Cohort(weight_kg=[9, 60], height_cm=[75, 170], dosing_weight="ideal"),
            "of person 0 is -24.6 kg at a height of 75 cm: the formula does not hold there",
        ),
        (lambda: kp.Cohort(weight_kg=[60, 70]).dosed_by(["lean", "thin"]), "is 'thin'"),
    ],
)
def test_what_is_wrong_is_said(wrong, said):
    with pytest.raises(kp.InputError, match=said):
        wrong()


def test_the_same_person_dosed_by_another_weight_gets_another_dose():
    # What a model keeps of a person was kept for the total weight, too.
    peaks = [
        kp.simulate("0.5 mg/kg iv over 40 min", "kamp2020", BIG.dosed_by(name)).exposure()["Cmax"]
        for name in NAMES
    ]
    kgs = [BIG.dosed_by(name).dosing_kg for name in NAMES]
    assert_allclose(np.ravel(peaks) / peaks[0][0], np.array(kgs) / kgs[0], rtol=1e-9)


def warnings_of(who):
    return " ".join(kp.simulate("0.5 mg/kg iv over 40 min", "domino", who, times=[1]).warnings)


def test_height_and_sex_that_nobody_gave_are_said():
    said = warnings_of(kp.Patient(weight_kg=95, dosing_weight="ideal"))
    assert "is worked out for 170 cm and F, which stand where nobody gave them" in said
    assert "nobody gave" not in warnings_of(BIG.dosed_by("ideal"))
    assert "nobody gave" not in warnings_of(kp.Patient(weight_kg=95))
    two = kp.Cohort(weight_kg=[95, 95], sex=["F", "M"], dosing_weight="ideal")
    assert "nobody gave" not in warnings_of(two)
    assert "(grade B) at 165 cm and F" in warnings_of(BIG.dosed_by("ideal"))
    with pytest.warns(kp.KetapkWarning, match="170 cm and F"):
        kp.weight_scalar(kp.Patient(weight_kg=95), "fat-free")


def test_a_dosing_weight_above_the_total_is_said():
    thin = kp.Patient(weight_kg=40, height_cm=190, sex="M")
    above = "ideal body weight .Devine. is 84 kg, above the total weight of 40 kg"
    with pytest.warns(kp.KetapkWarning, match=above):
        kp.weight_scalar(thin, "ideal")
    assert "above the total weight of 40 kg" in warnings_of(thin.dosed_by("ideal"))
    assert "above the total" not in warnings_of(thin.dosed_by("adjusted"))
    two = kp.Cohort(weight_kg=[40, 99], height_cm=190, sex="M", dosing_weight="ideal")
    assert "above the total weight of 1 of 2 people" in warnings_of(two)


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (["weights", "--weight", "95"], "add --height and --sex"),
        (["weights", "--height", "165"], "by height and sex; add --sex, such as"),
        (
            ["simulate", "0.5 mg/kg im", "--model", "hornik2018", "--dosing-weight", "ideal"],
            "--dosing-weight ideal goes by height and sex; add --height and --sex",
        ),
        (
            ["lint", "0.5 mg/kg im", "--dosing-weight", "lean", "--sex", "F"],
            "--dosing-weight lean goes by height and sex; add --height,",
        ),
    ],
)
def test_the_command_line_asks_for_the_body_that_a_weight_is_of(words, missing, capsys):
    assert main(words) == 2
    assert missing in " ".join(capsys.readouterr().err.split())


def test_weights_say_for_whom_and_that_they_recommend_nothing(capsys):
    who = ["weights", "--weight", "40", "--height", "190", "--sex", "M"]
    assert main(who) == 0
    read = capsys.readouterr()
    assert "40 kg, 190 cm, M" in read.out
    assert "not a recommendation" in " ".join(read.out.split())
    assert "above the total weight" in read.err
    assert main([*who, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "not a recommendation" in told["basis"]
    assert told["patient"]["height_cm"] == 190
