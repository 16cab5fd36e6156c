"""The twelve questions: every program runs and draws, every command of the page answers."""

import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest

from ketapk.cli import main

ROOT = Path(__file__).parent.parent
PROGRAMS = sorted((ROOT / "examples").glob("q*.py"))
PAGE = (ROOT / "docs/questions.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^ +(ketapk .*)$", PAGE, re.M)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_every_program_answers_and_draws(program, tmp_path, monkeypatch, capsys):
    figure = tmp_path / "figure.png"
    monkeypatch.setattr(sys, "argv", [str(program), str(figure)])
    runpy.run_path(str(program), run_name="__main__")
    assert capsys.readouterr().out.strip()
    assert figure.stat().st_size > 10_000


RESEARCH = {
    "population_iv_and_device": ["200"],
    "nonmem_records": [],
    "own_saturable_model": [],
    "million_patients": ["4000"],
}


@pytest.mark.parametrize("name", RESEARCH)
def test_every_research_program_answers_and_draws(name, tmp_path, monkeypatch, capsys):
    figure = tmp_path / "figure.png"
    kept = [str(tmp_path / "run")] if name == "million_patients" else []
    monkeypatch.setattr(sys, "argv", [name, str(figure), *RESEARCH[name], *kept])
    runpy.run_path(str(ROOT / f"examples/{name}.py"), run_name="__main__")
    assert capsys.readouterr().out.strip()
    assert figure.stat().st_size > 10_000
    assert f"../examples/{name}.py" in (ROOT / "docs/researchers.md").read_text(encoding="utf-8")


CLINICAL = ("tci_steps", "nurse_schedule", "decrement_spread", "carry_over", "own_levels")


@pytest.mark.parametrize("name", CLINICAL)
def test_every_clinical_program_answers_and_draws(name, tmp_path, monkeypatch, capsys):
    figure = tmp_path / "figure.png"
    monkeypatch.setattr(sys, "argv", [name, str(figure)])
    runpy.run_path(str(ROOT / f"examples/{name}.py"), run_name="__main__")
    assert "It is not a recommendation." in capsys.readouterr().out
    assert figure.stat().st_size > 10_000


def test_there_is_a_program_and_a_command_for_each_of_the_twelve():
    assert len(PROGRAMS) == 12
    for program in PROGRAMS:
        assert f"../examples/{program.name}" in PAGE
    assert len(re.findall(r"^\d+\. \*\*", PAGE, re.M)) == 12
    assert len(COMMANDS) >= 12


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_answers(command, capsys):
    arguments = shlex.split(command)[1:]
    assert main(arguments) == 0
    assert capsys.readouterr().out.strip()


def test_the_command_line_page_names_every_command():
    from ketapk.cli.app import app

    page = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
    names = [c.name or c.callback.__name__ for c in app.registered_commands]
    assert len(names) == 28
    for name in names:
        assert f"`{name}" in page, name
