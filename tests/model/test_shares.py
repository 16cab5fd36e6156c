"""Nobody takes up more than the dose: who has impossible shares fails, and alone."""

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.dosing.regimen import Dose, Regimen

PEOPLE = kp.Cohort(weight_kg=np.full(200, 70.0))
TIMES = [0.0, 1.0, 5.0]
pytestmark = pytest.mark.filterwarnings("ignore:.* failed; :ketapk.KetapkWarning")


def swallowed(**equations):
    """By mouth with a share of 0.8."""
    build = kp.ModelBuilder("mine", analytes="ketamine norketamine")
    build.parameters(CL="80 L/h", V1="60 L", ka="1.2 1/h", F=0.8, CLm="60 L/h", Vm="90 L", fm=0.8)
    build.covariates(**equations)
    build.compartments("gut", central="V1", met="Vm")
    build.flow("gut", "central", "ka")
    build.flow("central", "met", clearance="0.4 * CL")
    build.eliminate(central="0.6 * CL", met="CLm")
    build.input("oral", to="gut", F="F")
    build.outputs(ketamine="central", norketamine="met")
    return build


def log_normal():
    """The share is log-normal: above 1 in some."""
    build = swallowed()
    build.vary(F="100 %")
    return build


PLANS = {
    "at once": "100 mg oral",
    "over a time": Regimen.of(Dose(route="oral", amt=100.0, dur=0.5)),
    "at a rate": Regimen.of(Dose(route="oral", amt=100.0, rate=50.0)),
    "in a steady state": Regimen.of(Dose(route="oral", amt=50.0, ii=8, ss=1)),
    "at a rate in a steady state": Regimen.of(Dose(route="oral", amt=50.0, rate=25.0, ii=8, ss=1)),
    "from then on": Regimen.of(Dose(route="oral", amt=50.0, ii=8, ss=1, addl=3)),
}


@pytest.mark.parametrize("name", PLANS)
def test_who_would_take_up_more_than_the_dose_fails_alone(name):
    model = log_normal().model()
    with pytest.warns(kp.KetapkWarning, match="patients failed.*shares of a dose .*above 1 in all"):
        run = kp.simulate(PLANS[name], model, PEOPLE, times=TIMES, rng=1)
    wrong = np.asarray(run.values["F"]) > 1.0
    assert 0 < wrong.sum() < wrong.size
    assert sorted(run.failed) == np.flatnonzero(wrong).tolist()
    curves = run.concentration("ketamine")
    assert np.isnan(curves[wrong]).all()
    alone = kp.simulate(PLANS[name], model, PEOPLE[np.flatnonzero(~wrong)], times=TIMES, rng=1)
    # Who shares no times with the others is solved another way, to the same digits.
    assert_allclose(curves[~wrong], alone.concentration("ketamine"), rtol=1e-12, atol=1e-11)
    assert np.nanmin(run.amounts) > -1e-9


def test_inputs_of_one_route_share_the_dose_in_everybody():
    build = log_normal()
    build.input("rectal", to="gut", F="1 - F")
    build.input("rectal", to="central", F="F / 2")
    run = kp.simulate("50 mg rectal", build.model(), PEOPLE, times=TIMES, rng=1)
    F = np.asarray(run.values["F"])
    assert sorted(run.failed) == np.flatnonzero(F > 1.0).tolist()
    assert_allclose(run.amounts[F <= 1.0].sum(axis=-1), 50.0, rtol=1e-12)


def test_an_equation_may_bring_a_share_to_one_and_not_above():
    model = swallowed(F="F * (weight_kg / 70)").model()
    run = kp.simulate("100 mg oral", model, kp.Cohort(weight_kg=[50, 87.5, 140]), times=TIMES)
    assert list(run.failed) == [2]


def test_a_trial_counts_who_failed():
    model = log_normal().model()
    run = kp.simulate("100 mg oral", model, PEOPLE, times=TIMES, rng=1)
    trial = kp.trial("100 mg oral", model, PEOPLE, times=TIMES, rng=1, progress="quiet")
    (failed,) = trial.failed.values()
    assert failed == len(run.failed) > 0


@pytest.mark.parametrize("word", ["1", "gut", "oral"])
def test_records_have_no_prediction_of_who_failed(word):
    model = log_normal().model()
    rows = [(n, t, a, e, word) for n in range(200) for t, a, e in ((0, 100, 1), (1, 0, 0))]
    frame = pl.DataFrame(rows, schema=["ID", "TIME", "AMT", "EVID", "CMT"], orient="row")
    found = kp.read_nonmem(frame).simulate(model, rng=1)
    run = kp.simulate("100 mg oral", model, PEOPLE, times=[1.0], rng=1)
    assert len(found.failed) == len(run.failed) > 0
    assert_allclose(found.concentration()[1::2], run.concentration("ketamine")[:, 0], rtol=1e-9)


def test_a_first_pass_forms_no_more_than_it_takes():
    build = swallowed(fm="fm * (weight_kg / 70)")
    build.first_pass("met", "fm")
    model = kp.compose(build.model(), "rectal")
    run = kp.simulate("100 mg rectal", model, kp.Cohort(weight_kg=[50, 140]), times=TIMES)
    assert list(run.failed) == [1]
    assert run.ledger(apart=False).filter(pl.col("id") == 0)["mg"].min() > -1e-9
