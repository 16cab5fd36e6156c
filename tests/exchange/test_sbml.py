"""What is exported as SBML is simulated by libroadrunner, and agrees to a millionth."""

import sys
import warnings

import numpy as np
import pytest

import ketapk as kp
from ketapk.dosing.regimen import Dose, Regimen, Reset
from ketapk.exchange.sbml import to_antimony

with warnings.catch_warnings():
    # Its bindings warn of themselves where Python is newer than the tool that made them.
    warnings.simplefilter("ignore")
    roadrunner = pytest.importorskip("roadrunner")

ME = kp.Patient(weight_kg=70)
CHILD = kp.Patient(weight_kg=20, age_y=6)
TIMES = np.concatenate([[0.0], np.geomspace(0.013, 30.0, 80)])


def own():
    """Saturable elimination, an effect site, a lagged and released oral dose, a metabolite."""
    build = kp.ModelBuilder("mine", analytes="ketamine norketamine")
    build.parameters(Vmax="60 mg/h", Km="0.3 mg/L", V1="40 L", Q="15 L/h", V2="90 L", CL="20 L/h",
                     ka="1.7 1/h", F=0.6, tlag="20 min", D="0.4 h", fm=0.3, CLm="30 L/h",
                     Vm="50 L", ke0="3 1/h")  # fmt: skip
    build.covariates(CL="CL * (weight_kg / 70) ** 0.75")
    build.compartments("gut", central="V1", tissue="V2", met="Vm")
    build.flow("gut", "central", "ka")
    build.exchange("central", "tissue", "Q")
    build.flow("central", "met", clearance="fm * CL")
    build.eliminate(central="(1 - fm) * CL", met="CLm")
    build.saturable_flow("central", "out", Vmax="Vmax", Km="Km")
    build.input("oral", to="gut", F="F", lag="tlag", dur="D")
    build.input("iv", to="central")
    build.outputs(ketamine="central", norketamine="met")
    build.effect_site("ketamine", "ke0")
    return build.model()


def simulated(sbml, names):
    """Curves of libroadrunner at TIMES by the names in the file."""
    runner = roadrunner.RoadRunner(sbml)
    runner.integrator.relative_tolerance = 1e-11
    runner.integrator.absolute_tolerance = 1e-13
    runner.selections = ["time", *names]
    return np.asarray(runner.simulate(times=TIMES.tolist()))[:, 1:].T


def plain(name):
    return name.replace(" ", "_").replace(",", "").replace("-", "_")


