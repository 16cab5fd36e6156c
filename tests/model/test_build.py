"""A model of one's own has every right of the library's."""

import pickle
import re
from pathlib import Path

import cloudpickle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import ketapk as kp
from ketapk.kernels.linear import boundaries
from ketapk.model.model import Population

ME = kp.Patient(weight_kg=80, age_y=50)
TIMES = np.concatenate([[0.0], np.geomspace(0.01, 60.0, 60)])
PLAN = "100 mg oral; 20 mg iv over 30 min at 2 h; 10 mg iv bolus at 3 h"


def own(**changes):
    """Two compartments by mouth and by vein, with a metabolite."""
    build = kp.ModelBuilder("mine", analytes="ketamine norketamine")
    values = {"CL": "80 L/h", "V1": "60 L", "Q": "100 L/h", "V2": "150 L", "ka": "1.2 1/h",
              "F": "20 %", "fm": 0.4, "CLm": "1 L/min", "Vm": "90 L", "ke0": "0.1 1/min",
              "tlag": "10 min"}  # fmt: skip
    build.parameters(**{**values, **changes})
    build.covariates(CL="CL * (weight_kg / 70) ** 0.75")
    build.compartments("gut", central="V1", tissue="V2", met="Vm")
    build.flow("gut", "central", "ka")
    build.exchange("central", "tissue", "Q")
    build.flow("central", "met", clearance="fm * CL")
    build.eliminate(central="(1 - fm) * CL", met="CLm")
    build.input("oral", to="gut", F="F", lag="tlag")
    build.input("iv", to="central")
    build.outputs(ketamine="central", norketamine="met")
    return build


def saturable():
    build = kp.ModelBuilder("saturable")
    build.parameters(Vmax="60 mg/h", Km="500 ng/mL", V1="40 L", Q="15 L/h", V2="90 L", CL="2 L/h")
    build.compartments(central="V1", tissue="V2")
    build.exchange("central", "tissue", "Q")
    build.eliminate(central="CL")
    build.saturable_flow("central", "out", Vmax="Vmax", Km="Km")
    build.input("iv", to="central")
    build.outputs(ketamine="central")
    return build


MODEL = own().model()
FULL = own()
FULL.vary(CL="30 %", V1="0.04 variance", F="0.7 logit SD")
FULL.correlate("V1", "CL", 0.5)
FULL.effect_site("ketamine", "ke0")
FULL.first_pass("met", "fm")
FULL = FULL.model()


def test_it_is_the_model_of_the_library_with_the_same_numbers():
    """otto2021 by hand: the curves agree to rounding, by vein, with covariates."""
    library = kp.load_model("otto2021")
    p = {x.name: x.value for x in library.parameters}
    build = kp.ModelBuilder("otto", analytes="esketamine noresketamine", drugs="S")
    names = {"Vp1": "L", "Q1": "L/h", "Vp2": "L", "Q2": "L/h", "Vp_nk": "L", "Q_nk": "L/h",
             "V1": "L", "CL": "L/h", "Vnk": "L", "CLnk": "L/h"}  # fmt: skip
    build.parameters(**{n: f"{p[n]} {unit}" for n, unit in names.items()})
    for name in ("V1", "Vnk"):
        build.covariates(**{name: f"{name} * (weight_kg / 70)"})
    for name in ("CL", "CLnk"):
        build.covariates(**{name: f"{name} * (weight_kg / 70) ** 0.75"})
    build.compartments(central="V1", deep="Vp1", shallow="Vp2", met="Vnk", far="Vp_nk")
    build.exchange("central", "deep", "Q1")
    build.exchange("central", "shallow", "Q2")
    build.exchange("met", "far", "Q_nk")
    build.flow("central", "met", clearance="CL")
    build.eliminate(met="CLnk")
    build.input("iv", to="central")
    build.outputs(esketamine="central", noresketamine="met")
    plan, who = "20 mg esketamine iv over 40 min", kp.Cohort(weight_kg=[50, 70, 95])
    mine = kp.simulate(plan, build.model(), who, times=TIMES)
    theirs = kp.simulate(plan, library, who, times=TIMES)
    for analyte in ("esketamine", "noresketamine"):
        assert_allclose(
            mine.concentration(analyte), theirs.concentration(analyte), rtol=1e-11, atol=1e-12
        )


