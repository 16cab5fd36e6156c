"""A model that is written and read back is the same model."""

import json
import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import ketapk as kp
from ketapk.exchange.document import Document, document
from ketapk.model.model import Population

ME = kp.Patient(weight_kg=80, age_y=30)
TIMES = np.concatenate([[0.0], np.geomspace(0.01, 60.0, 60)])
PLAN = "100 mg oral; 20 mg iv over 30 min at 2 h; 50 mg rectal at 3 h"


def everything(name="whole", value="1 L/min"):
    """A builder with every piece there is."""
    build = kp.ModelBuilder(
        name,
        analytes=["ketamine", "norketamine"],
        drugs="racemic S",
        title='a "quoted" title, a \\ and\na new line µ \x7f',
        citation="Somebody 2020",
        doi="10.1/x",
        sampling_site="venous",
        population=Population(description="adults", weight_kg=(50.0, 100.0), age_y=(18.0, 60.0)),
        grade="B",
    )
    build.parameter("CL", value, where="Table 2", grade="A", note="as printed")
    build.parameters(V1="60 L", Q="100 L/h", V2="150 L", ka="0.02 1/min", F="20 %", fm=1 / 3,
                     Vm="90 L", ke0="0.1 1/min", tlag="10 min", Vmax="5 mg/h", Km="20 ng/mL",
                     D="0.25 h", slope="0.1 L/h/y")  # fmt: skip
    build.covariates(CL="CL * (weight_kg / 70) ** 0.75 + slope * age_y")
    build.covariates(V1="V1 * (1.1 if sex == 'M' else 1)")
    build.compartment("gut", fate="swallowed")
    build.compartments(central="V1", tissue="V2")
    build.compartment("met", volume="Vm", of="norketamine")
    build.loss("taken by the gut wall")
    build.loss("urine", fate="in the urine")
    build.flow("gut", "central", "ka")
    build.flow("central", "met", clearance="fm * CL")
    build.exchange("central", "tissue", "Q")
    build.eliminate(central="(1 - fm) * CL")
    build.flow("met", "urine", "ka / 2")
    build.saturable_flow("met", "out", Vmax="Vmax", Km="Km")
    build.input("oral", to="gut", F="F", lag="tlag", dur="D")
    build.input("rectal", to="gut", F=0.3, site="rectum")
    build.input("rectal", to="taken by the gut wall", F="1 - F - 0.3")
    build.input("iv", to="central")
    build.output("ketamine", "central")
    build.output("norketamine", "met", own_mass=True)
    build.effect_site("ketamine", "ke0")
    build.first_pass("met", "fm")
    build.vary(CL="30 %", V1="0.04 variance", F="0.7 logit SD")
    build.correlate("V1", "CL", 0.5)
    return build


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_what_is_read_is_what_was_written(kind, tmp_path):
    path = tmp_path / f"model.{kind}"
    model = everything().model()
    kp.write_model(model, path)
    back = kp.read_model(path)
    assert back == model
    for rng in (None, 7):
        one, other = (kp.simulate(PLAN, m, ME, times=TIMES, rng=rng) for m in (model, back))
        for analyte in model.analytes:
            assert_array_equal(one.concentration(analyte), other.concentration(analyte))
        assert_array_equal(one.amounts, other.amounts)
    kp.write_model(back, tmp_path / f"again.{kind}")
    assert (tmp_path / f"again.{kind}").read_bytes() == path.read_bytes()


def test_both_forms_hold_the_same(tmp_path):
    for kind in ("toml", "json"):
        kp.write_model(everything(), tmp_path / f"model.{kind}")
    toml = tomllib.loads((tmp_path / "model.toml").read_text(encoding="utf-8"))
    assert toml == json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    assert toml["parameters"]["CL"] == {
        "value": "60 L/h", "where": "Table 2", "grade": "A",
        "note": "as printed; given as 1 L/min",
    }  # fmt: skip
    assert toml["parameters"]["V2"] == "150 L"
    assert set(toml) == set(Document.model_fields)


@given(st.floats(1e-3, 1e4), st.sampled_from(["L/h", "mL/min", "L/d", "dL/h"]))
def test_no_number_changes_on_the_way(value, unit):
    model = everything(value=f"{value!r} {unit}").model()
    assert document(model).model() == model


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_any_text_survives(text, tmp_path_factory):
    build = everything()
    build.title = build.citation = text
    path = tmp_path_factory.mktemp("text") / "model.toml"
    kp.write_model(build, path)
    assert kp.read_model(path).citation == text


def test_what_a_file_cannot_hold_is_refused(tmp_path):
    path = tmp_path / "model.toml"
    build = everything()
    build.covariates(ka=lambda p, who: p.ka * who.age_y / 40)
    with pytest.raises(kp.ModelError, match=r"equation of ka is a function.*as an expression"):
        kp.write_model(build, path)
    model = everything().model()
    for other in (
        kp.load_model("kamp2020"),
        kp.compose(model, "im"),
        model.altered(CL=3.0),
    ):
        with pytest.raises(kp.ModelError, match=r"kp\.write_sbml"):
            kp.write_model(other, path)
    from dataclasses import replace

    with pytest.raises(kp.ModelError, match="changed after it was built"):
        kp.write_model(replace(model, routes={"iv": model.routes["iv"]}), path)
    with pytest.raises(kp.InputError, match=r"\.toml or \.json"):
        kp.write_model(model, tmp_path / "model.yaml")
    with pytest.raises(kp.InputError, match="cannot be written"):
        kp.write_model(model, tmp_path / "nowhere" / "model.toml")
    with pytest.raises(kp.InputError, match="no model"):
        kp.write_model("kamp2020", path)
    assert list(tmp_path.iterdir()) == []


