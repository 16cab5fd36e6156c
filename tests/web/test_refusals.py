"""Bad input gets the sentence of the command line, with its place; guards stand at the door."""

import json

import pytest

from ketapk.cli.app import main
from ketapk.web.limits import MOST_BYTES, MOST_TIMES

JSON = {"content-type": "application/json"}
GOOD = {"plans": {"IV": "35 mg iv over 40 min"}}

PLANS = ["depression-iv; 35 mg im", "35 iv", "35 mg", "35 mg knee", "0.5 mg/kg", "xx", "", "depression-xv", "1e9 mg im",
         "35 mg iv over -3 min", "12 mg/kg/h iv", "35 mg im every 1 h", "7000 mg iv bolus"]  # fmt: skip


@pytest.mark.parametrize("plan", PLANS)
def test_a_bad_plan_gets_the_sentence_of_the_command_line(ask, capsys, plan):
    told = ask("curves", {"plans": {"good": "35 mg im", "bad": plan}}).json()["plans"]
    assert told[0]["error"] is None
    assert main(["compare", f"bad={plan}" if plan else "bad= "]) in (2, 3)
    said = capsys.readouterr().err.strip()
    if plan:
        assert told[1]["error"]["sentence"] == said
    assert told[1]["error"]["where"] == "plans.bad"


@pytest.mark.parametrize("options", [{}, {"all_models": True}])
@pytest.mark.parametrize("models", [[], ["kamp2020", "perez_ruixo2021"]])
def test_a_dose_that_may_be_allowed_is_marked_and_nothing_else_is(ask, models, options):
    """What is marked is answered once implausible doses are allowed."""
    plans = {
        "tiny": "1 mg im",
        "huge": "7000 mg iv bolus",
        "no dose": "35 mg knee",
        "good": "35 mg im",
    }
    marked = {"tiny": True, "huge": True, "no dose": False, "good": False}
    for allowed in (False, True):
        scenario = {"plans": plans, "models": models, "allow_implausible": allowed}
        told = ask("curves", scenario, options={**options, "points": 2}).json()["plans"]
        found = {
            one["name"]: (one["error"] or {}).get("kind") == "ImplausibleError" for one in told
        }
        assert found == {name: yes and not allowed for name, yes in marked.items()}
    assert [one["name"] for one in told if one["error"]] == ["no dose"]


PATIENTS = {
    "weight_kg": 900.0,
    "age_y": -1.0,
    "height_cm": 2.0,
    "sex": "X",
    "ancestry": "martian",
    "dosing_weight": "heavy",
}
FLAGS = {
    "weight_kg": "--weight", "age_y": "--age", "height_cm": "--height", "sex": "--sex",
    "ancestry": "--ancestry", "dosing_weight": "--dosing-weight",
}  # fmt: skip


@pytest.mark.parametrize("address", ["curves", "understand", "ledger", "routes", "export/json"])
@pytest.mark.parametrize("field", PATIENTS)
def test_a_bad_patient_gets_the_sentence_of_the_command_line(ask, capsys, field, address):
    answer = ask(address, {**GOOD, "patient": {field: PATIENTS[field]}})
    assert main(["compare", "IV=35 mg iv over 40 min", FLAGS[field], str(PATIENTS[field])]) == 2
    error = answer.json()["error"]
    assert answer.status_code == 422
    assert error["sentence"] == capsys.readouterr().err.strip()
    assert error["where"] == f"patient.{field}"
    assert "_" not in error["sentence"]


@pytest.mark.parametrize(
    ("more", "flags", "where"),
    [
        ({"level": "70"}, ["--level", "70"], "level"),
        ({"level": "70 mg"}, ["--level", "70 mg"], "level"),
        ({"models": ["kamp2021"]}, ["--model", "kamp2021"], "models"),
        ({"models": ["kamp2020+knee"]}, ["--model", "kamp2020+knee"], "models"),
    ],
)
def test_bad_options_get_the_sentence_of_the_command_line(ask, capsys, more, flags, where):
    answer = ask("curves", {**GOOD, **more})
    assert main(["compare", "IV=35 mg iv over 40 min", *flags]) in (2, 3)
    error = answer.json()["error"]
    assert (answer.status_code, error["where"]) == (422, where)
    assert error["sentence"] == capsys.readouterr().err.strip()


