"""Every milligram, by dose and by site, in every model and by every route."""

from fractions import Fraction as Fr

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.dosing.regimen import DEVICE_MG, FORMS, Dose, Regimen, Reset
from ketapk.errors import KetapkWarning
from ketapk.library.absorption import ABSORPTION
from ketapk.library.catalogue import PUBLISHED
from ketapk.library.composition import borrowable

ADULT, CHILD = kp.Patient(weight_kg=70, age_y=25), kp.Patient(weight_kg=15, age_y=5)
EVERY_ROUTE = [
    (name, route)
    for name in PUBLISHED
    for model in [kp.load_model(name)]
    for route in dict.fromkeys((*model.routes, *ABSORPTION))
    if route in model.routes or borrowable(model, route) is None
]
TIMES = ("0 min", "3 min", "20 min", "1 h", "2.5 h", "7 h", "30 h")
pytestmark = pytest.mark.filterwarnings("ignore::ketapk.errors.KetapkWarning")


def with_route(name, route):
    return name if route in kp.load_model(name).routes else f"{name}+{route}"


def who(model):
    return CHILD if model.population.group == "children" else ADULT


def doses(route, drug):
    """Doses that a route takes: at once, as an infusion where it may, in every form."""
    if route == "nasal_spray":
        return st.builds(
            lambda k, t: Dose(route=route, amt=DEVICE_MG, drug="S", device=k, time=Fr(t, 7)),
            st.integers(1, 3), st.integers(0, 30),
        )  # fmt: skip
    infusible = route in ("iv", "sc")
    return st.builds(
        lambda mg, t, h, form: Dose(
            route=route, amt=mg, drug=drug, time=Fr(t, 7), dur=Fr(h, 9) if infusible and h else None,
            form=form,
        ),
        st.floats(1.0, 100.0), st.integers(0, 30), st.integers(0, 40),
        st.sampled_from(FORMS.get(route, ("",))[: 1 if route == "oral" else 2]),
    )  # fmt: skip


@pytest.mark.parametrize(("name", "route"), EVERY_ROUTE)
def test_rows_sum_to_the_dose_given_so_far(name, route):
    model = kp.load_model(with_route(name, route))

    # Every route of every model, so that few plans of each are a thousand.
    @settings(max_examples=8)
    @given(st.lists(doses(route, model.drugs[0]), min_size=1, max_size=3))
    def law(found):
        plan = Regimen.of(*found)
        run = kp.simulate(plan, model, who(model), times=[0.0], allow_implausible=True)
        table = run.ledger(TIMES)
        for text in TIMES:
            at = float(kp.parse(f"1 mg im at {text}").doses[0].time)
            given_mg = run.solution.schedule.given([at])[0, 0]
            rows = table.filter((table["time_h"] - at).abs() < 1e-12)
            assert abs(rows["mg"].sum() - given_mg) <= 1e-12 * max(given_mg, 1e-300)
        total = sum(dose.amt for dose in found)
        assert_allclose(run.ledger()["mg"].sum(), total, rtol=1e-12)
        assert set(table["dose"].unique()) <= set(range(1, len(found) + 1))

    law()


@pytest.mark.parametrize(("name", "route"), EVERY_ROUTE)
def test_curves_are_the_sum_of_what_doses_and_sites_add(name, route):
    model = kp.load_model(with_route(name, route))
    drug = model.drugs[0]
    dose = (
        kp.nasal_spray(devices=2)
        if route == "nasal_spray"
        else Regimen.of(Dose(route=route, amt=20.0, drug=drug))
    )
    plan = dose + dose.delay("90 min")
    run = kp.simulate(plan, model, who(model), times=np.linspace(0, 8, 33), allow_implausible=True)
    tolerance = 1e-12 if run.solution.system.linear else 1e-7
    for analyte in run.analytes:
        parts = run.contributions(analyte)
        whole = run.concentration(analyte)
        assert_allclose(sum(parts.values()), whole, rtol=tolerance, atol=tolerance * whole.max())
    sites = {label.split(", ", 1)[1] for label in parts}
    assert len(parts) == len(sites) * len(plan.doses)


