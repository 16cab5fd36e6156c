"""A virtual trial: what it finds, and that chunks, threads and machines change nothing."""

import json
import os
import pickle
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ketapk as kp
from ketapk.population.chunk import run_chunk
from ketapk.population.design import Design
from ketapk.population.store import read_chunk

IV = "25 mg esketamine iv over 40 min"
QUIET = {"rng": 3, "progress": "quiet"}


def small(**options):
    given = {"chunk": 20, "levels": ("70 ng/mL",), "windows": (("50 ng/mL", "150 ng/mL"),)} | QUIET
    return kp.trial(
        {"slow": IV, "fast": "25 mg esketamine iv bolus"}, "otto2021", 50, **(given | options)
    )


@pytest.fixture(scope="module")
def found():
    return small()


def same(one, other):
    """Every number of two trials to the bit."""
    for table in ("percentiles", "exposure", "above", "inside", "ratios"):
        assert getattr(one, table)().equals(getattr(other, table)(), null_equal=True), table
    for plan in one.design.plans:
        assert one.measures(plan).equals(other.measures(plan), null_equal=True)


def test_the_numbers_are_those_of_a_simulation(found):
    who = kp.Cohort.sample(50, rng=3)
    run = kp.simulate(IV, "otto2021", who, times=found.times_h, rng=3)
    curve = run.concentration("esketamine")
    table = found.percentiles((5, 50, 95)).filter(plan="slow")
    assert_allclose(table["p50"], np.percentile(curve, 50, axis=0), rtol=1e-12, atol=1e-12)
    assert_allclose(table["mean"], curve.mean(axis=0), rtol=1e-12, atol=1e-12)
    assert_allclose(table["sd"], curve.std(axis=0, ddof=1), rtol=1e-6, atol=1e-6)
    measures = run.exposure(above=("70 ng/mL",))
    assert_array_equal(found.measures("slow")["Cmax"], measures["Cmax"])
    assert_array_equal(
        found.measures("slow")["time above 70 ng/mL"], measures["time above 70 ng/mL"]
    )
    shares = found.above().filter(plan="slow")["share"].to_numpy()
    assert_allclose(shares, (curve >= 70.0).mean(axis=0), atol=1e-12)
    inside = found.inside().filter(plan="slow")["share"].to_numpy()
    assert_allclose(inside, ((curve >= 50.0) & (curve <= 150.0)).mean(axis=0), atol=1e-12)
    assert found.chance("100 ng/mL")["share"][0] == np.mean(measures["Cmax"].to_numpy() >= 100.0)


def test_plans_are_compared_within_people(found):
    slow, fast = (found.measures(plan)["Cmax"].to_numpy() for plan in ("slow", "fast"))
    ratio = found.ratios().filter(measure="Cmax")
    assert_allclose(ratio["p50"][0], np.median(fast / slow))
    area = found.ratios().filter(measure="AUC_inf")
    assert_allclose([area["p5"][0], area["p95"][0]], 1.0, rtol=1e-9)


@pytest.mark.parametrize("options", [{"threads": 1}, {"threads": 3}], ids=str)
def test_threads_change_nothing(found, options):
    same(found, small(**options))


def test_chunks_change_sums_by_rounding_only_and_people_not_at_all(found):
    whole = small(chunk=50)
    assert found.measures().equals(whole.measures(), null_equal=True)
    assert_allclose(found.percentiles()["mean"], whole.percentiles()["mean"], rtol=1e-13)
    assert found.percentiles()["p50"].equals(whole.percentiles()["p50"])


