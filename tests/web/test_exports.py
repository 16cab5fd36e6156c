"""What is taken away reproduces what was seen."""

import contextlib
import io
import json
import shlex

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ketapk as kp
from ketapk.cli.app import main
from ketapk.web.exports import file, program

SCENARIO = {
    "title": 'Two "ways" to \\ give it',
    "plans": {"by vein": "depression-iv", "it's 'im'": "0.5 mg/kg im"},
    "patient": {"weight_kg": 81.5, "age_y": 33, "sex": "M"},
    "level": "100 ng/mL",
}


def taken(ask, kind, scenario=SCENARIO):
    answer = ask(f"export/{kind}", scenario)
    assert answer.status_code == 200
    return answer.text


def table():
    return kp.Scenario.model_validate(SCENARIO).run().table


def test_the_file_is_read_back(ask, tmp_path):
    path = tmp_path / "scenario.toml"
    path.write_text(taken(ask, "toml"), encoding="utf-8")
    assert kp.read_scenario(path) == kp.Scenario.model_validate(SCENARIO)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(title=words, name=words, plan=words, level=words)
def test_any_words_survive_the_file(title, name, plan, level):
    import tomllib

    scenario = kp.Scenario(title=title, plans={name: plan}, level=level)
    assert kp.Scenario.model_validate(tomllib.loads(file(scenario))) == scenario


def test_the_program_makes_the_same_table(ask):
    space: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(taken(ask, "python"), space)
    assert space["comparison"].table.equals(table())


def test_a_program_holds_words_and_no_orders():
    scenario = kp.Scenario(plans={"'}); print('x": "35 mg im"}, level="'''\n1 ng/mL")
    compile(program(scenario), "program", "exec")


def test_the_command_makes_the_same_table(ask, capsys):
    words = shlex.split(taken(ask, "command"))
    assert words[0] == "ketapk"
    assert main([*words[1:], "--csv"]) == 0
    assert capsys.readouterr().out == table().write_csv()


def test_the_json_is_that_of_the_command_line(ask, capsys):
    assert main([*shlex.split(taken(ask, "command"))[1:], "--json"]) == 0
    assert json.loads(taken(ask, "json")) == json.loads(capsys.readouterr().out)


def test_the_page_is_the_one_to_hand_out(ask):
    text = taken(ask, "html")
    assert text.startswith("<!doctype html>")
    assert "not a medical device" in text


def test_values_are_curves_by_plan(ask):
    frame = pl.read_csv(taken(ask, "csv").encode())
    assert frame.columns == ["plan", "model", "time_h", "analyte", "ng_per_ml"]
    assert frame["plan"].unique(maintain_order=True).to_list() == list(SCENARIO["plans"])
    for row in table().to_dicts():
        own = frame.filter(pl.col("plan") == row["plan"])
        assert own["ng_per_ml"].max() == pytest.approx(row["Cmax [ng/mL]"], rel=1e-9)


def test_an_unknown_kind_names_the_known_ones(ask):
    answer = ask("export/exe", SCENARIO)
    assert answer.status_code == 422
    assert "'html', 'csv'" in answer.json()["error"]["sentence"]


def test_nothing_is_written(ask, tmp_path, monkeypatch):
    """Whatever is asked, no file appears and none is opened to be written."""
    import builtins

    monkeypatch.chdir(tmp_path)
    opened = builtins.open

    def reading(file, mode="r", *args, **kwargs):
        assert not set(mode) & set("wax+"), file
        return opened(file, mode, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", reading)
    for path in ("curves", "understand", "ledger", "routes", "decrement"):
        assert ask(path, SCENARIO).status_code == 200
    for kind in ("html", "csv", "json", "python", "command", "toml"):
        taken(ask, kind)
    assert list(tmp_path.iterdir()) == []
