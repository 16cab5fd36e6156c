"""Estimates against one-dimensional minimisation of the textbook's formula, and laws."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.stats import lognorm, norm

import ketapk as kp
from tests.individual.people import (
    ADDITIVE,
    CL,
    LOGARITHMIC,
    OMEGA2,
    PLAN,
    PROPORTIONAL,
    by_hand,
    error,
    model,
    varies,
)

TIMES = np.array([0.5, 2.0, 5.0])
LEVELS = np.array([260.0, 110.0, 70.0])
GIVEN = {f"{t} h": f"{y} ng/mL" for t, y in zip(TIMES.tolist(), LEVELS.tolist(), strict=True)}
LAWS = {
    "proportional": ((PROPORTIONAL,), lambda true: norm(true, 0.2 * true)),
    "additive": ((ADDITIVE,), lambda true: norm(true, 8.0)),
    "both": ((PROPORTIONAL, ADDITIVE), lambda true: norm(true, np.hypot(0.2 * true, 8.0))),
    "log": ((LOGARITHMIC,), lambda true: lognorm(0.25, scale=true)),
}


def cost(law, eta, limit=None):
    """Minus the log posterior, written out; a limit replaces the last level."""
    own = law(by_hand(eta, TIMES))
    each = -own.logpdf(LEVELS)
    if limit is not None:
        each[-1] = -law(by_hand(eta, TIMES[-1])).logcdf(limit)
    return each.sum() + 0.5 * eta**2 / OMEGA2


def minimum(law, limit=None):
    found = minimize_scalar(
        lambda eta: cost(law, eta, limit), bounds=(-2, 2), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    h = 1e-3
    second = sum(w * cost(law, found.x + k * h, limit) for w, k in ((1, -1), (-2, 0), (1, 1)))
    return found.x, h**2 / second


@pytest.mark.parametrize("kind", LAWS)
@pytest.mark.parametrize("limit", [None, 40.0])
def test_one_effect_is_the_minimum_of_the_formula(kind, limit):
    residuals, law = LAWS[kind]
    levels = {**GIVEN, "5.0 h": "<40 ng/mL"} if limit else GIVEN
    found = kp.individualise(model(*residuals), PLAN, levels)
    eta, variance = minimum(law, limit)
    assert found.eta[0] == pytest.approx(eta, abs=1e-6)
    assert found.covariance[0, 0] == pytest.approx(variance, rel=1e-4)
    assert found.mode.converged
    row = found.table.row(0, named=True)
    assert row["estimate"] == pytest.approx(CL * np.exp(eta), rel=1e-6)
    assert row["rse"] == pytest.approx(100.0 * np.sqrt(variance), rel=1e-4)
    assert row["shrinkage"] == pytest.approx(variance / OMEGA2, rel=1e-4)
    np.testing.assert_allclose(found.levels["own"], by_hand(found.eta[0], TIMES), rtol=1e-10)


@pytest.mark.parametrize("kind", LAWS)
def test_draws_follow_the_posterior(kind):
    residuals, law = LAWS[kind]
    found = kp.individualise(model(*residuals), PLAN, GIVEN, rng=7, draws=8000)
    lowest = minimum(law)[0]
    weight = lambda eta: np.exp(cost(law, lowest) - cost(law, eta))  # noqa: E731
    ends = (lowest - 2.0, lowest + 2.0)
    mass = quad(weight, *ends, limit=200)[0]
    mean = quad(lambda eta: eta * weight(eta), *ends, limit=200)[0] / mass
    spread = quad(lambda eta: (eta - mean) ** 2 * weight(eta), *ends, limit=200)[0] / mass
    # Systematic resampling of 8000: five standard errors of a mean, and of a variance.
    draws = found.draws()[:, 0]
    assert draws.mean() == pytest.approx(mean, abs=5.0 * np.sqrt(spread / found.sample.effective))
    assert draws.var() == pytest.approx(spread, rel=5.0 * np.sqrt(2.0 / found.sample.effective))
    assert found.sample.share > 0.5
    again = kp.individualise(model(*residuals), PLAN, GIVEN, rng=7, draws=8000)
    np.testing.assert_array_equal(again.draws(), found.draws())


def test_a_published_scale_is_the_scale_of_the_effect():
    for effect, moved in (
        (varies("CL"), lambda value, eta: value * np.exp(eta)),
        (varies("CL", 30.0, "CV %"), lambda value, eta: value * np.exp(eta)),
    ):
        found = kp.individualise(model(PROPORTIONAL, effects=(effect,)), PLAN, GIVEN)
        row = found.table.row(0, named=True)
        assert row["estimate"] == pytest.approx(moved(row["typical"], row["eta"]), rel=1e-12)


def test_without_levels_the_person_is_the_typical_one():
    found = kp.individualise(
        "otto2021", "25 mg esketamine iv over 40 min", [], kp.Patient(weight_kg=70)
    )
    np.testing.assert_array_equal(found.eta, 0.0)
    np.testing.assert_allclose(found.shrinkage, 1.0, rtol=1e-6)
    np.testing.assert_allclose(found.covariance, found.posterior.prior.covariance, rtol=1e-6)
    np.testing.assert_array_equal(
        found.run.concentration("esketamine"), found.forecast.typical.concentration("esketamine")
    )


def test_many_precise_levels_give_the_truth():
    truth = np.array([0.5, -0.3])
    fine = model(error(0.001, "proportional SD"), effects=(varies("CL"), varies("V1")))
    values = {"CL": 60.0 * np.exp(truth[0]), "V1": 150.0 * np.exp(truth[1])}
    times = np.linspace(0.1, 6.0, 30)
    seen = kp.simulate(PLAN, kp.one_compartment(**values), times=times).concentration("ketamine")[0]
    levels = {
        f"{t!r} h": f"{y!r} ng/mL" for t, y in zip(times.tolist(), seen.tolist(), strict=True)
    }
    found = kp.individualise(fine, PLAN, levels)
    np.testing.assert_allclose(found.eta, truth, atol=1e-4)
    assert found.shrinkage.max() < 1e-4
    low, high = found.forecast.band()
    own = found.run.concentration("ketamine")[0]
    there = own > 1.0
    np.testing.assert_allclose(low[there], own[there], rtol=2e-3)
    np.testing.assert_allclose(high[there], own[there], rtol=2e-3)


def test_the_order_of_levels_changes_nothing():
    me, plan = kp.Patient(weight_kg=70), "25 mg esketamine iv over 40 min"
    levels = [
        kp.Level("40 min", "140 ng/mL"),
        kp.Level("2 h", "20 ng/mL", "noresketamine"),
        kp.Level("2 h", "55 ng/mL"),
        kp.Level("8 h", below="5 ng/mL"),
    ]
    first = kp.individualise("otto2021", plan, levels, me)
    for order in ([3, 1, 0, 2], [2, 3, 1, 0]):
        other = kp.individualise("otto2021", plan, [levels[k] for k in order], me)
        np.testing.assert_allclose(other.eta, first.eta, atol=1e-7)
        np.testing.assert_allclose(other.covariance, first.covariance, rtol=1e-5, atol=1e-9)
        assert other.levels["level"].to_list() == first.levels["level"][order].to_list()


def test_two_equal_replicates_are_one_level_with_half_the_variance():
    twice = [kp.Level("2 h", "100 ng/mL")] * 2
    both = kp.individualise(model(ADDITIVE), PLAN, twice, replicates=True)
    sharper = model(error(8.0 / 2.0**0.5, "additive SD [ng/mL]"))
    one = kp.individualise(sharper, PLAN, {"2 h": "100 ng/mL"})
    np.testing.assert_allclose(both.eta, one.eta, atol=1e-7)
    np.testing.assert_allclose(both.covariance, one.covariance, rtol=1e-6)


def test_a_limit_far_above_the_curve_says_nothing_and_one_below_pulls_it_down():
    nothing = kp.individualise(model(PROPORTIONAL), PLAN, {"5 h": "<100000 ng/mL"})
    assert abs(nothing.eta[0]) < 1e-6
    assert nothing.shrinkage[0] == pytest.approx(1.0, abs=1e-4)
    low = kp.individualise(model(PROPORTIONAL), PLAN, {"5 h": "<20 ng/mL"})
    assert low.eta[0] > 0.1
    assert low.levels["own"][0] < low.levels["typical"][0]


def test_units_of_levels_make_no_difference():
    found = [
        kp.individualise(model(PROPORTIONAL), PLAN, {"2 h": text}).eta[0]
        for text in ("100 ng/mL", "0.1 mg/L", "0.1 mcg/mL", f"{100.0 / 237.73!r} nmol/mL")
    ]
    np.testing.assert_allclose(found, found[0], atol=1e-8)


def test_a_trough_is_read_before_the_dose_and_a_peak_after_it():
    twice = "50 mg iv bolus every 4 h x 2"
    before = kp.individualise(model(PROPORTIONAL), twice, {"4 h trough": "70 ng/mL"})
    alone = kp.individualise(model(PROPORTIONAL), PLAN, {"4 h": "70 ng/mL"})
    np.testing.assert_allclose(before.eta, alone.eta, atol=1e-8)
    after = kp.individualise(
        model(PROPORTIONAL), twice, [kp.Level("4 h", "400 ng/mL", trough=False)]
    )
    assert after.levels["typical"][0] > 300.0


def test_a_prediction_of_the_same_plan_is_the_own_curve():
    found = kp.individualise(model(PROPORTIONAL), PLAN, GIVEN)
    coming = found.predict(PLAN, times=[0.5, 1.0, 3.0])
    np.testing.assert_allclose(
        coming.run.concentration("ketamine")[0], by_hand(found.eta[0], [0.5, 1.0, 3.0]), rtol=1e-10
    )
    low, high = coming.band()
    own = coming.run.concentration("ketamine")[0]
    # log C = const - CL/V t, so the spread of log C is that of eta by hand.
    slope = CL * np.exp(found.eta[0]) / 150.0 * np.array([0.5, 1.0, 3.0])
    sd = slope * np.sqrt(found.covariance[0, 0])
    np.testing.assert_allclose(low, own * np.exp(norm.ppf(0.05) * sd), rtol=1e-6)
    np.testing.assert_allclose(high, own * np.exp(norm.ppf(0.95) * sd), rtol=1e-6)
    table = coming.to_frame()
    assert table.columns == ["time_h", "analyte", "typical", "own", "low", "high"]


def test_draws_give_the_band_that_the_curvature_gives_where_levels_are_many():
    fine = model(error(0.05, "proportional SD"))
    times = [1.0, 3.0]
    by_curvature = kp.individualise(fine, PLAN, GIVEN).predict(PLAN, times=times).band()
    by_draws = kp.individualise(fine, PLAN, GIVEN, rng=3).predict(PLAN, times=times).band()
    np.testing.assert_allclose(by_draws, by_curvature, rtol=0.02)
