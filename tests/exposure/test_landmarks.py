"""Peaks, areas and crossings by modes are those of the solution, whatever the plan."""

import dataclasses
import math

import numpy as np
import pytest
from mpmath import mp
from numpy.testing import assert_allclose, assert_array_equal

import ketapk as kp
from ketapk import units
from ketapk.exposure import Curve
from ketapk.kernels.zeros import turns

PLANS = (
    "100 mg iv bolus",
    "100 mg iv over 40 min",
    "20 mg iv bolus, then 60 mg iv over 2 h",
    "100 mg oral",
    "60 mg oral; 80 mg oral at 3 h; 40 mg oral at 9 h",
    "30 mg iv over 30 min; 100 mg oral at 1 h; 10 mg iv bolus at 3 h",
    "40 mg oral at 2 h",
    "50 mg oral every 4 h x 4",
)
SHARES = (0.003, 0.2, 0.7, 0.97, 0.999, 1.001)
NAMES = ("Cmax", "Tmax", "AUC_last", "AUC_inf", "t_half")


def random_model(rng, n):
    """One to three compartments with absorption, lag and effect site, rates over two decades."""

    def some(low, high):
        return np.exp(rng.uniform(np.log(low), np.log(high), n))

    given = {"CL": some(5, 100), "V1": some(10, 100)}
    given |= {"ka": some(0.2, 6), "F": some(0.2, 1), "tlag": float(rng.choice([0.0, 0.25]))}
    if rng.random() < 0.3:
        given["dur"] = 0.5
    if rng.random() < 0.7:
        given["ke0"] = some(1, 20)
    extra = int(rng.integers(3))
    for k in range(extra):
        given |= {f"Q{k + 2}": some(5, 150), f"V{k + 2}": some(20, 300)}
    make = (kp.one_compartment, kp.two_compartment, kp.three_compartment)[extra]
    return make(**given)


def through_the_solution(run, analyte=None, *, site="plasma", above=()):
    """The same table from the states and not from modes."""
    name = analyte or run.model.parent
    output = run.course.system.output_index(name, site)
    heights = np.array([units.concentration_mg_per_l(text, name) for text in above])
    rows = run._exposure_of(output, heights)
    rows[:, [0, 2, 3]] = units.mg_per_l_to_ng_per_ml(rows[:, [0, 2, 3]])
    return rows


def assert_same(found, wanted):
    """Concentrations, areas and half-lives relatively; times relative to that of the peak."""
    for k, name in enumerate(NAMES):
        tolerance = 1e-7 if name == "Tmax" else 1e-11
        assert_allclose(found[:, k], wanted[:, k], rtol=tolerance, err_msg=name)
    late = np.maximum(wanted[:, 1], np.nan_to_num(np.nanmax(wanted[:, 5:], axis=1)))[:, None]
    assert_allclose(found[:, 5:] / late, wanted[:, 5:] / late, rtol=0.0, atol=1e-10)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("seed", range(5))
def test_landmarks_are_those_of_the_solution(plan, seed):
    rng = np.random.default_rng(seed)
    model = random_model(rng, 12)
    people = kp.Cohort(weight_kg=np.full(12, 70.0))
    run = kp.simulate(plan, model, people, times=[0.0, 5.0, 12.0])
    sites = ("plasma", "effect") if len(run.course.system.outputs) > 1 else ("plasma",)
    for site in sites:
        Cmax = run.exposure(site=site)["Cmax"].to_list()
        above = tuple(f"{share * Cmax[3]!r} ng/mL" for share in SHARES)
        table = run.exposure(site=site, above=above)
        found = table.drop("id").to_numpy()
        wanted = through_the_solution(run, site=site, above=above)
        assert_same(found, wanted)
        assert_array_equal(np.isnan(found), np.isnan(wanted))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["kamp2020+im", "perez_ruixo2021", "otto2021", "ashraf2018"])