def test_it_is_the_generic_model_with_the_same_numbers():
    generic = kp.two_compartment(V1=40, Q2=15, V2=90, Vmax=60, Km=0.5, CL=2)
    plan = "50 mg iv over 40 min; 30 mg iv bolus at 2 h"
    mine = kp.simulate(plan, saturable().model(), times=TIMES).concentration("ketamine")
    assert_allclose(
        mine, kp.simulate(plan, generic, times=TIMES).concentration("ketamine"), rtol=1e-9
    )


def test_a_linear_one_is_exact_and_a_saturable_one_is_not():
    assert kp.simulate(PLAN, MODEL, ME).stats.method == "exact"
    assert kp.simulate("20 mg iv bolus", saturable().model()).stats.method != "exact"


@pytest.mark.compiled_only
def test_nothing_is_compiled_for_it():
    kp.simulate("35 mg iv bolus", "kamp2020", ME)
    before = len(boundaries.signatures)
    kp.simulate(PLAN, own(CL="81 L/h").model(), ME)
    assert len(boundaries.signatures) == before


amounts = st.floats(1.0, 500.0)


@given(amounts, amounts, st.floats(0.01, 1.0), st.floats(0.0, 1.0), st.floats(0.1, 200.0))
def test_every_milligram_has_a_row(by_mouth, by_vein, F, fm, CL):
    model = own(F=F, fm=fm, CL=f"{CL} L/h").model()
    run = kp.simulate(f"{by_mouth} mg oral; {by_vein} mg iv over 20 min at 1 h", model, ME,
                      times=TIMES)  # fmt: skip
    given_mg = run.solution.schedule.given(TIMES)
    assert_allclose(run.amounts.sum(axis=-1), given_mg, rtol=1e-12, atol=1e-12)
    assert_allclose(run.ledger()["mg"].sum(), by_mouth + by_vein, rtol=1e-12)


def test_the_ledger_says_what_it_means_to_be_somewhere():
    rows = kp.simulate(PLAN, MODEL, ME).ledger("4 h", apart=False)
    assert dict(zip(rows["place"], rows["fate"], strict=True)) == {
        "gut": "still in the gut",
        "central": "in plasma and tissues",
        "tissue": "in plasma and tissues",
        "met": "present as norketamine",
        "never absorbed": "never absorbed",
        "eliminated": "eliminated later",
        "eliminated as norketamine": "gone as norketamine",
    }


def test_what_exchanges_with_a_metabolite_holds_the_metabolite():
    build = own()
    build.parameters(Qm="5 L/h", Vfar="30 L")
    build.compartments(far="Vfar", farther="Vfar")
    build.exchange("farther", "far", "Qm")
    build.exchange("far", "met", "Qm")
    holds = build.model().disposition.design.holds
    assert [name for name, what in holds.items() if what == "norketamine"] == [
        "met", "far", "farther",
    ]  # fmt: skip
    assert holds["gut"] == holds["tissue"] == "ketamine"


def test_a_share_of_first_pass_goes_where_the_design_says():
    build = own()
    build.loss("taken by the gut wall")
    build.input("rectal", to="gut", F=0.3)
    build.input("rectal", to="taken by the gut wall", F=0.5)
    run = kp.simulate("100 mg rectal", build.model(), ME)
    places = dict(
        run.ledger(apart=False).group_by("place").agg(__import__("polars").sum("mg")).iter_rows()
    )
    assert_allclose(places["taken by the gut wall"], 50.0)
    assert_allclose(places["never absorbed"], 20.0)
    assert kp.compare({"x": "100 mg rectal"}, patient=ME, model=build.model()).first_pass[
        "taken by the gut wall"
    ].to_list() == pytest.approx([0.5])