BODIES = {
    "no scenario": ({}, "scenario is missing; add it."),
    "no plans": ({"scenario": {}}, "plans is missing; add it."),
    "a misspelt key": ({"scenario": {**GOOD, "levle": "1"}}, "levle is not known. Did you mean 'level'?"),
    "a misspelt patient": (
        {"scenario": {**GOOD, "patient": {"wieght_kg": 7}}},
        "patient.wieght_kg is not known. Did you mean 'weight_kg'?",
    ),
    "a misspelt option": ({"scenario": GOOD, "options": {"ribon": 1}}, "options.ribon is not known. Did you mean 'ribbon'?"),
    "a number for a plan": ({"scenario": {"plans": {"IV": 35}}}, "plans.IV is 35, which is no text; write it in quotes."),
    "text for a weight": ({"scenario": {**GOOD, "patient": {"weight_kg": "heavy"}}}, 'patient.weight_kg is "heavy", which is no number; write a number without quotes.'),
    "a number in quotes": ({"scenario": {**GOOD, "patient": {"weight_kg": "70"}}}, 'patient.weight_kg is "70", which is no number'),
    "true for a weight": ({"scenario": {**GOOD, "patient": {"weight_kg": True}}}, "patient.weight_kg is true, which is no number"),
    "true for a height": ({"scenario": {**GOOD, "patient": {"height_cm": True}}}, "patient.height_cm is true, which is no number"),
    "a share of people": ({"scenario": GOOD, "options": {"ribbon": 0.5}}, "options.ribbon is 0.5, which is no whole number"),
    "true for an end": ({"scenario": GOOD, "options": {"until_h": True}}, "options.until_h is true, which is no number"),
    "no plan at all": ({"scenario": {"plans": {}}}, "plans has too few entries; write at least 1."),
    "a word for a choice": ({"scenario": GOOD, "options": {"borrow": "perhaps"}}, 'options.borrow is "perhaps"; write true or false.'),
    "a plan for plans": ({"scenario": {"plans": "35 mg im"}}, 'plans is "35 mg im", which is no table of names and values.'),
    "a crowd": ({"scenario": GOOD, "options": {"ribbon": 1001}}, "options.ribbon is 1001; write at most 1000."),
    "too many points": ({"scenario": GOOD, "options": {"points": 10**6}}, "options.points is 1000000; write at most 800."),
    "an endless axis": ({"scenario": GOOD, "options": {"until_h": 1e99}}, "options.until_h is 1e+99; write at most 9000."),
    "thirteen plans": ({"scenario": {"plans": {str(k): "35 mg im" for k in range(13)}}}, "13 plans are too many for one request; send at most 12."),
    "fourteen models": ({"scenario": {**GOOD, "models": ["domino"] * 14}}, "14 models are too many"),
    "a long name": ({"scenario": {"plans": {"x" * 300: "35 mg im"}}}, "has 300 characters"),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused_with_a_sentence(client, name):
    body, sentence = BODIES[name]
    answer = client.post("/api/curves", json=body)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]["sentence"]
    assert answer.json()["error"]["kind"] == "InputError"


@pytest.mark.parametrize(
    "plan",
    ["1 mg im every 1 h x 201", "3 devices spravato every 1 d x 99999", "1 mg im every 1 h x 1e5",
     "201 x 1 mg im every 1 h", "; ".join(["1 mg im every 1 h x 101"] * 2), "1 mg im at 2000 d"],
)  # fmt: skip
def test_a_plan_that_is_too_long_is_refused(ask, plan):
    (told,) = ask("curves", {"plans": {"p": plan}}).json()["plans"]
    assert told["error"] is not None


