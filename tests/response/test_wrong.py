"""One row for every way to attach a response wrongly, with the sentence that answers it."""

import pytest

import ketapk as kp

ME = kp.Patient(weight_kg=70)
MODEL = kp.one_compartment(CL=5, V1=20, ke0=3)
RUN = kp.simulate("35 mg iv bolus", MODEL, times=[0.0, 1.0])
EMAX = {"E0": 0, "Emax": 1, "EC50": "100 ng/mL"}
INDIRECT = {"kind": "inhibits loss", "baseline": 1, "kout": "1 1/h", "Imax": 1, "IC50": "9 ng/mL"}
TURNOVER = {"raises": "loss", "baseline": 1, "kout": "1 1/h", "doubles_at": "9 ng/mL"}
TOLERANCE = {"kind": "raises EC50", "ktol": "1 1/h", "M50": "9 ng/mL"}


def emax(**fields):
    return lambda: kp.Emax(**{**EMAX, **fields})


def indirect(**fields):
    return lambda: kp.IndirectResponse(**{**INDIRECT, **fields})


def turnover(**fields):
    return lambda: kp.Turnover(**{**TURNOVER, **fields})


def tolerance(**fields):
    return lambda: kp.Tolerance(**{"response": kp.Emax(**EMAX), **TOLERANCE, **fields})


def attach(model=None, run=RUN, **options):
    return lambda: kp.respond(run, kp.Emax(**EMAX) if model is None else model, **options)


