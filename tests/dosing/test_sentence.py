"""Sentences say plans, and plans say sentences."""

from dataclasses import replace
from fractions import Fraction as Fr

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ketapk as kp
from ketapk.dosing.regimen import Dose, Regimen

times = st.one_of(
    st.integers(0, 5000).map(lambda n: Fr(n, 60)), st.integers(0, 99_999).map(lambda n: Fr(n, 1000))
)
durations = times.filter(lambda t: t > 0)
basis = st.fixed_dictionaries(
    {"amt": st.floats(1e-3, 1e4), "per_kg": st.booleans(), "drug": st.sampled_from(["racemic", "S", "R"]),
     "time": times}
)  # fmt: skip
routes = st.sampled_from(
    ["iv", "im", "sc", "nasal", "oral", "sublingual", "buccal", "rectal", "inhaled"]
)
plain = st.builds(lambda b, r: Dose(route=r, **b), basis, routes)
prolonged = st.builds(lambda b: Dose(route="oral", form="prolonged", **b), basis)
infused = st.builds(lambda b, d: Dose(route="iv", dur=d, **b), basis, durations)
repeated = st.builds(
    lambda d, ii, n: replace(d, ii=ii, addl=n),
    st.one_of(plain, infused),
    durations,
    st.integers(1, 9),
)
sessions = st.builds(
    lambda n, every, at: kp.nasal_spray(devices=n, every=every, at=at),
    st.integers(1, 4), durations, times,
)  # fmt: skip
single = st.one_of(plain, prolonged, infused, repeated).map(Regimen.of)


@st.composite
def rates(draw):
    rate, hours = draw(st.integers(1, 10_000)) / 1000, draw(durations)
    return kp.infusion(f"{rate} mg/kg/h", over=hours, at=draw(times))


@given(st.lists(st.one_of(single, rates()), max_size=3), sessions)
def test_a_plan_reads_back_from_its_sentence(parts, session):
    plan = sum(parts, session)
    again = kp.parse(str(plan))
    assert sorted(again.expand().events, key=repr) == sorted(plan.expand().events, key=repr)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("0.5 mg/kg iv over 40 min", kp.infusion("0.5 mg/kg", over="40 min")),
        ("0.5mg/kg IV over 40min", kp.infusion("0.5 mg/kg", over="40 min")),
        (
            "0.5 mg/kg iv over 40 min; then 0.1 mg/kg/h iv for 4 h",
            kp.infusion("0.5 mg/kg", over="40 min")
            + kp.infusion("0.1 mg/kg/h", over="4 h", at="40 min"),
        ),
        ("35 mg im", kp.intramuscular("35 mg")),
        ("84 mg spravato", kp.nasal_spray(devices=3)),
        ("56 mg esketamine nasal spray", kp.nasal_spray(devices=2)),
        ("28 mg nasal_spray", kp.nasal_spray(devices=1)),
        ("3 devices spravato every 5 min", kp.nasal_spray(devices=3, every="5 min")),
        ("50 mg nasal", kp.nasal("50 mg")),
        ("28 mg esketamine oral", kp.oral("28 mg", drug="S")),
        ("40 mg oral prolonged-release", kp.oral("40 mg", release="prolonged")),
        ("12 mcg/kg/min iv for 2 h", kp.infusion("12 mcg/kg/min", over="2 h")),
        ("10 mg im and 10 mg nasal", kp.intramuscular("10 mg") + kp.nasal("10 mg")),
        ("35 mg racemic ketamine subcutaneous after 2 h", kp.subcutaneous("35 mg", at="2 h")),
        ("57.7 mg hydrochloride im", kp.intramuscular("57.7 mg HCl")),
    ],
)
def test_a_sentence_means_what_it_says(text, meaning):
    assert kp.parse(text) == meaning


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("35 mg iv over 1 h; then 20 mg im and 10 mg oral", {"iv": 0, "im": 1, "oral": 1}),
        ("10 mg/h iv for 4 h and 20 mg im; then 10 mg oral", {"iv": 0, "im": 0, "oral": 4}),
        ("20 mg im + 10 mg/h iv for 4 h, then 10 mg oral", {"iv": 0, "im": 0, "oral": 4}),
        ("35 mg iv bolus at 1 h and 20 mg im", {"iv": 1, "im": 1}),
        ("35 mg iv bolus at 1 h; 20 mg im", {"iv": 1, "im": 0}),
        ("35 mg iv bolus at 1 h and 20 mg im at 2 h", {"iv": 1, "im": 2}),
        ("35 mg iv bolus+20 mg im", {"iv": 0, "im": 0}),
        ("35 mg iv over 1 h; then 20 mg im; then 10 mg oral", {"iv": 0, "im": 1, "oral": 1}),
    ],
)
def test_then_waits_for_all_that_was_given_together_and_and_starts_with_it(text, starts):
    assert {dose.route: dose.time for dose in kp.parse(text).doses} == starts


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("100 mg/24 h iv for 24 h", "100 mg/24h iv for 24 h"),
        ("0.5 mg / kg iv over 40 min", "0.5 mg/kg iv over 40 min"),
        ("25 mg lozenge sublingual", "25 mg sublingual"),
        ("1e+1 mg im", "10 mg im"),
    ],
)
def test_spaces_and_synonyms_change_nothing(text, same):
    assert kp.parse(text) == kp.parse(same)


