"""Effects: a catalogue with sources, sites with the ke0 that belongs to them, occupancy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.library.effects import EFFECTS
from ketapk.model.parameters import GRADES
from ketapk.occupancy import KI_UMOL_PER_L

ME = kp.Patient(weight_kg=70)
PLAN = "0.1 mg/kg iv bolus"


def test_every_effect_has_source_endpoint_and_grade():
    names = [effect.name for effect in EFFECTS]
    assert len(set(names)) == len(names)
    for effect in EFFECTS:
        assert effect.source
        assert effect.endpoint
        assert effect.grade in GRADES
        assert effect.n
        assert effect.band is None or effect.band[0] < effect.band[1]
    assert kp.list_effects()["name"].to_list() == names


def test_no_antidepressant_threshold_is_offered():
    for effect in EFFECTS:
        if "depress" in f"{effect.name} {effect.effect} {effect.endpoint}":
            assert "not a threshold" in effect.effect
            assert effect.band is effect.C50 is effect.level is None
            assert not effect.has_site


def test_the_published_pairing_needs_no_permission_and_has_no_mark():
    run = kp.simulate(PLAN, "domino", ME, effect="antinociception_index")
    assert not any("unmatched" in w for w in run.warnings)
    peak = run.exposure(site="effect")["Tmax"][0] * 60
    assert peak == pytest.approx(1.6, rel=0.01)


def test_the_effect_site_follows_plasma_by_its_own_equation():
    """dCe/dt = ke0 (Cp - Ce), by quadrature of the exact plasma curve."""
    times = np.linspace(0, 0.5, 20001)
    run = kp.simulate(PLAN, "domino", ME, effect="antinociception_index", times=times)
    plasma = run.concentration("ketamine")[0]
    ke0 = 0.238 * 60
    weight = np.exp(ke0 * times)
    driven = np.concatenate(
        [
            [0],
            np.cumsum(0.5 * (plasma[1:] * weight[1:] + plasma[:-1] * weight[:-1]) * np.diff(times)),
        ]
    )
    wanted = ke0 * driven / weight
    assert_allclose(run.concentration("ketamine", site="effect")[0], wanted, rtol=1e-4, atol=1e-6)


def test_the_area_at_the_effect_site_is_that_of_plasma():
    run = kp.simulate(PLAN, "domino", ME, effect="antinociception_index")
    plasma, effect = run.exposure()["AUC_inf"][0], run.exposure(site="effect")["AUC_inf"][0]
    assert effect == pytest.approx(plasma, rel=1e-12)


def test_any_other_pairing_is_refused_and_marked_when_asked_for():
    with pytest.raises(kp.PlanError, match="allow an unmatched ke0"):
        kp.simulate(PLAN, "kamp2020", ME, effect="antinociception_index")
    run = kp.simulate(
        PLAN, "kamp2020", ME, effect="antinociception_index", allow_unmatched_ke0=True
    )
    assert any("unmatched effect site" in w for w in run.warnings)
    labels = run.to_frame()["analyte"].unique().to_list()
    assert "ketamine, effect site (antinociception_index, UNMATCHED ke0)" in labels
    legend = [text.get_text() for text in run.plot().get_legend().get_texts()]
    assert any("UNMATCHED ke0" in text for text in legend)


def test_a_composition_keeps_the_pairing_of_its_disposition():
    run = kp.simulate("0.5 mg/kg im", "domino+im", ME, effect="antinociception_index")
    assert not any("unmatched" in w for w in run.warnings)


def test_a_half_time_is_a_ke0():
    run = kp.simulate(
        "10 mg esketamine iv over 30 min", "otto2021", ME, effect="pressure_pain",
        allow_unmatched_ke0=True,
    )  # fmt: skip
    assert run.effect.ke0 == pytest.approx(np.log(2) / 8.3 * 60)


def test_an_effect_without_ke0_has_no_site():
    with pytest.raises(kp.PlanError, match="No ke0 is published"):
        kp.simulate(PLAN, "domino", ME, effect="analgesia", allow_unmatched_ke0=True)
    with pytest.raises(kp.InputError, match="Did you mean 'analgesia'"):
        kp.load_effect("analgesa")


def test_occupancy_is_competitive_binding():
    """Half the receptors are taken where unbound concentrations over their Ki sum to one."""
    young = kp.Patient(weight_kg=70, age_y=25)
    run = kp.simulate("50 mg esketamine buccal", "simons2022", young)
    S = run.concentration("esketamine") / 237.73 * 0.56 / KI_UMOL_PER_L["S-ketamine"]
    N = run.concentration("noresketamine") / 223.7 * 0.5 / KI_UMOL_PER_L["S-norketamine"]
    taken = run.occupancy()
    assert_allclose(taken / (1 - taken), S + N, rtol=1e-12)
    assert np.all((taken >= 0) & (taken < 1))


def test_racemic_ketamine_is_half_of_each():
    run = kp.simulate("35 mg iv over 40 min", "kamp2020", ME, times=[0.0, 2 / 3])
    umol = run.concentration("ketamine")[0, 1] / 237.73 * 0.53
    ratio = umol * 0.5 / 0.3 + umol * 0.5 / 1.4
    assert run.occupancy()[0].tolist() == pytest.approx([0.0, ratio / (1 + ratio)])


def test_occupancy_needs_one_form_with_a_published_binding():
    mixed = kp.parse("35 mg iv bolus; 20 mg esketamine iv bolus")
    with pytest.raises(kp.PlanError, match="one form"):
        kp.simulate(mixed, "kamp2020", ME).occupancy()
