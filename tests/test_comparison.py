"""Plans side by side."""

import pytest

import ketapk as kp

ME = kp.Patient(weight_kg=70)
PLANS = {
    "IV": "35 mg iv over 40 min",
    "IM": kp.intramuscular("35 mg"),
    "nose": "35 mg nasal",
    "device": "84 mg spravato",
    "mouth": "84 mg esketamine oral",
}


@pytest.fixture(scope="module")
def table():
    return {row["plan"]: row for row in kp.compare(PLANS, patient=ME).table.to_dicts()}


def test_each_plan_gets_the_first_model_that_can_answer_it(table):
    assert [row["model"] for row in table.values()] == [
        "kamp2020", "kamp2020+im", "kamp2020+nasal", "perez_ruixo2021", "perez_ruixo2021",
    ]  # fmt: skip


def test_bioavailability_is_that_of_the_parts(table):
    assert table["IV"]["F"] == 1.0
    assert table["IM"]["F"] == pytest.approx(0.93, rel=1e-12)
    assert table["nose"]["F"] == pytest.approx(0.45, rel=1e-12)
    assert table["mouth"]["F"] == pytest.approx(0.178, abs=0.0005)


def test_first_pass_takes_what_bioavailability_lacks(table):
    for plan in ("nose", "device", "mouth"):
        assert table[plan]["F"] + table[plan]["first-pass loss"] == pytest.approx(1.0, rel=1e-9)
    assert table["IV"]["first-pass loss"] == 0.0


def test_only_a_model_with_a_metabolite_has_a_ratio(table):
    assert table["IV"]["norketamine:ketamine"] is None
    assert table["mouth"]["norketamine:ketamine"] > table["device"]["norketamine:ketamine"] > 1.0


def test_the_ledger_ends_with_every_milligram():
    ledger = kp.compare(PLANS, patient=ME).ledger
    sums = {plan: ledger.filter(plan=plan)["mg"].sum() for plan in PLANS}
    assert sums == pytest.approx({"IV": 35, "IM": 35, "nose": 35, "device": 84, "mouth": 84})


def test_a_level_never_reached_is_empty():
    row = kp.compare({"IM": "35 mg im"}, patient=ME, level="2 mg/L").table.row(0, named=True)
    assert row["time to 2 mg/L [min]"] is None


def test_one_model_can_be_asked_for_all():
    table = kp.compare(
        {"IV": "35 mg iv bolus", "slow": "35 mg iv over 40 min"}, patient=ME, model="domino"
    ).table
    assert table["model"].to_list() == ["domino", "domino"]


def test_no_model_for_a_route_is_said():
    with pytest.raises(kp.PlanError, match="No model in the library answers 35 mg arketamine"):
        kp.compare({"R": "35 mg arketamine im"}, patient=ME)


def test_differences_are_ratios_to_the_reference():
    compared = kp.compare(PLANS, patient=ME)
    rows = {row["plan"]: row for row in compared.differences("IM").to_dicts()}
    table = {row["plan"]: row for row in compared.table.to_dicts()}
    assert rows["IM"]["AUC ratio"] == rows["IM"]["Cmax ratio"] == 1.0
    for plan, row in rows.items():
        assert row["AUC ratio"] == pytest.approx(
            table[plan]["AUC [ng h/mL]"] / table["IM"]["AUC [ng h/mL]"]
        )
        assert row["Tmax difference [min]"] == pytest.approx(
            table[plan]["Tmax [min]"] - table["IM"]["Tmax [min]"]
        )
    with pytest.raises(kp.InputError, match="no plan 'SC' to compare with"):
        compared.differences("SC")


