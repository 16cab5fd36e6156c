"""A trial on a real cluster of worker processes, one of which is killed."""

import os
import signal
import threading
import time

import pytest

import ketapk as kp
from tests.population.test_trial import IV, same

distributed = pytest.importorskip("distributed")


def trial(**options):
    return kp.trial(
        {"slow": IV, "fast": "25 mg esketamine iv bolus"},
        "otto2021",
        600,
        rng=5,
        chunk=20,
        times=[0.25, 1.0, 4.0],
        levels=("70 ng/mL",),
        windows=(("50 ng/mL", "150 ng/mL"),),
        progress="quiet",
        **options,
    )


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_a_model_of_ones_own_travels(client):
    build = kp.ModelBuilder("mine", analytes="ketamine")
    build.parameters(CL="80 L/h", V1="60 L")
    build.compartment("central", volume="V1")
    build.eliminate(central="CL")
    build.input("iv", to="central")
    build.output("ketamine", "central")
    build.vary(CL="30 %")
    model = build.model()
    options = {"rng": 1, "times": [0.5], "progress": "quiet", "chunk": 10}
    alone = kp.trial("35 mg iv bolus", model, 20, **options)
    same_there = kp.trial("35 mg iv bolus", model, 20, executor=client.get_executor(), **options)
    assert alone.percentiles().equals(same_there.percentiles())


def test_a_cluster_with_a_killed_worker_gives_what_one_process_gives(client, tmp_path):
    alone = trial()
    same(alone, trial(executor=client.get_executor()))
    workers = client.run(os.getpid)
    killed = []

    def kill_one():
        deadline = time.monotonic() + 60.0
        while len(list(folder.glob("chunk-???????"))) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        victim = next(iter(workers.values()))
        os.kill(victim, signal.SIGKILL)
        killed.append((victim, len(list(folder.glob("chunk-???????")))))

    folder = tmp_path / "run"
    folder.mkdir()
    killer = threading.Thread(target=kill_one)
    killer.start()
    found = trial(executor=client.get_executor(), directory=folder)
    killer.join()
    same(alone, found)
    ((victim, done),) = killed
    assert 3 <= done < found.design.n_chunks
    assert victim not in client.run(os.getpid).values()
    same(alone, trial(directory=folder))
