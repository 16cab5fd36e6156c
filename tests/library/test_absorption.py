"""Borrowed routes: their numbers, their bioavailability, their ranges."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.library.absorption import ABSORPTION, ABSORPTION_CHILDREN
from ketapk.library.catalogue import PUBLISHED
from ketapk.library.composition import borrowable
from ketapk.model.parameters import GRADES, weakest

ME = kp.Patient(weight_kg=70)
RECORDS = {**ABSORPTION, "im, children": ABSORPTION_CHILDREN["im"]}
F = {
    "35 mg im": 0.93,
    "25 mg sc": 0.93,
    "300 mg sc over 24 h": 1.0,
    "50 mg nasal": 0.45,
    "50 mg oral": 0.20,
    "50 mg esketamine oral": 0.18,
    "40 mg oral prolonged-release": 0.15,
    "25 mg sublingual": 0.27,
    "50 mg buccal": 0.27,
    "50 mg rectal": 0.25,
    "50 mg rectal suppository": 0.30,
    "50 mg esketamine inhaled": 0.70,
}


@pytest.mark.parametrize("route", RECORDS.values(), ids=RECORDS)
def test_every_borrowed_number_has_unit_place_and_grade(route):
    assert route.borrowed
    assert route.grade == weakest(tuple(p.grade for p in route.parameters))
    for p in route.parameters:
        assert p.unit
        assert p.where
        assert p.grade in GRADES
        assert p.span is None or p.span[0] <= p.value <= p.span[1]


@pytest.mark.parametrize("plan", F)
def test_bioavailability_is_that_of_the_record(plan):
    route = kp.parse(plan).routes[0]
    run = kp.simulate(plan, f"kamp2020+{route}", ME)
    assert run.bioavailability()[0] == pytest.approx(F[plan], rel=1e-9)


def test_the_device_on_another_model_has_the_f_of_its_paper():
    run = kp.simulate("56 mg spravato", "otto2021+nasal_spray", ME)
    assert run.bioavailability()[0] == pytest.approx(0.5375, abs=5e-4)


@pytest.mark.parametrize("route", ["oral", "nasal", "sublingual", "rectal", "nasal_spray"])
def test_what_the_liver_takes_becomes_norketamine_where_a_model_follows_it(route):
    """otto2021 turns all it eliminates into norketamine: what gut wall and loss spare, ends so."""
    plan = "56 mg spravato" if route == "nasal_spray" else f"56 mg esketamine {route}"
    run = kp.simulate(plan, f"otto2021+{route}", ME)
    ended = dict(run.ledger().select("fate", "mg").group_by("fate").sum().iter_rows())
    spared = 56 - ended.get("taken by the gut wall", 0.0) - ended.get("never absorbed", 0.0)
    assert ended["gone as norketamine"] == pytest.approx(spared, rel=1e-12)
    assert run.exposure("noresketamine")["AUC_inf"][0] == pytest.approx(
        spared / 57.72 * 1000, rel=1e-9
    )


def test_a_simons_share_of_the_first_pass_becomes_norketamine():
    young = kp.Patient(weight_kg=70, age_y=25)
    run = kp.simulate("28 mg esketamine oral", "simons2022+oral", young)
    counted = run.solution.final()[
        0, run.solution.system.index("norketamine formed on the first pass")
    ]
    assert counted == pytest.approx(0.8 * 28 * (0.64 - 0.18), rel=1e-9)


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("route", ABSORPTION)
def test_every_route_is_had_borrowed_or_refused_with_a_reason(name, route):
    model = kp.load_model(name)
    if route in model.routes:
        return
    reason = borrowable(model, route)
    if reason is None:
        composed = kp.load_model(f"{name}+{route}")
        assert composed.name == f"{name}+{route}"
        assert composed.grade == weakest((model.grade, composed.routes[route].grade))
        assert composed.parts
    else:
        with pytest.raises(kp.PlanError):
            kp.load_model(f"{name}+{route}")


def test_a_borrowed_muscle_gives_the_medians_it_was_fitted_to():
    """159 ng/mL 30 min after 0.5 mg/kg, 470 ng/mL 15 min after 1 mg/kg (computed elsewhere)."""
    half = kp.simulate("0.5 mg/kg im", "kamp2020+im", ME, times=[0.5])
    one = kp.simulate("1 mg/kg im", "kamp2020+im", ME, times=[0.25])
    assert half.concentration("ketamine")[0, 0] == pytest.approx(159, abs=1)
    assert one.concentration("ketamine")[0, 0] == pytest.approx(470, abs=1)


def test_the_rectal_record_gives_the_peak_it_was_assumed_for():
    """Herd, 20 kg, 9 mg/kg, ka 2 /h: 615 ng/mL, 20 min after a lag of 10 min (computed elsewhere)."""
    child = kp.Patient(weight_kg=20, age_y=5)
    row = kp.simulate("9 mg/kg rectal", "herd2007+rectal", child).exposure()
    assert row["Cmax"][0] == pytest.approx(615, abs=1)
    assert row["Tmax"][0] * 60 == pytest.approx(30, abs=1)


def test_children_get_the_muscle_of_children():
    child, adult = kp.load_model("herd2007+im"), kp.load_model("kamp2020+im")
    assert child.values(kp.Cohort(weight_kg=[20.0]))["im: ka"] == 6.0
    assert adult.values(kp.Cohort(weight_kg=[70.0]))["im: ka"] == 4.0


def test_a_composition_says_what_it_is_made_of():
    model = kp.load_model("kamp2020+im+nasal")
    assert model.name == "kamp2020+im+nasal"
    assert model.grade == "assumed"
    assert len(model.parts) == 3
    assert "Grant 1981" in model.cite()


def test_borrowed_routes_do_not_disturb_each_other():
    """All nine routes on one model give the sum of each alone."""
    plans = {
        "im": "35 mg esketamine im", "sc": "35 mg esketamine sc", "nasal": "50 mg esketamine nasal",
        "nasal_spray": "28 mg spravato", "oral": "50 mg esketamine oral",
        "sublingual": "25 mg esketamine sublingual", "rectal": "50 mg esketamine rectal",
        "inhaled": "50 mg esketamine inhaled",
    }  # fmt: skip
    times = np.linspace(0, 12, 25)
    alone = sum(
        kp.simulate(plan, f"otto2021+{route}", ME, times=times).concentration("noresketamine")
        for route, plan in plans.items()
    )
    all_of_it = kp.parse("; ".join(plans.values()))
    together = kp.simulate(all_of_it, "otto2021+" + "+".join(plans), ME, times=times)
    assert_allclose(together.concentration("noresketamine"), alone, rtol=1e-11, atol=1e-9)


def test_perez_ruixo_borrows_beside_its_own_routes():
    plan = kp.parse(
        "84 mg spravato; 50 mg esketamine nasal at 1 h; 25 mg esketamine sublingual at 2 h; 50 mg esketamine oral at 3 h"
    )
    run = kp.simulate(plan, "perez_ruixo2021+nasal+sublingual", ME)
    assert run.ledger()["mg"].sum() == pytest.approx(84 + 50 + 25 + 50, rel=1e-12)


def test_the_range_of_a_borrowed_route_holds_its_curve():
    run = kp.simulate("50 mg nasal", "kamp2020+nasal", ME)
    low, high = run.route_range()
    curve = run.concentration("ketamine")
    assert np.all(low <= curve)
    assert np.all(curve <= high)
    from ketapk.exposure import Curve
    from ketapk.library.composition import corners

    areas = [
        Curve(run.course.varied(values).solution, 0).AUC_inf[0]
        for values in corners(run.model, run.plan.routes, run.values)
    ]
    by_vein = 50 / 84
    assert_allclose(sorted(areas), [0.11 * by_vein, 0.50 * by_vein], rtol=1e-9)


def test_a_model_of_its_own_route_has_no_range():
    assert kp.simulate("28 mg spravato", "perez_ruixo2021", ME).route_range() is None


def test_a_device_needs_a_model_of_esketamine():
    with pytest.raises(kp.PlanError, match="the device holds esketamine"):
        kp.load_model("domino+nasal_spray")
