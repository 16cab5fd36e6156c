"""Chunks are each done once, by any number of threads, until one fails."""

import threading

import numpy as np
import pytest

from ketapk.kernels.batch import in_chunks


@pytest.mark.parametrize("threads", [1, 2, 7])
@pytest.mark.parametrize("n", [0, 1, 5, 100, 1001])
@pytest.mark.parametrize("chunk", [None, 1, 3, 100])
def test_every_subject_is_done_once(n, chunk, threads):
    done = np.zeros(n, dtype=int)

    def work(lo, hi):
        done[lo:hi] += 1

    in_chunks(work, n, chunk=chunk, threads=threads)
    assert done.tolist() == [1] * n


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_a_failure_is_passed_on_and_ends_the_work(kind, threads):
    begun = []

    def work(lo, hi):
        begun.append(lo)
        if lo == 3:
            raise kind("three")

    with pytest.raises(kind, match="three"):
        in_chunks(work, 100_000, chunk=1, threads=threads)
    assert len(begun) < 100_000


def test_several_threads_work_at_once():
    together = threading.Barrier(2, timeout=20.0)

    def work(lo, hi):
        together.wait()

    in_chunks(work, 2, chunk=1, threads=2)
