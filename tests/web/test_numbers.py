"""Every address answers with the numbers of the Python API."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import ketapk as kp
from ketapk.web.axis import FINE, JUST_BEFORE, MOST_CORNERS, from_corner_to_corner

WHO = {"weight_kg": 80.0, "age_y": 35.0, "sex": "M", "height_cm": 180.0}
ME = kp.Patient(**WHO)
DIGITS = 1e-7
"""Curves have eight digits."""
PLANS = (
    "0.5 mg/kg iv over 40 min",
    "35 mg im; 20 mg iv bolus at 1 h",
    "84 mg spravato",
    "50 mg esketamine oral",
    "0.3 mg/kg iv bolus; then 0.2 mg/kg/h iv for 2 h",
)


def scenario(*plans, **more):
    return {"plans": {f"P{k}": plan for k, plan in enumerate(plans)}, "patient": WHO, **more}


@pytest.mark.parametrize("plan", PLANS)
def test_curves_of_all_models_are_those_of_an_ensemble(ask, plan):
    answer = ask("curves", scenario(plan), options={"all_models": True, "effect_site": True}).json()
    times = np.array(answer["times_h"])
    python = kp.simulate_models(plan, ME, times=times)
    (told,) = answer["plans"]
    assert [run["model"] for run in told["runs"]] == list(python.runs)
    assert {e["model"]: e["why"] for e in told["excluded"]} == dict(python.reasons)
    for run in told["runs"]:
        own = python.runs[run["model"]]
        assert list(run["curves"]) == list(own.analytes)
        assert run["parent"] == own.model.parent
        for analyte, curve in run["curves"].items():
            assert_allclose(curve, own.concentration(analyte)[0], rtol=DIGITS, atol=1e-12)
            measures = run["measures"][analyte]
            row = own.exposure(analyte, above="70 ng/mL").row(0, named=True)
            for name, column in (
                ("Cmax", "Cmax"), ("Tmax_h", "Tmax"), ("AUC_inf", "AUC_inf"), ("t_half_h", "t_half"),
                ("onset_h", "time to 70 ng/mL"), ("above_h", "time above 70 ng/mL"),
            ):  # fmt: skip
                expected = row[column] if math.isfinite(row[column]) else None
                assert measures[name] == (
                    None if expected is None else pytest.approx(expected, rel=1e-9)
                )
            washout = own.curve(analyte).washout("70 ng/mL")[0]
            assert measures["washout_h"] == (
                None if measures["onset_h"] is None else pytest.approx(washout, rel=1e-8)
            )
        spread = own.route_range()
        assert (run["range"] is None) == (spread is None)
        if spread is not None:
            found = run["range"][own.model.parent]
            assert_allclose(found["low"], spread[0][0], rtol=1e-4, atol=1e-12)
            assert_allclose(found["high"], spread[1][0], rtol=1e-4, atol=1e-12)
    if len(python.runs) > 1:
        low, high = python.band()
        assert_allclose(told["band"]["low"], low, rtol=1e-4, atol=1e-12)
        assert_allclose(told["band"]["high"], high, rtol=1e-4, atol=1e-12)


def test_without_models_each_plan_gets_the_one_that_compare_chooses(ask):
    asked = scenario(*PLANS)
    answer = ask("curves", asked).json()
    python = kp.Scenario.model_validate(asked).run()
    for told in answer["plans"]:
        assert [run["model"] for run in told["runs"]] == [python.runs[told["name"]].model.name]


def test_peaks_and_corners_are_among_the_times(ask):
    answer = ask("curves", scenario(*PLANS), options={"all_models": True}).json()
    times = np.array(answer["times_h"])
    assert times[0] == 0.0
    assert times[-1] == answer["until_h"]
    assert (np.diff(times) > 0.0).all()
    for told in answer["plans"]:
        corners = [t for i in told["infusion"] for t in (i["start_h"], i["end_h"])]
        corners += [b["time_h"] for b in told["boluses"]]
        assert np.isin(corners, times).all()
        for run in told["runs"]:
            for analyte, curve in run["curves"].items():
                measures = run["measures"][analyte]
                if measures["Tmax_h"] <= answer["until_h"]:
                    assert max(curve) == pytest.approx(measures["Cmax"], rel=DIGITS)


def test_a_ribbon_is_percentiles_of_the_drawn_people(ask):
    plan = "25 mg esketamine iv over 40 min"
    answer = ask(
        "curves", scenario(plan, models=["otto2021"]), options={"ribbon": 64, "seed": 5}
    ).json()
    told = answer["plans"][0]["runs"][0]["ribbon"]
    at = np.array(told["times_h"])
    assert (at[0], at[-1]) == (0.0, answer["until_h"])
    crowd = kp.Cohort(**{**WHO, "weight_kg": [80.0] * 64})
    drawn = kp.simulate(plan, "otto2021", crowd, times=at, rng=5).concentration("esketamine")
    ribbon = told["esketamine"]
    for percent in (5, 25, 50, 75, 95):
        expected = np.percentile(drawn, percent, axis=0)
        assert_allclose(ribbon[f"p{percent}"], expected, rtol=1e-4, atol=1e-12)


@given(
    st.lists(st.floats(0.01, 99.0), max_size=2 * MOST_CORNERS, unique=True),
    st.floats(1.0, 100.0),
    st.integers(1, 200),
)
def test_a_ribbon_is_read_at_every_corner_and_just_before_it(corners, until, steps):
    times = from_corner_to_corner(np.sort(corners), until, steps)
    assert (times[0], times[-1]) == (0.0, until)
    assert (np.diff(times) > 0.0).all()
    inside = np.sort([t for t in corners if t < until])[:MOST_CORNERS]
    at = times.searchsorted(inside)
    assert_array_equal(times[at], inside)
    assert (times[at] - times[at - 1] <= 2.0 * JUST_BEFORE * until).all()
    assert np.diff(times).max() <= until / min(steps, FINE) * (1.0 + 1e-9)


def test_the_ribbon_is_that_of_the_first_model_with_variability(ask):
    found = ask("curves", scenario("84 mg spravato"), options={"all_models": True, "ribbon": 16})
    runs = found.json()["plans"][0]["runs"]
    variable = [bool(kp.load_model(run["model"]).variability) for run in runs]
    first = variable.index(True)
    assert all("why_not" in run["ribbon"] for run in runs[:first])
    assert "times_h" in runs[first]["ribbon"]
    assert all(run["ribbon"] is None for run in runs[first + 1 :])


def test_what_rests_beside_a_dragged_plan_is_what_it_is_alone(ask):
    """Its curves are read at other times, and everything else is kept."""
    still, options = "25 mg esketamine iv over 40 min", {"all_models": True, "ribbon": 8}
    (alone,) = ask("curves", scenario(still), options={**options, "until_h": 6.0}).json()["plans"]
    for minutes in (30, 31):
        moved = scenario(still, f"{minutes} mg esketamine iv over {minutes} min")
        told = ask("curves", moved, options={**options, "until_h": 6.0}).json()["plans"]
        assert [told[1]["infusion"][0]["end_h"]] == [pytest.approx(minutes / 60)]
        for run, own in zip(told[0]["runs"], alone["runs"], strict=True):
            assert (run["measures"], run["ribbon"]) == (own["measures"], own["ribbon"])


def test_a_model_without_variability_says_why_it_has_no_ribbon(ask):
    answer = ask("curves", scenario("35 mg im"), options={"ribbon": 16}).json()
    assert "publishes no variability" in answer["plans"][0]["runs"][0]["ribbon"]["why_not"]


def test_an_effect_site_only_with_its_own_model(ask):
    answer = ask(
        "curves", scenario(PLANS[0]), options={"all_models": True, "effect_site": True}
    ).json()
    sites = {run["model"]: [e["name"] for e in run["effect"]] for run in answer["plans"][0]["runs"]}
    assert sites == {"kamp2020": [], "domino": ["antinociception_index"], "clements1981": []}
    domino = next(run for run in answer["plans"][0]["runs"] if run["model"] == "domino")
    python = kp.simulate(
        PLANS[0], "domino", ME, times=answer["times_h"], effect="antinociception_index"
    ).concentration("ketamine", site="effect")[0]
    assert_allclose(domino["effect"][0]["curve"], python, rtol=DIGITS, atol=1e-12)


def test_plans_differ_by_their_curves_from_where_they_part(ask):
    plans = "35 mg iv over 40 min", "35 mg iv over 40 min; 20 mg im at 2 h"
    answer = ask("curves", scenario(*plans)).json()
    (found,) = answer["difference"]
    times = np.array(answer["times_h"])
    one, other = (
        kp.simulate(p, m, ME, times=times)
        for p, m in zip(plans, found["models"][::-1], strict=True)
    )
    assert (found["of"], found["minus"], found["parts_at_h"]) == ("P1", "P0", 2.0)
    expected = other.concentration("ketamine")[0] - one.concentration("ketamine")[0]
    assert_allclose(found["curve"], expected, rtol=1e-6, atol=1e-9)


def test_understanding_is_the_explanation_of_the_command_line(ask):
    plans = "0.5 mg/kg iv over 40 min", "0.1 mg/kg iv bolus every 30 min x 3", "56 mg spravato"
    answer = ask("understand", scenario(*plans), vial="10 mg/mL").json()
    for told, text in zip(answer["plans"], plans, strict=True):
        plan = kp.parse(text)
        assert told["sentence"] == str(plan)
        assert told["lines"] == kp.explain(plan, 80.0, vial="10 mg/mL")
        assert told["total_mg"] == plan.total_mg(80.0)
        assert sum(d["mg"] * d["times"] for d in told["doses"]) == pytest.approx(told["total_mg"])
        assert [f["text"] for f in told["findings"]] == [f.text for f in kp.lint(plan, ME).findings]
    dose = answer["plans"][0]["doses"][0]
    assert (dose["mg"], dose["mg_per_kg"], dose["mL"]) == (40.0, 0.5, 4.0)
    assert dose["mg_per_kg_h"] == pytest.approx(0.75)
    assert dose["mcg_per_kg_min"] == pytest.approx(12.5)
    assert dose["mL_per_h"] == pytest.approx(6.0)


def test_the_ledger_sums_to_what_was_given_so_far(ask):
    plan = "35 mg im; 20 mg iv over 1 h at 2 h"
    answer = ask("ledger", scenario(plan), options={"points": 60}).json()
    run = kp.simulate(plan, answer["model"], ME, times=answer["times_h"])
    stack = {p["place"]: p["mg"] for p in answer["places"]}
    for k, place in enumerate(run.sites):
        if place in stack:
            assert_allclose(stack[place], run.amounts[0, :, k], rtol=DIGITS, atol=1e-9)
        else:
            assert np.abs(run.amounts[0, :, k]).max() < 1e-9
    total = np.sum(list(stack.values()), axis=0)
    times = np.array(answer["times_h"])
    given = 35.0 + 20.0 * np.clip(times - 2.0, 0.0, 1.0)
    assert_allclose(total, given, rtol=1e-6)
    assert answer["total_mg"] == 55.0


@pytest.mark.parametrize("match", ["milligrams", "AUC", "Cmax"])
def test_routes_are_the_comparison_of_their_doses(ask, match):
    asked = ["iv", "im", "nasal", "oral"]
    answer = ask(
        "routes", scenario("35 mg iv over 40 min"), options={"routes": asked, "match": match}
    ).json()
    assert [row["route"] for row in answer["rows"]] == asked
    assert answer["rows"][0]["sentence"] == "35 mg iv over 40 min"
    for row in answer["rows"]:
        table = kp.compare({"x": row["sentence"]}, patient=ME, model=row["model"]).table.row(
            0, named=True
        )
        for ours, theirs in (
            ("mg", "dose [mg]"), ("Cmax", "Cmax [ng/mL]"), ("Tmax_min", "Tmax [min]"), ("F", "F"),
            ("AUC", "AUC [ng h/mL]"), ("onset_min", "time to 70 ng/mL [min]"),
            ("ratio", "norketamine:ketamine"),
        ):  # fmt: skip
            value = table[theirs]
            assert row[ours] == (None if value is None else pytest.approx(value, rel=1e-9))
        assert row["model"].partition("+")[0] == answer["model"]
    given = kp.simulate("35 mg iv over 40 min", answer["model"], ME).exposure().row(0, named=True)
    for row in answer["rows"]:
        if match == "milligrams":
            assert row["mg"] == 35.0
        else:
            assert row[match] == pytest.approx(
                given["AUC_inf" if match == "AUC" else match], rel=1e-6
            )


@pytest.mark.parametrize("match", ["AUC", "Cmax"])
def test_a_device_that_cannot_match_says_so(ask, match):
    plan, asked = "50 mg esketamine iv over 40 min", ["im", "nasal_spray"]
    answer = ask("routes", scenario(plan), options={"routes": asked, "match": match}).json()
    injected, sprayed = answer["rows"]
    python = kp.equivalent_dose(
        plan, "nasal_spray", match=match, patient=ME, model=sprayed["model"]
    )
    assert injected["unmatched"] is None
    assert sprayed["unmatched"] == python.unmatched != ""


def test_a_route_that_cannot_be_spoils_no_other(ask):
    answer = ask(
        "routes", scenario("35 mg iv bolus"), options={"routes": ["im", "nasal_spray", "knee"]}
    ).json()
    assert [row["error"] is None for row in answer["rows"]] == [True, False, False]
    assert "write one of iv, im" in answer["rows"][2]["error"]["sentence"]


@pytest.mark.parametrize(
    "target", ["100 ng/mL; 50 ng/mL at 1 h", [["0 min", "100 ng/mL"], ["1 h", "50 ng/mL"]]]
)
def test_a_held_level_is_that_of_python(ask, target):
    options = {"target": target, "until": "2 h", "step": "5 min"}
    answer = ask("hold", scenario("35 mg im", models=["domino"]), options=options).json()
    python = kp.hold("100 ng/mL; 50 ng/mL at 1 h", "domino", ME, until="2 h", step="5 min")
    assert answer["plan"] == str(python.plan)
    assert [i["mg_per_h"] for i in answer["intervals"]] == python.table["mg_per_h"].to_list()
    assert answer["reached"] is python.reached
    assert answer["basis"] == python.basis
    times = np.array(answer["times_h"])
    curve = python.run.at_times(times).concentration("ketamine")[0]
    assert_allclose(answer["curves"]["plasma"], curve, rtol=DIGITS, atol=1e-9)


def test_decrement_is_that_of_python(ask):
    options = {"lengths": ["1 h", "8 h"], "by": ["50 %"], "below": ["50 ng/mL"]}
    answer = ask("decrement", scenario("35 mg im"), options=options).json()
    python = kp.decrement_times(None, ME, **options)
    for told, row in zip(answer["rows"], python.table.to_dicts(), strict=True):
        assert told == {
            k: v if not isinstance(v, float) or math.isfinite(v) else None for k, v in row.items()
        }
    assert {e["model"] for e in answer["excluded"]} == set(python.reasons)


def test_the_library_is_that_of_python(client):
    library = client.get("/api/library").json()
    assert [m["name"] for m in library["models"]] == kp.list_models()["name"].to_list()
    assert [m["grade"] for m in library["models"]] == kp.list_models()["grade"].to_list()
    assert [p["plan"] for p in library["protocols"]] == kp.list_protocols()["plan"].to_list()
    assert [e["name"] for e in library["effects"]] == kp.list_effects()["name"].to_list()
    assert all(
        band["source"] and band["low_ng_per_ml"] < band["high_ng_per_ml"]
        for band in library["bands"]
    )
    assert [w["name"] for w in library["weight_scalars"]] == kp.list_weight_scalars()[
        "name"
    ].to_list()
    assert "not a medical device" in library["notice"]


def test_numbers_that_are_none_are_null(ask):
    answer = ask("curves", scenario("10 mg im", level="5000 ng/mL"))
    assert "NaN" not in answer.text
    assert "Infinity" not in answer.text
    run = answer.json()["plans"][0]["runs"][0]
    assert run["measures"]["ketamine"]["onset_h"] is None


def test_a_steady_question_has_a_steady_answer(ask):
    asked = scenario(*PLANS), {"all_models": True, "ribbon": 32}
    one, other = (ask("curves", asked[0], options=asked[1]).json() for _ in range(2))
    one.pop("took_ms"), other.pop("took_ms")
    assert json.dumps(one) == json.dumps(other)


def test_a_sheet_is_that_of_python(ask):
    plan = "0.5 mg/kg iv over 40 min; then 10 mg/h iv for 1 h"
    options = {"vial": "1 mg/mL", "volume": "50 mL", "start": "09:00"}
    answer = ask("sheet", scenario(plan), options=options).json()
    pump = kp.Pump(concentration="1 mg/mL", volume="50 mL")
    python = kp.running_sheet(plan, pump, ME, start="09:00")
    assert answer["lines"] == python.table.to_dicts()
    assert answer["total_mL"] == python.total_ml
    assert answer["basis"] == python.basis
    assert answer["changes_h"] == list(python.changes_h)


def test_a_sheet_without_a_strength_says_what_to_write(ask):
    answer = ask("sheet", scenario("35 mg iv bolus"), options={})
    assert answer.status_code == 422
    assert "such as '10 mg/mL'" in answer.json()["error"]["sentence"]


CHANGES = {
    "0.5 mg/kg iv over 40 min": ["pump stops at 20 min for 10 min, left out"],
    "10 mg im every 1 h x 3": ["dose 2 late by 15 min", "dose 3 skipped"],
    "0.3 mg/kg iv bolus; then 0.2 mg/kg/h iv for 2 h": ["dose 2 at 0.1 mg/kg/h from 1 h"],
}


@pytest.mark.parametrize("plan", CHANGES)
def test_a_plan_gone_otherwise_is_that_of_python(ask, plan):
    changes = CHANGES[plan]
    answer = ask(
        "what_if", scenario(plan, models=["domino"]), options={"changes": changes, "within": "2 %"}
    ).json()
    python = kp.what_if(plan, changes, kp.load_model(answer["model"]), ME, within="2 %")
    assert answer["model"].partition("+")[0] == "domino"
    assert (answer["plan"], answer["changed_plan"]) == (
        str(kp.parse(plan)),
        str(python.changed.plan),
    )
    assert answer["parts_at_h"] == float(python.parts_at)
    for name in ("largest", "largest_at_h", "area", "area_between", "agree_at_h"):
        assert answer[name] == getattr(python, name)[0]
    assert (answer["account"], answer["agreement"]) == (python.account, python.agreement)
    times = np.array(answer["times_h"])
    for name in ("planned", "changed"):
        curve = getattr(python, name).at_times(times).concentration("ketamine")[0]
        assert_allclose(answer[name], curve, rtol=DIGITS, atol=1e-9)
    before = times < answer["parts_at_h"]
    assert_allclose(np.array(answer["difference"])[before], 0.0, atol=1e-9)
    furthest = np.abs(answer["difference"]).max()
    assert furthest <= abs(answer["largest"]) * (1.0 + DIGITS)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        (["dose 7 skipped"], "options.changes"),
        (["dose 1 late by 9999 d"], "options.changes"),
        (["pumps stop"], "options.changes"),
        ([], "options.changes"),
    ],
)
def test_a_change_that_cannot_be_gets_a_sentence(ask, changes, where):
    answer = ask("what_if", scenario("35 mg im"), options={"changes": changes})
    assert answer.status_code == 422
    assert answer.json()["error"]["where"] == where
    assert answer.json()["error"]["sentence"].endswith(".")


@pytest.mark.parametrize(
    ("plan", "level"),
    [
        ("35 mg iv over 40 min", "70 ng/mL"),
        ("20 mg iv bolus every 4 h x 3", "70 ng/mL"),
        ("35 mg im; 20 mg iv bolus at 1 h", "1 ng/mL"),
        ("5 mg im", "900 ng/mL"),
    ],
)
def test_the_washout_is_from_the_last_dose_to_the_last_time_at_the_level(ask, plan, level):
    (told,) = ask("curves", scenario(plan, level=level)).json()["plans"]
    run = kp.simulate(plan, told["runs"][0]["model"], ME)
    ends = run.curve("ketamine").intervals_above(level)["end_h"]
    found = told["runs"][0]["measures"]["ketamine"]["washout_h"]
    if len(ends) == 0:
        assert found is None
    else:
        assert found == pytest.approx(max(ends.max() - float(run.plan.end), 0.0), rel=1e-8)
