"""Many subjects: chunks of them in threads, the same bits for any number of either."""

from __future__ import annotations

import os
from collections.abc import Callable

CHUNK, LEAST = 1024, 64
"""Subjects in one call of a kernel, at most and at least, where there are enough."""
TURNS = 4
"""Calls for every thread, so that they end together."""


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
    most = threads or os.cpu_count() or 1
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
    from concurrent.futures import ThreadPoolExecutor

    # The iterator of a range hands out every start once, whoever asks.
    with ThreadPoolExecutor(workers - 1) as pool:
        others = [pool.submit(take_turns) for _ in range(workers - 1)]
        take_turns()
        for other in others:
            other.result()
