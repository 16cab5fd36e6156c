"""Equivalent doses: they match what they say, and show what they cannot."""

import numpy as np
import pytest

import ketapk as kp

ME = kp.Patient(weight_kg=70)
IV = "35 mg iv over 40 min"


@pytest.mark.filterwarnings("ignore::ketapk.errors.KetapkWarning")
@pytest.mark.parametrize("route", ["im", "nasal", "oral", "sublingual", "rectal"])
@pytest.mark.parametrize("match", ["AUC", "Cmax"])
def test_the_match_is_exact_and_the_rest_is_shown(route, match):
    found = kp.equivalent_dose(IV, route, match=match, patient=ME)
    rows = {row["what"].partition(" [")[0]: row for row in found.table.to_dicts()}
    assert rows[match]["ratio"] == pytest.approx(1.0, rel=1e-9)
    assert [what for what, row in rows.items() if row["matched"]] == [match]
    other = "Cmax" if match == "AUC" else "AUC"
    assert abs(rows[other]["ratio"] - 1.0) > 0.005
    assert found.plan.routes == (route,)
    assert found.found.model.name == found.given.model.name


def test_equal_area_is_the_dose_over_f():
    found = kp.equivalent_dose(IV, "im", patient=ME)
    assert found.dose_mg == pytest.approx(35 / 0.93, rel=1e-9)


def test_both_can_be_drawn():
    axes = kp.equivalent_dose(IV, "im", patient=ME).comparison.plot()
    assert [line.get_ydata().max() for line in axes.lines] == pytest.approx([253, 274], abs=1)


def test_time_above_a_level_is_matched_by_search():
    found = kp.equivalent_dose(IV, "im", match="time above", level="100 ng/mL", patient=ME)
    given = kp.simulate(IV, "kamp2020", ME).curve().time_above("100 ng/mL")[0]
    same = kp.simulate(found.plan, "kamp2020+im", ME).curve().time_above("100 ng/mL")[0]
    assert same == pytest.approx(given, rel=1e-8)


def test_a_metabolite_can_be_matched():
    found = kp.equivalent_dose(
        "28 mg spravato", "oral", analyte="noresketamine", patient=ME, model="perez_ruixo2021"
    )
    ours = found.given.curve("noresketamine").AUC_inf[0]
    assert found.found.curve("noresketamine").AUC_inf[0] == pytest.approx(ours, rel=1e-9)
    assert found.found.curve("esketamine").AUC_inf[0] < found.given.curve("esketamine").AUC_inf[0]


def test_devices_are_whole():
    found = kp.equivalent_dose("50 mg esketamine iv over 40 min", "nasal_spray", patient=ME)
    assert found.dose_mg in (28.0, 56.0, 84.0)
    assert all(dose.device for dose in found.plan.doses)
    assert not any(found.table["matched"])
    (row,) = [row for row in found.table.to_dicts() if row["what"].startswith("AUC")]
    assert f"{row['ratio']:.3g} times the AUC" in found.unmatched
    assert found.unmatched in found.warnings


def test_what_is_matched_says_nothing():
    assert kp.equivalent_dose(IV, "im", patient=ME).unmatched == ""


def test_a_saturable_model_is_searched():
    model = kp.one_compartment(V1=50, Vmax=30, Km=0.4, ka=1.0, F=0.5)
    found = kp.equivalent_dose("20 mg iv bolus", "oral", patient=ME, model=model)
    ratio = found.found.curve().AUC_inf[0] / found.given.curve().AUC_inf[0]
    assert ratio == pytest.approx(1.0, rel=1e-6)
    assert found.dose_mg > 40.0


def test_a_cohort_is_matched_in_the_median():
    many = kp.Cohort(weight_kg=np.linspace(50, 100, 21))
    found = kp.equivalent_dose("0.5 mg/kg iv over 40 min", "im", match="Cmax", patient=many)
    ours, theirs = found.given.curve().Cmax, found.found.curve().Cmax
    assert np.median(theirs) == pytest.approx(np.median(ours), rel=1e-9)


def test_what_cannot_be_matched_is_said():
    with pytest.raises(kp.PlanError, match="never reaches 2 mg/L"):
        kp.equivalent_dose(IV, "im", match="time above", level="2 mg/L", patient=ME)
    with pytest.raises(kp.InputError, match="AUC, Cmax, time above"):
        kp.equivalent_dose(IV, "im", match="peak", patient=ME)
    with pytest.raises(kp.InputError, match="is not known; write one of iv, im"):
        kp.equivalent_dose(IV, "ear", patient=ME)