def test_the_longest_plans_are_answered_within_the_bounds(ask):
    plans = {str(k): f"{k + 1} mg iv over 10 min every 1 h x 200" for k in range(12)}
    answer = ask(
        "curves", {"plans": plans, "allow_implausible": True}, options={"points": 800}
    ).json()
    assert len(answer["times_h"]) <= MOST_TIMES
    assert all(told["error"] is None for told in answer["plans"])


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]", b"\xff\xfe", b'"x"', b"1e400"])
def test_what_is_no_body_is_refused(client, content):
    answer = client.post(
        "/api/curves", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["error"]["sentence"].endswith(".")


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 10 * MOST_BYTES])
def test_a_long_body_is_refused(client, size):
    async def parts():
        for _ in range(size // 1024 + 1):
            yield b" " * 1024

    for content in (b" " * size, parts()):
        answer = client.post("/api/curves", content=content)
        assert answer.status_code == 413
        assert "longer than 64 kB" in answer.json()["error"]["sentence"]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[", "localhost.evil:80", "10.0.0.1"]
)
def test_another_host_is_refused(client, host):
    answer = client.get("/api/library", headers={"host": host})
    assert answer.status_code == 400
    assert "is not this machine" in answer.json()["error"]["sentence"]


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1:8765", "[::1]:80"])
def test_this_machine_is_answered(client, host):
    assert client.get("/api/library", headers={"host": host}).status_code == 200


def test_a_page_of_another_site_may_not_ask(client):
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
        assert client.get("/api/library", headers={"origin": origin}).status_code == 403
    assert (
        client.get("/api/library", headers={"origin": "http://127.0.0.1:8765"}).status_code == 200
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/library"), ("POST", "/api/curves"), ("GET", "/nowhere"), ("GET", "/api/openapi.json"), ("GET", "/../../pyproject.toml")],
)  # fmt: skip
def test_every_answer_has_the_headers(client, method, path):
    answer = client.request(method, path)
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == (
        "no-store" if path.startswith("/api") else "no-cache"
    )
    assert "access-control-allow-origin" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_there_are_no_pages_from_a_content_network(client):
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404
    text = json.dumps(client.get("/api/openapi.json").json())
    assert "/api/curves" in text
    assert "not a medical device" in text


def test_no_file_of_the_machine_is_read_as_a_model(ask, tmp_path):
    for name in ("mine.toml", "/etc/passwd", "../x", "os", "source"):
        answer = ask("curves", {**GOOD, "models": [name]})
        assert "There is no model" in answer.json()["error"]["sentence"]


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "//", "http://127.0.0.1:8765]"])
def test_an_origin_that_is_no_address_may_not_ask(client, origin):
    assert client.get("/api/library", headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("address", ["curves", "understand", "export/html", "ledger"])
def test_half_a_character_is_refused_wherever_it_stands(client, address):
    half = "\ud800"
    for body in (
        {"scenario": {"plans": {half: "35 mg im"}}},
        {"scenario": {**GOOD, "title": half}},
        {"scenario": {**GOOD, half: 1}},
    ):
        answer = client.post(f"/api/{address}", content=json.dumps(body).encode(), headers=JSON)
        assert answer.status_code == 422
        assert "half of a character" in answer.json()["error"]["sentence"]


@pytest.mark.parametrize("content", [b'{"a": "\xff"}', b"[" * 30_000, b"9" * 5_000])
def test_what_no_reader_of_json_reads_is_told_what_to_send(client, content):
    answer = client.post("/api/curves", content=content, headers=JSON)
    assert answer.status_code in (400, 422)
    assert "JSON" in answer.json()["error"]["sentence"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/api/curves", "/api/export/csv"])
def test_another_method_is_told_the_one_that_is_answered(client, path, method):
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["error"]["sentence"].startswith(f"{path} is asked by POST")


@pytest.mark.parametrize("address", ["hold", "sheet"])
def test_a_pump_that_changes_syringes_without_end_is_refused(ask, address):
    options = {"vial": "1e-9 mg/mL", "volume": "50 mL"}
    options |= {"target": "100 ng/mL"} if address == "hold" else {}
    answer = ask(address, GOOD, options=options)
    assert answer.status_code == 422
    assert "too many for the page" in answer.json()["error"]["sentence"]


@pytest.mark.parametrize(
    ("address", "options", "sentence"),
    [
        ("hold", {"target": 5}, "options.target is 5, which is no text; write it in quotes."),
        ("hold", {"target": [["1 h"]]}, "options.target"),
        ("hold", {"target": "abc"}, "'abc'"),
        ("hold", {"target": "100 ng/mL", "until": "abc"}, "until: 'abc' is not a quantity"),
        ("hold", {"target": "100 ng/mL", "max_rate": "5 mL/h"}, "add its strength, such as"),
        ("hold", {"target": "100 ng/mL", "site": "effect"}, "choose one of antinociception_index"),
        ("routes", {"match": "F"}, "write 'milligrams', 'AUC' or 'Cmax'."),
        ("sheet", {}, "A sheet needs the strength in the syringe"),
        ("decrement", {"rate": "5 mg"}, "rate='5 mg' is of the wrong kind"),
        ("decrement", {"lengths": ["abc"]}, "lengths: 'abc' is not a quantity"),
        (
            "decrement",
            {"lengths": []},
            "no length of the infusion; write at least one, such as '30 min'.",
        ),
        ("decrement", {"by": []}, "nothing to fall by or below; write a percentage such as '50 %'"),
        (
            "hold",
            {"target": "100 ng/mL", "until": ""},
            "until is empty; write a time such as '40 min'.",
        ),
        ("sheet", {"vial": " "}, "concentration is empty; write a strength such as '10 mg/mL'."),
        ("decrement", {"by": ["1e999999999 %"]}, "is not a finite number"),
        ("what_if", {"changes": []}, "options.changes has too few entries; write at least 1."),
    ],
)
def test_a_bad_option_says_how_to_mend_it_in_no_words_of_python(ask, address, options, sentence):
    answer = ask(address, {**GOOD, "models": ["domino"]}, options=options)
    said = answer.json()["error"]["sentence"]
    assert answer.status_code == 422
    assert sentence in said
    for foreign in ("kp.", "=True", "nput should", "alid ", "()"):
        assert foreign not in said


def test_plans_may_have_any_name(ask):
    error = ask("curves", {"plans": {"body": 1, "str": 2}}).json()["error"]
    assert error["where"] == "plans.body"
    assert "plans.str is 2" in error["sentence"]
