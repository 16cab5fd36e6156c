"""What is judged as implausible: infusions as the person meets them."""

import warnings
from fractions import Fraction
from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

import ketapk as kp
from ketapk.library.plausible import findings

ME = kp.Patient(weight_kg=70)


def refused(plan):
    return findings(plan, 70.0, 70.0)[1] is not None


@settings(max_examples=60, deadline=None)
@given(
    mg_per_kg_h=st.floats(1e-4, 1e3),
    cuts=st.lists(st.integers(1, 119), max_size=8, unique=True),
    route=st.sampled_from(["iv", "sc"]),
)
def test_an_infusion_in_pieces_is_refused_when_it_is_in_one(mg_per_kg_h, cuts, route):
    def runs(start, end):
        hours = Fraction(end - start, 60)
        amt = mg_per_kg_h * float(hours)
        return kp.Dose(route=route, per_kg=True, amt=amt, dur=hours, time=Fraction(start, 60))

    ends = [0, *sorted(cuts), 120]
    pieces = kp.Regimen.of(*(runs(a, b) for a, b in pairwise(ends)))
    assert refused(pieces) == refused(kp.Regimen.of(runs(0, 120)))


@pytest.mark.parametrize(
    "target",
    [
        "200 ng/mL; 50 ng/mL at 1 h; 200 ng/mL at 2 h",
        "300 ng/mL; 1 ng/mL at 30 min; 100 ng/mL at 2 h; 20 ng/mL at 150 min",
        "100 ng/mL; 99 ng/mL at 30 min; 10 ng/mL at 35 min",
    ],
)
@pytest.mark.filterwarnings("ignore:The target of:ketapk.errors.KetapkWarning")
def test_a_schedule_that_holds_a_level_can_be_simulated_as_it_stands(target):
    held = kp.hold(target, "domino", ME, until="3 h", step="5 min", max_rate="100 mg/h")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kp.KetapkWarning)
        run = kp.simulate(str(held.plan), "domino", ME, times=[0.0])
    # A top-up after a pause is told, and the steps that run on from one another are not.
    assert len(run.warnings) <= 1


def test_a_slow_infusion_is_refused_alone_and_named_beside_another():
    slow = "0.1 mcg/kg/h iv for 4 h"
    with pytest.raises(kp.PlanError, match="600 times below the lowest infusion"):
        kp.simulate(slow, "domino", ME)
    with pytest.warns(kp.KetapkWarning, match="600 times below the lowest infusion"):
        kp.simulate(f"0.5 mg/kg iv over 40 min; then {slow}", "domino", ME, times=[0.0])


def test_small_injections_that_make_a_huge_infusion_are_refused():
    ten = "20 mg/kg iv over 2 min, every 2 min x 10"
    with pytest.raises(kp.PlanError, match="over 10 steps"):
        kp.simulate(ten, "domino", ME)
