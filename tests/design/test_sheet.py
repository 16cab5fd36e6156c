"""The running sheet: what it says adds up to what is given, syringe by syringe."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ketapk as kp

ME = kp.Patient(weight_kg=70)
WEAK = kp.Pump(concentration="1 mg/mL")


def rows(sheet):
    return sheet.table.to_dicts()


def poured(sheet):
    """Volume [mL] from the rates and boluses of the table alone."""
    table = sheet.table
    hours = np.diff(table["time_h"].to_numpy())
    return float(table["bolus_ml"].sum() + (table["ml_per_h"].to_numpy()[:-1] * hours).sum())


PLANS = st.lists(
    st.one_of(
        st.builds("{} mg iv bolus at {} min".format, st.integers(1, 30), st.integers(0, 90)),
        st.builds(
            "{} mg/h iv for {} min at {} min".format,
            st.integers(1, 80),
            st.integers(1, 90),
            st.integers(0, 90),
        ),
    ),
    min_size=1,
    max_size=5,
).map("; ".join)


@given(PLANS, st.sampled_from([None, "150 mL", "200 mL"]))
def test_volumes_sum_to_the_dose(plan, volume):
    pump = kp.Pump(concentration="1 mg/mL", volume=volume)
    sheet = kp.running_sheet(plan, pump, ME)
    total = kp.parse(plan).total_mg(70.0)
    assert sheet.total_mg == pytest.approx(total, rel=1e-9)
    assert poured(sheet) == pytest.approx(total, rel=1e-9)
    assert sheet.plan.total_mg(70.0) == pytest.approx(total, rel=1e-9)
    assert sheet.warnings == ()
    given_ml = sheet.table["given_ml"].to_numpy()
    assert np.all(np.diff(given_ml) >= -1e-12)


@pytest.mark.filterwarnings("ignore::ketapk.errors.KetapkWarning")
@given(PLANS)
def test_what_the_pump_runs_gives_the_curve_of_the_plan(plan):
    sheet = kp.running_sheet(plan, WEAK, ME)
    times = np.linspace(0.0, 4.0, 41)
    asked, run = (
        kp.simulate(p, "kamp2020", ME, times=times, allow_implausible=True).concentration(
            "ketamine"
        )
        for p in (kp.parse(plan), sheet.plan)
    )
    np.testing.assert_allclose(run, asked, rtol=1e-9, atol=1e-9 * asked.max())


def test_a_syringe_is_changed_when_it_is_empty_and_not_before():
    pump = kp.Pump(concentration="1 mg/mL", volume="20 mL")
    sheet = kp.running_sheet("5 mg iv bolus; 60 mg/h iv for 1 h", pump, ME, start="23:30")
    # 15 mL are left after the bolus: a quarter of an hour, then a third for every syringe.
    assert sheet.changes_h == pytest.approx((0.25, 0.25 + 1 / 3, 0.25 + 2 / 3))
    given_ml = [r["given_ml"] for r in rows(sheet) if r["action"] == "change the syringe"]
    assert given_ml == pytest.approx([20.0, 40.0, 60.0])
    assert sheet.table["clock"].to_list() == [
        "23:30", "23:45", "00:05 (+1 d)", "00:25 (+1 d)", "00:30 (+1 d)",
    ]  # fmt: skip
    assert rows(sheet)[-1]["left_ml"] == pytest.approx(15.0)


def test_a_syringe_that_is_just_enough_is_not_changed():
    pump = kp.Pump(concentration="1 mg/mL", volume="20 mL")
    assert kp.running_sheet("20 mg iv over 1 h", pump, ME).changes_h == ()


def test_a_bolus_beyond_what_is_left_waits_for_a_new_syringe():
    pump = kp.Pump(concentration="1 mg/mL", volume="20 mL")
    sheet = kp.running_sheet("15 mg iv over 1 h; 10 mg iv bolus at 2 h", pump, ME)
    assert [r["action"] for r in rows(sheet)] == [
        "start", "stop", "change the syringe, before the bolus", "bolus of 10 mL",
    ]  # fmt: skip


def test_doses_per_kg_and_salt_are_what_they_are_in_milligrams():
    sheet = kp.running_sheet("0.5 mg/kg iv over 40 min", WEAK, ME, start="9:00")
    assert rows(sheet)[0]["ml_per_h"] == 52.5
    assert rows(sheet)[0]["mg_per_kg_h"] == pytest.approx(0.75)
    salt = kp.Pump(concentration="1 mg/mL HCl")
    salted = kp.running_sheet("0.5 mg/kg iv over 40 min", salt, ME)
    assert salted.total_ml == pytest.approx(35.0 / (237.73 / 274.19), rel=2e-3)


def test_overlapping_infusions_run_as_one():
    sheet = kp.running_sheet("10 mg/h iv for 2 h; 20 mg/h iv for 1 h at 30 min", WEAK, ME)
    assert sheet.table["ml_per_h"].to_list() == [10.0, 30.0, 10.0, 0.0]


def test_what_the_pump_cannot_do_is_said_and_counted():
    strong = kp.Pump(concentration="50 mg/mL", max_rate="2 mL/h", min_interval="30 min")
    sheet = kp.running_sheet("18 mg/h iv for 20 min; then 500 mg/h iv for 1 h", strong, ME)
    said = " ".join(sheet.warnings)
    assert "beyond the pump, 2 mL/h" in said
    assert "the pump allows it every 30 min" in said
    assert "The pump gives" in said
    # 0.36 mL/h is run as 0.4, and 10 mL/h as 2.
    assert sheet.table["ml_per_h"].to_list() == [0.4, 2.0, 0.0]
    assert sheet.total_mg == pytest.approx(0.4 * 50 / 3 + 100.0)


def test_a_held_target_has_a_sheet_whose_rates_are_those_that_were_simulated():
    pump = kp.Pump(concentration="10 mg/mL", volume="50 mL")
    held = kp.hold("100 ng/mL", "kamp2020", ME, until="1 h", step="5 min", pump=pump)
    sheet = kp.running_sheet(held.plan, pump, ME, start="09:00")
    assert sheet.warnings == ()
    assert sheet.total_mg == pytest.approx(held.total_mg, rel=1e-9)
    wanted = {round(i.mg_per_h, 9) for i in held.intervals}
    assert {round(r, 9) for r in sheet.table["mg_per_h"].to_list()} == wanted | {0.0}


def test_its_words_say_what_it_is_not():
    sheet = kp.running_sheet("0.5 mg/kg iv over 40 min", WEAK, ME, start="09:00")
    assert "not a recommendation" in sheet.basis
    assert "09:40  stop" in repr(sheet)


WRONG = {
    "no dose": ("", WEAK, ME, None, "The plan is empty; write a sentence"),
    "no pump": ("35 mg iv bolus", "10 mg/mL", ME, None, "write kp.Pump(concentration='10 mg/mL')"),
    "nobody": ("35 mg iv bolus", WEAK, None, None, "write kp.Patient(weight_kg=70)"),
    "no clock": ("35 mg iv bolus", WEAK, ME, "9", "write one such as '09:00'"),
    "hour 25": ("35 mg iv bolus", WEAK, ME, "25:00", "no clock time"),
    "by mouth": ("35 mg oral", WEAK, ME, None, "the route 'oral'"),
    "two forms": ("35 mg iv bolus; 35 mg esketamine iv bolus", WEAK, ME, None, "several forms"),
    "a bolus beyond the syringe": (
        "35 mg iv bolus", kp.Pump(concentration="1 mg/mL", volume="20 mL"), ME, None,
        "A bolus of 35 mL does not fit into a syringe of 20 mL",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_mistakes_are_answered(what):
    plan, pump, who, start, sentence = WRONG[what]
    with pytest.raises(kp.KetapkError) as error:
        kp.running_sheet(plan, pump, who, start=start)
    assert sentence in str(error.value)


def test_doses_per_kg_go_by_the_dosing_weight():
    heavy = kp.Patient(weight_kg=95, height_cm=165, dosing_weight="ideal")
    pump = kp.Pump(concentration="1 mg/mL")
    plan = "0.5 mg/kg iv over 40 min; then 0.1 mg/kg/h iv for 1 h"
    sheet = kp.running_sheet(plan, pump, heavy)
    asked = kp.parse(plan).total_mg(heavy.dosing_kg)
    assert sheet.plan.total_mg(95) == pytest.approx(asked, abs=0.1)
    assert sheet.table["mg_per_kg_h"][1] == pytest.approx(0.1, abs=0.1 / heavy.dosing_kg)
