"""Scenario files: read whole, or refused with the path of every mistake."""

import json

import pytest

import ketapk as kp

GOOD = """
title = "Three ways"
level = "100 ng/mL"
models = ["kamp2020+im"]
[patient]
weight_kg = 80
age_y = 30
[plans]
iv = "depression-iv"
im = "0.5 mg/kg im"
"""


def written(tmp_path, text):
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_the_comparison_it_says(tmp_path):
    table = kp.read_scenario(written(tmp_path, GOOD)).run().table
    by_hand = kp.compare(
        {"iv": "0.5 mg/kg iv over 40 min", "im": "0.5 mg/kg im"},
        patient=kp.Patient(weight_kg=80, age_y=30), model="kamp2020+im", level="100 ng/mL",
    ).table  # fmt: skip
    assert table.equals(by_hand)
    assert table["dose [mg]"][0] == 40.0


BAD = {
    "misspelt keys": (
        'levle = "1"\n[patient]\nwieght_kg = 7\n[plans]\na = "35 mg im"',
        "weight_kg",
    ),
    "misspelt top key": (
        'levle = "1"\n[plans]\na = "35 mg im"',
        "levle is not known. Did you mean 'level'",
    ),
    "no plans": ('title = "x"', "plans is missing; add it."),
    "empty plans": ("[plans]", "plans has too few entries; write at least 1."),
    "a number for a plan": (
        "[plans]\niv = 35",
        "plans.iv is 35, which is no text; write it in quotes.",
    ),
    "text for a weight": (
        '[patient]\nweight_kg = "heavy"\n[plans]\na = "35 mg im"',
        "patient.weight_kg",
    ),
    "no TOML": ("plans = ", "is not TOML"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_file_is_refused_with_the_place(name, tmp_path):
    text, message = BAD[name]
    with pytest.raises(kp.InputError) as refusal:
        kp.read_scenario(written(tmp_path, text))
    assert message in str(refusal.value)
    assert "scenario.toml" in str(refusal.value)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(kp.InputError, match="cannot be read"):
        kp.read_scenario(tmp_path / "none.toml")


def test_a_wrong_plan_in_a_file_is_the_error_of_the_plan(tmp_path):
    scenario = kp.read_scenario(written(tmp_path, '[plans]\na = "35 mg ivv"'))
    with pytest.raises(kp.InputError, match="Did you mean 'iv'"):
        scenario.run()


def test_the_schema_describes_every_key():
    schema = kp.Scenario.model_json_schema()
    assert set(schema["properties"]) == {
        "title", "plans", "patient", "models", "level", "borrow", "allow_implausible",
    }  # fmt: skip
    assert json.dumps(schema)
