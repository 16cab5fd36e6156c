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
