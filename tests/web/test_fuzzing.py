"""Requests made up from the application's own description: always an answer, never a failure."""

import time

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ketapk.web.app import make_app

LONGEST_S = 20.0
"""Within which any request is answered; a hang takes for ever."""
schema = schemathesis.openapi.from_asgi(
    "/api/openapi.json", make_app(), headers={"Host": "127.0.0.1"}
)


LONG = "/api/decrement"
"""Where an answer is a table of infusions in every model: some of what can be sent, not all bounds."""


@schema.exclude(path=LONG).parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_is_answered(case):
    check(case)


@schema.include(path=LONG).parametrize()
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
def test_whatever_is_sent_there_is_answered(case):
    check(case)


def check(case):
    begun = time.perf_counter()
    answer = case.call(headers={"Host": "127.0.0.1"})
    assert answer.status_code < 500, answer.text
    assert time.perf_counter() - begun < LONGEST_S
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert set(error) == {"kind", "sentence", "where"}
        assert error["sentence"].endswith((".", "?")), error


numbers = st.one_of(
    st.integers(0, 10**12).map(str),
    st.floats(1e-12, 1e12).map(lambda x: f"{x:g}"),
    st.sampled_from(["0", "0.5", "35", "84", "1e3", "-1", "007", ".5", "1,5"]),
)
units = st.sampled_from(
    ["mg", "mg/kg", "mcg/kg", "mcg/kg/min", "mg/kg/h", "mg/h", "g", "nmol", "mL", ""]
)
drugs = st.sampled_from(["", "esketamine", "s-ketamine", "arketamine", "ketamine HCl"])
ways = st.sampled_from(
    ["iv", "iv bolus", "im", "sc", "nasal", "spravato", "oral", "sublingual", "buccal", "rectal",
     "inhaled", "iv over 40 min", "iv over 1e9 h", "iv for 2 h", "sc over 1 s", "depot", "knee"]
)  # fmt: skip
whens = st.sampled_from(["", "at 1 h", "at 0.0001 s", "at 300 d", "every 1 h x 3", "every 1 min x 200",
                         "every 1 s x 99", "x 3", "every 0 h x 3", "at 9:00"])  # fmt: skip
doses = st.tuples(numbers, units, drugs, ways, whens).map(" ".join)
plans = st.lists(doses, min_size=1, max_size=4).map("; ".join)
patients = st.fixed_dictionaries(
    {},
    optional={
        "weight_kg": st.floats(0.3, 500.0) | st.floats(),
        "age_y": st.floats(0.0, 120.0),
        "height_cm": st.floats(20.0, 250.0),
        "sex": st.sampled_from("FMX"),
        "ancestry": st.sampled_from(["other", "asian", "japanese"]),
        "dosing_weight": st.sampled_from(["total", "ideal", "lean", "fat-free", "adjusted"]),
    },
)
models = st.lists(
    st.sampled_from(["kamp2020", "domino", "perez_ruixo2021", "simons2022", "flint2017", "hijazi2003",
                     "herd2007", "kamp2020+im", "otto2021+oral+nasal"]),
    max_size=2,
)  # fmt: skip
scenarios = st.fixed_dictionaries(
    {"plans": st.dictionaries(st.sampled_from("AB"), plans, min_size=1, max_size=2)},
    optional={
        "patient": patients,
        "models": models,
        "level": st.sampled_from(
            ["70 ng/mL", "0 ng/mL", "1e-9 ng/mL", "300 nmol/L", "1 g/L", "70"]
        ),
        "allow_implausible": st.booleans(),
    },
)
curve_options = st.fixed_dictionaries(
    {},
    optional={
        "all_models": st.booleans(),
        "borrow": st.booleans(),
        "metabolite": st.booleans(),
        "effect_site": st.booleans(),
        "ribbon": st.sampled_from([0, 1, 2, 33]),
        "seed": st.integers(0, 9),
        "until_h": st.none() | st.floats(1e-6, 9000.0),
        "points": st.integers(2, 60),
    },
)
hold_options = st.fixed_dictionaries(
    {"target": st.sampled_from(["100 ng/mL", "0 ng/mL", "1e9 ng/mL", "100 ng/mL; 50 ng/mL at 30 min", "x", ""])},
    optional={
        "site": st.sampled_from(["plasma", "effect"]),
        "effect": st.sampled_from(["antinociception_index", "analgesia"]),
        "until": st.sampled_from(["1 h", "0 h", "1e-6 s", "30 d", "soon"]),
        "step": st.sampled_from(["5 min", "1 s", "0 s", "1 d"]),
        "vial": st.sampled_from(["10 mg/mL", "0 mg/mL", "1e-9 mg/mL"]),
        "max_rate": st.sampled_from(["100 mg/h", "1 mg/kg/h", "1200 mL/h"]),
    },
)  # fmt: skip


