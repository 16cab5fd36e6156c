"""Two branches of a plan against closed forms, a matrix exponential, superposition and grids."""

import numpy as np
import pytest
from scipy.linalg import expm

import ketapk as kp
from ketapk.branches.parting import parting
from ketapk.branches.sentence import change
from ketapk.cli import main
from ketapk.notice import NO_ADVICE

ME = kp.Patient(weight_kg=70)
CL, V1 = 60.0, 120.0
K = CL / V1
ONE = kp.one_compartment(CL=CL, V1=V1)
NG = 1000.0
INFUSION = "0.5 mg/kg iv over 40 min"
CHANGES = [
    kp.PumpStop(at="20 min", lasting="10 min"),
    kp.PumpStop(at="20 min", lasting="10 min", missed="left out"),
    kp.Late(dose=2, by="15 min"),
    kp.Skipped(dose=2),
    kp.Doubled(dose=1),
    kp.OtherRate(rate="0.2 mg/kg/h"),
    kp.OtherRate(rate="12 mcg/kg/min", dose=2, at="20 min", keeps="amount"),
    kp.OtherWeight(weight="50 kg"),
]


def test_a_late_bolus_is_the_closed_form():
    late = 0.5
    found = kp.what_if("60 mg iv bolus", kp.Late(dose=1, by="30 min"), ONE, ME)
    top = 60.0 / V1 * NG
    left = 1.0 - np.exp(-K * late)
    assert found.parts_at == 0
    assert found.largest[0] == pytest.approx(-top, rel=1e-12)
    assert found.largest_at_h[0] == 0.0
    assert found.area[0] == pytest.approx(0.0, abs=1e-9)
    assert found.area_between[0] == pytest.approx(2.0 * top / K * left, rel=1e-11)
    agree = np.log((np.exp(K * late) - 1.0) / 0.05) / K
    assert found.agree_at_h[0] == pytest.approx(agree, rel=1e-10)


def test_branches_that_never_come_so_far_apart_agree_from_where_they_part():
    found = kp.what_if(
        "60 mg iv bolus; 1 mg iv bolus at 1 h", "dose 2 skipped", ONE, ME, within="5 %"
    )
    assert found.agree_at_h[0] == 1.0 == found.parts_at
    assert found.largest[0] == pytest.approx(-NG / V1, rel=1e-12)


def test_the_difference_of_a_stop_is_a_matrix_exponential():
    p = {"CL": 84.0, "V1": 30.0, "Q2": 90.0, "V2": 60.0, "Q3": 40.0, "V3": 200.0}
    k10, k12, k21 = p["CL"] / p["V1"], p["Q2"] / p["V1"], p["Q2"] / p["V2"]
    k13, k31 = p["Q3"] / p["V1"], p["Q3"] / p["V3"]
    A = np.array([[-(k10 + k12 + k13), k21, k31], [k12, -k21, 0.0], [k13, 0.0, -k31]])
    missing = np.linalg.solve(A, (expm(A / 6.0) - np.eye(3)) @ [60.0, 0.0, 0.0])
    stop = kp.PumpStop(at="20 min", lasting="10 min", missed="left out")
    found = kp.what_if("60 mg/h iv for 1 h", stop, kp.three_compartment(**p), ME)
    times = np.array([0.5, 0.7, 1.0, 3.0, 12.0])
    expected = [-(expm(A * (t - 0.5)) @ missing)[0] / p["V1"] * NG for t in times]
    changed, planned = (
        run.at_times(times).concentration("ketamine")[0] for run in (found.changed, found.planned)
    )
    np.testing.assert_allclose(changed - planned, expected, rtol=1e-9)
    assert found.largest_at_h[0] == 0.5
    assert found.largest[0] == pytest.approx(expected[0], rel=1e-11)
    assert float(found.parts_at) == 1.0 / 3.0
    assert found.area[0] == pytest.approx(-10.0 / p["CL"] * NG, rel=1e-10)
    assert found.account == "Planned: 60 mg. Given: 50 mg, 10 mg less."


