"""Every model says where its numbers come from, and gives what its paper gives."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.comparison import bioavailability
from ketapk.library.absorption import ABSORPTION
from ketapk.library.catalogue import PUBLISHED
from ketapk.library.perez_ruixo2021_checks import CHECKS
from ketapk.model.parameters import GRADES

ME = kp.Patient(weight_kg=70)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_number_has_unit_place_grade_and_way(name):
    model = kp.load_model(name)
    assert model.parameters
    for p in model.parameters:
        assert p.unit
        assert p.where
        assert p.via
        assert p.grade in GRADES
    for v in model.variability:
        assert v.scale
        assert v.where
        assert v.grade in GRADES
    assert model.citation
    assert model.doi
    assert model.population.description
    assert model.sampling_site


@pytest.mark.parametrize("route", ABSORPTION.values(), ids=ABSORPTION)
def test_every_borrowed_number_has_unit_place_and_grade(route):
    assert route.borrowed
    for p in route.parameters:
        assert p.unit
        assert p.where
        assert p.grade in GRADES


def simulated(check):
    model = kp.load_model("perez_ruixo2021")
    measure, analyte = check.measure.split()
    run = kp.simulate(check.plan, model, ME, times=[0.0, 24.0])
    if measure == "F":
        return float(bioavailability(run)[0])
    return run.exposure(analyte)[{"Cmax": "Cmax", "AUC_24": "AUC_last"}[measure]][0]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.what)
def test_perez_ruixo_reproduces_what_the_paper_reports(check):
    ratio = simulated(check) / check.published
    if check.reproduces:
        assert abs(ratio - 1) <= check.tolerance
    else:
        assert "does not reproduce" in check.note
        assert 1.35 < ratio < 1.6


def test_perez_ruixo_volumes_are_the_published_sums():
    p = kp.load_model("perez_ruixo2021").values(kp.Cohort.of(ME))
    assert p["Vc"] + p["Vp1"] + p["Vp2"] == 752
    assert p["Vcn"] + p["Vpn"] == 185


def test_perez_ruixo_covariates():
    model = kp.load_model("perez_ruixo2021")
    who = kp.Cohort(
        weight_kg=[70] * 4, age_y=[60, 61, 80, 40], ancestry=["other", "other", "asian", "japanese"]
    )
    p = model.values(who)
    assert_allclose(p["Qh"], [151, 151 - 2.19, 151 - 20 * 2.19, 151])
    assert_allclose(p["kel"], [1.11, 1.11, 1.11 * 0.36, 1.11 * 0.36])
    assert_allclose(p["CLn"], [38, 38, 38 * 0.81, 38 * 0.81])
    assert_allclose(p["FRn"], [0.54, 0.54, 0.54, 0.54 * 1.34])


def test_first_pass_is_counted_apart_and_changes_no_concentration():
    """One liver, coded as the paper draws it, gives the same curves as the liver met twice."""
    from ketapk.model.structures import ELIMINATED, ELIMINATED_METABOLITE, exchange, mammillary
    from ketapk.model.system import Graph
    from ketapk.schedule import lower
    from ketapk.solution import solve

    model = kp.load_model("perez_ruixo2021")
    p = model.values(kp.Cohort.of(ME))
    graph = Graph()
    mammillary(graph, V1=p["Vc"], peripherals=((p["Q1"], p["Vp1"]), (p["Q2"], p["Vp2"])))
    exchange(graph, "central", "liver", Q=p["Qh"], V=p["Vc"], Vp=p["Vh"])
    graph.loss(ELIMINATED)
    graph.flow("liver", ELIMINATED, p["kel"])
    mammillary(
        graph, V1=p["Vcn"], CL=p["CLn"], peripherals=((p["Q3"], p["Vpn"]),), prefix="norketamine ",
        eliminated_to=ELIMINATED_METABOLITE,
    )  # fmt: skip
    graph.flow("liver", "norketamine central", p["kmet"])
    graph.compartment("gut")
    graph.flow("gut", "liver", p["ka_po"])
    graph.output("esketamine", "central", volume=p["Vc"])
    graph.output("noresketamine", "norketamine central", volume=p["Vcn"])
    from ketapk.model.routes import Input

    plan, times = kp.parse("84 mg esketamine oral"), np.linspace(0, 24, 49)
    system = graph.system()
    one = solve(
        system,
        lower(plan, system, lambda d: (Input(to="gut", fraction=p["Fgut"], dur=p["Dpo"]),), [70.0]),
    ).at(times)[0]
    run = kp.simulate(plan, model, ME, times=times)
    for analyte, place, volume in (
        ("esketamine", "central", p["Vc"]),
        ("noresketamine", "norketamine central", p["Vcn"]),
    ):
        wanted = one[:, system.index(place)] / volume * 1000
        assert_allclose(run.concentration(analyte)[0], wanted, rtol=1e-11, atol=1e-12)


def test_kamp_scales_clearance_by_three_quarters():
    p = kp.load_model("kamp2020").values(kp.Cohort(weight_kg=[70.0, 20.0]))
    assert_allclose(p["CL"], [84.0, 84.0 * (20 / 70) ** 0.75])
    assert_allclose(p["V1"], [25.0, 25.0 * 20 / 70])


def test_kamp_reaches_the_published_plateau():
    """0.5 mg/kg over 40 min ends at 253 ng/mL in 70 kg (computed from the same table)."""
    run = kp.simulate("0.5 mg/kg iv over 40 min", "kamp2020", ME)
    assert run.exposure()["Cmax"][0] == pytest.approx(253, abs=0.5)
    assert run.exposure()["AUC_inf"][0] == pytest.approx(35 / 84 * 1000, rel=1e-12)


def test_domino_effect_site_peaks_when_its_ke0_says():
    """ke0 0.238 /min gives a peak 1.6 min after a bolus (SimTIVA)."""
    run = kp.simulate("0.1 mg/kg iv bolus", "domino", ME)
    assert run.exposure(site="effect")["Tmax"][0] * 60 == pytest.approx(1.6, rel=0.01)


def test_domino_volumes_are_per_kg_and_not_litres():
    p = kp.load_model("domino").values(kp.Cohort.of(ME))
    assert p["V1"] == pytest.approx(4.41)
    assert p["CL"] == pytest.approx(4.41 * 0.4381 * 60)


def test_a_borrowed_muscle_gives_the_medians_it_was_fitted_to():
    """159 ng/mL 30 min after 0.5 mg/kg, 470 ng/mL 15 min after 1 mg/kg (computed elsewhere)."""
    half = kp.simulate("0.5 mg/kg im", "kamp2020+im", ME, times=[0.5])
    one = kp.simulate("1 mg/kg im", "kamp2020+im", ME, times=[0.25])
    assert half.concentration("ketamine")[0, 0] == pytest.approx(159, abs=1)
    assert one.concentration("ketamine")[0, 0] == pytest.approx(470, abs=1)


def test_a_composition_says_what_it_is_made_of():
    model = kp.load_model("kamp2020+im+nasal")
    assert model.name == "kamp2020+im+nasal"
    assert model.grade == "assumed"
    assert len(model.parts) == 3
    assert "Grant 1981" in model.cite()


def test_a_second_device_absorbs_less_in_the_nose():
    one = bioavailability(kp.simulate("28 mg spravato", "perez_ruixo2021", ME))[0]
    two = bioavailability(kp.simulate("56 mg spravato", "perez_ruixo2021", ME))[0]
    swallowed = bioavailability(kp.simulate("28 mg esketamine oral", "perez_ruixo2021", ME))[0]
    assert one == pytest.approx(0.54 + 0.46 * swallowed, rel=1e-9)
    later = 0.54 * 0.62
    assert two == pytest.approx((one + later + (1 - later) * swallowed) / 2, rel=1e-9)


def test_the_list_of_models_names_them_all():
    assert kp.list_models()["name"].to_list() == list(PUBLISHED)
