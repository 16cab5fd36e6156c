"""Random numbers that belong to a subject and an effect, and to nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import ketapk as kp
from ketapk.draws import Draws

MANY = np.arange(100_000)


@given(
    st.lists(st.integers(0, 5000), min_size=1, max_size=20), st.sampled_from(["random", "sobol"])
)
def test_a_subject_keeps_its_draw_in_any_subset_and_order(subjects, sampling):
    draws = Draws(seed=5, sampling=sampling, effects=("CL", "V1"))
    everyone = draws.uniform("V1", np.arange(5001))
    np.testing.assert_array_equal(draws.uniform("V1", np.array(subjects)), everyone[subjects])


@pytest.mark.parametrize("sampling", ["random", "sobol"])
def test_numbers_are_uniform_and_normal(sampling):
    draws = Draws(seed=2, sampling=sampling, effects=("CL",))
    uniform = draws.uniform("CL", MANY)
    assert uniform.min() > 0.0
    assert uniform.max() < 1.0
    assert stats.kstest(uniform, "uniform").pvalue > 0.01
    assert stats.kstest(draws.normal("CL", MANY), "norm").pvalue > 0.01


def test_seeds_effects_and_streams_are_independent():
    one = Draws(seed=1).normal("CL", MANY)
    for other in (
        Draws(seed=2).normal("CL", MANY),
        Draws(seed=1).normal("V1", MANY),
        Draws(seed=1).named("replicate 1").normal("CL", MANY),
        np.roll(one, 1),
    ):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.015


def test_sobol_points_fill_the_space_more_evenly_than_random_ones():
    subjects, effects = np.arange(1024), ("CL", "V1", "ka")
    discrepancy = {}
    for sampling in ("random", "sobol"):
        draws = Draws(seed=3, sampling=sampling, effects=effects)
        points = np.stack([draws.uniform(effect, subjects) for effect in effects], axis=1)
        discrepancy[sampling] = stats.qmc.discrepancy(points)
    assert discrepancy["sobol"] < 0.1 * discrepancy["random"]


def test_sobol_points_are_other_ones_for_another_seed():
    one, two = (
        Draws(seed=s, sampling="sobol", effects=("a", "b")).uniform("a", MANY[:64]) for s in (1, 2)
    )
    assert not np.any(one == two)


def test_every_source_of_randomness_gives_draws():
    sequence = np.random.SeedSequence(4)
    assert Draws.of(sequence) == Draws.of(np.random.SeedSequence(4))
    assert Draws.of(np.random.default_rng(4)) == Draws.of(np.random.default_rng(4))
    assert Draws.of(np.int64(4)) == Draws.of(4)
    again = Draws(seed=9)
    assert Draws.of(again) is again
    generator = np.random.default_rng(4)
    assert Draws.of(generator) != Draws.of(generator)


@pytest.mark.parametrize("rng", [None, -1, "seed", 1.5, True])
def test_what_is_no_source_of_randomness_is_refused(rng):
    with pytest.raises(kp.InputError, match="is no source of random numbers"):
        Draws.of(rng)
    with pytest.raises(kp.InputError, match="sampling='halton' is not known"):
        Draws.of(1, sampling="halton")
