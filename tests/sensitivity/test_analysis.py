"""Derivatives of measures of exposure, their ends, and how they are asked for."""

import json

import numpy as np
import pytest

import ketapk as kp
from ketapk.cli import main
from ketapk.exposure.curve import Curve
from ketapk.sensitivity.gradient import gradient
from ketapk.sensitivity.measure import measure_of
from ketapk.sensitivity.tangents import solved

ME = kp.Patient(weight_kg=70)
MEASURES = ("Cmax", "Tmax", "AUC_inf", "AUC to 5 h", "t_half", "level at 1 h")
LEVELS = ("time to 50 ng/mL", "time above 50 ng/mL")
PARAMETERS = {"CL": 20.0, "V1": 100.0, "Q2": 10.0, "V2": 50.0, "ka": 1.3, "F": 0.8, "tlag": 0.25}
MODEL = kp.two_compartment(**PARAMETERS, dur=0.3)
WITH_EFFECT = kp.two_compartment(**PARAMETERS, dur=0.3, ke0=2.0)
PLANS = {
    "a smooth peak": ("35 mg oral", MODEL, 0, MEASURES + LEVELS),
    "a peak where an infusion ends": ("35 mg iv over 40 min", MODEL, 0, MEASURES + LEVELS),
    "a peak that a dose makes": (
        kp.oral("35 mg") + kp.bolus("20 mg", at="2 h"),
        MODEL,
        0,
        MEASURES + LEVELS,
    ),
    "a bolus at the start": ("35 mg iv bolus", MODEL, 0, ("Cmax", "Tmax", *LEVELS)),
    "an effect site": ("35 mg oral", WITH_EFFECT, 1, MEASURES),
    "a metabolite": ("35 mg esketamine iv over 40 min", "otto2021", 1, MEASURES),
}


@pytest.mark.parametrize("what", PLANS)
def test_measures_have_the_derivatives_that_differences_approach(what):
    plan, model, output, measures = PLANS[what]
    course = kp.simulate(plan, model, ME).course
    names = list(course.values)
    tangents = solved(course, names, np.empty(0), output)
    for measure in (measure_of(text, "ketamine") for text in measures):
        figure, slopes = gradient(tangents, course.plan, measure)
        for p, name in enumerate(names):
            at = float(np.ravel(course.values[name])[0])

            def central(h, name=name, at=at, measure=measure):
                ends = [
                    measure.of(
                        Curve(course.varied({**course.values, name: at + s * h}).solution, output)
                    )[0]
                    for s in (1.0, -1.0)
                ]
                return (ends[0] - ends[1]) / (2.0 * h)

            h = 4e-3 * at
            rough, middle, fine = central(h), central(h / 2.0), central(h / 4.0)
            reached = (16.0 * (4.0 * fine - middle) / 3.0 - (4.0 * middle - rough) / 3.0) / 15.0
            assert slopes[0, p] * at == pytest.approx(reached * at, abs=1e-9 * figure[0])


def test_a_peak_that_waits_for_a_lag_waits_as_long():
    """A lag moves the time of a peak by itself and leaves its height."""
    table = kp.sensitivities("35 mg oral", MODEL, ME, ["Cmax", "Tmax"], parameters=["tlag"]).table
    rows = {row["measure"]: row for row in table.to_dicts() if row["by"] == "tlag"}
    assert rows["Tmax"]["derivative"] == pytest.approx(1.0, rel=1e-9)
    assert abs(rows["Cmax"]["elasticity"]) < 1e-9


def test_elasticities_of_an_area_are_those_of_dose_over_clearance():
    found = kp.sensitivities("35 mg oral", MODEL, ME, "AUC_inf")
    rows = {row["by"]: row for row in found.table.to_dicts()}
    assert set(rows) == {"CL", "F", "dose 1"}
    for name, power in (("CL", -1.0), ("F", 1.0), ("dose 1", 1.0)):
        assert rows[name]["elasticity"] == pytest.approx(power, rel=1e-10)
    assert rows["CL"]["figure_high"] == pytest.approx(1e3 * 0.8 * 35.0 / 24.0, rel=1e-10)
    assert rows["dose 1"]["figure_low"] == pytest.approx(0.8 * rows["dose 1"]["figure"], rel=1e-10)


def test_elasticities_by_flows_and_volumes_sum_to_nothing_for_times():
    """Clearances and volumes scaled alike change no time."""
    model = kp.two_compartment(CL=20.0, V1=30.0, Q2=10.0, V2=50.0)
    found = kp.sensitivities("35 mg iv bolus", model, ME, "t_half", doses=False)
    assert found.table["elasticity"].sum() == pytest.approx(0.0, abs=1e-10)


def test_published_variability_is_covered_where_there_is_some():
    found = kp.sensitivities("25 mg esketamine iv bolus", "otto2021", ME, "AUC_inf")
    row = next(row for row in found.table.to_dicts() if row["by"] == "CL")
    (effect,) = (e for e in kp.load_model("otto2021").variability if e.parameter == "CL")
    assert "published" in row["range"]
    spread = np.log(row["high"] / row["low"]) / (2.0 * 1.6448536)
    assert spread == pytest.approx(np.sqrt(effect.variance), rel=1e-6)


