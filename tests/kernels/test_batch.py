"""Chunks are each done once, by any number of threads, until one fails."""

import os
import subprocess
import sys
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


def test_threads_are_kept_for_the_next_call():
    seen = set()

    def work(lo, hi):
        together.wait()
        seen.add(threading.get_ident())

    for _ in range(20):
        together = threading.Barrier(3, timeout=20.0)
        in_chunks(work, 3, chunk=1, threads=3)
    assert len(seen) == 3


def test_who_calls_from_within_a_chunk_does_not_wait_for_itself():
    done = np.zeros((4, 5), dtype=int)

    def work(lo, hi):
        def inner(begin, end):
            done[lo, begin:end] += 1

        in_chunks(inner, 5, chunk=1, threads=2)

    in_chunks(work, 4, chunk=1, threads=2)
    assert done.tolist() == [[1] * 5] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
def test_a_forked_process_starts_threads_of_its_own():
    def meet():
        together = threading.Barrier(2, timeout=20.0)
        in_chunks(lambda lo, hi: together.wait(), 2, chunk=1, threads=2)

    meet()
    child = os.fork()
    if child == 0:
        try:
            meet()
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_program_ends_while_threads_wait():
    program = (
        "import os, multiprocessing as m\n"
        "from ketapk.kernels.batch import in_chunks\n"
        "def go(_=0): in_chunks(lambda lo, hi: None, 100, chunk=1, threads=3)\n"
        "if __name__ == '__main__':\n"
        "    go()\n"
        "    for way in m.get_all_start_methods()[:1]:\n"
        "        with m.get_context(way).Pool(2) as pool: pool.map(go, range(4))\n"
        "    print('done')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout == "done\n"
