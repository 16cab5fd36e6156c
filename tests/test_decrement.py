"""Decrement times against closed forms; the spread over models and people."""

import numpy as np
import pytest

import ketapk as kp
from ketapk.cli import main
from ketapk.notice import NO_ADVICE

ME = kp.Patient(weight_kg=70, age_y=30)
CL, V1 = 60.0, 120.0
K = CL / V1


def test_one_compartment_falls_by_shares_and_below_levels_as_its_closed_form():
    hours = (0.5, 4.0, 30.0)
    found = kp.decrement_times(
        kp.one_compartment(CL=CL, V1=V1),
        ME,
        rate="14 mg/h",
        lengths=[f"{h} h" for h in hours],
        by=["20 %", "80 %"],
        below=["100 ng/mL", "500 ng/mL"],
    )
    for h in hours:
        rows = {r["by"]: r["time_h"] for r in found.table.filter(length_h=h).to_dicts()}
        end = 14.0 / CL * (1.0 - np.exp(-K * h)) * 1000.0
        assert rows["20 %"] == pytest.approx(-np.log(0.8) / K, rel=1e-10)
        assert rows["80 %"] == pytest.approx(-np.log(0.2) / K, rel=1e-10)
        fall = max(0.0, np.log(end / 100.0) / K)
        assert rows["below 100 ng/mL"] == pytest.approx(fall, rel=1e-9)
        assert rows["below 500 ng/mL"] == 0.0


def test_an_amount_is_no_rate():
    with pytest.raises(kp.UnitError, match=r"rate='5 mg' is of the wrong kind, an amount; write"):
        kp.decrement_times("kamp2020", ME, rate="5 mg", lengths=["1 h"])


def test_every_model_is_named_with_its_drug(capsys):
    assert main(["decrement", "kamp2020", "otto2021", "--lengths", "1 h", "--by", "50 %"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert {"kamp2020 (racemic)", "otto2021 (esketamine)"} <= set(said)


def test_all_adult_models_are_asked_at_once_each_as_if_alone():
    found = kp.decrement_times(None, ME, lengths=["1 h", "8 h"], by=["50 %"])
    assert {"kamp2020", "domino", "otto2021", "simons2022"} <= set(found.models)
    assert "children" in found.reasons["herd2007"]
    for name in found.models:
        alone = kp.decrement_times(name, ME, lengths=["1 h", "8 h"], by=["50 %"]).table
        assert found.table.filter(model=name).equals(alone)
        assert name in found.basis
    for row in found.spread.to_dicts():
        own = found.table.filter(length_h=row["length_h"])
        assert row["low_h"] == own["time_h"].min()
        assert row["high_h"] == own["time_h"].max()
        assert own.filter(model=row["slowest"])["time_h"].item() == row["high_h"]


def test_people_are_drawn_where_variability_is_published_and_it_is_said_where_not():
    many = kp.Cohort(weight_kg=[70.0] * 20, age_y=30)
    found = kp.decrement_times(None, many, lengths=["8 h"], by=["50 %"], rng=1)
    otto = found.table.filter(model="otto2021").row(0, named=True)
    run = kp.simulate("0.2 mg/kg/h esketamine iv for 8 h", "otto2021", many, rng=1, times=[0.0])
    expected = np.percentile(run.curve().falls(by="50 %"), (5, 50, 95))
    np.testing.assert_allclose([otto[k] for k in ("low_h", "time_h", "high_h")], expected)
    domino = found.table.filter(model="domino").row(0, named=True)
    assert domino["low_h"] == domino["high_h"]
    assert any(w.startswith("domino publishes no variability") for w in found.warnings)
    with pytest.raises(kp.PlanError, match="Variability between people is not published"):
        kp.decrement_times("domino", many, lengths=["8 h"], rng=1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"lengths": []},
            "There is no length of the infusion; write at least one, such as '30 min'.",
        ),
        (
            {"by": []},
            "There is nothing to fall by or below; write a percentage such as '50 %', or a level.",
        ),
        ({"by": ["half"]}, "by='half' is not a percentage; write one such as '50 %'."),
        ({"below": ["50"]}, "has no unit"),
        ({"models": []}, "The list of models is empty; name one, or leave it out for all."),
    ],
)
def test_what_is_wrong_is_said(options, said):
    models = options.pop("models", "kamp2020")
    with pytest.raises(kp.InputError) as error:
        kp.decrement_times(models, ME, **options)
    assert said in str(error.value)


def test_one_length_percentage_or_level_may_be_given_alone():
    alone = kp.decrement_times("kamp2020", ME, lengths="1 h", by="50 %", below="50 ng/mL")
    listed = kp.decrement_times("kamp2020", ME, lengths=["1 h"], by=["50 %"], below=["50 ng/mL"])
    assert alone.table.equals(listed.table)


def test_nobody_eligible_is_refused_with_the_reasons():
    with pytest.raises(kp.PlanError, match="domino: drug"):
        kp.decrement_times(None, ME, drug="R", lengths=["1 h"])


def test_the_figure_shades_what_lies_between_the_models():
    found = kp.decrement_times(["kamp2020", "domino"], ME, lengths=["1 h", "8 h"], by=["50 %"])
    (axes,) = found.plot().axes
    assert NO_ADVICE in axes.figure.get_supxlabel()
    shade = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert shade.min() == pytest.approx(60 * found.spread["low_h"].min())
    assert shade.max() == pytest.approx(60 * found.spread["high_h"].max())


def test_the_command_takes_all_models_and_prints_what_it_rests_on(capsys):
    command = ["decrement", "--lengths", "1 h", "--by", "", "--below", "50 ng/mL", "--age", "30"]
    assert main([*command, "--json"]) == 0
    printed = capsys.readouterr().out
    assert '"below 50 ng/mL"' in printed
    assert "It is not a recommendation." in printed
    assert main(command) == 0
    assert "simons2022" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lengths": ["1"]}, "lengths: '1' has no unit"),
        ({"lengths": ["1 h", "0 h"]}, "lengths='0 h' is no time at all"),
        ({"rate": "0.2"}, "rate: '0.2' has no unit"),
    ],
)
def test_errors_name_the_argument_that_was_given(options, said):
    with pytest.raises(kp.InputError, match=said):
        kp.decrement_times("kamp2020", kp.Patient(weight_kg=70), **options)