def test_first_pass_is_a_block_of_its_own():
    rows = {row["plan"]: row for row in kp.compare(PLANS, patient=ME).first_pass.to_dicts()}
    assert rows["IV"]["reached the blood"] == 1.0
    assert rows["IM"]["never absorbed"] == pytest.approx(0.07)
    mouth = rows["mouth"]
    assert mouth["taken by the gut wall"] == pytest.approx(0.36)
    k = 151 / 101
    assert mouth["taken by the liver"] == pytest.approx(0.64 * 3.88 / (k + 3.88))
    assert mouth["norketamine formed"] == pytest.approx(0.64 * 2.77 / (k + 3.88))
    assert mouth["reached the blood"] == pytest.approx(0.64 * k / (k + 3.88))


def test_the_ledger_of_each_at_a_time():
    compared = kp.compare(PLANS, patient=ME)
    at = compared.ledger_at("20 min")
    sums = {plan: at.filter(plan=plan)["mg"].sum() for plan in PLANS}
    assert sums == pytest.approx({"IV": 17.5, "IM": 35, "nose": 35, "device": 84, "mouth": 84})


def test_several_models_answer_every_plan():
    compared = kp.compare(
        {"a": "35 mg iv bolus", "b": "35 mg iv over 40 min"},
        patient=ME,
        model=["kamp2020", "domino"],
    )
    assert list(compared.runs) == ["a [kamp2020]", "a [domino]", "b [kamp2020]", "b [domino]"]
    assert compared.table["model"].to_list() == ["kamp2020", "domino"] * 2
    with pytest.raises(kp.InputError, match="list of models is empty"):
        kp.compare({"a": "35 mg iv bolus"}, patient=ME, model=[])


def test_a_child_is_answered_by_a_model_that_knows_children():
    child = kp.Patient(weight_kg=20, age_y=6)
    table = kp.compare({"device": "28 mg spravato"}, patient=child).table
    assert table["model"].to_list() == ["kamp2020+nasal_spray"]


def test_an_altered_model_says_so():
    model = kp.load_model("kamp2020").altered(CL=42.0)
    run = kp.simulate("35 mg iv bolus", model, ME)
    assert run.curve().AUC_inf[0] == pytest.approx(35 / 42 * 1000)
    assert any("Altered by the user: CL=42" in w for w in run.warnings)
    with pytest.raises(kp.InputError, match="no parameter 'Cl'"):
        kp.load_model("kamp2020").altered(Cl=42.0)
    with pytest.raises(kp.InputError, match="positive number"):
        kp.load_model("kamp2020").altered(CL=-1.0)


def test_the_table_says_what_the_curves_say():
    plans = {"IV": "0.5 mg/kg iv over 40 min", "oral": "0.5 mg/kg oral", "IM": "35 mg im"}
    both = kp.compare(plans, patient=kp.Patient(weight_kg=70), level="10 ng/mL")
    for row in both.table.iter_rows(named=True):
        curve = both.runs[row["plan"]].curve()
        assert row["Cmax [ng/mL]"] == pytest.approx(curve.Cmax[0], rel=1e-9)
        assert row["Tmax [min]"] == pytest.approx(curve.Tmax[0] * 60, rel=1e-7)
        assert row["AUC [ng h/mL]"] == pytest.approx(curve.AUC_inf[0], rel=1e-9)
        onset = curve.onset("10 ng/mL")[0] * 60
        assert row["time to 10 ng/mL [min]"] == pytest.approx(onset, rel=1e-7)


@pytest.mark.parametrize(
    "plan", ["0.5 mg/kg iv over 40 min", "35 mg oral and 35 mg iv bolus at 2 h", "28 mg nasal"]
)
def test_times_that_are_picked_hold_every_event_and_every_peak(plan):
    model = "kamp2020" + "".join(f"+{r}" for r in kp.parse(plan).routes if r != "iv")
    run = kp.simulate(plan, model, kp.Patient(weight_kg=70))
    assert set(run.course.events) == set(run.solution.schedule.arrays.start)
    assert set(run.course.events) <= set(run.times_h)
    for analyte in run.analytes:
        peak = run.curve(analyte).Tmax[0]
        assert abs(run.times_h - peak).min() <= 1e-7 * peak
        assert run.times_h[-1] >= 4.0 * run.curve(analyte).t_half[0] or run.times_h[-1] >= 168
