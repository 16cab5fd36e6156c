"""Designed schedules: against every schedule there is, and the laws that each of them keeps."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy.linalg import expm

import ketapk as kp
from ketapk.design import search

ME = kp.Patient(weight_kg=70)
COARSE = kp.Pump(concentration="10 mg/mL", resolution="1 mL/h", max_rate="12 mL/h")
FINE = kp.Pump(concentration="10 mg/mL", volume="50 mL")
pytestmark = pytest.mark.filterwarnings("ignore::ketapk.errors.KetapkWarning")

# Domino 1982, per minute; the same numbers as in the oracle of held targets.
V1 = 0.063 * 70
K10, K12, K13, K21, K31 = (60 * k for k in (0.4381, 0.5921, 0.59, 0.247, 0.0146))
STEP = 1 / 240
"""A quarter of a minute [h]."""


def every_curve(changes_h, rates, bolus, end_h):
    """Plasma [mg/L] of every row of rates (M, k + 1), from its own matrix exponential, (M, T)."""
    M = np.zeros((4, 4))
    M[0] = [-(K10 + K12 + K13), K21, K31, 1.0]
    M[1, :2] = [K12, -K21]
    M[2, [0, 2]] = [K13, -K31]
    once = expm(M * STEP)
    edges = [round(t / STEP) for t in (0.0, *changes_h, end_h)]
    x = np.zeros((4, len(rates)))
    x[0] = bolus
    found = [x[0] / V1]
    for j in range(rates.shape[1]):
        x[3] = rates[:, j]
        for _ in range(edges[j], edges[j + 1]):
            x = once @ x
            x[3] = rates[:, j]
            found.append(x[0] / V1)
    return np.array(found).T


def every_schedule(end_h, grid_h, steps, boluses=(0.0,)):
    """Curves of every schedule of two rates, with its drug [mg]."""
    curves, drug = [], []
    rates = np.array(list(product(steps, repeat=2)), dtype=float)
    for slot in range(1, round(end_h / grid_h)):
        change = slot * grid_h
        for mg in boluses:
            curves.append(every_curve((change,), rates, mg, end_h))
            drug.append(mg + rates[:, 0] * change + rates[:, 1] * (end_h - change))
    return np.concatenate(curves), np.concatenate(drug)


def mean_square(curves, level, begin_h):
    off = curves[:, round(begin_h / STEP) :] / level - 1.0
    weights = np.ones(off.shape[1])
    weights[[0, -1]] = 0.5
    return np.sqrt(off**2 @ weights / weights.sum())


def outside(curves, low, high, begin_h):
    inside = curves[:, round(begin_h / STEP) :]
    return np.maximum(1.0 - inside.min(axis=1) / low, inside.max(axis=1) / high - 1.0)


def design(aim, model="domino", who=ME, pump=COARSE, changes=1, grid="10 min", **more):
    return kp.design_schedule(aim, model, who, pump=pump, changes=changes, grid=grid, **more)


@pytest.mark.parametrize("ceiling", [np.inf, 25.0])
def test_no_schedule_of_a_coarse_pump_is_nearer_to_a_level(ceiling):
    curves, drug = every_schedule(0.5, 1 / 6, range(0, 121, 10))
    scores = np.where(drug <= ceiling + 1e-9, mean_square(curves, 0.15, 0.05), np.inf)
    limit = {} if np.isinf(ceiling) else {"max_dose": f"{ceiling:g} mg"}
    best = design("150 ng/mL from 3 to 30 min", **limit)
    assert best.deviation.mean == pytest.approx(scores.min(), rel=2e-3)
    assert best.total_mg == pytest.approx(drug[np.argmin(scores)], rel=1e-9)


@pytest.mark.parametrize("bolus", [False, "5 mg"])
def test_no_schedule_of_a_coarse_pump_stays_further_inside_a_window(bolus):
    boluses = (0.0,) if not bolus else (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
    curves, _ = every_schedule(0.5, 1 / 6, range(0, 121, 10), boluses)
    scores = outside(curves, 0.1, 0.2, 0.05)
    best = design("100 to 200 ng/mL from 3 to 30 min", bolus=bolus)
    assert best.deviation.worst == pytest.approx(scores.min(), abs=2e-3)
    assert best.met == (scores.min() <= 0.0)


def test_no_schedule_of_a_coarse_pump_has_a_lower_peak_with_an_area():
    curves, _ = every_schedule(0.5, 1 / 6, range(0, 121, 10))
    weights = np.full(curves.shape[1], STEP)
    weights[[0, -1]] = STEP / 2
    off = np.abs(curves @ weights / 0.06 - 1.0)
    lowest = curves.max(axis=1)[off <= 0.01].min()
    best = design("AUC of 60 ng h/mL until 30 min")
    assert best.met
    assert best.deviation.highest == pytest.approx(1e3 * lowest, rel=2e-3)
    area = best.run.curve().AUC("30 min")[0]
    assert best.deviation.worst == pytest.approx(abs(area / 60.0 - 1.0), rel=1e-9)


PEOPLE = kp.Cohort(weight_kg=[70.0] * 40)
CHANCES = "at least 90 % above 100 ng/mL from 10 to 30 min, at most 5 % ever above 250 ng/mL"


def drawn(plan, times):
    run = kp.simulate(plan, "otto2021", PEOPLE, rng=7, times=times, allow_implausible=True)
    return run.concentration("esketamine")


def test_chances_are_those_counted_from_the_curves():
    best = design(CHANCES, "otto2021", PEOPLE, FINE, changes=2, grid="5 min", rng=7)
    times = np.linspace(0.0, 2.0, 2401)
    curves = drawn(best.plan, times)
    window = (times >= 1 / 6 - 1e-9) & (times <= 0.5 + 1e-9)
    above = np.mean(curves[:, window].min(axis=1) >= 100.0)
    over = np.mean(curves.max(axis=1) > 250.0)
    assert best.chances["reached"].to_list() == pytest.approx([above, over])
    assert best.chances["people"].to_list() == [round(40 * above), round(40 * over)]
    assert best.met
    assert best.chances["met"].to_list() == [above >= 0.9, over <= 0.05]


def test_no_schedule_of_a_coarse_pump_has_a_wider_margin():
    pump = kp.Pump(concentration="10 mg/mL", resolution="2 mL/h", max_rate="24 mL/h")
    best = design(CHANCES, "otto2021", PEOPLE, pump, grid="10 min", until="30 min", rng=7)
    times = np.linspace(0.0, 0.6, 145)
    # What one rate for ten minutes from each slot leads to, of which every schedule is a sum.
    slots = [
        drawn(kp.infusion("1 mg/h", over="10 min", at=f"{10 * k} min", drug="S"), times)
        for k in range(3)
    ]
    window = (times >= 1 / 6 - 1e-9) & (times <= 0.5 + 1e-9)
    widest = -np.inf
    for first, second in product(range(0, 241, 20), repeat=2):
        for change in (1, 2):
            curves = sum((first if k < change else second) * slots[k] for k in range(3))
            low = np.sort(curves[:, window].min(axis=1) / 100.0 - 1.0)[40 - 36]
            high = np.sort(1.0 - curves.max(axis=1) / 250.0)[40 - 38]
            widest = max(widest, min(low, high))
    assert -best.deviation.worst == pytest.approx(widest, abs=2e-3)


AIMS = (
    "150 ng/mL from 5 min to 1 h", "100 to 200 ng/mL from 5 min to 1 h", "AUC of 120 ng h/mL until 1 h",
)  # fmt: skip


@pytest.mark.parametrize("aim", AIMS)
def test_every_limit_is_kept_by_the_best_and_by_its_alternatives(aim):
    pump = kp.Pump(concentration="5 mg/mL", min_interval="12 min", max_rate="8.4 mL/h")
    best = design(
        aim, pump=pump, changes=2, grid="5 min", bolus="7 mg", max_dose="0.5 mg/kg",
        max_rate="0.5 mg/kg/h",
    )  # fmt: skip
    assert best.alternatives
    for one in (best, *best.alternatives):
        bolus = sum(d.amt for d in one.plan.doses if not d.hours)
        assert bolus <= 7.0
        assert bolus / 5 * 10 == pytest.approx(round(bolus / 5 * 10), abs=1e-9)
        assert one.total_mg <= 35.0 * (1 + 1e-12)
        runs = [d for d in one.plan.doses if d.hours]
        assert len(runs) <= 3
        for dose in runs:
            assert dose.rate <= 35.0 * (1 + 1e-12)
            flow = dose.rate / 5.0
            assert flow * 10 == pytest.approx(round(flow * 10), abs=1e-9)
            assert (dose.time / Fraction(1, 12)).denominator == 1
            assert dose.hours >= Fraction(1, 4)
        assert one.plan.total_mg(70.0) == pytest.approx(one.total_mg, rel=1e-12)
        assert one.sheet.total_mg == pytest.approx(one.plan.total_mg(70.0), rel=1e-9)
        assert one.sheet.warnings == ()
    scores = [one.deviation.score for one in (best, *best.alternatives)]
    assert scores == sorted(scores)


@pytest.mark.parametrize("aim", AIMS[:2])
def test_the_worst_deviation_is_found_between_the_points_of_any_grid(aim):
    best = design(aim, pump=FINE, changes=2, grid="5 min")
    times = np.linspace(1 / 12, 1.0, 20001)
    curve = kp.simulate(best.plan, "domino", ME, times=times).concentration("ketamine")[0]
    if best.met is None:
        worst = np.max(np.abs(curve / 150.0 - 1.0))
        off = np.sqrt(np.trapezoid((curve / 150.0 - 1.0) ** 2, times) / (times[-1] - times[0]))
        assert best.deviation.mean == pytest.approx(off, rel=1e-5)
    else:
        worst = max(1.0 - curve.min() / 100.0, curve.max() / 200.0 - 1.0)
    assert best.deviation.worst >= worst - 1e-12
    assert best.deviation.worst == pytest.approx(worst, abs=1e-4)
    assert best.deviation.lowest == pytest.approx(curve.min(), rel=1e-4)
    assert best.deviation.highest == pytest.approx(curve.max(), rel=1e-4)
    at = kp.simulate(best.plan, "domino", ME, times=[best.deviation.at_h]).concentration("ketamine")
    assert best.deviation.ng_per_ml == pytest.approx(at[0, 0], rel=1e-9)


def test_more_freedom_is_never_worse():
    aim = "150 ng/mL from 5 min to 1 h"
    few, more, bolus = (
        design(aim, pump=FINE, grid="10 min", changes=k, bolus=b).deviation.mean
        for k, b in ((0, False), (2, False), (2, True))
    )
    assert more <= few
    assert bolus <= more


def test_alternatives_are_distinct():
    best = design("150 ng/mL from 5 min to 1 h", pump=FINE, changes=2, grid="5 min", bolus=True)
    shapes = []
    for one in (best, *best.alternatives):
        runs = [d.time / Fraction(1, 12) for d in one.plan.doses if d.hours and d.time > 0]
        shapes.append((any(not d.hours for d in one.plan.doses), *runs))
    for number, shape in enumerate(shapes):
        for other in shapes[:number]:
            assert (
                len(shape) != len(other)
                or shape[0] != other[0]
                or any(abs(a - b) > 1 for a, b in zip(shape[1:], other[1:], strict=True))
            )
    assert best.table["plan"].to_list() == [str(o.plan) for o in (best, *best.alternatives)]


def test_differential_evolution_comes_as_near_as_trying_all(monkeypatch):
    aim = "150 ng/mL from 5 min to 1 h"
    every = design(aim, pump=FINE, changes=2, grid="5 min")
    monkeypatch.setattr(search, "EVERY", 20)
    evolved = design(aim, pump=FINE, changes=2, grid="5 min")
    assert evolved.deviation.mean == pytest.approx(every.deviation.mean, rel=1e-9)
    assert str(evolved.plan) == str(design(aim, pump=FINE, changes=2, grid="5 min").plan)


def test_a_missed_aim_says_how_close_and_what_is_in_the_way():
    best = design("100 to 200 ng/mL from 1 to 30 min", pump=FINE, max_rate="30 mg/h")
    assert best.met is False
    said = " ".join(best.warnings)
    assert "is not met; the closest is" in said
    assert "the highest rate, 30 mg/h" in said
    assert "no bolus" in said
    short = design("195 to 200 ng/mL from 10 min to 30 min", pump=FINE, max_dose="9 mg")
    assert "the cumulative dose, 9 mg" in " ".join(short.warnings)


def test_chances_that_cannot_be_kept_say_how_many_keep_them():
    words = "at least 95 % above 100 ng/mL from 10 to 30 min, at most 5 % ever above 110 ng/mL"
    best = design(words, "otto2021", PEOPLE, FINE, rng=7)
    assert best.met is False
    reached = best.chances.filter(~best.chances["met"])
    assert reached.height > 0
    said = " ".join(best.warnings)
    for row in reached.to_dicts():
        assert row["chance"] in said


def test_where_nothing_limits_the_drug_the_least_is_given():
    words = "at least 90 % above 100 ng/mL from 10 to 30 min"
    best = design(words, "otto2021", PEOPLE, FINE, rng=7)
    assert best.met
    less = kp.parse("; ".join(
        f"{d.rate - 1.0} mg/h esketamine iv for {float(d.hours)!r} h at {float(d.time)!r} h"
        for d in best.plan.doses
    ))  # fmt: skip
    times = np.linspace(1 / 6, 0.5, 101)
    assert np.mean(drawn(less, times).min(axis=1) >= 100.0) < 0.9


def test_a_window_for_many_is_judged_in_the_worst_of_them():
    many = kp.Cohort(weight_kg=[60.0, 70.0, 85.0])
    best = design("80 to 160 ng/mL from 10 to 30 min", who=many, pump=FINE)
    times = np.linspace(1 / 6, 0.5, 2001)
    curves = kp.simulate(best.plan, "domino", many, times=times).concentration("ketamine")
    worst = np.maximum(1.0 - curves.min(axis=1) / 80.0, curves.max(axis=1) / 160.0 - 1.0)
    assert best.deviation.worst == pytest.approx(worst.max(), abs=1e-5)
    assert best.deviation.person == int(np.argmax(worst))


def test_an_effect_site_can_be_aimed_at():
    best = design(
        "80 to 160 ng/mL from 15 to 30 min",
        pump=FINE,
        site="effect",
        effect="antinociception_index",
    )
    times = np.linspace(0.25, 0.5, 2001)
    curve = kp.simulate(
        best.plan, "domino", ME, times=times, effect="antinociception_index"
    ).concentration("ketamine", site="effect")[0]
    assert best.deviation.lowest == pytest.approx(curve.min(), rel=1e-5)
    assert best.met


def test_it_says_what_it_rests_on_and_draws():
    best = design("150 ng/mL from 5 to 30 min", pump=FINE, start="09:00")
    assert best.basis.startswith("Rests on domino (grade B). It is not a recommendation.")
    assert best.basis in repr(best)
    assert best.sheet.table["clock"][0] == "09:00"
    axes = best.plot()
    assert axes.get_ylabel() == "Concentration [ng/mL]"


WRONG = {
    "saturable": (
        {"model": kp.one_compartment(V1=20, Vmax=50, Km=1)}, "has a saturable flow"
    ),
    "no pump": ({"pump": "10 mg/mL"}, "write kp.Pump(concentration='10 mg/mL')"),
    "nobody": ({"who": None}, "A schedule is for somebody"),
    "changes": ({"changes": 1.5}, "write a whole number from 0 to 8"),
    "many changes": ({"changes": 9}, "write a whole number from 0 to 8"),
    "a bare grid": ({"grid": 5}, "grid=5 has no unit"),
    "a grid that does not fit": ({"grid": "7 min"}, "is no multiple of grid=7 min"),
    "a grid without end": ({"grid": "0.1 s"}, "write a longer grid"),
    "a bolus without a unit": ({"bolus": 20}, "write True, False or '20 mg'"),
    "a ceiling of nothing": ({"max_dose": "0 mg"}, "amounts are positive"),
    "a ceiling in mL": ({"max_dose": "5 mL"}, "max_dose='5 mL' is of the wrong kind"),
    "a rate below a step": ({"max_rate": "0.5 mL/h"}, "below one step of the pump"),
    "changes further apart than the end": ({"shortest": "1 h"}, "longer than the schedule"),
    "a site": ({"site": "brain"}, "write one of plasma, effect"),
    "alternatives": ({"alternatives": -1}, "write a whole number from 0"),
    "no effect": ({"site": "effect"}, "effect"),
    "a chance about one": ({"aim": CHANCES}, "give a cohort"),
    "a level far too high": ({"aim": "900 mg/L until 30 min", "pump": FINE}, "allow implausible doses"),
    "a pump too strong": (
        {"aim": "0.1 ng/mL from 20 to 30 min"}, "the best is to give nothing"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_mistakes_are_answered(what):
    given, sentence = WRONG[what]
    given = dict(given)
    aim = given.pop("aim", "150 ng/mL from 5 to 30 min")
    with pytest.raises(kp.KetapkError) as error:
        design(aim, **given)
    assert sentence in str(error.value)
