"""Everything that can be wrong with levels, a row each, with the answer; and what is warned of."""

import polars as pl
import pytest

import ketapk as kp
from tests.individual.people import LOGARITHMIC, PLAN, PROPORTIONAL, model

ME = kp.Patient(weight_kg=70)
TWICE = "50 mg iv bolus every 4 h x 2"


def table(**columns):
    return pl.DataFrame(columns)


BAD = [
    ({"1 h": 180}, "level at 1 h=180 has no unit; write a concentration"),
    ({1.0: "180 ng/mL"}, "A level's time=1.0 has no unit; write time='1.0 min' or '1.0 h'."),
    ({"-1 h": "180 ng/mL"}, "A level's time='-1 h' is negative"),
    ({"1 h": "180 mg"}, "level at 1 h='180 mg' is of the wrong kind, an amount"),
    ({"1 h": "-3 ng/mL"}, "The level at 1 h is '-3 ng/mL'; a measured level is above 0."),
    ({"1 h": "0 ng/mL"}, "write it as '<5 ng/mL' with that limit"),
    ({"1 h": "<0 ng/mL"}, "The limit at 1 h is '0 ng/mL'; give a limit above 0."),
    ({"1 h": "nan ng/mL"}, "'nan ng/mL' is not a finite number"),
    ({"1 h": None}, "The level at 1 h has no value"),
    ({"1 h": "180 ng/mL", "60 min": "180 ng/mL"}, "is listed twice; leave one out"),
    ({"1 h": "180 ng/mL", "60 min": "170 ng/mL"}, "There are two levels of ketamine at 60 min"),
    ({"1 h": {"norketamine": "20 ng/mL"}}, "There is no 'norketamine' at site 'plasma' here"),
    ({"2 h": "0.15 ng/mL"}, "'0.15 mcg/mL' would fit."),
    ({"2 h": "0.15 mg/mL"}, "'0.15 mcg/mL' would fit."),
    ({"2 h": "150 mg/L"}, "'150 mcg/L' would fit."),
    ({"2 h": "150000 ng/mL"}, "'150 ng/mL' would fit."),
    ({"2 h": "<0.15 ng/mL"}, "'0.15 mcg/mL' would fit."),
    ("1 h 180 ng/mL", "'1 h 180 ng/mL' is no level; write it as '40 min: 180 ng/mL'."),
    ([("1 h", "180 ng/mL")], "is no kp.Level; write levels as"),
    (180, "Levels are a int; write levels as"),
    ("", "There are no levels in ''"),
    ("missing.csv", "missing.csv cannot be read as CSV"),
    (table(time=[1.0], ng_per_ml=[180.0]), "The table has no column time_h; it has time, ng_per_ml"),
    (table(time_h=[1.0], ng_per_ml=[180.0], dv=[1]), "The table has the column 'dv'"),
    (table(id=[1, 2], time_h=[1.0, 2.0], ng_per_ml=[180.0, 90.0]), "levels of 2 people"),
    (table(time_h=[1.0], ng_per_ml=[None]), "The table, row 1 has no level"),
    (table(time_h=[1.0], ng_per_ml=[float("nan")]), "The table, row 1: level at 1.0 h: 'nan ng/mL' is not a finite"),
]  # fmt: skip


@pytest.mark.parametrize(("levels", "answer"), BAD, ids=lambda value: str(value)[:40])
def test_levels_that_cannot_be_are_answered(levels, answer):
    with pytest.raises(kp.InputError) as refused:
        kp.individualise(model(PROPORTIONAL), PLAN, levels)
    assert answer in str(refused.value)


@pytest.mark.parametrize(
    ("plan", "levels", "answer"),
    [
        ("50 mg iv bolus at 2 h", {"1 h": "180 ng/mL"}, "drawn before the first dose (2 h)"),
        (PLAN, {"0 h trough": "180 ng/mL"}, "drawn before the first dose"),
        ("50 mg iv bolus at 2 h", {"1 h": "<5 ng/mL"}, "drawn before the first dose"),
        ("50 mg iv over 1 h", {"0 min": "180 ng/mL"}, "nothing is there at that time"),
        (TWICE, {"4 h": "70 ng/mL"}, "stands at the moment of a dose"),
        (TWICE, {"4 h": "70 ng/mL"}, "say '4 h trough' (or trough=True) if it was drawn just"),
    ],
)
def test_times_that_cannot_be_are_answered(plan, levels, answer):
    with pytest.raises(kp.InputError) as refused:
        kp.individualise(model(PROPORTIONAL), plan, levels)
    assert answer in str(refused.value)


