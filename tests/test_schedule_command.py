"""`ketapk schedule` prints the sheet, how near it comes, and what it rests on."""

import csv
import io
import json

import pytest

from ketapk.cli import main
from ketapk.notice import NOTICE

TARGET = ["schedule", "--target", "100 ng/mL from 5 min", "--until", "30 min", "--changes", "1"]
CHANCE = [
    "schedule", "--chance",
    "at least 80 % above 100 ng/mL from 10 to 30 min; at most 20 % ever above 300 ng/mL",
    "--people", "30", "--model", "otto2021", "--vial", "1 mg/mL", "--changes", "1",
]  # fmt: skip
PLAN = ["schedule", "0.5 mg/kg iv over 40 min", "--vial", "1 mg/mL"]
HOLD = ["schedule", "--hold", "100 ng/mL", "--until", "20 min", "--step", "5 min"]
VIAL = ["--vial", "10 mg/mL"]


@pytest.fixture
def ketapk(capsys):
    def run(*arguments):
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_sentence_becomes_a_sheet(ketapk):
    code, out, err = ketapk(*PLAN, "--start", "09:00", "--syringe", "20 mL")
    assert code == 0
    for words in ("09:00", "09:40", "52.5", "change the syringe", "In all 35 mL = 35 mg",
                  "not a recommendation"):  # fmt: skip
        assert words in out
    # 20 mL at 52.5 mL/h last 22 min 51 s.
    assert "runs out at 09:22:51" in out
    assert NOTICE in err


def test_a_target_is_designed_for(ketapk):
    code, out, _ = ketapk(*TARGET, *VIAL)
    assert code == 0
    for words in ("Deviation:", "% off at worst", "2. ", "Rests on kamp2020 (grade B)",
                  "It is not a recommendation"):  # fmt: skip
        assert words in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_chances_are_reported_with_their_people(ketapk):
    code, out, _ = ketapk(*CHANCE)
    assert code == 0
    assert "of 30 people" in out
    assert "at most 20 % ever above 300 ng/mL" in out.replace("\n  ", " ")


def test_a_held_target_has_a_sheet(ketapk):
    code, out, _ = ketapk(*HOLD, *VIAL)
    assert code == 0
    assert "reached [h]" in out
    assert "Rests on kamp2020" in out


@pytest.mark.parametrize("command", [PLAN, [*TARGET, *VIAL], CHANCE, [*HOLD, *VIAL]])
def test_json_and_csv_hold_the_same_sheet(ketapk, command):
    code, out, _ = ketapk(*command, "--json", "--start", "08:30")
    content = json.loads(out)
    assert code == 0
    assert "not a recommendation" in content["basis"]
    rows = list(csv.DictReader(io.StringIO(ketapk(*command, "--csv", "--start", "08:30")[1])))
    assert [row["clock"] for row in rows] == [row["clock"] for row in content["sheet"]]
    poured = [float(row["given_mg"]) for row in rows]
    assert poured == pytest.approx([row["given_mg"] for row in content["sheet"]])
    assert poured[-1] == pytest.approx(content["total_mg"])


def test_json_of_a_design_has_its_deviation_and_alternatives(ketapk):
    content = json.loads(ketapk(*CHANCE, "--json")[1])
    assert content["met"] is True
    assert content["people"] == 30
    assert len(content["chances"]) == 2
    assert content["alternatives"]
    assert content["deviation"]["worst"] < 0.0


def test_a_figure_is_written(ketapk, tmp_path):
    path = tmp_path / "schedule.png"
    code, _, err = ketapk(*TARGET, *VIAL, "--plot", str(path))
    assert code == 0
    assert path.stat().st_size > 5000
    assert f"Figure written to {path}" in err


MISTAKES = {
    "nothing": (["schedule", *VIAL], 2, "Nothing is asked for"),
    "two things": ([*PLAN, "--target", "100 ng/mL"], 2, "PLAN and --target exclude each other"),
    "no vial": (PLAN[:2], 2, '--vial "10 mg/mL"'),
    "a vial of nothing": ([*PLAN[:2], "--vial", "10"], 2, "concentration"),
    "changes of a plan": ([*PLAN, "--changes", "2"], 2, "--changes belongs to --target"),
    "a bolus of a held target": ([*HOLD, *VIAL, "--bolus", "yes"], 2, "not to --hold"),
    "a step of a target": ([*TARGET, *VIAL, "--step", "1 min"], 2, "--step belongs to --hold"),
    "until of a plan": ([*PLAN, "--until", "2 h"], 2, "--until does not fit a plan"),
    "a figure of a plan": ([*PLAN, "--plot", "a.png"], 2, "simulate --plot"),
    "a chance about nobody": (CHANCE[:3] + VIAL, 2, "--people 500"),
    "people who do not differ": (
        [*TARGET, *VIAL, "--people", "20"], 3, "nobody can be drawn"
    ),
    "a misspelt chance": (
        ["schedule", "--chance", "at leest 90 % above 100 ng/mL", "--people", "9", *VIAL], 2,
        "Did you mean 'least'?",
    ),
    "a misspelt model": ([*TARGET, *VIAL, "--model", "kamp2021"], 3, "Did you mean 'kamp2020'"),
    "a misspelt option": ([*TARGET, *VIAL, "--chnages", "2"], 2, "--chnages"),
    "no end": (["schedule", "--target", "100 ng/mL", *VIAL], 2, "does not say until when"),
    "no clock": ([*PLAN, "--start", "nine"], 2, "write one such as '09:00'"),
    "two formats": ([*PLAN, "--csv", "--json"], 2, "exclude each other"),
}  # fmt: skip


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_answered_in_one_sentence(ketapk, what):
    arguments, expected, sentence = MISTAKES[what]
    code, out, err = ketapk(*arguments)
    assert code == expected, err
    assert not out
    assert sentence in err
    assert "Traceback" not in err