def test_landmarks_of_published_models(name):
    model = kp.load_model(name)
    route = "iv" if "iv" in model.routes else next(iter(model.routes))
    plan = f"20 mg {'iv over 40 min' if route == 'iv' else route}"
    if model.drugs == ("S",):
        plan = plan.replace("mg", "mg esketamine")
    run = kp.simulate(plan, model, kp.Cohort(weight_kg=[50.0, 70.0, 90.0]), times=[0.0, 6.0])
    for analyte in run.analytes:
        top = run.exposure(analyte)["Cmax"][1]
        above = tuple(f"{share * top!r} ng/mL" for share in SHARES)
        found = run.exposure(analyte, above=above).drop("id").to_numpy()
        assert_same(found, through_the_solution(run, analyte, above=above))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [
    "perez_ruixo2021", "otto2021+nasal_spray", "simons2022+nasal_spray", "ashraf2018+nasal_spray",
])  # fmt: skip
def test_landmarks_of_a_device_are_found_by_modes(name):
    """Absorption and elimination nearly coincide, or drug waits in two places with one rate."""
    people = kp.Cohort(weight_kg=[50.0, 70.0, 90.0])
    run = kp.simulate("84 mg spravato at 20 min", name, people, times=[0.0, 6.0])
    for analyte in run.analytes[:2]:
        top = run.exposure(analyte)["Cmax"][1]
        above = tuple(f"{share * top!r} ng/mL" for share in SHARES)
        found = run.exposure(analyte, above=above).drop("id").to_numpy()
        assert "solution" not in vars(run.course)
        assert_same(found, through_the_solution(run, analyte, above=above))
        vars(run.course).pop("solution", None)


def test_modes_run_and_say_so():
    model = random_model(np.random.default_rng(1), 50)
    people = kp.Cohort(weight_kg=np.full(50, 70.0))
    run = kp.simulate("100 mg iv over 40 min", model, people, times=[0.0, 24.0])
    run.exposure(above="10 ng/mL")
    assert run.stats.by_modes == 50
    assert "solution" not in vars(run.course)


@pytest.mark.parametrize("plan", PLANS)
def test_one_patient_alone_has_the_same_bits(plan):
    rng = np.random.default_rng(7)
    given = {name: rng.uniform(low, low * 4, 9) for name, low in RANGES.items()}
    people = kp.Cohort(weight_kg=np.full(9, 70.0))
    above = ("20 ng/mL", "300 ng/mL")

    def table(values, who, **how):
        run = kp.simulate(plan, kp.two_compartment(**values), who, times=[0.0, 8.0], **how)
        return run.exposure(above=above).drop("id")

    together = table(given, people)
    assert together.equals(table(given, people, threads=2, chunk=2), null_equal=True)
    for n in (0, 4, 8):
        alone = table({name: value[n : n + 1] for name, value in given.items()}, people[[n]])
        assert_array_equal(alone.to_numpy()[0], together.to_numpy()[n])


RANGES = {"CL": 15.0, "V1": 20.0, "Q2": 10.0, "V2": 50.0, "ka": 0.8}


@pytest.mark.parametrize("off", [0.0, 1e-14, 1e-10, 1e-6, 1e-3, 0.1, 0.5])
def test_nearly_equal_rates_lose_no_digits(off):
    """Of ka = k (1 + off): Cmax = C0 exp(-k Tmax) at Tmax = log1p(off) / (k off)."""
    k = 0.7
    model = kp.one_compartment(CL=k * 20.0, V1=20.0, ka=k * (1.0 + off))
    run = kp.simulate("100 mg oral", model, kp.Patient(weight_kg=70), times=[0.0, 9.0])
    table = run.exposure(above="1000 ng/mL")
    assert run.stats.by_modes == 1
    Tmax = (np.log1p(off) / off if off > 0.0 else 1.0) / k
    assert_allclose(table["Cmax"][0], 5000.0 * np.exp(-k * Tmax), rtol=1e-12)
    assert_allclose(table["Tmax"][0], Tmax, rtol=1e-12)
    wanted = through_the_solution(run, above=("1000 ng/mL",))
    assert_same(table.drop("id").to_numpy(), wanted)


@pytest.mark.parametrize("plan", PLANS[2:])
def test_coupled_modes_under_every_kind_of_plan(plan):
    """Absorption, elimination and an effect site within a few percent, or the same."""
    off = np.array([0.0, 1e-12, 1e-4, -1e-4, 0.03, -0.06])
    model = kp.one_compartment(CL=14.0, V1=20.0, ka=0.7 * (1.0 + off), ke0=0.7 * (1.0 + 3.0 * off))
    people = kp.Cohort(weight_kg=np.full(off.size, 70.0))
    run = kp.simulate(plan, model, people, times=[0.0, 5.0, 12.0])
    top = run.exposure()["Cmax"][3]
    above = tuple(f"{share * top!r} ng/mL" for share in SHARES)
    found = run.exposure(above=above).drop("id").to_numpy()
    assert run.stats.by_modes == off.size
    assert_same(found, through_the_solution(run, above=above))


