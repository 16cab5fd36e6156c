"""One plan through every eligible model."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.library.catalogue import PUBLISHED

ME = kp.Patient(weight_kg=70)
YOUNG = kp.Patient(weight_kg=70, age_y=25)


def test_every_model_is_in_or_out_with_a_reason():
    for plan, patient in (
        ("0.5 mg/kg iv over 40 min", ME),
        ("50 mg esketamine buccal", YOUNG),
        ("1 mg/kg iv bolus", kp.Patient(weight_kg=20, age_y=6)),
        ("84 mg spravato", ME),
    ):
        spread = kp.simulate_models(plan, patient)
        inside = {name.partition("+")[0] for name in spread.runs}
        assert inside | set(spread.reasons) == set(PUBLISHED)
        assert not inside & set(spread.reasons)
        assert all(spread.excluded["reason"])


def test_who_is_eligible_follows_age_drug_route_and_care():
    adult = kp.simulate_models("35 mg iv over 40 min", ME)
    assert set(adult.runs) == {"kamp2020", "domino", "clements1981"}
    assert adult.reasons["herd2007"].startswith("age")
    assert adult.reasons["otto2021"].startswith("drug")
    assert adult.reasons["hijazi2003"].startswith("intensive care")
    s = kp.simulate_models("35 mg esketamine iv over 40 min", ME)
    assert set(s.runs) == {"kamp2020", "perez_ruixo2021", "otto2021"}
    assert s.reasons["simons2022"] == "age: 40 y is outside the 19 to 32 y studied"
    heavy = kp.simulate_models(
        "35 mg esketamine iv over 40 min", kp.Patient(weight_kg=180, age_y=25)
    )
    assert heavy.reasons["perez_ruixo2021"].startswith("weight: 180 kg")
    ill = kp.simulate_models("35 mg iv over 40 min", ME, intensive_care=True)
    assert set(ill.runs) == {"hijazi2003"}
    assert "studied elsewhere" in ill.reasons["kamp2020"]
    own = kp.simulate_models("50 mg esketamine buccal", YOUNG, borrow=False)
    assert set(own.runs) == {"simons2022"}
    assert own.reasons["otto2021"] == "route: it has no route buccal, and borrowing is off"


def test_a_child_gets_the_models_of_children():
    spread = kp.simulate_models("4 mg/kg im", kp.Patient(weight_kg=14, age_y=3))
    assert set(spread.runs) == {"herd2007+im"}
    assert "F 0.41" in spread.reasons["hornik2018"]
    assert "muscle is that of adults" in spread.reasons["kamp2020"]
    assert "goes with herd2007" in spread.reasons["elkomy2015"]
    baby = kp.simulate_models(
        "1 mg/kg/h esketamine iv for 24 h", kp.Patient(weight_kg=7, age_y=0.5), intensive_care=True
    )
    assert set(baby.runs) == {"flint2017"}


def test_the_band_holds_every_line_and_every_borrowed_range():
    spread = kp.simulate_models("0.5 mg/kg nasal", ME)
    low, high = spread.band()
    for curve in spread.concentration().values():
        assert curve.shape == (1, spread.times_h.size)
        assert np.all(low <= curve[0])
        assert np.all(curve[0] <= high)
    wide = spread.runs["kamp2020+nasal"].route_range()[0][0]
    assert np.all(low <= wide)


def test_adult_models_differ_at_the_end_of_an_infusion_as_the_literature_does():
    """The table of docs/models/index.md."""
    ends = {
        name: kp.simulate(plan, name, patient, times=[2 / 3]).concentration(analyte)[0, 0]
        for name, plan, patient, analyte in (
            ("kamp2020", "35 mg iv over 40 min", ME, "ketamine"),
            ("clements1981", "35 mg iv over 40 min", ME, "ketamine"),
            ("otto2021", "35 mg esketamine iv over 40 min", ME, "esketamine"),
        )
    }
    assert ends["kamp2020"] == pytest.approx(253, abs=1)
    assert ends["clements1981"] == pytest.approx(177, abs=1)
    assert ends["otto2021"] == pytest.approx(158, abs=1)


def test_a_model_alone_is_the_model_among_others():
    spread = kp.simulate_models("0.5 mg/kg iv over 40 min", ME, times=[0.5, 1.0, 2.0])
    alone = kp.simulate("0.5 mg/kg iv over 40 min", "domino", ME, times=[0.5, 1.0, 2.0])
    assert_allclose(spread.concentration()["domino"], alone.concentration("ketamine"), rtol=0)
    frame = spread.to_frame()
    assert frame.columns == ["model", "id", "time_h", "analyte", "ng_per_ml"]
    assert frame.height == 3 * len(spread.runs)


@pytest.mark.filterwarnings("ignore::ketapk.errors.KetapkWarning")
def test_a_cohort_keeps_a_model_that_fits_some_and_warns():
    two = kp.Cohort(weight_kg=70, age_y=[25, 60])
    spread = kp.simulate_models("20 mg esketamine iv over 20 min", two)
    assert "simons2022" in spread.runs
    assert any("outside the 19 to 32 y" in w for w in spread.warnings)
    assert spread.table.height == len(spread.runs)


def test_nobody_eligible_is_said_with_every_reason():
    with pytest.raises(kp.PlanError, match="No model in the library answers") as refusal:
        kp.simulate_models("35 mg arketamine iv bolus", ME)
    for name in PUBLISHED:
        assert f"{name}: drug" in str(refusal.value)


def test_each_model_is_cited():
    spread = kp.simulate_models("0.5 mg/kg iv over 40 min", ME)
    for name in spread.runs:
        assert f"{name}: " in spread.cite()
    assert "kamp2020" in repr(spread)
    assert "not herd2007" in repr(spread)