def test_what_is_skipped_is_missing_by_superposition():
    plan = kp.parse("20 mg esketamine iv bolus; 30 mg esketamine iv over 30 min at 1 h")
    for analyte in ("esketamine", "noresketamine"):
        found = kp.what_if(plan, "dose 2 skipped", "otto2021", ME, analyte=analyte)
        alone = kp.simulate(
            kp.parse("30 mg esketamine iv over 30 min at 1 h"), "otto2021", ME, times=found.times_h
        )
        np.testing.assert_allclose(
            found.difference, -alone.concentration(analyte), rtol=1e-9, atol=1e-10
        )
        curve = alone.curve(analyte)
        np.testing.assert_allclose(found.largest, -curve.Cmax, rtol=1e-11)
        np.testing.assert_allclose(found.largest_at_h, curve.Tmax, rtol=1e-6)
        np.testing.assert_allclose(found.area_between, curve.AUC_inf, rtol=1e-9)


@pytest.mark.parametrize(
    "nothing",
    [
        kp.PumpStop(at="20 min", lasting="0 min"),
        kp.PumpStop(at="20 min", lasting="0 min", missed="left out"),
        kp.Late(dose=1, by="0 min"),
        kp.OtherWeight(weight="70 kg"),
    ],
)
def test_no_change_gives_no_difference(nothing):
    found = kp.what_if(INFUSION, nothing, "kamp2020", ME)
    assert found.parts_at is None
    assert not found.difference.any()
    assert found.largest[0] == found.area[0] == found.area_between[0] == 0.0
    assert found.account == "Both branches give 35 mg; no milligram differs."


def test_many_people_are_each_as_alone_and_no_grid_sees_more():
    weights = [55.0, 70.0, 93.0]
    stop = "pump stops at 20 min for 10 min"
    many = kp.what_if(INFUSION, stop, "kamp2020", kp.Cohort(weight_kg=weights))
    grid = np.linspace(1.0 / 3.0, 6.0, 2001)
    curves = [r.at_times(grid).concentration("ketamine") for r in (many.changed, many.planned)]
    seen = np.abs(curves[0] - curves[1])
    assert np.all(seen.max(axis=1) <= np.abs(many.largest) * (1 + 1e-12))
    assert np.all(seen.max(axis=1) > 0.99 * np.abs(many.largest))
    for n, weight in enumerate(weights):
        alone = kp.what_if(INFUSION, stop, "kamp2020", kp.Patient(weight_kg=weight))
        for name in ("largest", "largest_at_h", "area_between", "agree_at_h"):
            assert getattr(many, name)[n] == pytest.approx(getattr(alone, name)[0], rel=1e-9)
        limit = 0.05 * alone.planned.curve().Cmax[0]
        apart = grid[seen[n] > limit].max()
        assert apart <= alone.agree_at_h[0] < apart + 2 * (grid[1] - grid[0])


def test_both_branches_meet_the_same_drawn_people():
    many = kp.Cohort(weight_kg=[70.0] * 5)
    found = kp.what_if("25 mg esketamine iv over 40 min", "dose 1 doubled", "otto2021", many, rng=1)
    np.testing.assert_allclose(found.largest, found.planned.curve().Cmax, rtol=1e-11)
    assert np.unique(found.largest).size == 5


def test_a_stop_is_given_later_or_left_out_and_every_milligram_is_accounted_for():
    plan = "30 mg iv over 30 min; then 12 mg/h iv for 1 h; 5 mg iv bolus at 45 min"
    later = kp.what_if(plan, kp.PumpStop(at="15 min", lasting="20 min"), ONE, ME)
    assert str(later.changed.plan) == (
        "15 mg iv over 15 min; 15 mg iv over 15 min at 35 min; 5 mg iv bolus at 45 min; "
        "12 mg/h iv for 1 h at 50 min"
    )
    assert later.given_mg[0] == pytest.approx(later.given_mg[1])
    out = kp.what_if(plan, kp.PumpStop(at="15 min", lasting="20 min", missed="left out"), ONE, ME)
    assert str(out.changed.plan) == (
        "15 mg iv over 15 min; 12 mg/h iv for 55 min at 35 min; 5 mg iv bolus at 45 min"
    )
    assert out.account == "Planned: 47 mg. Given: 31 mg, 16 mg less."


def test_another_rate_keeps_the_time_or_the_amount():
    plan = kp.parse("0.5 mg/kg iv over 1 h")
    cohort = kp.Cohort(weight_kg=70)
    time = kp.OtherRate(rate="70 mg/h", at="30 min").of(plan, cohort)
    assert str(time) == "0.25 mg/kg iv over 30 min; 70 mg/h iv for 30 min at 30 min"
    amount = kp.OtherRate(rate="70 mg/h", at="30 min", keeps="amount").of(plan, cohort)
    assert str(amount) == "0.25 mg/kg iv over 30 min; 0.25 mg/kg iv over 15 min at 30 min"
    assert parting(plan, amount) == 0.5