def test_some_patients_are_left_to_the_solution_and_the_others_not():
    """Peaks are equal for whoever has forgotten the dose before."""
    model = kp.one_compartment(CL=np.array([2.0, 40.0, 5.0]), V1=20.0)
    people = kp.Cohort(weight_kg=np.full(3, 70.0))
    run = kp.simulate("10 mg iv bolus every 24 h x 3", model, people, times=[0.0, 72.0])
    found = run.exposure(above="100 ng/mL").drop("id").to_numpy()
    assert run.stats.by_modes == 2
    assert_same(found, through_the_solution(run, above=("100 ng/mL",)))


def test_a_model_that_holds_its_own_arrays_is_solved_whole():
    ka = np.array([0.3, 0.7, 2.0])
    given = kp.one_compartment(CL=14.0, V1=20.0, ka=ka)
    people = kp.Cohort(weight_kg=np.full(3, 70.0))
    values = given.individual(people)
    wanted = kp.simulate("100 mg oral", given, people, times=[0.0, 9.0])
    model = dataclasses.replace(
        given,
        individual=lambda cohort: {k: v for k, v in values.items() if k != "ka"},
        routes={"oral": dataclasses.replace(
            given.routes["oral"], inputs=lambda dose, p: given.routes["oral"].inputs(dose, values),
            extend=lambda graph, p: given.routes["oral"].extend(graph, values))},
    )  # fmt: skip
    run = kp.simulate("100 mg oral", model, people, times=[0.0, 9.0])
    above = "1000 ng/mL"
    assert_allclose(run.exposure(above=above).to_numpy(), wanted.exposure(above=above).to_numpy(),
                    rtol=1e-12)  # fmt: skip
    assert_allclose(run.concentration("ketamine"), wanted.concentration("ketamine"), rtol=1e-12)


def test_levels_at_the_very_start_and_never():
    model = kp.one_compartment(CL=10.0, V1=20.0)
    run = kp.simulate("100 mg iv bolus", model, kp.Patient(weight_kg=70), times=[0.0, 3.0])
    above = ("4999 ng/mL", "5000 ng/mL", "5001 ng/mL")
    table = run.exposure(above=above)
    assert table["Tmax"][0] == 0.0
    assert table["time to 4999 ng/mL"][0] == 0.0
    assert_allclose(table["time above 4999 ng/mL"][0], -np.log(4999 / 5000) / 0.5, rtol=1e-9)
    assert table["time to 5000 ng/mL"][0] == 0.0
    assert_allclose(table["time above 5000 ng/mL"][0], 0.0, atol=1e-12)
    assert np.isnan(table["time to 5001 ng/mL"][0])
    assert table["time above 5001 ng/mL"][0] == 0.0


def test_just_after_a_jump_in_the_middle_the_solution_finds_its_level():
    """The piece that falls from a jump begins after it, and not before."""
    model = kp.one_compartment(CL=10.0, V1=20.0)
    run = kp.simulate("50 mg iv bolus; 50 mg iv bolus at 3 h", model,
                      kp.Patient(weight_kg=70), times=[0.0, 3.0])  # fmt: skip
    second = 2500.0 * (1.0 + math.exp(-1.5))
    level = f"{0.9999 * second!r} ng/mL"
    rows = through_the_solution(run, above=(level,))
    assert_allclose(rows[0, 5:], [3.0, -np.log(0.9999) / 0.5], rtol=1e-9)


def test_nothing_given_is_no_peak():
    model = kp.one_compartment(CL=10.0, V1=20.0, F=np.array([0.0, 1.0]), ka=1.0)
    people = kp.Cohort(weight_kg=[70.0, 70.0])
    run = kp.simulate("100 mg oral", model, people, times=[0.0, 3.0])
    table = run.exposure(above="10 ng/mL")
    assert table.row(0)[1:5] == (0.0, 0.0, 0.0, 0.0)
    assert np.isnan(table["time to 10 ng/mL"][0])
    assert table["time above 10 ng/mL"][0] == 0.0


def test_equal_peaks_are_left_to_the_solution():
    model = kp.one_compartment(CL=40.0, V1=20.0)
    run = kp.simulate("10 mg iv bolus every 24 h x 3", model, kp.Patient(weight_kg=70),
                      times=[0.0, 72.0])  # fmt: skip
    assert_same(run.exposure(above="100 ng/mL").drop("id").to_numpy(),
                through_the_solution(run, above=("100 ng/mL",)))  # fmt: skip


