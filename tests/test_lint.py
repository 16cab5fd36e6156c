"""What lint finds, what it does not, and that it never fails."""

import json
import warnings
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.cli import main
from ketapk.dosing.regimen import DEVICE_MG, DRUGS, FORMS, INFUSIBLE, ROUTES
from ketapk.eligibility import default_model
from ketapk.library.protocols import load_protocols
from ketapk.linting.amounts import most_within
from ketapk.linting.linting import RULES
from ketapk.notice import NOTICE

ME = kp.Patient(weight_kg=70)
PUMP = kp.Pump(concentration="10 mg/mL", max_rate="100 mL/h")

SMALL = kp.Pump(concentration="10 mg/mL", volume="10 mL", min_interval="10 min")


def rules(plan, patient=ME, model=None, **options):
    return {finding.rule for finding in kp.lint(plan, patient, model, **options).findings}


# A plan that trips each rule, its near twin that does not, and what else is given to both.
TWINS = [
    ("mg-or-mcg", "0.5 mcg/kg iv over 40 min", "0.5 mg/kg iv over 40 min", {}),
    ("mg-or-mcg", "500 mg/kg im", "5 mg/kg im", {}),
    ("mg-or-mcg", "35 mcg iv bolus", "35 mg iv bolus", {}),
    ("mg-or-mcg", "12 mg/kg/h iv for 1 h", "12 mcg/kg/min iv for 1 h", {}),
    ("per-hour-or-minute", "0.2 mg/kg/min iv for 1 h", "0.2 mg/kg/h iv for 1 h", {}),
    ("per-hour-or-minute", "0.01 mg/kg/h iv for 1 h", "0.01 mg/kg/min iv for 1 h", {}),
    ("outside-studied", "0.02 mg/kg im", "0.3 mg/kg im", {}),
    ("outside-studied", "4 devices spravato", "3 devices spravato", {}),
    ("never-stops", "0.2 mg/kg/h iv for 6 d", "0.2 mg/kg/h iv for 5 d", {}),
    (
        "never-stops",
        "10 mg/h iv for 4 d; then 20 mg/h iv for 2 d",
        "10 mg/h iv for 4 d; 20 mg/h iv for 2 d at 5 d",
        {},
    ),
    ("beyond-the-pump", "20 mg/kg/h iv for 1 h", "5 mg/kg/h iv for 1 h", {"pump": PUMP}),
    ("below-pump-resolution", "0.3 mg/h iv for 1 h", "3 mg/h iv for 1 h", {"pump": PUMP}),
    ("below-pump-resolution", "1.5 mg/h iv for 1 h", "2 mg/h iv for 1 h", {"pump": PUMP}),
    (
        "beyond-the-pump",
        "600 mg/h iv for 1 h; 600 mg/h iv for 1 h at 30 min",
        "600 mg/h iv for 1 h; 600 mg/h iv for 1 h at 1 h",
        {"pump": PUMP},
    ),
    ("syringe-volume", "350 mg iv over 1 h", "100 mg iv over 1 h", {"pump": SMALL}),
    ("syringe-volume", "20 mg iv over 1 h every 2 h x 6", "250 mg im", {"pump": SMALL}),
    (
        "changes-too-close",
        "30 mg/h iv for 5 min; then 20 mg/h iv for 1 h",
        "30 mg/h iv for 10 min; then 20 mg/h iv for 1 h",
        {"pump": SMALL},
    ),
    (
        "changes-too-close",
        "20 mg/h iv for 1 h; then 20 mg/h iv for 5 min; then 10 mg/h iv for 4 min",
        "20 mg/h iv for 1 h; then 20 mg/h iv for 5 min",
        {"pump": SMALL},
    ),
    (
        "duplicate-order",
        "0.1 mg/kg/h iv for 24 h; 0.1 mg/kg/h iv for 24 h",
        "0.1 mg/kg/h iv for 24 h; then 0.1 mg/kg/h iv for 24 h",
        {},
    ),
    (
        "duplicate-order",
        "0.1 mg/kg/h iv for 24 h; 2.4 mg/kg iv over 24 h at 12 h",
        "0.1 mg/kg/h iv for 24 h; 0.2 mg/kg/h iv for 24 h at 12 h",
        {},
    ),
    ("duplicate-order", "35 mg im; 35 mg im", "35 mg im; 35 mg im at 1 min", {}),
    ("duplicate-order", "25 mg oral every 6 h x 3; 25 mg oral at 12 h", "84 mg spravato", {}),
    ("salt-or-base", "57.7 mg im", "57 mg im", {}),
    ("salt-or-base", "0.577 mg/kg im", "0.58 mg/kg im", {}),
    ("salt-or-base", "50 mg HCl im", "50 mg im", {}),
    ("salt-or-base", "32.3 mg esketamine nasal", "28 mg esketamine nasal", {}),
    ("racemic-or-s", "0.5 mg/kg esketamine iv over 40 min", "0.5 mg/kg iv over 40 min", {}),
    ("racemic-or-s", "0.07 mg/kg/h iv for 100 h", "0.07 mg/kg/h esketamine iv for 100 h", {}),
    ("racemic-or-s", "56 mg nasal", "56 mg spravato", {}),
    (
        "racemic-or-s",
        "25 mg esketamine iv over 40 min",
        "25 mg iv over 40 min",
        {"model": "domino"},
    ),
    ("model-refuses", "0.5 mg/kg im", "0.5 mg/kg iv bolus", {"model": "kamp2020"}),
    ("fast-bolus", "1 mg/kg iv bolus", "1 mg/kg iv over 60 s", {}),
    ("fast-bolus", "1 mg/kg iv over 59 s", "1 mg/kg im", {}),
    (
        "outside-population",
        "56 mg spravato",
        "56 mg spravato",
        {"model": "perez_ruixo2021"},
    ),
    ("most-in-a-day", "100 mg oral every 1 h x 9", "100 mg oral every 3 h x 8", {}),
    ("most-in-a-day", "60 mg/h iv for 24 h", "39 mg/h iv for 24 h", {}),
    ("most-in-all", "200 mg oral every 6 h x 5", "200 mg oral every 6 h x 4", {}),
    ("most-in-all", "84 mg spravato every 3 d x 9", "84 mg spravato every 3 d x 7", {}),
]