def test_executors_change_nothing(found, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        same(found, small(executor=pool))
        same(found, small(executor=pool, directory=tmp_path / "run"))


def test_processes_change_nothing(found):
    import multiprocessing

    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        same(found, small(executor=pool))


class Backwards:
    """An executor that runs what it is given only when asked, in a strange order."""

    def __init__(self):
        self.jobs = []

    def submit(self, function, *args):
        future = Future()
        self.jobs.append((future, function, args))
        future.result = lambda: self._run(future)
        return future

    def _run(self, wanted):
        for future, function, args in reversed(self.jobs):
            if not future.done():
                future.set_result(function(*args))
        return Future.result(wanted)


def test_the_order_in_which_chunks_finish_changes_nothing(found):
    same(found, small(executor=Backwards()))


class Stop(Exception):
    pass


def interrupted(monkeypatch, after):
    """Let a trial stop after some chunks, as if it had been killed."""
    count = iter(range(100))

    def stopping(design, number, threads=None):
        if next(count) == after:
            raise Stop
        return run_chunk(design, number, threads)

    monkeypatch.setattr("ketapk.population.running.run_chunk", stopping)


def test_a_resumed_trial_is_the_uninterrupted_one(found, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        interrupted(patch, after=2)
        with pytest.raises(Stop):
            small(directory=folder)
    assert sorted(p.name for p in folder.glob("chunk-*")) == ["chunk-0000000", "chunk-0000001"]
    with monkeypatch.context() as patch:
        interrupted(patch, after=1)
        same(found, small(directory=folder))
    with monkeypatch.context() as patch:
        interrupted(patch, after=0)
        same(found, small(directory=folder))


def test_ctrl_c_leaves_what_is_done(tmp_path, monkeypatch):
    folder = tmp_path / "run"

    def key_pressed(design, number, threads=None):
        if number == 1:
            raise KeyboardInterrupt
        return run_chunk(design, number, threads)

    monkeypatch.setattr("ketapk.population.running.run_chunk", key_pressed)
    with pytest.raises(KeyboardInterrupt):
        small(directory=folder)
    assert len(list(folder.glob("chunk-*"))) == 1


def test_a_chunk_that_was_cut_off_is_made_again(found, tmp_path):
    folder = tmp_path / "run"
    small(directory=folder)
    part = (folder / "chunk-0000001").rename(folder / "chunk-0000001.part99")
    os.utime(part, (0, 0))
    same(found, small(directory=folder))
    assert not list(folder.glob("*.part*"))


def test_a_damaged_chunk_says_what_to_do(tmp_path):
    folder = tmp_path / "run"
    small(directory=folder)
    for name in ("times", "curves", "measures"):
        whole = (folder / "chunk-0000001" / f"{name}.parquet").read_bytes()
        other = (folder / "chunk-0000000" / f"{name}.parquet").read_bytes()
        for wrong in (b"nothing", other):
            (folder / "chunk-0000001" / f"{name}.parquet").write_bytes(wrong)
            with pytest.raises(
                kp.InputError, match=r"chunk-0000001 is damaged .* remove it, and the"
            ):
                small(directory=folder)
        (folder / "chunk-0000001" / f"{name}.parquet").write_bytes(whole)
    (folder / "chunk-0000001" / "about.json").write_text("[]")
    with pytest.raises(kp.InputError, match=r"chunk-0000001 is damaged"):
        small(directory=folder)


def test_a_copied_chunk_and_a_cut_off_manifest_do_no_harm(found, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "manifest.part1").write_text("{")
    same(found, small(directory=folder))
    (folder / "chunk-0000001 (copy)").mkdir()
    same(found, small(directory=folder))
    (folder / "manifest.json").write_text("[]")
    with pytest.raises(kp.InputError, match="is in use and holds no run"):
        small(directory=folder)


def test_a_disk_that_is_full_says_so_and_keeps_what_is_done(tmp_path, monkeypatch):
    import polars as pl

    def full(self, *args, **kwargs):
        raise pl.exceptions.ComputeError("no space left")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(kp.InputError, match=r"cannot be written \(no space left\); make room"):
        small(directory=tmp_path / "run")
    assert not list((tmp_path / "run").glob("chunk*"))


def test_a_pool_that_forks_is_refused():
    import multiprocessing

    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool,
        pytest.raises(kp.InputError, match=r"make it with mp_context=.*'spawn'"),
    ):
        small(executor=pool)


def test_a_changed_model_is_what_runs_elsewhere():
    from dataclasses import replace

    model = kp.load_model("otto2021")
    changed = replace(model, individual=Doubled(model.individual))
    options = {"times": [0.5], "chunk": 5} | QUIET
    here = kp.trial(IV, changed, 10, **options)
    with ThreadPoolExecutor(2) as pool:
        there = kp.trial(IV, changed, 10, executor=pool, **options)
    plain = kp.trial(IV, model, 10, **options)
    assert here.percentiles().equals(there.percentiles())
    assert not here.percentiles().equals(plain.percentiles())


class Doubled:
    """Twice the clearance; a class, so that it can be pickled."""

    def __init__(self, individual):
        self.individual = individual

    def __call__(self, who):
        values = dict(self.individual(who))
        return values | {"CL": 2.0 * values["CL"]}


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("height", lambda who: (who.height_cm / 170.0) ** 3),
        ("ancestry", lambda who: np.where(who.ancestry == "asian", 0.5, 1.0)),
    ],
)
def test_a_model_that_differs_in_a_rare_covariate_is_another_run(tmp_path, name, effect):
    from dataclasses import replace

    model = kp.load_model("otto2021")

    def individual(who):
        values = dict(model.individual(who))
        return values | {"CL": values["CL"] * effect(who)}

    options = {"times": [0.5], "directory": tmp_path / name} | QUIET
    kp.trial(IV, model, kp.Cohort(weight_kg=[70.0] * 3), **options)
    with pytest.raises(kp.InputError, match="model_numbers differ"):
        kp.trial(
            IV, replace(model, individual=individual), kp.Cohort(weight_kg=[70.0] * 3), **options
        )


