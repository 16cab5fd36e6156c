"""Held targets: against a slow controller, and the laws that every one of them keeps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ketapk as kp
from tests.design.slow import Slow

ME = kp.Patient(weight_kg=70)
DOMINO = {"V1": 0.063 * 70} | {
    k: 60 * v
    for k, v in {"k10": 0.4381, "k12": 0.5921, "k13": 0.59, "k21": 0.247, "k31": 0.0146}.items()
}
KE0 = 60 * 0.238
EFFECT = {"site": "effect", "effect": "antinociception_index"}
pytestmark = pytest.mark.filterwarnings("ignore::ketapk.errors.KetapkWarning")


def columns(held, *names):
    return np.column_stack([held.table[name].to_numpy() for name in names])


def agree(held, slow):
    ours = columns(held, "start_h", "end_h", "mg_per_h", "ng_per_ml")
    assert ours.shape == slow.shape
    scale = [1.0, 1.0, slow[:, 2].max(), 1e3 * slow[:, 3].max()]
    np.testing.assert_allclose(ours / scale, slow * [1, 1, 1, 1e3] / scale, rtol=1e-6, atol=1e-8)


STEPS = [(0.0, 0.25, 0.1), (0.25, 0.5, 0.15), (0.5, 1.25, 0.06)]
WORDS = "100 ng/mL; 150 ng/mL at 15 min; 60 ng/mL at 30 min"


def test_plasma_agrees_with_a_slow_controller():
    held = kp.hold(WORDS, "domino", ME, until="75 min", step="4 min")
    agree(held, Slow(**DOMINO).hold(STEPS, 4 / 60))


def test_the_effect_site_agrees_with_a_slow_controller():
    held = kp.hold(WORDS, "domino", ME, until="75 min", step="1 min", **EFFECT)
    agree(held, Slow(**DOMINO, ke0=KE0).hold(STEPS, 1 / 60))


def test_so_it_does_where_the_rate_is_limited():
    held = kp.hold(
        "100 ng/mL", "domino", ME, until="12 min", step="30 s", max_rate="60 mg/h", **EFFECT
    )
    agree(held, Slow(**DOMINO, ke0=KE0).hold([(0.0, 0.2, 0.1)], 1 / 120, highest=60.0))
    rates = held.table["mg_per_h"].to_numpy()
    assert (rates[:5] == 60.0).all()


def test_so_it_does_from_the_state_that_a_bolus_left():
    slow = Slow(**DOMINO, ke0=KE0)
    x = slow.on(np.array([20.0, 0.0, 0.0, 0.0]), 0.0, 0.1)
    held = kp.hold("70 ng/mL", "domino", ME, until="1 h", step="2 min", start="6 min",
                   after="20 mg iv bolus", **EFFECT)  # fmt: skip
    agree(held, slow.hold([(0.1, 1.0, 0.07)], 2 / 60, x=x))


@pytest.mark.parametrize("site", ["plasma", "effect"])
def test_the_plan_simulated_gives_the_table(site):
    options = dict(EFFECT) if site == "effect" else {}
    held = kp.hold(WORDS, "domino", ME, until="75 min", step="1 min", after="10 mg iv bolus",
                   start="0 min", **options)  # fmt: skip
    ends = held.table["end_h"].to_numpy()
    options.pop("site", None)
    run = kp.simulate(held.plan, "domino", ME, times=ends, allow_implausible=True, **options)
    np.testing.assert_allclose(
        run.concentration("ketamine", site=site)[0], held.table["ng_per_ml"], rtol=1e-9
    )


@pytest.mark.parametrize("model", ["kamp2020", "domino", "herd2007", "perez_ruixo2021"])
def test_plasma_is_at_the_target_at_the_end_of_every_interval(model):
    held = kp.hold("100 ng/mL; 180 ng/mL at 20 min; 50 ng/mL at 40 min", model, ME, until="3 h",
                   step="5 min")  # fmt: skip
    table = held.table
    waits = (table["mg_per_h"] == 0.0).to_numpy()
    off = table["ng_per_ml"] / table["target_ng_per_ml"] - 1.0
    np.testing.assert_allclose(off, 0.0, atol=1e-9)
    # After a step down nothing is given, once, until the level has fallen to the target.
    assert waits.sum() == 1
    assert table["start_h"][int(np.flatnonzero(waits)[0])] == pytest.approx(40 / 60)
    assert held.arrivals["reached_h"].is_not_null().all()


volumes = st.floats(5.0, 80.0)
flows = st.floats(5.0, 200.0)


@settings(max_examples=4, deadline=None)
@given(
    V1=volumes,
    V2=volumes,
    V3=volumes,
    CL=flows,
    Q2=flows,
    Q3=flows,
    step=st.sampled_from(["30 s", "2 min", "5 min"]),
)
def test_the_effect_site_never_passes_the_target(V1, V2, V3, CL, Q2, Q3, step):
    model = kp.three_compartment(CL=CL, V1=V1, Q2=Q2, V2=V2, Q3=Q3, V3=V3)
    held = kp.hold("100 ng/mL; 140 ng/mL at 6 min", model, ME, until="12 min", step=step,
                   allow_unmatched_ke0=True, allow_implausible=True, **EFFECT)  # fmt: skip
    curve = held.run.curve(site="effect")
    assert curve.peak_within(0.0, 0.1)[0] <= 100.0 * (1 + 2e-9)
    assert curve.Cmax[0] <= 140.0 * (1 + 2e-9)


def test_it_reaches_the_target_as_fast_as_anything_without_overshoot():
    held = kp.hold("100 ng/mL", "domino", ME, until="10 min", step="10 s", **EFFECT)
    first, second = held.table["mg_per_h"][:2]
    assert second == 0.0
    more = kp.infusion(f"{1.001 * first} mg/h", over="10 s")
    run = kp.simulate(more, "domino", ME, effect=EFFECT["effect"], allow_implausible=True)
    assert run.curve(site="effect").Cmax[0] > 100.0
    peak = kp.simulate("1 mg iv over 10 s", "domino", ME, effect=EFFECT["effect"],
                       allow_implausible=True).curve(site="effect").Tmax[0]  # fmt: skip
    assert held.arrivals["closest_h"][0] == pytest.approx(peak, rel=1e-6)


def test_rates_are_in_proportion_to_the_target():
    one, two = (
        kp.hold(level, "kamp2020", ME, until="1 h", step="5 min")
        for level in ("80 ng/mL", "160 ng/mL")
    )
    np.testing.assert_allclose(two.table["mg_per_h"], 2 * one.table["mg_per_h"], rtol=1e-12)


def test_a_later_start_shifts_everything():
    now = kp.hold("80 ng/mL", "kamp2020", ME, until="1 h", step="5 min")
    later = kp.hold("80 ng/mL", "kamp2020", ME, start="3 h", until="4 h", step="5 min")
    np.testing.assert_allclose(later.table["mg_per_h"], now.table["mg_per_h"], rtol=1e-12)
    np.testing.assert_allclose(later.table["end_h"] - 3.0, now.table["end_h"], rtol=1e-12)


@pytest.mark.parametrize("options", [{}, EFFECT])
def test_holding_on_is_holding_for_longer(options):
    long = kp.hold("100 ng/mL", "domino", ME, until="40 min", step="1 min", **options)
    change = float(long.table["end_h"][14])
    short = kp.hold("100 ng/mL", "domino", ME, until=f"{change!r} h", step="1 min", **options)
    more = kp.hold(
        "100 ng/mL", "domino", ME, until="40 min", step="1 min", after=short.plan, **options
    )
    assert more.table["start_h"][0] == pytest.approx(change)
    np.testing.assert_allclose(
        [*short.table["mg_per_h"], *more.table["mg_per_h"]], long.table["mg_per_h"], rtol=1e-7
    )


def test_rates_make_up_for_what_was_given_before():
    """Superposition: what the earlier plan leaves, and what the held part adds, is the target."""
    before = "0.3 mg/kg iv over 20 min"
    held = kp.hold("120 ng/mL", "kamp2020", ME, until="2 h", step="5 min", after=before)
    ends = held.table["end_h"].to_numpy()
    left = kp.simulate(before, "kamp2020", ME, times=ends).concentration("ketamine")[0]
    own = kp.Regimen.of(*held.plan.doses[1:])
    added = kp.simulate(own, "kamp2020", ME, times=ends, allow_implausible=True)
    np.testing.assert_allclose(left + added.concentration("ketamine")[0], 120.0, rtol=1e-9)


def test_drug_that_is_still_in_the_gut_counts():
    model = kp.load_model("kamp2020+oral")
    held = kp.hold("60 ng/mL", model, ME, start="1 h", until="3 h", step="5 min",
                   after="200 mg oral")  # fmt: skip
    np.testing.assert_allclose(held.table["ng_per_ml"][-1], 60.0, rtol=1e-9)
    assert held.run.curve().level("3 h")[0] == pytest.approx(60.0, rel=1e-9)


def test_a_drifting_metabolite_does_not_touch_the_drug():
    held = kp.hold("800 ng/mL", "flint2017", kp.Patient(weight_kg=20, age_y=6), until="2 h",
                   step="10 min")  # fmt: skip
    ends = held.table["end_h"].to_numpy()
    np.testing.assert_allclose(
        held.run.at_times(ends).concentration("esketamine")[0], 800.0, rtol=1e-6
    )


def test_a_target_of_nothing_stops():
    held = kp.hold([("0 min", "100 ng/mL"), ("30 min", 0)], "kamp2020", ME, until="1 h",
                   step="5 min")  # fmt: skip
    last = held.table.row(-1, named=True)
    assert (last["mg_per_h"], last["target_ng_per_ml"]) == (0.0, 0.0)
    assert held.plan.end == 0.5
    assert held.arrivals["reached"].to_list() == [True, None]


def test_times_of_arrival_are_those_of_the_curve():
    held = kp.hold(
        "100 ng/mL; 50 ng/mL at 20 min", "domino", ME, until="2 h", step="30 s", **EFFECT
    )
    curve = held.run.curve(site="effect")
    up, down = held.arrivals["reached_h"]
    assert up == pytest.approx(curve.onset("99 ng/mL")[0], rel=1e-9)
    assert down == pytest.approx(
        20 / 60 + curve.falls(to="50.5 ng/mL", after="20 min")[0], rel=1e-9
    )


TEN = kp.Pump(concentration="10 mg/mL", max_rate="4 mL/h", volume="1 mL", min_interval="5 min")


def test_a_pump_runs_what_it_can_and_that_is_what_is_simulated():
    held = kp.hold("100 ng/mL; 60 ng/mL at 1 h", "kamp2020", ME, until="3 h", pump=TEN)
    flows = held.table["ml_per_h"].to_numpy()
    np.testing.assert_allclose(flows, np.round(flows, 1), atol=1e-12)
    assert flows.max() == 4.0
    lengths = (held.table["end_h"] - held.table["start_h"]).to_numpy()
    assert lengths.min() >= 5 / 60 - 1e-12
    step = kp.simulate("1 mg/h iv for 5 min", "kamp2020", ME, allow_implausible=True)
    off = (held.table["ng_per_ml"] - held.table["target_ng_per_ml"]).abs()[2:]
    # Half a step of the rate, or the second up to which a wait is rounded.
    assert off.max() <= 0.5 * step.curve().Cmax[0] + 0.1
    ends = held.table["end_h"].to_numpy()
    again = kp.simulate(held.plan, "kamp2020", ME, times=ends, allow_implausible=True)
    np.testing.assert_allclose(
        again.concentration("ketamine")[0], held.table["ng_per_ml"], rtol=1e-9
    )
    assert any("the syringe holds 1 mL" in w for w in held.warnings)


def test_with_a_pump_the_effect_site_stays_below():
    held = kp.hold("100 ng/mL", "domino", ME, until="4 min", step="10 s",
                   pump=kp.Pump(concentration="10 mg/mL"), **EFFECT)  # fmt: skip
    rising = held.table.filter(held.table["plasma_ng_per_ml"] > 101.0)
    assert rising["ng_per_ml"].max() <= 100.0


@pytest.mark.parametrize("target", [40, 60])
def test_a_pump_keeps_plasma_and_effect_site_within_one_of_its_steps(target):
    held = kp.hold(f"{target} ng/mL", "domino", ME, until="40 min", step="30 s",
                   pump=kp.Pump(concentration="10 mg/mL"), **EFFECT)  # fmt: skip
    run = held.run.at_times(np.linspace(10 / 60, 40 / 60, 2000))
    # What 1 mg/h brings in 30 s if none of it leaves.
    one_step = 1e3 * (1.0 / 120.0) / DOMINO["V1"]
    for site in ("plasma", "effect"):
        off = run.concentration("ketamine", site=site)[0] - target
        assert np.abs(off).max() <= one_step
    assert held.reached


def test_what_cannot_be_reached_says_how_close_and_when():
    with pytest.warns(kp.KetapkWarning, match=r"is not reached: .* the highest rate is 10 mg/h"):
        held = kp.hold("200 ng/mL", "kamp2020", ME, until="1 h", step="5 min", max_rate="10 mg/h")
    assert not held.reached
    row = held.shortfall.row(0, named=True)
    assert row["closest_h"] == 1.0
    run = kp.simulate("10 mg/h iv for 1 h", "kamp2020", ME)
    assert row["closest_ng_per_ml"] == pytest.approx(run.curve().Cmax[0], rel=1e-9)
    low = kp.hold("100 ng/mL; 5 ng/mL at 30 min", "kamp2020", ME, until="40 min", step="5 min")
    assert any("nothing is given while it is higher" in w for w in low.warnings)
    assert low.shortfall["start_h"].to_list() == [0.5]


FALLING = {"until": "3 h", "step": "5 min", "after": "35 mg iv bolus"}


def test_a_target_that_is_only_passed_is_not_reached():
    with pytest.warns(kp.KetapkWarning, match="is reached at .* but not held: .* the highest rate"):
        held = kp.hold("100 ng/mL", "kamp2020", ME, max_rate="1 mg/h", **FALLING)
    assert not held.reached
    row = held.shortfall.row(0, named=True)
    curve = held.run.curve()
    assert row["reached_h"] == pytest.approx(
        curve.falls(to="101 ng/mL", after="0 min")[0], rel=1e-9
    )
    # It falls from the bolus on, so that the end is the furthest.
    assert row["worst_h"] == pytest.approx(3.0)
    assert row["worst_ng_per_ml"] == pytest.approx(curve.level("3 h")[0], rel=1e-6)
    assert kp.hold("100 ng/mL", "kamp2020", ME, **FALLING).reached


@pytest.mark.parametrize("step", ["1 min", "10 min"])
def test_the_worst_deviation_is_that_of_the_curve(step):
    held = kp.hold("100 ng/mL; 150 ng/mL at 30 min", "domino", ME, until="1 h", step=step)
    for row in held.arrivals.to_dicts():
        fine = np.linspace(row["reached_h"], row["end_h"] - 1e-9, 20001)
        levels = held.run.at_times(fine).concentration("ketamine")[0]
        off = np.abs(levels - row["target_ng_per_ml"])
        worst = abs(row["worst_ng_per_ml"] - row["target_ng_per_ml"])
        assert worst == pytest.approx(off.max(), rel=1e-3)
        assert row["worst_h"] == pytest.approx(fine[off.argmax()], abs=1e-3)
        assert row["reached"] == (worst <= 0.05 * row["target_ng_per_ml"])


def test_a_pump_of_coarse_steps_is_named():
    thick = kp.Pump(concentration="50 mg/mL", min_interval="15 min")
    held = kp.hold("20 ng/mL", "kamp2020", ME, until="5 h", pump=thick)
    assert not held.reached
    assert any("one step of the pump is 5 mg/h; a thinner syringe" in w for w in held.warnings)
    thin = kp.Pump(concentration="1 mg/mL", min_interval="15 min")
    assert not any("pump" in w for w in kp.hold("20 ng/mL", "kamp2020", ME, until="5 h",
                                                pump=thin).warnings)  # fmt: skip


def test_rates_per_kg_go_by_the_dosing_weight():
    big = kp.Patient(weight_kg=95, height_cm=165, sex="F", dosing_weight="ideal")
    ideal = float(big.dosing_kg)
    assert ideal < 70.0
    held = kp.hold("500 ng/mL", "kamp2020", big, until="1 h", step="5 min",
                   max_rate="1 mg/kg/h")  # fmt: skip
    assert held.table["mg_per_h"].max() == pytest.approx(ideal)
    assert held.table["mg_per_kg_h"].max() == pytest.approx(1.0)
    assert any("Doses per kg go by" in warning for warning in held.warnings)


def test_little_is_no_warning_and_much_before_still_is():
    held = kp.hold("100 ng/mL", "kamp2020", ME, until="1 h", step="5 min", after="150 mg iv bolus")
    assert not any("below" in warning for warning in held.warnings)
    held = kp.hold("100 ng/mL", "kamp2020", ME, until="1 h", step="5 min", after="600 mg iv bolus")
    assert any("mg/kg by the route 'iv' is" in warning for warning in held.warnings)


def test_saturable_flows_are_refused_before_anything_is_simulated(monkeypatch):
    def never(*_, **__):
        raise AssertionError("simulated")

    monkeypatch.setattr("ketapk.design.person.simulate", never)
    with pytest.raises(kp.PlanError, match="has a saturable flow"):
        hold(model=kp.one_compartment(V1=20, Vmax=50, Km=1))()


def test_the_result_says_what_it_rests_on():
    held = kp.hold("100 ng/mL", "domino", ME, until="10 min", step="1 min", **EFFECT)
    assert held.basis.startswith("Rests on domino (grade B). It is not a recommendation.")
    assert held.basis in repr(held)
    assert "the plasma goes up to" in repr(held)
    marked = kp.hold("100 ng/mL", "kamp2020", ME, until="10 min", step="1 min",
                     allow_unmatched_ke0=True, **EFFECT)  # fmt: skip
    assert any("unmatched effect site" in warning for warning in marked.warnings)


def test_the_figure_shows_curves_targets_and_rates():
    pytest.importorskip("matplotlib")
    held = kp.hold(
        "100 ng/mL; 50 ng/mL at 5 min", "domino", ME, until="10 min", step="1 min", **EFFECT
    )
    axes = held.plot()
    labels = [str(line.get_label()) for line in axes.lines]
    assert labels[:3] == ["ketamine, plasma", "ketamine, effect site", "target (effect)"]
    assert [line.get_ydata()[0] for line in axes.lines[2:]] == [100.0, 50.0]
    below = axes.figure.axes[1]
    rates = held.table["mg_per_h"]
    low, high = below.get_ylim()
    # Every rate is within its axis, the loading too.
    assert low < rates.filter(rates > 0.0).min()
    assert high > rates.max()
    assert [patch.get_data().values[0] for patch in below.patches] == [r for r in rates if r > 0.0]
    assert "domino, 70 kg" in axes.get_title(loc="left")
    assert "It is not a recommendation." in axes.figure.get_supxlabel()


def test_a_figure_shares_the_place_that_is_given():
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    held = kp.hold("100 ng/mL", "kamp2020", ME, until="1 h", step="5 min")
    left, right = Figure().subplots(1, 2)
    assert held.plot(ax=right) is right
    assert len(left.figure.axes) == 3
    free = Figure().add_axes((0.1, 0.1, 0.8, 0.8))
    with pytest.raises(kp.InputError, match="has no place in a grid"):
        held.plot(ax=free)


def hold(target="100 ng/mL", model="kamp2020", patient=ME, until="1 h", **options):
    return lambda: kp.hold(target, model, patient, until=until, **options)


WRONG = {
    "no unit": (hold(100), kp.UnitError, "target=100 has no unit; write a concentration such as"),
    "an amount": (hold("100 mg"), kp.UnitError, "of the wrong kind, an amount"),
    "negative": (hold("-1 ng/mL"), kp.InputError, "A level of '-1 ng/mL' is not positive."),
    "nothing": (hold("0 ng/mL"), kp.InputError, "Every target is 0"),
    "no target": (hold(None), kp.InputError, "target=None is no target; write '100 ng/mL', or steps"),
    "empty": (hold({}), kp.InputError, "is empty"),
    "a comma": (
        hold("100 ng/mL, 150 ng/mL at 30 min"), kp.InputError,
        "has a comma between levels; write a semicolon, such as '100 ng/mL; 150 ng/mL at 30 min'.",
    ),
    "a syringe too thick": (
        hold("5 ng/mL", until="5 h", step="5 min", pump=kp.Pump(concentration="50 mg/mL")),
        kp.InputError,
        "The pump gives nothing for this target: one step of the pump is 5 mg/h; a thinner syringe",
    ),
    "no time": (hold("1 ng/mL; 2 ng/mL"), kp.InputError, "Every target after the first needs a time"),
    "no clock": (hold([(0, "1 ng/mL"), (5, "2 ng/mL")]), kp.UnitError, "has no unit"),
    "not in order": (
        hold("1 ng/mL; 2 ng/mL at 20 min; 3 ng/mL at 10 min"),
        kp.InputError,
        "The time of a target, 10 min, is not after 20 min; write times that ascend.",
    ),
    "until too early": (hold(until="0 min"), kp.InputError, "until, 0 min, is not after 0 min"),
    "no until": (hold(until=None), kp.InputError, "until is missing"),
    "two starts": (
        hold({"5 min": "1 ng/mL"}, start="3 min"),
        kp.InputError,
        "The first target is wanted from 5 min and the start is 3 min",
    ),
    "before the end": (
        hold(after="1 mg/kg iv over 2 h", until="4 h", start="1 h"),
        kp.InputError,
        "start=1 h is before the end of what is given before, 2 h",
    ),
    "site": (hold(site="brain"), kp.InputError, "site='brain' is not known; write one of plasma,"),
    "no effect": (
        hold(site="effect", model="domino"),
        kp.InputError,
        "none is chosen; choose one of antinociception_index (estimated with domino).",
    ),
    "another's ke0": (
        hold(site="effect", effect="antinociception_index"),
        kp.PlanError,
        "was not estimated with kamp2020",
    ),
    "many models": (
        hold(model=["kamp2020", "domino"]), kp.InputError, "in one model and 2 are given",
    ),
    "many people": (
        hold(patient=kp.Cohort(weight_kg=[60, 70])),
        kp.InputError,
        "A target is held in one person and the cohort has 2",
    ),
    "nobody": (hold(patient=None), kp.InputError, "A target is held in somebody; add one"),
    "saturable": (
        hold(model=kp.one_compartment(V1=20, Vmax=50, Km=1)), kp.PlanError, "has a saturable flow",
    ),
    "step of nothing": (hold(step="0 s"), kp.InputError, "step='0 s' is no time at all"),
    "too many steps": (hold(step="0.01 s"), kp.InputError, "write a longer step"),
    "faster than the pump": (
        hold(pump=TEN, step="1 min"), kp.InputError,
        "step='1 min' is shorter than the shortest time between two changes, 5 min",
    ),
    "targets faster than the pump": (
        hold("1 ng/mL; 2 ng/mL at 2 min", pump=TEN), kp.InputError,
        "The target from 0 min holds for 2 min and the rate may change every 5 min",
    ),
    "a flow of what": (hold(max_rate="10 mL/h"), kp.InputError, "there is no pump to say what is in"),
    "no rate": (hold(max_rate="0 mg/h"), kp.InputError, "max_rate='0 mg/h' is not possible"),
    "less than a step": (
        hold(max_rate="0.5 mg/h", pump=TEN), kp.InputError, "is below one step of the pump, 0.1 mL/h",
    ),
    "no pump": (hold(pump="10 mg/mL"), kp.InputError, "is no pump; write kp.Pump("),
    "no plan": (hold(after=3), kp.InputError, "after=3 is no plan"),
    "wrong drug": (hold(drug="S", model="domino"), kp.PlanError, "describes racemic ketamine"),
    "wrong unit": (hold("100 mg/L"), kp.ImplausibleError, "Check the unit of the target, or allow implausible doses."),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_nonsense_is_refused_with_advice(wrong):
    call, error, sentence = WRONG[wrong]
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)


def test_a_highest_rate_per_kg_goes_by_the_dosing_weight():
    heavy = kp.Patient(weight_kg=95, height_cm=165, dosing_weight="ideal")
    how = {"until": "10 min", "step": "5 min"}
    held = kp.hold("150 ng/mL", "kamp2020", heavy, max_rate="0.3 mg/kg/h", **how)
    assert held.table["mg_per_h"].max() == pytest.approx(0.3 * heavy.dosing_kg, rel=1e-9)
    assert held.table["mg_per_kg_h"].max() == pytest.approx(0.3, rel=1e-9)
