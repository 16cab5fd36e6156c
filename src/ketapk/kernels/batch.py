"""Many subjects: chunks of them in threads, the same bits for any number of either."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

CHUNK, LEAST = 1024, 8
"""Subjects in one call of a kernel, at most and at least, where there are enough."""
TURNS = 4
"""Calls for every thread, so that they end together."""


@cache
def cores() -> int:
    """Return how many processors there are; to ask the system takes longer than a small kernel."""
    return os.cpu_count() or 1


def in_chunks(
    work: Callable[[int, int], None],
    n: int,
    *,
    chunk: int | None = None,
    threads: int | None = None,
) -> None:
    """Call ``work(lo, hi)`` for chunks of ``n`` subjects, in as many threads as asked for.

    Kernels hold no lock and share nothing but read-only input and disjoint output, so the results
    do not depend on the chunks or the threads.
    """
    if n <= (chunk or LEAST):
        # One call, whatever the threads: to ask the system for their number takes longer.
        if n:
            work(0, n)
        return
    most = threads or cores()
    size = min(CHUNK, max(LEAST, -(-n // (TURNS * most)))) if chunk is None else chunk
    starts = range(0, n, size)
    workers = 1 if len(starts) <= 1 else min(len(starts), most)
    left = iter(starts)

    def take_turns() -> None:
        try:
            for lo in left:
                work(lo, min(lo + size, n))
        finally:
            # After a failure nobody begins another chunk.
            for _ in left:
                pass

    if workers <= 1:
        take_turns()
        return
    # The iterator of a range hands out every start once, whoever asks.
    pool = _helpers(most - 1)
    others = [pool.submit(take_turns) for _ in range(workers - 1)]
    try:
        take_turns()
    finally:
        # Who is busy elsewhere is not waited for: nothing is left to do.
        begun = [other for other in others if not other.cancel()]
        failed = [other.exception() for other in begun]
    for error in failed:
        if error is not None:
            raise error


@cache
def _helpers(count: int) -> ThreadPoolExecutor:
    """Threads that wait for chunks until the process ends."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(count, thread_name_prefix="ketapk")


if hasattr(os, "register_at_fork"):
    # A process that is forked off has none of the threads.
    os.register_at_fork(after_in_child=_helpers.cache_clear)