def answered(client, path, body):
    begun = time.perf_counter()
    answer = client.post(f"/api/{path}", json=body) if _finite(body) else _sent(client, path, body)
    assert answer.status_code in (200, 422), answer.text
    assert time.perf_counter() - begun < LONGEST_S
    return answer


def _finite(body):
    try:
        httpx.Request("POST", "http://x", json=body)
    except ValueError:
        return False
    return True


def _sent(client, path, body):
    """Python's own JSON writes what is no number."""
    import json

    return client.post(
        f"/api/{path}", content=json.dumps(body), headers={"content-type": "application/json"}
    )


@given(scenario=scenarios, options=curve_options)
@settings(max_examples=30)
def test_curves_of_any_plans(client, scenario, options):
    answer = answered(client, "curves", {"scenario": scenario, "options": options})
    if answer.status_code == 200:
        content = answer.json()
        T = len(content["times_h"])
        for told in content["plans"]:
            for run in told.get("runs", []):
                assert all(len(curve) == T for curve in run["curves"].values())


@pytest.mark.parametrize(
    "path",
    ["understand", "ledger", "routes", "export/html", "export/csv", "export/json"],
)
@given(scenario=scenarios)
@settings(max_examples=6)
def test_any_plans_elsewhere(client, path, scenario):
    answered(client, path, {"scenario": scenario})


decrement_options = st.fixed_dictionaries(
    {},
    optional={
        "rate": st.sampled_from(
            ["0.2 mg/kg/h", "0 mg/h", "1e9 mg/h", "10 mcg/kg/min", "10 mg", ""]
        ),
        "lengths": st.lists(
            st.sampled_from(["1 s", "30 min", "30 d", "0 h", "-1 h", "x"]), max_size=3
        ),
        "by": st.lists(st.sampled_from(["50 %", "0 %", "100 %", "99.9 %", "50"]), max_size=2),
        "below": st.lists(st.sampled_from(["50 ng/mL", "0 ng/mL", "1e9 ng/mL", "50"]), max_size=2),
    },
)


@given(scenario=scenarios, options=decrement_options)
@settings(max_examples=10)
def test_any_infusion_that_is_stopped(client, scenario, options):
    answered(client, "decrement", {"scenario": scenario, "options": options})


change_words = st.sampled_from(
    ["pump stops at 20 min for 10 min", "pump stops at 1 s for 9000 d, left out", "dose 1 doubled",
     "dose 2 late by 15 min", "dose 1 late by 1e9 d", "dose 1 skipped", "dose 1 at 9 mg/h from 1 min",
     "dose 1 at 1e-9 mg/h, same amount", "weight 50 kg", "weight lean", "weight 0 kg", ""]
)  # fmt: skip
change_options = st.fixed_dictionaries(
    {"changes": st.lists(change_words, min_size=1, max_size=8)},
    optional={
        "within": st.sampled_from(["5 %", "0 %", "100 %", "5"]),
        "points": st.integers(2, 60),
    },
)


@given(scenario=scenarios, options=change_options)
@settings(max_examples=15)
def test_any_changes(client, scenario, options):
    answered(client, "what_if", {"scenario": scenario, "options": options})


@given(scenario=scenarios, options=hold_options)
@settings(max_examples=30)
def test_any_target(client, scenario, options):
    answered(client, "hold", {"scenario": scenario, "options": options})
