"""The command line answers, and answers mistakes in one sentence."""

import csv
import io
import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

import pytest

from ketapk.cli import app, main
from ketapk.notice import NOTICE

IV = "0.5 mg/kg iv over 40 min"
DEMO = [
    "compare", f"iv={IV}", "im=0.5 mg/kg im", "nasal=0.5 mg/kg nasal", "device=84 mg spravato",
    "--weight", "70",
]  # fmt: skip


@pytest.fixture
def ketapk(capsys):
    def run(*arguments):
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_simulate_prints_the_exposure(ketapk):
    code, out, err = ketapk("simulate", IV, "--model", "kamp2020", "--weight", "70")
    assert code == 0
    assert "35 mg = 0.5 mg/kg at 0.75 mg/kg/h = 12.5 mcg/kg/min" in out
    assert "Cmax [ng/mL]" in out
    assert "253" in out
    assert "doi:10.1097/ALN.0000000000003577" in out
    assert NOTICE in err


def test_tables_fit_80_columns(ketapk):
    _, out, _ = ketapk(*DEMO)
    head = out.split("\n\n")[0]
    assert max(len(line) for line in head.splitlines()) <= 80


def test_simulate_as_csv_is_the_tidy_table(ketapk):
    code, out, _ = ketapk("simulate", "84 mg spravato", "--model", "perez_ruixo2021", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert set(rows[0]) == {"id", "time_h", "analyte", "ng_per_ml"}
    assert {row["analyte"] for row in rows} == {"esketamine", "noresketamine"}
    peak = max(float(r["ng_per_ml"]) for r in rows if r["analyte"] == "esketamine")
    assert peak == pytest.approx(101, abs=1)


def test_simulate_as_json_carries_sources_warnings_and_the_notice(ketapk):
    code, out, _ = ketapk("simulate", "35 mg im", "--model", "kamp2020+im", "--json")
    content = json.loads(out)
    assert code == 0
    assert content["notice"] == NOTICE
    assert content["model"] == "kamp2020+im"
    assert content["grade"] == "assumed"
    assert len(content["warnings"]) == 1
    assert len(content["times_h"]) == len(content["ng_per_ml"]["ketamine"])
    assert content["exposure"]["ketamine"]["Cmax"] == pytest.approx(254.6, abs=0.1)


def test_simulate_reports_the_times_asked_for(ketapk):
    _, out, _ = ketapk("simulate", IV, "--model", "kamp2020", "--times", "0, 40, 60 min", "--json")
    assert json.loads(out)["times_h"] == pytest.approx([0.0, 2 / 3, 1.0])


def test_compare_prints_what_the_route_did(ketapk):
    code, out, err = ketapk(*DEMO)
    assert code == 0
    for row in ("F ", "Cmax [ng/mL]", "Tmax [min]", "time to 70 ng/mL [min]", "AUC [ng h/mL]",
                "norketamine:ketamine", "first-pass loss"):  # fmt: skip
        assert row in out
    assert "model kamp2020+nasal, grade assumed" in out
    assert err.strip().endswith("3 warnings.")


def test_compare_as_json_and_csv_agree(ketapk):
    _, out, _ = ketapk(*DEMO, "--json")
    content = json.loads(out)
    _, out, _ = ketapk(*DEMO, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["plan"] for row in rows] == ["iv", "im", "nasal", "device"]
    for row, entry in zip(rows, content["table"], strict=True):
        assert float(row["F"]) == pytest.approx(entry["F"], rel=1e-12)
    by_plan = {}
    for entry in content["ledger"]:
        by_plan[entry["plan"]] = by_plan.get(entry["plan"], 0.0) + entry["mg"]
    assert by_plan == pytest.approx({"iv": 35.0, "im": 35.0, "nasal": 35.0, "device": 84.0})


def test_models_lists_them(ketapk):
    code, out, _ = ketapk("models")
    assert code == 0
    assert "perez_ruixo2021  (grade B, recommended)" in out
    assert json.loads(ketapk("models", "--json")[1])["models"][0]["name"] == "kamp2020"
    assert ketapk("models", "--csv")[1].startswith("name,drug,routes")


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_figure_is_written(ketapk, tmp_path, ending):
    path = tmp_path / f"figure.{ending}"
    code, _, err = ketapk("simulate", IV, "--model", "kamp2020", "--plot", str(path))
    assert code == 0
    assert path.stat().st_size > 5000
    assert f"Figure written to {path}" in err


MISTAKES = {
    "misspelt command": (["simulat", IV], 2, "Did you mean 'simulate'"),
    "misspelt option": (["simulate", IV, "--modle", "kamp2020"], 2, "--modle"),
    "ledger of every model": (["simulate", IV, "--ledger", "1 h"], 2, "choose it with --model"),
    "ledger without a unit": (
        ["simulate", IV, "--model", "kamp2020", "--ledger", "1"], 2, "has no unit"
    ),
    "effect of another model": (
        ["simulate", IV, "--model", "kamp2020", "--effect", "antinociception_index"], 3,
        "allow an unmatched ke0 to pair it anyway",
    ),
    "unknown effect": (
        ["simulate", IV, "--model", "domino", "--effect", "pain"], 2, "There is no effect 'pain'"
    ),
    "nobody eligible": (["simulate", "35 mg arketamine im"], 3, "kamp2020: drug"),
    "nothing to compare": (["compare"], 2, 'NAME="PLAN"'),
    "--people of every model": (["simulate", IV, "--people", "5"], 2, "choose it with --model"),
    "people without variability": (
        ["simulate", IV, "--model", "kamp2020", "--people", "5"], 3, "nobody can be drawn"
    ),
    "a change that is none": (
        ["simulate", IV, "--model", "kamp2020", "--change", "CL"], 2, "not NAME=VALUE"
    ),
    "a page without an ending": (["compare", "a=35 mg im", "--html", "page"], 2, "write page.html"),
    "verify a misspelt model": (["verify", "kamp2021"], 3, "Did you mean 'kamp2020'"),
    "observed of a misspelt model": (["observed", "kamp2021"], 2, "Did you mean 'kamp2020'"),
    "figure without an ending": (["observed", "--plot", "figure"], 2, "no known ending"),
    "no plan": (["simulate", "--model", "kamp2020"], 2, "PLAN"),
    "weight in words": (["simulate", IV, "--model", "kamp2020", "--weight", "heavy"], 2, "valid number"),
    "negative weight": (["simulate", IV, "--model", "kamp2020", "--weight", "-3"], 2, "between 0.3"),
    "bad unit": (["simulate", "5 mL iv bolus", "--model", "kamp2020"], 2, "wrong kind"),
    "bad sentence": (["simulate", "35 mg ivv", "--model", "kamp2020"], 2, "Did you mean 'iv'"),
    "unknown model": (["simulate", IV, "--model", "kamp2021"], 3, "Did you mean 'kamp2020'"),
    "route it lacks": (["simulate", "35 mg im", "--model", "kamp2020"], 3, "'kamp2020+im'"),
    "absurd dose": (["simulate", "9 g iv bolus", "--model", "kamp2020"], 3, "Correct the dose"),
    "two outputs": (["models", "--csv", "--json"], 2, "exclude each other"),
    "unnamed plan": (["compare", IV], 2, 'write NAME="PLAN"'),
    "two of a name": (["compare", f"a={IV}", "a=35 mg im"], 2, "called 'a'"),
    "figure without ending": (["models", "--plot"], 2, "--plot"),
    "unknown figure": (["simulate", IV, "--model", "kamp2020", "--plot", "x.bmp"], 2, ".png"),
    "no such folder": (
        ["simulate", IV, "--model", "kamp2020", "--plot", "/nowhere/x.png"], 2, "does not exist",
    ),
    "times without unit": (
        ["simulate", IV, "--model", "kamp2020", "--times", "0, 1"], 2, "has no unit",
    ),
    "level without unit": (
        ["compare", f"a={IV}", "--level", "70"], 2, "has no unit",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_answered_in_one_sentence(ketapk, case):
    arguments, wanted, part = MISTAKES[case]
    code, out, err = ketapk(*arguments)
    assert code == wanted
    assert part in err
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_without_a_model_every_eligible_one_answers(ketapk):
    code, out, _ = ketapk("simulate", IV)
    assert code == 0
    for name in ("kamp2020", "domino", "clements1981"):
        assert f"{name}: " in out
    assert "herd2007: age: it was studied in children" in out
    code, out, _ = ketapk("simulate", IV, "--json", "--times", "0, 40 min")
    content = json.loads(out)
    assert content["ng_per_ml"]["kamp2020"][1] == pytest.approx(253, abs=1)
    assert {row["model"] for row in content["excluded"]} >= {"otto2021", "hijazi2003"}
    code, out, _ = ketapk("simulate", IV, "--csv")
    assert out.startswith("model,id,time_h,analyte,ng_per_ml")


def test_the_ledger_is_printed_and_sums_to_the_dose(ketapk):
    arguments = ("simulate", "56 mg spravato", "--model", "perez_ruixo2021", "--ledger")
    code, out, _ = ketapk(*arguments, "1 h")
    assert code == 0
    assert "taken by the gut wall" in out
    _, out, _ = ketapk(*arguments, "1 h", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert sum(float(row["mg"]) for row in rows) == pytest.approx(56.0, rel=1e-12)
    _, out, _ = ketapk(*arguments, "end", "--json")
    assert sum(row["mg"] for row in json.loads(out)["ledger"]) == pytest.approx(56.0, rel=1e-12)


def test_verify_shows_what_does_not_reproduce_and_why(ketapk):
    code, out, _ = ketapk("verify", "herd2007", "sherwin2015")
    assert code == 0
    assert "does not reproduce: the sentence that half of the children" in " ".join(out.split())
    assert "sherwin2015: nothing besides the parameters" in out
    assert out.rstrip().endswith("1 pass; 1 does not reproduce; 0 FAIL")
    code, out, _ = ketapk("verify", "hijazi2003", "--json")
    assert {row["verdict"] for row in json.loads(out)["checks"]} == {"pass"}


def test_a_check_that_fails_is_an_exit_code(ketapk, monkeypatch):
    from dataclasses import replace

    from ketapk.library import hijazi2003

    off = replace(hijazi2003.MODEL.checks[0], published=50.0)
    monkeypatch.setattr(hijazi2003, "MODEL", replace(hijazi2003.MODEL, checks=(off,)))
    code, out, _ = ketapk("verify", "hijazi2003")
    assert code == 4
    assert "1 FAIL" in out


def test_observed_reports_and_draws(ketapk, tmp_path):
    figure = tmp_path / "observed.png"
    code, out, err = ketapk("observed", "otto2021", "--plot", str(figure))
    assert code == 0
    assert "GMFE" in out
    assert "not comparable" in out
    assert figure.stat().st_size > 10_000
    assert str(figure) in err
    _, out, _ = ketapk("observed", "otto2021", "--csv")
    assert len(list(csv.DictReader(io.StringIO(out)))) == 20


def test_effects_name_the_model_that_a_ke0_belongs_to(ketapk):
    code, out, _ = ketapk("effects")
    assert code == 0
    assert "ke0 belongs to: domino" in out
    _, out, _ = ketapk("effects", "--json")
    assert len(json.loads(out)["effects"]) > 10


def test_an_unmatched_effect_site_is_marked_in_the_table(ketapk):
    arguments = ("simulate", "0.1 mg/kg iv bolus", "--effect", "antinociception_index", "--model")
    _, out, _ = ketapk(*arguments, "domino")
    assert "UNMATCHED" not in out
    code, out, err = ketapk(*arguments, "kamp2020", "--allow-unmatched-ke0")
    assert code == 0
    assert "UNMATCHED" in out
    assert "unmatched effect site" in err


def test_failed_patients_exit_with_4_and_what_succeeded_is_printed(ketapk, monkeypatch):
    from ketapk.accuracy import Tolerance
    from ketapk.solution import solve

    def solve_in_three_steps(*arguments, **options):
        tight = {"method": "explicit", "tolerance": Tolerance(max_steps=3)}
        return solve(*arguments, **{**options, **tight})

    monkeypatch.setattr("ketapk.course.solve", solve_in_three_steps)
    monkeypatch.setattr("ketapk.spectrum.curves", lambda *_, **__: None)
    code, out, _ = ketapk("simulate", IV, "--model", "kamp2020", "--times", "0, 60 min", "--csv")
    assert code == 4
    assert out.startswith("id,time_h")


def test_an_internal_error_is_a_sentence_and_1(ketapk, monkeypatch):
    monkeypatch.setattr("ketapk.library.catalogue.list_models", lambda: 1 / 0)
    code, _, err = ketapk("models")
    assert code == 1
    assert err.startswith("Internal error: ZeroDivisionError")


def test_an_interruption_exits_with_130(ketapk, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("ketapk.library.catalogue.list_models", interrupted)
    assert ketapk("models")[0] == 130


def test_help_names_the_commands_and_the_notice():
    done = subprocess.run(
        [sys.executable, "-m", "ketapk", "--help"], capture_output=True, text=True, check=True
    )
    for word in ("simulate", "compare", "models", "not a medical device"):
        assert word in " ".join(done.stdout.split())
    assert "\x1b" not in done.stdout


def test_a_page_is_written_with_the_command_that_made_it(ketapk, tmp_path, monkeypatch):
    page = tmp_path / "page.html"
    arguments = ["compare", "iv=35 mg iv over 40 min", "im=35 mg im", "--html", str(page)]
    monkeypatch.setattr(sys, "argv", ["ketapk", *arguments])
    code, _, err = ketapk(*arguments)
    assert code == 0
    assert str(page) in err
    assert "ketapk compare &#x27;iv=35 mg iv over 40 min&#x27;" in page.read_text(encoding="utf-8")


def test_quiet_leaves_the_data_alone(ketapk):
    for command in (
        ["models"],
        ["simulate", IV, "--model", "kamp2020"],
        ["protocols"],
        ["effects"],
    ):
        code, out, err = ketapk(*command, "--quiet")
        assert (code, err) == (0, "")
        assert out


def test_samples_are_analysed_from_a_file(ketapk, tmp_path):
    file = tmp_path / "samples.csv"
    file.write_text("id,time_h,ng_per_ml\na,0,80\na,1,40\na,2,20\na,4,5\n", encoding="utf-8")
    code, out, _ = ketapk("nca", str(file), "--dose", "10 mg", "--route", "bolus", "--json")
    assert code == 0
    assert json.loads(out)["subjects"][0]["t_half"] == pytest.approx(1.0)
    code, _, err = ketapk("nca", str(file), "--dose", "10")
    assert code == 2
    assert "no unit" in err


def test_units_plans_and_sources_are_told(ketapk):
    assert ketapk("convert", "0.2 mg/kg/h", "mcg/kg/min")[1] == "3.33333 mcg/kg/min\n"
    assert ketapk("convert", "35 mg", "ng/mL")[0] == 2
    _, out, _ = ketapk("explain", "depression-iv", "--vial", "10 mg/mL")
    assert "3.5 mL at 5.25 mL/h" in out
    assert "doi:10.1093/bja/aeg028" in ketapk("cite", "hijazi2003")[1]
    assert "plans" in json.loads(ketapk("schema")[1])["properties"]
    told = dict(
        line.split(maxsplit=1) for line in ketapk("doctor")[1].splitlines() if line[0] != " "
    )
    for name in ("ketapk", "numba", "fastapi", "uvicorn"):
        try:
            assert told[name] == version(name)
        except PackageNotFoundError:
            assert told[name] == "not installed"
    assert "MTT_gut" in ketapk("model", "simons2022")[1]
    assert "comes nearest to" in ketapk("equivalent", IV, "nasal_spray")[1]


@pytest.mark.parametrize(
    "words", [[], ["--help"], ["simulate", "--help"], ["what-if", "-h"], ["simulat"]]
)
def test_commands_that_are_made_alone_say_what_all_of_them_say(capsys, monkeypatch, words):
    codes, said = [], []
    for meant in (app.meant, lambda _: app.typer.main.get_command(app.app)):
        monkeypatch.setattr(app, "meant", meant)
        codes.append(app.main(words))
        said.append(capsys.readouterr())
    assert codes[0] == codes[1]
    assert said[0] == said[1]
    assert said[0].out or said[0].err