@pytest.mark.parametrize(("rule", "trips", "twin", "options"), TWINS)
def test_every_rule_sees_its_slip_and_lets_its_twin_pass(rule, trips, twin, options):
    wrong = kp.Patient(weight_kg=190) if rule == "outside-population" else ME
    assert rule in rules(trips, wrong, **options)
    assert rule not in rules(twin, ME, **options)


def test_every_rule_has_a_slip_and_a_twin():
    assert {rule for rule, *_ in TWINS} == set(RULES)


def test_an_infusion_that_has_no_end_is_an_alarm():
    endless = kp.Regimen.of(kp.Dose(route="iv", amt=0.0, rate=10.0, ss=1))
    (finding,) = kp.lint(endless, ME).of("alarm")
    assert finding.rule == "never-stops"
    assert "no end" in finding.text


# Protocols of which something is found for their own model, with the reason.
SAID = {
    "pain-ceiling-bolus": {"fast-bolus"},  # "bolus" is at once, the label's minute is longer
    "child-sedation-iv": {"fast-bolus"},
}


@pytest.mark.parametrize("protocol", load_protocols(), ids=lambda protocol: protocol.name)
def test_a_protocol_of_the_catalogue_raises_no_alarm(protocol):
    child = "child" in protocol.name
    who = kp.Patient(weight_kg=20, age_y=6, height_cm=115) if child else ME
    for plan in protocol.plans:
        found = kp.lint(plan, who, default_model(plan, kp.Cohort.of(who)))
        assert not found.of("alarm"), found
        said = {finding.rule for finding in found.findings} - {"outside-population"}
        assert said == SAID.get(protocol.name, set()), found


def test_a_plan_that_simulate_refuses_can_be_looked_at():
    plan = "500 mg/kg iv over 40 min"
    with pytest.raises(kp.PlanError):
        kp.simulate(plan, "kamp2020", ME)
    found = kp.lint(plan, ME, "kamp2020")
    assert any(
        "simulate refuses it unless implausible doses are allowed" in f.text for f in found.findings
    )


