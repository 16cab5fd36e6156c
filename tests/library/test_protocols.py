"""Published protocols: each parses, says its source, and can be simulated."""

import warnings

import pytest

import ketapk as kp
from ketapk.library.protocols import load_protocols, plan_of


@pytest.mark.parametrize("protocol", load_protocols(), ids=lambda p: p.name)
def test_every_protocol_can_be_simulated(protocol):
    assert protocol.source
    assert protocol.grade in ("A", "B", "unverified")
    child = "child" in protocol.name
    who = kp.Patient(weight_kg=20, age_y=6) if child else kp.Patient(weight_kg=70)
    with warnings.catch_warnings():
        # Protocols lie inside what was studied: no dose is called implausible.
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*outside the .* studied")
        warnings.filterwarnings("ignore", message=".*not among the .* studied")
        spread = kp.simulate_models(protocol.regimen, who)
    assert spread.runs


def test_names_are_unique_and_stand_for_plans():
    names = [protocol.name for protocol in load_protocols()]
    assert len(set(names)) == len(names)
    assert kp.list_protocols()["name"].to_list() == names
    assert str(plan_of("depression-iv")) == "0.5 mg/kg iv over 40 min"
    assert str(plan_of("35 mg im")) == "35 mg im"


def test_a_misspelt_protocol_is_neither():
    with pytest.raises(kp.InputError, match="Did you mean 'depression-iv'"):
        plan_of("depresion-iv")
    with pytest.raises(kp.InputError, match="There is no protocol 'x'"):
        kp.load_protocol("x")