def test_lag_duration_and_units_are_what_they_say():
    build = own(D="90 min")
    build.input("nasal", to="gut", F="F", lag="2 * tlag", dur="D")
    (entry,) = (
        build.model()
        .routes["nasal"]
        .inputs(
            kp.parse("50 mg nasal").doses[0], MODEL.values(kp.Cohort(weight_kg=[70])) | {"D": 1.5}
        )
    )
    assert (float(entry.lag), float(entry.dur), float(entry.fraction)) == (1 / 3, 1.5, 0.2)
    assert {p.name: p.canonical for p in MODEL.parameters}["CLm"] == 60.0
    assert {p.name: p.note for p in MODEL.parameters}["CLm"] == "given as 1 L/min"


def test_functions_and_expressions_are_the_same_covariate_equations():
    both = []
    for equations in (
        {
            "V1": "V1 * (weight_kg / 70) if sex == 'M' else V1 * 0.9",
            "ka": "ka * (1.5 if ancestry == 'asian' or age_y > 60 and not height_cm < 150 else 1)",
        },
        {
            "V1": lambda p, who: np.where(who.sex == "M", p.V1 * who.weight_kg / 70, p.V1 * 0.9),
            "ka": lambda p, who: (
                p.ka
                * np.where(
                    (who.ancestry == "asian") | ((who.age_y > 60) & ~(who.height_cm < 150)),
                    1.5,
                    1.0,
                )
            ),
        },
    ):
        build = own()
        build.covariates(**equations)
        both.append(build.model())
    assert both[0].covariates == both[1].covariates
    assert both[0].covariates == ("weight_kg", "age_y", "height_cm", "sex", "ancestry")
    who = kp.Cohort(weight_kg=[50, 60, 70, 90], age_y=[30, 70, 65, 20], sex=["F", "M", "M", "F"],
                    height_cm=[160, 140, 180, 170], ancestry=["asian", "other", "other", "asian"])  # fmt: skip
    one, other = (model.values(who) for model in both)
    for name in one:
        assert_allclose(one[name], other[name], rtol=1e-15)
    assert_array_equal(one["ka"], 1.2 * np.array([1.5, 1.0, 1.5, 1.5]))


def test_equations_follow_one_another():
    build = kp.ModelBuilder("mine")
    build.parameters(CL="10 L/h", V1="20 L", k="0.1 1/h")
    build.covariates(V1="V1 * (weight_kg / 70)")
    build.covariates(CL="CL + k * V1")
    build.compartments(central="V1")
    build.eliminate(central="CL")
    build.input("iv", to="central")
    build.outputs(ketamine="central")
    assert build.model().values(kp.Cohort(weight_kg=[140]))["CL"].tolist() == [14.0]


def test_people_are_drawn_as_they_were_told_to_vary():
    n = 20_000
    who = kp.Cohort(weight_kg=np.full(n, 70.0))
    values = kp.simulate("1 mg iv bolus", FULL, who, times=[0.0], rng=1).values
    etas = np.log(np.stack([values["CL"] / 80.0, values["V1"] / 60.0]))
    assert_allclose(etas.std(axis=1), [np.sqrt(np.log(1.09)), 0.2], rtol=0.02)
    assert_allclose(np.corrcoef(etas)[0, 1], 0.5, atol=0.02)
    assert 0.0 < values["F"].min() < values["F"].max() < 1.0
    logit = np.log(values["F"] / (1 - values["F"]))
    assert_allclose([logit.mean(), logit.std()], [np.log(0.25), 0.7], atol=0.02)


def test_people_whose_rates_turn_negative_fail_alone():
    build = own(fm=0.9)
    build.vary(fm="80 %")
    who = kp.Cohort(weight_kg=np.full(200, 70.0))
    with pytest.warns(kp.KetapkWarning, match="patients failed"):
        run = kp.simulate("35 mg iv bolus", build.model(), who, rng=1)
    wrong = np.flatnonzero(np.asarray(run.values["fm"]) > 1.0)
    assert 0 < wrong.size < 200
    assert sorted(run.failed) == wrong.tolist()


