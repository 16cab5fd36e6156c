"""People drawn around the typical one, as the papers give it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.draws import Draws
from ketapk.library.catalogue import PUBLISHED
from ketapk.model.variability import covariance, omega_from_cv

N = 40_000


def drawn(name, age=25.0, weight=70.0, seed=1):
    model = kp.load_model(name)
    cohort = kp.Cohort(weight_kg=np.full(N, weight), age_y=age)
    return model, model.values(cohort), model.values(cohort, Draws(seed=seed))


def test_logs_have_the_published_covariance():
    _, typical, people = drawn("otto2021")
    eta = np.log([people[k] / typical[k] for k in ("V1", "CL", "Vnk", "CLnk")])
    wanted = np.zeros((4, 4))
    wanted[:2, :2] = [[0.084177, 0.02261], [0.02261, 0.026048]]
    wanted[2:, 2:] = [[0.040426, 0.04456], [0.04456, 0.10319]]
    assert_allclose(np.cov(eta), wanted, atol=0.004)
    assert_allclose(np.median(eta, axis=1), 0.0, atol=0.01)


def test_a_cv_is_that_of_the_values():
    _, _, people = drawn("herd2007", age=8.0, weight=32.5)
    for name, cv in (("V1", 0.64), ("CL", 0.381), ("Q2", 0.19)):
        assert np.std(people[name]) / np.mean(people[name]) == pytest.approx(cv, rel=0.03)


def test_a_correlation_is_that_of_the_logs():
    _, typical, people = drawn("flint2017", age=1.0, weight=7.0)
    logs = [np.log(people[k] / typical[k]) for k in ("CL", "CLnk")]
    assert np.corrcoef(logs)[0, 1] == pytest.approx(0.506, abs=0.02)


def test_a_logit_stays_a_share():
    _, _, people = drawn("perez_ruixo2021")
    FRn = people["FRn"]
    assert np.all((FRn > 0) & (FRn < 1))
    logit = np.log(FRn / (1 - FRn))
    assert np.std(logit) == pytest.approx(0.708, rel=0.02)
    assert np.median(FRn) == pytest.approx(0.54, abs=0.005)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_covariances_are_positive_definite(name):
    model = kp.load_model(name)
    between = [v for v in model.variability if v.level == "between people"]
    if between:
        assert np.all(np.linalg.eigvalsh(covariance(between, model.correlations)) > 0)


def test_a_model_without_variability_says_so():
    with pytest.raises(kp.PlanError, match="not published for this model"):
        kp.simulate("35 mg im", "kamp2020+im", kp.Patient(weight_kg=70), rng=1)


def test_the_same_seed_draws_the_same_people():
    many = kp.Cohort(weight_kg=[70.0] * 5)
    runs = [
        kp.simulate("10 mg esketamine iv over 30 min", "otto2021", many, rng=seed, times=[1.0])
        for seed in (7, 7, 8)
    ]
    first, again, other = (run.concentration("esketamine")[:, 0] for run in runs)
    assert_allclose(first, again, rtol=0)
    assert np.all(first != other)
    assert len(set(first)) == 5


def test_an_impossible_covariance_is_refused_with_a_sentence():
    from ketapk.model.variability import Correlation, Variability, factor

    effects = [
        Variability(parameter=p, value=30.0, scale="CV %", where="nowhere", grade="assumed")
        for p in ("CL", "V1", "Q2")
    ]
    pairs = [("CL", "V1", 0.9), ("V1", "Q2", 0.9), ("CL", "Q2", -0.9)]
    together = [
        Correlation(first=a, second=b, value=r, scale="correlation", where="x", grade="assumed")
        for a, b, r in pairs
    ]
    with pytest.raises(kp.PlanError, match=r"CL, V1, Q2 is not positive definite .* lower the"):
        factor(effects, together)


def test_a_percentage_is_not_a_fraction():
    with pytest.raises(kp.InputError, match=r"write 30 % as 0\.3"):
        omega_from_cv(30.0)