CASES = {
    # model, plan, patient, options
    "own, saturable": (own(), "100 mg oral; 50 mg iv over 40 min at 20 min; 20 mg iv bolus at 3 h"),
    "a meta-analysis": ("kamp2020", "35 mg iv over 40 min; 10 mg iv bolus at 2 h"),
    "an effect site": ("domino", "0.5 mg/kg iv over 40 min", ME, {"effect": "antinociception_index"}),
    "metabolite": ("otto2021", "10 mg esketamine iv over 30 min; 5 mg esketamine iv bolus at 1 h"),
    "two metabolites": (
        "simons2022", "10 mg esketamine iv over 30 min", kp.Patient(weight_kg=70, age_y=25),
    ),
    "by mouth": ("perez_ruixo2021", "56 mg esketamine oral"),
    "every way": (
        "perez_ruixo2021",
        "84 mg spravato; 56 mg esketamine oral at 4 h; 20 mg esketamine iv over 30 min at 5 h",
    ),
    "a borrowed route": ("kamp2020+im", "35 mg im at 30 min; 10 mg iv bolus"),
    "rates that drift": (
        "flint2017", "10 mg esketamine iv over 2 h at 3 h; 5 mg esketamine iv bolus at 1 h", CHILD,
    ),
    "a steady state": (
        own(), Regimen.of(Dose(route="oral", amt=50.0, ss=1, ii=6.0, addl=3),
                          Dose(route="iv", amt=20.0, dur=1.0, time=7.5)),
    ),
    "a steady state that replaces and one that adds": (
        "kamp2020", Regimen.of(Dose(route="iv", amt=10.0), Dose(route="iv", amt=0.0, rate=5.0, ss=1, time=1),
                               Dose(route="iv", amt=20.0, ss=2, ii=8.0, time=3)),
    ),
    "a reset during an infusion": (
        "kamp2020", Regimen.of(Dose(route="iv", amt=50.0, dur=4.0), Reset(time=2.0),
                               Dose(route="iv", amt=5.0, time=2.0), Dose(route="iv", amt=5.0, time=9.0)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore::ketapk.KetapkWarning")
def test_libroadrunner_agrees_to_a_millionth(name):
    model, plan, *rest = CASES[name]
    patient, options = (*rest, *(ME, {})[len(rest) :])
    run = kp.simulate(plan, model, patient, times=TIMES, rtol=1e-11, atol=1e-13, **options)
    sbml = kp.to_sbml(model, plan=plan, patient=patient, rtol=1e-11, atol=1e-13, **options)
    outputs = run.solution.system.outputs
    curves = simulated(sbml, [f"{o.site}_{plain(o.analyte)}" for o in outputs])
    for output, curve in zip(outputs, curves, strict=True):
        expected = run.concentration(output.analyte, site=output.site)[0]
        assert expected.max() > 0.0
        assert np.abs(curve - expected).max() < 1e-6 * expected.max()
        seen = expected > 1e-3 * expected.max()
        np.testing.assert_allclose(curve[seen], expected[seen], rtol=1e-6)
    amounts = simulated(sbml, [f"amount_{plain(site)}" for site in run.sites])
    dose = run.plan.total_mg(patient.weight_kg)
    np.testing.assert_allclose(amounts, run.amounts[0].T, rtol=1e-6, atol=1e-6 * max(dose, 1.0))


def test_an_export_without_a_plan_waits_for_doses():
    model = own()
    runner = roadrunner.RoadRunner(kp.to_sbml(model, patient=ME))
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-11, 1e-13
    runner.selections = ["time", "plasma_ketamine"]
    assert not np.any(np.asarray(runner.simulate(times=TIMES.tolist()))[:, 1])
    runner.reset()
    runner["amount_central"] = 35.0
    curves = np.asarray(runner.simulate(times=TIMES.tolist()))
    run = kp.simulate("35 mg iv bolus", model, ME, times=TIMES, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(curves[:, 1], run.concentration("ketamine")[0], rtol=1e-6, atol=1e-6)


def test_the_file_names_its_source_and_its_units(tmp_path):
    path = tmp_path / "kamp.xml"
    kp.write_sbml("kamp2020", path, plan="35 mg iv over 40 min", patient=ME)
    text = path.read_text(encoding="utf-8")
    assert 'level="3"' in text
    assert "doi:10.1097/ALN.0000000000003577" in text
    assert "not a medical device" in text
    assert 'timeUnits="time_unit"' in text
    assert 'name="Ketamine, pooled meta-analysis, three compartments"' in text


def test_names_of_any_kind_become_identifiers():
    build = kp.ModelBuilder("model", analytes=["time", "time?"], title='"end" \\ of\nit')
    build.parameters(V="10 L", k="1 1/h", k_1="1 1/h")
    for name in ("a to b", "a", "b to a", "b", "µ", "1st", "species", "a_to b"):
        build.compartment(name, volume="V", of="time?" if name == "b" else "time")
        build.flow(name, "out", "k")
        build.input("iv", to=name, F=0.125)
    build.flow("a to b", "a", "k")
    build.flow("a", "b to a", "k_1")
    build.output("time", "a to b")
    build.output("time?", "b")
    model = build.model()
    sbml = kp.to_sbml(model, plan="8 mg iv over 30 min")
    names = ["plasma_time", "plasma_time_2"]
    run = kp.simulate("8 mg iv over 30 min", model, times=TIMES)
    curves = simulated(sbml, names)
    for curve, analyte in zip(curves, model.analytes, strict=True):
        np.testing.assert_allclose(
            curve, run.concentration(analyte)[0], rtol=1e-6, atol=1e-6 * curve.max()
        )


def test_characters_that_xml_cannot_hold_become_blanks():
    build = kp.ModelBuilder("model", title="a\x00b\x1bc\ud800d\ufffee")
    build.parameters(V="10 L", k="1 1/h")
    build.compartment("body\x07", volume="V")
    build.flow("body\x07", "out", "k")
    build.input("iv", to="body\x07")
    build.output("ketamine", "body\x07")
    sbml = kp.to_sbml(build.model())
    assert 'name="a b c d e"' in sbml
    assert 'name="body "' in sbml


@pytest.mark.parametrize("path", [None, 5.0, "a\0b.xml"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(kp.InputError, match="cannot be written"):
        kp.write_sbml("kamp2020", path, patient=ME)


def test_what_cannot_be_exported_is_refused(tmp_path, monkeypatch):
    with pytest.raises(kp.PlanError, match="one person's, and the cohort has 2"):
        kp.to_sbml("kamp2020", plan="35 mg iv bolus", patient=kp.Cohort(weight_kg=[70, 80]))
    with pytest.raises(kp.InputError, match="depends on the patient"):
        kp.to_sbml("kamp2020")
    with pytest.raises(kp.InputError, match="depends on the patient"):
        kp.to_sbml("kamp2020", plan="35 mg iv bolus")
    with pytest.raises(kp.InputError, match="effect belongs to a plan"):
        kp.to_sbml("kamp2020", patient=ME, effect="antinociception_index")
    with pytest.raises(kp.PlanError, match="no route 'oral'"):
        kp.to_sbml("kamp2020", plan="35 mg oral", patient=ME)
    with pytest.raises(kp.InputError, match="no model"):
        kp.to_sbml(3, patient=ME)
    with pytest.raises(kp.InputError, match="cannot be written"):
        kp.write_sbml("kamp2020", tmp_path / "nowhere" / "x.xml", patient=ME)
    monkeypatch.setitem(sys.modules, "antimony", None)
    with pytest.raises(kp.PlanError, match=r"pip install 'ketapk\[sbml\]'"):
        kp.to_sbml("kamp2020", patient=ME)
    assert "amount_central" in to_antimony("kamp2020", patient=ME)