def test_doses_meant_per_lean_weight_are_in_proportion_to_it():
    me = kp.Patient(weight_kg=95, height_cm=165)
    found = kp.what_if(INFUSION, "weight lean", "kamp2020", me)
    share = kp.weight_scalar(me, "lean")[0] / 95.0
    planned, changed = found.given_mg
    assert changed[0] == pytest.approx(share * planned[0], rel=1e-14)
    np.testing.assert_allclose(found.largest, (share - 1.0) * found.planned.curve().Cmax, rtol=1e-9)
    many = kp.Cohort(weight_kg=[60, 95])
    with pytest.raises(kp.PlanError, match="differs between the people"):
        kp.what_if(INFUSION, "weight lean", "kamp2020", many)
    with pytest.raises(kp.InputError, match="There is no weight 'slim'"):
        kp.what_if(INFUSION, "weight slim", "kamp2020", me)


def test_changes_follow_one_another():
    found = kp.what_if(INFUSION, ["pump stops at 20 min for 10 min", "weight 50 kg"], ONE, ME)
    assert str(found.changed.plan) == "12.5 mg iv over 20 min; 12.5 mg iv over 20 min at 30 min"
    assert found.parts_at == 0


def test_doses_are_counted_as_planned_whatever_changed_before():
    plan = "10 mg iv bolus; 20 mg iv bolus at 30 min"
    found = kp.what_if(plan, ["dose 1 late by 45 min", "dose 1 doubled"], ONE, ME)
    assert str(found.changed.plan) == (
        "20 mg iv bolus at 30 min; 10 mg iv bolus at 45 min; 10 mg iv bolus at 45 min"
    )
    second = kp.what_if(plan, ["dose 1 skipped", "dose 2 doubled"], ONE, ME)
    assert second.given_mg[1] == pytest.approx(40.0)
    with pytest.raises(kp.InputError, match="Dose 1 is no longer given"):
        kp.what_if(plan, ["dose 1 skipped", "dose 1 doubled"], ONE, ME)
    # The parts of a stopped infusion are one dose.
    stop = "pump stops at 20 min for 10 min"
    late = kp.what_if("40 mg iv over 40 min", [stop, "dose 1 late by 1 h"], ONE, ME)
    assert str(late.changed.plan) == "20 mg iv over 20 min at 1 h; 20 mg iv over 20 min at 90 min"
    with pytest.raises(kp.InputError, match="is given in 2 parts by now"):
        kp.what_if("40 mg iv over 40 min", [stop, "dose 1 at 90 mg/h"], ONE, ME)


@pytest.mark.parametrize(
    ("plan", "rate"),
    [("70 mg/h iv for 1 h", "1 mg/kg/h"), ("0.5 mg/kg iv over 30 min", "70 mg/h")],
)
def test_the_same_rate_in_another_unit_is_no_change(plan, rate):
    found = kp.what_if(plan, f"dose 1 at {rate}", "kamp2020", ME)
    assert found.parts_at is None
    other = kp.what_if(plan, f"dose 1 at {rate}", "kamp2020", kp.Patient(weight_kg=71))
    assert other.parts_at == 0


def test_small_differences_are_not_called_an_agreement_again():
    plan = "0.1 mg/kg/h iv for 2 h; 10 mg iv bolus at 65 min"
    found = kp.what_if(plan, "pump stops at 1 h for 10 min", "kamp2020", ME)
    most = abs(found.largest[0])
    assert most <= 0.05 * found.planned.curve().Cmax[0]
    assert found.never_apart.all()
    assert found.agreement == (
        f"The branches never differ by more than 5 % of the planned peak; at most by {most:.3g} "
        f"ng/mL."
    )
    assert found.agreement in repr(found)
    assert not any("from [h]" in what for what in found.findings["what"])
    closer = kp.what_if(plan, "pump stops at 1 h for 10 min", "kamp2020", ME, within="1 %")
    assert not closer.never_apart.any()
    assert "from [h]" in closer.findings["what"][-1]
    assert closer.findings["value"][-1] == closer.agree_at_h[0] > 1.0


