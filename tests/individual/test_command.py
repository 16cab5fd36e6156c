"""`ketapk estimate`: tables, JSON, CSV, a figure, and what is refused."""

import json

import pytest

from ketapk.cli import main

PLAN = "25 mg esketamine iv over 40 min"
LEVELS = "40 min: 140 ng/mL, 2 h: 55 ng/mL, 8 h: <5 ng/mL"
COMMAND = ["estimate", PLAN, "--model", "otto2021"]


def test_tables_have_the_person_the_levels_and_the_basis(capsys, tmp_path):
    figure = tmp_path / "own.png"
    assert main([*COMMAND, "--levels", LEVELS, "--plot", str(figure)]) == 0
    out = capsys.readouterr().out
    for piece in ("shrinkage", "CLnk", "<5", "weighted", "It is not a recommendation."):
        assert piece in out
    assert figure.stat().st_size > 10_000


def test_json_has_everything_and_a_next_plan(capsys):
    following = "20 mg esketamine iv over 1 h"
    assert main([*COMMAND, "--levels", LEVELS, "--next", following, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["parameter"] for row in found["parameters"]] == ["V1", "CL", "Vnk", "CLnk"]
    assert found["converged"] is True
    assert found["gradient"] == "exact"
    assert found["levels"][2]["residual"] is None
    assert found["basis"].startswith("Rests on otto2021 (grade B).")
    own = {row["measure"]: row["own"] for row in found["next"]["exposure"][:3]}
    peak = max(row["own"] for row in found["next"]["curves"] if row["analyte"] == "esketamine")
    assert own["Cmax"] == pytest.approx(peak, rel=1e-9)


def test_csv_from_a_file_is_the_parameters_or_the_next_curves(capsys, tmp_path):
    file = tmp_path / "levels.csv"
    file.write_text("time_h,ng_per_ml\n0.5,110\n2,55\n", encoding="utf-8")
    assert main([*COMMAND, "--levels-file", str(file), "--csv"]) == 0
    assert capsys.readouterr().out.startswith("parameter,typical,estimate,eta,rse,low,high,shrink")
    assert main([*COMMAND, "--levels-file", str(file), "--next", PLAN, "--csv"]) == 0
    assert capsys.readouterr().out.startswith("time_h,analyte,typical,own,low,high")


def test_sampling_says_what_the_draws_are_worth(capsys):
    assert main([*COMMAND, "--levels", LEVELS, "--sample", "400", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert 100 < found["effective_draws"] <= 400


@pytest.mark.parametrize(
    ("arguments", "code", "answer"),
    [
        ([*COMMAND], 2, "Say what was measured once"),
        ([*COMMAND, "--levels", "1 h: 180"], 2, "has no unit"),
        ([*COMMAND, "--levels", "1 h: 0.1 ng/mL"], 2, "would fit."),
        (["estimate", PLAN, "--model", "domino", "--levels", LEVELS], 3, "domino"),
    ],
)
def test_what_is_refused_is_answered_in_a_sentence(arguments, code, answer, capsys):
    assert main(arguments) == code
    assert answer in capsys.readouterr().err
