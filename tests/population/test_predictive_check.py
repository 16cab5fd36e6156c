"""A visual predictive check: data of the model pass, data of another model do not."""

import numpy as np
import polars as pl
import pytest

import ketapk as kp

TIMES = np.array([0.25, 0.75, 1.5, 3.0, 6.0])


def observed_in(n, seed, factor=1.0, spread=True):
    """Levels of ``n`` people as otto2021 itself gives them, times a factor."""
    who = kp.Cohort(weight_kg=np.full(n, 70.0)).with_subjects(np.arange(n) + 10_000 * seed)
    run = kp.simulate("25 mg esketamine iv over 40 min", "otto2021", who, times=TIMES, rng=seed)
    levels = factor * run.concentration("esketamine")
    noise = np.random.default_rng(seed).standard_normal(levels.shape)
    levels = levels * (1.0 + np.sqrt(0.055736) * noise * spread)
    rows = TIMES.size + 1
    return kp.read_nonmem(
        pl.DataFrame(
            {
                "ID": np.repeat(np.arange(n), rows),
                "TIME": np.tile(np.append(0.0, TIMES), n),
                "AMT": np.tile([25.0] + [0.0] * TIMES.size, n),
                "DUR": np.tile([2 / 3] + [0.0] * TIMES.size, n),
                "WT": 70.0,
                "DV": np.concatenate([np.full((n, 1), np.nan), levels], axis=1).ravel(),
            }
        ),
        drug="S",
    )


def test_data_of_the_model_lie_inside():
    checks = [kp.vpc(observed_in(60, s), "otto2021", rng=2, replicates=100) for s in (2, 3, 4, 5)]
    assert checks[0].table["time_h"].unique().to_list() == TIMES.tolist()
    assert checks[0].table["n"].to_list() == [60] * 15
    assert np.mean([check.inside for check in checks]) > 0.85


def test_data_of_another_model_lie_outside():
    check = kp.vpc(observed_in(60, 1, factor=2.0), "otto2021", rng=2, replicates=100)
    middle = check.table.filter(percentile=50.0)
    assert (middle["observed"] > middle["high"]).all()
    assert check.inside < 0.4


def test_without_residual_error_the_interval_of_the_extremes_is_closer_to_the_median():
    records = observed_in(40, 3)
    with_, without = (
        kp.vpc(records, "otto2021", rng=2, replicates=60, residual=r).table for r in (True, False)
    )
    high = {
        name: t.filter(percentile=95.0)["simulated"] for name, t in (("w", with_), ("o", without))
    }
    assert (high["w"] > high["o"]).all()


def test_the_same_seed_gives_the_same_check():
    records = observed_in(10, 1)
    one, two, other = (
        kp.vpc(records, "otto2021", rng=seed, replicates=10).table for seed in (2, 2, 3)
    )
    assert one.equals(two)
    assert not one.equals(other)


def test_bins_hold_every_level_once():
    records = observed_in(20, 1)
    by_number = kp.vpc(records, "otto2021", rng=1, replicates=5, bins=2).table
    by_edge = kp.vpc(records, "otto2021", rng=1, replicates=5, bins=[1.0]).table
    assert by_number.filter(percentile=50.0)["n"].sum() == 100
    assert by_edge.filter(percentile=50.0)["n"].to_list() == [40, 60]


def test_what_is_checked_does_not_depend_on_the_order_of_subjects():
    records = observed_in(6, 1)
    turned = records.frame.with_columns(block=-pl.col("ID")).sort("block", maintain_order=True)
    back = kp.read_nonmem(turned.drop("block"), drug="S")
    one, two = (kp.vpc(r, "otto2021", rng=1, replicates=20).table for r in (records, back))
    np.testing.assert_allclose(
        one.drop("percentile").to_numpy(), two.drop("percentile").to_numpy(), rtol=1e-12
    )


def test_levels_of_a_metabolite_are_told_apart_by_their_compartment():
    frame = pl.DataFrame(
        {"ID": [1] * 4, "TIME": [0.0, 1, 1, 2], "AMT": [25.0, 0, 0, 0], "WT": [70.0] * 4,
         "CMT": ["central", "central", "norketamine central", "central"],
         "DV": [None, 60.0, 20.0, 40.0]}
    )  # fmt: skip
    records = kp.read_nonmem(frame, drug="S")
    parent = kp.vpc(records, "otto2021", rng=1, replicates=10)
    assert parent.table.filter(percentile=50.0)["observed"].to_list() == [60.0, 40.0]
    other = kp.vpc(records, "otto2021", rng=1, replicates=10, analyte="noresketamine")
    assert other.table.filter(percentile=50.0)["observed"].to_list() == [20.0]
    assert other.plot().get_ylabel() == "Noresketamine [ng/mL]"


WRONG = [
    ({"bins": "a"}, "bins='a' are no edges"),
    ({"replicates": 1}, "replicates=1 is not a count"),
    ({"bins": 0}, "bins=0 is not a count"),
    ({"bins": [2.0, 1.0]}, "are no edges"),
    ({"model": "domino"}, "domino describes racemic"),
    ({"rng": None}, "no source of random numbers"),
]


@pytest.mark.parametrize(("changed", "said"), WRONG, ids=[w[1] for w in WRONG])
def test_a_wrong_check_is_refused(changed, said):
    given = {"model": "otto2021", "rng": 1, "replicates": 5} | changed
    with pytest.raises(kp.KetapkError, match=said):
        kp.vpc(observed_in(3, 1), given.pop("model"), **given)


def test_a_file_without_levels_is_refused():
    frame = pl.DataFrame({"ID": [1], "TIME": [0.0], "AMT": [25.0], "WT": [70.0]})
    with pytest.raises(kp.InputError, match="holds no observed level of esketamine; give DV"):
        kp.vpc(kp.read_nonmem(frame, drug="S"), "otto2021", rng=1)


def test_the_figure_shows_observed_percentiles_over_intervals():
    check = kp.vpc(observed_in(20, 1), "otto2021", rng=1, replicates=10)
    axes = check.plot()
    assert axes.lines[0].get_xdata().size == 100
    np.testing.assert_array_equal(
        axes.lines[2].get_ydata(), check.table.filter(percentile=50.0)["observed"]
    )
    assert "10 " in repr(check)