def test_a_repeated_session_counts_its_devices_anew():
    plan = kp.parse("56 mg spravato every 3.5 d x 2")
    assert [d.device for d in plan.doses] == [1, 2, 1, 2]
    single = kp.parse("28 mg spravato every 3.5 d x 3")
    assert [(d.device, d.time) for d in single.doses] == [(1, 0), (1, 84), (1, 168)]


@pytest.mark.parametrize(
    "text",
    [
        "28 mg spravato; 56 mg spravato at 84 h",
        "84 mg spravato; 28 mg spravato at 84 h; 56 mg spravato at 7 d",
        "56 mg spravato; 28 mg spravato at 84 h",
        "3 devices spravato every 30 min; 3 devices spravato every 30 min at 10 min",
    ],
)
def test_sessions_are_told_apart(text):
    assert str(kp.parse(text)) == text


def test_additional_devices_are_told():
    plan = Regimen.of(Dose(route="nasal_spray", amt=28.0, drug="S", device=1, ii=Fr(84), addl=1))
    assert str(plan) == "28 mg spravato; 28 mg spravato at 84 h"


def test_a_repetition_is_additional_doses():
    (dose,) = kp.parse("2 mg/kg iv bolus at 10 min every 30 min x 3").doses
    assert (dose.time, dose.ii, dose.addl) == (Fr(1, 6), Fr(1, 2), 2)


def test_an_explanation_gives_both_rates():
    assert kp.explain(kp.parse("35 mg iv over 40 min"), 70.0) == [
        "35 mg iv over 40 min: 35 mg = 0.5 mg/kg at 0.75 mg/kg/h = 12.5 mcg/kg/min"
    ]


@given(st.text(max_size=60))
def test_any_text_is_a_plan_or_an_input_error(text):
    try:
        kp.parse(text)
    except kp.InputError as error:
        assert str(error)  # noqa: PT017


@given(
    st.lists(
        st.sampled_from(
            [
                "0.5",
                "35",
                "mg",
                "mg/kg",
                "iv",
                "im",
                "over",
                "at",
                "every",
                "x",
                "3",
                "40",
                "min",
                "bolus",
                "then",
                ";",
                "of",
            ]
        )
    )
)
def test_any_words_are_a_plan_or_an_input_error(words):
    test_any_text_is_a_plan_or_an_input_error.hypothesis.inner_test(" ".join(words))
