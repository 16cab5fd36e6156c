"""What precision costs: everybody who steps in job C, from loose tolerances to tight ones."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

import ketapk_jobs
import reference
from effort import Effort
from entry import Entry
from jobs import ATOL_SHARE, population
from measuring import interleaved
from sheets import Sheet, count, micro, power

JOB = "C"
CALLS = 3


@dataclass(frozen=True)
class Point:
    """One contestant with one tolerance."""

    name: str
    n: int
    rtol: float
    error: float
    """Largest relative error [1]."""
    median: float
    """Per patient [s]."""


def precision(entries: list[Entry], effort: Effort) -> tuple[Sheet, list[Point]]:
    """Time and error of everybody at all tolerances."""
    people = population(effort.precise)
    checked = min(len(people), effort.checked[JOB])
    exact = reference.truth(JOB, people[:checked])
    stepping = [e for e in entries if e.job == JOB and e.steps and e.name != ketapk_jobs.SOLVER]
    points: list[Point] = []
    for rtol in effort.tolerances:
        calls, found = [], []
        for entry in stepping:
            n = min(len(people), max(checked, entry.most // effort.share // 5))
            call = entry.prepare(people[:n], rtol)
            curves = call()
            few = min(checked, curves[0].shape[0])
            mine = ketapk_jobs.in_mg_per_l(curves, few)
            error = reference.error(mine, tuple(true[:few] for true in exact))
            found.append((entry.name, curves[0].shape[0], error))
            calls.append(call)
        times = interleaved(calls, CALLS, effort.seconds / 4)
        points += [
            Point(name, n, rtol, error, statistics.median(mine_s) / n)
            for (name, n, error), mine_s in zip(found, times, strict=True)
        ]
    columns = ("who", "patients", *(power(rtol) for rtol in effort.tolerances))
    rows = []
    for entry in stepping:
        mine = [p for p in points if p.name == entry.name]
        cells = (f"{micro(p.median)} ({power(p.error)})" for p in mine)
        rows.append((entry.name, count(mine[0].n), *cells))
    notes = [
        f"µs a patient (largest relative error), by relative tolerance; the absolute one is "
        f"{ATOL_SHARE:g} mg times it."
    ]
    return Sheet("What precision costs: job C", columns, rows, notes), points