@pytest.mark.parametrize(
    ("chosen", "plan", "answer"),
    [
        ("kamp2020", "35 mg iv over 40 min", "kamp2020 publishes no variability between people"),
        ("kamp2020", "35 mg iv over 40 min", "of which none takes this plan: perez_ruixo2021,"),
        ("kamp2020", "35 mg iv over 40 min", "plan.enantiomer('S') follows the S half"),
        ("herd2007", "35 mg iv over 40 min", "herd2007 publishes no residual error of ketamine"),
        (model(PROPORTIONAL, LOGARITHMIC), PLAN, "no likelihood in closed form"),
        (model(), PLAN, "publishes no residual error of ketamine"),
    ],
)
@pytest.mark.filterwarnings("ignore::ketapk.KetapkWarning")
def test_models_that_cannot_say_refuse_with_the_reason(chosen, plan, answer):
    with pytest.raises(kp.PlanError) as refused:
        kp.individualise(chosen, plan, {"1 h": "100 ng/mL"}, ME)
    assert answer in str(refused.value)


def test_several_people_are_refused():
    crowd = kp.Cohort(weight_kg=[60, 70])
    with pytest.raises(kp.InputError, match="one person and 2 were given"):
        kp.individualise(model(PROPORTIONAL), PLAN, {"1 h": "200 ng/mL"}, crowd)


def test_too_few_draws_and_none_asked_for_are_refused():
    with pytest.raises(kp.InputError, match="draws=5 is too few"):
        kp.individualise(model(PROPORTIONAL), PLAN, {"1 h": "200 ng/mL"}, rng=1, draws=5)
    with pytest.raises(kp.InputError, match="Nothing was drawn; ask for it with"):
        kp.individualise(model(PROPORTIONAL), PLAN, {"1 h": "200 ng/mL"}).draws()


@pytest.mark.parametrize("given", ["<5 ng/mL", "180 ng/mL"])
def test_a_level_is_a_value_or_a_limit(given):
    with pytest.raises(kp.InputError, match=r"give one|one or the other"):
        kp.Level("1 h", given, below="5 ng/mL")


def test_every_way_to_write_levels_is_the_same(tmp_path):
    file = tmp_path / "levels.csv"
    file.write_text("time_h,ng_per_ml,analyte\n1,180,ketamine\n4,<70,ketamine\n", encoding="utf-8")
    ways = [
        {"1 h": "180 ng/mL", "4 h": "<70 ng/mL"},
        {"1 h": {"ketamine": "180 ng/mL"}, "4 h": {"ketamine": "<70 ng/mL"}},
        [kp.Level("1 h", "180 ng/mL"), kp.Level("4 h", below="70 ng/mL")],
        "1 h: 180 ng/mL, 240 min: <70 ng/mL ketamine",
        file,
        str(file),
        table(time_h=[1.0, 4.0], ng_per_ml=[180.0, None], below_ng_per_ml=[None, 70.0]),
    ]
    first, *others = (kp.individualise(model(PROPORTIONAL), PLAN, way).levels for way in ways)
    for other in others:
        assert other.equals(first)


def test_what_is_odd_is_warned_of():
    found = kp.individualise(
        model(PROPORTIONAL), PLAN, {"1 h": "240 ng/mL", "2 h": "20 ng/mL", "3 h": "110 ng/mL"}
    )
    assert any("standard deviations from the own curve" in said for said in found.warnings)
    far = kp.individualise(model(PROPORTIONAL), PLAN, {"3 h": "5 ng/mL", "2 h": "18 ng/mL"})
    assert any("standard deviations from the typical person" in said for said in far.warnings)


@pytest.mark.filterwarnings("ignore::ketapk.KetapkWarning")
def test_borrowed_routes_and_occasions_are_stated():
    found = kp.individualise("simons2022+im", "25 mg esketamine im", {"1 h": "60 ng/mL"}, ME)
    said = " ".join(found.warnings)
    assert "differ between occasions; that is left out" in said
    assert "The borrowed route im stays as published" in said
    assert "is a composition" in said
    assert found.basis.startswith("Rests on simons2022+im (grade assumed)")
    assert found.basis in repr(found)
    assert found.forecast.basis in repr(found.forecast)