def test_it_says_what_it_rests_on_and_draws(tmp_path):
    found = kp.sensitivities("0.5 mg/kg iv over 40 min", "kamp2020", ME, ["Cmax", "AUC_inf"])
    assert "kamp2020 (grade B)" in found.basis
    assert found.basis in repr(found)
    axes = found.tornado("Cmax", most=3)
    assert len(axes.get_yticks()) == 3
    widest = max(axes.patches, key=lambda bar: abs(bar.get_width()))
    assert widest.get_y() == max(bar.get_y() for bar in axes.patches)
    with pytest.raises(kp.InputError, match=r"'Tmax' is not in it; there is Cmax, AUC_inf"):
        found.tornado("Tmax")


def test_what_does_not_exist_is_said():
    found = kp.sensitivities("35 mg oral", MODEL, ME, "time to 240 ng/mL", parameters=["CL"])
    assert any("does not exist" in warning for warning in found.warnings)


DOMINO = ("35 mg iv bolus", "domino", ME)
WRONG = [
    (("35 mg iv bolus", "domino", ME, "cmax"), {}, "The measure 'cmax' is not known; write Cmax,"),
    ((*DOMINO, "AUC_last"), {}, "AUC_last needs the last time; write 'AUC to 24 h'."),
    ((*DOMINO, "AUC to 24"), {}, "24"),
    ((*DOMINO, "time above 70"), {}, "70"),
    ((*DOMINO, ()), {}, "Give at least one measure, such as 'Cmax'."),
    ((*DOMINO, "Cmax"), {"change": "20"}, "change"),
    ((*DOMINO, "Cmax"), {"change": "100 %"}, "change='100 %' is not a percentage"),
    ((*DOMINO, "Cmax"), {"parameters": ["Vmax"]}, "There is no parameter or dose 'Vmax' here"),
    ((*DOMINO, "Cmax"), {"parameters": (), "doses": False}, "Nothing is varied"),
    (
        ("35 mg iv bolus", "domino", kp.Cohort(weight_kg=[60.0, 70.0])),
        {},
        "Sensitivity is of one person and 2 were given",
    ),
]


@pytest.mark.parametrize(("given", "more", "sentence"), WRONG)
def test_what_is_wrong_is_said(given, more, sentence):
    with pytest.raises((kp.InputError, kp.PlanError)) as error:
        kp.sensitivities(*given, **more)
    assert sentence in str(error.value)


def test_a_long_course_asks_for_no_row_a_dose():
    plan = kp.parse("35 mg iv bolus").repeat(every="1 d", times=21)
    with pytest.raises(kp.PlanError, match=r"The plan has 21 doses.*say doses=False"):
        kp.sensitivities(plan, "domino", ME)


def test_from_the_command_line(capsys, tmp_path):
    figure = tmp_path / "tornado.png"
    asked = ["sensitivity", "35 mg iv bolus", "--model", "domino", "--measure", "AUC_inf"]
    assert main([*asked, "--plot", str(figure)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "AUC_inf of ketamine" in said
    assert "It is not a recommendation." in said
    assert figure.stat().st_size > 10_000
    assert main([*asked, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["basis"].startswith("Rests on domino")
    assert {row["by"] for row in answer["sensitivity"]} >= {"CL", "dose 1"}


HEAVY = kp.Patient(weight_kg=95, height_cm=165, sex="F", dosing_weight="ideal")


@pytest.mark.parametrize("plan", ["0.5 mg/kg iv over 40 min", "0.5 mg/kg iv bolus"])
def test_doses_per_kg_go_by_the_dosing_weight_everywhere(plan):
    per_kg = kp.sensitivities(plan, "kamp2020", HEAVY, "Cmax")
    in_mg = plan.replace("0.5 mg/kg", f"{0.5 * HEAVY.dosing_kg!r} mg")
    written_out = kp.sensitivities(in_mg, "kamp2020", HEAVY, "Cmax").table.to_dicts()
    run = kp.simulate(plan, "kamp2020", HEAVY)
    for ours, theirs in zip(per_kg.table.to_dicts(), written_out, strict=True):
        assert ours["figure"] == pytest.approx(run.exposure()["Cmax"][0], rel=1e-9)
        for column in ("at", "derivative", "low", "high", "figure_low", "figure_high"):
            assert ours[column] == pytest.approx(theirs[column], rel=1e-9), (ours["by"], column)


def test_the_command_takes_a_dosing_weight(capsys):
    who = ["--weight", "95", "--height", "165", "--sex", "F", "--dosing-weight", "ideal"]
    main(["sensitivity", "0.5 mg/kg iv over 40 min", "--model", "kamp2020", *who, "--json"])
    rows = json.loads(capsys.readouterr().out)["sensitivity"]
    assert {row["by"]: row["at"] for row in rows}["dose 1"] == pytest.approx(0.5 * HEAVY.dosing_kg)