WRONG = {
    "bare concentration": (emax(EC50=100), kp.UnitError, "EC50=100 has no unit; write a conc"),
    "concentration without unit": (emax(EC50="100"), kp.UnitError, "'100' has no unit"),
    "amount for a concentration": (emax(EC50="100 ng"), kp.UnitError, "wrong kind, an amount"),
    "negative concentration": (emax(EC50="-1 ng/mL"), kp.InputError, "is not positive"),
    "no concentration": (emax(EC50="0 ng/mL"), kp.InputError, "is not positive"),
    "one of many negative": (emax(EC50=["1 ng/mL", "-1 ng/mL"]), kp.InputError, "not positive"),
    "unit of many unknown": (emax(EC50=([1, 2], "ng/l/h")), kp.UnitError, "is not known"),
    "many bare": (emax(EC50=[1, 2]), kp.UnitError, "has no unit"),
    "bare rate": (emax(ke0=0.3), kp.UnitError, "ke0=0.3 has no unit; write a rate such as"),
    "time for a rate": (emax(ke0="2 min"), kp.UnitError, "ke0='2 min' is not a rate; write"),
    "rate of no time": (emax(ke0="2 1/mg"), kp.UnitError, "is not a rate"),
    "rate of an unknown time": (emax(ke0="2 1/mn"), kp.UnitError, "Did you mean"),
    "rate without unit": (emax(ke0="2"), kp.UnitError, "ke0='2' is not a rate; write a rate"),
    "rate in words": (emax(ke0="fast 1/h"), kp.InputError, "not a number with a unit"),
    "negative rate": (emax(ke0="-2 1/h"), kp.InputError, "is not positive"),
    "no rate": (emax(ke0="0 1/h"), kp.InputError, "is not positive"),
    "endless rate": (emax(ke0="inf 1/h"), kp.InputError, "not a finite number"),
    "steepness of nothing": (emax(gamma=0), kp.InputError, "give a number above 0"),
    "steepness in words": (emax(gamma="2"), kp.InputError, "gamma='2' is not a number"),
    "effect of nothing": (emax(Emax=0), kp.InputError, "is no effect"),
    "effect not a number": (emax(E0=float("nan")), kp.InputError, "not a finite number"),
    "effects in a table": (emax(E0=[[1.0]]), kp.InputError, "list of one per patient"),
    "not published": (
        lambda: kp.Emax.published("analgesia", E0=0, Emax=1, gamma=1), kp.PlanError,
        "No C50 is published for the effect 'analgesia'; there is one for pressure_pain",
    ),
    "unknown effect": (
        lambda: kp.Emax.published("drug_hihg", E0=0, Emax=1, gamma=1), kp.InputError,
        "Did you mean 'drug_high'",
    ),
    "unknown kind": (
        indirect(kind="inhibits los"), kp.InputError, "Did you mean 'inhibits loss'",
    ),
    "stimulation for inhibition": (
        indirect(kind="stimulates loss"), kp.InputError, "needs EC50 and Emax, and got IC50 and Imax",
    ),
    "half an inhibition": (indirect(IC50=None), kp.InputError, "needs IC50 and Imax, and got Imax"),
    "both": (indirect(EC50="9 ng/mL"), kp.InputError, "got EC50 and IC50 and Imax"),
    "more than all inhibited": (indirect(Imax=1.2), kp.InputError, "above 0 and at most 1"),
    "no kin": (indirect(baseline=None), kp.InputError, "needs kin or its baseline"),
    "kin and baseline": (indirect(kin="1 1/h"), kp.InputError, "and not both"),
    "negative baseline": (indirect(baseline=-1), kp.InputError, "give a number above 0"),
    "bare kin": (indirect(baseline=None, kin=3), kp.UnitError, "kin=3 has no unit"),
    "negative kout": (indirect(kout="-1 1/h"), kp.InputError, "kout='-1 1/h' is not positive"),
    "unknown place": (turnover(raises="lost"), kp.InputError, "Did you mean 'loss'"),
    "negative doubling": (turnover(doubles_at="-9 ng/mL"), kp.InputError, "is not positive"),
    "tolerance of a turnover": (
        tolerance(response=kp.Turnover(**TURNOVER)), kp.InputError, r"and got Turnover; .* use Feedback",
    ),
    "unknown tolerance": (tolerance(kind="raises Emax"), kp.InputError, "write one of 'lowers Emax'"),
    "tolerance of no rate": (tolerance(ktol="0 1/h"), kp.InputError, "is not positive"),
    "feedback of an effect": (
        lambda: kp.Feedback(response=kp.Emax(**EMAX), ktol="1 1/h"), kp.InputError,
        "and got Emax; for an Emax effect use Tolerance",
    ),
    "no analyte": (attach(analyte="norketamine"), kp.InputError, "There is no 'norketamine'"),
    "no site": (attach(site="brain"), kp.InputError, "There is no 'ketamine' at site 'brain'"),
    "a delay twice": (
        attach(kp.Emax(ke0="1 1/h", **EMAX), site="effect"), kp.InputError, "count twice",
    ),
    "no run": (attach(run="35 mg"), kp.InputError, "attached to profiles and got a str"),
    "no response": (attach("Emax"), kp.InputError, "'Emax' is not a response model"),
    "times that do not ascend": (attach(times=[1, 0]), kp.InputError, "times must ascend"),
    "tolerance out of range": (attach(rtol=1), kp.InputError, "rtol=1 is out of range"),
    "no steps": (attach(max_steps=0), kp.InputError, "max_steps=0 is out of range"),
    "steps that are no whole number": (
        attach(max_steps=1.5), kp.InputError, "max_steps=1.5 is out of range; give a whole number",
    ),
    "steps in words": (attach(max_steps="a"), kp.InputError, "max_steps='a' is out of range"),
    "true for steps": (attach(max_steps=True), kp.InputError, "max_steps=True is out of range"),
    "tolerance in words": (attach(rtol="a"), kp.InputError, "rtol='a' is out of range"),
    "no tolerance": (attach(rtol=None), kp.InputError, "rtol=None is out of range"),
    "concentration beyond all": (emax(EC50="1e308 g/mL"), kp.InputError, "is too large to be meant"),
    "many concentrations beyond all": (
        emax(EC50=([1, 1e308], "g/mL")), kp.InputError, "is too large to be meant",
    ),
    "rate beyond all": (emax(ke0="1e308 1/s"), kp.InputError, "is too large to be meant"),
    "effect beyond all": (emax(E0=1e308, Emax=1e308), kp.InputError, "are too large together"),
    "effect of more digits than a number has": (emax(E0=10**400), kp.InputError, "is not a number"),
    "baseline beyond all": (
        attach(kp.Turnover(raises="loss", kin="1e300 1/h", kout="1e-300 1/h", doubles_at="9 ng/mL")),
        kp.InputError, "is no finite baseline",
    ),
    "three for one": (
        attach(kp.Emax(**{**EMAX, "gamma": [1, 2, 3]})), kp.InputError,
        "gamma has 3 values for 1 patients",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()


@pytest.mark.parametrize(
    "text", ["18 1/h", "0.3 1/min", "0.3/min", "0.3 /min", "432 1/d", "0.005 1/s"]
)
def test_a_rate_may_be_written_in_these_ways(text):
    from ketapk.response.quantities import rates

    assert float(rates("ke0", text)) == pytest.approx(18.0, rel=1e-14)
