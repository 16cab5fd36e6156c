"""Times of contestants who take turns, with their errors."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ketapk_jobs
import numpy as np
import reference
from effort import Effort
from entry import Curves, Entry
from jobs import Patients, population
from sheets import micro

BATCH = {"B": 10_000}
"""Patients whose curves are held at once, by everybody, where 100 000 would fill the memory."""
TURN_S = 0.02
"""Within which a fast contestant is called again before the next one has its turn."""
OF_SHORT = 5
"""Times as many rounds for calls that are shorter than a turn."""
WARM_BYTES = 256_000_000
"""Memory that is written and given back before each turn: more than the curves of job A take."""


@dataclass
class Measured:
    """One contestant in one job at one size."""

    name: str
    n: int
    first: float
    """Preparation and first call, compilation included [s]; not in ``times``."""
    error: float
    """Largest relative error [1]."""
    tolerances: float
    """Largest error over the one that was asked for [1]."""
    times: list[float]
    """Of each call [s]."""

    @property
    def median(self) -> float:
        """Per patient [s]."""
        return statistics.median(self.times) / self.n

    @property
    def spread(self) -> str:
        """Fastest and slowest call per patient."""
        return f"{micro(min(self.times) / self.n)} to {micro(max(self.times) / self.n)}"


Results = dict[tuple[str, int], list[Measured]]
"""Everybody by job and number of patients."""


def seconds(call: Callable[[], Any]) -> float:
    """Duration of one call [s]."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def interleaved(
    calls: Sequence[Callable[[], Any]], rounds: int, most_s: float
) -> list[list[float]]:
    """Durations [s] of every call, round by round, so that a busy minute hits them all.

    Calls that are shorter than a turn have more rounds: a machine that is slower for a second would
    hit one contestant and not the next.

    A virtual machine hands memory that lies idle back to its host, and whoever comes after a slow
    contestant would pay for getting it again. So everybody finds memory that has just been used.
    """
    times: list[list[float]] = [[] for _ in calls]
    for done in range(rounds * OF_SHORT):
        for call, mine in zip(calls, times, strict=True):
            if sum(mine) >= most_s or (done >= rounds and min(mine) > TURN_S):
                continue
            np.ones(WARM_BYTES // 8)
            turn = time.perf_counter() + TURN_S
            mine.append(seconds(call))
            while time.perf_counter() < turn and sum(mine) < most_s:
                mine.append(seconds(call))
    return times


def in_batches(entry: Entry, people: Patients) -> Callable[[], Curves]:
    """Call of an entry that hands its curves on batch by batch; the first patients come last."""
    size = BATCH.get(entry.job, len(people))
    calls = [entry.prepare(people[lo : lo + size]) for lo in range(0, len(people), size)]

    def run() -> Curves:
        for call in reversed(calls[1:]):
            call()
        return calls[0]()

    return run


def given(entry: Entry, size: int, effort: Effort) -> int:
    """Patients that an entry is given; all whose error is measured, or errors do not compare."""
    return min(size, max(effort.checked[entry.job], entry.most // effort.share))


def measure(job: str, size: int, entries: list[Entry], effort: Effort) -> list[Measured]:
    """Time all contestants of a job at one size."""
    everybody = population(size)
    checked = everybody[: min(size, effort.checked[job])]
    exact = reference.truth(job, checked)
    found, calls = [], []
    for entry in entries:
        n = given(entry, size, effort)
        begin = time.perf_counter()
        call = in_batches(entry, everybody[:n])
        curves = call()
        first = time.perf_counter() - begin
        few = min(n, len(checked), curves[0].shape[0])
        mine = ketapk_jobs.in_mg_per_l(curves, few)
        true = tuple(curve[:few] for curve in exact)
        served = min(n, curves[0].shape[0]) if job not in BATCH else n
        found.append(
            Measured(
                name=entry.name,
                n=served,
                first=first,
                error=reference.error(mine, true),
                tolerances=reference.in_tolerances(job, checked[:few], mine, true),
                times=[],
            )
        )
        calls.append(call)
        del curves, mine
    gc.collect()
    times = interleaved(calls, effort.rounds, effort.seconds)
    for row, mine_s in zip(found, times, strict=True):
        row.times = mine_s
    return found
