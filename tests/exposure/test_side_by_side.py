"""Landmarks found for many subjects side by side are those found for one at a time."""

import numpy as np
import pytest
from mpmath import mp
from numpy.testing import assert_allclose, assert_array_equal

import ketapk as kp
from ketapk import spectrum
from ketapk.kernels import side_by_side as kernel

PLANS = (
    "100 mg iv bolus",
    "100 mg iv over 40 min",
    "20 mg iv bolus, then 60 mg iv over 2 h",
    "100 mg oral",
    "60 mg oral; 80 mg oral at 3 h; 40 mg oral at 9 h",
    "30 mg iv over 30 min; 100 mg oral at 1 h; 10 mg iv bolus at 3 h",
    "40 mg oral at 2 h",
)
SHARES = np.array([0.003, 0.2, 0.7, 0.97, 0.999, 1.001])
N = 37


def random_model(seed):
    """One to three compartments with absorption and an effect site, rates over two decades."""
    rng = np.random.default_rng(seed)

    def some(low, high):
        return np.exp(rng.uniform(np.log(low), np.log(high), N))

    given = {"CL": some(5, 100), "V1": some(10, 100), "ka": some(0.2, 6), "F": some(0.2, 1)}
    given["F"][rng.random(N) < 0.1] = 0.0
    given["ke0"] = some(1, 20)
    for k in range(2, 2 + seed % 3):
        given |= {f"Q{k}": some(5, 150), f"V{k}": some(20, 300)}
    make = (kp.one_compartment, kp.two_compartment, kp.three_compartment)[seed % 3]
    return make(**given)


def landmarks(run, output, heights, **how):
    course = run.course
    given = {"threads": None, "chunk": None, "known": course._modes, **how}
    return spectrum.landmarks(
        course.system, course._lowering, output, course.samples, until=12.0, heights=heights, **given
    )  # fmt: skip


def nobody(*given):
    lo, hi, done = given[6], given[7], given[-1]
    done[lo:hi] = False


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("seed", range(6))
def test_many_at_once_are_one_at_a_time(plan, seed, monkeypatch):
    people = kp.Cohort(weight_kg=np.full(N, 70.0))
    run = kp.simulate(plan, random_model(seed), people, times=[0.0, 5.0, 12.0])
    for output in range(len(run.course.system.outputs)):
        top = np.nanmax(landmarks(run, output, np.empty(0))[0][:5, 0])
        heights = SHARES * top
        rows, done = landmarks(run, output, heights)
        with monkeypatch.context() as without:
            without.setattr(kernel, "side_by_side", nobody)
            wanted, by_itself = landmarks(run, output, heights)
        assert (done >= by_itself).all()
        both = done & by_itself
        late = np.maximum(wanted[:, 1], np.nan_to_num(wanted[:, 5:]).max(axis=1)) + 1e-300
        assert_allclose(rows[both][:, [0, 2, 3, 4]], wanted[both][:, [0, 2, 3, 4]], rtol=2e-12)
        times = [1, *range(5, rows.shape[1])]
        error = np.abs(rows - wanted)[both][:, times] / late[both, None]
        assert_array_equal(np.isnan(rows[both]), np.isnan(wanted[both]))
        assert not np.nanmax(error, initial=0.0) > 2e-12


def counted(run, monkeypatch):
    """How many landmarks are found side by side."""
    found = []

    def counting(*given):
        whole(*given)
        found.append(int(given[-1][given[6] : given[7]].sum()))

    whole = kernel.side_by_side
    with monkeypatch.context() as watched:
        watched.setattr(kernel, "side_by_side", counting)
        landmarks(run, 0, np.array([0.1]))
    return sum(found)


@pytest.mark.parametrize(
    "plan", ["100 mg iv bolus", "100 mg iv over 40 min", "100 mg oral", "10 mg oral every 8 h x 3"]
)
def test_a_curve_that_turns_once_a_segment_is_done_side_by_side(plan, monkeypatch):
    model = kp.two_compartment(CL=np.linspace(20, 60, N), V1=30.0, Q2=40.0, V2=90.0, ka=9.0)
    run = kp.simulate(plan, model, kp.Cohort(weight_kg=np.full(N, 70.0)), times=[0.0, 12.0])
    assert counted(run, monkeypatch) == N


