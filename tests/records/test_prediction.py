"""What records predict: against `simulate`, closed forms, and each other."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ketapk as kp

CL, V, KA = 5.0, 20.0, 1.5


def records(columns, **options):
    return kp.read_nonmem(pl.DataFrame(columns, strict=False), **options)


def central(**options):
    return kp.one_compartment(CL=CL, V1=V, **options)


def test_dose_rows_hold_the_state_after_the_dose_and_order_decides_at_one_time():
    columns = {
        "ID": [1] * 4,
        "TIME": [0.0, 4, 4, 4],
        "AMT": [100.0, 0, 100, 0],
        "EVID": [1, 0, 1, 0],
    }
    found = records(columns).simulate(central()).concentration()
    before = 5000.0 * np.exp(-CL / V * 4)
    np.testing.assert_allclose(found, [5000.0, before, before + 5000, before + 5000], rtol=1e-12)


@pytest.mark.parametrize("carry", ["nocb", "locf"])
def test_a_value_holds_over_the_interval_before_or_after_its_record(carry):
    clearance = np.array([1.0, 2.0, 8.0])
    columns = {"ID": [1] * 3, "TIME": [0.0, 1, 3], "AMT": [100.0, 0, 0], "CL": clearance}
    found = records(columns, carry=carry).simulate(central(), parameters=("CL",)).concentration()
    held = clearance[1:] if carry == "nocb" else clearance[:-1]
    gone = np.append(0.0, np.cumsum(held / V * np.diff([0.0, 1, 3])))
    np.testing.assert_allclose(found, 5000.0 * np.exp(-gone), rtol=1e-12)


@pytest.mark.parametrize("carry", ["nocb", "locf"])
def test_a_value_may_change_during_an_infusion(carry):
    clearance = np.array([1.0, 2.0, 8.0, 8.0])
    columns = {"ID": [1] * 4, "TIME": [0.0, 1, 3, 9], "AMT": [100.0, 0, 0, 0], "RATE": [20.0, 0, 0, 0],
               "CL": clearance}  # fmt: skip
    found = records(columns, carry=carry).simulate(central(), parameters=("CL",)).amounts[:, 0]
    held = clearance[1:] if carry == "nocb" else clearance[:-1]
    x, expected = 0.0, [0.0]
    for k, (a, b) in zip(held / V, ((0, 1), (1, 3), (3, 9)), strict=True):
        during = max(0.0, min(b, 5.0) - a)
        x = 20.0 / k * -np.expm1(-k * during) + x * np.exp(-k * during)
        x *= np.exp(-k * (b - a - during))
        expected.append(x)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_values_of_subjects_equal_each_subject_alone():
    base = {"TIME": [0.0, 1, 5], "AMT": [100.0, 0, 0]}
    both = records({"ID": [1] * 3 + [2] * 3} | {k: v * 2 for k, v in base.items()})
    together = both.simulate(central(), parameters={"CL": [3.0, 9.0]}).concentration()
    for n, clearance in enumerate((3.0, 9.0)):
        alone = records({"ID": [7] * 3} | base).simulate(kp.one_compartment(CL=clearance, V1=V))
        np.testing.assert_array_equal(together[3 * n : 3 * n + 3], alone.concentration())


def test_records_of_a_library_model_equal_its_simulation():
    times = [0.0, 0.25, 2 / 3, 1.0, 4.0, 24.0]
    columns = {"ID": ["a"] * 6, "TIME": times, "AMT": [30.0] + [0.0] * 5, "DUR": [2 / 3] + [0.0] * 5,
               "WT": [60.0] * 6}  # fmt: skip
    predicted = records(columns).simulate("kamp2020")
    run = kp.simulate("0.5 mg/kg iv over 40 min", "kamp2020", kp.Patient(weight_kg=60), times=times)
    np.testing.assert_allclose(
        predicted.concentration(), run.concentration("ketamine")[0], rtol=1e-11, atol=1e-12
    )


@pytest.mark.parametrize(
    ("plan", "model", "drug"),
    [
        ("0.5 mg/kg iv over 40 min; then 0.1 mg/kg/h iv for 4 h", "kamp2020", "racemic"),
        ("28 mg esketamine sublingual", "simons2022", "S"),
        ("84 mg spravato", "perez_ruixo2021", "S"),
        ("0.5 mg/kg im", "kamp2020+im", "racemic"),
        ("25 mg esketamine iv bolus", "otto2021", "S"),
    ],
)
def test_a_simulation_written_and_read_gives_the_same_curve(tmp_path, plan, model, drug):
    many = kp.Cohort(weight_kg=[55.0, 90.0], age_y=30.0)
    times = np.array([0.1, 0.5, 2.0, 9.0])
    run = kp.simulate(plan, model, many, times=times, allow_implausible=True)
    path = tmp_path / "events.csv"
    kp.to_nonmem(run, path)
    back = kp.read_nonmem(path, drug=drug)
    predicted = back.simulate(model, covariates={"age_y": 30.0})
    observed = back.is_observed
    curve = run.concentration(run.model.parent)
    np.testing.assert_allclose(
        predicted.concentration()[observed].reshape(2, -1), curve, rtol=1e-10, atol=1e-10
    )
    np.testing.assert_allclose(back.dv[observed].reshape(2, -1), curve, rtol=1e-15)


def test_records_written_and_read_are_the_same(tmp_path):
    given_ = {"ID": ["x", "x", "y"], "TIME": [0.0, 1.5, 0.25], "AMT": [35.0, 0, 20], "CMT": ["iv", ".", "1"],
              "ADDL": [3, 0, 0], "II": [2.0, 0, 0], "F1": [0.5, None, None], "WT": [70.0, 71, 80],
              "DV": [None, 12.5, None]}  # fmt: skip
    first = records(given_)
    path = tmp_path / "events.csv"
    first.to_nonmem(path)
    again = kp.read_nonmem(path)
    for name in ("subjects", "time_h", "evid", "amt", "cmt", "ii", "addl", "dv", "mdv"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))
    np.testing.assert_array_equal(again.per_compartment["F1"], first.per_compartment["F1"])


def test_a_dose_into_the_depot_takes_the_models_share_and_lag():
    model = kp.one_compartment(CL=CL, V1=V, ka=KA, F=0.5, tlag=0.25)
    times = [0.0, 0.25, 1.0, 4.0]
    columns = {"ID": [1] * 4, "TIME": times, "AMT": [100.0, 0, 0, 0]}
    run = kp.simulate("100 mg oral", model, times=times).concentration("ketamine")[0]
    for word in (None, "1", "depot", "oral"):
        cmt = {} if word is None else {"CMT": [word] * 4}
        found = records(columns | cmt).simulate(model).concentration()
        np.testing.assert_allclose(found, run, rtol=1e-12, atol=1e-12)
    direct = records(columns | {"CMT": [2] * 4}).simulate(model).concentration()
    np.testing.assert_allclose(direct, 5000.0 * np.exp(-CL / V * np.array(times)), rtol=1e-12)


def test_numbers_of_compartments_may_be_floats_with_gaps():
    columns = {"ID": [1.0, 1.0], "TIME": [0.0, 1], "AMT": [35.0, 0], "CMT": [2.0, None]}
    model = kp.one_compartment(CL=CL, V1=V, ka=KA)
    found = records(columns)
    assert found.subjects == ("1",)
    expected = 1750.0 * np.exp(-CL / V * np.array([0.0, 1.0]))
    np.testing.assert_allclose(found.simulate(model).concentration(), expected, rtol=1e-12)


def test_compartments_may_be_numbered_by_the_user():
    columns = {"ID": [1, 1], "TIME": [0.0, 1], "AMT": [35.0, 0], "CMT": [7, 7], "WT": [70.0, 70]}
    named = records(columns).simulate("kamp2020+im", compartments={7: "im"}).concentration()
    run = kp.simulate("35 mg im", "kamp2020+im", kp.Patient(weight_kg=70), times=[0, 1])
    np.testing.assert_allclose(named, run.concentration("ketamine")[0], rtol=1e-12, atol=1e-12)
    with pytest.raises(kp.InputError, match="compartments: 7 is 'leg', which kamp2020"):
        records(columns).simulate("kamp2020", compartments={7: "leg"})


REFUSED = [
    ({"CMT": [9, 9]}, central(), {}, "'9' is no compartment of one_compartment; it has 1 (central)"),
    ({"CMT": ["centrl", "."]}, central(), {}, "Did you mean 'central'?"),
    ({"CMT": ["1", "-1"], "EVID": [1, 2]}, central(), {}, "Turning a compartment off is not supported"),
    ({"RATE": [-1, 0]}, central(), {}, "RATE -1 takes the rate from the model, which gives none; write it into the column R1."),
    ({"RATE": [-2, 0]}, central(), {}, "write it into the column D1"),
    ({"WT": [70, 70]}, "kamp2020+im", {}, "kamp2020+im has the routes iv, im; name the one of this dose"),
    ({}, "kamp2020", {}, "kamp2020 needs weight_kg; add a column WT"),
    ({"CMT": ["im", "."], "RATE": [5, 0], "WT": [70, 70]}, "kamp2020+im", {}, "kamp2020+im takes no infusion by the route 'im'"),
    ({}, central(), {"parameters": ("CL",)}, "There is no column CL; it has ID, TIME, AMT"),
    ({"CL": [1.0, None]}, central(), {"parameters": ("CL",)}, "column CL: The value is missing"),
    ({"CL": [1.0, -3]}, central(), {"parameters": ("CL",)}, "column CL: -3 is negative"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "model", "options", "said"), REFUSED, ids=[r[3][:50] for r in REFUSED]
)
def test_what_the_model_does_not_have_is_refused_with_its_rows(columns, model, options, said):
    base = {"ID": [1, 1], "TIME": [0.0, 1], "AMT": [35.0, 0]}
    with pytest.raises(kp.RecordsError) as refused:
        records(base | columns).simulate(model, **options)
    assert said in str(refused.value)


def test_wrong_arguments_of_a_prediction():
    good = records({"ID": [1, 1], "TIME": [0.0, 1], "AMT": [35.0, 0]})
    with pytest.raises(kp.PlanError, match="read them with drug='S'"):
        good.simulate("otto2021", covariates={"weight_kg": 70})
    with pytest.raises(kp.InputError, match=r"no parameter 'Cl'.*Did you mean 'CL'"):
        good.simulate(central(), parameters={"Cl": 3.0})
    with pytest.raises(kp.InputError, match="not negative, for each of 1 subjects or 2 records"):
        good.simulate(central(), parameters={"CL": [1.0, 2.0, 3.0]})
    with pytest.raises(kp.InputError, match="'weight' is not known; write one of weight_kg"):
        good.simulate(central(), covariates={"weight": "WT"})


WRONG_ARGUMENTS = [
    ({"parameters": {"CL": [-5.0]}}, "CL needs one finite value, not negative"),
    ({"parameters": {"CL": True}}, "CL needs one finite value"),
    ({"parameters": {"CL": ["a"]}}, "CL needs one finite value"),
    ({"parameters": 5}, "parameters=5 name no columns"),
    ({"parameters": [1]}, "1 is no name"),
    ({"compartments": ["depot"]}, "is no mapping"),
    ({"compartments": {"1": "central"}}, "'1' is no number"),
    ({"rtol": "a"}, "rtol='a' is out of range"),
    ({"covariates": {"weight_kg": [60, 70]}}, "is neither a column nor one value for all"),
    ({"covariates": {"weight_kg": 1000.0}}, "must be between 0.3 and 500 kg"),
    ({"rng": "x"}, "is no source of random numbers"),
]


@pytest.mark.parametrize(("options", "said"), WRONG_ARGUMENTS, ids=[w[1] for w in WRONG_ARGUMENTS])
def test_a_slip_in_an_argument_is_a_sentence(options, said):
    good = records({"ID": [1, 1], "TIME": [0.0, 1], "AMT": [35.0, 0]})
    with pytest.raises(kp.InputError, match=said):
        good.simulate(central(), **options)
    with pytest.raises(kp.InputError, match="The model is a int; give one"):
        good.simulate(5)
    with pytest.raises(kp.InputError, match="must be finite hours that ascend"):
        good.simulate(central()).curve("1", [2.0, 1.0])


COVARIATES = [
    ({"WT": [0.0, 70.0]}, "kamp2020", "row 1, ID 1, column WT: 0 must be between 0.3 and 500 kg."),
    ({"AGE": [40.0, 40.0]}, "perez_ruixo2021", "needs ancestry; add a column ANCESTRY"),
    ({"AGE": [40.0] * 2, "ANCESTRY": ["asian", "french"]}, "perez_ruixo2021", "'french' is not known; write other or asian"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "model", "said"), COVARIATES, ids=[c[2][:40] for c in COVARIATES]
)
def test_a_covariate_that_cannot_be_is_refused_with_its_row(columns, model, said):
    drug = "S" if model == "perez_ruixo2021" else "racemic"
    base = {"ID": [1, 1], "TIME": [0.0, 1], "AMT": [28.0, 0], "CMT": ["iv", "iv"]}
    with pytest.raises(kp.RecordsError) as refused:
        records(base | columns, drug=drug).simulate(model)
    assert said in str(refused.value)


def test_ancestry_is_a_covariate():
    columns = {"ID": [1, 1], "TIME": [0.0, 1], "AMT": [28.0, 0], "CMT": ["nasal_spray"] * 2, "DEVICE": [1, 0],
               "AGE": [40.0] * 2, "ANCESTRY": ["Japanese"] * 2}  # fmt: skip
    found = records(columns, drug="S").simulate("perez_ruixo2021").concentration()[1]
    who = kp.Patient(weight_kg=70, ancestry="japanese")
    run = kp.simulate("28 mg spravato", "perez_ruixo2021", who, times=[1.0])
    assert found == pytest.approx(run.concentration("esketamine")[0, 0], rel=1e-12)


@pytest.mark.parametrize("mapping", [None, {1: "depot"}, {1: "oral"}])
def test_columns_of_a_compartment_count_by_whatever_name_it_has(mapping):
    model = kp.one_compartment(CL=50, V1=60, ka=1.3)
    base = {"ID": [1, 1], "TIME": [0.0, 1], "AMT": [10.0, 0], "CMT": ["1.0", None]}
    whole, half = (
        records(base | extra).simulate(model, compartments=mapping).concentration()[1]
        for extra in ({}, {"F1": [0.5, None]})
    )
    assert half == pytest.approx(0.5 * whole, rel=1e-14)
    with pytest.raises(kp.RecordsError, match="column F7: There is no compartment of that number"):
        records(base | {"F7": [0.5, None]}).simulate(model, compartments=mapping)


def test_what_is_drawn_for_a_subject_depends_on_its_identifier_alone():
    def predicted(names):
        n = len(names)
        columns = {"ID": np.repeat(names, 2), "TIME": [0.0, 1.0] * n, "AMT": [25.0, 0.0] * n}
        found = records(columns, drug="S").simulate("otto2021", covariates={"weight_kg": 70}, rng=1)
        return dict(zip(names, found.concentration()[1::2], strict=True))

    all_of_them = predicted(["a", "b", "17", "Zürich"])
    assert len(set(all_of_them.values())) == 4
    assert predicted(["Zürich", "a"]) == {k: all_of_them[k] for k in ("Zürich", "a")}
    assert predicted(["17"]) == {"17": all_of_them["17"]}


def test_a_subject_that_fails_leaves_the_others_alone():
    good = records({"ID": [1, 1, 2, 2], "TIME": [0.0, 1, 0, 1], "AMT": [35.0, 0, 35, 0]})
    with pytest.warns(kp.KetapkWarning, match="1 of 2 subjects failed; subject 2"):
        found = good.simulate(central(), parameters={"V1": [V, 1e-320]})
    assert np.isfinite(found.concentration()[:2]).all()
    assert np.isnan(found.concentration()[2:]).all()
    assert list(found.failed) == ["2"]


def test_a_curve_goes_through_the_records_of_its_subject():
    columns = {"ID": [1] * 3 + [2] * 5, "TIME": [0.0, 1, 5, 0, 2, 2, 6, 9], "CL": [2.0] * 3 + [1, 2, 3, 4, 5.0],
               "AMT": [50.0, 0, 0, 100, 0, 50, 0, 0], "RATE": [0.0, 0, 0, 25, 0, 0, 0, 0]}  # fmt: skip
    predicted = records(columns).simulate(central(), parameters=("CL",))
    np.testing.assert_allclose(
        predicted.curve("2", [0, 2, 6, 9]), predicted.concentration()[[3, 5, 6, 7]], rtol=1e-12
    )
    assert np.isnan(predicted.curve("1", [-1.0])).all()
    with pytest.raises(kp.InputError, match="There is no subject '3'; there are 1, 2"):
        predicted.curve("3", [0.0])


def test_saturable_records_agree_with_a_simulation():
    model = kp.one_compartment(V1=V, Vmax=20.0, Km=1.0)
    times = [0.0, 1.0, 3.0, 8.0]
    found = records({"ID": [1] * 4, "TIME": times, "AMT": [100.0, 0, 0, 0]}).simulate(model)
    run = kp.simulate("100 mg iv bolus", model, times=times).concentration("ketamine")[0]
    np.testing.assert_allclose(found.concentration(), run, rtol=1e-6)


def test_a_million_additional_doses_cost_only_what_is_looked_at():
    columns = {
        "ID": [1, 1],
        "TIME": [0.0, 10.5],
        "AMT": [1.0, 0],
        "ADDL": [1_000_000, 0],
        "II": [1.0, 0],
    }
    found = records(columns).simulate(central()).concentration()[1]
    expected = 50.0 * np.exp(-CL / V * (10.5 - np.arange(11))).sum()
    assert found == pytest.approx(expected, rel=1e-12)


doses = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.1, 0.3, 1.0, 2.5, 7.0]),
        st.sampled_from([10.0, 35.0]),
        st.sampled_from([0.0, 7.0, 20.0]),
        st.sampled_from([0, 2]),
        st.sampled_from([0.1, 1.0, 6.0]),
    ),
    min_size=1,
    max_size=5,
)  # fmt: skip


@settings(max_examples=25)
@given(doses, st.floats(0.0, 2.0))
def test_records_equal_the_same_plan_simulated(given_doses, lag):
    model = kp.two_compartment(CL=CL, V1=V, Q2=3.0, V2=40.0, ka=KA, F=0.7, tlag=lag)
    times = np.array([0.0, 0.1, 0.3, 0.7, 1.0, 2.0, 7.1, 12.0])
    rows = [(t, 1, amt, rate, addl, ii) for t, amt, rate, addl, ii in given_doses]
    rows += [(t, 0, 0.0, 0.0, 0, 0.0) for t in times]
    rows.sort(key=lambda r: (r[0], -r[1]))
    names = ("TIME", "EVID", "AMT", "RATE", "ADDL", "II")
    columns = {"ID": [1] * len(rows)} | dict(zip(names, zip(*rows, strict=True), strict=True))
    found = records({k: list(v) for k, v in columns.items()}).simulate(model)
    plan = kp.Regimen.of(
        *(kp.Dose(route="depot", time=t, amt=amt, rate=rate or None, addl=addl, ii=ii)
          for t, amt, rate, addl, ii in given_doses)
    )  # fmt: skip
    run = kp.simulate(plan, model, times=times)
    observed = np.array([r[1] == 0 for r in rows])
    np.testing.assert_allclose(
        found.concentration()[observed], run.concentration("ketamine")[0], rtol=1e-10, atol=1e-9
    )
    K = found.amounts.shape[1]
    np.testing.assert_allclose(found.amounts[observed], run.amounts[0][:, :K], rtol=1e-9, atol=1e-9)


def test_the_figure_has_a_panel_a_subject():
    columns = {
        "ID": [1, 1, 2, 2],
        "TIME": [0.0, 1, 0, 1],
        "AMT": [35.0, 0, 35, 0],
        "DV": [None, 100.0, None, 80.0],
    }
    predicted = records(columns).simulate(central())
    figure = predicted.plot()
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["ID 1", "ID 2"]
    assert figure.axes[1].lines[1].get_ydata().tolist() == [80.0]
    with pytest.raises(kp.InputError, match="0 subjects do not fit"):
        predicted.plot([])
    frame = predicted.to_frame()
    assert frame.columns[-1] == "ketamine ng_per_ml"
    assert frame.height == 4
