"""The jobs under pytest-benchmark, as ratios to NumPy in the same run: for comparing commits.

``python -m pytest benchmarks/test_regression.py --benchmark-autosave``, then
``--benchmark-compare``. ``extra_info`` has the ratio, which a busy machine moves less than the
time. Nothing is asserted about time; curves are asserted to be right, so that what is timed works.
"""

import statistics
import time

import jobs
import ketapk_jobs
import numpy as np
import pytest
import reference
from peers import numpy_closed_form

SIZES = {"A": 2_000, "B": 200, "C": 500, "C stiff": 100, "D": 1}
ALLOWED = {"A": 1e-11, "B": 1e-11, "C": 1e-5, "C stiff": 1e-5, "D": 1e-11}
ROUNDS = 5
FEW = 2


def seconds(call):
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


@pytest.mark.parametrize(
    "entry", ketapk_jobs.entries(), ids=lambda e: f"{e.job}-{e.name}".replace(" ", "-")
)
def test_job(entry, benchmark):
    people = jobs.population(SIZES[entry.job])
    by_numpy = {e.job: e for e in numpy_closed_form.entries()}
    # Saturable jobs have no closed form; the same patients without saturation are their measure.
    measure = by_numpy.get(entry.job, by_numpy["A"]).prepare(people)
    call = entry.prepare(people)

    exact = reference.truth(entry.job, people[:FEW])
    curves = ketapk_jobs.in_mg_per_l(call(), FEW)
    assert reference.error(curves, exact) < ALLOWED[entry.job]

    measure()
    references = []
    benchmark.pedantic(
        call, setup=lambda: references.append(seconds(measure)), rounds=ROUNDS, warmup_rounds=1
    )
    if benchmark.stats:
        mine = benchmark.stats.stats.median
        benchmark.extra_info["patients"] = len(people)
        benchmark.extra_info["time over NumPy's"] = mine / statistics.median(references)


def test_exposure(benchmark):
    people = jobs.population(500)
    call = ketapk_jobs.exposure(people)
    found = ketapk_jobs.exposure_columns(call.run())
    for name, true in reference.exposure(people[:FEW]).items():
        np.testing.assert_allclose(found[name][:FEW], true, rtol=1e-9)
    benchmark.pedantic(call.run, rounds=ROUNDS, warmup_rounds=1)


@pytest.mark.parametrize(
    "call", [*ketapk_jobs.warm_calls(), ketapk_jobs.library()], ids=lambda c: c.name
)
def test_latency(call, benchmark):
    benchmark.pedantic(call.run, rounds=ROUNDS, warmup_rounds=1)
