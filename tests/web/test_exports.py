"""What is taken away reproduces what was seen."""

import contextlib
import io
import json
import shlex
import subprocess
import sys
from pathlib import Path

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


SEVERAL = {
    "plans": {"slow": "0.5 mg/kg iv over 40 min", "fast": "20 mg iv bolus"},
    "models": ["kamp2020", "domino"],
    "patient": {"weight_kg": 81.5},
}
KINDS = ("html", "csv", "json", "python", "command", "toml")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_taken_names_every_model(ask, kind):
    text = taken(ask, kind, SEVERAL)
    for model in SEVERAL["models"]:
        assert model in text


def test_tables_of_several_models_have_every_plan_in_each(ask):
    wanted = {(f"{p} [{m}]", m) for p in SEVERAL["plans"] for m in SEVERAL["models"]}
    frame = pl.read_csv(taken(ask, "csv", SEVERAL).encode())
    assert set(frame.select("plan", "model").iter_rows()) == wanted
    rows = json.loads(taken(ask, "json", SEVERAL))["table"]
    assert {(row["plan"], row["model"]) for row in rows} == wanted


def test_the_program_runs_by_itself(ask, tmp_path):
    path = tmp_path / "program.py"
    path.write_text(taken(ask, "python", SEVERAL), encoding="utf-8")
    ran = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    assert ran.stdout == kp.Scenario.model_validate(SEVERAL).run().table.write_csv()


@pytest.mark.parametrize("kind", ["html", "csv", "json"])
def test_a_model_that_cannot_is_named(ask, kind):
    answer = ask(f"export/{kind}", {**SEVERAL, "models": ["kamp2020", "perez_ruixo2021"]})
    assert answer.status_code == 422
    assert answer.json()["error"]["sentence"].startswith("perez_ruixo2021 describes esketamine")


def test_an_unknown_kind_names_the_known_ones(ask):
    answer = ask("export/exe", SCENARIO)
    assert answer.status_code == 422
    assert "'html', 'csv'" in answer.json()["error"]["sentence"]


def test_nothing_is_written(ask, tmp_path, monkeypatch):
    """Whatever is asked, no file appears and none is opened to be written."""
    import builtins

    from ketapk.kernels.compile import cache_folder

    monkeypatch.chdir(tmp_path)
    opened = builtins.open
    kernels = cache_folder()

    def reading(file, mode="r", *args, **kwargs):
        # A kernel that is compiled meanwhile is kept, whoever asks.
        if kernels is None or kernels not in Path(str(file)).parents:
            assert not set(mode) & set("wax+"), file
        return opened(file, mode, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", reading)
    for path in ("curves", "understand", "ledger", "routes", "decrement"):
        assert ask(path, SCENARIO).status_code == 200
    for kind in KINDS:
        taken(ask, kind)
    assert list(tmp_path.iterdir()) == []


BORROWED = {
    "plans": {"by vein": "35 mg iv over 40 min", "by muscle": "35 mg im"},
    "models": ["kamp2020", "domino"],
    "patient": {"weight_kg": 81.5},
}


def test_named_models_borrow_as_they_do_in_the_curves(ask, capsys):
    """Whatever is taken away gives the peaks that the page shows, in the command's own words."""
    shown = {
        (told["name"], run["model"].partition("+")[0]): run["measures"][run["parent"]]["Cmax"]
        for told in ask("curves", BORROWED).json()["plans"]
        for run in told["runs"]
    }
    assert len(shown) == 4
    space: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(taken(ask, "python", BORROWED), space)
    table = space["comparison"].table
    assert table["model"].to_list() == ["kamp2020", "domino", "kamp2020+im", "domino+im"]
    assert main([*shlex.split(taken(ask, "command", BORROWED))[1:], "--json"]) == 0
    asked = (
        json.loads(capsys.readouterr().out)["table"],
        json.loads(taken(ask, "json", BORROWED))["table"],
        table.to_dicts(),
    )
    for rows in asked:
        found = {
            (row["plan"].partition(" [")[0], row["model"].partition("+")[0]): row["Cmax [ng/mL]"]
            for row in rows
        }
        assert found == pytest.approx(shown, rel=1e-12)