def test_steps_of_a_held_target_are_one_infusion():
    held = kp.hold("100 ng/mL", "kamp2020", ME, until="20 min", step="20 s")
    found = kp.lint(held.plan, ME, "kamp2020")
    assert {finding.severity for finding in found.findings} <= {"note"}, found
    assert "fast-bolus" in rules("20 mg iv over 20 s; 30 mg/h iv for 1 h at 1 min")


def test_a_slip_that_lands_among_studied_doses_is_not_seen():
    # As docs/clinicians.md tells it.
    assert rules("0.1 mg/kg/min iv for 1 h") == set()


@pytest.mark.parametrize("mg_per_kg", [0.0005, 0.02, 0.5, 3.0, 40.0, 60.0, 5000.0])
@pytest.mark.parametrize("how", ["iv bolus", "iv over 2 h", "im", "nasal", "oral"])
def test_lint_and_simulate_agree_on_what_is_refused(mg_per_kg, how):
    plan = f"{mg_per_kg} mg/kg {how}"
    name = {"im": "kamp2020+im", "nasal": "kamp2020+nasal", "oral": "kamp2020+oral"}.get(
        how, "kamp2020"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kp.KetapkWarning)
        try:
            kp.simulate(plan, name, ME, times=[0.0])
            refused = False
        except kp.PlanError:
            refused = True
    found = kp.lint(plan, ME, name)
    assert refused == any("simulate refuses" in finding.text for finding in found.findings)


def test_doses_are_counted_by_the_weight_that_the_patient_says():
    big = kp.Patient(weight_kg=120, height_cm=165)
    plan = "35 mg/kg/h iv for 30 min"
    pump = kp.Pump(concentration="50 mg/mL", max_rate="60 mL/h")
    assert "beyond-the-pump" in rules(plan, big, pump=pump)
    assert "beyond-the-pump" not in rules(plan, big.dosed_by("fat-free"), pump=pump)


def test_of_a_cohort_the_lightest_and_the_heaviest_count():
    many = kp.Cohort(weight_kg=[60, 150, 70])
    assert "beyond-the-pump" in rules("10 mg/kg/h iv for 1 h", many, pump=PUMP)
    assert "beyond-the-pump" not in rules("10 mg/kg/h iv for 1 h", many[[0, 2]], pump=PUMP)


def test_two_infusions_together_are_as_fast_as_their_sum():
    pump = kp.Pump(concentration="1 mg/mL", max_rate="100 mL/h")
    (found,) = kp.lint("60 mg/h iv for 1 h; 60 mg/h iv for 2 h", ME, pump=pump).of("alarm")
    assert found.rule == "beyond-the-pump"
    assert "together 120 mg/h or 120 mL/h, and the pump runs at most 100 mL/h" in found.text
    # By two routes there are two pumps.
    assert "beyond-the-pump" not in rules("60 mg/h iv for 1 h; 60 mg/h sc for 2 h", pump=pump)


def test_a_syringe_that_is_too_small_says_how_many_it_takes():
    (found,) = kp.lint("350 mg iv over 1 h", ME, pump=SMALL).of("note")
    assert "is 35 mL, and the syringe holds 10 mL: it takes 4 syringes" in found.text


def test_of_a_cohort_it_is_said_of_whom():
    found = kp.lint("28 mg iv over 1 h", kp.Cohort(weight_kg=[3, 70, 200]))
    assert found.of("alarm")
    assert all("9.33 mg/kg/h at 3 kg is" in finding.text for finding in found.of("alarm"))
    many = kp.Cohort(weight_kg=[60, 150])
    (fast,) = kp.lint("10 mg/kg/h iv for 1 h", many, pump=PUMP).of("alarm")[-1:]
    assert "1500 mg/h at 150 kg is 150 mL/h" in fast.text
    assert "at 70 kg" not in repr(kp.lint("28 mg iv over 10 s", kp.Patient(weight_kg=3)))


def test_the_name_of_a_protocol_stands_for_its_plan():
    named = kp.lint("depression-iv", ME)
    assert str(named.plan) == "0.5 mg/kg iv over 40 min"
    with pytest.raises(kp.InputError, match=r"Did you mean 'depression-iv'"):
        kp.lint("depresion-iv", ME)
    with pytest.raises(kp.InputError, match=r"kp.load_protocol\('depression-iv'\).regimen"):
        kp.parse("depression-iv")