def test_people_who_never_come_apart_are_counted_and_the_others_agree_again():
    model = kp.one_compartment(CL=CL, V1=V1)
    many = kp.Cohort(weight_kg=[50, 200])
    plan = "60 mg iv bolus; 0.05 mg/kg iv bolus at 1 h"
    found = kp.what_if(plan, "dose 2 skipped", model, many)
    assert found.never_apart.tolist() == [True, False]
    rows = {row["what"]: row["value"] for row in found.findings.to_dicts()}
    assert rows["never differ by more than 5 % of the planned peak [people]"] == 1.0
    assert rows["within 5 % of the planned peak from [h]"] == found.agree_at_h[1]
    assert found.agreement.startswith("1 of 2 people never differ by more than 5 %")


def test_the_changed_plan_is_written_in_four_figures_and_given_exactly():
    me = kp.Patient(weight_kg=95, height_cm=165)
    found = kp.what_if(INFUSION, "weight lean", "kamp2020", me)
    exact = found.given_mg[1][0]
    assert found.becomes == f"{exact:.4g} mg iv over 40 min"
    assert found.changed.plan.doses[0].amt == exact
    rate = kp.what_if("0.5 mg/kg/h iv for 40 min", "weight lean", "kamp2020", me)
    assert rate.becomes == f"{exact:.4g} mg/h iv for 40 min"


def test_a_difference_of_rounding_is_none():
    found = kp.what_if("0.1 mg/kg iv over 10 min", "dose 1 late by 15 min", "kamp2020", ME)
    assert found.area[0] == 0.0
    table = {row["what"]: row["difference"] for row in found.table.to_dicts()}
    assert table["AUC [ng h/mL]"] == 0.0 == table["given [mg]"]


@pytest.mark.parametrize("value", CHANGES, ids=str)
def test_a_change_is_read_back_from_its_sentence(value):
    again = change(str(value))
    assert str(again) == str(value)
    plan = kp.parse("0.5 mg/kg iv over 40 min; 0.5 mg/kg iv over 40 min at 10 min")
    cohort = kp.Cohort(weight_kg=70)
    assert again.of(plan, cohort) == value.of(plan, cohort)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            "the nurse sneezes",
            "is not understood; write one like 'pump stops at 20 min for 10 min'",
        ),
        (7, "7 is no change; write one such as kp.PumpStop"),
        ([], "There is no change; write one, such as 'dose 1 late by 15 min'."),
        (
            "dose 3 late by 15 min",
            "There is no dose 3 in 0.5 mg/kg iv over 40 min; it has one dose.",
        ),
        ("dose 1 late by 15", "has no unit"),
        ("pump stops at 3 h for 10 min", "No infusion runs at 3 h or later"),
        ("dose 1 at 5 mg/kg", "write a rate such as '10 mg/h'"),
        ("dose 1 at 5 mg/h from 2 h", "does not run at 2 h; it runs from 0 min to 40 min"),
        ("weight 50", "is no weight of a body; write one such as '50 kg'."),
        ("weight 5000 kg", "is no weight of a body; write one from 0.3 to 500 kg."),
        ("weight 50 mg", "is no weight of a body; write one such as '50 kg'."),
    ],
)
def test_what_cannot_change_is_answered(changes, said):
    with pytest.raises(kp.InputError, match=r".") as error:
        kp.what_if(INFUSION, changes, "kamp2020", ME)
    assert said in str(error.value)


def test_values_are_checked_when_they_are_made():
    for make, said in (
        (lambda: kp.PumpStop(at="20 min", lasting=10), "lasting=10 has no unit"),
        (
            lambda: kp.PumpStop(at="1 h", lasting="1 h", missed="lost"),
            "write 'later' or 'left out'",
        ),
        (lambda: kp.Late(dose=0, by="1 h"), "write 1 for the first"),
        (lambda: kp.OtherRate(rate="0 mg/h"), "write a positive rate, or a stop of the pump"),
        (lambda: kp.OtherRate(rate="1 mg/h", keeps="all"), "write 'time' or 'amount'"),
    ):
        with pytest.raises(kp.InputError) as error:
            make()
        assert said in str(error.value)


def test_what_is_refused_says_why():
    with pytest.raises(kp.PlanError, match="nothing is left"):
        kp.what_if(INFUSION, kp.Skipped(dose=1), "kamp2020", ME)
    steady = kp.Regimen.of(kp.Dose(route="iv", amt=10, ss=1, ii=4))
    with pytest.raises(kp.PlanError, match="begins with a steady state"):
        kp.what_if(steady, kp.Doubled(dose=1), "kamp2020", ME)
    with pytest.raises(kp.InputError, match="No dose of 35 mg im is per kg"):
        kp.what_if("35 mg im", kp.OtherWeight(weight="50 kg"), "kamp2020+im", ME)


