"""Every model says where its numbers come from, and gives what its paper gives."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.library.catalogue import PUBLISHED
from ketapk.model.parameters import GRADES, weakest

ME = kp.Patient(weight_kg=70)
YOUNG = kp.Patient(weight_kg=70, age_y=25)
CHILD = kp.Patient(weight_kg=15, age_y=5)
PLAIN = {
    "kamp2020": "ketamine", "domino": "ketamine", "perez_ruixo2021": "esketamine",
    "otto2021": "esketamine", "simons2022": "esketamine", "ashraf2018": "esketamine",
    "herd2007": "ketamine", "elkomy2015": "ketamine", "flint2017": "esketamine",
    "hornik2018": "ketamine", "sherwin2015": "ketamine", "hijazi2003": "ketamine",
    "clements1981": "ketamine",
}  # fmt: skip


def test_the_library_holds_the_thirteen_models():
    assert set(PUBLISHED) == set(PLAIN)
    assert kp.list_models()["name"].to_list() == list(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_number_has_unit_place_grade_and_way(name):
    model = kp.load_model(name)
    assert model.parameters
    names = [p.name for p in model.parameters]
    assert len(set(names)) == len(names)
    for p in model.parameters:
        assert p.unit
        assert p.where
        assert p.via
        assert p.grade in GRADES
    for number in (*model.variability, *model.correlations, *model.residuals, *model.checks):
        assert number.where
        assert number.grade in GRADES
    for spread in model.variability:
        assert spread.parameter in names
    for residual in model.residuals:
        assert residual.analyte in model.analytes
    assert model.citation
    assert model.doi
    assert model.structure
    assert model.problems
    assert model.population.description
    assert model.sampling_site
    assert model.status in ("recommended", "restricted", "experimental")


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_model_is_graded_above_its_parameters(name):
    model = kp.load_model(name)
    bodily = [p.grade for p in model.parameters if not p.name.startswith("exponent")]
    assert weakest((model.grade, *bodily)) == model.grade
    assumed = [p.name for p in model.parameters if p.grade == "assumed"]
    assert not assumed or any("assumed" in problem for problem in model.problems)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_model_loads_and_simulates(name):
    drug = "esketamine " if kp.load_model(name).drugs == ("S",) else ""
    children = kp.load_model(name).population.group == "children"
    plan = f"0.5 mg/kg {drug}iv over 40 min"
    run = kp.simulate(plan, name, CHILD if children else YOUNG)
    assert run.analytes[0] == PLAIN[name]
    for analyte in run.analytes:
        assert run.exposure(analyte)["Cmax"][0] > 0
        assert np.all(run.concentration(analyte) >= 0)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_check_of_a_model_holds_or_says_why_not(name):
    verification = kp.load_model(name).verify()
    table = verification.table
    assert verification.passed, table.filter(table["verdict"] == "FAIL")
    for row in table.filter(table["verdict"] == "does not reproduce").to_dicts():
        assert "does not reproduce" in row["note"]
    for row in table.to_dicts():
        assert row["where"]
        assert row["unit"]


def test_what_cannot_be_reproduced_is_shown_and_not_hidden():
    notes = {
        name: kp.load_model(name).verify().table.filter(verdict="does not reproduce")["what"]
        for name in ("perez_ruixo2021", "herd2007", "simons2022")
    }
    assert list(notes["perez_ruixo2021"]) == [
        f"{mg} mg session: AUC 0-24 h of noresketamine" for mg in (28, 56, 84)
    ]
    assert "0.75 mg/L" in notes["herd2007"][0]
    assert "Leiden" in notes["simons2022"][0]


def test_a_check_that_says_it_does_not_reproduce_fails_once_it_does():
    from dataclasses import replace

    from ketapk.verification import verify

    model = kp.load_model("hijazi2003")
    wrong = replace(model.checks[0], reproduces=False, note="said to differ")
    off = replace(model.checks[1], published=7.0)
    verdicts = verify(replace(model, checks=(wrong, off))).table["verdict"].to_list()
    assert verdicts == ["FAIL", "FAIL"]


def test_a_composition_is_not_verified():
    with pytest.raises(kp.PlanError, match="is a composition"):
        kp.load_model("kamp2020+im").verify()


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
    from ketapk.model.routes import Input
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


def test_otto_ends_venous_where_the_literature_says():
    """Venous models end 0.5 mg/kg over 40 min at 158 to 177 ng/mL in 70 kg."""
    otto = kp.simulate("35 mg esketamine iv over 40 min", "otto2021", ME).exposure()["Cmax"][0]
    clements = kp.simulate("35 mg iv over 40 min", "clements1981", ME).exposure()["Cmax"][0]
    assert otto == pytest.approx(158, abs=1)
    assert clements == pytest.approx(177, abs=1)


def test_otto_scales_four_parameters_only():
    p = kp.load_model("otto2021").values(kp.Cohort(weight_kg=[70.0, 35.0]))
    assert_allclose(p["V1"][1] / p["V1"][0], 0.5)
    assert_allclose(p["CLnk"][1] / p["CLnk"][0], 0.5**0.75)
    assert p["Vp1"] == 187.0
    assert p["Q_nk"] == 42.778


def test_domino_volumes_are_per_kg_and_not_litres():
    p = kp.load_model("domino").values(kp.Cohort.of(ME))
    assert p["V1"] == pytest.approx(4.41)
    assert p["CL"] == pytest.approx(4.41 * 0.4381 * 60)


def test_simons_metabolites_are_molar():
    """All norketamine formed leaves by CLN1, so its molar AUC is 0.8 of the dose over CLN1."""
    run = kp.simulate(
        "20 mg esketamine iv over 20 min", "simons2022", kp.Patient(weight_kg=70, age_y=25)
    )
    ng = run.exposure("noresketamine")["AUC_inf"][0]
    assert ng == pytest.approx(0.8 * 20 / 60.0 * 1000 * 223.7 / 237.73, rel=1e-12)
    hnk = run.exposure("hydroxynoresketamine")["AUC_inf"][0]
    assert hnk == pytest.approx(0.56 * 20 / (0.933 * 60) * 1000 * 239.7 / 237.73, rel=1e-12)


def test_ashraf_closed_forms():
    """AUC by vein is dose over QH EH; by mouth F is FG FH."""
    QH = 3.75 * 70**0.75
    EH = 301 * 1.4 / (QH + 301 * 1.4)
    iv = kp.simulate("7 mg esketamine iv over 2 min", "ashraf2018", YOUNG).exposure()["AUC_inf"][0]
    assert iv == pytest.approx(7 / (QH * EH) * 1000, rel=1e-12)
    villi = 0.6 * 0.8 * 0.4 * QH
    gut = villi * 4.1 / (villi + 4.1)
    F = kp.simulate("14 mg esketamine oral", "ashraf2018", YOUNG).bioavailability()[0]
    assert pytest.approx(gut / (gut + 1.19) * (1 - EH), rel=1e-12) == F


def test_flint_clearance_grows_from_the_first_dose():
    """At a plateau of the parent, noresketamine is CL C over CLnk (1 + 0.0087 t)."""
    child = kp.Patient(weight_kg=7, age_y=0.42)
    times = np.array([60.0, 100.0, 140.0])
    run = kp.simulate("2.4 mg/kg/h esketamine iv for 141 h", "flint2017", child, times=times)
    parent, metabolite = run.concentration("esketamine"), run.concentration("noresketamine")
    quasi = parent * 112 / (53.2 * (1 + 0.0087 * times))
    assert_allclose(metabolite, quasi, rtol=2e-3)
    later = kp.simulate(
        kp.parse("2.4 mg/kg/h esketamine iv for 141 h").delay("10 h"), "flint2017", child,
        times=times + 10.0,
    )  # fmt: skip
    assert_allclose(later.concentration("noresketamine"), metabolite, rtol=1e-7)


def test_flint_equals_scipy_on_its_own_equations():
    from scipy.integrate import solve_ivp

    size = 7 / 70
    CL, Q, V1, V2 = (112 * size**0.75, 196 * size**0.75, 7.73 * size, 545 * size)
    CLnk, Vnk = 53.2 * size**0.75, 1.0 * size

    def slope(t, y):
        rate = 16.8 if t < 20.0 else 0.0
        return [
            rate - (CL + Q) / V1 * y[0] + Q / V2 * y[1],
            Q / V1 * y[0] - Q / V2 * y[1],
            CL / V1 * y[0] - CLnk * (1 + 0.0087 * t) / Vnk * y[2],
        ]

    first = solve_ivp(slope, (0, 20), [0, 0, 0], method="LSODA", rtol=1e-11, atol=1e-13, max_step=1)
    second = solve_ivp(
        lambda t, y: slope(max(t, 20.0), y), (20, 60), first.y[:, -1], method="LSODA", rtol=1e-11,
        atol=1e-13, dense_output=True,
    )  # fmt: skip
    times = np.linspace(21, 60, 14)
    run = kp.simulate(
        "2.4 mg/kg/h esketamine iv for 20 h",
        "flint2017",
        kp.Patient(weight_kg=7, age_y=0.42),
        times=times,
    )
    wanted = second.sol(times)[2] / Vnk * 1000
    assert_allclose(run.concentration("noresketamine")[0], wanted, rtol=1e-6)


def test_a_growing_clearance_has_no_steady_state():
    from fractions import Fraction

    from ketapk.dosing.regimen import Dose, Regimen

    plan = Regimen.of(Dose(route="iv", amt=0.0, rate=16.8, drug="S", ss=1, time=Fraction(0)))
    with pytest.raises(kp.PlanError, match="no steady state"):
        kp.simulate(plan, "flint2017", kp.Patient(weight_kg=7, age_y=0.42))


def test_hornik_refuses_another_papers_muscle():
    with pytest.raises(kp.PlanError, match=r"its paper finds F 0\.41"):
        kp.load_model("hornik2018+im")
    with pytest.raises(kp.PlanError, match=r"cannot borrow it: its paper finds F 0\.41"):
        kp.simulate("4 mg/kg im", "hornik2018", kp.Patient(weight_kg=14, age_y=3))


def test_a_second_device_absorbs_less_in_the_nose():
    one = kp.simulate("28 mg spravato", "perez_ruixo2021", ME).bioavailability()[0]
    two = kp.simulate("56 mg spravato", "perez_ruixo2021", ME).bioavailability()[0]
    swallowed = kp.simulate("28 mg esketamine oral", "perez_ruixo2021", ME).bioavailability()[0]
    assert one == pytest.approx(0.54 + 0.46 * swallowed, rel=1e-9)
    later = 0.54 * 0.62
    assert two == pytest.approx((one + later + (1 - later) * swallowed) / 2, rel=1e-9)