def slow_most_within(plan, kg, hours):
    """Amount in every window of a fine lattice, open at either end, dose by dose."""
    doses = [(float(d.time), float(d.hours), d.amount_mg(kg)) for d in plan.expand().doses]
    best = 0.0
    for a in np.arange(-30.0, 80.0, 0.5):
        run, first, last = 0.0, 0.0, 0.0
        for start, length, mg in doses:
            if length:
                run += mg * max(0.0, min(start + length, a + hours) - max(start, a)) / length
            else:
                first += mg * (a <= start < a + hours)
                last += mg * (a < start <= a + hours)
        best = max(best, run + first, run + last)
    return best


@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.sampled_from([0, 1, 4, 9, 60]), st.integers(1, 50)),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=40, deadline=None)
def test_the_most_within_a_day_is_that_of_the_best_window(given_doses):
    plan = kp.Regimen.of(
        *(
            kp.Dose(
                route="iv", amt=mg, time=Fraction(half, 2), dur=Fraction(long, 2) if long else None
            )
            for half, long, mg in given_doses
        )
    )
    assert_allclose(most_within(plan, 70.0, 24.0), slow_most_within(plan, 70.0, 24.0), rtol=1e-9)


@pytest.mark.parametrize("name", list(RULES))
def test_a_silenced_rule_says_nothing_and_the_others_as_before(name):
    plan = "500 mg/kg iv bolus; 0.2 mg/kg/min iv for 200 h; 57.7 mg im; 0.5 mg/kg esketamine iv over 40 min"
    who = kp.Patient(weight_kg=190, age_y=4)
    options = {"model": "kamp2020", "pump": PUMP}
    loud = kp.lint(plan, who, **options)
    quiet = kp.lint(plan, who, **options, silence=(name,))
    assert quiet.findings == tuple(f for f in loud.findings if f.rule != name)
    assert quiet.silenced == (name,)


def test_findings_name_rule_source_dose_and_how_to_silence_it():
    found = kp.lint("0.5 mcg/kg iv over 40 min at 10 min", ME, "domino", pump=PUMP)
    assert found.table.columns == ["rule", "severity", "dose", "text", "source", "how_to_silence"]
    assert all(all(row) for row in found.table.rows())
    assert found.findings[0].dose == "0.0005 mg/kg iv over 40 min"
    severities = [finding.severity for finding in found.findings]
    assert severities == sorted(severities, key=["alarm", "caution", "note"].index)
    assert "mg-or-mcg" in repr(found)
    assert found.warnings == tuple(str(f) for f in found.findings)


def test_a_result_says_what_it_rests_on_and_that_silence_is_no_blessing():
    for model in (None, "domino"):
        found = kp.lint("35 mg iv over 40 min", ME, model)
        assert found.findings == ()
        assert isinstance(found.table, pl.DataFrame)
        assert "a plan may still be wrong" in found.basis
        assert "It is not a recommendation" in found.basis
        assert NOTICE in found.basis
    assert "domino (grade B)" in found.basis
    needing = ("beyond-the-pump", "below-pump-resolution", "syringe-volume", "changes-too-close")
    assert found.skipped == needing
    assert kp.lint("35 mg im", ME, "domino", pump=PUMP).skipped == needing[2:]
    assert "a plan may still be wrong" in repr(kp.lint("35 mg im", ME))
    assert "It is not a recommendation" in repr(kp.lint("35 mg im", ME))