def test_the_result_says_what_it_rests_on(capsys):
    found = kp.what_if(INFUSION, CHANGES[0], "kamp2020", ME)
    assert found.basis in repr(found)
    assert found.account in repr(found)
    assert main(["what-if", INFUSION, "--change", str(CHANGES[0]), "--json"]) == 0
    printed = capsys.readouterr().out
    assert found.basis in printed
    assert found.account in printed
    assert main(["what-if", INFUSION, "--change", "dose 9 doubled"]) == 2
    assert "There is no dose 9" in capsys.readouterr().err


def test_both_branches_are_drawn_with_their_difference():
    found = kp.what_if(INFUSION, CHANGES[0], "kamp2020", ME)
    above, given, below = found.plot().axes
    assert [tick.get_text() for tick in given.get_yticklabels()] == ["planned", "changed"]
    assert NO_ADVICE in above.figure.get_supxlabel()
    assert [line.get_label() for line in above.lines[:2]] == ["planned", "changed"]
    lowest = min(below.lines[0].get_ydata())
    assert lowest == pytest.approx(found.largest[0], rel=1e-9)


@pytest.mark.parametrize(
    "command",
    [
        ["what-if", INFUSION, "--change", "dose 1 late by 15 min", "--model", "kamp2020"],
        ["carry-over", INFUSION, "--times", "2", "--model", "kamp2020"],
        ["plateau", "0 mg/h", "0.1 mg/kg/h", "--model", "kamp2020"],
        ["decrement", "kamp2020", "--lengths", "1 h", "--by", "", "--below", "50 ng/mL"],
    ],
    ids=lambda command: command[0],
)
def test_doses_per_kg_go_by_the_weight_that_is_asked_for(command, capsys):
    printed = []
    who = ["--weight", "95", "--height", "165", "--sex", "F"]
    for name in ("total", "lean"):
        assert main([*command, *who, "--dosing-weight", name, "--json"]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] != printed[1]


def test_a_dose_that_goes_by_lean_weight_already_is_not_changed_to_it():
    lean = kp.Patient(weight_kg=95).dosed_by("lean")
    assert kp.what_if(INFUSION, "weight lean", "kamp2020", lean).parts_at is None
    total = kp.what_if(INFUSION, "weight total", "kamp2020", lean)
    assert total.given_mg[1][0] == pytest.approx(47.5)


@pytest.mark.parametrize(
    ("one", "other", "hours"),
    [
        ("35 mg im", "35 mg im", None),
        ("35 mg im", "36 mg im", 0.0),
        ("35 mg im", "35 mg im; 5 mg im at 3 h", 3.0),
        ("30 mg/h iv for 1 h", "30 mg/h iv for 2 h", 1.0),
        ("30 mg/h iv for 1 h; 9 mg im at 30 min", "30 mg/h iv for 2 h", 0.5),
        ("10 mg im every 1 h x 3", "10 mg im every 1 h x 4", 3.0),
        (
            "30 mg/h iv for 1 h; 10 mg/h iv for 2 h",
            "30 mg/h iv for 1 h; 10 mg/h iv for 90 min",
            1.5,
        ),
        ("30 mg/h iv for 1 h; 10 mg/h iv for 1 h", "40 mg iv over 1 h", None),
        (
            "0.3 mg/kg iv over 30 min",
            "0.2 mg/kg iv over 20 min; 0.1 mg/kg iv over 10 min at 20 min",
            None,
        ),
        ("10 mg/h sc for 1 h", "10 mg sc over 1 h", 0.0),
        ("35 mg iv bolus", "35 mg iv over 1 s", 0.0),
        ("28 mg spravato", "2 devices spravato", 1 / 12),
    ],
)
def test_plans_part_where_something_else_is_given(one, other, hours):
    for a, b in ((one, other), (other, one)):
        found = parting(kp.parse(a), kp.parse(b))
        assert (None if found is None else float(found)) == hours


def test_steady_states_part_where_they_are_not_the_same():
    def kept(rate):
        return kp.Regimen.of(kp.Dose(route="iv", amt=0, rate=rate, ss=1))

    assert parting(kept(10.0), kept(10.0)) is None
    assert parting(kept(10.0), kept(12.0)) == 0
    assert parting(kp.parse("10 mg im"), kp.parse("10 mg im") + kept(10.0)) == 0