def test_an_equation_that_turns_negative_is_refused_with_its_patient():
    build = own(slope="1 L/h/y")
    build.covariates(Q="Q - 2 * slope * age_y")
    with pytest.raises(kp.InputError, match="equation of Q gives -20 for patient 1"):
        kp.simulate(PLAN, build.model(), kp.Cohort(weight_kg=[70, 70], age_y=[40, 60]))


def test_it_has_effect_sites_compositions_alterations_and_citations():
    run = kp.simulate(PLAN, FULL, ME, times=TIMES)
    assert run.concentration("ketamine", site="effect").max() > 0.0
    composed = kp.compose(FULL, "im", "sublingual")
    assert composed.grade == "assumed"
    under = kp.simulate("50 mg sublingual", composed, ME)
    assert under.ledger(apart=False)["mg"].sum() == pytest.approx(50.0, rel=1e-12)
    slower = FULL.altered(CL=20.0)
    assert kp.simulate(PLAN, slower, ME).curve().AUC_inf > run.curve().AUC_inf
    assert FULL.cite() == "mine: no publication: the parameters were given by the user"
    assert FULL.verify().table.height == 0
    assert FULL.parameters[0].grade == "assumed"
    assert run.bioavailability()[0] == pytest.approx((100 * 0.2 + 30) / 130)
    assert kp.compare({"iv": "35 mg iv bolus", "po": "35 mg oral"}, patient=ME, model=FULL).table[
        "F"
    ].to_list() == pytest.approx([1.0, 0.2])


def test_a_composition_without_a_central_compartment_says_why_not():
    build = kp.ModelBuilder("mine")
    build.parameters(V="10 L", CL="5 L/h")
    build.compartments(blood="V")
    build.eliminate(blood="CL")
    build.input("iv", to="blood")
    build.outputs(ketamine="blood")
    with pytest.raises(kp.PlanError, match="no compartment called 'central'"):
        kp.compose(build.model(), "im")


def test_a_metabolite_in_its_own_milligrams_weighs_what_it_weighs():
    build = own()
    del build._readings["norketamine"]
    build.output("norketamine", "met", own_mass=True)
    plain = kp.simulate(PLAN, MODEL, ME, times=TIMES).concentration("norketamine")
    weighed = kp.simulate(PLAN, build.model(), ME, times=TIMES).concentration("norketamine")
    assert_allclose(weighed, plain * 223.7 / 237.73, rtol=1e-12)


def test_a_model_goes_to_another_process():
    back = pickle.loads(pickle.dumps(FULL))
    assert back == FULL
    run, other = (kp.simulate(PLAN, model, ME, times=TIMES, rng=3) for model in (FULL, back))
    assert_array_equal(run.concentration("ketamine"), other.concentration("ketamine"))
    build = own()
    build.covariates(ka=lambda p, who: p.ka * who.age_y / 40)
    with_function = build.model()
    back = cloudpickle.loads(cloudpickle.dumps(with_function))
    assert_array_equal(
        kp.simulate(PLAN, back, ME, times=TIMES).concentration("ketamine"),
        kp.simulate(PLAN, with_function, ME, times=TIMES).concentration("ketamine"),
    )


def test_a_model_does_not_change_with_its_builder():
    build = own()
    before = build.model()
    build.parameters(Qm="5 L/h", Vfar="30 L")
    build.compartments(far="Vfar")
    build.exchange("met", "far", "Qm")
    assert before == MODEL
    assert build.model() != before


def changes_its_values(p, who):
    p.CL *= 10
    return p.ka