def test_the_nose_and_the_gut_are_told_apart():
    run = kp.simulate("56 mg spravato", "perez_ruixo2021", ADULT)
    parts = run.contributions("noresketamine")
    assert set(parts) == {
        "dose 1, nose", "dose 1, swallowed", "dose 2, nose", "dose 2, swallowed",
    }  # fmt: skip
    table = run.ledger("0 min")
    assert table.filter(site="nose", dose=1)["mg"].sum() == pytest.approx(0.54 * 28)
    later = run.ledger()
    assert later.filter(site="nose", dose=2)["mg"].sum() == pytest.approx(0.54 * 0.62 * 28)
    wall = later.filter(fate="taken by the gut wall")
    assert set(wall["site"]) == {"swallowed"}


def test_first_pass_is_separate_from_later_elimination_by_the_same_liver():
    run = kp.simulate("84 mg esketamine oral", "perez_ruixo2021", ADULT)
    ends = dict(run.ledger().select("fate", "mg").group_by("fate").sum().iter_rows())
    k = 151 / 101
    passed = 0.64 * 84 * k / (k + 1.11 + 2.77)
    assert ends["taken by the gut wall"] == pytest.approx(0.36 * 84, rel=1e-12)
    assert ends["taken by the liver on the first pass"] == pytest.approx(
        0.64 * 84 * 1.11 / (k + 3.88), rel=1e-12
    )
    assert ends["eliminated later"] == pytest.approx(passed * 1.11 / 3.88, rel=1e-9)


def test_a_reset_and_a_steady_state_are_taken_apart_too():
    every = {"ii": Fr(8), "route": "iv"}
    plan = Regimen.of(
        Dose(route="im", amt=30.0, time=Fr(0)),
        Dose(amt=20.0, ss=2, time=Fr(1), **every),
        Reset(time=Fr(3)),
        Dose(route="im", amt=10.0, time=Fr(4)),
        Dose(amt=15.0, ss=1, time=Fr(6), **every),
        Dose(route="im", amt=5.0, time=Fr(7)),
    )
    times = np.linspace(0, 12, 49)
    run = kp.simulate(plan, "kamp2020+im", ADULT, times=times, allow_implausible=True)
    parts = run.contributions()
    whole = run.concentration("ketamine")
    assert_allclose(sum(parts.values()), whole, rtol=1e-11, atol=1e-9)
    of_first = parts["dose 1, muscle"][0]
    assert np.all(of_first[times >= 3.0] == 0.0)
    assert np.all(of_first[(times > 0) & (times < 3.0)] > 0.0)


def test_a_cohort_has_rows_for_everybody():
    run = kp.simulate("0.5 mg/kg im", "kamp2020+im", kp.Cohort(weight_kg=[50.0, 100.0]))
    sums = run.ledger("1 h").group_by("id", maintain_order=True).agg(kp_sum())["mg"].to_list()
    assert sums == pytest.approx([25.0, 50.0], rel=1e-12)


def kp_sum():
    import polars as pl

    return pl.col("mg").sum()


def test_the_film_model_shows_what_it_forms_in_excess():
    run = kp.simulate("50 mg esketamine buccal", "simons2022", ADULT)
    excess = run.ledger("1 min").filter(site="model surplus")
    assert excess["mg"].to_list() == pytest.approx([50 * (1 - 0.263 - 1.16)])
    assert run.ledger("1 min")["mg"].sum() == pytest.approx(50.0, rel=1e-12)


def test_a_saturable_model_has_only_the_whole():
    model = kp.one_compartment(V1=100, Vmax=20, Km=0.2, ka=1.0)
    run = kp.simulate("50 mg oral", model)
    with pytest.raises(kp.PlanError, match="doses do not add up"):
        run.ledger("1 h")
    with pytest.raises(kp.PlanError, match="doses do not add up"):
        run.contributions()
    table = run.ledger("1 h", apart=False)
    assert table["mg"].sum() == pytest.approx(50.0, rel=1e-12)
    assert set(table["site"]) == {"all"}


def test_too_many_parts_are_refused_with_a_way_out():
    plan = kp.intramuscular("10 mg").repeat(every="1 h", times=300)
    run = kp.simulate(plan, "kamp2020+im", ADULT, times=[0.0], allow_implausible=True)
    with pytest.raises(kp.PlanError, match="apart=False"):
        run.ledger()
    assert run.ledger(apart=False)["mg"].sum() == pytest.approx(3000.0, rel=1e-12)


def test_a_time_needs_its_unit():
    run = kp.simulate("35 mg im", "kamp2020+im", ADULT)
    with pytest.raises(kp.UnitError):
        run.ledger("40")


def test_warnings_of_the_run_are_still_warned():
    with pytest.warns(KetapkWarning, match="times the highest"):
        kp.simulate("1400 mg im", "kamp2020+im", ADULT)
