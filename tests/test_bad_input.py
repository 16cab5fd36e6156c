"""One row for every way to be wrong, with the sentence that answers it."""

from fractions import Fraction as Fr

import numpy as np
import pytest

import ketapk as kp
from ketapk.dosing.regimen import Dose, Regimen, Reset

ME = kp.Patient(weight_kg=70)
MODEL = kp.one_compartment(CL=5, V1=20, ka=1)


def sim(plan, model="kamp2020", patient=ME, **options):
    return lambda: kp.simulate(plan, model, patient, **options)


def dose(**fields):
    return lambda: Regimen.of(Dose(**{"route": "iv", "amt": 1.0, **fields}))


WRONG = {
    **{
        f"{name} of {value!r}": (
            sim("35 mg iv bolus", **{name: value}), kp.InputError, f"{name}={value!r} is out of range",
        )
        for name in ("threads", "chunk")
        for value in (0, -1, 2.5, "x", True)
    },
    "negative amount": (lambda: kp.bolus("-5 mg"), kp.InputError, "amounts are positive"),
    "zero amount": (lambda: kp.bolus("0 mg"), kp.InputError, "amounts are positive"),
    "amount not a number": (lambda: kp.bolus("nan mg"), kp.InputError, "not a finite number"),
    "infinite amount": (lambda: kp.bolus("inf mg"), kp.InputError, "not a finite number"),
    "amount beyond floats": (lambda: kp.bolus("1e999 mg"), kp.InputError, "not a finite number"),
    "amount below floats": (lambda: kp.bolus("1e-400 mg"), kp.InputError, "too small to be meant"),
    "amount that would take for ever": (
        lambda: kp.bolus("1e-999999999 mg"), kp.InputError, "too small to be meant",
    ),
    "zero that would take for ever": (
        lambda: kp.bolus("0e-999999999 mg"), kp.InputError, "amounts are positive",
    ),
    "amount of thousands of digits": (
        lambda: kp.bolus("1." + "0" * 5000 + " mg"), kp.InputError, "number of 5002 characters",
    ),
    "rate per no time": (
        lambda: kp.infusion("100 mg/0h", over="1 h"), kp.UnitError, "'mg/0h' .* not known",
    ),
    "rate of a salt": (lambda: kp.infusion("9 mg/h HCl", over="1 h"), kp.InputError, "rate of base"),
    "bare number": (lambda: kp.bolus(35), kp.UnitError, "35 has no unit; write"),
    "bare text": (lambda: kp.bolus("35"), kp.UnitError, "'35' has no unit; write"),
    "no number": (lambda: kp.bolus("a lot"), kp.InputError, "has no unit|not a quantity"),
    "volume for an amount": (lambda: kp.bolus("3 mL"), kp.UnitError, "wrong kind"),
    "time for an amount": (lambda: kp.bolus("40 min"), kp.UnitError, "wrong kind"),
    "amount for a time": (lambda: kp.infusion("35 mg", over="40 mg"), kp.UnitError, "wrong kind"),
    "rate for a bolus": (lambda: kp.bolus("0.1 mg/kg/h"), kp.UnitError, "wrong kind"),
    "kind of what is wrong": (
        lambda: kp.infusion("35 mg", over="40 mg"), kp.UnitError, "wrong kind, an amount; write a time",
    ),
    "minutes as m": (
        lambda: kp.parse("35 mg iv over 40 m"), kp.UnitError, "known are s, min, h, d, weeks. Did you mean 'min'",
    ),
    "half of a fraction": (lambda: kp.every("1/2 h", until="4 h"), kp.UnitError, "step: .*fraction; write '0.5 h'"),
    "times put together": (
        lambda: kp.every("1 h 30 min", until="8 weeks"), kp.UnitError, "step: .*together; write one number, such as '90 min'",
    ),
    "months": (lambda: kp.every("1 d", until="2 months"), kp.UnitError, "until: .*known are s, min, h, d, weeks"),
    "a comma in a time": (lambda: kp.every("1,5 h", until="8 h"), kp.UnitError, "step: .*comma within a number; write a point"),
    "a comma in a percentage": (
        lambda: kp.decrement_times("domino", ME, by="12,5 %"),
        kp.InputError, "by: .*comma within a number",
    ),
    "a comma in a target": (
        lambda: kp.hold("100 ng/mL; 50 ng/mL at 1,5 h", "domino", ME, until="2 h"),
        kp.UnitError, "'1,5 h' has a comma within a number",
    ),
    "misspelt unit": (lambda: kp.bolus("35 mgs"), kp.UnitError, "Did you mean 'mg'"),
    "time without unit": (lambda: kp.bolus("35 mg", at=10), kp.UnitError, "write at='10 min'"),
    "negative time": (lambda: kp.bolus("35 mg", at="-1 h"), kp.InputError, "is negative"),
    "no duration": (lambda: kp.infusion("35 mg", over="0 min"), kp.InputError, "no time at all"),
    "negative rate": (lambda: kp.infusion("-1 mg/h", over="1 h"), kp.InputError, "positive"),
    "zero devices": (lambda: kp.nasal_spray(devices=0), kp.InputError, "whole number"),
    "half a device": (lambda: kp.nasal_spray(devices=1.5), kp.InputError, "whole number"),
    "never repeated": (lambda: kp.bolus("1 mg").repeat(every="1 h", times=0), kp.InputError, "count"),
    "repeated at once": (
        lambda: kp.bolus("1 mg").repeat(every="0 h", times=2), kp.InputError, "no time at all",
    ),
    "repeated for ever": (
        lambda: kp.bolus("1 mg").repeat(every="1 h", times=10**9), kp.InputError, "too many",
    ),
    "unknown drug": (lambda: kp.bolus("1 mg", drug="T"), kp.InputError, "racemic, S, R"),
    "unknown route": (dose(route="ear"), kp.InputError, "is not known; write one of"),
    "rate and duration": (dose(rate=1.0, dur=Fr(1)), kp.InputError, "not both"),
    "additional doses without interval": (dose(addl=3), kp.InputError, "need an interval"),
    "steady state without interval": (dose(ss=1), kp.InputError, "needs an interval"),
    "zero interval": (dose(ii=Fr(0), ss=1), kp.InputError, "positive one"),
    "unknown steady state": (dose(ii=Fr(1), ss=3), kp.InputError, "write 0, 1 or 2"),
    "dose before the start": (dose(time=Fr(-1)), kp.InputError, "before the start"),
    "dose at no time": (dose(time=float("nan")), kp.InputError, "time=nan is not a finite number"),
    "dose time in words": (dose(time="1 h"), kp.InputError, "write hours, such as 0.5"),
    "endless duration": (dose(dur=float("inf")), kp.InputError, "dur=inf is not a finite number"),
    "interval not a number": (
        dose(ii=float("nan"), addl=1), kp.InputError, "ii=nan is not a finite number",
    ),
    "amount in words in a dose": (dose(amt="35 mg"), kp.InputError, r"bolus\('35 mg'\)"),
    "half an additional dose": (dose(ii=Fr(1), addl=1.5), kp.InputError, "addl=1.5 is not a count"),
    "additional doses for ever": (dose(ii=Fr(1), addl=10**9), kp.InputError, "too many"),
    "negative device": (dose(device=-1), kp.InputError, "device=-1 is not a count"),
    "unknown modelled part": (dose(modelled="lag"), kp.InputError, "one of rate, duration"),
    "reset before the start": (lambda: Reset(time=Fr(-1)), kp.InputError, "before the start"),
    "one device of 84 mg": (
        dose(route="nasal_spray", amt=84.0, drug="S", device=1), kp.InputError, "holds 28 mg",
    ),
    "a device without number": (
        dose(route="nasal_spray", amt=28.0, drug="S"), kp.InputError, "such as '3 devices spravato'",
    ),
    "half of an S dose": (
        lambda: kp.nasal_spray().enantiomer("S"), kp.InputError, "has no 'S' half",
    ),
    "empty sentence": (lambda: kp.parse(""), kp.InputError, "^The plan is empty; write a sentence such as '0.5"),
    "blank sentence": (lambda: kp.parse("  "), kp.InputError, "is no plan; write a sentence such as '0.5"),
    "a dose below nothing": (
        lambda: kp.parse("-5 mg iv"), kp.InputError, "gives -5, which is no dose; write a number above 0, such as 5.",
    ),
    "half in a sentence": (lambda: kp.parse("1/2 mg iv bolus"), kp.UnitError, "fraction; write '0.5 mg'"),
    "put together in a sentence": (
        lambda: kp.parse("0.5 mg/kg iv over 1 h 30 min"), kp.UnitError, "such as '90 min'",
    ),
    "nothing per kg": (lambda: kp.parse("0 mg/kg iv over 40 min"), kp.InputError, "number above 0.$"),
    "endlessly below": (lambda: kp.parse("-1e400 mg iv"), kp.InputError, "number above 0.$"),
    "time for a percentage": (
        lambda: kp.decrement_times("kamp2020", kp.Patient(weight_kg=70), by="30 min"), kp.InputError,
        "by='30 min' is not a percentage; write one such as '50 %'",
    ),
    "no dose": (lambda: kp.parse("0 mg im"), kp.InputError, "gives 0, which is no dose; write a number above 0"),
    "a rate below nothing": (lambda: kp.parse("-0.1 mg/kg/h iv for 1 h"), kp.InputError, "above 0, such as 0.1"),
    "tonnes": (
        lambda: kp.parse("1e12 mg iv"), kp.InputError, "add 'bolus', .*1e12 mg is 1e\\+06 kg: check the number and its unit",
    ),
    "sentence without amount": (lambda: kp.parse("iv bolus"), kp.InputError, "no amount"),
    "sentence without unit": (lambda: kp.parse("35 im"), kp.UnitError, "'35 mg/kg' or '35 mg'"),
    "sentence without route": (lambda: kp.parse("35 mg"), kp.InputError, "has no route"),
    "neither bolus nor infusion": (lambda: kp.parse("35 mg iv"), kp.InputError, "add 'bolus'"),
    "bolus and infusion": (
        lambda: kp.parse("35 mg iv bolus over 5 min"), kp.InputError, "both a bolus and an infusion",
    ),
    "two durations": (
        lambda: kp.parse("35 mg iv over 5 min for 1 h"), kp.InputError, "say how long once",
    ),
    "two starts": (
        lambda: kp.parse("35 mg im at 5 min at 6 min"), kp.InputError, "says 'at' twice",
    ),
    "then and at": (
        lambda: kp.parse("35 mg im; then 35 mg im at 1 h"), kp.InputError, "both 'then' and 'at'",
    ),
    "two routes": (lambda: kp.parse("35 mg im oral"), kp.InputError, "says 'route' twice"),
    "time without unit in a sentence": (
        lambda: kp.parse("35 mg iv over 40"), kp.UnitError, "write 'over 40 min'",
    ),
    "negative time in a sentence": (
        lambda: kp.parse("35 mg im at -1 h"), kp.InputError, "at='-1 h' is negative",
    ),
    "infinite time in a sentence": (
        lambda: kp.parse("35 mg iv over inf min"), kp.InputError, "not a finite number",
    ),
    "a time for an amount in a sentence": (
        lambda: kp.parse("40 min iv"), kp.UnitError, "wrong kind, a time",
    ),
    "half a time": (
        lambda: kp.parse("35 mg im every 1 h x 1.5"), kp.InputError, "no number of repetitions",
    ),
    "negative times over": (
        lambda: kp.parse("35 mg im every 1 h x -3"), kp.InputError, "no number of repetitions",
    ),
    "a sentence that would fill the memory": (
        lambda: kp.parse("35 mg im every 1 s x 100000000"), kp.InputError, "too many",
    ),
    "more digits than Python reads": (
        lambda: kp.parse("35 mg im every 1 s x " + "9" * 5000), kp.InputError, "whole number",
    ),
    "half a device in a sentence": (
        lambda: kp.parse("1.5 devices spravato"), kp.InputError, "no number of devices",
    ),
    "devices of one session written as sessions": (
        lambda: kp.parse("28 mg spravato every 5 min x 3"), kp.InputError, "3 devices spravato every",
    ),
    "decimal comma": (lambda: kp.parse("0,5 mg/kg im"), kp.InputError, "write a point"),
    "then nothing": (lambda: kp.parse("35 mg im; then"), kp.InputError, "nothing after 'then'"),
    "and nothing": (lambda: kp.parse("35 mg im and"), kp.InputError, "nothing after 'and'"),
    "nothing, then a dose": (lambda: kp.parse("then 35 mg im"), kp.InputError, "nothing comes before"),
    "explained for nobody": (
        lambda: kp.explain(kp.parse("35 mg im"), 0.0), kp.InputError, "weight of 0.0 kg",
    ),
    "a rate that never stops": (lambda: kp.parse("0.1 mg/kg/h iv"), kp.InputError, "never stops"),
    "half a repetition": (lambda: kp.parse("35 mg im x 3"), kp.InputError, "needs both"),
    "misspelt word": (
        lambda: kp.parse("35 mg iv ovr 5 min"), kp.InputError, "Did you mean 'over'",
    ),
    "odd device dose": (lambda: kp.parse("70 mg spravato"), kp.InputError, "28, 56 or 84 mg"),
    "racemic device": (
        lambda: kp.parse("84 mg racemic nasal spray"), kp.InputError, "racemic ketamine; write 'nasal'",
    ),
    "an oral bolus": (lambda: kp.parse("35 mg oral bolus"), kp.InputError, "only an iv dose"),
    "negative weight": (lambda: kp.Patient(weight_kg=-70), kp.InputError, "between 0.3 and 500 kg"),
    "zero weight": (lambda: kp.Patient(weight_kg=0), kp.InputError, "between 0.3 and 500 kg"),
    "weight not a number": (lambda: kp.Patient(weight_kg=np.nan), kp.InputError, "between"),
    "infinite weight": (lambda: kp.Patient(weight_kg=np.inf), kp.InputError, "between"),
    "weight in grams": (lambda: kp.Patient(weight_kg=70000), kp.InputError, "between"),
    "weight in words": (lambda: kp.Patient(weight_kg="70 kg"), kp.InputError, "not a number"),
    "weight as text": (lambda: kp.Patient(weight_kg="70"), kp.InputError, "write weight_kg=70"),
    "weight as a truth": (lambda: kp.Cohort(weight_kg=[True]), kp.InputError, "not a number"),
    "two sexes for one": (
        lambda: kp.Patient(weight_kg=70, sex=["F", "M"]), kp.InputError, "use Cohort",
    ),
    "a table of sexes": (
        lambda: kp.Cohort(weight_kg=[70, 80], sex=[["F", "M"]]), kp.InputError, "2 dimensions",
    ),
    "sex in words": (lambda: kp.Patient(weight_kg=70, sex="female"), kp.InputError, "'F', 'M'"),
    "absurd age": (lambda: kp.Patient(weight_kg=70, age_y=400), kp.InputError, "0 and 120 years"),
    "height in metres": (lambda: kp.Patient(weight_kg=70, height_cm=1.7), kp.InputError, "cm"),
    "sex as a number": (lambda: kp.Patient(weight_kg=70, sex=0), kp.InputError, "'F', 'M'"),
    "unknown ancestry": (
        lambda: kp.Patient(weight_kg=70, ancestry="martian"), kp.InputError, "'japanese'",
    ),
    "many weights for one": (lambda: kp.Patient(weight_kg=[70, 80]), kp.InputError, "use Cohort"),
    "one bad person": (
        lambda: kp.Cohort(weight_kg=[70, -1, 80]), kp.InputError, "of person 1 is -1",
    ),
    "lengths differ": (
        lambda: kp.Cohort(weight_kg=[70, 80], age_y=[1, 2, 3]), kp.InputError, "lengths differ",
    ),
    "nobody": (lambda: kp.Cohort(weight_kg=[]), kp.InputError, "cohort is empty"),
    "unknown model": (sim("35 mg iv bolus", "kamp2021"), kp.PlanError, "Did you mean 'kamp2020'"),
    "unknown borrowed route": (sim("35 mg im", "kamp2020+in"), kp.PlanError, "no absorption record"),
    "borrowing what is there": (
        sim("35 mg iv bolus", "kamp2020+iv"), kp.PlanError, "has the route 'iv' of its own",
    ),
    "route the model lacks": (
        sim("35 mg im"), kp.PlanError, r"kamp2020 has no route 'im'.*kamp2020\+im",
    ),
    "racemic dose in an S model": (
        sim("35 mg iv bolus", "perez_ruixo2021"), kp.PlanError, "plan.enantiomer",
    ),
    "S dose in a racemic model": (
        sim("35 mg esketamine iv bolus", "domino"), kp.PlanError, "describes racemic ketamine",
    ),
    "prolonged release that no paper gave": (
        sim("40 mg esketamine oral prolonged-release", "perez_ruixo2021"),
        kp.PlanError, "no form 'prolonged'",
    ),
    "a duration that the model does not give": (
        lambda: kp.simulate(dose(modelled="duration")(), "kamp2020", ME),
        kp.PlanError, "gives no duration",
    ),
    "a compartment by name": (
        lambda: kp.simulate(dose(amt=35.0, cmt="muscle")(), "kamp2020", ME),
        kp.PlanError, "by route and not into a compartment",
    ),
    "no plan": (sim(None), kp.InputError, "give doses such as"),
    "empty plan": (sim(Regimen()), kp.InputError, "has no doses"),
    "no patient": (sim("35 mg iv bolus", patient=None), kp.InputError, r"Patient\(weight_kg=70\)"),
    "not a patient": (sim("35 mg iv bolus", patient=70), kp.InputError, "write kp.Patient"),
    "times in disorder": (sim("35 mg iv bolus", times=[2, 1]), kp.InputError, "must ascend"),
    "negative times": (sim("35 mg iv bolus", times=[-1, 1]), kp.InputError, "not negative"),
    "times in words": (sim("35 mg iv bolus", times="1 h"), kp.InputError, "give hours"),
    "infinite times": (sim("35 mg iv bolus", times=[np.inf]), kp.InputError, "finite"),
    "no times": (sim("35 mg iv bolus", times=[]), kp.InputError, "at least one time"),
    "unknown method": (sim("35 mg iv bolus", method="euler"), kp.InputError, "is not known"),
    "sloppy tolerance": (sim("35 mg iv bolus", rtol=1.0), kp.InputError, "out of range"),
    "exact but saturable": (
        sim("35 mg iv bolus", kp.one_compartment(V1=9, Vmax=9, Km=1), method="exact"),
        kp.InputError, "needs a linear model",
    ),
    "no elimination": (lambda: kp.one_compartment(V1=9), kp.InputError, "needs elimination"),
    "half a saturation": (
        lambda: kp.one_compartment(V1=9, Vmax=1), kp.InputError, "both Vmax .* and Km",
    ),
    "negative clearance": (
        lambda: kp.one_compartment(V1=9, CL=-1), kp.InputError, "greater than 0",
    ),
    "volume not a number": (
        lambda: kp.one_compartment(V1="big", CL=1), kp.InputError, "is not a number",
    ),
    "lag without depot": (
        lambda: kp.one_compartment(V1=9, CL=1, tlag=1), kp.InputError, "give ka",
    ),
    "too few parameters": (
        sim("35 mg iv bolus", kp.one_compartment(V1=9, CL=[1, 2, 3])),
        kp.InputError, "3 values for 1 patients",
    ),
    "unknown analyte": (
        lambda: kp.simulate("35 mg iv bolus", MODEL, ME).concentration("norketamine"),
        kp.InputError, "There is no 'norketamine'",
    ),
    "effect site of another model": (
        lambda: kp.simulate("35 mg iv bolus", "kamp2020", ME).concentration("ketamine", site="effect"),
        kp.InputError, "at site 'effect'",
    ),
    "level without unit": (
        lambda: kp.simulate("35 mg iv bolus", MODEL, ME).exposure(above="70"),
        kp.UnitError, "has no unit",
    ),
    "unnamed plans": (lambda: kp.compare(["35 mg im"]), kp.InputError, "Give plans by name"),
    "a thousandfold slip": (
        sim("500 mg/kg iv bolus"), kp.ImplausibleError, "500 mcg/kg = 0.5 mg/kg would be inside",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_one_sentence(case):
    act, kind, message = WRONG[case]
    with pytest.raises(kind, match=message) as caught:
        act()
    assert "\n" not in str(caught.value)


def test_mg_for_mcg_warns_and_names_the_dose_that_would_fit():
    with pytest.warns(kp.KetapkWarning, match="12 mcg/kg/min = 0.72 mg/kg/h would be inside"):
        run = kp.simulate("12 mg/kg/h iv for 1 h", "kamp2020", ME)
    assert run.warnings[0].startswith("12 mg/kg/h by the route 'iv' is 1.9 times the highest")


def test_an_implausible_dose_can_be_asked_for_by_name():
    with pytest.warns(kp.KetapkWarning):
        run = kp.simulate("500 mg/kg iv bolus", "kamp2020", ME, allow_implausible=True)
    assert len(run.warnings) == 1


def test_more_devices_than_the_label_gives_are_warned_of():
    with pytest.warns(kp.KetapkWarning, match="the label gives 1 to 3 devices"):
        kp.simulate(kp.nasal_spray(devices=4), "perez_ruixo2021", kp.Patient(weight_kg=70))


def test_a_person_outside_the_studied_range_is_named():
    with pytest.warns(kp.KetapkWarning, match="weight 30 kg is outside the 39 to 170 kg studied"):
        kp.simulate("28 mg spravato", "perez_ruixo2021", kp.Patient(weight_kg=30))


def test_a_plausible_plan_warns_of_nothing():
    assert kp.simulate("0.5 mg/kg iv over 40 min", "kamp2020", ME).warnings == ()


def test_what_a_paper_reports_and_its_numbers_do_not_give_is_in_the_warnings():
    run = kp.simulate("84 mg spravato", "perez_ruixo2021", ME)
    assert len(run.warnings) == 1
    assert "AUC of noresketamine does not reproduce" in run.warnings[0]


def test_a_composition_is_in_the_warnings():
    run = kp.simulate("35 mg im", "kamp2020+im", ME)
    assert "is a composition" in run.warnings[0]
    assert run.model.grade == "assumed"