OTHERS = [
    ({"rng": 4}, "seed"),
    ({"levels": ("80 ng/mL",)}, "levels"),
    ({"chunk": 25}, "chunk"),
    ({"times": [0.0, 1.0]}, "times_h"),
    ({"residual": True}, "residual"),
    ({"sampling": "sobol"}, "sampling"),
    ({"demography": kp.Demography(age_y=(30, 40))}, "people"),
]


@pytest.mark.parametrize(("changed", "named"), OTHERS, ids=[o[1] for o in OTHERS])
def test_a_directory_of_another_run_is_refused(tmp_path, changed, named):
    small(directory=tmp_path / "run", times=[0.0, 0.5])
    with pytest.raises(
        kp.InputError, match=rf"holds another run: .*{named}.* differ; give another"
    ):
        small(directory=tmp_path / "run", **({"times": [0.0, 0.5]} | changed))


def test_another_model_of_the_same_name_is_another_run(tmp_path):
    model = kp.load_model("otto2021")
    small(directory=tmp_path / "run", times=[0.0, 0.5])
    from dataclasses import replace

    other = replace(model, individual=lambda who: {**model.individual(who), "CL": 50.0})
    with pytest.raises(kp.InputError, match="model_numbers differ"):
        kp.trial({"slow": IV, "fast": "25 mg esketamine iv bolus"}, other, 50, chunk=20,
                 levels=("70 ng/mL",), windows=(("50 ng/mL", "150 ng/mL"),), times=[0.0, 0.5],
                 directory=tmp_path / "run", **QUIET)  # fmt: skip