def text_of(tmp_path, change):
    path = tmp_path / "model.json"
    kp.write_model(everything(), path)
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


WRONG = {
    "a strange key": (lambda d: d.update(compartmens=[]), "compartmens.*Did you mean 'compartments'"),
    "a strange key inside": (lambda d: d["flows"][1].update(speed="ka"), r"flows\.1\.speed"),
    "a missing key": (lambda d: d.pop("analytes"), "analytes: field required"),
    "a missing end of a flow": (lambda d: d["flows"][0].pop("from"), r"flows\.0\.from"),
    "a number for text": (lambda d: d.update(name=3), "name: input should be a valid string"),
    "another form": (lambda d: d.update(format="sbml"), "no model of ketapk"),
    "a later version": (lambda d: d.update(version=2), "of version 2"),
    "an unknown parameter": (lambda d: d["flows"][0].update(rate="kA"), "Did you mean 'ka'"),
    "a wrong unit": (lambda d: d["parameters"].update(V1="60 L/h"), "volume of 'central'.*in L/h"),
    "a wrong number": (lambda d: d["parameters"].update(V1=None), "V1=None"),
    "a list for a number": (lambda d: d["parameters"].update(V1=[1]), "V1="),
    "a name that is none": (lambda d: d["parameters"].update({"1 x": 2}), "cannot be called"),
    "a wrong grade": (lambda d: d["parameters"]["CL"].update(grade="Z"), "grade 'Z'"),
    "code": (lambda d: d["covariates"].update(V1="__import__('os')"), "not known; there is exp"),
    "an equation of nothing": (lambda d: d["covariates"].update(k10="ka"), "'k10'.*no parameter"),
    "a spread without scale": (lambda d: d["variability"].update(CL="3"), "no variability"),
    "a compartment twice": (lambda d: d["compartments"].append(d["compartments"][0]), "already"),
    "true for a share": (lambda d: d["inputs"][0].update(F=True), r"inputs\.0\.F.*valid"),
    "true for a version": (lambda d: d.update(version=True), "of version True"),
    "text for a correlation": (
        lambda d: d["correlations"][0].update(value="0.3"), r"correlations\.0\.value",
    ),
    "text for true": (lambda d: d["outputs"][0].update(own_mass="yes"), r"outputs\.0\.own_mass"),
    "a range upside down": (
        lambda d: d["population"].update(weight_kg=[90, 50]), "no range; write the lowest",
    ),
    "a number beyond all": (lambda d: d["parameters"].update(F=10**400), "F is a number of more"),
    "a share beyond all": (lambda d: d["inputs"][0].update(F=10**400), r"inputs\.0\.F"),
    "an equation that is far too deep": (
        lambda d: d["covariates"].update(V1="[" + "-" * 450 + "1]"), "nested too deeply",
    ),
    "a flow with both": (lambda d: d["flows"][0].update(clearance="CL"), "one of the two"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_with_its_path(name, tmp_path):
    change, words = WRONG[name]
    path = text_of(tmp_path, change)
    with pytest.raises(kp.KetapkError, match=words) as error:
        kp.read_model(path)
    assert str(error.value).startswith(str(path))


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("m.toml", "a = ", "not TOML"),
        ("m.json", "{", "not JSON"),
        ("m.json", "[" * 100_000, "not JSON"),
        ("m.json", '{"a": 1, "a": 2}', "'a' is there twice"),
        ("m.json", "[]", "no model of ketapk"),
        ("m.json", "3", "no model of ketapk"),
        ("m.toml", "", "no model of ketapk"),
        ("m.yaml", "", r"\.toml or \.json"),
        ("m.toml", None, "cannot be read"),
        ("m.toml", "a" + ".a" * 20_000 + " = 1", "not TOML: a key has more than 8 names"),
        ("m.toml", '[x.y]\n"a" . b' + ".'a'" * 20_000 + " = 1", "more than 8 names"),
        ("m.toml", "x = '" + "a'.'" * 20_000, "not TOML"),
        ("m.toml", 'x = """' + '"""\n\\' * 20_000, "not TOML"),
        ("m.toml", 'x = "' + '\\"' * 20_000, "not TOML"),
        ("m.toml", "x = { a" + ".a" * 20_000 + " = 1 }", "more than 8 names"),
    ],
)
def test_a_file_that_is_no_model_is_refused(file, text, words, tmp_path):
    path = tmp_path / file
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(kp.InputError, match=words):
        kp.read_model(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "m.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(kp.InputError, match="cannot be read"):
        kp.read_model(tmp_path / "m.toml")


def test_a_mark_of_the_encoding_is_read_over(tmp_path):
    for kind in ("toml", "json"):
        path = tmp_path / f"model.{kind}"
        kp.write_model(everything(), path)
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
        assert kp.read_model(path) == everything().model()


@pytest.mark.parametrize("quotes", ["", '"', '"""', "'''", "#"])
def test_dots_in_a_text_are_no_key(quotes, tmp_path):
    build = everything()
    build.title = quotes + "a.b." * 20
    kp.write_model(build, tmp_path / "model.toml")
    assert kp.read_model(tmp_path / "model.toml").title == build.title


@pytest.mark.parametrize("path", [None, 5, b"a.toml", "a\0b.toml"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(kp.InputError, match=r"no path of a file|cannot be"):
        kp.read_model(path)
    with pytest.raises(kp.InputError, match=r"no path of a file|cannot be"):
        kp.write_model(everything(), path)