WRONG = {
    # what is done to a model that is right: the error, and words of its sentence
    "an unconnected compartment": (
        lambda b: b.compartment("alone"), kp.ModelError, "'alone' is not connected",
    ),
    "a compartment that nothing reaches": (
        lambda b: (b.compartment("a"), b.flow("a", "central", "ka")),
        kp.ModelError, "Nothing ever reaches the compartment 'a'",
    ),
    "a compartment without a way out": (
        lambda b: (b.compartment("a"), b.flow("central", "a", "ka")),
        kp.ModelError, "'a' can never leave the body",
    ),
    "a pair without a way out": (
        lambda b: (b.compartments(a="V1", b="V1"), b.flow("met", "a", "ka"),
                   b.exchange("a", "b", "Q")),
        kp.ModelError, "can never leave the body",
    ),
    "a flow from nowhere": (
        lambda b: b.flow("centrl", "met", "ka"), kp.ModelError, "nowhere.*Did you mean 'central'",
    ),
    "a flow into nowhere": (
        lambda b: b.flow("central", "liver", "ka"), kp.ModelError, "no place 'liver'",
    ),
    "a flow to itself": (
        lambda b: b.flow("central", "central", "ka"), kp.ModelError, "leads back",
    ),
    "a flow without a rate": (
        lambda b: b.flow("gut", "central"), kp.ModelError, "one of the two",
    ),
    "a flow with both": (
        lambda b: b.flow("central", "out", "ka", clearance="CL"), kp.ModelError, "one of the two",
    ),
    "a clearance without a volume": (
        lambda b: b.flow("gut", "out", clearance="CL"), kp.ModelError, "'gut' has a clearance and no vol",
    ),
    "an output of nothing known": (
        lambda b: b.output("ketamin", "central"), kp.ModelError, "Did you mean 'ketamine'",
    ),
    "an output from nowhere": (
        lambda b: (b._readings.clear(), b.outputs(ketamine="centre", norketamine="met")),
        kp.ModelError, "no compartment 'centre'",
    ),
    "an output without a volume": (
        lambda b: (b._readings.clear(), b.outputs(ketamine="gut", norketamine="met")),
        kp.ModelError, "no volume",
    ),
    "an analyte that nothing reads": (
        lambda b: b._readings.pop("norketamine"), kp.ModelError, "Nothing reads 'norketamine'",
    ),
    "one compartment as two analytes": (
        lambda b: (b._readings.clear(), b.outputs(ketamine="central", norketamine="central")),
        kp.ModelError, "a compartment of its own",
    ),
    "an input into nowhere": (
        lambda b: b.input("im", to="muscle"), kp.ModelError, "leads nowhere.*'muscle'",
    ),
    "an input by no route": (
        lambda b: b.input("orally", to="gut"), kp.ModelError, "Did you mean 'oral'",
    ),
    "no input": (lambda b: b._entries.clear(), kp.ModelError, "No dose can enter"),
    "shares above one": (
        lambda b: b.input("oral", to="central", F="1 - F / 2"), kp.ModelError, r"0.2 \+ 0.9 = 1.1",
    ),
    "a negative value": (lambda b: b.parameters(x="-3 L"), kp.InputError, "is negative"),
    "a rate that is negative": (
        lambda b: b.flow("central", "out", clearance="CL - 2 * CLm"), kp.ModelError, "0 or more",
    ),
    "a volume of nothing": (
        lambda b: (b.compartment("a", volume="V1 - V1"), b.exchange("central", "a", "Q")),
        kp.ModelError, "is 0 at the typical values; it must be finite and above 0",
    ),
    "no number": (lambda b: b.parameters(x="much"), kp.InputError, "not a number"),
    "an infinite number": (lambda b: b.parameters(x="inf L"), kp.InputError, "finite"),
    "a parameter twice": (lambda b: b.parameters(CL="3 L/h"), kp.ModelError, "'CL' is there already"),
    "a compartment twice": (lambda b: b.compartment("gut"), kp.ModelError, "'gut' is there already"),
    "an output twice": (
        lambda b: b.output("ketamine", "met"), kp.ModelError, "'ketamine' is there already",
    ),
    "a parameter called like a covariate": (
        lambda b: b.parameters(weight_kg=3), kp.ModelError, "means something else",
    ),
    "a parameter called like a function": (
        lambda b: b.parameters(exp=3), kp.ModelError, "means something else",
    ),
    "a parameter called like a word of Python": (
        lambda b: b.parameter("lambda", 3), kp.ModelError, "means something else",
    ),
    "a parameter that cannot be a name": (
        lambda b: b.parameter("k 1", 3), kp.ModelError, "cannot be called",
    ),
    "a compartment called out": (lambda b: b.compartment("out"), kp.ModelError, "cannot be called"),
    "an unknown parameter": (
        lambda b: b.flow("gut", "out", "kA"), kp.ModelError, "Did you mean 'ka'",
    ),
    "a covariate in a flow": (
        lambda b: b.flow("central", "out", clearance="CL * weight_kg"),
        kp.ModelError, "outside a covariate equation",
    ),
    "an equation of nothing": (
        lambda b: b.covariates(k10="CL / V1"), kp.ModelError, "no parameter",
    ),
    "two equations of one parameter": (
        lambda b: b.covariates(CL="CL"), kp.ModelError, "covariate equation of 'CL' is there",
    ),
    "an equation that is none": (lambda b: b.covariates(V1=3), kp.ModelError, "write"),
    "an equation that fails": (
        lambda b: b.covariates(V1=lambda p, who: "big"), kp.InputError, "no numbers",
    ),
    "an equation of the wrong shape": (
        lambda b: b.covariates(V1=lambda p, who: np.ones(3)), kp.InputError, r"shape \(3,\)",
    ),
    "a rate constant that is a clearance": (
        lambda b: b.flow("gut", "out", "CL"), kp.UnitError, "in L/h.*in 1/h.*clearance=",
    ),
    "a clearance that is a rate constant": (
        lambda b: b.flow("central", "out", clearance="ka"), kp.UnitError, "in 1/h.*in L/h",
    ),
    "a volume that is a clearance": (
        lambda b: b.compartment("a", volume="CL"), kp.UnitError, "a volume is in L[.]",
    ),
    "a share in hours": (
        lambda b: b.input("im", to="gut", F="tlag"), kp.UnitError, "in h.*a pure number",
    ),
    "a time that is none": (
        lambda b: b.input("im", to="gut", lag="F"), kp.UnitError, "pure number.*in h.*unit",
    ),
    "a rate that is a bare number": (
        lambda b: b.flow("gut", "out", "0.5"), kp.UnitError, "pure number.*1/h.*its unit",
    ),
    "Vmax in mg/L": (
        lambda b: (b.parameters(Km="1 mg/L"),
                   b.saturable_flow("central", "out", Vmax="Km", Km="Km")),
        kp.UnitError, "in mg/L.*in mg/h",
    ),
    "Km in mg": (
        lambda b: (b.parameters(Vmax="1 mg/h"),
                   b.saturable_flow("central", "out", Vmax="Vmax", Km="Vmax")),
        kp.UnitError, "in mg/h.*in mg/L",
    ),
    "a sum of unlike things": (
        lambda b: b.flow("gut", "out", "ka + CL"), kp.UnitError, "in 1/h and 'CL' in L/h",
    ),
    "an equation in another unit": (
        lambda b: b.covariates(V1="V1 * weight_kg"), kp.UnitError, r"L\*kg.*in L.*weight_kg / 70",
    ),
    "an unknown unit": (lambda b: b.parameters(x="3 gallon"), kp.UnitError, "'gallon'"),
    "a spread of nothing": (lambda b: b.vary(x="30 %"), kp.ModelError, "no parameter"),
    "a spread without its scale": (lambda b: b.vary(CL="30"), kp.InputError, "30 %"),
    "a spread that is negative": (lambda b: b.vary(CL="-3 %"), kp.InputError, "30 %"),
    "a correlation of what does not vary": (
        lambda b: (b.vary(CL="30 %"), b.correlate("CL", "V1", 0.5)), kp.ModelError, "does not vary",
    ),
    "a correlation above one": (
        lambda b: b.correlate("CL", "V1", 1.5), kp.InputError, "from -1 to 1",
    ),
    "correlations that contradict": (
        lambda b: (b.vary(CL="30 %", V1="30 %", Q="30 %"), b.correlate("CL", "V1", 0.9),
                   b.correlate("V1", "Q", 0.9), b.correlate("CL", "Q", -0.9)),
        kp.ModelError, "positive definite",
    ),
    "an effect site of nothing": (
        lambda b: b.effect_site("esketamine", "ke0"), kp.ModelError, "needs an output",
    ),
    "own mass of an unknown drug": (
        lambda b: b.output("propofol", "met", own_mass=True), kp.ModelError, "molar mass",
    ),
    "a logit SD of a clearance": (
        lambda b: b.vary(CL="0.5 logit SD"), kp.UnitError, "'CL' varies by a logit SD.*in L/h; write '30 %'",
    ),
    "a logit SD of a share of all": (
        lambda b: (b.parameters(x=1), b.vary(x="0.5 logit SD")),
        kp.ModelError, "between 0 and 1, and is 1 for the typical person",
    ),
    "a first pass above one": (
        lambda b: b.first_pass("met", 2.0), kp.ModelError, "is 2 at the typical.*from 0 to 1",
    ),
    "a number beyond all": (
        lambda b: b.parameters(x="1e308 g"), kp.InputError, "x='1e308 g' is too large to be meant",
    ),
    "a unit beyond all": (
        lambda b: b.parameters(x="5 1/ng^99"), kp.InputError, "too large to be meant",
    ),
    "a number next to nothing": (
        lambda b: b.parameters(x="1e-320 ng"), kp.InputError, "too small to be meant",
    ),
    "a unit next to nothing": (
        lambda b: b.parameters(x="5 ng^99"), kp.InputError, "too small to be meant",
    ),
    "a unit to a broken power next to nothing": (
        lambda b: b.parameters(x="5 1/ng^99.5"), kp.InputError, "too small to be meant",
    ),
    "a whole number beyond all": (
        lambda b: b.parameters(x=10**5000), kp.InputError, "x is a number of more than 308 digits",
    ),
    "a share beyond all": (
        lambda b: b.input("im", to="gut", F=10**400), kp.ModelError, "no finite number",
    ),
    "an expression that is far too deep": (
        lambda b: b.flow("gut", "out", "[" + "-" * 450 + "1]"), kp.ModelError, "nested too deeply",
    ),
    "a correlation in words": (
        lambda b: b.correlate("CL", "V1", "0.5"), kp.InputError, "of '0.5' is not possible",
    ),
    "a correlation of a number": (
        lambda b: b.correlate("CL", 5, 0.5), kp.InputError, "CL and 5 .*give two parameters",
    ),
    "a route that is a list": (
        lambda b: b.input(["iv"], to="central"), kp.ModelError, r"route \['iv'\] is not known",
    ),
    "an output that is a list": (
        lambda b: b.output(["a"], "central"), kp.ModelError, r"output of \['a'\] has no name",
    ),
    "an effect site that is a list": (
        lambda b: b.effect_site(["x"], "ke0"), kp.ModelError, r"of \['x'\] has no name",
    ),
    "a place of a list": (
        lambda b: b.flow("gut", ["met"], "ka"), kp.ModelError, r"no place \['met'\]",
    ),
    "a fate that is no text": (
        lambda b: b.loss("urine", fate=5), kp.ModelError, "fate=5 is no text",
    ),
    "a source that is no text": (
        lambda b: b.parameter("x", 1, where=5), kp.ModelError, "where=5 is no text",
    ),
    "a function that asks for no parameter": (
        lambda b: b.covariates(V1=lambda p, who: p.VV1), kp.InputError,
        "equation of V1 asks for 'VV1', which there is not; there is CL.*Did you mean 'V1'",
    ),
    "a function that asks what is not known of people": (
        lambda b: b.covariates(V1=lambda p, who: p.V1 * who.weight), kp.InputError,
        "asks for 'weight', which there is not; there is weight_kg.*Did you mean 'weight_kg'",
    ),
    "a function that asks for no attribute of another thing": (
        lambda b: b.covariates(V1=lambda p, who: np.nothing), kp.InputError, "V1 fails with Attr",
    ),
    "a function that takes people for one": (
        lambda b: b.covariates(V1=lambda p, who: p.V1 if who.weight_kg > 60 else 1.0),
        kp.InputError, r"V1 fails with ValueError.*write a choice as np\.where",
    ),
    "a function that changes what it is given": (
        lambda b: b.covariates(ka=changes_its_values), kp.InputError, "ka fails with.*may not change",
    ),
    "a function that divides by nothing": (
        lambda b: b.covariates(ka=lambda p, who: 1 // 0), kp.InputError, "ZeroDivisionError",
    ),
    "code instead of arithmetic": (
        lambda b: b.flow("gut", "out", "__import__('os').getpid()"), kp.ModelError, "arithmetic",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused_with_a_sentence(name):
    spoil, error, words = WRONG[name]
    build = own()

    def spoiled():
        spoil(build)
        return build.model()

    with pytest.raises(error, match=words) as found:
        spoiled()
    assert type(found.value) is error
    assert str(found.value).endswith((".", "?")), str(found.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "two words"}, "cannot be called"),
        ({"name": "a+b"}, "cannot be called"),
        ({"analytes": ""}, "analytes"),
        ({"analytes": "ketamine ketamine"}, "different"),
        ({"analytes": 5}, "analytes=5 is not a list"),
        ({"analytes": None}, "analytes=None is not a list"),
        ({"analytes": [["a"]]}, "is not a list of different names"),
        ({"drugs": 5}, "drugs=5 is not a list"),
        ({"title": 5}, "title=5 is no text"),
        ({"doi": None}, "doi=None is no text"),
        ({"population": 5}, "population=5 is nobody"),
        ({"drugs": "s"}, "Did you mean 'S'|not known"),
        ({"grade": "D"}, "grade"),
    ],
)
def test_a_builder_refuses_what_cannot_be(options, words):
    with pytest.raises(kp.ModelError, match=words):
        kp.ModelBuilder(**{"name": "mine", **options})