def test_the_rules_are_listed_with_sources():
    table = kp.list_rules()
    assert table["name"].to_list() == list(RULES)
    assert all(table["source"].to_list())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: kp.lint("35 mg im", ME, silence=("fast-bolos",)), "no rule 'fast-bolos'.*Did you mean 'fast-bolus'"),
        (lambda: kp.lint("35 mg im", 70), "70 is nobody; write kp.Patient"),
        (lambda: kp.lint(35, ME), "no doses to look at"),
        (lambda: kp.lint(kp.Regimen(), ME), "no doses to look at"),
        (lambda: kp.lint("0.2 mg/kg/h iv", ME), "never stops; say how long"),
        (lambda: kp.lint("35 mg im", ME, pump="10 mg/mL"), "is no pump; write kp.Pump"),
        (lambda: kp.lint("35 mg im", ME, 3), "model=3 is no model"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(wrong, said):
    with pytest.raises(kp.InputError, match=said):
        wrong()


hours = st.fractions(0, 5000, max_denominator=600)
lengths = st.fractions(Fraction(1, 3600), 5000, max_denominator=3600)
amounts = st.floats(1e-12, 1e12)


@st.composite
def doses(draw):
    """Any dose that can be made, also ones that nobody gives."""
    route = draw(st.sampled_from([r for r in ROUTES if r != "depot"]))
    time = draw(hours)
    if route == "nasal_spray":
        device = draw(st.integers(1, 5))
        return kp.Dose(route=route, amt=DEVICE_MG, drug="S", device=device, time=time)
    how = {
        "route": route,
        "drug": draw(st.sampled_from(DRUGS)),
        "per_kg": draw(st.booleans()),
        "form": draw(st.sampled_from(FORMS.get(route, ("",)))),
        "time": time,
    }
    if route in INFUSIBLE:
        kind = draw(st.sampled_from(["at once", "dur", "rate", "endless"]))
        if kind == "endless":
            return kp.Dose(amt=0.0, rate=draw(amounts), ss=draw(st.sampled_from([1, 2])), **how)
        if kind == "dur":
            how["dur"] = draw(lengths)
        if kind == "rate":
            how["rate"] = draw(amounts)
    if draw(st.booleans()):
        how["ii"] = draw(lengths)
        how["addl"] = draw(st.integers(0, 20))
        how["ss"] = draw(st.sampled_from([0, 1, 2]))
    return kp.Dose(amt=draw(amounts), **how)


@given(
    st.lists(st.one_of(doses(), st.just(kp.Reset(time=3))), min_size=1, max_size=5),
    st.floats(0.3, 500),
    st.sampled_from([None, "kamp2020", "perez_ruixo2021", "domino"]),
    st.sampled_from([None, PUMP, SMALL, kp.Pump(concentration="0.001 mg/mL")]),
)
@settings(max_examples=150, deadline=None)
def test_lint_never_fails_on_a_plan(events, weight, model, pump):
    plan = kp.Regimen.of(*events)
    if not plan.doses:
        return
    found = kp.lint(plan, kp.Patient(weight_kg=weight), model, pump=pump)
    assert all(str(finding) for finding in found.findings)
    assert len(set(found.findings)) == len(found.findings)


def ran(capsys, *arguments):
    code = main(["lint", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_command_line_leaves_with_3_where_something_is_found(capsys):
    code, out, err = ran(capsys, "0.5 mcg/kg iv over 40 min", "--weight", "70")
    assert code == 3
    assert "mg-or-mcg" in out
    assert "--silence mg-or-mcg" in out
    assert "It is not a recommendation" in " ".join(out.split())
    assert NOTICE in err
    code, out, _ = ran(capsys, "depression-iv", "--model", "kamp2020", "--vial", "1 mg/mL")
    assert code == 0
    assert "nothing found" in out


def test_the_command_line_prints_json_with_the_basis(capsys):
    code, out, _ = ran(
        capsys, "1 mg/kg iv bolus", "--json", "--vial", "10 mg/mL", "--max-rate", "50 mL/h"
    )
    content = json.loads(out)
    assert code == 3
    assert [finding["rule"] for finding in content["findings"]] == ["fast-bolus"]
    assert "It is not a recommendation" in content["basis"]
    code, out, _ = ran(capsys, "1 mg/kg iv bolus", "--silence", "fast-bolus", "--json")
    assert code == 0
    assert json.loads(out)["silenced"] == ["fast-bolus"]


def test_a_mistake_at_the_command_line_is_2(capsys):
    assert ran(capsys, "35 mg im", "--silence", "fast")[0] == 2
    code, _, err = ran(capsys, "35 mg im", "--max-rate", "50 mL/h")
    assert code == 2
    assert "--vial" in err