def zeros(weights, rates, length, heights=None, lower=None):
    """Times up to ``length`` at which a sum of modes is zero."""
    n, found = rates.size, np.empty(rates.size)
    heights = np.zeros(n) if heights is None else heights
    lower = np.full(n, -1) if lower is None else lower
    count = turns(weights, heights, lower, rates, n, length, np.empty((2, n + 1, n)), found)
    assert count >= 0
    return found[:count]


@pytest.mark.parametrize("gap", [0.0, 1e-15, 1e-9, 1e-4, 0.1])
@pytest.mark.parametrize("fast", [4.0, 1.05])
def test_turning_points_of_modes_that_coincide(gap, fast):
    """Three zeros given, with a divided difference beside its two modes and one more mode."""
    rates = np.sort([0.3, 1.0, 1.0 + gap, fast])
    low, high = np.flatnonzero((rates == 1.0) | (rates == 1.0 + gap))[[0, -1]]
    wanted = np.array([0.05, 0.4, 1.5])
    with mp.workdps(60):
        slow, width = mp.mpf(rates[low]), mp.mpf(rates[high]) - mp.mpf(rates[low])

        def terms(t):
            t = mp.mpf(t)
            between = mp.exp(-slow * t) * (-mp.expm1(-width * t) / width if width else t)
            kept = [mp.exp(-mp.mpf(rate) * t) for rate in np.delete(rates, high)]
            return [*kept, between]

        rows = mp.matrix([terms(t) for t in wanted])
        solved = mp.lu_solve(rows[:, 1:], -rows[:, 0])
        found = np.array([1.0, *map(float, solved)])
    weights, heights, lower = np.insert(found[:3], high, 0.0), np.zeros(4), np.full(4, -1)
    heights[high], lower[high] = found[3], low
    # The cruder, the smaller all three leave the sum between them.
    assert_allclose(zeros(weights, rates, 50.0, heights, lower), wanted, rtol=1e-5)


def test_several_turning_points_in_one_segment():
    """Bolus into two depots, fast and slow, on top of a bolus: falls, rises, falls."""
    rates = np.array([0.3, 1.0, 4.0, 9.0])
    wanted = np.array([0.05, 0.4, 1.5])
    powers = np.exp(-np.outer(wanted, rates))
    weights = np.append(1.0, np.linalg.solve(powers[:, 1:], -powers[:, 0]))
    assert_allclose(zeros(weights, rates, 50.0), wanted, rtol=1e-5)
    assert_allclose(zeros(weights, rates, 1.0), wanted[:2], rtol=1e-5)


def test_a_peak_under_a_running_infusion_is_found():
    """At the start of the segment the curve hardly rises, and another zero of its slope is near."""
    model = kp.one_compartment(
        CL=8.329205740386438, V1=2.0256107185072536, ka=0.37325538372955785, ke0=29.536671450787033
    )
    plan = kp.infusion("15 mg", over="6 h") + kp.oral("20 mg", at="2 h")
    run = kp.simulate(plan, model, times=np.linspace(0.0, 30.0, 3001))
    curve = run.concentration("ketamine", site="effect")
    found = run.exposure("ketamine", site="effect")
    assert found["Cmax"][0] >= curve.max()
    assert found["Cmax"][0] == pytest.approx(curve.max(), rel=1e-4)
    assert found["Tmax"][0] == pytest.approx(run.times_h[curve[0].argmax()], abs=0.01)


@pytest.mark.parametrize("seed", range(6))
def test_peaks_of_many_doses_are_those_of_the_search(seed):
    random, N = np.random.default_rng(seed), 33

    def size(low, high):
        return 10.0 ** random.uniform(low, high, N)

    model = kp.two_compartment(
        CL=size(-0.5, 2), V1=size(0, 2), Q2=size(-0.5, 2), V2=size(0, 2.5), ka=size(-1, 1.5),
        ke0=size(-1, 1.5),
    )  # fmt: skip
    plan = kp.oral("20 mg", at="1 h").repeat(every="3 h", times=3)
    plan = plan + kp.infusion("15 mg", over="6 h", at="0.5 h") + kp.bolus("10 mg", at="2.5 h")
    who = kp.Cohort(weight_kg=[70.0] * N)
    run = kp.simulate(plan, model, who, times=np.linspace(0.0, 30.0, 61))
    for output in range(2):
        found, held = run.course.landmarks(output, 30.0, np.array([0.05]))
        peak = Curve(run.course.solution, output).peak[0]
        np.testing.assert_allclose(found[held, 0], peak[held], rtol=1e-9)