@pytest.mark.parametrize("span", [(90, 50), (-1, 50), (50,), 50, ("a", "b"), (50, np.inf)])
def test_a_population_has_ranges(span):
    with pytest.raises(kp.InputError, match=r"of the population is no range; write the lowest"):
        Population(description="adults", weight_kg=span)


def test_what_varies_on_the_logit_scale_is_a_share_in_everybody():
    build = own(F=0.8)
    build.covariates(F="F * (weight_kg / 70)")
    build.vary(F="0.5 logit SD")
    who = kp.Cohort(weight_kg=[50, 87.5, 140])
    with pytest.raises(kp.InputError, match="F is 1 for patient 1 and varies on the logit scale"):
        kp.simulate("100 mg oral", build.model(), who, rng=1)


def test_a_rate_constant_follows_the_weight_with_its_usual_exponent():
    build = own()
    build.covariates(ka="ka * (70 / weight_kg) ** 0.25")
    who = kp.Cohort(weight_kg=[35, 70])
    assert_allclose(build.model().values(who)["ka"], [1.2 * 2**0.25, 1.2], rtol=1e-15)


DOCUMENT = (Path(__file__).parents[2] / "docs/own-models.md").read_text(encoding="utf-8")


def test_the_ten_lines_of_the_document_are_ten():
    first = re.search(r"```python\n(.*?)```", DOCUMENT, re.S).group(1)
    assert sum(line.startswith(("build", "model")) for line in first.splitlines()) == 10


def test_the_programs_of_the_document_print_what_it_shows(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    programs = re.findall(r"```python\n(.*?)```(?:\s+```\n(.*?)```)?", DOCUMENT, re.S)
    assert len(programs) > 3
    for program, printed in programs:
        exec(program, names)
        assert capsys.readouterr().out == printed


def test_every_piece_of_a_builder_is_in_the_document():
    pieces = {name for name in vars(kp.ModelBuilder) if not name.startswith("_")} - {"model"}
    for name in pieces:
        assert re.search(rf"`{name.removesuffix('s')}s?\(", DOCUMENT), name