def test_a_directory_of_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("important")
    with pytest.raises(kp.InputError, match="is in use and holds no run"):
        small(directory=tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "important"


def test_the_manifest_says_what_was_run(found, tmp_path):
    small(directory=tmp_path / "run")
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["hash"] == found.design.fingerprint()
    assert manifest["models"] == {"slow": "otto2021", "fast": "otto2021"}
    assert manifest["seed"] == "3"
    assert set(manifest["versions"]) == {"ketapk", "numpy", "scipy", "numba"}
    assert "education and research" in manifest["notice"]


@pytest.mark.parametrize("exact", [True, False])
def test_a_written_chunk_is_read_to_the_bit(tmp_path, monkeypatch, exact):
    monkeypatch.setattr("ketapk.population.arguments.KEPT", 10**9 if exact else 0)
    trial = small(directory=tmp_path / "run")
    wanted = run_chunk(trial.design, 1)
    back = read_chunk(tmp_path / "run", 1, trial.design)
    for key, curve in wanted.curves.items():
        assert_array_equal(back.measures[key], wanted.measures[key])
        for name in ("counted", "total", "squares", "above", "inside"):
            assert_array_equal(getattr(back.curves[key], name), getattr(curve, name))
        for a, b in zip(back.curves[key].bins or (), curve.bins or (), strict=True):
            assert_array_equal(a, b)
        assert (back.curves[key].values is None) == (curve.values is None)


def test_a_sketch_is_within_its_stated_error(found, monkeypatch):
    monkeypatch.setattr("ketapk.population.arguments.KEPT", 0)
    sketched = small()
    assert sketched.quantiles == "sketch, within 0.5 % of the value"
    assert found.quantiles == "exact"
    curves = kp.simulate(
        IV, "otto2021", kp.Cohort.sample(50, rng=3), times=found.times_h, rng=3
    ).concentration("esketamine")
    ranks = np.quantile(curves, [0.05, 0.5, 0.95], axis=0, method="lower")
    table = sketched.percentiles((5, 50, 95)).filter(plan="slow")
    assert_allclose(table.select("p5", "p50", "p95").to_numpy().T, ranks, rtol=0.00501, atol=2e-9)
    assert sketched.exposure().equals(found.exposure(), null_equal=True)
    same(sketched, small(threads=1))
    monkeypatch.setattr("ketapk.population.gathering.KEPT_MEASURES", 0)
    sketched = small()
    for table in ("exposure", "ratios"):
        exact, rough = (getattr(t, table)(shares=(5, 50, 95)) for t in (found, sketched))
        assert exact.select("measure", "n", "mean", "sd").equals(
            rough.select("measure", "n", "mean", "sd"), null_equal=True
        )
    ranks = np.quantile(found.measures()["Cmax"], [0.05, 0.5, 0.95], method="lower")
    row = sketched.exposure((5, 50, 95)).filter(measure="Cmax", plan="slow").row(0, named=True)
    assert_allclose([row["p5"], row["p50"], row["p95"]], ranks, rtol=0.00501)
    assert sketched.chance("70 ng/mL")["share"][0] == pytest.approx(
        found.chance("70 ng/mL")["share"][0], abs=0.03
    )
    with pytest.raises(kp.InputError, match="too many to keep one by one"):
        sketched.measures()


def test_a_design_travels_and_library_models_go_by_name(found):
    data = found.design.packed()
    assert len(data) < 10_000
    back = Design.unpacked(data)
    assert back.models["slow"] is found.design.models["slow"]
    assert back.fingerprint() == found.design.fingerprint()
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(kp.load_model("kamp2020+im"))


def test_measured_levels_scatter_around_predicted_ones():
    options = {"times": [0.5, 2.0], "chunk": 500} | QUIET
    plain, noisy = (
        kp.trial(IV, "otto2021", 1, vary=False, **options).percentiles((50,))["p50"].to_numpy(),
        kp.trial(
            IV, "otto2021", kp.Cohort(weight_kg=[70.0] * 4000), vary=False, residual=True, **options
        ),
    )
    who = kp.simulate(IV, "otto2021", kp.Patient(weight_kg=70), times=[0.5, 2.0])
    table = noisy.percentiles((50,))
    centre = who.concentration("esketamine")[0]
    assert_allclose(table["mean"], centre, rtol=0.02)
    assert_allclose(table["sd"] / table["mean"], np.sqrt(0.055736), rtol=0.05)
    assert plain.size == 2


def test_models_may_differ_between_plans():
    trial = kp.trial(
        {"otto": IV, "perez": IV},
        {"otto": "otto2021", "perez": "perez_ruixo2021"},
        10,
        analytes=("esketamine", "noresketamine"),
        times=[0.0, 1.0],
        **QUIET,
    )
    assert trial.percentiles().height == 8
    assert set(trial.ratios()["plan"]) == {"perez / otto"}
    assert "Vital Health Stat" in trial.cite()
    assert "otto2021: " in trial.cite()


WRONG = [
    ({"who": 0}, "who=0 is nobody"),
    ({"model": "kamp2020", "plans": "35 mg iv bolus"}, "kamp2020 publishes no variability between people"),
    ({"model": {"x": "otto2021"}}, "model names x and the plans are plan"),
    ({"analytes": ("caffeine",)}, "otto2021 follows esketamine, noresketamine, not caffeine"),
    ({"levels": "70"}, "has no unit"),
    ({"windows": (("9 ng/mL", "2 ng/mL"),)}, "is empty; write the lower first"),
    ({"chunk": 0}, "chunk=0 is not a count"),
    ({"rng": None}, "is no source of random numbers"),
    ({"plans": 5}, "is no plan with doses"),
    ({"who": kp.Cohort(weight_kg=[70]), "demography": kp.Demography()}, "demography has nothing to draw"),
    ({"progress": "loud"}, "progress='loud' is not known"),
    ({"plans": {}}, "There is no plan"),
    ({"levels": None}, "levels=None are no texts"),
    ({"windows": (("70 ng/mL",),)}, "are no windows"),
    ({"analytes": [1]}, "are no texts"),
    ({"demography": "adults"}, "demography='adults' is none"),
    ({"executor": 3}, r"has no submit\(\)"),
    ({"threads": 0}, "threads=0 is not a count"),
    ({"directory": 5}, "directory=5 is no path"),
    ({"directory": "/proc/nowhere/run"}, "cannot be used"),
    ({"sampling": "grid"}, "sampling='grid' is not known"),
    ({"model": "herd2007", "plans": "35 mg iv bolus", "residual": True}, "publishes no residual error"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "said"), WRONG, ids=[w[1][:40] for w in WRONG])
def test_a_wrong_trial_is_refused(changed, said):
    given = {"plans": IV, "model": "otto2021", "who": 5} | QUIET | changed
    plans, model, who = (given.pop(name) for name in ("plans", "model", "who"))
    with pytest.raises(kp.KetapkError, match=said):
        kp.trial(plans, model, who, **given)


def test_questions_that_were_not_asked_say_how_to_ask(found):
    bare = kp.trial(IV, "otto2021", 3, times=[0.0, 1.0], **QUIET)
    with pytest.raises(kp.InputError, match="was asked for no level"):
        bare.above()
    with pytest.raises(kp.InputError, match="was asked for no window"):
        bare.inside()
    with pytest.raises(kp.InputError, match="no other plan"):
        bare.ratios()
    with pytest.raises(kp.InputError, match="There is no plan 'x'; there are slow, fast"):
        found.measures("x")
    with pytest.raises(kp.InputError, match="no percentiles"):
        found.percentiles((150,))
    with pytest.raises(kp.InputError, match="no percentiles"):
        found.percentiles(50)
    with pytest.raises(kp.InputError, match="name a percentile twice"):
        found.exposure((50, 50))
    pair = kp.trial(IV, "otto2021", 3, times=[0.5], windows=("50 ng/mL", "150 ng/mL"), **QUIET)
    assert pair.design.windows == (("50 ng/mL", "150 ng/mL"),)
    assert pair.plot().lines


def test_progress_is_a_line_in_a_log_a_bar_on_a_terminal_and_nothing_when_quiet(
    capsys, monkeypatch
):
    monkeypatch.setattr("ketapk.population.progress.EVERY_S", 0.0)
    small(progress="lines")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == "Trial: 50 of 50 patients"
    assert "Trial: 20 of 50 patients, about" in said.err
    small(progress="auto")
    assert capsys.readouterr().err.startswith("Trial: 20 of 50")
    small(progress="quiet")
    assert capsys.readouterr() == ("", "")
    small(progress="bar")
    assert "50/50" in capsys.readouterr().err


def test_the_figure_shows_median_and_ribbon(found):
    axes = found.plot()
    assert [line.get_label() for line in axes.lines] == ["slow", "fast"]
    middle = found.percentiles((50,)).filter(plan="slow")["p50"].to_numpy()
    assert_array_equal(axes.lines[0].get_ydata(), middle)
    with pytest.raises(kp.InputError, match="was not followed"):
        found.plot("caffeine")
    assert "Trial of 50 people" in repr(found)