def test_whoever_shares_the_lanes_a_patient_has_the_same_bits():
    """Beside people who get nothing, have coupled modes, turn otherwise or reach no level."""
    plan, heights = "30 mg iv over 30 min; 100 mg oral at 1 h", np.array([0.3, 1.4, 2.0])
    F = np.array([0.9, 0.0, 0.5, 1.0, 0.7, 1e-9, 0.3, 0.8, 0.0, 1.0, 0.6])
    ka = np.array([2.0, 1.0, 0.7, 0.7 * (1 + 1e-9), 5.0, 3.0, 0.71, 40.0, 9.0, 0.2, 1.3])

    def found(who):
        model = kp.one_compartment(CL=14.0, V1=20.0, ka=ka[who], F=F[who])
        people = kp.Cohort(weight_kg=np.full(len(who), 70.0))
        run = kp.simulate(plan, model, people, times=[0.0, 12.0])
        rows, done = landmarks(run, 0, heights)
        return np.where(done[:, None], rows, -1.0)

    whole = found(np.arange(F.size))
    assert (whole[:, 0] > 0.0).sum() > F.size / 2
    for n in range(F.size):
        assert_array_equal(found(np.array([n]))[0], whole[n])
    order = np.random.default_rng(3).permutation(F.size)
    assert_array_equal(found(order), whole[order])


@pytest.mark.parametrize("ka", [0.2, 0.9, 3.0, 30.0])
@pytest.mark.parametrize("height", [1e-4, 0.5, 2.0])
def test_absorption_against_forty_digits(ka, height, monkeypatch):
    """C = D ka / (V (ka - k)) (exp(-k t) - exp(-ka t))."""
    model = kp.one_compartment(CL=14.0, V1=20.0, ka=ka)
    run = kp.simulate("100 mg oral", model, kp.Patient(weight_kg=70), times=[0.0, 12.0])
    assert counted(run, monkeypatch) == 1
    (row,), done = landmarks(run, 0, np.array([height]))
    assert done.all()
    with mp.workdps(40):
        k, fast = mp.mpf(14.0) / 20, mp.mpf(ka)
        scale = 5 * fast / (fast - k)
        when = mp.log(fast / k) / (fast - k)

        def value(t):
            return scale * (mp.exp(-k * t) - mp.exp(-fast * t))

        area = scale * (-mp.expm1(-12 * k) / k + mp.expm1(-12 * fast) / fast)
        wanted = [value(when), when, area, mp.mpf(100) / 14, mp.log(2) / min(k, fast)]
        if value(when) > height:
            near = (row[5], row[5] + row[6])
            first, last = (mp.findroot(lambda t: value(t) - mp.mpf(height), t) for t in near)
            assert 0 < first < when < last
            wanted += [first, last - first]
        else:
            wanted += [mp.nan, 0]
        wanted = np.array([float(x) for x in wanted])
    assert_allclose(row[:5], wanted[:5], rtol=1e-12)
    assert_allclose(row[5:], wanted[5:], rtol=1e-12, atol=1e-12 * row[1])


@pytest.mark.parametrize("height", [1e-6, 0.7, 3.0])
def test_an_infusion_against_forty_digits(height, monkeypatch):
    """C = R / CL (1 - exp(-k t)) while it runs."""
    model = kp.one_compartment(CL=14.0, V1=20.0)
    run = kp.simulate("100 mg iv over 45 min", model, kp.Patient(weight_kg=70), times=[0.0, 12.0])
    assert counted(run, monkeypatch) == 1
    (row,), done = landmarks(run, 0, np.array([height]))
    assert done.all()
    with mp.workdps(40):
        k, T, level = mp.mpf(14) / 20, mp.mpf(3) / 4, mp.mpf(100) / (14 * mp.mpf(3) / 4)
        peak = -level * mp.expm1(-k * T)
        rising = level * (T + mp.expm1(-k * T) / k)
        area = rising - peak * mp.expm1(-k * (12 - T)) / k
        first = -mp.log(1 - mp.mpf(height) / level) / k
        above = T + mp.log(peak / mp.mpf(height)) / k - first
        wanted = [peak, T, area, mp.mpf(100) / 14, mp.log(2) / k, first, above]
        wanted = np.array([float(x) for x in wanted])
    assert_allclose(row[:5], wanted[:5], rtol=1e-12)
    assert_allclose(row[5:], wanted[5:], rtol=1e-12, atol=1e-12 * row[1])
